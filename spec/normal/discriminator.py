"""What a discriminator (OpenAPI 3.1 section 4.8.25) means: which value on the wire names which schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.openapi.resolving import target
from spec.source.pointer import Json

COMPONENTS = "/components/schemas/"


def place_of(document: Mapping[str, Json], reference: Json) -> str | None:
    """The pointer that a mapping names: a reference, or the bare name of a component."""
    if not isinstance(reference, str):
        return None
    if not reference.startswith("#") and "/" not in reference and "." not in reference:
        return target(document, f"#{COMPONENTS}{reference}")
    return target(document, reference)


def wire_values(document: Mapping[str, Json], node: Mapping[str, Json], subtypes: Mapping[str, str]) -> dict[str, str]:
    """Value on the wire → pointer of its schema, or the reference as written where it leads nowhere.

    ``mapping`` comes first; an alternative (``oneOf``, ``anyOf``) or subtype that it does not name goes by the name of
    its component.
    """
    discriminator = node.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    found = {}
    for value, reference in mapping.items() if isinstance(mapping, Mapping) else ():
        found[str(value)] = place_of(document, reference) or str(reference)
    for word in ("oneOf", "anyOf"):
        for branch in node.get(word) or () if isinstance(node.get(word), list) else ():
            place = target(document, branch.get("$ref")) if isinstance(branch, Mapping) else None
            if place is not None and place not in found.values():
                found.setdefault(place.rpartition("/")[2], place)
    return {**subtypes, **found}


def subtypes_by_parent(document: Mapping[str, Json]) -> dict[str, dict[str, str]]:
    """Pointer of a parent with a discriminator → value → pointer of the subtype that names the parent in ``allOf``."""
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    found: dict[str, dict[str, str]] = {}
    for name, schema in schemas.items() if isinstance(schemas, Mapping) else ():
        for part in _parts(schema):
            place = target(document, part.get("$ref"))
            if place is None or not place.startswith(COMPONENTS):
                continue
            parent = schemas.get(place[len(COMPONENTS) :]) if isinstance(schemas, Mapping) else None
            if not isinstance(parent, Mapping) or not isinstance(parent.get("discriminator"), Mapping):
                continue
            child = f"{COMPONENTS}{name}"
            found.setdefault(place, {})[_value(document, parent, child, str(name))] = child
    return found


def _parts(schema: Json) -> Iterator[Mapping[str, Json]]:
    """The schemas that must hold as well: those of ``allOf``, and of an ``allOf`` written within it."""
    listed = schema.get("allOf") if isinstance(schema, Mapping) else None
    for part in listed if isinstance(listed, list) else ():
        if isinstance(part, Mapping):
            yield part
            yield from _parts(part)


def _value(document: Mapping[str, Json], parent: Mapping[str, Json], child: str, name: str) -> str:
    mapping = parent["discriminator"].get("mapping")
    for value, reference in mapping.items() if isinstance(mapping, Mapping) else ():
        if place_of(document, reference) == child:
            return str(value)
    return name
