"""A document of several files written as one: what stood in other files becomes components under names of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from json import dumps

import yaml

from spec.openapi.objects import FREE, OBJECTS, Kind, MemberKind, Shape
from spec.openapi.resolving import target
from spec.openapi.versions import version
from spec.source.pointer import Json, escape, follow, split
from spec.source.reading import HOLDER, Source

_SECTIONS: Mapping[Kind, str] = {
    member.kind: word for word, member in OBJECTS[Kind.COMPONENTS].items() if member.shape is Shape.NAMED
}
_IDENTIFIERS = ("$id", "$anchor", "$dynamicAnchor")  # every reference is a pointer from the root now


def bundled(source: Source) -> dict[str, Json]:
    """The document as one JSON value without other files; references that are gaps stay as they are."""
    return _Bundling(source).document()


def as_file(document: Mapping[str, Json], *, json: bool) -> str:
    """The text of a document: JSON, or YAML that readers of YAML 1.1 and 1.2 type alike."""
    if json:
        return dumps(document, indent=2, ensure_ascii=False) + "\n"
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes everything out: what other tools make of anchors differs."""

    def ignore_aliases(self, data: Json) -> bool:
        return True


class _Bundling:
    def __init__(self, source: Source) -> None:
        self.root: Mapping[str, Json] = source.value
        self.legacy = version(self.root).startswith("3.0")
        written = self.root.get("components")
        self.taken: dict[str, set[str]] = {
            word: set(named) for word, named in (written or {}).items() if isinstance(named, Mapping)
        }
        self.names: dict[tuple[str, Kind], str] = {}
        self.waiting: list[tuple[str, Kind]] = []
        self.added: dict[str, dict[str, Json]] = {}

    def document(self) -> dict[str, Json]:
        own = {word: value for word, value in self.root.items() if word != HOLDER}
        made: dict[str, Json] = self._object(own, Kind.DOCUMENT, ())
        while self.waiting:
            place, kind = self.waiting.pop()
            value = self._object(follow(self.root, place), kind, ())
            self.added.setdefault(_SECTIONS[kind], {})[self.names[place, kind]] = value
        if self.added:
            components = dict(made.get("components", {}))
            for word, named in self.added.items():
                components[word] = {**components.get(word, {}), **dict(sorted(named.items()))}
            made["components"] = components
        return made

    def _object(self, value: Json, kind: Kind, trail: tuple[str, ...]) -> Json:
        if not isinstance(value, Mapping):
            return value
        known = OBJECTS.get(kind, {})
        made: dict[str, Json] = {}
        for word, child in value.items():
            member = known.get(word) or (None if word.startswith("x-") else FREE.get(kind))
            made[word] = child if member is None else self._member(child, member, trail)
        if kind is Kind.SCHEMA:
            self._schema(made)
        reference = made.get("$ref")
        if isinstance(reference, str) and kind is not Kind.DOCUMENT:
            place = target(self.root, reference)
            if place is not None and place.startswith(f"/{HOLDER}/"):
                return self._taken_over(made, place, kind, trail)
        return made

    def _member(self, value: Json, member: MemberKind, trail: tuple[str, ...]) -> Json:
        if member.shape is Shape.NAMED and isinstance(value, Mapping):
            return {name: self._object(child, member.kind, trail) for name, child in value.items()}
        if isinstance(value, list):
            return [self._object(child, member.kind, trail) for child in value]
        return self._object(value, member.kind, trail) if member.shape is Shape.ONE else value

    def _taken_over(self, made: dict[str, Json], place: str, kind: Kind, trail: tuple[str, ...]) -> dict[str, Json]:
        """The reference by the name of its component; what no component can hold is written out."""
        holdable = kind in _SECTIONS and not (self.legacy and kind in (Kind.PATH_ITEM, Kind.MEDIA_TYPE))
        if holdable:
            return {**made, "$ref": f"#/components/{_SECTIONS[kind]}/{escape(self._name(place, kind))}"}
        if place in trail:
            return made
        beside = {word: child for word, child in made.items() if word != "$ref"}
        return {**self._object(follow(self.root, place), kind, (*trail, place)), **beside}

    def _schema(self, made: dict[str, Json]) -> None:
        if not self.legacy:
            for word in _IDENTIFIERS:
                if isinstance(made.get(word), str):
                    del made[word]
        reference = made.get("$dynamicRef")
        place = target(self.root, reference)
        if place is not None and place.startswith(f"/{HOLDER}/"):
            made["$dynamicRef"] = f"#/components/schemas/{escape(self._name(place, Kind.SCHEMA))}"
        if isinstance(reference, str) and "$ref" not in made:
            made["$ref"] = made.pop("$dynamicRef")
        discriminator = made.get("discriminator")
        if isinstance(discriminator, Mapping) and isinstance(discriminator.get("mapping"), Mapping):
            mapping = {name: self._mapped(text) for name, text in discriminator["mapping"].items()}
            made["discriminator"] = {**discriminator, "mapping": mapping}

    def _mapped(self, text: Json) -> Json:
        place = target(self.root, text)
        if place is None or not place.startswith(f"/{HOLDER}/"):
            return text
        return f"#/components/schemas/{escape(self._name(place, Kind.SCHEMA))}"

    def _name(self, place: str, kind: Kind) -> str:
        """The name of the component for a place: its last word, or that of its file, made unique."""
        if (place, kind) not in self.names:
            _, file, *inside = split(place)
            stem = file.rpartition("/")[2].partition(".")[0]
            plain = re.sub(r"[^A-Za-z0-9._-]+", "_", inside[-1] if inside else stem).strip("_") or "part"
            taken = self.taken.setdefault(_SECTIONS[kind], set())
            name, number = plain, 2
            while name in taken:
                name, number = f"{plain}_{number}", number + 1
            taken.add(name)
            self.names[place, kind] = name
            self.waiting.append((place, kind))
        return self.names[place, kind]
