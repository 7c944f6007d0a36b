"""From the bytes of a body to its value."""

from __future__ import annotations

import json
import math
from typing import Any

from tests.servers.behaviour import Behaviour


class InputError(Exception):
    """A body that cannot be taken. ``reason`` is one word for what is wrong."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def decode(body: bytes, behaviour: Behaviour) -> Any:
    """The value of a body. Raises InputError."""
    quirks = behaviour.quirks
    if behaviour.largest is not None and len(body) > behaviour.largest:
        raise InputError("size", f"The body has more than {behaviour.largest} bytes.")
    text = _text(body, behaviour)
    try:
        value = json.loads(text, object_pairs_hook=_pairs(behaviour), parse_constant=_constant(behaviour))
    except RecursionError as error:
        raise InputError("broken" if "breaks-on-depth" in quirks else "depth", "The body is too deep.") from error
    except ValueError as error:
        if "takes-broken-json-for-empty" in quirks:
            return {"course": {"ids": {"api": "?"}, "title": "?", "code": None}}
        reason = "broken" if "breaks-on-broken-json" in quirks else "json"
        raise InputError(reason, f"The body is not JSON: {error}") from error
    if behaviour.deepest is not None and _depth(text) > behaviour.deepest:
        raise InputError("broken" if "breaks-on-depth" in quirks else "depth", "The body is nested too deeply.")
    if "breaks-on-lists" in quirks and not isinstance(value, dict):
        raise InputError("broken", "AttributeError")
    _look(value, behaviour)
    return value


def _text(body: bytes, behaviour: Behaviour) -> str:
    try:
        return body.decode("utf-8" if behaviour.strict_json else "utf-8-sig")
    except UnicodeDecodeError as error:
        reason = "broken" if "breaks-on-encoding" in behaviour.quirks else "json"
        raise InputError(reason, "The body is not UTF-8.") from error


def _pairs(behaviour: Behaviour) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if behaviour.duplicates == "first":
            return dict(reversed(found))
        value = dict(found)
        if len(value) < len(found) and "breaks-on-duplicates" in behaviour.quirks:
            raise InputError("broken", "A member occurs twice.")
        if len(value) < len(found) and behaviour.duplicates == "refuse":
            raise InputError("duplicate", "A member occurs twice.")
        return value

    return pairs


def _constant(behaviour: Behaviour) -> Any:
    def constant(name: str) -> float:
        if behaviour.strict_json:
            raise ValueError(f"{name} is not JSON")
        return 0.0

    return constant


def _depth(text: str) -> int:
    deepest = now = 0
    inside = escaped = False
    for letter in text:
        if inside:
            inside = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            inside = True
        elif letter in "[{":
            now += 1
            deepest = max(deepest, now)
        elif letter in "]}":
            now -= 1
    return deepest


def _look(value: Any, behaviour: Behaviour) -> None:
    """Refuse, or break on, single values anywhere."""
    quirks = behaviour.quirks
    if isinstance(value, dict):
        for name, inner in value.items():
            _look(name, behaviour)
            _look(inner, behaviour)
    elif isinstance(value, list):
        for inner in value:
            _look(inner, behaviour)
    elif isinstance(value, str):
        if any(0xD800 <= ord(letter) < 0xE000 for letter in value):
            raise InputError(
                "broken" if "breaks-on-surrogates" in quirks else "surrogate", "A text has a lone surrogate."
            )
        if "breaks-on-astral" in quirks and any(ord(letter) > 0xFFFF for letter in value):
            raise InputError("broken", "Incorrect string value")
        if "breaks-on-nul" in quirks and "\0" in value:
            raise InputError("broken", "invalid byte sequence 0x00")
        if "breaks-on-long" in quirks and len(value) > 255:
            raise InputError("broken", "value too long for type character varying(255)")
        if "breaks-on-very-long" in quirks and len(value) > 60_000:
            raise InputError("broken", "value too long")
        if "hangs-on-long" in quirks and len(value) > 60_000:
            raise InputError("hang", "")
    elif isinstance(value, float) and (not math.isfinite(value)):
        raise InputError("broken" if "breaks-on-huge" in quirks else "number", "A number is too large.")
    elif isinstance(value, int) and abs(value) > 2**63 and not isinstance(value, bool):
        if "breaks-on-huge" in quirks:
            raise InputError("broken", "integer out of range")
    elif isinstance(value, float) and "breaks-on-fractions" in quirks:
        raise InputError("broken", "an integer is required (got type float)")
    elif value is None and "breaks-on-null" in quirks:
        raise InputError("broken", "NoneType has no attribute")
