"""Lint rules about the branches of allOf, anyOf and oneOf: equal ones, single ones, those that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from spec.lint.checks.keywords import PROSE
from spec.lint.checks.places import SchemaPlace
from spec.lint.nearby import nearby
from spec.lint.rules import Hit
from spec.normal.form import Normaliser
from spec.normal.merge import text
from spec.openapi.resolving import target
from spec.source.pointer import Json, escape
from spec.witness.effort import Effort
from spec.witness.engine import judge
from spec.witness.sample import samples

_MOST_COMPARED = 12  # branches of one oneOf that are compared with each other
_MOST_SAMPLES = 20
_LEVELS = 4


def branch_hits(
    place: SchemaPlace, normaliser: Normaliser, document: Mapping[str, Json], effort: Effort
) -> Iterator[Hit]:
    """Hits of every rule in this room about one schema."""
    for word in ("anyOf", "oneOf", "allOf"):
        branches = place.schema.get(word)
        if isinstance(branches, list) and branches:
            yield from _equal(place, word, branches)
            if len(branches) == 1 and not (word == "allOf" and len(place.schema) > 1):
                yield Hit("single-branch", f"{place.pointer}/{word}", f"{word} has one branch only.")
    if "discriminator" in place.schema:
        yield from _mapping(place, document)
    else:
        yield from _overlapping(place, normaliser, effort)


def _equal(place: SchemaPlace, word: str, branches: Sequence[Json]) -> Iterator[Hit]:
    seen: dict[str, int] = {}
    for index, branch in enumerate(branches):
        bare = _without_prose(branch)
        first = seen.setdefault(text(bare), index)
        if first != index:
            effect = "no value can match exactly one of them" if word == "oneOf" else "it adds nothing"
            message = f"Branch {index} of {word} is the same as branch {first}: {effect}."
            yield Hit("duplicate-branch", f"{place.pointer}/{word}/{index}", message)


def _overlapping(place: SchemaPlace, normaliser: Normaliser, effort: Effort) -> Iterator[Hit]:
    """Branches of ``oneOf`` that one value satisfies together, proven by that value, each later branch once."""
    branches = place.schema.get("oneOf")
    if not isinstance(branches, list) or not 1 < len(branches) <= _MOST_COMPARED or effort.is_spent:
        return
    normal = [nearby(normaliser.normal(branch), _LEVELS) for branch in branches]
    accepts = [judge(one) for one in normal]
    bodies = [
        [body for body in samples(one, most=_MOST_SAMPLES, effort=effort) if fits(body)]
        for one, fits in zip(normal, accepts, strict=True)
    ]
    reported: set[int] = set()
    for first, second in combinations(range(len(branches)), 2):
        if second in reported or text(branches[first]) == text(branches[second]):
            continue
        shared = [body for body in bodies[first] if accepts[second](body)] + [
            body for body in bodies[second] if accepts[first](body)
        ]
        if shared:
            reported.add(second)
            shown = text(min(shared, key=lambda body: len(text(body))))
            message = f"{shown[:120]} satisfies branch {first} and branch {second} of oneOf, so oneOf refuses it."
            yield Hit("branches-overlap", f"{place.pointer}/oneOf/{second}", message)


def _mapping(place: SchemaPlace, document: Mapping[str, Json]) -> Iterator[Hit]:
    """Values of a discriminator mapping that lead nowhere, or to a schema that is none of the branches."""
    discriminator = place.schema["discriminator"]
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    branches = [one for word in ("oneOf", "anyOf") for one in _listed(place.schema, word)]
    targets = {target(document, one["$ref"]) for one in branches if isinstance(one, Mapping) and "$ref" in one}
    for value, named in mapping.items() if isinstance(mapping, Mapping) else ():
        where = f"{place.pointer}/discriminator/mapping/{escape(str(value))}"
        reference = _reference(document, named)
        if not reference.startswith("#"):
            continue  # another file
        found = target(document, reference)
        if found is None:
            yield Hit("discriminator-mapping-dead", where, f"{value!r} is mapped to {named!r}, which names no schema.")
        elif targets and found not in targets:
            yield Hit(
                "discriminator-mapping-dead", where, f"{value!r} is mapped to {named!r}, which is none of the branches."
            )


def _listed(schema: Mapping[str, Json], word: str) -> list[Json]:
    found = schema.get(word)
    return found if isinstance(found, list) else []


def _reference(document: Mapping[str, Json], named: Json) -> str:
    """A mapping's value as a reference: a name of a component where there is such a component, else a URI."""
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    is_uri = isinstance(named, str) and any(letter in named for letter in "#/.")
    if is_uri and not (isinstance(schemas, Mapping) and named in schemas):
        return str(named)
    return f"#/components/schemas/{escape(str(named))}"


def _without_prose(branch: Json) -> Json:
    return {name: value for name, value in branch.items() if name not in PROSE} if isinstance(branch, dict) else branch
