"""Time diff and lint in CPU seconds of one core, start-up included, with their memory: large documents, and growth."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LARGEST_MEMORY = 300  # MB
LINT_LIMIT = 3  # times a diff of the document with itself


class Run(NamedTuple):
    """What one run of the command took, and what it found."""

    seconds: float
    megabytes: float
    verdict: str


_CHILD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from importlib import import_module
command = import_module(sys.argv[2]).__dict__[sys.argv[3]]
command(sys.argv[4:])
status = open("/proc/self/status").read()
sys.stderr.write(f" {time.process_time()} {int(status.partition('VmHWM:')[2].split()[0]) / 1024}")
"""


def run(module: str, name: str, *argv: str) -> Run:
    """Run a command in a process of its own; CPU time and the largest memory of that process."""
    command = [sys.executable, "-c", _CHILD, str(ROOT), module, name, *argv]
    done = subprocess.run(command, capture_output=True, check=True, cwd=tempfile.gettempdir())
    seconds, megabytes = done.stderr.decode().split()[-2:]
    return Run(float(seconds), float(megabytes), done.stdout.decode())


def diffed(old: str, new: str) -> Run:
    """A diff of two files, and its verdict."""
    took = run("spec.reporting.cli", "diff", old, new, "--format", "json")
    return took._replace(verdict=json.loads(took.verdict)["verdict"])


def linted(file: str) -> Run:
    """A lint of a file, and how many findings it has."""
    took = run("spec.lint.cli", "lint", file, "--format", "json")
    return took._replace(verdict=f"{len(json.loads(took.verdict)):,} findings")


def linked(schemas: int, paths: int, *, circular: bool, words: int = 0) -> dict[str, Any]:
    """A document of schemas that refer to each other (in circles, or downwards only), each used by some operations."""
    chance = random.Random(1)  # noqa: S311  the same document at every run
    found: dict[str, Any] = {
        "Money": {
            "type": "object",
            "properties": {"amount": {"type": "integer"}, "currency": {"type": "string", "maxLength": 3}},
            "required": ["amount"],
        }
    }
    for number in range(schemas):
        members: dict[str, Any] = {
            f"p{each}": {"type": "string", "maxLength": 50 + each, "description": "x" * words} for each in range(6)
        }
        for each in range(4):
            aim = chance.randrange(schemas) if circular else chance.randrange(number, schemas) + 1
            if circular or aim < schemas:
                there = {"$ref": f"#/components/schemas/S{aim}"}
                members[f"l{each}"] = {"anyOf": [{"type": "string"}, there]} if each % 2 else there
        members["money"] = {"$ref": "#/components/schemas/Money"}
        found[f"S{number}"] = {"type": "object", "properties": members, "required": ["p0"]}
    items = {}
    for number in range(paths):
        schema = {"$ref": f"#/components/schemas/S{number % schemas}"}
        ok = {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}
        body = {"content": {"application/json": {"schema": schema}}}
        items[f"/r{number}/{{id}}"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {"operationId": f"post{number}", "requestBody": body, "responses": ok},
            "get": {"operationId": f"get{number}", "responses": ok},
        }
    info = {"title": "t", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": items, "components": {"schemas": found}}


def tightened(document: dict[str, Any]) -> dict[str, Any]:
    """The document with a change of the component that all others use."""
    changed = copy.deepcopy(document)
    changed["components"]["schemas"]["Money"]["properties"]["currency"]["maxLength"] = 2
    changed["components"]["schemas"]["Money"]["required"].append("currency")
    return changed


def reworded(document: dict[str, Any]) -> dict[str, Any]:
    """The document with another title, and one more word in every operation."""
    changed = copy.deepcopy(document)
    changed["info"]["title"] = "Another title"
    for item in changed["paths"].values():
        item["get"]["description"] = "reads"
    return changed


def main() -> int:
    """Run all timings; 1 if one of them is over its limit."""
    sys.path.insert(0, str(ROOT))
    from spec.source.reading import read

    ours = read(ROOT / "spec" / "openapi.yaml").value
    ours_changed = copy.deepcopy(ours)
    ours_changed["components"]["schemas"]["Configuration"]["required"].append("notes")
    flat, circle = (linked(300, 700, circular=circular, words=40) for circular in (False, True))
    broad = linked(200, 2500, circular=True)
    large = linked(1600, 1800, circular=True, words=60)
    huge, huge_circle = (linked(2500, 2500, circular=circular) for circular in (False, True))
    with tempfile.TemporaryDirectory() as folder:

        def saved(name: str, value: dict[str, Any]) -> str:
            path = Path(folder, name)
            path.write_text(json.dumps(value, indent=1), encoding="utf-8")
            return str(path)

        def measured(label: str, limit: float, old: dict[str, Any], new: dict[str, Any]) -> bool:
            one, two = saved("old.json", old), saved("new.json", new)
            size = Path(one).stat().st_size / 2**20
            took = diffed(one, two)
            good = took.seconds <= limit and took.megabytes <= LARGEST_MEMORY
            print(
                f"{label:<50} {size:5.1f} MB {took.seconds:6.2f} s (limit {limit:.0f}) {took.megabytes:5.0f} MB"
                f"  {took.verdict}{'' if good else '  OVER'}",
                flush=True,
            )
            return good

        def examined(label: str, document: dict[str, Any]) -> bool:
            one, two = saved("old.json", document), saved("new.json", document)
            alone, took = diffed(one, two), linted(one)
            times = took.seconds / alone.seconds
            good = times <= LINT_LIMIT and took.megabytes <= LARGEST_MEMORY
            print(
                f"{label:<50} {Path(one).stat().st_size / 2**20:5.1f} MB {took.seconds:6.2f} s"
                f" {took.megabytes:5.0f} MB, diff with itself {alone.seconds:5.2f} s: {times:.1f} x"
                f", {took.verdict}{'' if good else '  OVER'}",
                flush=True,
            )
            return good

        results = [
            measured("one change of our document, with its proof", 1, ours, ours_changed),
            measured("a shared component changed", 5, flat, tightened(flat)),
            measured("a shared component changed, circular schemas", 5, circle, tightened(circle)),
            measured("5,000 operations against themselves", 6, broad, broad),
            measured("5,000 operations, all with other words", 6, broad, reworded(broad)),
            measured("a large document against itself", 2, large, large),
            measured("5,000 operations, 2,500 schemas, one changed", 60, huge, tightened(huge)),
            measured("5,000 operations, 2,500 circular schemas, one", 60, huge_circle, tightened(huge_circle)),
        ]
        print(f"growth: a shared component changed, circular schemas; lint at most {LINT_LIMIT} x a diff with itself")
        for schemas in (100, 200, 400, 800):
            document = linked(schemas, 2 * schemas, circular=True)
            took = diffed(saved("old.json", document), saved("new.json", tightened(document)))
            print(f"  {2 * schemas:5} paths, {schemas:4} schemas {took.seconds:6.2f} s {took.megabytes:5.0f} MB")
            results.append(examined(f"  {2 * schemas:5} paths, lint", document))
        for label, document in (
            ("our document", ours),
            ("schemas that refer to others", flat),
            ("the same in circles", circle),
            ("5,000 operations", broad),
            ("a large document", large),
            ("5,000 operations, 2,500 schemas", huge),
            ("the same in circles", huge_circle),
        ):
            results.append(examined(f"lint: {label}", document))
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
