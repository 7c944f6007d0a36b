"""Media types of a request or response: which of the other document corresponds, and how its schema travels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.diff.change import Change, change
from spec.diff.document import DocumentValue
from spec.diff.sides import Sides
from spec.diff.unchanged import alike
from spec.normal.direction import Direction
from spec.source.pointer import Json

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def media_changes(
    sides: Sides, old: DocumentValue, new: DocumentValue, direction: Direction, about: str
) -> Iterator[Change]:
    """Changes of the media types of a body and of their schemas; a range (``*/*``) covers what it names."""
    one = {media_type(name): part for name, part in sides.old.children(old, "content").items()}
    two = {media_type(name): part for name, part in sides.new.children(new, "content").items()}
    if direction == "response" and bool(one) != bool(two):
        rule = "response-body-removed" if one else "response-body-added"
        yield change(rule, new.pointer, about=about)
        return
    for name, part in one.items():
        other = _covering(name, two)
        narrowed = [each for each in two if _covers(name, each)] if other is None else []
        if other is not None:
            yield from _schemas(sides, part, two[other], direction, about, name)
        elif not narrowed:
            yield change(f"{direction}-media-type-removed", part.pointer, name, where="old", about=about)
        else:  # a range became what it covers: less may come, less may be sent
            yield change(f"{direction}-media-type-narrowed", part.pointer, name, narrowed, where="old", about=about)
    for name, part in two.items():
        other = _covering(name, one)
        if other is None:
            rule = f"{direction}-media-type-{'widened' if any(_covers(name, each) for each in one) else 'added'}"
            yield change(rule, part.pointer, None, name, about=about)
        elif name not in one and _covering(other, two) != name:
            yield from _schemas(sides, one[other], part, direction, about, name)


def media_type(name: str) -> str:
    """A media type in one spelling: lower case, parameters sorted, no spaces."""
    kind, *options = [piece.strip().lower() for piece in name.split(";")]
    return ";".join([kind, *sorted(option.replace(" ", "") for option in options if option)])


def _covers(wide: str, name: str) -> bool:
    kind = name.partition(";")[0]
    return wide != name and wide in (kind, f"{kind.partition('/')[0]}/*", "*/*")


def _covering(name: str, known: Mapping[str, DocumentValue]) -> str | None:
    kind = name.partition(";")[0]
    for candidate in (name, kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if candidate in known:
            return candidate
    return next(
        (other for other in known if other.partition(";")[0] == kind and "charset=utf-8" in (other + name)), None
    )


def is_xml(name: str) -> bool:
    """True of media types whose bodies are XML (RFC 7303)."""
    kind = name.partition(";")[0]
    return kind in ("application/xml", "text/xml") or kind.endswith("+xml")


def _schemas(
    sides: Sides, old: DocumentValue, new: DocumentValue, direction: Direction, about: str, name: str
) -> Iterator[Change]:
    one, two = sides.old.child(old, "schema"), sides.new.child(new, "schema")
    nothing = DocumentValue(new.pointer, {})
    if one or two:
        form = name.partition(";")[0] in _FORMS
        sides.ask(one or nothing, two or nothing, direction, about, wire=form, xml=is_xml(name))
    items = [sides.old.child(old, "itemSchema"), sides.new.child(new, "itemSchema")]  # OpenAPI 3.2: streams
    if items[0] or items[1]:
        sides.ask(items[0] or nothing, items[1] or nothing, direction, f"{about}, each item")
    encodings: list[Json] = [
        part.value.get("encoding") if isinstance(part.value, dict) else None for part in (old, new)
    ]
    if not alike(encodings[0], encodings[1]):
        yield change("encoding-of-part-changed", new.pointer, encodings[0], encodings[1], about=about)
