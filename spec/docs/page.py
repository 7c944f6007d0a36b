"""The contract page: a document, the catalogue of clauses and the settled contradictions as one page of HTML.

It is complete in itself: nothing is loaded, and its one script filters what is shown. The anchor of a clause is its id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from spec.catalogue.clauses import Catalogue, Standing
from spec.catalogue.contradictions import Contradictions
from spec.docs.fields import DocumentedField, fields
from spec.docs.rules import RuleSentence, rules, types
from spec.docs.shell import Page, filled
from spec.openapi.document import Document, Operation, Schema
from spec.openapi.forms.inlining import Resolver
from spec.openapi.objects import Kind
from spec.source.pointer import Json, escape

STANDINGS: Mapping[Standing, str] = {
    Standing.PUBLISHED: "the vendor says so, and nothing it publishes contradicts it",
    Standing.IMPLIED: "follows from what is published",
    Standing.ADOPTED: "the material is silent or contradicts itself; the decision is ours",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a document says of itself; "" for what it leaves out."""

    summary: str
    description: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme by its name, and what there is to say about it."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """A parameter of an operation, or a header of an answer."""

    name: str
    where: str
    required: bool
    types: str
    description: str
    rules: tuple[RuleSentence, ...]


@dataclass(frozen=True, slots=True)
class ExampleEntry:
    """A body as it is sent or answered."""

    name: str
    summary: str
    body: str


@dataclass(frozen=True, slots=True)
class MediaEntry:
    """A body in one media type. ``same_as`` is the anchor of an equal one that is shown further up, or None."""

    media: str
    anchor: str
    same_as: str | None
    fields: tuple[DocumentedField, ...]
    examples: tuple[ExampleEntry, ...]


@dataclass(frozen=True, slots=True)
class ResponseEntry:
    """One response of an operation."""

    status: str
    description: str
    headers: tuple[ParameterEntry, ...]
    contents: tuple[MediaEntry, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """All that the page says about one operation."""

    operation: Operation
    inputs: tuple[ParameterEntry, ...]
    requests: tuple[MediaEntry, ...]
    answers: tuple[ResponseEntry, ...]


def render(document: Document, catalogue: Catalogue, contradictions: Contradictions) -> Page:
    """The page of a document."""
    return filled(
        "page.html",
        script="page.js",
        document=document,
        heading=Heading(_text(document.tree.get("info"), "summary"), _text(document.tree.get("info"), "description")),
        schemes=_schemes(document),
        chapters=_ContractReader(document).chapters(),
        clauses=list(catalogue.values()),
        standings={standing.value: words for standing, words in STANDINGS.items()},
        contradictions=list(contradictions.values()),
        known=frozenset(catalogue),
        settled=frozenset(contradictions),
        settling={
            name: [clause.id for clause in catalogue.values() if clause.settles == name] for name in contradictions
        },
    )


def _text(holder: Json, name: str) -> str:
    """A member of an object of the document as text; "" where there is no object or no member."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return "" if value is None else str(value)


def _schemes(document: Document) -> list[Scheme]:
    resolver = Resolver(document.tree, lambda pointer, reason: None)
    found = []
    for name, raw in document.security_schemes.items():
        scheme = resolver.inline(raw, f"/components/securitySchemes/{escape(name)}", Kind.SECURITY_SCHEME)
        kind = " ".join(filter(None, [_text(scheme, "type"), _text(scheme, "scheme")]))
        found.append(Scheme(name, _text(scheme, "description") or kind))
    return found


class _ContractReader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.resolver = Resolver(document.tree, lambda pointer, reason: None)
        self.shown: dict[str, str] = {}

    def chapters(self) -> tuple[Chapter, ...]:
        return tuple(self.chapter(operation) for operation in self.document.operations.values())

    def chapter(self, operation: Operation) -> Chapter:
        item = self.document.tree["paths"][operation.path][operation.method.lower()]
        served = {word: child for word, child in item.items() if word != "callbacks"}
        raw = self.resolver.inline(served, operation.pointer, Kind.OPERATION)
        inputs = [
            _input(one.name, one.where, one.schema, one.description, required=one.required)
            for one in operation.parameters
        ]
        body = raw.get("requestBody", {})
        return Chapter(
            operation=operation,
            inputs=tuple(inputs),
            requests=self.contents(body, f"operation-{operation.id}-request"),
            answers=tuple(
                self.answer(str(status), one, f"operation-{operation.id}-{status}")
                for status, one in raw.get("responses", {}).items()
            ),
        )

    def answer(self, status: str, raw: Mapping[str, Json], anchor: str) -> ResponseEntry:
        headers = [
            _input(name, "header", one.get("schema", {}), str(one.get("description", "")), required=one.get("required"))
            for name, one in raw.get("headers", {}).items()
        ]
        return ResponseEntry(status, str(raw.get("description", "")), tuple(headers), self.contents(raw, anchor))

    def contents(self, holder: Mapping[str, Json], anchor: str) -> tuple[MediaEntry, ...]:
        found = []
        for number, (media, content) in enumerate(holder.get("content", {}).items()):
            here = f"{anchor}-{number}"
            schema = content.get("schema", {})
            first = self.shown.setdefault(json.dumps(schema, sort_keys=True), here)
            found.append(
                MediaEntry(
                    media=media,
                    anchor=here,
                    same_as=None if first == here else first,
                    fields=fields(schema) if first == here else (),
                    examples=_examples(content),
                )
            )
        return tuple(found)


def _input(name: str, where: str, schema: Schema, description: str, *, required: bool | None) -> ParameterEntry:
    return ParameterEntry(name, where, bool(required), types(schema), description, tuple(rules(schema)))


def _examples(content: Mapping[str, Json]) -> tuple[ExampleEntry, ...]:
    listed = {"example": {"value": content["example"]}} if "example" in content else content.get("examples", {})
    return tuple(
        ExampleEntry(name, str(one.get("summary", "")), json.dumps(one["value"], indent=2, ensure_ascii=False))
        for name, one in listed.items()
        if "value" in one
    )
