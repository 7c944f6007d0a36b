"""Probes of JSON as a text: bodies that say the same in another spelling (RFC 8259)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from contract.probes.changes import named, rename
from contract.probes.workbench import Workbench
from spec.source.pointer import Json

_ENDS = ("", "-\u00e9", "-\U0001f393")
"""What identifiers end in: nothing that anybody refuses, one letter beyond ASCII, one that takes two escapes."""


def spelled_bodies(bench: Workbench) -> None:
    """The same body with other escapes, another order of members and other white space: the same things are meant.

    Kept beside the strategies: strategies draw values, and this is about how they are written.
    """
    for end in _ENDS:
        body = bench.body()
        for part in named(bench):
            body = rename(body, part, part.kinds[0], f"{bench.composer.name()}{end}")
        with bench.probe(f"spelled bodies: identifiers that end in {end!r}" if end else "spelled bodies"):
            for text in _spellings(body):
                bench.provision(None, raw=text.encode())


def _spellings(body: dict[str, Json]) -> Iterator[str]:
    yield json.dumps(body, ensure_ascii=False)
    yield json.dumps(body)
    yield _escaped(body)
    yield json.dumps(_backwards(body), ensure_ascii=False, indent="\t").replace("\n", "\r\n").replace("/", "\\/")


def _escaped(value: Json) -> str:
    """JSON in which every letter is written by its number."""
    if isinstance(value, str):
        units = value.encode("utf-16-be")
        return '"' + "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)) + '"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{_escaped(name)}:{_escaped(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_escaped, value)) + "]"
    return json.dumps(value)


def _backwards(value: Json) -> Json:
    """The same value, the last member of each object first."""
    if isinstance(value, dict):
        return {name: _backwards(one) for name, one in reversed(value.items())}
    return [_backwards(one) for one in value] if isinstance(value, list) else value
