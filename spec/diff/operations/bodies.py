"""Request and response bodies compared: presence, statuses, media types, headers."""

from __future__ import annotations

from collections.abc import Iterator

from spec.diff.change import Change, change
from spec.diff.document import ComparedOperation, DocumentValue
from spec.diff.operations.media import media_changes
from spec.diff.operations.parameters import value_changes
from spec.diff.sides import Sides


def request_changes(sides: Sides, old: ComparedOperation, new: ComparedOperation) -> Iterator[Change]:
    """Changes of the request body of one operation."""
    one, two = sides.old.child(old.part, "requestBody"), sides.new.child(new.part, "requestBody")
    if (not one and not two) or one.is_unread or two.is_unread:
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
    yield from media_changes(sides, one, two, "request", f"{new.name}, request")


def response_changes(sides: Sides, old: ComparedOperation, new: ComparedOperation) -> Iterator[Change]:
    """Changes of the statuses an operation may answer with, their headers and bodies."""
    one, two = (
        _statuses(sides.old.children(old.part, "responses")),
        _statuses(sides.new.children(new.part, "responses")),
    )
    for status, part in one.items():
        other = status if status in two else _status_covering(status, two)
        if other is not None:
            yield from _covered(status, other, part, two[other], new)
            yield from _response(sides, part, two[other], f"{new.name}, {status}")
        elif status != "default" and not (status.endswith("XX") and any(_in_range(each, status) for each in two)):
            yield change(_removed(status, two), part.pointer, status, where="old", about=new.name)
    for status, part in two.items():
        if status in one:
            continue
        other = _status_covering(status, one)
        if other is not None:
            yield change("response-status-covered", part.pointer, None, status, about=new.name)
            yield from _response(sides, one[other], part, f"{new.name}, {status}")
        elif not (status.endswith("XX") and any(_in_range(each, status) for each in one)):
            yield change(_added(status, one), part.pointer, None, status, about=new.name)


def _covered(
    status: str, other: str, old: DocumentValue, new: DocumentValue, operation: ComparedOperation
) -> Iterator[Change]:
    """A status that is no longer described by itself, but by a range or ``default``."""
    if other != status:
        rule = "response-success-left-to-range" if _is_success(status) else "response-error-left-to-range"
        yield change(rule, new.pointer, status, other, about=f"{operation.name}, {status}")


def _statuses(found: dict[str, DocumentValue]) -> dict[str, DocumentValue]:
    return {name.upper() if name != "default" else name: part for name, part in found.items() if name}


def _in_range(status: str, wide: str) -> bool:
    return status != wide and status[0] == wide[0] and status != "default"


def _is_success(status: str) -> bool:
    return status[0] in "123"


def _status_covering(status: str, known: dict[str, DocumentValue]) -> str | None:
    """What covers a status: its range, or ``default``; nothing covers a range of which a status is described."""
    if status.endswith("XX") and any(_in_range(each, status) for each in known):
        return None
    ranged = f"{status[0]}XX"
    return next((name for name in (ranged, "default") if name in known and name != status), None)


def _removed(status: str, left: dict[str, DocumentValue]) -> str:
    if not _is_success(status):
        return "response-error-removed"
    return "response-success-removed" if any(name[0] == "2" for name in left) else "response-last-success-removed"


def _added(status: str, known: dict[str, DocumentValue]) -> str:
    described = any(_is_success(each) for each in known)
    if status == "default":
        return "response-default-error-added" if described else "response-default-status-added"
    if not _is_success(status):
        return "response-error-added"
    return "response-success-added" if described else "response-first-success-described"


def _response(sides: Sides, old: DocumentValue, new: DocumentValue, about: str) -> Iterator[Change]:
    if old.is_unread or new.is_unread:
        return
    yield from media_changes(sides, old, new, "response", about)
    one = {name.lower(): part for name, part in sides.old.children(old, "headers").items()}
    two = {name.lower(): part for name, part in sides.new.children(new, "headers").items()}
    for name in sorted(one.keys() | two.keys()):
        if name == "content-type" or any(side[name].is_unread for side in (one, two) if name in side):
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
