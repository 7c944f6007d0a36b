"""Lint rules about descriptions that state a rule which the schema beside them does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.normal.form import Normaliser
from spec.normal.place import unwrapped
from spec.openapi.resolving import dereferenced
from spec.source.pointer import Json

_REQUIRED = re.compile(r"\b(?:required|mandatory)\s+(?:only\s+)?(?:if|when|unless)\b", re.IGNORECASE)
_UNLESS = re.compile(r"\b(?:optional|not required)\s+(?:if|when|unless)\b", re.IGNORECASE)
_COUNT = re.compile(
    r"\b(?:only|exactly|at most|at least|no more than)\s+one\b|\bone of (?:the )?following\b", re.IGNORECASE
)
_MUST = re.compile(
    r"\bmust\s+(?:not\s+)?(?:be|contain|match|have|start|end|include|come)\b|\bcannot be\b", re.IGNORECASE
)
_CONDITIONS = frozenset({"if", "dependentRequired", "dependentSchemas", "oneOf", "anyOf", "not", "allOf"})
_COUNTS = frozenset({"minProperties", "maxProperties", "oneOf", "not", "if", "minItems", "maxItems", "enum", "const"})
_LIMITS = frozenset({
    "enum", "const", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "propertyNames",
    "not", "oneOf", "if", "dependentRequired", "contains", "required",
})  # fmt: skip


def prose_hits(places: Iterable[SchemaPlace], document: Mapping[str, Json], normaliser: Normaliser) -> Iterator[Hit]:
    """Descriptions with "required if", "only one" or "must be" whose schema accepts the contrary.

    A place that names a clause (``x-clause`` or another annotation of the project) has its rule elsewhere.
    """
    for place in places:
        prose = place.schema.get("description")
        if not isinstance(prose, str) or any(
            word.startswith("x-") and not word.startswith(("x-format", "x-constraint")) for word in place.schema
        ):
            continue
        for rule, found in _broken(place, prose, document, normaliser):
            message = f"The description says {found!r}, but the schema accepts the contrary."
            yield Hit(rule, f"{place.pointer}/description", message)


def _broken(
    place: SchemaPlace, prose: str, document: Mapping[str, Json], normaliser: Normaliser
) -> Iterator[tuple[str, str]]:
    """At most one rule that the prose states and the schema does not, with the words that state it."""
    real = dereferenced(document, place.schema)
    words = {*place.schema, *(real if isinstance(real, Mapping) else ())}
    around = place.around or {}
    conditional = _REQUIRED.search(prose) or _UNLESS.search(prose)
    if conditional and place.keyword == "properties":
        unconditional = place.name in (around.get("required") or ())
        if not unconditional and not (_CONDITIONS & set(around)):
            yield "prose-only-rule", _quoted(prose, conditional)
            return
    count = _COUNT.search(prose)
    if count and "properties" in words and not (_COUNTS & words):
        yield "prose-only-rule", _quoted(prose, count)
        return
    must = _MUST.search(prose)
    if must and not (_LIMITS & words):
        normal = unwrapped(normaliser.normal(place.schema))
        if not (_LIMITS & set(normal)) and not (_CONDITIONS & set(around)):
            yield "prose-only-limit", _quoted(prose, must)


def _quoted(prose: str, found: re.Match[str]) -> str:
    start = prose.rfind(".", 0, found.start()) + 1
    end = prose.find(".", found.end())
    return prose[start : end if end >= 0 else len(prose)].strip()[:100]
