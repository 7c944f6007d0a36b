"""Which calls of the journal are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import orjson

from mockserver.behaviour.rules import holds
from mockserver.control.journal.entry import JournalEntry
from mockserver.http.response import written
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class JournalSelection:
    """All that is given must be so. ``body`` maps JSON pointers to values; ``since`` is the number of a call."""

    install: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    code: str | None = None
    clause: str | None = None
    sid: str | None = None
    since: int = 0
    body: Mapping[str, Json] = field(default_factory=dict)

    def meets(self, entry: JournalEntry) -> bool:
        """Whether an entry is meant."""
        return not self.unmet(entry)

    def unmet(self, entry: JournalEntry) -> list[str]:
        """What is not so of an entry: the names of members, ``body`` with its pointer."""
        exchange = entry.exchange
        wanted: tuple[tuple[str, Json, bool], ...] = (
            ("install", self.install, exchange.install == self.install),
            ("operation", self.operation, entry.operation == self.operation),
            ("method", self.method, exchange.method == (self.method or "").upper()),
            ("path", self.path, fnmatchcase(entry.path, self.path or "")),
            ("status", self.status, exchange.status == self.status),
            ("code", self.code, self.code is not None and entry.code == self.code),
            ("clause", self.clause, self.clause is not None and self.clause in entry.clauses),
            ("sid", self.sid, self.sid is not None and entry.names(self.sid)),
            ("since", self.since or None, exchange.number > self.since),
        )
        unmet = [name for name, asked, so in wanted if asked is not None and not so]
        unmet += [f"body {one}" for one, value in self.body.items() if not holds(entry.read.body, one, value)]
        return unmet

    def of(self, entries: Iterable[JournalEntry]) -> list[JournalEntry]:
        """Those that are meant."""
        return [one for one in entries if self.meets(one)]

    def __str__(self) -> str:
        named = {
            "operation": self.operation, "method": self.method, "path": self.path, "status": self.status,
            "code": self.code, "clause": self.clause, "sid": self.sid, "install": self.install,
            "since": self.since or None,
        }  # fmt: skip
        said = [f"{name} {value}" for name, value in named.items() if value is not None]
        said += [f"{pointer} = {written(value).decode()}" for pointer, value in self.body.items()]
        return ", ".join(said) or "any call"


def of_query(values: Mapping[str, Json]) -> JournalSelection:
    """The selection of query parameters; ``body`` is a list of pointer=value, the value JSON or else a text."""
    body = {}
    for one in values.get("body", ()):
        pointer, _, text = one.partition("=")
        body[pointer] = _json(text)
    return of_members({**values, "body": body})


def of_members(values: Mapping[str, Json]) -> JournalSelection:
    """The selection of an object that names what must be so."""
    known = {name: values[name] for name in JournalSelection.__dataclass_fields__ if values.get(name) is not None}
    return JournalSelection(**known)


def _json(text: str) -> Json:
    try:
        return orjson.loads(text)
    except ValueError:
        return text
