"""An OpenAPI document as frozen data: operations with their references resolved, ready to serve and to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spec.source.pointer import Json
from spec.source.reading import Source

Schema = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; ``where`` is path, query, header or cookie."""

    name: str
    where: str
    required: bool
    schema: Schema
    description: str = ""


@dataclass(frozen=True, slots=True)
class BodyContent:
    """A request body: its schema per media type, and its named examples (name → value)."""

    required: bool
    content: Mapping[str, Schema]
    examples: Mapping[str, Json]

    @property
    def json(self) -> Schema:
        """The schema of the JSON media type. Raises KeyError if the body has none."""
        return self.content["application/json"]


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """A response: its schema per media type; a media type without schema maps to an empty one."""

    status: str
    description: str
    content: Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. ``security`` lists the alternatives, each the names of schemes to be met together."""

    id: str
    method: str
    path: str
    pointer: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: BodyContent | None
    responses: Mapping[str, DocumentedResponse]
    security: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded document. ``digest`` is the first 12 hex digits of the SHA-256 of its canonical JSON."""

    source: Source = field(repr=False)
    title: str
    version: str
    digest: str
    operations: Mapping[str, Operation]
    security_schemes: Mapping[str, Mapping[str, Json]]

    @property
    def tree(self) -> Mapping[str, Json]:
        """The document as it was written, references and all."""
        value: Mapping[str, Json] = self.source.value
        return value


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One reason why a document cannot be served: where it stands, and what to do about it."""

    pointer: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.pointer or '(whole document)'}: {self.reason}"


class DocumentError(Exception):
    """A document that would not be enforced as it is written. Holds every problem that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
