"""Where in a value an error of jsonschema-rs stands.

Its own path leaves out members whose name is empty, and gives names that are digits as numbers (``"007"`` as 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import jsonschema_rs

from spec.source.pointer import Token, follow

_DIGITS = re.compile(r"\+?[0-9]+")
_LONGEST_NUMBER = 200
_NAMED = frozenset({"properties"})
_BY_PATTERN = frozenset({"patternProperties"})
_ANY = frozenset({"additionalProperties", "unevaluatedProperties", "items", "contains", "unevaluatedItems"})
_BY_INDEX = frozenset({"prefixItems"})
_BRANCHES = frozenset({"allOf", "anyOf", "oneOf", "dependentSchemas", "$defs"})


def instance_path(error: jsonschema_rs.ValidationError, value: object) -> list[Token]:
    """The tokens that lead to what an error is about, members called ``""`` included.

    >>> compiled = jsonschema_rs.Draft202012Validator({"additionalProperties": {"type": "object"}})
    >>> [instance_path(error, {"": 1}) for error in compiled.iter_errors({"": 1})]
    [['']]
    >>> [instance_path(error, {"007": 1}) for error in compiled.iter_errors({"007": 1})]
    [['007']]
    """
    given = list(error.instance_path)
    steps = list(_steps(error.schema_path))
    lost = len(steps) - len(given)
    readings = iter([given]) if lost <= 0 else _readings(steps, given, lost)
    found = [path for reading in readings for path in _named(reading, value)]
    if len(found) > 1:
        found = [path for path in found if follow(value, path) == error.instance] or found
    return found[0] if found else given


def named(holder: Mapping[str, object], token: Token) -> Iterator[str]:
    """The members of an object that a token of such a path may mean, the most likely first."""
    if isinstance(token, str):
        yield from (token,) if token in holder else ()
    elif str(token) in holder:
        yield str(token)
    if isinstance(token, int):
        yield from (name for name in holder if name != str(token) and _is_read_as(name, token))


def _is_read_as(name: str, number: int) -> bool:
    return len(name) < _LONGEST_NUMBER and _DIGITS.fullmatch(name) is not None and int(name) == number


def _named(path: Sequence[Token], value: object) -> Iterator[list[Token]]:
    """The ways that a path leads through a value."""
    if not path:
        yield []
    elif isinstance(value, Mapping):
        for name in named(value, path[0]):
            yield from ([name, *below] for below in _named(path[1:], value[name]))
    elif isinstance(value, list) and isinstance(path[0], int) and path[0] < len(value):
        yield from ([path[0], *below] for below in _named(path[1:], value[path[0]]))


def _steps(schema_path: Sequence[Token]) -> Iterator[Token | None]:
    """What each step into the value is by the schema's path: a name, or None where the value decides."""
    waiting = iter(list(schema_path)[:-1])
    for word in waiting:
        if word in _NAMED:
            yield next(waiting, None)
        elif word in _BY_PATTERN:
            next(waiting, None)
            yield None
        elif word in _BY_INDEX:
            yield next(waiting, None)
        elif word in _ANY:
            yield None
        elif word in _BRANCHES:
            next(waiting, None)


def _readings(steps: Sequence[Token | None], given: Sequence[Token], lost: int) -> Iterator[list[Token]]:
    """The paths that are told as ``told`` when so many empty names are left out."""
    if not steps:
        if not given:
            yield []
        return
    first, rest = steps[0], steps[1:]
    if lost and first in ("", None):
        yield from (["", *path] for path in _readings(rest, given, lost - 1))
    if given and first != "":
        yield from ([given[0], *path] for path in _readings(rest, given[1:], lost))
