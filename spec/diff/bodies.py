"""Request and response bodies compared: presence, media types, and the bodies their schemas accept."""

from __future__ import annotations

from collections.abc import Iterator

from spec.diff.change import Change, change
from spec.diff.document import Operation, Part
from spec.diff.parameters import value_changes
from spec.diff.schemas import Sides, schema_diff, unequal
from spec.normal.form import Direction


def request_changes(sides: Sides, old: Operation, new: Operation) -> Iterator[Change]:
    """Changes of the request body of one operation."""
    one, two = sides.old.child(old.part, "requestBody"), sides.new.child(new.part, "requestBody")
    if not one and not two:
        return
    needed = [bool(part) and part.value.get("required") is True for part in (one, two)]
    if not one:
        rule = "request-body-added-required" if needed[1] else "request-body-added"
        yield change(rule, two.pointer, about=new.name)
        return
    if not two:
        yield change("request-body-removed", one.pointer, where="old", about=new.name)
        return
    if needed[0] != needed[1]:
        rule = "request-body-became-required" if needed[1] else "request-body-became-optional"
        yield change(rule, f"{two.pointer}/required" if "required" in two.value else two.pointer, about=new.name)
    yield from media_changes(sides, one, two, "request", new.name)


def media_changes(sides: Sides, old: Part, new: Part, direction: Direction, about: str) -> Iterator[Change]:
    """Changes of the media types of a body and of their schemas; a range (``*/*``) covers what it names."""
    one = {media_type(name): part for name, part in sides.old.children(old, "content").items()}
    two = {media_type(name): part for name, part in sides.new.children(new, "content").items()}
    if direction == "response" and bool(one) != bool(two):
        rule = "response-body-removed" if one else "response-body-added"
        yield change(rule, new.pointer, about=about)
        return
    for name, part in one.items():
        other = _covering(name, two)
        if other is None:
            yield change(f"{direction}-media-type-removed", part.pointer, name, where="old", about=about)
        else:
            yield from _schemas(sides, part, two[other], direction, about)
    for name, part in two.items():
        other = _covering(name, one)
        if other is None:
            yield change(f"{direction}-media-type-added", part.pointer, None, name, about=about)
        elif name not in one and _covering(other, two) != name:
            yield from _schemas(sides, one[other], part, direction, about)


def media_type(name: str) -> str:
    """A media type in one spelling: lower case, parameters sorted, no spaces."""
    kind, *options = [piece.strip().lower() for piece in name.split(";")]
    return ";".join([kind, *sorted(option.replace(" ", "") for option in options if option)])


def _covering(name: str, known: dict[str, Part]) -> str | None:
    kind = name.partition(";")[0]
    for candidate in (name, kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if candidate in known:
            return candidate
    return next(
        (other for other in known if other.partition(";")[0] == kind and "charset=utf-8" in (other + name)), None
    )


def _schemas(sides: Sides, old: Part, new: Part, direction: Direction, about: str) -> Iterator[Change]:
    one, two = sides.old.child(old, "schema"), sides.new.child(new, "schema")
    nothing = Part(new.pointer, {})
    if one or two:
        yield from schema_diff(sides, one or nothing, two or nothing, direction)
    encodings = [part.value.get("encoding") if isinstance(part.value, dict) else None for part in (old, new)]
    if unequal(encodings[0], encodings[1]):
        yield change("encoding-of-part-changed", new.pointer, encodings[0], encodings[1], about=about)


def response_changes(sides: Sides, old: Operation, new: Operation) -> Iterator[Change]:
    """Changes of the statuses an operation may answer with, their headers and bodies."""
    one, two = (
        _statuses(sides.old.children(old.part, "responses")),
        _statuses(sides.new.children(new.part, "responses")),
    )
    for status, part in one.items():
        other = status if status in two else _status_covering(status, two)
        if other is not None:
            yield from _response(sides, part, two[other], f"{new.name}, {status}")
        elif status != "default":
            yield change(_removed(status, two), part.pointer, status, where="old", about=new.name)
    for status, part in two.items():
        if status in one:
            continue
        other = _status_covering(status, one)
        if other is not None:
            yield change("response-status-covered", part.pointer, None, status, about=new.name)
            yield from _response(sides, one[other], part, f"{new.name}, {status}")
        else:
            success = status[0] in "123"
            rule = "response-default-status-added" if status == "default" else (
                "response-success-added" if success else "response-error-added"
            )  # fmt: skip
            yield change(rule, part.pointer, None, status, about=new.name)


def _statuses(found: dict[str, Part]) -> dict[str, Part]:
    return {name.upper() if name != "default" else name: part for name, part in found.items() if name}


def _status_covering(status: str, known: dict[str, Part]) -> str | None:
    ranged = f"{status[0]}XX"
    return next((name for name in (ranged, "default") if name in known and name != status), None)


def _removed(status: str, left: dict[str, Part]) -> str:
    if status[0] not in "123":
        return "response-error-removed"
    return "response-success-removed" if any(name[0] == "2" for name in left) else "response-last-success-removed"


def _response(sides: Sides, old: Part, new: Part, about: str) -> Iterator[Change]:
    yield from media_changes(sides, old, new, "response", about)
    one = {name.lower(): part for name, part in sides.old.children(old, "headers").items()}
    two = {name.lower(): part for name, part in sides.new.children(new, "headers").items()}
    for name in one.keys() | two.keys():
        if name == "content-type":
            continue
        if name not in two:
            sent = one[name].value.get("required") is True
            rule = "response-header-removed-required" if sent else "response-header-removed"
            yield change(rule, one[name].pointer, name, where="old", about=about)
        elif name not in one:
            yield change("response-header-added", two[name].pointer, None, name, about=about)
        else:
            needed = [part.value.get("required") is True for part in (one[name], two[name])]
            if needed[0] != needed[1]:
                rule = "response-header-became-required" if needed[1] else "response-header-became-optional"
                yield change(rule, two[name].pointer, name, name, about=about)
            yield from value_changes(sides, one[name], two[name], "response", f"{about}, header {name}")
