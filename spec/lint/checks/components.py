"""Lint rules about components that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.openapi.resolving import LocalReference, target
from spec.source.pointer import Json, escape

_REFERRED = (
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "links",
    "callbacks",
    "pathItems",
)


def unused_components(
    document: Mapping[str, Json], places: Iterable[SchemaPlace], written: Iterable[LocalReference]
) -> Iterator[Hit]:
    """Components that no reference reaches from outside ``components``; ``written`` are all references.

    A schema that extends another by ``allOf`` is reached from its parent's discriminator, and counts as used with it.
    """
    components = document.get("components")
    if not isinstance(components, dict) or not (document.get("paths") or document.get("webhooks")):
        return  # a library of components: others refer to them
    reached = _reached(document, components, places, written)
    for kind in _REFERRED:
        held = components.get(kind)
        for name in held if isinstance(held, dict) else ():
            if (pointer := f"/components/{kind}/{escape(str(name))}") not in reached:
                yield Hit("component-unused", pointer, f"Nothing refers to {name!r}.")


def _reached(
    document: Mapping[str, Json],
    components: Mapping[str, Json],
    places: Iterable[SchemaPlace],
    written: Iterable[LocalReference],
) -> set[str]:
    outgoing = _outgoing(document, places, written)
    waiting = [place for holder, places in outgoing.items() if not holder for place in places]
    children = _extending(document, components)
    reached: set[str] = set()
    while waiting:
        component = _component(waiting.pop())
        if component and component not in reached:
            reached.add(component)
            waiting += [*outgoing.get(component, ()), *children.get(component, ())]
    return reached


def _component(place: str) -> str:
    """The pointer of the component that a place is in; empty for one outside of them."""
    tokens = place.split("/", 4)[:4]  # "", components, kind, name
    return "/".join(tokens) if len(tokens) == 4 and tokens[1] == "components" else ""


def _outgoing(
    document: Mapping[str, Json], places: Iterable[SchemaPlace], written: Iterable[LocalReference]
) -> dict[str, list[str]]:
    """The places that each component refers to, and that what is outside of them does (empty)."""
    aims: dict[str, str | None] = {}
    found: dict[str, list[str]] = {}
    for holder, text in written:
        if text not in aims:
            aims[text] = target(document, text)
        if place := aims[text]:
            found.setdefault(_component(holder), []).append(place)
    for holder, text in _mappings(places):
        if place := _mapped(document, text):
            found.setdefault(_component(holder), []).append(place)
    return found


def _mapped(document: Mapping[str, Json], named: str) -> str | None:
    return target(document, named) if named.startswith("#") else target(document, f"#/components/schemas/{named}")


def _mappings(places: Iterable[SchemaPlace]) -> Iterator[LocalReference]:
    """What the mappings of discriminators name."""
    for place in places:
        discriminator = place.schema.get("discriminator")
        mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
        named = mapping.values() if isinstance(mapping, dict) else ()
        yield from (LocalReference(place.pointer, one) for one in named if isinstance(one, str))


def _extending(document: Mapping[str, Json], components: Mapping[str, Json]) -> dict[str, list[str]]:
    """The schemas that extend each schema with a discriminator."""
    schemas = components.get("schemas")
    found: dict[str, list[str]] = {}
    for name, schema in schemas.items() if isinstance(schemas, dict) else ():
        parts = schema.get("allOf") if isinstance(schema, dict) else None
        for part in parts if isinstance(parts, list) else ():
            parent = target(document, part.get("$ref")) if isinstance(part, dict) else None
            if parent:
                found.setdefault(parent, []).append(f"/components/schemas/{escape(str(name))}")
    return found
