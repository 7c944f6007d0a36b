"""The literal table of lint rules, and what one finding holds."""

# ruff: noqa: E501  (a literal table: one rule, one row)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from spec.source.pointer import Json
from spec.source.reading import Source

Severity: TypeAlias = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule: how bad it is to break it, and how to mend what breaks it."""

    id: str
    severity: Severity
    remedy: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule broken at a place of the document, in a sentence."""

    rule: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class LintFinding:
    """A hit as it is reported: with severity, place in the file and remedy."""

    line: int
    column: int
    pointer: str
    rule: str
    message: str
    severity: Severity
    file: str
    remedy: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def as_json(self) -> dict[str, Json]:
        """The published shape of a finding."""
        names = ("rule", "severity", "pointer", "place", "message", "remedy")
        return {name: getattr(self, name) for name in names}


LINT_RULES: dict[str, LintRule] = {rule.id: rule for rule in (
    LintRule("reference-unresolvable", "error", "Correct the reference, or add what it names."),
    LintRule("reference-misplaced", "warning", "Write out what it names ('invigilate diff --bundle' does), or put the reference around it where one may stand."),
    LintRule("reference-outside-components", "warning", "Move the target below 'components'; many tools look nowhere else."),
    LintRule("reference-with-siblings", "warning", "OpenAPI 3.0 ignores what stands beside $ref: wrap the reference in allOf, or remove the rest."),
    LintRule("example-mismatch", "error", "Correct the example, or the schema that it illustrates."),
    LintRule("default-mismatch", "error", "Correct the default, or the schema that it must satisfy."),
    LintRule("enum-member-impossible", "error", "Remove the value, or widen the schema beside the enumeration."),
    LintRule("unsatisfiable-schema", "error", "Remove one of the contradicting keywords."),
    LintRule("pattern-unreadable", "error", "Write the pattern as an ECMA-262 regular expression."),
    LintRule("pattern-class", "note", "Write the class out, such as [0-9]: tools read \\d, \\w and \\s differently beyond ASCII."),
    LintRule("pattern-without-anchors", "warning", "Write ^ and $ around the pattern; without them any text that contains a match passes."),
    LintRule("pattern-alphabets-differ", "note", "Use one alphabet for one kind of identifier throughout the document."),
    LintRule("format-unchecked", "note", "Use a format that validators check, or say it with a pattern."),
    LintRule("required-in-non-object", "warning", "Lift 'required' to the enclosing object: a value that is no object has no members."),
    LintRule("required-undeclared", "warning", "Declare the member, or correct its name."),
    LintRule("keyword-without-effect", "warning", "Remove the keyword, or correct the type it is meant for."),
    LintRule("constraint-in-extension", "warning", "Say it in JSON Schema: no validator reads this extension."),
    LintRule("duplicate-branch", "warning", "Keep one of the equal branches."),
    LintRule("single-branch", "note", "Write the one branch directly."),
    LintRule("prose-only-rule", "warning", "Say the rule in the schema (if/then, dependentRequired, oneOf, minProperties, …), or name it with x-clause."),
    LintRule("response-requires-unasked", "note", "Require the member only when the request asked for it, or leave it optional."),
    LintRule("request-body-optional", "warning", "Add 'required: true' to the request body."),
    LintRule("error-responses-missing", "warning", "Describe at least one 4xx, 5xx or default response."),
    LintRule("prose-only-limit", "note", "Say the rule in the schema (pattern, format, enum, a bound), or name it with x-clause."),
    LintRule("keyword-malformed", "error", "Write a value of the shape that the keyword has."),
    LintRule("keyword-misspelt", "warning", "Correct the spelling: validators and tools skip a word that they do not know."),
    LintRule("branches-overlap", "warning", "Use anyOf, or make the branches exclude each other (const, required, additionalProperties: false)."),
    LintRule("discriminator-mapping-dead", "warning", "Remove the mapping, or add the schema to the branches."),
    LintRule("component-unused", "note", "Remove it, or refer to it."),
    LintRule("parameter-duplicate", "error", "Keep one of them; a name may stand once in one place of a request."),
    LintRule("path-template-duplicate", "error", "Join the two path items: the same requests match both."),
    LintRule("opaque-object", "note", "Declare the members, or say with propertyNames and additionalProperties what they look like."),
    LintRule("dry-run-failed", "warning", "Simplify the schema, or check that it can be satisfied: no valid body was found for it."),
    LintRule("search-ended", "note", "Simplify the schema, or split the document: what is beyond the limit is not judged."),
    LintRule("operation-id-missing", "note", "Give the operation an operationId."),
    LintRule("operation-id-duplicate", "error", "Give every operation an operationId of its own."),
    LintRule("path-parameter-undeclared", "error", "Declare the parameter with 'in: path' and 'required: true'."),
    LintRule("path-parameter-unused", "error", "Remove the parameter, or write it into the path."),
    LintRule("security-scheme-unknown", "error", "Define the scheme below components/securitySchemes."),
    LintRule("operation-unserved", "warning", "Take it out of the document that is served, or give it the operationId of what it is; the mock refuses to start."),
    LintRule("resource-unloadable", "error", "Correct what the message says; the mock and the judge refuse the document as it is."),
    LintRule("clause-unknown", "error", "Correct the clause id, or add the clause to the catalogue."),
)}  # fmt: skip


def finding(source: Source, hit: Hit) -> LintFinding:
    """A hit with its place and the words of its rule."""
    rule, place = LINT_RULES[hit.rule], source.locate(hit.pointer)
    return LintFinding(
        place.mark.line, place.mark.column, source.shown(hit.pointer), rule.id, hit.message, rule.severity, place.file,
        rule.remedy,
    )  # fmt: skip
