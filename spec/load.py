"""From a file to a Document, refusing at start-up whatever would otherwise silently not be enforced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from spec.catalogue.clauses import Catalogue, load_clauses
from spec.openapi.document import (
    BodyContent,
    Document,
    DocumentedResponse,
    DocumentError,
    Operation,
    Parameter,
    Problem,
    Schema,
)
from spec.openapi.files.sources import document as read_document
from spec.openapi.forms.inlining import Resolver
from spec.openapi.forms.serving import OURS, served
from spec.openapi.forms.shapes import shaped
from spec.openapi.objects import METHODS, Kind
from spec.openapi.versions import READ, version
from spec.resources.annotations import check_resources, resources
from spec.resources.checks import check_annotations
from spec.resources.resource import Resources
from spec.resources.session_checks import check_sessions
from spec.schema.keywords import check_schema, subschemas
from spec.schema.telling.messages import said_of
from spec.schema.validation import Rules, outermost
from spec.source.files import Reach
from spec.source.pointer import Json, escape
from spec.source.reading import Source

DOCUMENT_FILE = Path(__file__).with_name("openapi.yaml")


def load(
    path: Path | str = DOCUMENT_FILE,
    clauses: Catalogue | None = None,
    reach: Reach | None = None,
    overlays: Sequence[Path] = (),
    *,
    strict: bool = False,
) -> Document:
    """The document of a file, changed by overlays, and of those that it refers to, as far as ``reach`` allows.

    Raises SourceError if it cannot be read and DocumentError with every problem in it.
    """
    return build(read_document(path, reach, overlays), load_clauses() if clauses is None else clauses, strict=strict)


def build(source: Source, clauses: Catalogue, *, strict: bool = False) -> Document:
    """The document of a parsed source. Raises DocumentError with every problem in it.

    ``strict`` refuses keywords that mean nothing here (foreign ``x-`` members, ``externalDocs``) instead of leaving
    them out, and such as are served in other words.
    """
    reader = _DocumentReader(source, frozenset(clauses), strict=strict)
    document = reader.document()
    if not reader.problems:
        reader.check_operations(document.operations.values())
    if reader.problems:
        raise DocumentError(tuple(sorted(set(reader.problems))))
    return document


class _DocumentReader:
    def __init__(self, source: Source, clauses: frozenset[str], *, strict: bool) -> None:
        self.source, self.clauses = source, clauses
        self.problems: list[Problem] = []
        root = source.value if isinstance(source.value, dict) else {}
        self.root: Mapping[str, Json] = root
        gaps = {gap.pointer: gap.reason for gap in source.gaps}
        for gap in source.gaps:
            if gap.reference is None:
                self.report(gap.pointer, f"{gap.reason}; it would not be served, remove it.")
        self.resolver = Resolver(
            root, self.report, gaps, rewrite=partial(served, strict=True) if strict else self.served
        )
        self.inlined: dict[str, Mapping[str, Json]] = {}  # operations by pointer, as they are served

    def report(self, pointer: str, reason: str) -> None:
        self.problems.append(Problem(self.source.shown(pointer), self.source.place(pointer), reason))

    def served(self, schema: Mapping[str, Json]) -> dict[str, Json]:
        """A schema in the words that are served; annotations that are nearly ours stay, to be refused."""
        made = served(schema)
        for word in schema:
            if word not in made and word[:2] == "x-" and get_close_matches(word, OURS, n=1, cutoff=0.85):
                made[word] = schema[word]
        return made

    def objects(self, value: Mapping[str, Json], kind: Kind, pointer: str) -> Mapping[str, Json]:
        """The members of an object that are shaped as they should be; the others are reported."""
        return shaped(value, kind, pointer, self.report)

    def document(self) -> Document:
        declared = version(self.root)
        if not any(declared == one or declared.startswith(f"{one}.") for one in READ):
            self.report(
                "/openapi", f"is {declared or 'missing'!r}; the served document must be OpenAPI {', '.join(READ)}."
            )
        root = self.objects(self.root, Kind.DOCUMENT, "")
        components = self.objects(root.get("components", {}), Kind.COMPONENTS, "/components")
        schemes = components.get("securitySchemes", {})
        operations: dict[str, Operation] = {}
        for operation in self.operations(root):
            if operation.id in operations:
                self.report(operation.pointer, f"the operationId {operation.id!r} occurs twice.")
            operations[operation.id] = operation
        if not operations:
            self.report("/paths", "has no operation: there is nothing to serve.")
        used = {name for one in operations.values() for group in one.security for name in group}
        for name in sorted(used - schemes.keys()):
            self.report("/security", f"names the scheme {name!r}, which components/securitySchemes does not have.")
        canonical = json.dumps(self.root, sort_keys=True, separators=(",", ":")).encode()
        info = root.get("info", {})
        return Document(
            source=self.source,
            title=str(info.get("title", "")),
            version=str(info.get("version", "")),
            digest=hashlib.sha256(canonical).hexdigest()[:12],
            operations=operations,
            security_schemes=schemes,
        )

    def operations(self, root: Mapping[str, Json]) -> Iterator[Operation]:
        for path, raw in self.objects(root.get("paths", {}), Kind.PATHS, "/paths").items():
            pointer = f"/paths/{escape(path)}"
            if isinstance(raw, Mapping) and not path.startswith("x-"):
                if isinstance(raw.get("$ref"), str):
                    self.resolver.inline(raw, pointer, Kind.PATH_ITEM)  # reports why it was not followed
                item = self.objects(raw, Kind.PATH_ITEM, pointer)
                shared = self.parameters(item, pointer)
                for method in METHODS:
                    if method in item:
                        yield self.operation(path, method, item[method], shared, root.get("security", ()))

    def operation(
        self, path: str, method: str, raw: Mapping[str, Json], shared: tuple[Parameter, ...], security: Sequence[Json]
    ) -> Operation:
        pointer = f"/paths/{escape(path)}/{method}"
        served = {word: child for word, child in raw.items() if word != "callbacks"}
        one = self.inlined[pointer] = self.resolver.inline(served, pointer, Kind.OPERATION)
        if not one.get("operationId"):
            self.report(pointer, "has no operationId; the mock finds its handler by it.")
        own = self.parameters(one, pointer)
        replaced = {(parameter.name, parameter.where) for parameter in own}
        return Operation(
            id=one.get("operationId") or pointer,
            method=method.upper(),
            path=path,
            pointer=pointer,
            summary=one.get("summary", ""),
            description=one.get("description", ""),
            parameters=(*(each for each in shared if (each.name, each.where) not in replaced), *own),
            body=_body(one["requestBody"]) if "requestBody" in one else None,
            responses={str(status): _response(str(status), each) for status, each in _named(one, "responses")},
            security=tuple(tuple(group) for group in one.get("security", security)),
        )

    def parameters(self, holder: Mapping[str, Json], pointer: str) -> tuple[Parameter, ...]:
        found = []
        for index, raw in enumerate(holder.get("parameters", ())):
            where = f"{pointer}/parameters/{index}"
            one = self.resolver.inline(raw, where, Kind.PARAMETER)
            name, place = one.get("name", ""), one.get("in", "")
            if place not in ("path", "query") or one.get("style") or one.get("content"):
                self.report(where, f"the parameter {name!r}: only plain path and query ones are served.")
            schema, described = one.get("schema", {}), one.get("description", "")
            found.append(Parameter(name, place, one.get("required", False), schema, described))
        return tuple(found)

    def check_operations(self, operations: Collection[Operation]) -> None:
        for operation in operations:
            before = len(self.problems)
            for pointer, schema in _schemas_of(operation):
                check_schema(schema, pointer, self.resolver.origins, self.clauses, self.report)
                check_annotations(schema, pointer, self.resolver.origins, self.report)
                if len(self.problems) == before:
                    self.check_defaults(schema, pointer)
            if len(self.problems) == before:
                check_resources(operation, self.resolver.origins, self.report)
                self.check_examples(operation)
        if not self.problems:
            self.check_sessions({one.id: one for one in operations})

    def check_sessions(self, operations: Mapping[str, Operation]) -> None:
        """What is said of sessions speaks of the parts of whichever operation has some."""
        found = (resources(one) for one in operations.values())
        parts = next((one for one in found if one.parts), Resources((), None))
        check_sessions(operations, parts, self.resolver.origins, self.clauses, self.report)

    def check_defaults(self, schema: Schema, pointer: str) -> None:
        for place in subschemas(schema, pointer):
            if isinstance(place.schema, Mapping) and "default" in place.schema:
                at = f"{self.resolver.origins.get(id(place.schema), place.pointer)}/default"
                for violation in outermost(Rules(place.schema).violations(place.schema["default"])):
                    reason = said_of("the default", violation.message)
                    self.report(f"{at}{violation.pointer}", f"does not fit its own schema: {reason}")

    def check_examples(self, operation: Operation) -> None:
        one = self.inlined[operation.pointer]
        holders = {"requestBody": one.get("requestBody", {})}
        holders |= {f"responses/{status}": each for status, each in _named(one, "responses")}
        for where, holder in holders.items():
            for media, content in _named(holder, "content"):
                rules = Rules(_schema(content))
                for name, example in _named(content, "examples"):
                    at = f"{operation.pointer}/{where}/content/{escape(media)}/examples/{escape(name)}"
                    origin = self.resolver.origins.get(id(example), at)
                    for violation in rules.violations(example.get("value")):
                        self.report(f"{origin}/value{violation.pointer}", f"does not fit: {violation.message}")


def _named(holder: Mapping[str, Json], word: str) -> Iterator[tuple[str, Json]]:
    """The objects under the names of the author's choice; extensions are none."""
    for name, value in holder.get(word, {}).items():
        if not (word == "responses" and name.startswith("x-")):
            yield name, value


def _schema(media: Mapping[str, Json]) -> Schema:
    found: Json = media.get("schema", {})
    return found if isinstance(found, Mapping) else {} if found else {"not": {}}


def _schemas(holder: Mapping[str, Json]) -> Mapping[str, Schema]:
    return {name: _schema(media) for name, media in _named(holder, "content")}


def _body(one: Mapping[str, Json]) -> BodyContent:
    examples = {
        name: example.get("value") for _, media in _named(one, "content") for name, example in _named(media, "examples")
    }
    return BodyContent(one.get("required", False), _schemas(one), examples)


def _response(status: str, one: Mapping[str, Json]) -> DocumentedResponse:
    return DocumentedResponse(status, one.get("description", ""), _schemas(one))


def _schemas_of(operation: Operation) -> Iterator[tuple[str, Schema]]:
    for index, parameter in enumerate(operation.parameters):
        yield f"{operation.pointer}/parameters/{index}/schema", parameter.schema
    if operation.body:
        for media, schema in operation.body.content.items():
            yield f"{operation.pointer}/requestBody/content/{escape(media)}/schema", schema
    for status, response in operation.responses.items():
        for media, schema in response.content.items():
            yield f"{operation.pointer}/responses/{status}/content/{escape(media)}/schema", schema
