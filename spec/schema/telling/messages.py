"""The sentences of violations: what was received, what was expected, how to go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from spec.schema.telling.remedies import remedy
from spec.schema.texts.lossless import lossless
from spec.source.pointer import Json, Token

_NAMES = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "an array", dict: "an object"}
_LONGEST = 60
_MOST_NAMES = 6
_MOST_SHOWN = 20


def received(value: Json, *, secret: bool = False) -> str:
    """A value in a sentence: its type and, unless it is secret, its beginning as ASCII JSON."""
    if value is None:
        return "null"
    name = _NAMES.get(type(value), type(value).__name__)
    if secret or isinstance(value, dict | list):
        return name
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({name}, {len(text)} characters as JSON)"


def received_members(value: Mapping[str, Json]) -> str:
    """The members of an object in a sentence: ``has the members "api" and "lms"``."""
    if not value:
        return "has no members"
    names = [received(name) for name in list(value)[:_MOST_NAMES]]
    if len(value) > len(names):
        names.append(f"{len(value) - len(names)} more")
    return f"has the member{'s' if len(value) > 1 else ''} {_listed(names, 'and')}"


def unexpected(name: str, known: Sequence[str]) -> str:
    """What is said of a member that a closed object does not have: those that it has, and the one that was meant."""
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}? It has" if near else "it has"
    return f"has no member {received(name)}; {hint} {', '.join(known[:_MOST_SHOWN]) or 'none'}"


def _listed(names: Iterable[str], word: str) -> str:
    *before, last = names
    return f"{', '.join(before)} {word} {last}" if before else last


def _required_lists(schemas: Json) -> list[str]:
    return [" and ".join(one["required"]) for one in schemas if isinstance(one, Mapping) and "required" in one]


def _any_of(schemas: Json, _: Mapping[str, Json], value: Json) -> str:
    choices = _required_lists(schemas)
    if choices and len(choices) == len(schemas):
        return f"send one of the members {', '.join(choices)}"
    better = [remedy(name, value) for name in _formats(schemas)] if isinstance(value, str) else []
    return next(filter(None, better), f"send {_listed(dict.fromkeys(map(form, schemas)), 'or')}")


def _formats(schemas: Json) -> Iterator[str]:
    for one in schemas:
        if isinstance(one, Mapping):
            yield from [one["format"]] if "format" in one else ()
            yield from _formats(one.get("allOf", ()))


def _not(schema: Json, _: Mapping[str, Json], __: Json) -> str:
    choices = _required_lists(schema.get("anyOf", [schema]))
    if choices:
        members = dict.fromkeys(name for one in choices for name in one.split(" and "))
        return f"send only one of {', '.join(members)}"
    return f"send anything but {form(schema)}"


_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}


def _types(types: Json, _: Mapping[str, Json], value: Json) -> str:
    listed = [types] if isinstance(types, str) else types
    bare = {"integer", "number", "boolean"} & {*listed} and isinstance(value, str) and lossless(value) is not None
    quoted = ", without quotation marks" if bare else ""
    return "send " + _listed([_TYPES.get(one, one) for one in listed], "or") + quoted


def _pattern(pattern: Json, schema: Mapping[str, Json], _: Json) -> str:
    return f"send {schema['title']}: it must match {pattern}" if "title" in schema else f"it must match {pattern}"


def _format(name: Json, _: Mapping[str, Json], value: Json) -> str:
    if isinstance(value, str) and (better := remedy(name, value)):
        return better
    return f"send {_FORMATS.get(name, f'a value of the format {name}')}"


_FORMATS = {
    "date-time": "an RFC 3339 date-time with an offset, such as 2026-01-31T09:00:00Z",
    "date": "a day, such as 2026-01-31",
    "iso-8601-date": "an ISO 8601 date-time, such as 2026-01-31T09:00:00Z",
    "calendar-day": "a day that the calendar has",
    "email": "an e-mail address, such as somebody@example.com",
    "currency-code": "an ISO 4217 code, such as USD",
    "time-zone": "an IANA time zone, such as America/New_York",
    "http-url": "an absolute http or https URL, such as https://exams.example.com/1",
}


def _enum(words: Json, misspelt: Mapping[str, Json], value: Json) -> str:
    listed = f"send one of {', '.join(json.dumps(word) for word in words)}"
    meant = misspelt.get(value) if isinstance(value, str) else None
    return f"that is published by mistake, send {meant}, or {listed.removeprefix('send ')}" if meant else listed


Tell = Callable[[Json, Mapping[str, Json], Json], str]

_EXPECTATIONS: Mapping[str, Tell] = {
    "required": lambda _, __, ___: "add it",
    "type": _types,
    "anyOf": _any_of,
    "oneOf": _any_of,
    "not": _not,
    "format": _format,
    "enum": lambda words, schema, value: _enum(words, schema.get("x-misspelt", {}), value),
    "const": lambda word, _, __: f"send {json.dumps(word)}",
    "pattern": _pattern,
    "minLength": lambda n, _, __: "it must not be empty" if n == 1 else f"it needs at least {n} characters",
    "maxLength": lambda n, _, __: f"it may have at most {_counted(n, 'character')}",
    "minimum": lambda n, _, __: f"it must be at least {n}",
    "maximum": lambda n, _, __: f"it must be at most {n}",
    "exclusiveMinimum": lambda n, _, __: f"it must be more than {n}",
    "exclusiveMaximum": lambda n, _, __: f"it must be less than {n}",
    "multipleOf": lambda n, _, __: f"it must be a multiple of {n}",
    "minProperties": lambda n, _, __: f"it needs at least {_counted(n, 'member')}",
    "maxProperties": lambda n, _, __: f"it may have at most {_counted(n, 'member')}",
    "minItems": lambda n, _, __: f"it needs at least {_counted(n, 'item')}",
    "maxItems": lambda n, _, __: f"it may have at most {_counted(n, 'item')}",
    "uniqueItems": lambda _, __, ___: "its items must differ from each other",
}


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def expectation(keyword: str, schema: Json, value: Json = None) -> str:
    """What a keyword of a schema asks for, as the second half of a sentence; ``value`` is what broke it."""
    tell = _EXPECTATIONS.get(keyword)
    if tell is None or not isinstance(schema, Mapping) or keyword not in schema:
        return f"the contract does not allow it here ({keyword})"
    return tell(schema[keyword], schema, value)


def form(schema: Json) -> str:
    """What fits a schema, as a noun: ``null``, ``an empty text``, ``an integer``, ``one of "a", "b"``."""
    if not isinstance(schema, Mapping):
        return "anything" if schema else "nothing"
    for keyword, noun in _NOUNS.items():
        if schema.get(keyword, []) != []:
            return noun(schema)
    return "anything"


def _noun_of_all(schema: Mapping[str, Json]) -> str:
    return form(schema["allOf"][-1])  # layers of one form: the last is the narrowest


_NOUNS: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    "const": lambda schema: json.dumps(schema["const"]),
    "enum": lambda schema: "one of " + ", ".join(json.dumps(one) for one in schema["enum"]),
    "format": lambda schema: str(_FORMATS.get(schema["format"], f"a value of the format {schema['format']}")),
    "pattern": lambda schema: f"a text that matches {schema['pattern']}",
    "required": lambda schema: f"an object with {_listed(schema['required'], 'and')}",
    "maxLength": lambda schema: (
        f"a text of at most {_counted(schema['maxLength'], 'character')}" if schema["maxLength"] else "an empty text"
    ),
    "allOf": _noun_of_all,
    "type": lambda schema: _types(schema["type"], schema, None).removeprefix("send "),
    "anyOf": lambda schema: _any_of(schema["anyOf"], schema, None).removeprefix("send "),
    "oneOf": lambda schema: _any_of(schema["oneOf"], schema, None).removeprefix("send "),
}


_WHOLE = "The body"


def said_of(what: str, message: str) -> str:
    """The message of a violation, where what was judged as a whole is no body but something else."""
    return what + message.removeprefix(_WHOLE) if message.startswith(_WHOLE) else message


def called(path: Sequence[Token]) -> str:
    """What a sentence calls the value at a path."""
    if not path:
        return _WHOLE
    return repr(path[-1]) if isinstance(path[-1], str) else f"item {path[-1]}"
