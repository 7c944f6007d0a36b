"""A run without a target: requests are shown instead of sent, and the answers are made up: everything is accepted."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence

from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.model.identity import value_at
from contract.report.exhibit import shortened
from contract.report.masking import Masker, neutral
from spec.resources.resource import Resources
from spec.source.pointer import Json

LONGEST = 2_000


class Rehearsal:
    """A transport that sends nothing. ``write`` gets the text of every request, without secrets."""

    def __init__(self, prefix: str, resources: Resources, masker: Masker, write: Callable[[str], object]) -> None:
        self.prefix, self.resources, self.masker, self.write = prefix, resources, masker, write
        self.known: set[str] = set()
        self.count = 0

    def send(self, request: SentRequest) -> Exchange:
        self.count += 1
        self.write(self._text(request))
        body = json.dumps(self._answer(request)).encode()
        response = ReceivedResponse(200, {"content-type": "application/json"}, body)
        return Exchange(request, response, time.monotonic(), 0.001)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        return [self.send(request) for request in requests]

    def close(self) -> None:
        pass

    def _text(self, request: SentRequest) -> str:
        lines = [f"{request.method} {neutral(self.masker.text(self.prefix + request.path))}"]
        lines += [f"{name}: {neutral(self.masker.header(name, value))}" for name, value in request.headers]
        if request.body is not None:
            text = request.body[: LONGEST * 8].decode("utf-8", "backslashreplace")
            lines.append(shortened(neutral(self.masker.request_body(text)), LONGEST))
        return f"# {self.count}\n" + "\n".join(lines) + "\n\n"

    def _answer(self, request: SentRequest) -> dict[str, Json]:
        try:
            body = json.loads(request.body or b"")
        except (ValueError, RecursionError):
            body = None
        answer: dict[str, Json] = {}
        for part in self.resources.parts if isinstance(body, dict) else ():
            value = value_at(body, part.path)
            implied = part.implied_by is not None and isinstance(body.get(part.implied_by), dict)
            if not isinstance(value, dict) and not implied:
                continue
            held = value.get(part.identifiers) if isinstance(value, dict) and part.identifiers else None
            named = held if held else [answer.get(name) for name in part.parents]
            sid = held.get(part.sid_kind) if isinstance(held, dict) and part.sid_kind in held else None
            digest = hashlib.sha256(f"{part.name} {json.dumps(named, default=str)}".encode()).hexdigest()[:32]
            sid = sid if isinstance(sid, str) else part.prefix + digest
            result = part.found if sid in self.known else part.created
            self.known.add(sid)
            answer[part.response] = {part.sid_member: sid, part.result_member: result}
        return answer
