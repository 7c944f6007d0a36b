"""The places where a fault can bend the mock, with the honest behaviour as the default of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.provisioning.engine import Done
from mockserver.provisioning.plan import Planning
from spec.schema.validation import Violation

Serve: TypeAlias = Callable[[Request], Awaitable[Response]]


def keep_violations(violations: list[Violation], body: Any) -> list[Violation]:
    """Honest: every violation counts."""
    return violations


def keep_answer(answer: dict[str, Any], done: Done, body: Any) -> dict[str, Any]:
    """Honest: the answer tells what was done."""
    return answer


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the mock does with the violations of a body, its plan, an answer, and a whole call.

    ``serve`` makes, of the mock and the honest way of serving, another one.
    """

    violations: Callable[[list[Violation], Any], list[Violation]] = keep_violations
    answer: Callable[[dict[str, Any], Done, Any], dict[str, Any]] = keep_answer
    planning: type[Planning] = Planning
    serve: Callable[[Any, Serve], Serve] | None = None
    honest: bool = True


HONEST = Behaviour()
