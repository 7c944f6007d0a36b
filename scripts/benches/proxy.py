"""What the proxy adds to a call: processor time of its process per call, in each of its manners."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from client import ROOT, Connection, bodies, call_bytes, per_call, settle, start_mock

MANNERS: dict[str, tuple[str, ...]] = {
    "judging": (),
    "recording as well": ("--har", "{folder}/traffic.har"),
    "telling": ("--tell",),
    "refusing": ("--refuse",),
}


def start_proxy(upstream: str, install: str, *options: str) -> tuple[subprocess.Popen[bytes], int]:
    """A proxy before a mock, and its port."""
    folder = Path(tempfile.mkdtemp())
    ready = folder / "ready.json"
    given = [one.format(folder=folder) for one in options]
    command = [sys.executable, "-m", "invigilate", "proxy", upstream, "--install", install, "--ready-file", str(ready)]
    process = subprocess.Popen([*command, *given], cwd=ROOT, stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            raise SystemExit("bench: the proxy did not start")
        time.sleep(0.001)
    return process, int(json.loads(ready.read_text())["url"].rpartition(":")[2])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=300, help="calls of each round")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    mock, told, _ = start_mock()
    path = f"/v2/installs/{told['install']}/provision"
    body = bodies()["re-call"]
    started = {name: start_proxy(told["url"], told["install"], *words) for name, words in MANNERS.items()}
    try:
        settle(mock.pid, *(process.pid for process, _ in started.values()))
        direct = int(told["url"].rpartition(":")[2])
        figures: dict[str, list[float]] = {name: [] for name in ["direct", *started]}
        requests = [call_bytes(path, told["token"], body(number)) for number in range(options.calls)]
        for _ in range(options.rounds):
            figures["direct"].append(per_call(mock.pid, Connection(direct), requests))
            for name, (process, port) in started.items():
                figures[name].append(per_call(process.pid, Connection(port), requests))
        print("processor time per call: of the mock itself, and of the proxy before it; µs, and times the mock's")
        mock_alone = statistics.median(figures["direct"])
        for name, values in figures.items():
            print(f"{name:<20} {statistics.median(values):7.0f} {statistics.median(values) / mock_alone:6.1f}")
    finally:
        for process in (mock, *(one for one, _ in started.values())):
            process.terminate()
        for process in (mock, *(one for one, _ in started.values())):
            process.wait()


if __name__ == "__main__":
    main()
