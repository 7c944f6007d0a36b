"""Parameters and headers compared: presence, place, serialisation, and the values they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.diff.change import Change, change, possibly
from spec.diff.document import ComparedOperation, DocumentValue, Side
from spec.diff.lifecycle import is_past
from spec.diff.sides import Sides
from spec.normal.direction import Direction
from spec.source.pointer import Json

_DEFAULT_STYLE = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
_SCALARS = frozenset({"string", "number", "integer", "boolean", "null"})


def parameters(side: Side, operation: ComparedOperation) -> dict[str, DocumentValue]:
    """The parameters of an operation by a key of place and name; those of the path item count unless overridden.

    Header names are compared without case, path parameters by their position in the path.
    """
    found: dict[str, DocumentValue] = {}
    positions = {name: index for index, name in enumerate(_names(operation.path))}
    for holder in (operation.item, operation.part):
        listed = side.child(holder, "parameters")
        for index in range(len(listed.value) if isinstance(listed.value, list) else 0):
            part = side.child(listed, str(index))
            if not isinstance(part.value, Mapping) or not isinstance(part.value.get("name"), str):
                continue
            place, name = str(part.value.get("in")), part.value["name"]
            if place == "header":
                name = name.lower()
                if name in _IGNORED_HEADERS:
                    continue
            if place == "path":
                name = str(positions.get(name, name))
            found[f"{place} {name}"] = part
    return found


def _names(path: str) -> list[str]:
    return [piece.partition("}")[0] for piece in path.split("{")[1:]]


def parameter_changes(sides: Sides, old: ComparedOperation, new: ComparedOperation) -> Iterator[Change]:
    """Changes of the parameters of one operation."""
    one, two = parameters(sides.old, old), parameters(sides.new, new)
    moved = _moved(one, two)
    for key, place in moved.items():
        about = f"{new.name}, {_label(two[place])}"
        yield change("parameter-moved", two[place].pointer, _label(one[key]), _label(two[place]), about=about)
    for key, part in one.items():
        if key in two:
            yield from _changes(sides, part, two[key], new)
        elif key not in moved and not key.startswith("path "):
            rule = "parameter-removed-after-sunset" if is_past(part.value, sides.terms) else "parameter-removed"
            yield change(rule, part.pointer, _label(part), where="old", about=new.name)
    for key, part in two.items():
        if key not in one and key not in moved.values():
            rule = "parameter-added-required" if part.value.get("required") is True else "parameter-added"
            added = change(rule, part.pointer, None, _label(part), about=new.name)
            yield possibly(added, "a parameter of the old document was not read") if _hides(sides.old, old) else added


def _hides(side: Side, operation: ComparedOperation) -> bool:
    """True if a parameter of an operation was not read: it may be any."""
    holders = [side.child(holder, "parameters") for holder in (operation.item, operation.part)]
    return any(
        side.child(listed, str(index)).is_unread
        for listed in holders
        for index in range(len(listed.value) if isinstance(listed.value, list) else 0)
    )


def _moved(one: dict[str, DocumentValue], two: dict[str, DocumentValue]) -> dict[str, str]:
    found = {}
    for key in one.keys() - two.keys():
        name = one[key].value["name"].lower()
        for other in sorted(two.keys() - one.keys()):
            if two[other].value["name"].lower() == name:
                found[key] = other
    return found


def _label(part: DocumentValue) -> str:
    return f"{part.value.get('in')} parameter {part.value.get('name')}"


def _changes(sides: Sides, old: DocumentValue, new: DocumentValue, operation: ComparedOperation) -> Iterator[Change]:
    about = f"{operation.name}, {_label(new)}"
    one, two = old.value, new.value
    required = [side.get("required") is True or side.get("in") == "path" for side in (one, two)]
    if required[0] != required[1]:
        rule = "parameter-became-required" if required[1] else "parameter-became-optional"
        yield change(rule, f"{new.pointer}", one["name"], two["name"], about=about)
    if bool(one.get("deprecated")) != bool(two.get("deprecated")) and two.get("deprecated"):
        yield change("parameter-deprecated", new.pointer, about=about)
    for word, refused, allowed in (
        ("allowReserved", "parameter-reserved-refused", "parameter-reserved-allowed"),
        ("allowEmptyValue", "parameter-empty-refused", "parameter-empty-allowed"),
    ):
        if bool(one.get(word)) != bool(two.get(word)):
            yield change(allowed if two.get(word) else refused, new.pointer, about=about)
    yield from value_changes(sides, old, new, "request", about)


def value_changes(
    sides: Sides, old: DocumentValue, new: DocumentValue, direction: Direction, about: str
) -> Iterator[Change]:
    """Changes of the values and serialisation of a parameter or header object."""
    media = [_content(side) for side in (old.value, new.value)]
    if media[0] != media[1]:
        yield change(
            "parameter-content-changed",
            new.pointer,
            media[0] or "a plain value",
            media[1] or "a plain value",
            about=about,
        )
        return
    below = ("content", media[0], "schema") if media[0] else ("schema",)
    one, two = sides.old.child(old, *below), sides.new.child(new, *below)
    styles = [_style(side, part) for side, part in ((old.value, one), (new.value, two))]
    scalar = _is_scalar(one) and _is_scalar(two)
    shape = [style.partition(" ")[0] if scalar else style for style in styles]
    if shape[0] != shape[1] and not media[0]:
        yield change("parameter-style-changed", new.pointer, styles[0], styles[1], about=about)
    nothing = DocumentValue(new.pointer, {})
    sides.ask(one or nothing, two or nothing, direction, about, wire=not media[0])


def _content(parameter: Mapping[str, Json]) -> str:
    content = parameter.get("content")
    return next(iter(content), "") if isinstance(content, Mapping) else ""


def _style(parameter: Mapping[str, Json], _: DocumentValue) -> str:
    style = str(parameter.get("style") or _DEFAULT_STYLE.get(str(parameter.get("in")), "simple"))
    explode = parameter.get("explode", style == "form")
    return f"{style} {'exploded' if explode else 'joined'}"


def _is_scalar(part: DocumentValue) -> bool:
    if not isinstance(part.value, Mapping):
        return True
    declared = part.value.get("type")
    types = {declared} if isinstance(declared, str) else set(declared or ())
    return bool(types) and types <= _SCALARS
