"""What is wrong with what a document says of sessions, at the place where it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from spec.openapi.document import Operation, Schema
from spec.openapi.forms.inlining import Origins
from spec.resources.checks import Misuse, suggestion
from spec.resources.resource import Resources
from spec.resources.sessions import (
    ASKED,
    INSTALL,
    LIFECYCLE,
    NAMES,
    OWN,
    SESSION,
    SOURCE,
    StoredValue,
    lifecycle_of,
    session_schemas,
)
from spec.schema.keywords import subschemas
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class _Known:
    """What can be named: parts with the leaves that they store, and the session."""

    resources: Resources
    session: str | None

    @property
    def names(self) -> tuple[str, ...]:
        return (*(part.name for part in self.resources.parts), *((self.session,) if self.session else ()))

    def complaint(self, source: StoredValue) -> str | None:
        """Why a source leads nowhere, or None."""
        if source.part in (INSTALL, self.session):
            strange = source.part == self.session and source.leaf and source.leaf not in OWN
            return self._unkept(source) if strange and not source.leaf.startswith(f"/{ASKED}/") else None
        try:
            part = self.resources.part(source.part)
        except KeyError:
            return f"there is no part {source.part!r}{suggestion(source.part, (*self.names, INSTALL))}"
        kinds = [f"/{part.identifiers}/{kind}" for kind in part.kinds]
        stored = [*(leaf.key for leaf in part.leaves), *kinds]
        if not source.leaf or any(source.leaf == one or source.leaf.startswith(f"{one}/") for one in stored):
            return None
        said = source.leaf.lstrip("/")
        return f"{part.name!r} does not store {said!r}{suggestion(said, [one.lstrip('/') for one in stored])}"

    def _unkept(self, source: StoredValue) -> str:
        kept = [*(one.lstrip("/") for one in OWN), f"{ASKED}/…"]
        return f"a {self.session} does not keep {source.leaf.lstrip('/')!r}; it has {', '.join(sorted(kept))}."


def check_sessions(
    operations: Mapping[str, Operation],
    resources: Resources,
    origins: Origins,
    clauses: frozenset[str],
    report: Callable[[str, str], None],
) -> None:
    """Report every annotation about sessions that cannot be followed, at the place where it stands."""
    shown = list(session_schemas(operations))
    known = _Known(resources, shown[0][SESSION].get("name") if shown else None)
    for misuse in (*_of_sessions(shown, known, clauses), *_of_members(operations.values(), known)):
        report(misuse.pointer(origins, "/paths"), misuse.reason)


def _of_sessions(shown: list[Schema], known: _Known, clauses: frozenset[str]) -> Iterator[Misuse]:
    if any(one[SESSION] != shown[0][SESSION] for one in shown):
        yield Misuse(shown[0], (SESSION,), "two answers say different things of sessions; there is one kind.")
    for schema in shown:
        raw: Mapping[str, Json] = schema[SESSION]
        named = {"joins": raw["joins"], "rules": [raw["rules"]], "appointment": [raw["appointment"]["apart"]]}
        for word, names in named.items():
            for name in names:
                if name not in known.names:
                    yield Misuse(schema, (SESSION, word), f"there is no part {name!r}{suggestion(name, known.names)}")
        for where, pointer in _pointers(raw):
            if reason := known.complaint(StoredValue.of(pointer)):
                yield Misuse(schema, (SESSION, *where), reason)
        for word, owner in zip(("entitled", "assigned"), raw["joins"], strict=True):
            for pointer in raw.get(word, {}):
                if StoredValue.of(pointer).part != owner:
                    yield Misuse(schema, (SESSION, word), f"{pointer!r} is no value of {owner!r}, which decides here.")
        try:
            yield from _of_lifecycle(lifecycle_of(schema), clauses)
        except StopIteration:
            yield Misuse(schema, (SESSION,), f"no member beside it carries {LIFECYCLE}: nothing says what happens.")


def _pointers(raw: Mapping[str, Json]) -> Iterator[tuple[tuple[str, ...], str]]:
    for word in ("entitled", "assigned"):
        yield from (((word,), pointer) for pointer in raw.get(word, {}))
    for word in ("booking", "appointment"):
        for side in ("open", "close"):
            yield from (((word, side), pointer) for pointer in raw[word].get(side, ()))
    yield ("appointment", "lasts"), raw["appointment"]["lasts"]
    if "quota" in raw:
        yield ("quota", "allowed"), raw["quota"]["allowed"]


def _of_lifecycle(schema: Schema, clauses: frozenset[str]) -> Iterator[Misuse]:
    life, statuses = schema[LIFECYCLE], schema.get("enum", ())
    seen: set[tuple[str | None, str]] = set()
    for index, row in enumerate(life["transitions"]):
        where = (LIFECYCLE, "transitions", index)
        for word in ("status", "next"):
            if word in row and row[word] not in statuses:
                yield Misuse(schema, (*where, word), f"{row[word]!r} is no status{suggestion(row[word], statuses)}")
        if row["clause"] not in clauses:
            yield Misuse(schema, (*where, "clause"), f"there is no clause {row['clause']!r}.")
        if (row.get("status"), row["event"]) in seen:
            yield Misuse(schema, where, "another row says what this event does in this status.")
        seen.add((row.get("status"), row["event"]))
    for index, name in enumerate(life["ended"]):
        if name not in statuses:
            yield Misuse(schema, (LIFECYCLE, "ended", index), f"{name!r} is no status{suggestion(name, statuses)}")


def _of_members(operations: Iterable[Operation], known: _Known) -> Iterator[Misuse]:
    for operation in operations:
        schemas = [one.schema for one in operation.parameters]
        schemas += operation.body.content.values() if operation.body else ()
        for root in schemas:
            for place in subschemas(root, ""):
                name = place.schema.get(NAMES) if isinstance(place.schema, Mapping) else None
                if name is not None and name not in known.names:
                    yield Misuse(place.schema, (NAMES,), f"there is no part {name!r}{suggestion(name, known.names)}")
        for response in operation.responses.values():
            for root in response.content.values():
                yield from _of_sources(root, known)


def _of_sources(schema: Schema, known: _Known) -> Iterator[Misuse]:
    """Rows have sources of their own, which are looked for nowhere else."""
    raw = schema.get(SOURCE)
    if raw is not None:
        pointer = raw if isinstance(raw, str) else raw["from"]
        if reason := known.complaint(StoredValue.of(pointer)):
            yield Misuse(schema, (SOURCE,), reason)
        return
    for member in (*schema.get("properties", {}).values(), schema.get("items")):
        if isinstance(member, Mapping):
            yield from _of_sources(member, known)
