"""The second opinion: the same rules by the reference implementation, jsonschema, with our patterns and formats."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from spec.openapi.document import Schema
from spec.schema.texts.formats import FORMATS


@lru_cache(maxsize=512)
def _ecma(pattern: str) -> re.Pattern[str]:
    # outside a class an unescaped $ means the very end, not "or before a last newline"
    parts = re.findall(r"\\.|\[(?:\\.|[^\]\\])*\]|.", pattern, re.DOTALL)
    return re.compile("".join(r"\Z" if part == "$" else part for part in parts))


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _ecma(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


MOST_STEPS = 1_000_000
_QUANTIFIERS = re.compile(r"(?<!\\)(?:\\\\)*[*+{]")
_REPEATED_GROUP = re.compile(r"(?<!\\)(?:\\\\)*\)[*+{]")


class SlowPatternError(Exception):
    """A pattern may take more than MOST_STEPS steps on a text, which is the limit: it goes back too often."""


def is_slow(pattern: str, text: str) -> bool:
    """Whether an engine that goes back may take more than MOST_STEPS steps: an estimate from above.

    A repeated group may be left and entered anew at every letter, each other repetition may end at every one.
    """
    if _REPEATED_GROUP.search(pattern):
        return len(text) > MOST_STEPS.bit_length()
    return bool((len(text) + 1) ** min(len(_QUANTIFIERS.findall(pattern)), 20) > MOST_STEPS)


def _guarded(keyword: Callable[..., Any]) -> Callable[..., Any]:
    """A keyword of objects that looks member names up in ``patternProperties``, which may be slow."""

    def ask(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        patterns = schema.get("patternProperties", ())
        if (
            patterns
            and isinstance(instance, Mapping)
            and any(is_slow(one, name) for one in patterns for name in instance)
        ):
            raise SlowPatternError
        return keyword(validator, value, instance, schema)

    return ask


# the stubs of jsonschema leave extend untyped
_Validator: Any = validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
MOST_SCHEMAS = 20_000


class TooManySchemasError(Exception):
    """A value was judged by more than MOST_SCHEMAS schemas, which is the limit: references that fan out."""


DEEPEST_CALLS = 750


def _is_deep() -> bool:
    """True beyond DEEPEST_CALLS calls in one another, well before the interpreter ends them.

    What it raises then ends the process where it happens in the maps of jsonschema, which are written in Rust.
    """
    try:
        sys._getframe(DEEPEST_CALLS)
    except ValueError:
        return False
    return True


def bounded_validity(
    schema: Schema,
    formats: Mapping[str, Callable[[str], bool]] = FORMATS,
    *,
    search: Callable[[str, str], bool] | None = None,
) -> Callable[[Any], bool]:
    """Whether the reference validator takes a value.

    TooManySchemasError when that takes more than MOST_SCHEMAS, SlowPatternError when a pattern may take more than
    MOST_STEPS and ``search`` (which says whether a pattern is found in a text) raises it.
    """
    left = 0

    def found(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str):
            slow = is_slow(pattern, instance)
            if slow and search is None:
                raise SlowPatternError
            if not (search(pattern, instance) if slow and search else _ecma(pattern).search(instance)):
                yield ValidationError(f"{instance!r} does not match {pattern!r}")

    def counted(keyword: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*asked: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise TooManySchemasError
            if _is_deep():
                raise RecursionError("the schemas of a value stand too deep in one another")
            return keyword(*asked)

        return ask

    keywords = {word: counted(_Validator.VALIDATORS[word]) for word in _APPLICATORS}
    keywords |= {word: _guarded(_Validator.VALIDATORS[word]) for word in _NAME_LOOKERS}
    kind: Any = validators.extend(_Validator, {**keywords, "pattern": found})  # type: ignore[no-untyped-call]
    validator = _made(kind, schema, formats)

    def is_valid(value: Any) -> bool:
        nonlocal left
        left = MOST_SCHEMAS
        return bool(validator.is_valid(value))

    return is_valid


def reference_validator(schema: Schema, formats: Mapping[str, Callable[[str], bool]] = FORMATS) -> Any:
    """A jsonschema validator of the schema that agrees with Rules on patterns and formats."""
    return _made(_Validator, schema, formats)


def _made(kind: Any, schema: Schema, formats: Mapping[str, Callable[[str], bool]]) -> Any:
    checker = FormatChecker(formats=())
    for name, accepts in formats.items():
        checker.checks(name)(lambda value, accepts=accepts: not isinstance(value, str) or accepts(value))
    return kind(schema, format_checker=checker)


_NAME_LOOKERS = ("patternProperties", "additionalProperties", "unevaluatedProperties")
_APPLICATORS = (
    "$ref",
    "$dynamicRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "dependentSchemas",
    "properties",
    "items",
)
