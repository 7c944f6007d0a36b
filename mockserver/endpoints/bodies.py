"""The judgement of bodies that every operation with one shares: what the schema says of it, and what nobody knows."""

from __future__ import annotations

from typing import NamedTuple

from mockserver.state.store import made
from spec.openapi.document import Schema
from spec.resources.sessions import MISSPELT
from spec.schema.members import closed, members
from spec.schema.validation import Annotation, Lists, Rules, Violation
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
        beside = [one for one in self.rules.annotations if not _is_of_unknown_members(one)]
        self.annotated = frozenset(one.path[0] for one in beside if one.path)
        self.at_root = any(not one.path for one in beside)
        self.members = members(schema)
        tidy = closed(schema)
        self.tidy = Rules(tidy, request=True) if tidy is not None else None

    def judged(self, body: Json, lists: Lists) -> JudgedBody:
        """What there is to say of a body of an install with these lists."""
        rules = self.rules
        if self.tidy is not None and self.tidy.fits_schema(body):
            ruled = self.at_root or (type(body) is dict and not self.annotated.isdisjoint(body))
            return made(JudgedBody, (rules.annotation_violations(body, lists) if ruled else [], []))
        unknown = self.members.unknown(body) if self.members is not None else []
        fits = rules.fits_schema(body)
        return JudgedBody(rules.annotation_violations(body, lists) if fits else rules.violations(body, lists), unknown)


def _is_of_unknown_members(rule: Annotation) -> bool:
    """Whether a rule only tells of members that the document does not know, so that a tidy body cannot break it."""
    schema = rule.schema
    known = schema.get("properties", {}).keys()
    return rule.keyword == MISSPELT and not schema.get("additionalProperties") and not known & schema[MISSPELT].keys()
