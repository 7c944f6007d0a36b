"""A change and the report of all changes: the values that the comparison yields and the reporters show."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from spec.compatibility.rules import SCHEMA_RULES, Effect
from spec.diff.rules import DOCUMENT_RULES, Direction
from spec.source.pointer import Json

Verdict: TypeAlias = Literal["breaking", "possible", "compatible", "unchanged"]
GRADES: tuple[Verdict, ...] = ("unchanged", "compatible", "possible", "breaking")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: rule, place, effects on clients and servers, and (for bodies) the payload that proves it.

    ``pointer`` leads into the new document, or into the old one if ``where`` is ``old``. ``witness`` proves the
    effect on clients: a request body that used to be valid and is now refused, or a response body that used to be
    ruled out and is now valid. ``server_witness`` proves the effect on servers.
    """

    rule: str
    pointer: str
    direction: Direction
    client: Effect
    server: Effect
    sentence: str
    witness: Json = None
    old: Json = None
    new: Json = None
    where: Literal["old", "new"] = "new"
    server_witness: Json = None
    proven: bool = False
    together: bool = False
    users: tuple[str, ...] = ()
    member: str = ""

    @property
    def message(self) -> str:
        """Who is concerned, where in the body, and what changed: ``POST /a, 200 (and 3 more), member 'b': …``."""
        if not self.users:
            return self.sentence
        more = f" (and {len(self.users) - 1} more)" if len(self.users) > 1 else ""
        member = "" if not self.member else ", each item" if self.member == "[]" else f", member '{self.member}'"
        return f"{self.users[0]}{more}{member}: {self.sentence}"

    def swapped(self) -> Change:
        """The same change where the server asks and the client answers (webhooks, callbacks): the effects change."""
        return replace(
            self, client=self.server, server=self.client, witness=self.server_witness, server_witness=self.witness,
            proven=self.server_witness is not None,
        )  # fmt: skip

    def as_json(self) -> dict[str, Json]:
        """The published shape of a change."""
        names = ("rule", "pointer", "direction", "client", "server", "message", "witness", "old", "new")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class DiffReport:
    """All changes between two documents; the verdict is from the client's side.

    ``accepted`` counts changes that were left out of it by somebody's decision: with them, nothing is ``unchanged``.
    """

    changes: tuple[Change, ...]
    accepted: int = 0

    @property
    def verdict(self) -> Verdict:
        least: Verdict = "compatible" if self.accepted else "unchanged"
        return max((change.client for change in self.changes), key=GRADES.index, default=least)

    def as_json(self) -> dict[str, Json]:
        """``{"verdict": …, "changes": […]}``."""
        return {"verdict": self.verdict, "changes": [change.as_json() for change in self.changes]}


def change(
    rule: str,
    pointer: str,
    old: Json = None,
    new: Json = None,
    *,
    where: Literal["old", "new"] = "new",
    about: str = "",
) -> Change:
    """A change decided by a document rule; ``about`` is the operation (and parameter, status …) that it concerns."""
    row = DOCUMENT_RULES[rule]
    return Change(
        rule, pointer, row.direction, row.client, row.server, filled(row.message, old, new), old=old, new=new,
        where=where, users=(about,) if about else (),
    )  # fmt: skip


def possibly(found: Change, hidden: str) -> Change:
    """The change as far as it can be told: what is hidden may take it back; ``hidden`` is a clause."""
    if found.client == "compatible":
        return found
    return replace(found, client="possible", sentence=f"{found.sentence} Or not: {hidden}.")


class Where(NamedTuple):
    """The document, and the pointer in it, that a change is shown at."""

    side: Literal["old", "new"]
    pointer: str


def filled(message: str, old: Json, new: Json) -> str:
    """The sentence of a rule with its values, shortened where they are long."""
    return message.replace("{old}", shown(old)).replace("{new}", shown(new))


def shown(value: Json) -> str:
    """A value as messages show it."""
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 120 else f"'{value[:117]}…'"
    if value is None:
        return "nothing"
    if isinstance(value, list) and 0 < len(value) <= 12 and not any(isinstance(each, (dict, list)) for each in value):
        return ", ".join(f"'{each}'" if isinstance(each, str) else json.dumps(each, default=str) for each in value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= 120 else f"{text[:117]}…"


def gathered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes without repetition: one component used by many operations is reported once, at its worst."""
    found: dict[tuple[str, str, str, str], Change] = {}
    for each in changes:
        key = (each.rule, each.pointer, each.direction, f"{shown(each.old)} {shown(each.new)}")
        known = found.get(key)
        found[key] = each if known is None else _worse(known, each)
    return tuple(
        sorted(found.values(), key=lambda each: (-GRADES.index(each.client), each.pointer, each.rule, each.direction))
    )


def _worse(one: Change, two: Change) -> Change:
    first, second = (one, two) if GRADES.index(one.client) >= GRADES.index(two.client) else (two, one)
    server = max(one.server, two.server, key=GRADES.index)
    users = tuple(dict.fromkeys((*one.users, *two.users)))
    if not first.proven and second.proven and first.client == second.client:
        first = second
    return replace(first, server=server, users=users)


def known_rules() -> tuple[str, ...]:
    """The ids of all rules."""
    return (*SCHEMA_RULES, *DOCUMENT_RULES)
