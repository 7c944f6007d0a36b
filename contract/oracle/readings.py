"""What every reading of the contract accepts, and which clause decides about what only some readings accept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from spec.openapi.document import Schema
from spec.schema.keywords import clause_of
from spec.schema.texts.formats import instant
from spec.schema.validation import Rules
from spec.source.pointer import Json, join

LONGEST = 64
_ZULU = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in a request that one reading refuses: where it is, and the adopted clause that accepts it.

    ``unknown`` says that no reading decides, but a state that nobody here knows: a refusal proves nothing.
    """

    pointer: str
    clause: str
    unknown: bool = False


def is_plain(text: str) -> bool:
    """Whether no reading refuses or changes a string: short, trimmed, printable ASCII."""
    return 0 < len(text) <= LONGEST and text == text.strip() and text.isprintable() and text.isascii()


def is_plain_name(text: str) -> bool:
    """Whether nobody refuses a text as an identifier: letters, digits and what stands between them in names."""
    return _NAME.match(text) is not None


_NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,64}\Z")
_PADDING = " \t\n\r\v\f\u00a0\ufeff"


def trimmed(value: Json) -> Json:
    """A value as a reader sees it who trims every text."""
    if isinstance(value, str):
        return value.strip().strip(_PADDING)
    if isinstance(value, dict):
        return {name: trimmed(one) for name, one in value.items()}
    return [trimmed(one) for one in value] if isinstance(value, list) else value


def oddities(value: Json, schema: Schema, now: tuple[int, str]) -> Iterator[Oddity]:
    """Everything in a valid request that some reading refuses. ``now`` is an instant (see formats)."""
    yield from _odd(value, schema, (), now)


def _odd(value: Json, schema: Schema, path: tuple[str, ...], now: tuple[int, str]) -> Iterator[Oddity]:
    if value is None:
        yield Oddity(join(path), "null-accepted")
        return
    if value == "" and schema.get("x-empty-is-unset"):
        yield Oddity(join(path), clause_of(schema, "x-empty-is-unset"))
        return
    if "x-safe" in schema and not _rules(_frozen(schema["x-safe"])).fits_schema(value):
        clause = clause_of(schema, "x-safe")
        yield Oddity(join(path), "values-survive" if clause == "schema" else clause)
    if isinstance(value, str) and not is_plain(value):
        yield Oddity(join(path), "values-survive")
    if isinstance(value, str) and instant(value) is not None and not _ZULU.match(value):
        yield Oddity(join(path), "values-compare")
    if "x-resource" in schema and isinstance(value, dict) and not _nested(value, schema):
        yield Oddity(join(path), "values-survive")
    if isinstance(value, float) and value.is_integer():
        yield Oddity(join(path), "values-compare")
    if isinstance(value, dict):
        yield from _odd_members(value, schema, path, now)


def _odd_members(
    value: dict[str, Json], schema: Schema, path: tuple[str, ...], now: tuple[int, str]
) -> Iterator[Oddity]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for name, member in value.items():
        below = (*path, name)
        if name in properties:
            yield from _odd(member, properties[name], below, now)
            after = properties[name].get("x-after")
            if after is not None and not _open_now(value.get(after), member, now):
                yield Oddity(join(below), "values-survive")
        elif isinstance(others, Mapping):
            yield from _odd(member, others, below, now)
        elif properties:
            yield Oddity(join(below), "unknown-members-ignored")


def _nested(value: dict[str, Json], schema: Schema) -> bool:
    """Whether every later window of a part lies within its first one."""
    windows = []
    for name, member in schema.get("properties", {}).items():
        for last, one in member.get("properties", {}).items():
            held = value.get(name)
            if "x-after" in one and isinstance(held, dict):
                texts = (held.get(one["x-after"]), held.get(last))
                windows.append([instant(text) if isinstance(text, str) else None for text in texts])
    known = [(first, last) for first, last in windows if first is not None and last is not None]
    return all(known[0][0] <= first and last <= known[0][1] for first, last in known)


def _open_now(opens: Json, closes: Json, now: tuple[int, str]) -> bool:
    first = instant(opens) if isinstance(opens, str) else None
    last = instant(closes) if isinstance(closes, str) else None
    return first is not None and last is not None and first < now < last


def _frozen(schema: Json) -> str:
    return json.dumps(schema, sort_keys=True)


@lru_cache(maxsize=256)
def _rules(schema: str) -> Rules:
    return Rules(json.loads(schema))
