"""What comes in and what goes out, and the refusals that end a call early."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came: ``target`` is path and query, undecoded; ``connection`` lives as long as its socket."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    too_large: bool = False
    connection: dict[str, Any] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        return [value.strip() for key, value in self.headers if key == name]

    def one(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer: status, headers and bytes."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Violation(NamedTuple):
    """One thing that is wrong with a body: where (JSON pointer), what, and which clause says so."""

    pointer: str
    message: str
    clause: str


class RefusedError(Exception):
    """Ends a call: its status, symbolic code, sentence, the violations found, and headers to send along."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        violations: tuple[Violation, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.violations, self.headers = status, code, message, violations, headers


def invalid(violations: list[Violation]) -> RefusedError:
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return RefusedError(400, "INVALIDINPUT", f"{first.pointer or '/'}: {first.message}{more}", tuple(violations))


def missing(what: str, clause: str, pointer: str = "") -> RefusedError:
    sentence = f"There is no such {what}."
    return RefusedError(404, "RESOURCENOTFOUND", sentence, (Violation(pointer, sentence, clause),))


class Answers:
    """How answers are written."""

    def success(self, value: Any) -> Sent:
        return self.written(200, value)

    def refusal(self, request: Received, refused: RefusedError) -> Sent:
        body: dict[str, Any] = {"code": refused.code, "message": refused.message, "status": refused.status}
        if refused.violations:
            body["errors"] = [violation._asdict() for violation in refused.violations]
        return self.written(refused.status, body, refused.headers)

    def written(self, status: int, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Sent:
        content = json.dumps(value, ensure_ascii=False).encode()
        return Sent(status, content, (("Content-Type", "application/json"), ("Cache-Control", "no-store"), *headers))
