"""Where in a value an error of jsonschema-rs stands: its own path leaves out members whose name is empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import jsonschema_rs

from spec.source.pointer import Token, follow

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
    """
    told = list(error.instance_path)
    steps = list(_steps(error.schema_path))
    if len(steps) <= len(told):
        return told
    for path in _readings(steps, told, len(steps) - len(told)):
        try:
            if follow(value, path) == error.instance:
                return path
        except LookupError:
            continue
    return told


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


def _readings(steps: Sequence[Token | None], told: Sequence[Token], lost: int) -> Iterator[list[Token]]:
    """The paths that are told as ``told`` when so many empty names are left out."""
    if not steps:
        if not told:
            yield []
        return
    first, rest = steps[0], steps[1:]
    if lost and first in ("", None):
        yield from (["", *path] for path in _readings(rest, told, lost - 1))
    if told and first != "":
        yield from ([told[0], *path] for path in _readings(rest, told[1:], lost))
