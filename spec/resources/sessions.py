"""The typed view of what a document says of sessions: what starts one, what its parents are, and how it goes on.

The engine works on this and knows no part, no member and no status by name. docs/document.md explains the annotations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from spec.openapi.document import Operation, Schema
from spec.schema.keywords import clause_of
from spec.source.pointer import Json, join

NAMES = "x-names"
SOURCE = "x-source"
MISSPELT = "x-misspelt"
STORED = "x-stored"
LIFECYCLE = "x-lifecycle"
SESSION = "x-session"

OWN = frozenset({"/status", "/reason", "/created", "/edited", "/scheduled"})
"""The leaves of a session that the engine keeps itself; what callers send is below ``/asked``."""
ASKED = "asked"
JSON = "application/json"


def asked(member: str) -> str:
    """The leaf under which a session keeps what a caller sent."""
    return join((ASKED, member))


INSTALL = "install"
"""The root of a source that tells of the install of the call."""


class StoredValue(NamedTuple):
    """Where a value comes from: a part (or ``install``), and a stored leaf of it; no leaf means its SID."""

    part: str
    leaf: str

    @classmethod
    def of(cls, pointer: str) -> StoredValue:
        """``/exam/title`` is the leaf ``/title`` of the part ``exam``."""
        part, slash, leaf = pointer.removeprefix("/").partition("/")
        return cls(part, slash + leaf)


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event does to a session in a status. Without ``next`` the event is refused, under the clause."""

    status: str | None
    event: str
    next: str | None
    clause: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The state machine of a session: every row of the table. A session is active until its status is ``ended``."""

    transitions: tuple[Transition, ...]
    ended: frozenset[str]
    rows: Mapping[tuple[str | None, str], Transition] = field(init=False, repr=False, compare=False)
    """The same rows by status and event; of two that are alike the first one counts."""

    def __post_init__(self) -> None:
        rows = {(one.status, one.event): one for one in reversed(self.transitions)}
        object.__setattr__(self, "rows", rows)

    def row(self, status: str | None, event: str) -> Transition | None:
        """What an event does in a status; None where the table has no such row."""
        return self.rows.get((status, event))


@dataclass(frozen=True, slots=True)
class Window:
    """Between which stored dates something is allowed: the first of each that is set counts."""

    opens: tuple[StoredValue, ...]
    closes: tuple[StoredValue, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """The stored members that say when a session takes place, and what is demanded of them.

    ``lasts`` are minutes. Two appointments of one and the same ``apart`` (a part) do not overlap.
    """

    starts: str
    ends: str
    lasts: StoredValue
    window: Window
    apart: str
    apart_clause: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How many sessions somebody may finish: a stored number. Those with the reason ``spent`` count."""

    allowed: StoredValue
    spent: str
    clause: str


@dataclass(frozen=True, slots=True)
class SessionKind:
    """What a document says of its sessions.

    ``joins`` are the two parts that a session joins: who takes part, and in what, which is its scope. ``entitled`` are
    the values with which somebody takes part at all, ``assigned`` those with which only an assignment starts a session.
    ``rules`` is the part whose windows hold. ``leaves`` are all that a session keeps.
    ``clauses`` maps a member of ``x-session`` to the clause that it keeps.
    """

    name: str
    prefix: str
    joins: tuple[str, str]
    entitled: Mapping[StoredValue, Json]
    assigned: Mapping[StoredValue, Json]
    rules: str
    quota: Quota | None
    booking: Window
    appointment: Appointment
    lifecycle: Lifecycle
    clauses: Mapping[str, str]
    leaves: frozenset[str]

    @property
    def who(self) -> str:
        """The part that takes part."""
        return self.joins[0]

    @property
    def scope(self) -> str:
        """The part to which a session belongs."""
        return self.joins[1]


def session_kind(operations: Mapping[str, Operation]) -> SessionKind | None:
    """What the operations of a document say of sessions, or None if they say nothing."""
    shown = next(session_schemas(operations), None)
    if shown is None:
        return None
    bodies = (one.body.json for one in operations.values() if one.body and JSON in one.body.content)
    sent = chain.from_iterable(map(_asked, bodies))
    return _kind(shown, OWN | frozenset(map(asked, (*sent, shown[SESSION]["appointment"]["ends"]))))


def _asked(schema: Schema) -> Iterator[str]:
    for name, member in schema.get("properties", {}).items():
        if isinstance(member, Mapping) and not member.get("writeOnly") and "x-resource" not in member:
            yield str(member.get(STORED, name))


def session_schemas(operations: Mapping[str, Operation]) -> Iterator[Schema]:
    """The schemas of answers that carry ``x-session``."""
    for operation in operations.values():
        for response in operation.responses.values():
            for schema in response.content.values():
                if SESSION in schema:
                    yield schema


def lifecycle_of(schema: Schema) -> Schema:
    """The schema of the member whose values are the statuses. Raises LookupError if there is none."""
    return next(one for one in schema.get("properties", {}).values() if LIFECYCLE in one)


def _kind(schema: Schema, leaves: frozenset[str]) -> SessionKind:
    raw: Mapping[str, Json] = schema[SESSION]
    clauses: Mapping[str, str] = schema.get("x-clause", {}).get(SESSION, {})
    life: Mapping[str, Json] = lifecycle_of(schema)[LIFECYCLE]
    when: Mapping[str, Json] = raw["appointment"]
    transitions = tuple(
        Transition(one.get("status"), one["event"], one.get("next"), one["clause"], one.get("reason"))
        for one in life["transitions"]
    )
    return SessionKind(
        name=raw["name"],
        prefix=raw["prefix"],
        joins=(raw["joins"][0], raw["joins"][1]),
        entitled=_values(raw.get("entitled", {})),
        assigned=_values(raw.get("assigned", {})),
        rules=raw["rules"],
        quota=_quota(raw["quota"], clause_of(schema, SESSION, "quota")) if "quota" in raw else None,
        booking=_window(raw["booking"], clause_of(schema, SESSION, "booking")),
        appointment=Appointment(
            starts=when["starts"],
            ends=when["ends"],
            lasts=StoredValue.of(when["lasts"]),
            window=_window(when, clause_of(schema, SESSION, "appointment")),
            apart=when["apart"],
            apart_clause=clause_of(schema, SESSION, "apart"),
        ),
        lifecycle=Lifecycle(transitions, frozenset(life["ended"])),
        clauses=clauses,
        leaves=leaves,
    )


def _quota(raw: Mapping[str, Json], clause: str) -> Quota:
    return Quota(StoredValue.of(raw["allowed"]), raw["spent"], clause)


def _window(raw: Mapping[str, Json], clause: str) -> Window:
    return Window(_sources(raw.get("open", ())), _sources(raw.get("close", ())), clause)


def _sources(pointers: Sequence[str]) -> tuple[StoredValue, ...]:
    return tuple(map(StoredValue.of, pointers))


def _values(raw: Mapping[str, Json]) -> Mapping[StoredValue, Json]:
    return {StoredValue.of(pointer): value for pointer, value in raw.items()}
