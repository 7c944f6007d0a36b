"""The judgement of bodies that every operation with one shares: what the schema says of it, and what nobody knows."""

from __future__ import annotations

from typing import NamedTuple

from spec.openapi.document import Schema
from spec.schema.members import closed, members
from spec.schema.validation import Lists, Rules, Violation
from spec.source.pointer import Json


class JudgedBody(NamedTuple):
    """What a body breaks, and the pointers of members of it that the document does not know."""

    violations: list[Violation]
    unknown: list[str]


class BodyRules:
    """The rules of the body of an operation. Nearly every body is judged in one look, by its schema ``tidy``."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.rules = Rules(schema, request=True)
        self.annotated = frozenset(rule.path[0] for rule in self.rules.annotations if rule.path)
        self.at_root = any(not rule.path for rule in self.rules.annotations)
        self.members = members(schema)
        tidy = closed(schema)
        self.tidy = Rules(tidy, request=True) if tidy is not None else None

    def judged(self, body: Json, lists: Lists) -> JudgedBody:
        """What there is to say of a body of an install with these lists."""
        tidy = self.tidy is not None and self.tidy.fits_schema(body)
        unknown = [] if tidy or self.members is None else self.members.unknown(body)
        if tidy or self.rules.fits_schema(body):
            ruled = self.at_root or (type(body) is dict and not self.annotated.isdisjoint(body))
            violations = self.rules.annotation_violations(body, lists) if ruled else []
        else:
            violations = self.rules.violations(body, lists)
        return JudgedBody(violations, unknown)
