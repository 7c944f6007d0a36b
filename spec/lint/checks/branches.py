"""Lint rules about the branches of allOf, anyOf and oneOf: equal ones, single ones, those that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from spec.lint.checks.keywords import PROSE
from spec.lint.checks.places import SchemaPlace
from spec.lint.nearby import nearby
from spec.lint.possible import are_apart
from spec.lint.rules import Hit
from spec.normal.form import Normaliser
from spec.normal.merge import Schema, text
from spec.openapi.resolving import target
from spec.source.pointer import Json, escape
from spec.witness.effort import Effort
from spec.witness.engine import judge
from spec.witness.sample import samples

_MOST_COMPARED = 12  # branches of one oneOf that are compared with each other
_MOST_SAMPLES = 20
_LEVELS = 4


def branch_hits(
    place: SchemaPlace, normal: Schema, normaliser: Normaliser, document: Mapping[str, Json], effort: Effort
) -> Iterator[Hit]:
    """Hits of every rule in this room about one schema, whose normal form is known."""
    for word in ("anyOf", "oneOf", "allOf"):
        branches = place.schema.get(word)
        if isinstance(branches, list) and branches:
            yield from _equal(place, word, branches)
            if len(branches) == 1 and not (word == "allOf" and len(place.schema) > 1):
                yield Hit("single-branch", f"{place.pointer}/{word}", f"{word} has one branch only.")
    if "discriminator" in place.schema:
        yield from _mapping(place, document)
    else:
        yield from _overlapping(place, normal, normaliser, effort)


def _equal(place: SchemaPlace, word: str, branches: Sequence[Json]) -> Iterator[Hit]:
    seen: dict[str, int] = {}
    for index, branch in enumerate(branches):
        bare = _without_prose(branch)
        first = seen.setdefault(text(bare), index)
        if first != index:
            effect = "no value can match exactly one of them" if word == "oneOf" else "it adds nothing"
            message = f"Branch {index} of {word} is the same as branch {first}: {effect}."
            yield Hit("duplicate-branch", f"{place.pointer}/{word}/{index}", message)


def _overlapping(place: SchemaPlace, whole: Schema, normaliser: Normaliser, effort: Effort) -> Iterator[Hit]:
    """Branches of ``oneOf`` that one value satisfies together, proven by that value, each later branch once."""
    branches = place.schema.get("oneOf")
    if not isinstance(branches, list) or not 1 < len(branches) <= _MOST_COMPARED or effort.is_spent:
        return
    if not any("oneOf" in part for part in (whole, *whole.get("allOf", ()))):
        return  # the normal form has it as anyOf, or as one schema: nothing can satisfy two of them
    if all(isinstance(branch, Mapping) and branch.keys() - PROSE == {"required"} for branch in branches):
        return  # exactly one of these members: it is meant that oneOf refuses two
    normal = [nearby(normaliser.normal(branch), _LEVELS) for branch in branches]
    pairs = [
        (first, second)
        for first, second in combinations(range(len(branches)), 2)
        if text(branches[first]) != text(branches[second]) and not are_apart(normal[first], normal[second])
    ]
    accepts = {index: judge(normal[index]) for index in sorted({index for pair in pairs for index in pair})}
    bodies = {
        index: [body for body in samples(normal[index], most=_MOST_SAMPLES, effort=effort) if fits(body)]
        for index, fits in accepts.items()
    }
    fits_beside = [judge(normaliser.normal(each)) for each in _beside(place)] if pairs else []
    reported: set[int] = set()
    for first, second in pairs:
        if second in reported:
            continue
        shared = [body for body in bodies[first] if accepts[second](body)] + [
            body for body in bodies[second] if accepts[first](body)
        ]
        shared = [body for body in shared if all(fits(body) for fits in fits_beside)]
        if shared:
            reported.add(second)
            shown = text(min(shared, key=lambda body: len(text(body))))
            message = f"{shown[:120]} satisfies branch {first} and branch {second} of oneOf, so oneOf refuses it."
            yield Hit("branches-overlap", f"{place.pointer}/oneOf/{second}", message)


def _beside(place: SchemaPlace) -> Iterator[Json]:
    """What else a value has to satisfy: the rest of the schema, and what stands beside it in an allOf."""
    rest = {word: value for word, value in place.schema.items() if word != "oneOf"}
    if rest.keys() - PROSE:
        yield rest
    if place.keyword == "allOf" and place.around is not None:
        others = [part for part in place.around["allOf"] if part is not place.schema]
        yield {**place.around, "allOf": others}


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
