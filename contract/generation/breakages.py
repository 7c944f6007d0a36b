"""Bodies that differ from a good one in one place, found by walking the document: each is worth sending.

A breakage does not say whether its body must be refused: the oracle judges what was sent.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contract.generation.composition import flat
from contract.model.identity import value_at
from spec.openapi.document import Schema
from spec.resources.resource import ABSENT
from spec.schema.texts.formats import CURRENCY_CODE, DATE, DATE_TIME, EMAIL, FORMATS, HTTP_URL, TIME_ZONE, URI
from spec.source.pointer import Json, join

_JUNK: Mapping[str, tuple[str, ...]] = {
    DATE_TIME: (
        *("yesterday", "2026-02-30T00:00:00Z", "2026-01-31", "2026-01-31T09:00:00", "2026-01-31Tmorning"),
        *("2026-00-31T09:00:00Z", "2026-13-31T09:00:00Z", "2026-01-00T09:00:00Z", "2026-01-32T09:00:00Z"),
        *("2026-01-31T25:00:00Z", "2026-01-31T09:60:00Z", "2026-01-31T09:00:61Z", "2026-01-31T09:00:00+25:00"),
    ),
    EMAIL: ("nobody", "a@b@example.com", "no body@example.com", "@example.com", "nobody@"),
    CURRENCY_CODE: ("usd", "XQZ", "US Dollar"),
    TIME_ZONE: ("Mars/Olympus", "america/new_york", "America"),
    DATE: ("yesterday", "2026-13-31", "2026-00-31", "2026-01-32", "2026-01-00", "31.01.2026", "2026-01-31T09:00:00Z"),
    URI: ("exams", "/relative", "http://exa mple.com/"),
    HTTP_URL: ("exams", "/relative", "ftp://example.com/x", "https://", "javascript:alert(1)"),
}
"""What a format refuses: each text is wrong in one respect, since what is wrong in two hides who looks at one."""
_TYPES: Mapping[str, Json] = {
    "null": None,
    "boolean": True,
    "string": "text",
    "number": 1.5,
    "array": [],
    "object": {},
}


@dataclass(frozen=True, slots=True)
class Breakage:
    """A change of one place: ``value`` is put at ``path`` (ABSENT takes it away)."""

    label: str
    path: tuple[str, ...]
    value: Json

    def apply(self, body: Json) -> Json:
        """A copy of the body with the change; the body itself where the place does not exist."""
        if not self.path:
            return self.value
        changed = copy.deepcopy(body)
        holder = value_at(changed, self.path[:-1])
        if isinstance(holder, dict):
            if self.value is ABSENT:
                holder.pop(self.path[-1], None)
            else:
                holder[self.path[-1]] = self.value
        return changed


def breakages(schema: Schema, body: Json, path: tuple[str, ...] = ()) -> Iterator[Breakage]:
    """Every single change that the schema suggests for what the body has."""
    value = value_at(body, path)
    plain = flat(schema)
    yield from _wrong_types(plain, path)
    if path:
        yield Breakage(f"without {join(path)}", path, ABSENT)
    if isinstance(value, str):
        yield from _strings(plain, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _numbers(plain, path)
    elif isinstance(value, dict):
        yield from _objects(plain, value, body, path)


def _wrong_types(schema: Schema, path: tuple[str, ...]) -> Iterator[Breakage]:
    own = schema.get("type", ())
    allowed = {own} if isinstance(own, str) else set(own)
    for name, value in _TYPES.items():
        if name not in allowed or name == "null":
            yield Breakage(f"{name} at {join(path)}", path, value)


def _strings(schema: Schema, value: str, path: tuple[str, ...]) -> Iterator[Breakage]:
    def change(label: str, text: str) -> Breakage:
        return Breakage(f"{label} at {join(path)}", path, text)

    yield change("empty", "")
    if "enum" in schema:
        yield change("unknown word", "neither")
        yield change("capital letters", str(value).upper())
    form = schema.get("format")
    if isinstance(form, str) and form in FORMATS:
        for junk in _JUNK.get(form, ()):
            yield change(f"{junk!r}", junk)
        yield change("2,000 letters", "x" * 2000)
    if "x-install-member" in schema:
        yield change("unknown member of the install", _mangled(value))
    if "pattern" in schema and form is None:
        yield change("one letter short", value[:-1])
        yield change("one letter more", value + "0")
        yield change("capital letters", value.upper())
        yield change("a newline more", value + "\n")
        yield change("another prefix", "ZZ" + value[2:])


def _mangled(value: str) -> str:
    """The same form with other letters: what is well-formed stays so."""
    return value[:2] + "".join("0" if letter != "0" else "1" for letter in value[2:])


def _numbers(schema: Schema, path: tuple[str, ...]) -> Iterator[Breakage]:
    low = schema.get("exclusiveMinimum", schema.get("minimum"))
    values = [1.5, 1e300, 2**53, 2**64, 10**30, -1, 0]
    if low is not None:
        values += [low, low - 1]
    for value in dict.fromkeys(values):
        yield Breakage(f"{value} at {join(path)}", path, value)
    yield Breakage(f"digits as text at {join(path)}", path, "60")


def _objects(schema: Schema, value: dict[str, Json], body: Json, path: tuple[str, ...]) -> Iterator[Breakage]:
    properties = schema.get("properties", {})
    if properties:
        yield Breakage(f"unknown member in {join(path) or 'the body'}", (*path, "xUnheardOf"), "value")
    for name, member in properties.items():
        if name in value:
            yield from breakages(member, body, (*path, name))
        elif "x-install-member" in member:
            yield Breakage(f"unknown member of the install at {join((*path, name))}", (*path, name), "no-such-thing")
            yield Breakage(f"empty at {join((*path, name))}", (*path, name), "")
        after = member.get("x-after")
        if after in value and name in value:
            yield Breakage(f"{join((*path, name))} at {after}", (*path, name), value[after])
            yield Breakage(f"{join((*path, name))} before {after}", (*path, after), value[name])
    if "propertyNames" in schema:
        yield Breakage(f"no member in {join(path)}", path, {})
        yield from _names(schema, value, body, path)
    if "not" in schema:
        yield from _second_identifiers(properties, value, path)


def _second_identifiers(
    properties: Mapping[str, Json], value: dict[str, Json], path: tuple[str, ...]
) -> Iterator[Breakage]:
    for name, member in properties.items():
        if name not in value and "pattern" not in member and value:
            text = next(iter(value.values()))
            yield Breakage(f"{name} besides in {join(path)}", (*path, name), f"{text}-{name}")


def _names(schema: Schema, value: dict[str, Json], body: Json, path: tuple[str, ...]) -> Iterator[Breakage]:
    yield Breakage(f"junk name in {join(path)}", (*path, "xUnheardOf"), {})
    member = schema.get("additionalProperties")
    for name in value:
        if "pattern" in schema["propertyNames"]:
            yield Breakage(f"unknown name in {join(path)}", path, {_mangled(name): value[name]})
            yield Breakage(f"capital name in {join(path)}", path, {name.upper(): value[name]})
        if isinstance(member, Mapping):
            yield from breakages(member, body, (*path, name))
        break
