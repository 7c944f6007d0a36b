"""Lint rules about components that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.lint.rules import Hit
from spec.openapi.resolving import references, target
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


def unused_components(document: Mapping[str, Json]) -> Iterator[Hit]:
    """Components that no reference reaches from outside ``components``; schemes that no demand names.

    A schema that extends another by ``allOf`` is reached from its parent's discriminator, and counts as used with it.
    """
    components = document.get("components")
    if not isinstance(components, Mapping) or not (document.get("paths") or document.get("webhooks")):
        return  # a library of components: others refer to them
    reached = _reached(document, components)
    for kind in _REFERRED:
        held = components.get(kind)
        for name in held if isinstance(held, Mapping) else ():
            if (pointer := f"/components/{kind}/{escape(str(name))}") not in reached:
                yield Hit("component-unused", pointer, f"Nothing refers to {name!r}.")


def _reached(document: Mapping[str, Json], components: Mapping[str, Json]) -> set[str]:
    outside = {word: node for word, node in document.items() if word != "components"}
    waiting = [*_targets(document, outside)]
    children = _extending(document, components)
    reached: set[str] = set()
    while waiting:
        place = waiting.pop()
        tokens = place.split("/")[:4]  # "", components, kind, name
        component = "/".join(tokens)
        if len(tokens) < 4 or component in reached:
            continue
        reached.add(component)
        held = components.get(tokens[2])
        name = tokens[3].replace("~1", "/").replace("~0", "~")
        node = held.get(name) if isinstance(held, Mapping) else None
        waiting += _targets(document, node)
        waiting += children.get(component, ())
    return reached


def _targets(document: Mapping[str, Json], node: Json) -> list[str]:
    found = [target(document, text) for _, text in references(node)]
    found += [_mapped(document, text) for text in _mappings(node)]
    return [place for place in found if place]


def _mapped(document: Mapping[str, Json], named: str) -> str | None:
    return target(document, named) if named.startswith("#") else target(document, f"#/components/schemas/{named}")


def _mappings(node: Json) -> Iterator[str]:
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Mapping):
            mapping = here.get("mapping") if "propertyName" in here else None
            yield from (
                one for one in (mapping.values() if isinstance(mapping, Mapping) else ()) if isinstance(one, str)
            )
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)


def _extending(document: Mapping[str, Json], components: Mapping[str, Json]) -> dict[str, list[str]]:
    """The schemas that extend each schema with a discriminator."""
    schemas = components.get("schemas")
    found: dict[str, list[str]] = {}
    for name, schema in schemas.items() if isinstance(schemas, Mapping) else ():
        parts = schema.get("allOf") if isinstance(schema, Mapping) else None
        for part in parts if isinstance(parts, list) else ():
            parent = target(document, part.get("$ref")) if isinstance(part, Mapping) else None
            if parent:
                found.setdefault(parent, []).append(f"/components/schemas/{escape(str(name))}")
    return found
