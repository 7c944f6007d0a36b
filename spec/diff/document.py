"""One of the two documents of a diff: its operations, with references followed and places kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from spec.diff.selection import EVERYTHING, PathSelection
from spec.normal.form import Normaliser
from spec.openapi.objects import METHODS
from spec.openapi.resolving import target
from spec.source.pointer import Json, escape, follow, step
from spec.witness.plain import PlainReading

_TEMPLATE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class DocumentValue:
    """A value of a document and the pointer at which it stands, after references."""

    pointer: str
    value: Json

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def is_unread(self) -> bool:
        """True if it is a reference (of no schema) to what was not read: nothing is known of it, and a gap says so."""
        return isinstance(self.value, Mapping) and isinstance(self.value.get("$ref"), str)


@dataclass(frozen=True, slots=True)
class ComparedOperation:
    """One operation: ``key`` is the same for both documents however path parameters are called."""

    key: str
    method: str
    path: str
    part: DocumentValue
    item: DocumentValue
    callback: str | None = None

    @property
    def name(self) -> str:
        said = f"{self.method.upper()} {self.path}"
        return said if self.callback is None else f"callback {self.callback} {said}"


def template(path: str) -> str:
    """A path whose parameters have no names: ``/things/{}``."""
    return _TEMPLATE.sub("{}", path)


def _keyed(operations: Iterable[ComparedOperation]) -> dict[str, ComparedOperation]:
    found = list(operations)
    counts = Counter(each.key for each in found)
    return {f"{each.method} {each.path}" if counts[each.key] > 1 else each.key: each for each in found}


@dataclass(frozen=True, slots=True)
class Side:
    """A document prepared for comparison."""

    document: Mapping[str, Json]
    normaliser: Normaliser = field(compare=False)
    selection: PathSelection = EVERYTHING

    @classmethod
    def of(cls, document: Mapping[str, Json]) -> Side:
        return cls(document, Normaliser(document))

    def reading(self) -> PlainReading:
        """The document's schemas for plain validators."""
        return PlainReading(self.document, legacy=self.normaliser.legacy, subtypes=self.normaliser.subtypes)

    def at(self, pointer: str, *, schema: bool = False) -> DocumentValue:
        """The value at a pointer, references followed; an empty part if nothing stands there.

        A schema with keywords beside its ``$ref`` (from OpenAPI 3.1 on they count) is not followed but given as it is.
        """
        try:
            value = follow(self.document, pointer)
        except (LookupError, ValueError):
            return DocumentValue(pointer, None)
        return self._led(pointer, value, schema=schema)

    def _led(self, pointer: str, value: Json, *, schema: bool) -> DocumentValue:
        """Where a value that is a reference leads; the value itself if it is none."""
        passed: set[str] = set()
        while pointer not in passed:
            passed.add(pointer)
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return DocumentValue(pointer, value)
            if schema and not self.normaliser.legacy and len(value) > 1:
                return DocumentValue(pointer, value)
            place = target(self.document, value["$ref"])
            if place is None:
                return DocumentValue(pointer, value)
            pointer, value = place, follow(self.document, place)
        return DocumentValue(pointer, None)

    def _below(self, part: DocumentValue, token: str, *, schema: bool) -> DocumentValue:
        """What one token names below a part that was found before, references followed."""
        pointer = f"{part.pointer}/{escape(token)}"
        try:
            value = step(part.value, token)
        except (LookupError, ValueError):
            return DocumentValue(pointer, None)
        return self._led(pointer, value, schema=schema)

    def child(self, part: DocumentValue, *tokens: str) -> DocumentValue:
        """A part below another one, references followed at every step."""
        for token in tokens:
            if not isinstance(part.value, (Mapping, list)):
                return DocumentValue(part.pointer, None)
            part = self._below(part, token, schema=token == "schema")  # noqa: S105  a token of a pointer
        return part

    def children(self, part: DocumentValue, word: str) -> dict[str, DocumentValue]:
        """The members of an object below a part, by name; extensions (``x-``) left out where there are any."""
        below = self.child(part, word)
        if not isinstance(below.value, Mapping):
            return {}
        extensible = word in ("paths", "responses", "callbacks")
        return {name: self.child(below, name) for name in below.value if not (extensible and name.startswith("x-"))}

    def operations(self, word: str = "paths") -> dict[str, ComparedOperation]:
        """The operations under ``paths`` (or ``webhooks``), by a key that forgets the names of path parameters.

        Where that leaves two with one key (``/a/{id}`` beside ``/a/{name}``), both keep the path as it is written.
        """
        return _keyed(self._operations(self.at(""), word))

    def unread_paths(self) -> frozenset[str]:
        """The templates of the paths whose item is a reference to what was not read."""
        items = self.children(self.at(""), "paths").items()
        return frozenset(template(self.selection.path(path)) for path, item in items if item.is_unread)

    def callbacks(self, operation: ComparedOperation) -> dict[str, ComparedOperation]:
        """The operations of an operation's callbacks; their runtime expressions are part of the key."""
        holder = self.child(operation.part, "callbacks")
        found = {}
        for name in self.children(operation.part, "callbacks"):
            for each in self._operations(holder, name):
                found[f"{name} {each.method} {each.path}"] = replace(each, callback=name)
        return found

    def _operations(self, holder: DocumentValue, word: str) -> Iterator[ComparedOperation]:
        for path, item in self.children(holder, word).items():
            if not isinstance(item.value, Mapping):
                continue
            for method in METHODS:
                part = self.child(item, method)
                if not isinstance(part.value, Mapping):
                    continue
                matched = self.selection.path(path) if word == "paths" else path
                if word != "paths" or self.selection.takes(path, item.value, part.value):
                    yield ComparedOperation(f"{method} {template(matched)}", method, path, part, item)

    def beyond(self, part: DocumentValue) -> DocumentValue | None:
        """The schema that a ``$ref`` with keywords beside it names."""
        if not isinstance(part.value, Mapping) or not isinstance(part.value.get("$ref"), str):
            return None
        place = target(self.document, part.value["$ref"])
        return None if place is None else self.at(place, schema=True)

    def below(self, part: DocumentValue, *tokens: str) -> DocumentValue:
        """A schema below another one; keywords beside its reference are kept."""
        for token in tokens:
            if not isinstance(part.value, (Mapping, list)):
                return DocumentValue(part.pointer, None)
            part = self._below(part, token, schema=True)
        return part
