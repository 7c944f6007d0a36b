"""Which members of a body the document knows, so that the others can be ignored, reported or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from spec.openapi.document import Schema
from spec.source.pointer import Json, escape, split


@dataclass(frozen=True, slots=True)
class Members:
    """What an object may hold: named members, and perhaps a form for all others. None: nothing is known of a value."""

    named: Mapping[str, Members | None]
    others: Members | None
    open: bool

    def unknown(self, value: Json, pointer: str = "") -> list[str]:
        """The pointers of all members that the document does not know, at any depth."""
        found: list[str] = []
        self._collect(value, pointer, found)
        return found

    def _collect(self, value: Json, pointer: str, found: list[str]) -> None:
        if type(value) is not dict:
            return
        for name, member in value.items():
            if name in self.named:
                below = self.named[name]
            elif self.open:
                below = self.others
            else:
                found.append(f"{pointer}/{escape(name)}")
                continue
            if below is not None and type(member) is dict:
                below._collect(member, f"{pointer}/{escape(name)}", found)

    def known(self, value: Json) -> Json:
        """A copy of the value without the members that the document does not know."""
        if type(value) is not dict:
            return value
        kept: dict[str, Json] = {}
        for name, member in value.items():
            if name in self.named:
                below = self.named[name]
            elif self.open:
                below = self.others
            else:
                continue
            kept[name] = below.known(member) if below is not None else member
        return kept


def spelling_of(missing: str, unknown: Iterable[str]) -> str | None:
    """The unknown member beside a missing one that is probably meant for it; both are JSON pointers."""
    *parent, name = split(missing)
    beside = {one[-1].lower(): one[-1] for one in map(split, unknown) if list(one[:-1]) == parent}
    close = get_close_matches(name.lower(), beside, n=1, cutoff=0.75)
    return beside[close[0]] if close else None


def closed(schema: Schema) -> Schema | None:
    """The schema that moreover refuses every member that the document does not know; None if no schema says that.

    Whatever keeps it keeps ``schema`` and has no unknown member: one look instead of two. The reverse need not hold.
    """
    layers = schema.get("allOf", ())
    if "patternProperties" in schema or any({"properties", "additionalProperties"} & one.keys() for one in layers):
        return None
    extra = schema.get("additionalProperties", False)
    if "properties" not in schema and extra is False:
        return schema
    below = {name: closed(member) for name, member in schema.get("properties", {}).items()}
    others = closed(extra) if isinstance(extra, Mapping) else extra
    if others is None or None in below.values():
        return None
    return {**schema, "properties": below, "additionalProperties": others}


def members(schema: Schema) -> Members | None:
    """The members that a schema knows, or None if it says nothing about members (any are taken)."""
    named: dict[str, Members | None] = {}
    others: Members | None = None
    speaks = False
    is_open = False
    for one in (schema, *schema.get("allOf", ())):
        if "properties" in one:
            speaks = True
            named |= {name: members(member) for name, member in one["properties"].items()}
        if one.get("additionalProperties", False) is not False:
            speaks = is_open = True
            extra = one["additionalProperties"]
            others = members(extra) if isinstance(extra, Mapping) else None
    return Members(named, others, is_open) if speaks else None
