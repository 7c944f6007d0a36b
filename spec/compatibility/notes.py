"""What changed between two schemas beside the accepted bodies: defaults, deprecation, discriminators, annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from spec.compatibility.align import paired
from spec.normal.merge import NOTE, Schema, text
from spec.normal.place import Path, Step, opened, step

_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class NoteHit:
    """A rule of the document table (diff_rules) hit by an annotation of the schema at a path."""

    rule: str
    path: Path
    old: Any = None
    new: Any = None
    member: str | None = None
    keyword: str | None = None


def note_hits(old: Schema, new: Schema, direction: str) -> Iterator[NoteHit]:
    """Every change of an annotation at corresponding places of two normal forms of the same direction."""
    definitions = (old.get("$defs", {}), new.get("$defs", {}))
    yield from _walk(old, new, definitions, (), direction, set())


def _walk(
    old: Schema, new: Schema, definitions: tuple[Schema, Schema], path: Path, direction: str, passed: set[str]
) -> Iterator[NoteHit]:
    if old is new or len(path) > _DEEPEST:
        return
    if "$ref" in old or "$ref" in new:
        key = f"{old.get('$ref') or id(old)} {new.get('$ref') or id(new)}"
        if key in passed:
            return
        passed.add(key)
    yield from _notes(old, new, path, direction)
    old, new = opened(old, definitions[0]), opened(new, definitions[1])
    if "$ref" not in (*old, *new):
        yield from _notes(old, new, path, direction)
    one, two = old.get("properties", {}), new.get("properties", {})
    for name in one.keys() & two.keys():
        yield from _walk(one[name], two[name], definitions, (*path, Step("member", name)), direction, passed)
    for word, kind in (("items", "item"), ("additionalProperties", "additional")):
        if word in old and word in new:
            yield from _walk(old[word], new[word], definitions, (*path, step(kind)), direction, passed)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in old and word in new:
            for left, right in paired(old[word], new[word]).both:
                way = step(word, left)
                yield from _walk(old[word][left], new[word][right], definitions, (*path, way), direction, passed)


def _notes(before: Schema, after: Schema, path: Path, direction: str) -> Iterator[NoteHit]:
    old, new = before.get(NOTE, {}), after.get(NOTE, {})
    if text(old) == text(new):
        return
    if text(old.get("default", _NONE)) != text(new.get("default", _NONE)):
        word = "default-added" if "default" not in old else "default-removed" if "default" not in new else None
        rule = f"{direction}-{word or 'default-changed'}"
        yield NoteHit(rule, path, old.get("default"), new.get("default"), keyword="default")
    if bool(old.get("deprecated")) != bool(new.get("deprecated")):
        yield NoteHit(
            "member-deprecated" if new.get("deprecated") else "member-undeprecated", path, keyword="deprecated"
        )
    yield from _limits(old, new, path, direction)
    yield from _discriminators(old.get("discriminator"), new.get("discriminator"), path, direction)
    yield from _left_out(before, after, path, direction)
    for word, compare in _ANNOTATIONS.items():
        if text(old.get(word)) != text(new.get(word)):
            yield from (
                NoteHit(hit.rule, path, hit.old, hit.new, hit.member, word)
                for hit in compare(old.get(word), new.get(word))
            )


_NONE = "\0none"


def _limits(old: Schema, new: Schema, path: Path, direction: str) -> Iterator[NoteHit]:
    """Limits that no validator checks: whether they tighten or loosen follows from their coming and going only."""
    for word, name in (("format", "custom-format"), ("pattern", "unreadable-pattern"), ("contentEncoding", "encoding"),
                       ("contentMediaType", "encoding"), ("unresolved", "unresolved-reference")):  # fmt: skip
        one, two = old.get(word), new.get(word)
        if one != two:
            way = "added" if one is None else "removed" if two is None else "changed"
            harmless = way == ("removed" if direction == "request" else "added")
            yield NoteHit(f"{name}-{'relaxed' if harmless else 'changed'}", path, one, two, keyword=word)


def _discriminators(old: Any, new: Any, path: Path, direction: str) -> Iterator[NoteHit]:
    if text(old) == text(new):
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield NoteHit("discriminator-added" if old is None else "discriminator-removed", path, old, new)
        return
    if old.get("propertyName") != new.get("propertyName"):
        yield NoteHit("discriminator-changed", path, old.get("propertyName"), new.get("propertyName"))
    one, two = old.get("mapping") or {}, new.get("mapping") or {}
    for name in {**one, **two}:
        if name not in two:
            rule = "discriminator-value-removed" if direction == "request" else "discriminator-value-unused"
            yield NoteHit(rule, path, name)
        elif name not in one:
            rule = "discriminator-value-added" if direction == "request" else "discriminator-value-new"
            yield NoteHit(rule, path, None, name)
        elif _last(one[name]) != _last(two[name]):
            yield NoteHit("discriminator-value-retargeted", path, {name: one[name]}, {name: two[name]})


def _last(reference: Any) -> str:
    return str(reference).rpartition("/")[2]


def _left_out(old: Schema, new: Schema, path: Path, direction: str) -> Iterator[NoteHit]:
    one, two = (set(side.get(NOTE, {}).get("left-out", ())) for side in (old, new))
    flag = "read-only" if direction == "request" else "write-only"
    for name in sorted(two - one):
        if name in old.get("properties", {}):
            yield NoteHit(f"member-became-{flag}", path, None, name, name)
    for name in sorted(one - two):
        if name in new.get("properties", {}):
            yield NoteHit(f"member-no-longer-{flag}", path, name, None, name)


def _resources(old: Any, new: Any) -> Iterator[NoteHit]:
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


def _names(value: Any) -> set[str]:
    return {str(name) for name in value} if isinstance(value, list) else {value} if isinstance(value, str) else set()


def _ordered(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _comes(added: str, removed: str, changed: str) -> Callable[[Any, Any], Iterator[NoteHit]]:
    def compare(old: Any, new: Any) -> Iterator[NoteHit]:
        yield NoteHit(added if not old else removed if not new else changed, (), old, new)

    return compare


_ANNOTATIONS: dict[str, Callable[[Any, Any], Iterator[NoteHit]]] = {
    "x-resource": _resources,
    "x-signon": _comes("signon-changed", "signon-changed", "signon-changed"),
    "x-install-default": _comes("install-default-changed", "install-default-changed", "install-default-changed"),
    "x-install-member": _comes("install-member-demanded", "install-member-dropped", "install-member-demanded"),
    "x-after": _comes("order-demanded", "order-dropped", "order-demanded"),
    "x-empty-is-unset": _comes("empty-is-unset-added", "empty-is-unset-removed", "empty-is-unset-added"),
    "x-clause": _comes("clause-renamed", "clause-renamed", "clause-renamed"),
}
