"""The sentences of violations: what was received, what was expected, how to go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_NAMES = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "an array", dict: "an object"}
_LONGEST = 60


def received(value: Any, *, secret: bool = False) -> str:
    """A value in a sentence: its type and, unless it is secret, its beginning as ASCII JSON."""
    if value is None:
        return "null"
    name = _NAMES.get(type(value), type(value).__name__)
    if secret or isinstance(value, dict | list):
        return name
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({name}, {len(text)} characters as JSON)"


def _required_lists(schemas: Any) -> list[str]:
    return [" and ".join(one["required"]) for one in schemas if isinstance(one, Mapping) and "required" in one]


def _any_of(schemas: Any, _: Mapping[str, Any]) -> str:
    choices = _required_lists(schemas)
    if choices and len(choices) == len(schemas):
        return f"send one of its members {', '.join(choices)}"
    return "it must take one of the forms that the contract allows"


def _not(schema: Any, _: Mapping[str, Any]) -> str:
    choices = _required_lists(schema.get("anyOf", [schema]))
    if choices:
        members = dict.fromkeys(name for one in choices for name in one.split(" and "))
        return f"send only one of its members {', '.join(members)}"
    return "it has a form that the contract excludes"


def _types(types: Any, _: Mapping[str, Any]) -> str:
    names = {"string": "a string", "integer": "an integer", "object": "an object", "array": "an array"}
    listed = [types] if isinstance(types, str) else types
    return "send " + " or ".join(names.get(one, "null" if one == "null" else f"a {one}") for one in listed)


def _required(_: Any, schema: Mapping[str, Any]) -> str:
    return "add it"


_FORMATS = {
    "date-time": "an RFC 3339 date-time with an offset, such as 2026-01-31T09:00:00Z",
    "iso-8601-date": "an ISO 8601 date-time, such as 2026-01-31T09:00:00Z",
    "email": "an e-mail address, such as somebody@example.com",
    "currency-code": "an ISO 4217 code, such as USD",
    "time-zone": "an IANA time zone, such as America/New_York",
    "http-url": "an absolute http or https URL, such as https://exams.example.com/1",
}

_EXPECTATIONS: Mapping[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "required": _required,
    "type": _types,
    "anyOf": _any_of,
    "oneOf": _any_of,
    "not": _not,
    "enum": lambda words, _: f"send one of {', '.join(json.dumps(word) for word in words)}",
    "const": lambda word, _: f"send {json.dumps(word)}",
    "pattern": lambda pattern, _: f"it must match {pattern}",
    "format": lambda name, _: f"send {_FORMATS.get(name, f'a value of the format {name}')}",
    "minLength": lambda n, _: "it must not be empty" if n == 1 else f"it needs at least {n} characters",
    "maxLength": lambda n, _: f"it may have at most {n} characters",
    "minimum": lambda n, _: f"it must be at least {n}",
    "maximum": lambda n, _: f"it must be at most {n}",
    "exclusiveMinimum": lambda n, _: f"it must be more than {n}",
    "exclusiveMaximum": lambda n, _: f"it must be less than {n}",
    "multipleOf": lambda n, _: f"it must be a multiple of {n}",
    "minProperties": lambda n, _: f"it needs at least {n} member{'s' if n != 1 else ''}",
    "maxProperties": lambda n, _: f"it may have at most {n} members",
    "minItems": lambda n, _: f"it needs at least {n} items",
    "maxItems": lambda n, _: f"it may have at most {n} items",
    "uniqueItems": lambda _, __: "its items must differ from each other",
    "additionalProperties": lambda _, __: "it has members that the contract does not know; leave them out",
}


def expectation(keyword: str, schema: Any) -> str:
    """What a keyword of a schema asks for, as the second half of a sentence."""
    tell = _EXPECTATIONS.get(keyword)
    if tell is None or not isinstance(schema, Mapping) or keyword not in schema:
        return f"the contract does not allow it here ({keyword})"
    return tell(schema[keyword], schema)
