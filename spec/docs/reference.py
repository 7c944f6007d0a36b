"""The reference page: any OpenAPI 3 document as one page of HTML, with an anchor for every operation, schema and field.

Nothing is unfolded: a named schema is shown once and linked from wherever it is used, so the page grows as the
document does. It is complete in itself; its one script filters what is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.docs.rows import SchemaRow, rows
from spec.docs.shell import Page, filled
from spec.openapi.resolving import dereferenced
from spec.source.pointer import Json, escape

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_LONGEST_EXAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class ParameterRows:
    """A parameter of an operation or a header of an answer, with the rows of its schema."""

    name: str
    where: str
    required: bool
    deprecated: bool
    description: str
    rows: tuple[SchemaRow, ...]


@dataclass(frozen=True, slots=True)
class MediaRows:
    """A body in one media type."""

    media: str
    rows: tuple[SchemaRow, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResponseRows:
    """One response."""

    status: str
    description: str
    headers: tuple[ParameterRows, ...]
    contents: tuple[MediaRows, ...]


@dataclass(frozen=True, slots=True)
class OperationSection:
    """All that the page says of one operation."""

    anchor: str
    title: str
    method: str
    path: str
    summary: str
    description: str
    deprecated: bool
    inputs: tuple[ParameterRows, ...]
    requests: tuple[MediaRows, ...]
    answers: tuple[ResponseRows, ...]


@dataclass(frozen=True, slots=True)
class SchemaSection:
    """A named schema."""

    anchor: str
    name: str
    rows: tuple[SchemaRow, ...]


def reference_page(document: Mapping[str, Json]) -> Page:
    """The page of a document whose references are local, and the policy under which it may be shown."""
    reader = _ReferenceReader(document)
    info = _mapping(document.get("info"))
    return filled(
        "reference.html",
        script="page.js",
        title=str(info.get("title") or "OpenAPI document"),
        version=str(info.get("version") or ""),
        summary=str(info.get("summary") or ""),
        description=str(info.get("description") or ""),
        operations=list(reader.operations()),
        schemas=list(reader.schemas()),
        schemes=list(reader.schemes()),
    )


@dataclass(frozen=True, slots=True)
class _ReferenceReader:
    document: Mapping[str, Json]

    def components(self, kind: str) -> Iterator[tuple[str, Json]]:
        held = _mapping(_mapping(self.document.get("components")).get(kind))
        yield from ((str(name), self.real(one)) for name, one in held.items())

    def schemes(self) -> Iterator[tuple[str, str]]:
        """Each security scheme: its name, and what is said of it."""
        for name, raw in self.components("securitySchemes"):
            one = _mapping(raw)
            yield name, str(one.get("description") or one.get("type") or "")

    def real(self, node: Json) -> Json:
        return dereferenced(self.document, node)

    def anchor(self, pointer: str) -> str | None:
        prefix = "/components/schemas/"
        name = pointer.removeprefix(prefix)
        return f"schema-{name}" if pointer.startswith(prefix) and "/" not in name else None

    def rows(self, schema: Json, prefix: str) -> tuple[SchemaRow, ...]:
        return rows(schema, self.document, self.anchor, prefix)

    def schemas(self) -> Iterator[SchemaSection]:
        held = _mapping(_mapping(self.document.get("components")).get("schemas"))
        for name, schema in held.items():
            anchor = f"schema-{escape(str(name))}"
            yield SchemaSection(anchor, str(name), self.rows(schema, anchor))

    def operations(self) -> Iterator[OperationSection]:
        for word in ("paths", "webhooks"):
            for path, raw in _mapping(self.document.get(word)).items():
                item = _mapping(self.real(raw))
                for method in METHODS:
                    if isinstance(item.get(method), Mapping):
                        yield self.operation(str(path), method, item)

    def operation(self, path: str, method: str, item: Mapping[str, Json]) -> OperationSection:
        raw = _mapping(item[method])
        name = str(raw.get("operationId") or f"{method} {path}")
        anchor = f"operation-{name}".replace(" ", "_")
        listed = [*_listed(item.get("parameters")), *_listed(raw.get("parameters"))]
        parameters = [_mapping(self.real(one)) for one in listed]
        body = _mapping(self.real(raw.get("requestBody")))
        return OperationSection(
            anchor=anchor,
            title=str(raw.get("summary") or name),
            method=method.upper(),
            path=path,
            summary=str(raw.get("summary") or ""),
            description=str(raw.get("description") or ""),
            deprecated=raw.get("deprecated") is True,
            inputs=tuple(
                self.input(one, str(one.get("name", "")), str(one.get("in", "")), anchor) for one in parameters
            ),
            requests=tuple(self.contents(body, f"{anchor}-request")),
            answers=tuple(
                self.answer(str(status), _mapping(self.real(one)), f"{anchor}-{status}")
                for status, one in _mapping(raw.get("responses")).items()
                if not str(status).startswith("x-")
            ),
        )

    def answer(self, status: str, raw: Mapping[str, Json], anchor: str) -> ResponseRows:
        headers = [
            self.input(_mapping(self.real(one)), str(name), "header", anchor)
            for name, one in _mapping(raw.get("headers")).items()
        ]
        return ResponseRows(
            status, str(raw.get("description") or ""), tuple(headers), tuple(self.contents(raw, anchor))
        )

    def input(self, raw: Mapping[str, Json], name: str, where: str, anchor: str) -> ParameterRows:
        content = next((_mapping(one).get("schema") for one in _mapping(raw.get("content")).values()), None)
        schema = raw.get("schema", content)
        return ParameterRows(
            name=name,
            where=where,
            required=raw.get("required") is True,
            deprecated=raw.get("deprecated") is True,
            description=str(raw.get("description") or ""),
            rows=self.rows(schema, f"{anchor}-{where}-{name}"),
        )

    def contents(self, holder: Mapping[str, Json], anchor: str) -> Iterator[MediaRows]:
        for index, (media, raw) in enumerate(_mapping(holder.get("content")).items()):
            one = _mapping(self.real(raw))
            yield MediaRows(str(media), self.rows(one.get("schema"), f"{anchor}-{index}"), tuple(self.examples(one)))

    def examples(self, content: Mapping[str, Json]) -> Iterator[str]:
        if "example" in content:
            yield _shown(content["example"])
        for raw in _mapping(content.get("examples")).values():
            one = _mapping(self.real(raw))
            if "value" in one:
                yield _shown(one["value"])


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]}\n… ({len(text)} characters in all)"


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
