"""A document without the members that are not what OpenAPI says they are, each of them told: so that whoever compares
two documents meets objects where objects are meant. Schemas are left to those who read schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spec.openapi.forms.shapes import described, shaped
from spec.openapi.objects import FREE, OBJECTS, Kind, MemberKind, Shape
from spec.openapi.resolving import target
from spec.source.pointer import Json, edited, escape, follow, split
from spec.source.reading import Gap, Source

_DEEPEST = 200


def well_formed(source: Source) -> Source:
    """The document with its misshapen members left out; each is a gap, since nothing is known of it."""
    cleaning = _Cleaning(source.value)
    value = cleaning.document()
    return source if not cleaning.gaps else replace(source, value=value, gaps=(*source.gaps, *cleaning.gaps.values()))


class _Cleaning:
    def __init__(self, root: Json) -> None:
        self.root = root
        self.gaps: dict[str, Gap] = {}
        self.waiting: list[tuple[str, Kind]] = []
        self.seen: set[tuple[str, Kind]] = set()

    def report(self, pointer: str, reason: str) -> None:
        self.gaps[pointer] = Gap(pointer, None, f"{reason.rstrip('.')}, and is not compared", unseen=False)

    def document(self) -> Json:
        value = self.cleaned(self.root, Kind.DOCUMENT, "", 0)
        while self.waiting:
            place, kind = self.waiting.pop()
            if (place, kind) in self.seen:
                continue
            here = follow(self.root, place)
            better = self.cleaned(here, kind, place, 0) if isinstance(here, Mapping) else {}
            if better is not here and self._stands(value, place):
                value = edited(value, {split(place): better})
        return value

    @staticmethod
    def _stands(value: Json, place: str) -> bool:
        try:
            follow(value, place)
        except (LookupError, ValueError):
            return False
        return True

    def cleaned(self, value: Json, kind: Kind, pointer: str, depth: int) -> Json:
        if kind is Kind.SCHEMA or not isinstance(value, Mapping) or depth > _DEEPEST:
            return value
        self.seen.add((pointer, kind))
        if isinstance(value.get("$ref"), str):
            self._refer(value["$ref"], kind, pointer)
        kept = shaped(value, kind, pointer, self.report)
        same = len(kept) == len(value)
        known = OBJECTS.get(kind, {})
        for word, child in kept.items():
            member = known.get(word) or (None if word.startswith("x-") else FREE.get(kind))
            if member is not None:
                kept[word] = self._member(child, member, f"{pointer}/{escape(word)}", depth + 1)
                same = same and kept[word] is child
        return value if same else kept

    def _member(self, value: Json, member: MemberKind, pointer: str, depth: int) -> Json:
        if member.shape is Shape.ONE:
            return self.cleaned(value, member.kind, pointer, depth)
        if isinstance(value, list):
            listed = [self.cleaned(child, member.kind, f"{pointer}/{at}", depth) for at, child in enumerate(value)]
            return value if all(one is two for one, two in zip(value, listed, strict=True)) else listed
        named = {
            name: self.cleaned(each, member.kind, f"{pointer}/{escape(name)}", depth) for name, each in value.items()
        }
        return value if all(named[name] is value[name] for name in named) else named

    def _refer(self, reference: str, kind: Kind, pointer: str) -> None:
        place = target(self.root, reference)
        if place is None:
            return
        if not isinstance(found := follow(self.root, place), Mapping):
            self.report(pointer, f"$ref {reference!r} names {described(found)}, where a {kind} is meant")
        self.waiting.append((place, kind))
