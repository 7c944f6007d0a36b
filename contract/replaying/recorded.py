"""Reading the findings of a JSON report as sequences that can be sent again. Reports are read as hostile data."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contract.http.exchange import SentRequest
from contract.judging.findings import Reproduced
from contract.reproduction.sequence import SequenceStep
from spec.source.json_reading import read_json
from spec.source.place import SourceError
from spec.source.pointer import Json

LARGEST_BODY = 8 * 1_048_576


class RecordedError(Exception):
    """A file is no JSON report; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """What a finding was seen with: requests with placeholders for secrets. ``reproduced`` says how it showed again."""

    fingerprint: str
    clause: str
    cause: str
    probe: str
    intermittent: bool
    complete: bool
    steps: tuple[SequenceStep, ...]
    reproduced: Reproduced = Reproduced.UNTRIED
    rung: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The part of a report that a replay needs."""

    target: str
    install: str
    other_install: str | None
    seed: int
    passive: bool
    sequences: tuple[Sequence, ...]


def read_report(path: Path) -> Recorded:
    """The findings of a report that ``check --json`` wrote. Raises RecordedError."""
    try:
        value = read_json(path)
    except SourceError as error:
        raise RecordedError(str(error)) from None
    reader = _ReportReader(path)
    return reader.report(value)


class _ReportReader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def want(self, value: Json, kind: type, pointer: str) -> Json:
        if not isinstance(value, kind):
            names = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}
            raise RecordedError(
                f"{self.path}: {pointer or '/'}: should be {names[kind]}; is it a report of 'invigilate check --json'?"
            )
        return value

    def report(self, value: Json) -> Recorded:
        root = self.want(value, dict, "")
        sequences = []
        for index, clause in enumerate(self.want(root.get("clauses"), list, "/clauses")):
            pointer = f"/clauses/{index}"
            name = self.want(self.want(clause, dict, pointer).get("id"), str, f"{pointer}/id")
            for place, finding in enumerate(self.want(clause.get("findings"), list, f"{pointer}/findings")):
                sequences.append(self.sequence(name, finding, f"{pointer}/findings/{place}"))
        other = root.get("other_install")
        return Recorded(
            target=self.want(root.get("target"), str, "/target"),
            install=self.want(root.get("install"), str, "/install"),
            other_install=None if other is None else self.want(other, str, "/other_install"),
            seed=self.want(root.get("seed"), int, "/seed"),
            passive=root.get("passive") is True,
            sequences=tuple(sequences),
        )

    def sequence(self, clause: str, value: Json, pointer: str) -> Sequence:
        finding = self.want(value, dict, pointer)
        steps = self.want(finding.get("reproduce"), list, f"{pointer}/reproduce")
        return Sequence(
            fingerprint=self.want(finding.get("fingerprint"), str, f"{pointer}/fingerprint"),
            clause=clause,
            cause=str(finding.get("cause", "")),
            probe=str(finding.get("probe", "")),
            intermittent=finding.get("intermittent") is True,
            complete=not finding.get("left_out"),
            steps=tuple(self.step(step, f"{pointer}/reproduce/{index}") for index, step in enumerate(steps)),
            reproduced=_reproduced(finding.get("reproduced")),
            rung=str(finding.get("rung", "")),
        )

    def step(self, value: Json, pointer: str) -> SequenceStep:
        step = self.want(value, dict, pointer)
        path = self.want(step.get("path"), str, f"{pointer}/path")
        if not path.startswith("/"):
            raise RecordedError(f"{self.path}: {pointer}/path: should start with '/'.")
        headers = []
        for index, pair in enumerate(self.want(step.get("headers"), list, f"{pointer}/headers")):
            name_value = self.want(pair, list, f"{pointer}/headers/{index}")
            if len(name_value) != 2 or not all(isinstance(one, str) for one in name_value):
                raise RecordedError(f"{self.path}: {pointer}/headers/{index}: should be a name and a value.")
            headers.append((name_value[0], name_value[1]))
        answer = step.get("answer")
        sids = answer.get("sids") if isinstance(answer, dict) else None
        named = sids if isinstance(sids, dict) else {}
        method = self.want(step.get("method"), str, f"{pointer}/method")
        return SequenceStep(
            request=SentRequest(method, path, tuple(headers), self.body(step, pointer)),
            sids={str(name): sid for name, sid in named.items() if isinstance(sid, str)},
            together=step.get("together", 0) if isinstance(step.get("together", 0), int) else 0,
        )

    def body(self, step: Mapping[str, Json], pointer: str) -> bytes | None:
        if "body_packed" not in step:
            body = step.get("body")
            return None if body is None else str(self.want(body, str, f"{pointer}/body")).encode("utf-8", "replace")
        try:
            packed = base64.b64decode(self.want(step["body_packed"], str, f"{pointer}/body_packed"), validate=True)
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(packed, LARGEST_BODY)
        except (binascii.Error, zlib.error, ValueError) as error:
            raise RecordedError(f"{self.path}: {pointer}/body_packed: cannot be unpacked: {error}.") from None
        if unpacker.unconsumed_tail:
            raise RecordedError(f"{self.path}: {pointer}/body_packed: is larger than {LARGEST_BODY} bytes.")
        return body


def _reproduced(value: Json) -> Reproduced:
    """How a finding showed again; what is no such word is as if nobody had tried."""
    return Reproduced(value) if value in tuple(Reproduced) else Reproduced.UNTRIED
