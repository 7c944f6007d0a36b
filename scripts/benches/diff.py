"""Time the diff: one change of our document with its witness (start-up included), and 250 paths against themselves."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def timed(label: str, limit: float, *argv: str) -> bool:
    """Run the command and print how long it took, start-up included."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(ROOT / "invigilate.py"), "diff", *argv, "--format", "json"],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    took = time.perf_counter() - start
    verdict = json.loads(done.stdout)["verdict"] if done.returncode < 2 else done.stderr.decode()
    print(f"{label:<44} {took:6.2f} s (limit {limit:.0f} s)  {verdict}")
    return took <= limit


def wide(document: dict[str, Any], paths: int) -> dict[str, Any]:
    """A document with so many paths, each the provisioning operation under another name."""
    result = copy.deepcopy(document)
    path, item = next((path, item) for path, item in document["paths"].items() if "post" in item)
    for number in range(paths - len(result["paths"])):
        other = copy.deepcopy(item)
        other["post"]["operationId"] = f"operation{number}"
        result["paths"][f"{path}/{number}"] = other
    return result


def main() -> int:
    """Run all timings; 1 if one of them is over its limit."""
    sys.path.insert(0, str(ROOT))
    from spec.source.reading import read

    document = read(ROOT / "spec" / "openapi.yaml").value
    with tempfile.TemporaryDirectory() as folder:

        def saved(name: str, value: dict[str, Any]) -> str:
            path = Path(folder, name)
            path.write_text(json.dumps(value, indent=1), encoding="utf-8")
            return str(path)

        changed = copy.deepcopy(document)
        changed["components"]["schemas"]["Configuration"]["required"].append("notes")
        broad = wide(document, 250)
        reworded = copy.deepcopy(broad)
        reworded["info"]["title"] = "Another title"
        narrowed = copy.deepcopy(broad)
        narrowed["components"]["schemas"]["Configuration"]["required"].append("notes")
        one = saved("one.json", document)
        results = [
            timed("one change of our document, with witness", 1, one, saved("changed.json", changed)),
            timed("250 paths against themselves", 3, saved("wide.json", broad), saved("same.json", broad)),
            timed("250 paths, prose changed", 3, saved("wide.json", broad), saved("reworded.json", reworded)),
            timed("250 paths, one shared schema changed", 3, saved("wide.json", broad), saved("narrow.json", narrowed)),
        ]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
