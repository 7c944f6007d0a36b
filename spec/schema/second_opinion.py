"""The second opinion: the same rules by the reference implementation, jsonschema, with our patterns and formats."""

from __future__ import annotations

import re
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


# the stubs of jsonschema leave extend untyped
_Validator: Any = validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
MOST_SCHEMAS = 20_000


class TooManySchemasError(Exception):
    """A value was judged by more than MOST_SCHEMAS schemas, which is the limit: references that fan out."""


def bounded_validity(schema: Schema, formats: Mapping[str, Callable[[str], bool]] = FORMATS) -> Callable[[Any], bool]:
    """Whether the reference validator takes a value; TooManySchemasError when that takes more than MOST_SCHEMAS."""
    left = 0

    def counted(keyword: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*asked: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise TooManySchemasError
            return keyword(*asked)

        return ask

    kind: Any = validators.extend(  # type: ignore[no-untyped-call]
        _Validator, {word: counted(_Validator.VALIDATORS[word]) for word in _APPLICATORS}
    )
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
