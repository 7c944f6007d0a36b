"""Scalars that a schema is likely to accept: its own constants first, then values at and beside its bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from spec.normal.merge import Schema
from spec.regex.automaton import texts
from spec.regex.tree import PatternError
from spec.source.pointer import Json

VALID_TEXTS: dict[str, tuple[str, ...]] = {
    "byte": ("aGVsbG8=", ""),
    "iso-8601-date": ("2027-05-17T09:30:00Z", "2027-05-17"),
    "calendar-day": ("2027-05-17T09:30:00Z", "2027-05-17"),
    "currency-code": ("EUR", "USD"),
    "time-zone": ("Europe/Berlin", "UTC"),
    "http-url": ("https://example.com/",),
    "date": ("2027-05-17", "2028-02-29"),
    "date-time": ("2027-05-17T09:30:00Z", "2027-05-17T09:30:00.5+02:00"),
    "duration": ("PT1H", "P1D"),
    "email": ("a@example.com", "longer.name@mail.example.com"),
    "hostname": ("example.com", "localhost"),
    "idn-email": ("a@example.com", "é@example.com"),
    "idn-hostname": ("example.com",),
    "ipv4": ("192.0.2.1",),
    "ipv6": ("2001:db8::1",),
    "iri": ("https://example.com/é", "https://example.com/"),
    "iri-reference": ("/é", "https://example.com/"),
    "json-pointer": ("/a", ""),
    "regex": ("^a$",),
    "relative-json-pointer": ("0", "1/a"),
    "time": ("09:30:00Z",),
    "uri": ("https://example.com/", "https://example.com/path?query=1", "urn:example:a"),
    "uri-reference": ("/path", "https://example.com/"),
    "uri-template": ("/a/{b}",),
    "uuid": ("0f9d1b4e-6a3c-4f57-9d9a-2b8f1c7e5a10",),
}
INVALID_TEXTS = ("not valid ~", "(", "a", "", "1", "%", "[", "{", "é", "a b", "https://exa mple.com/{", "\\", "0a/~2")
_WIDEST = 200_000


def texts_for(schema: Schema, barred: list[Schema]) -> Iterator[str]:
    """Texts for a string schema; ``barred`` are schemas it must not match (from ``not``)."""
    shortest, longest = int(schema.get("minLength", 0)), schema.get("maxLength")
    if shortest > _WIDEST:
        return
    for name in _formats(schema):
        yield from VALID_TEXTS.get(name, ())
    for name in [name for each in barred for name in _formats(each)]:
        yield from INVALID_TEXTS
        yield from (text for other, known in VALID_TEXTS.items() if other != name for text in known)
    patterns = _patterns(schema)
    avoided = [pattern for each in barred for pattern in _patterns(each)]
    if patterns or avoided:
        yield from _matching(tuple(patterns), tuple(avoided), shortest, longest)
    yield from _plain(shortest, longest)


@lru_cache(maxsize=512)
def _matching(patterns: tuple[str, ...], avoided: tuple[str, ...], shortest: int, longest: int | None) -> list[str]:
    try:
        return list(islice(texts(patterns, avoided, shortest=shortest, longest=longest), 4))
    except PatternError:
        return list(_guesses(patterns))


def _formats(schema: Schema) -> list[str]:
    own = [schema["format"]] if "format" in schema else []
    return own + [each["format"] for each in schema.get("allOf", ()) if "format" in each]


def _patterns(schema: Schema) -> list[str]:
    own = [schema["pattern"]] if "pattern" in schema else []
    return own + [each["pattern"] for each in schema.get("allOf", ()) if "pattern" in each]


def _plain(shortest: int, longest: int | None) -> Iterator[str]:
    lengths = [shortest, shortest + 1, min(shortest + 2, 64)]
    if longest is not None and longest <= _WIDEST:
        lengths += [int(longest)]
    for length in dict.fromkeys(lengths):
        if longest is None or length <= longest:
            yield "a" * length
    for text in INVALID_TEXTS:
        if len(text) >= shortest and (longest is None or len(text) <= longest):
            yield text


def _guesses(patterns: Sequence[str]) -> Iterator[str]:
    """Texts for patterns that are not regular: the letters of the pattern itself."""
    for pattern in patterns:
        plain = "".join(letter for letter in pattern if letter.isalnum())
        yield from (plain, plain.lower(), plain[:1], "aA1!aA1!aA1!", "Passw0rd!", "a1", "A1", "abcdefgh1", "abc")


def numbers_for(schema: Schema, *, whole: bool) -> Iterator[float]:
    """Numbers at, beside and between the bounds of a numeric schema."""
    step = schema.get("multipleOf", 1)
    anchors = [
        schema[word] for word in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum") if word in schema
    ]
    candidates: list[float] = []
    for anchor in anchors:
        candidates += [anchor, anchor + 1, anchor - 1]
        if abs(anchor) < 2**53:
            candidates += [anchor + 0.5, anchor - 0.5]
        if abs(anchor) < 1e300 and abs(step) < 1e300 and abs(anchor) / step < 1e300:
            candidates += [math.floor(anchor / step) * step, math.ceil(anchor / step) * step]
    if len(anchors) > 1 and all(abs(anchor) < 1e300 for anchor in anchors):
        middle = sum(anchors) / len(anchors)
        candidates += [middle, round(middle)]
    candidates += [
        0,
        1,
        step,
        2 * step,
        3 * step,
        -step,
        0.5,
        1.5,
        0.25,
        2,
        3,
        5,
        7,
        0.001,
        0.1234567,
        -1,
        100,
        10**6,
        -(10**6),
    ]
    candidates += [2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 1e39, -1e39]
    for number in candidates:
        tidy = int(number) if number == int(number) and abs(number) < 2**70 else number
        if not whole or isinstance(tidy, int):
            yield tidy


OTHERS: tuple[Json, ...] = ("a", 1, True, None, [], {}, 1.5, "", 0, False)
