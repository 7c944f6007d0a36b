"""From a file to a Document, refusing at start-up whatever would otherwise silently not be enforced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spec.catalogue.clauses import Catalogue, load_clauses
from spec.openapi.document import Body, Document, DocumentError, Operation, Parameter, Problem, Response, Schema
from spec.openapi.references import Resolver
from spec.resources.annotations import check_resources
from spec.resources.checks import check_annotations
from spec.schema.keywords import check_schema
from spec.schema.validation import Rules
from spec.source.pointer import escape
from spec.source.reading import Source, read

DOCUMENT_FILE = Path(__file__).with_name("openapi.yaml")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def load(path: Path | str = DOCUMENT_FILE, clauses: Catalogue | None = None) -> Document:
    """The document of a file. Raises SourceError if it cannot be read and DocumentError with every problem in it."""
    return build(read(path), load_clauses() if clauses is None else clauses)


def build(source: Source, clauses: Catalogue) -> Document:
    """The document of a parsed source. Raises DocumentError with every problem in it."""
    reader = _Reader(source, frozenset(clauses))
    document = reader.document()
    if not reader.problems:
        reader.check_operations(document.operations.values())
    if reader.problems:
        raise DocumentError(tuple(sorted(set(reader.problems))))
    return document


class _Reader:
    def __init__(self, source: Source, clauses: frozenset[str]) -> None:
        self.source, self.clauses = source, clauses
        self.problems: list[Problem] = []
        root = source.value if isinstance(source.value, dict) else {}
        self.root: Mapping[str, Any] = root
        self.resolver = Resolver(root, self.report)

    def report(self, pointer: str, reason: str) -> None:
        self.problems.append(Problem(pointer, self.source.place(pointer), reason))

    def mapping(self, parent: Mapping[str, Any], key: str, pointer: str) -> Mapping[str, Any]:
        value = parent.get(key, {})
        if isinstance(value, dict):
            return value
        self.report(f"{pointer}/{escape(key)}", f"must be a mapping, not {type(value).__name__}.")
        return {}

    def document(self) -> Document:
        version = str(self.root.get("openapi", ""))
        if not version.startswith("3.1."):
            self.report("/openapi", f"is {version or 'missing'!r}; the served document must be OpenAPI 3.1.x.")
        info = self.mapping(self.root, "info", "")
        schemes = self.mapping(self.mapping(self.root, "components", ""), "securitySchemes", "/components")
        operations: dict[str, Operation] = {}
        for path, item in self.mapping(self.root, "paths", "").items():
            pointer = f"/paths/{escape(path)}"
            for method in METHODS:
                if isinstance(item, dict) and method in item:
                    operation = self.operation(path, method, item, f"{pointer}/{method}")
                    if operation.id in operations:
                        self.report(f"{pointer}/{method}", f"the operationId {operation.id!r} occurs twice.")
                    operations[operation.id] = operation
        if not operations:
            self.report("/paths", "has no operation: there is nothing to serve.")
        for name in {name for one in operations.values() for group in one.security for name in group} - schemes.keys():
            self.report("/security", f"names the scheme {name!r}, which components/securitySchemes does not have.")
        canonical = json.dumps(self.root, sort_keys=True, separators=(",", ":")).encode()
        return Document(
            source=self.source,
            title=str(info.get("title", "")),
            version=str(info.get("version", "")),
            digest=hashlib.sha256(canonical).hexdigest()[:12],
            operations=operations,
            security_schemes=schemes,
        )

    def operation(self, path: str, method: str, item: Mapping[str, Any], pointer: str) -> Operation:
        raw = self.mapping(item, method, pointer.rpartition("/")[0])
        if not raw.get("operationId"):
            self.report(pointer, "has no operationId; the mock finds its handler by it.")
        listed = [*item.get("parameters", ()), *raw.get("parameters", ())]
        security = raw.get("security", self.root.get("security", ()))
        responses = self.mapping(raw, "responses", pointer)
        return Operation(
            id=str(raw.get("operationId", pointer)),
            method=method.upper(),
            path=path,
            pointer=pointer,
            summary=str(raw.get("summary", "")),
            description=str(raw.get("description", "")),
            parameters=tuple(self.parameter(one, pointer) for one in listed),
            body=self.body(raw, pointer) if "requestBody" in raw else None,
            responses={
                str(status): self.response(str(status), one, f"{pointer}/responses/{status}")
                for status, one in responses.items()
            },
            security=tuple(tuple(group) for group in security),
        )

    def parameter(self, raw: Any, pointer: str) -> Parameter:
        one = self.resolver.inline(raw, f"{pointer}/parameters")
        name, where = str(one.get("name", "")), str(one.get("in", ""))
        if where not in ("path", "query") or one.get("style") or one.get("content"):
            self.report(f"{pointer}/parameters", f"the parameter {name!r}: only plain path and query ones are served.")
        return Parameter(name, where, bool(one.get("required")), one.get("schema", {}), str(one.get("description", "")))

    def body(self, raw: Mapping[str, Any], pointer: str) -> Body:
        one = self.resolver.inline(raw["requestBody"], f"{pointer}/requestBody")
        content = one.get("content", {})
        examples: dict[str, Any] = {}
        for media in content.values():
            for name, example in media.get("examples", {}).items():
                examples[name] = example.get("value")
        return Body(bool(one.get("required")), self.schemas(content), examples)

    def response(self, status: str, raw: Any, pointer: str) -> Response:
        one = self.resolver.inline(raw, pointer)
        return Response(status, str(one.get("description", "")), self.schemas(one.get("content", {})))

    @staticmethod
    def schemas(content: Mapping[str, Any]) -> Mapping[str, Schema]:
        return {name: media.get("schema", {}) for name, media in content.items()}

    def check_operations(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            before = len(self.problems)
            for pointer, schema in _schemas_of(operation):
                check_schema(schema, pointer, self.resolver.origins, self.clauses, self.report)
                check_annotations(schema, pointer, self.resolver.origins, self.report)
            if len(self.problems) == before:
                check_resources(operation, self.resolver.origins, self.report)
                self.check_examples(operation)

    def check_examples(self, operation: Operation) -> None:
        raw = self.resolver.inline(self.root["paths"][operation.path][operation.method.lower()], operation.pointer)
        holders = {"requestBody": raw.get("requestBody", {})}
        holders |= {f"responses/{status}": one for status, one in raw["responses"].items()}
        for where, holder in holders.items():
            for media, content in holder.get("content", {}).items():
                rules = Rules(content.get("schema", {}))
                for name, example in content.get("examples", {}).items():
                    at = f"{operation.pointer}/{where}/content/{escape(media)}/examples/{escape(name)}/value"
                    origin = self.resolver.origins.get(id(example), at)
                    for violation in rules.violations(example.get("value")):
                        self.report(f"{origin}/value{violation.pointer}", f"does not fit: {violation.message}")


def _schemas_of(operation: Operation) -> Iterable[tuple[str, Schema]]:
    for parameter in operation.parameters:
        yield f"{operation.pointer}/parameters", parameter.schema
    if operation.body:
        for media, schema in operation.body.content.items():
            yield f"{operation.pointer}/requestBody/content/{escape(media)}/schema", schema
    for status, response in operation.responses.items():
        for media, schema in response.content.items():
            yield f"{operation.pointer}/responses/{status}/content/{escape(media)}/schema", schema
