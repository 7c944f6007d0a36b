"""What changed between two schemas beside the accepted bodies: defaults, deprecation, discriminators, annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spec.compatibility.hits import NoteHit
from spec.normal.direction import Direction
from spec.normal.merge import NOTE, Schema, text, unique
from spec.normal.place import Path
from spec.source.pointer import Json
from spec.witness.engine import is_contained

_NONE = "\0none"


def note_hits(before: Schema, after: Schema, path: Path, direction: Direction) -> Iterator[NoteHit]:
    """Every change of an annotation at one place of two normal forms of the same direction."""
    old, new = before.get(NOTE, {}), after.get(NOTE, {})
    yield from _left_out(before, after, path, direction)
    if text(old) == text(new):
        return
    if "impossible" in old and "impossible" in new and old["impossible"] != new["impossible"]:
        yield NoteHit("impossible-schema-changed", path)
    yield from _defaults(old, new, path, direction)
    yield from _deprecations(old, new, path)
    yield from _limits(old, new, path, direction)
    yield from _discriminators(old.get("discriminator"), new.get("discriminator"), path, direction)
    yield from _contents(old, new, path, direction)
    yield from _extensible(old, new, path, direction)
    old, new = ({**side, "xml": _written_in_xml(side.get("xml"), path)} for side in (old, new))
    for word, compare in _ANNOTATIONS.items():
        if text(old.get(word)) != text(new.get(word)):
            yield from (
                NoteHit(hit.rule, path, hit.old, hit.new, hit.member, word)
                for hit in compare(old.get(word), new.get(word))
            )


def _defaults(old: Schema, new: Schema, path: Path, direction: Direction) -> Iterator[NoteHit]:
    if text(old.get("default", _NONE)) != text(new.get("default", _NONE)):
        word = "default-added" if "default" not in old else "default-removed" if "default" not in new else None
        rule = f"{direction}-{word or 'default-changed'}"
        yield NoteHit(rule, path, old.get("default"), new.get("default"), keyword="default")


def _deprecations(old: Schema, new: Schema, path: Path) -> Iterator[NoteHit]:
    if bool(old.get("deprecated")) != bool(new.get("deprecated")):
        rule = "member-deprecated" if new.get("deprecated") else "member-undeprecated"
        yield NoteHit(rule, path, keyword="deprecated")
    one, two = ({text(value): value for value in side.get("deprecated-values", ())} for side in (old, new))
    for key in two.keys() - one.keys():
        yield NoteHit("value-deprecated", path, None, two[key], keyword="enum")
    for key in one.keys() - two.keys():
        yield NoteHit("value-undeprecated", path, one[key], None, keyword="enum")


_LIMITS = {
    "format": "custom-format", "pattern": "unreadable-pattern", "contentEncoding": "encoding",
    "contentMediaType": "encoding", "unresolved": "unresolved-reference",
}  # fmt: skip


def _limits(old: Schema, new: Schema, path: Path, direction: Direction) -> Iterator[NoteHit]:
    """Limits that no validator checks: whether they tighten or loosen follows from their coming and going only."""
    for word, name in _LIMITS.items():
        one, two = old.get(word), new.get(word)
        if one != two:
            way = "added" if one is None else "removed" if two is None else "changed"
            harmless = way == ("removed" if direction == "request" else "added")
            yield NoteHit(f"{name}-{'relaxed' if harmless else 'changed'}", path, one, two, keyword=word)


def _contents(old: Schema, new: Schema, path: Path, direction: Direction) -> Iterator[NoteHit]:
    """The schema of what an encoded text holds: no validator reads it."""
    one, two = old.get("contentSchema", {}), new.get("contentSchema", {})
    if text(one) != text(two):
        narrow, wide = (one, two) if direction == "request" else (two, one)
        rule = "content-schema-relaxed" if is_contained(narrow, wide) else "content-schema-changed"
        yield NoteHit(rule, path, old.get("contentSchema"), new.get("contentSchema"), keyword="contentSchema")


def _discriminators(old: Json, new: Json, path: Path, direction: Direction) -> Iterator[NoteHit]:
    if text(old) == text(new):
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        rule = "discriminator-added" if old is None else "discriminator-removed"
        shown = [side and side["propertyName"] for side in (old, new)]
        yield NoteHit(rule, path, shown[0], shown[1], keyword="discriminator")
        return
    if old["propertyName"] != new["propertyName"]:
        shown = [side["propertyName"] for side in (old, new)]
        yield NoteHit("discriminator-changed", path, shown[0], shown[1], keyword="discriminator")
    one, two = old["values"], new["values"]
    ways = {"request": ("removed", "added"), "response": ("unused", "new")}[direction]
    for value in {**one, **two}:
        if value not in two:
            yield NoteHit(f"discriminator-value-{ways[0]}", path, value, keyword="discriminator")
        elif value not in one:
            yield NoteHit(f"discriminator-value-{ways[1]}", path, None, value, keyword="discriminator")
        elif one[value] != two[value]:
            shown = [{value: side[value]} for side in (one, two)]
            yield NoteHit("discriminator-value-retargeted", path, shown[0], shown[1], keyword="discriminator")


def _left_out(old: Schema, new: Schema, path: Path, direction: Direction) -> Iterator[NoteHit]:
    one, two = (set(side.get(NOTE, {}).get("left-out", ())) for side in (old, new))
    flag = "read-only" if direction == "request" else "write-only"
    for name in sorted(two - one):
        if name in old.get("properties", {}):
            yield NoteHit(f"member-became-{flag}", path, None, name, name)
    for name in sorted(one - two):
        if name in new.get("properties", {}):
            yield NoteHit(f"member-no-longer-{flag}", path, name, None, name)


def _extensible(before: Schema, after: Schema, path: Path, direction: Direction) -> Iterator[NoteHit]:
    """Values of an enumeration that clients must take to be open (``x-extensible-enum``)."""
    extensible = [side.get("x-extensible-enum") for side in (before, after)]
    one, two = ({text(value): value for value in side} if isinstance(side, list) else {} for side in extensible)
    if gone := [one[key] for key in one.keys() - two.keys()]:
        rule = "extensible-value-removed" if direction == "request" else "extensible-value-unused"
        yield NoteHit(rule, path, unique(gone), keyword="x-extensible-enum")
    if come := [two[key] for key in two.keys() - one.keys()]:
        yield NoteHit("extensible-value-added", path, None, unique(come), keyword="x-extensible-enum")


def _written_in_xml(xml: Json, path: Path) -> Json:
    """An XML Object without what holds anyway: the name of the member, and flags that are false. None if empty."""
    if not isinstance(xml, dict):
        return xml
    name = path[-1].key if path and path[-1].kind == "member" else None
    said = {
        word: value
        for word, value in xml.items()
        if not (word == "name" and value == name) and not (word in ("attribute", "wrapped") and value is False)
    }
    return said or None


def _resources(old: Json, new: Json) -> Iterator[NoteHit]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield NoteHit("resource-added" if old is None else "resource-removed", (), old, new)
        return
    for word, rule in (
        ("prefix", "resource-prefix-changed"),
        ("sid", "resource-prefix-changed"),
        ("response", "resource-response-changed"),
    ):
        if old.get(word) != new.get(word):
            yield NoteHit(rule, (), old.get(word), new.get(word))
    for word, removed, added in (
        ("identifiers", "resource-identifier-removed", "resource-identifier-added"),
        ("required-on-create", "resource-requirement-removed", "resource-requirement-added"),
    ):
        one, two = _names(old.get(word)), _names(new.get(word))
        yield from (NoteHit(removed, (), name) for name in sorted(one - two))
        yield from (NoteHit(added, (), None, name) for name in sorted(two - one))
    if old.get("scope") != new.get("scope"):
        yield NoteHit("resource-scope-changed", (), old.get("scope"), new.get("scope"))
    for word in ("identity", "fallback-identity", "implied-by", "replace"):
        before, after = old.get(word), new.get(word)
        if _ordered(before) != _ordered(after):
            rule = "resource-identity-changed" if "identity" in word else "resource-rule-changed"
            yield NoteHit(rule, (), before, after)


def _names(value: Json) -> set[str]:
    return {str(name) for name in value} if isinstance(value, list) else {value} if isinstance(value, str) else set()


def _ordered(value: Json) -> Json:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _comes(added: str, removed: str, changed: str) -> Callable[[Json, Json], Iterator[NoteHit]]:
    def compare(old: Json, new: Json) -> Iterator[NoteHit]:
        yield NoteHit(added if not old else removed if not new else changed, (), old, new)

    return compare


_ANNOTATIONS: dict[str, Callable[[Json, Json], Iterator[NoteHit]]] = {
    "x-resource": _resources,
    "xml": _comes("xml-changed", "xml-changed", "xml-changed"),
    "x-signon": _comes("signon-changed", "signon-changed", "signon-changed"),
    "x-install-default": _comes("install-default-changed", "install-default-changed", "install-default-changed"),
    "x-install-member": _comes("install-member-demanded", "install-member-dropped", "install-member-demanded"),
    "x-after": _comes("order-demanded", "order-dropped", "order-demanded"),
    "x-empty-is-unset": _comes("empty-is-unset-added", "empty-is-unset-removed", "empty-is-unset-added"),
    "x-clause": _comes("clause-renamed", "clause-renamed", "clause-renamed"),
}
