"""Edits of good files that make hostile ones: members gone, renamed, exchanged, odd values, broken text.

By hand, for minutes: ``python tests/mutations.py lint 2000`` runs a command on so many edited files, each in this
process, and prints every traceback. The small corpus of the tests is drawn from the same edits.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from spec.load import DOCUMENT_FILE
from spec.source.reading import read

if TYPE_CHECKING:
    from mockserver.app import Mock
    from spec.openapi.document import Document

ROOT = DOCUMENT_FILE.parents[1]


def _deep(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = {"properties": {"a": value}} if levels % 2 else [value]
    return value


ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, 1e300, -1e300, 1e-300, 10**30, -(10**400), 2**63, "", " ", "x", "x" * 2000, "\0",
    "é\U0001f600", "null", "object", "array", "string", "integer", "^(", "^(a+)+$", "date-time", [], {}, [[]], [{}],
    {"": None}, [None], ["x", "x"], {"$ref": "#"}, {"$ref": "#/"}, {"$ref": "#/paths"}, {"$ref": "#/info/title"},
    {"$ref": "nowhere.yaml"}, {"$ref": "http://127.0.0.1:9/x"}, {"$ref": "file:///etc/hostname"}, {"$ref": 5}, {"$ref": "%"},
    {"$ref": "#/components/schemas/Course"}, {"allOf": []}, {"oneOf": [{}, {}]}, {"not": {}}, {"type": []}, {"enum": []},
    {"type": "array", "minItems": 2000}, {"multipleOf": 1e-300}, {"minLength": 10**9}, {"const": {"$ref": "x"}},
    _deep(60), _deep(61), [[[[[[[]]]]]]],
)  # fmt: skip
WORDS = (
    "type", "$ref", "required", "properties", "items", "enum", "oneOf", "allOf", "anyOf", "not", "if", "then", "schema",
    "content", "parameters", "responses", "default", "examples", "example", "pattern", "format", "x-resource", "x-clause",
    "x-signon", "x-after", "x-install-member", "$id", "$schema", "$anchor", "$dynamicRef", "nullable", "deprecated", "",
    "discriminator", "security", "openapi", "additionalProperties", "propertyNames", "minimum", "200", "default", "get",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A container and one of its places."""

    holder: Any
    key: Any


def _spots(value: Any) -> list[Spot]:
    found: list[Spot] = []
    stack = [value]
    while stack:
        here = stack.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        for key in keys:
            found.append(Spot(here, key))
            stack.append(here[key])
    return found


def edited(value: Any, chance: random.Random, edits: int = 2) -> Any:
    """The value after some edits of its tree (the value itself is changed)."""
    for _ in range(edits):
        spots = _spots(value)
        if not spots:
            return value
        spot, other = chance.choice(spots), chance.choice(spots)
        chance.choice(_EDITS)(spot, other, chance)
    return value


def _remove(spot: Spot, other: Spot, chance: random.Random) -> None:
    del spot.holder[spot.key]


def _replace(spot: Spot, other: Spot, chance: random.Random) -> None:
    spot.holder[spot.key] = json.loads(json.dumps(chance.choice(ODD)))


def _rename(spot: Spot, other: Spot, chance: random.Random) -> None:
    if isinstance(spot.holder, dict):
        spot.holder[chance.choice(WORDS)] = spot.holder.pop(spot.key)


def _insert(spot: Spot, other: Spot, chance: random.Random) -> None:
    value = json.loads(json.dumps(chance.choice(ODD)))
    if isinstance(spot.holder, dict):
        spot.holder[chance.choice(WORDS)] = value
    else:
        spot.holder.insert(spot.key, value)


def _copy(spot: Spot, other: Spot, chance: random.Random) -> None:
    spot.holder[spot.key] = json.loads(json.dumps(other.holder[other.key]))


def _wrap(spot: Spot, other: Spot, chance: random.Random) -> None:
    here = spot.holder[spot.key]
    spot.holder[spot.key] = chance.choice(([here], {"a": here}, {"allOf": [here]}, {"properties": {"a": here}}))


_EDITS: tuple[Callable[[Spot, Spot, random.Random], None], ...] = (
    _remove,
    _replace,
    _replace,
    _rename,
    _insert,
    _copy,
    _wrap,
)


def scribbled(text: str, chance: random.Random) -> bytes:
    """The text after an edit of its letters or lines, as bytes, which need not be text any more."""
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    way = chance.randrange(7)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines.insert(at, chance.choice(lines))
    elif way == 2:
        lines[at] = " " * chance.randrange(1, 5) + lines[at]
    elif way == 3:
        lines[at] = lines[at].lstrip()
    elif way == 4:
        return "".join(lines)[: chance.randrange(len(text))].encode()
    data = "".join(lines).encode()
    if way > 4:
        place = chance.randrange(len(data))
        odd = (
            b"\0",
            b"\t",
            b"\xff",
            b"\xc2\x85",
            b"\xef\xbb\xbf",
            b"\xed\xa0\x80",
            b"&a ",
            b"*a ",
            b"<<: ",
            b"? ",
            b"!!int ",
            b"{",
            b"[",
            b"'",
            b"#",
            b": ",
        )
        data = data[:place] + chance.choice(odd) + data[place:]
    return data


def files(good: Path, seed: int, runs: int) -> Iterator[bytes]:
    """Edited files, four of five by their tree."""
    text = good.read_text()
    for run in range(runs):
        chance = random.Random(f"{seed} {run}")
        if run % 5 == 4:
            yield scribbled(text, chance)
        else:
            tree = edited(read(good).value, chance)
            yield json.dumps(tree).encode()


def commands(folder: Path) -> dict[str, tuple[Path, Callable[[Path], object]]]:
    """What is tried on which good file: each reads the edited file, and gives an exit code or raises what it may."""
    from contract.http.har import HarError, read_har
    from contract.replaying.recorded import RecordedError, read_report
    from contract.report.baseline import load_baseline
    from spec.catalogue.clauses import load_clauses
    from spec.docs.cli import docs
    from spec.docs.init_cli import init
    from spec.lint.cli import lint
    from spec.load import load
    from spec.openapi.document import DocumentError
    from spec.reporting.cli import diff
    from spec.reporting.ignore import ignored
    from spec.resources.annotations import resources
    from spec.resources.installs import load_installs
    from spec.source.reading import SourceError

    ours = load()

    def quiet(*allowed: type[Exception]) -> Callable[[Callable[[Path], object]], Callable[[Path], object]]:
        def decorate(what: Callable[[Path], object]) -> Callable[[Path], object]:
            def run(path: Path) -> object:
                try:
                    what(path)
                except allowed:
                    return 2
                return 0

            return run

        return decorate

    from contract.run.admission import AdmissionError, _ready

    samples = ROOT / "tests" / "data" / "hostile"
    return {
        "lint": (DOCUMENT_FILE, lambda path: lint([str(path), "--fail-on", "never"])),
        "diff": (DOCUMENT_FILE, lambda path: diff([str(DOCUMENT_FILE), str(path), "--fail-on", "never"])),
        "docs": (DOCUMENT_FILE, lambda path: docs(["--spec", str(path), "--out", str(folder / "docs")])),
        "load": (DOCUMENT_FILE, quiet(SourceError, DocumentError)(load)),
        "clauses": (ROOT / "spec" / "clauses.yaml", quiet(SourceError)(load_clauses)),
        "installs": (
            ROOT / "spec" / "installs.yaml",
            quiet(SourceError)(lambda path: load_installs(resources(ours.operations["provision"]), path)),
        ),
        "ignore": (samples / "ignore.yaml", quiet(SourceError)(lambda path: ignored(read(path)))),
        "overlay": (
            samples / "overlay.yaml",
            lambda path: lint([str(DOCUMENT_FILE), "--overlay", str(path), "--fail-on", "never"]),
        ),
        "configuration": (samples / "configuration.yaml", lambda path: _decided(path, folder)),
        "baseline": (samples / "baseline.json", quiet(SourceError)(load_baseline)),
        "report": (samples / "report.json", quiet(RecordedError, SourceError)(read_report)),
        "replay": (samples / "report.json", quiet(RecordedError, SourceError)(_replayed)),
        "init": (samples / "report.json", lambda path: init([str(path)])),
        "ready": (samples / "ready.json", quiet(AdmissionError)(_ready)),
        "har": (
            samples / "traffic.har",
            quiet(HarError, SourceError)(lambda path: read_har(path, "/v2/installs/x/provision")),
        ),
    }


def _decided(path: Path, folder: Path) -> int:
    """Lint and compare a small document by the decisions in a file: the worse exit code."""
    from spec.lint.cli import lint
    from spec.reporting.cli import diff

    small = folder / "small.json"
    small.write_text('{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}')
    return max(
        lint([str(small), "--config", str(path), "--fail-on", "never"]),
        diff([str(small), str(small), "--config", str(path), "--fail-on", "never"]),
    )


def _replayed(path: Path) -> None:
    """Read a report, and send all that it holds to a mock in this process."""
    from contract.http.access import Access
    from contract.http.inprocess import AsgiTransport
    from contract.http.target import Target
    from contract.replaying.recorded import read_report
    from contract.replaying.replay import replay
    from contract.run.knocking import knock
    from contract.run.runner import RunSettings, open_workbench
    from mockserver.auth.tokens import API_TYPE, api_claims, sign
    from spec.catalogue.clauses import load_clauses

    application, document = _mock()
    first, now = application.installs[0], time.time()
    claims = api_claims(first.sid, issued=now, starts=now - 10, expires=now + 600, token_id="t")
    known = {name: tuple(first.members[name]) for name in ("integrations", "proctorTypes")}
    access = Access(first.sid, sign(claims, API_TYPE, application.keys), known=known)
    plan, recorded = RunSettings(), read_report(path)
    with closing(AsgiTransport(application)) as transport:  # which has an event loop of its own
        target = Target(transport, sleep=lambda seconds: None)
        bench = open_workbench(target, "https://testserver", document, load_clauses(), access, plan)
        assert knock(bench, plan.arrival, lambda seconds: None) is None
        list(replay(recorded, bench))


@cache
def _mock() -> tuple[Mock, Document]:
    from mockserver.app import create_app
    from mockserver.auth.keys import make_keys
    from mockserver.behaviour.faults import behaviour_of
    from mockserver.runtime import Runtime
    from mockserver.settings import Settings
    from mockserver.state.clock import system_clock
    from mockserver.state.ids import SeededIds
    from mockserver.state.memory import MemoryStore
    from spec.catalogue.clauses import load_clauses
    from spec.load import load
    from spec.resources.annotations import resources
    from spec.resources.installs import load_installs

    document = load()
    settings = Settings(public_url="https://testserver")
    runtime = Runtime(system_clock, SeededIds(1), make_keys(), MemoryStore(), settings, behaviour_of(()))
    installs = load_installs(resources(document.operations["provision"]))
    return create_app(document, load_clauses(), installs, runtime), document


def main() -> int:
    """Run one command on many edited files and print what went wrong."""
    name, runs = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    failed, slowest, slowest_at = 0, 0.0, 0
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        good, run = commands(folder)[name]
        for number, data in enumerate(files(good, seed, runs)):
            path = folder / f"edited{good.suffix}"
            path.write_bytes(data)
            start = time.process_time()
            out, err = sys.stdout, sys.stderr
            try:
                with (folder / "said").open("w", encoding="utf-8") as said:
                    sys.stdout = sys.stderr = said
                    run(path)
            except (Exception, SystemExit):  # noqa: BLE001  what is looked for
                failed += 1
                out.write(f"run {number}: {traceback.format_exc(limit=-3)}\n")
                (Path(tempfile.gettempdir()) / f"failed-{name}-{number}{good.suffix}").write_bytes(data)
            finally:
                sys.stdout, sys.stderr = out, err
            spent = time.process_time() - start
            if spent > slowest:
                slowest, slowest_at = spent, number
    sys.stdout.write(f"{name}: {failed} of {runs} ended in a traceback; slowest {slowest:.1f} s (run {slowest_at}).\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
