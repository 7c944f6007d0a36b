"""The schema comparisons that were asked for, as changes: their places, the operations they concern, their proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from spec.compatibility.hits import NoteHit, SchemaHit
from spec.compatibility.judgement import DirectionChanges, NoteChange, Proof, SchemaChange
from spec.compatibility.rules import BOUNDS, SCHEMA_RULES
from spec.compatibility.usage import Use
from spec.diff.change import Change, Where, change
from spec.diff.document import DocumentValue
from spec.diff.lifecycle import is_past, softened
from spec.diff.locating import Locator
from spec.diff.sides import ComparisonKey, SchemaComparison, Sides
from spec.diff.wording import sentence
from spec.normal.direction import DIRECTIONS, Direction
from spec.normal.merge import NOTE, bare
from spec.normal.place import BRANCHES, Path
from spec.source.pointer import Json

_FLIPS = ("member-became-", "member-no-longer-")
_DECLARED = ("member-added", "member-removed")
_KEYWORDS: dict[str, tuple[str, ...]] = {
    **{rule: (bound.keyword,) for bound in BOUNDS for rule in (bound.raised, bound.lowered)},
    "null-refused": ("nullable", "type"), "null-allowed": ("nullable", "type"),
}  # fmt: skip
_WORDS: dict[str, tuple[str, ...]] = {
    "minimum": ("minimum", "exclusiveMinimum"), "maximum": ("maximum", "exclusiveMaximum"),
    "multiple": ("multipleOf",), "pattern": ("pattern", "patternProperties"), "enum": ("enum",), "type": ("type",),
    "format": ("format",), "unique": ("uniqueItems",), "contains": ("contains",),
    "unknown": ("additionalProperties",), "condition": ("if",), "exclusion": ("not",),
}  # fmt: skip


class _UseGroup(NamedTuple):
    """Uses of one kind: those of operations, or those of webhooks and callbacks (``swapped``)."""

    asked: ComparisonKey
    use: Use
    users: tuple[str, ...]


def schema_changes(sides: Sides) -> Iterator[Change]:
    """Every change of a schema that some operation asked to be compared."""
    for direction in DIRECTIONS:
        comparisons = {id(each.body): each for each in sides.comparisons.values() if each.asked.direction == direction}
        if comparisons:
            yield from _Emission(sides, comparisons, direction).changes()
        for reading in sides.readings:
            reading.forget()


class _Emission:
    def __init__(self, sides: Sides, comparisons: dict[int, SchemaComparison], direction: Direction) -> None:
        self.sides, self.comparisons, self.direction = sides, comparisons, direction
        self.locators = (Locator(sides.old), Locator(sides.new))

    def changes(self) -> Iterator[Change]:
        judgement = DirectionChanges(
            (each.body for each in self.comparisons.values()), self.sides.units[self.direction]
        )
        found = list(judgement.changes())
        flipped = {
            (use.body, (*use.old_path, *each.hit.path), each.hit.member)
            for each in found
            if isinstance(each, NoteChange) and each.hit.rule.startswith(_FLIPS)
            for use in each.uses
        }
        for each in found:
            for group in self._groups(each.uses):
                if isinstance(each, NoteChange):
                    yield from self._noted(each.hit, group)
                else:
                    way = (*group.use.old_path, *each.hit.place.old_path)
                    if each.hit.difference.rule in _DECLARED and (group.use.body, way, each.hit.member) in flipped:
                        continue
                    yield self._judged(each, group)

    def _groups(self, uses: Iterable[Use]) -> Iterator[_UseGroup]:
        """Uses whose effects are of one kind, each kind once, with everybody who is concerned."""
        kinds: dict[tuple[bool, bool, bool], list[Use]] = {}
        for use in uses:
            asked = self.comparisons[id(use.body)].asked
            kinds.setdefault(_kind(asked), []).append(use)
        for found in kinds.values():
            users = dict.fromkeys(user for use in found for user in self.comparisons[id(use.body)].users)
            yield _UseGroup(self.comparisons[id(found[0].body)].asked, found[0], tuple(users))

    def _noted(self, hit: NoteHit, group: _UseGroup) -> Iterator[Change]:
        if hit.rule == "xml-changed" and not group.asked.xml:
            return
        if hit.rule == "discriminator-value-retargeted" and self._is_renamed(hit):
            return
        paths = ((*group.use.old_path, *hit.path), (*group.use.new_path, *hit.path))
        where = self._where(group, *paths, (hit.keyword,) if hit.keyword else (), hit.member)
        made = change(hit.rule, where.pointer, hit.old, hit.new, where=where.side)
        way = made.direction if made.direction != "document" else self.direction
        made = replace(made, direction=way, users=group.users, member=_members(paths[0], hit.member))
        yield _as_asked(made, group)

    def _is_renamed(self, hit: NoteHit) -> bool:
        """True if a discriminator's value leads to what is the same component under another name, or says the same."""
        (old,), (new,) = hit.old.values(), hit.new.values()
        if not self.sides.old.at(old) or not self.sides.new.at(new):
            return False  # a name that leads nowhere in its own document
        gone = not self.sides.new.at(old)
        come = not self.sides.old.at(new)
        return (gone and come) or self.sides.old.at(old).value == self.sides.new.at(new).value

    def _judged(self, found: SchemaChange, group: _UseGroup) -> Change:
        rule, hit = SCHEMA_RULES[found.hit.difference.rule], found.hit
        client, server = (found.lost, found.gained) if self.direction == "request" else (found.gained, found.lost)
        use = next((answer.use for answer in (client, server) if self._is_of(answer, group)), None) or group.use
        paths = ((*use.old_path, *hit.place.old_path), (*use.new_path, *hit.place.new_path))
        member = None if "required" in rule.id or "optional" in rule.id else hit.member
        words = _KEYWORDS.get(rule.id) or _words(rule.id)
        where = self._where(group._replace(use=use), *paths, words, member, removed=hit.difference.new is None)
        said = sentence(rule.id, hit.difference.old, hit.difference.new, wire=bool(group.asked.wire))
        if rule.id == "member-added" and hit.member in hit.place.new.get("required", ()):
            said = said.replace("The optional member", "The member")
        made = Change(
            rule.id, where.pointer, self.direction, client.effect, server.effect, said + _hints(hit, client),
            witness=client.witness.body if client.witness else None, old=hit.difference.old, new=hit.difference.new,
            where=where.side, server_witness=server.witness.body if server.witness else None,
            proven=client.witness is not None, together=_shared(client), users=group.users,
            member=_members(paths[0] if where.side == "old" else paths[1], hit.member),
        )  # fmt: skip
        if rule.id == "member-removed" and made.client == "compatible" and _says_something(hit):
            made = self._removed(made, hit)
        return _as_asked(made, group)

    def _removed(self, made: Change, hit: SchemaHit) -> Change:
        """A declared member that is gone: open objects keep their sets of bodies, so a warning and no proof."""
        noted = hit.place.old["properties"][hit.member].get(NOTE, {})
        if is_past(noted, self.sides.terms):
            return replace(made, sentence=f"{made.sentence} (It was deprecated, and its sunset is over.)")
        return replace(made, client="possible")

    def _is_of(self, answer: Proof, group: _UseGroup) -> bool:
        if answer.use is None:
            return False
        asked = self.comparisons[id(answer.use.body)].asked
        return _kind(asked) == _kind(group.asked)

    def _where(
        self, group: _UseGroup, old_path: Path, new_path: Path, words: tuple[str, ...], member: str | None,
        *, removed: bool = False,
    ) -> Where:  # fmt: skip
        """The place in the new document; in the old one for what only it has."""
        asked = self.comparisons[id(group.use.body)].asked
        there = self.locators[1].located(asked.new, new_path, self.direction, words, member)
        gone = self.locators[0].located(asked.old, old_path, self.direction, words, member)
        if there is None:
            return Where("old", gone.pointer) if gone is not None else Where("new", asked.new.pointer)
        if removed and gone is not None and member is not None and _deeper(gone, there):
            return Where("old", gone.pointer)
        return Where("new", there.pointer)


def _kind(asked: ComparisonKey) -> tuple[bool, bool, bool]:
    """What makes the same difference another change."""
    return asked.swapped, asked.xml, asked.promised


def _as_asked(made: Change, group: _UseGroup) -> Change:
    made = made.swapped() if group.asked.swapped else made
    return made if group.asked.promised else softened(made)


def _deeper(one: DocumentValue, two: DocumentValue) -> bool:
    return one.pointer.count("/") > two.pointer.count("/")


def _words(rule: str) -> tuple[str, ...]:
    found = _WORDS.get(rule.partition("-")[0])
    return found or (("required",) if "required" in rule or "optional" in rule else ())


def _says_something(hit: SchemaHit) -> bool:
    return bool(bare(hit.place.old.get("properties", {}).get(hit.member, {})))


def _shared(answer: Proof) -> bool:
    return answer.witness is not None and not answer.witness.alone


def _hints(hit: SchemaHit, answer: Proof) -> str:
    """What is added to the sentence: a new name perhaps, and why there is no proof, or none of its own."""
    found = ""
    if hit.twin is not None:
        words = "Perhaps it is called {0!r} now" if hit.difference.new is None else "Perhaps it was called {0!r} before"
        found += f" {words.format(hit.twin)}: the schemas are the same."
    if _shared(answer):
        found += " (Proven together with other changes: the payload is refused for them as well.)"
    return f"{found} ({answer.doubt}.)" if answer.doubt else found


_NAMES = {"additional": "*", "pattern": "*"}


def _members(path: Path, member: str | None) -> str:
    """A place in a body as people name it: ``course.ids``, ``exams[].title``; empty for the whole."""
    shown = ""
    for step in path:
        if step.kind == "item":
            shown += "[]"
        elif step.kind == "index":
            shown += f"[{step.key}]"
        elif step.kind not in (*BRANCHES, "then", "else"):
            name: Json = step.key if step.kind == "member" else _NAMES[step.kind]
            shown += f".{name}" if shown else str(name)
    return f"{shown}.{member}".lstrip(".") if member is not None else shown
