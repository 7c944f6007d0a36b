"""Bodies read and judged otherwise than promised: rules that nobody wrote, parsers that are lenient, rules too many."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

import yaml

from mockserver.behaviour.seams import Judging
from mockserver.http.errors import Refusal
from spec.schema.validation import Violation
from spec.source.pointer import Json, escape, follow

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def without_rules(*clauses: str) -> Judging:
    """Nobody wrote the rules that keep these clauses."""

    def judge(violations: list[Violation], body: Json) -> list[Violation]:
        return [one for one in violations if one.clause not in clauses]

    return judge


def taking_scalars_for_text(violations: list[Violation], body: Json) -> list[Violation]:
    """Numbers and booleans are taken where text is meant, as a language with loose types does by itself."""

    def is_taken(one: Violation) -> bool:
        if (one.clause, one.keyword) != ("schema", "type"):
            return False
        try:
            value = follow(body, one.pointer)
        except LookupError:
            return False
        return isinstance(value, int | float) and "a string" in one.message

    return [one for one in violations if not is_taken(one)]


def refusing_null(violations: list[Violation], body: Json) -> list[Violation]:
    """Null is refused wherever it stands."""
    message = "is null; send a value or leave the member out."
    return [*violations, *(Violation(one, "null-accepted", "type", message) for one in _nulls(body, ""))]


def _nulls(value: Json, pointer: str) -> Iterator[str]:
    if value is None:
        yield pointer
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _nulls(member, f"{pointer}/{escape(name)}")


def demanding(member: str, *, beside: str) -> Judging:
    """One member of a body is demanded wherever another one is sent."""

    def judge(violations: list[Violation], body: Json) -> list[Violation]:
        if not isinstance(body, dict) or beside not in body or member in body:
            return violations
        message = f"{member!r} is missing; with {beside!r} it is needed."
        return [*violations, Violation(f"/{member}", "asked-present", "required", message)]

    return judge


def as_yaml(raw: bytes, honest: Callable[[bytes], Json]) -> Json:
    """Bodies that are no JSON are given to a YAML reader, which takes single quotes and commas too many."""
    try:
        return honest(raw)
    except Refusal as refusal:
        if not _breaks(refusal, "body-json"):
            raise
        try:
            return json.loads(json.dumps(yaml.safe_load(raw), default=str))
        except (yaml.YAMLError, ValueError, TypeError):
            raise refusal from None


def unwrapping(raw: bytes, honest: Callable[[bytes], Json]) -> Json:
    """An array that holds one object is taken for that object."""
    value = honest(raw)
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping) else value


def by_another_parser(raw: bytes, honest: Callable[[bytes], Json]) -> Json:
    """Bodies are read by a parser that keeps the last of two members, knows NaN, and repairs what is no Unicode."""
    try:
        return honest(raw)
    except Refusal as refusal:
        if not _breaks(refusal, "strict-json"):
            raise
        value = json.loads(raw.decode("utf-8-sig", "surrogatepass"), parse_constant=lambda _: None)
        return _repaired(value)


def _repaired(value: Json) -> Json:
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", name): _repaired(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_repaired(one) for one in value]
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def _breaks(refusal: Refusal, clause: str) -> bool:
    return any(fault.clause == clause for fault in refusal.faults)
