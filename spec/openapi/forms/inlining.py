"""Inlining: every reference replaced by what it names, and OpenAPI 3.0's manner of writing schemas by that of 3.1.

What is served and judged is read off the inlined form. Its size is bounded: references that fan out would fill the
memory from a few lines. What several places name is inlined once and shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spec.openapi.forms.shapes import described, shaped
from spec.openapi.objects import FREE, OBJECTS, Kind, MemberKind, Shape
from spec.openapi.resolving import target
from spec.openapi.versions import version
from spec.source.pointer import Json, escape, follow, join

LARGEST = 100_000
"""Objects that one inlined reference may hold, all that it names itself included."""
DEEPEST = 200
"""Levels of nesting, references followed."""
_ANNOTATIONS = frozenset(
    {"summary", "description", "title", "default", "deprecated", "example", "examples", "readOnly", "writeOnly"}
)

Report = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class _Trail:
    """How we came to a value: the references followed, and the number of levels."""

    trail: tuple[str, ...] = ()
    depth: int = 0

    def below(self) -> _Trail:
        return _Trail(self.trail, self.depth + 1)

    def through(self, place: str) -> _Trail:
        return _Trail((*self.trail, place), self.depth + 1)


class Origins(dict[int, str]):
    """Where inlined objects stand in the document, by identity.

    ``beside`` knows the keywords that stood beside a reference: (identity, keyword) → the pointer of their holder.
    """

    def __init__(self) -> None:
        super().__init__()
        self.beside: dict[tuple[int, str], str] = {}

    def place(self, value: Json, tokens: tuple[str | int, ...], otherwise: str) -> str:
        """The pointer of what the tokens name below an object; ``otherwise`` is that of one that is not known."""
        known = self.get(id(value), otherwise)
        holder = self.beside.get((id(value), str(tokens[0])), known) if tokens else known
        return holder + join(tokens)


class Resolver:
    """Inlines references. Complaints go to ``report(pointer, reason)``; what cannot be resolved becomes ``{}``."""

    def __init__(
        self,
        root: Mapping[str, Json],
        report: Report,
        gaps: Mapping[str, str] | None = None,
        *,
        rewrite: Callable[[Mapping[str, Json]], dict[str, Json]] = dict,
    ) -> None:
        """``rewrite`` is what becomes of each schema object once its children are done."""
        self.root, self.report, self.gaps = root, report, gaps or {}
        self.rewrite = rewrite
        self.legacy = version(root).startswith("3.0")
        self.origins = Origins()
        self._keep: list[Json] = []  # origins are keyed by identity: nothing may be collected
        self._sizes: dict[int, int] = {}
        self._finished: dict[tuple[str, Kind], Json] = {}

    def inline(self, value: Json, pointer: str, kind: Kind) -> Json:
        """An object of a kind with every reference at and below it replaced; ``origins`` says where each one stood.

        Data (examples, defaults, enumerations) are left as they are, whatever they look like.
        """
        return self._object(value, pointer, kind, _Trail())

    def _object(self, value: Json, pointer: str, kind: Kind, way: _Trail) -> Json:
        if not isinstance(value, Mapping):
            return value
        if way.depth > DEEPEST:
            self.report(pointer, f"is nested deeper than {DEEPEST} levels, which is the limit.")
            return {}
        if isinstance(value.get("$ref"), str):
            return self._target(value, pointer, kind, way)
        return self._written(value, pointer, kind, way)

    def _written(self, value: Mapping[str, Json], pointer: str, kind: Kind, way: _Trail) -> Json:
        value = shaped(value, kind, pointer, self.report)
        known = OBJECTS.get(kind, {})
        inlined: dict[str, Json] = {}
        size = 1
        for key, child in value.items():
            below = f"{pointer}/{escape(key)}"
            member = known.get(key) or (FREE.get(kind) if not key.startswith("x-") else None)
            inlined[key] = child if member is None else self._member(child, below, member, way.below())
            size += self._size(inlined[key]) if member is not None else 0
        if kind is Kind.SCHEMA and self.legacy:
            inlined = modern(inlined)
        if kind is Kind.SCHEMA:
            inlined = self.rewrite(inlined)
        self._sizes[id(inlined)] = size
        if size > LARGEST:
            self.report(pointer, f"grows to more than {LARGEST:,} objects when references are followed: the limit.")
            return {}
        return self._remember(inlined, pointer)

    def _member(self, value: Json, pointer: str, member: MemberKind, way: _Trail) -> Json:
        if member.shape is Shape.NAMED and isinstance(value, Mapping):
            return {
                name: self._object(child, f"{pointer}/{escape(name)}", member.kind, way)
                for name, child in value.items()
            }
        if isinstance(value, list):
            return [self._object(child, f"{pointer}/{at}", member.kind, way) for at, child in enumerate(value)]
        return self._object(value, pointer, member.kind, way) if member.shape is Shape.ONE else value

    def _size(self, value: Json) -> int:
        if id(value) in self._sizes:
            return self._sizes[id(value)]
        listed = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        return sum(self._sizes.get(id(child), 1) for child in listed)

    def _remember(self, mapping: dict[str, Json], pointer: str) -> dict[str, Json]:
        self._keep.append(mapping)
        self.origins[id(mapping)] = pointer
        return mapping

    def _target(self, value: Mapping[str, Json], pointer: str, kind: Kind, way: _Trail) -> Json:
        reference: str = value["$ref"]
        place = target(self.root, reference)
        if place is None:
            reason = self.gaps.get(f"{pointer}/$ref", "names nothing in this document; correct it")
            self.report(pointer, f"$ref {reference!r} {reason}.")
            return {}
        if place in way.trail:
            self.report(pointer, f"$ref {reference!r} contains itself; unfold it: recursive schemas are not served.")
            return {}
        if (place, kind) not in self._finished:
            named = follow(self.root, place)
            if not (isinstance(named, Mapping) or (kind is Kind.SCHEMA and isinstance(named, bool))):
                self.report(pointer, f"$ref {reference!r} names {described(named)}, where a {kind} is meant.")
                named = {}
            self._finished[place, kind] = self._object(named, place, kind, way.through(place))
        inlined = self._finished[place, kind]
        beside = {key: item for key, item in value.items() if key != "$ref"}
        if not beside or not isinstance(inlined, Mapping):
            return inlined
        if kind is Kind.SCHEMA and self.legacy:
            if stranger := next((key for key in beside if key not in _ANNOTATIONS), None):
                self.report(
                    pointer, f"{stranger!r} stands beside $ref, where OpenAPI 3.0 ignores it; put both into allOf."
                )
            return inlined
        if kind is Kind.SCHEMA:
            return self._with_keywords(inlined, beside, place, pointer, way)
        said = {key: item for key, item in beside.items() if key in ("summary", "description")}
        if stranger := next((key for key in beside if key not in said and not key.startswith("x-")), None):
            self.report(
                pointer, f"{stranger!r} stands beside $ref, where OpenAPI gives it no effect; move or remove it."
            )
        return self._beside({**inlined, **said}, inlined, place)

    def _with_keywords(
        self, inlined: Mapping[str, Json], beside: dict[str, Json], place: str, pointer: str, way: _Trail
    ) -> dict[str, Json]:
        """A schema with the keywords beside the reference to it: annotations replace its own, others add."""
        notes = {key: item for key, item in beside.items() if key in _ANNOTATIONS or key.startswith("x-")}
        rest = {key: item for key, item in beside.items() if key not in notes}
        merged = {**inlined, **notes}
        if isinstance(inlined.get("x-clause"), dict) and isinstance(notes.get("x-clause"), dict):
            clauses = {key: clause for key, clause in notes["x-clause"].items() if key not in rest}
            merged["x-clause"] = {**inlined["x-clause"], **clauses}
            if own := {key: clause for key, clause in notes["x-clause"].items() if key in rest}:
                rest["x-clause"] = own
        if rest:
            merged["allOf"] = [*inlined.get("allOf", ()), self._written(rest, pointer, Kind.SCHEMA, way)]
        self.origins.beside |= {(id(merged), word): pointer for word in notes}
        return self._beside(merged, inlined, place)

    def _beside(self, merged: dict[str, Json], inlined: Json, place: str) -> dict[str, Json]:
        self._sizes[id(merged)] = self._size(inlined) + 1
        return self._remember(merged, place)


def modern(schema: dict[str, Json]) -> dict[str, Json]:
    """A schema of OpenAPI 3.0 in the words of 3.1: ``nullable``, exclusive bounds as flags, ``example``."""
    made = {key: value for key, value in schema.items() if key not in ("nullable", "example")}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    elif "nullable" in schema and not isinstance(schema["nullable"], bool):
        made["nullable"] = schema["nullable"]
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(flag), bool):
            del made[flag]
            if schema[flag] and bound in made:
                made[flag] = made.pop(bound)
    if "example" in schema:
        made["examples"] = [schema["example"]]
    return made
