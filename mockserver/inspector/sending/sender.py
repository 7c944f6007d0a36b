"""Sending a call to the mock, as a client of one of its installs would: with a credential that is made for it."""

from __future__ import annotations

import json

from starlette.types import ASGIApp, Scope

from mockserver.control.controlled import Controlled
from mockserver.control.journal.entry import JournalEntry
from mockserver.http.decoding import decode
from mockserver.http.errors import Header, Refusal
from mockserver.http.masking import MASK
from mockserver.inspector.sending.inward import ControlOperations, InwardAnswer, InwardCall, carried_out
from spec.openapi.document import Operation
from spec.source.pointer import Json

_AGENT: Header = (b"user-agent", b"invigilate inspector")
_KEPT = (b"content-type", b"accept")
_JSON: Header = (b"content-type", b"application/json")


class Sender:
    """Sends calls. Nobody sees the credentials."""

    def __init__(self, mock: Controlled, operations: ControlOperations) -> None:
        self.mock, self.operations = mock, operations

    async def send(self, outer: Scope, install: str, operation: Operation | None, call: InwardCall) -> InwardAnswer:
        """The answer to a call. Where its operation needs a credential it goes with one of the install."""
        headers: list[Header] = [_AGENT, *call.headers]
        if install in self.mock.tenants.by_sid and (operation is None or operation.security):
            minted = await self.operations(outer, "mintToken", {"sid": install}, {})
            headers.append((self.mock.credentials.header.encode(), str(minted.value.get("token", "")).encode()))
        app: ASGIApp = outer["app"]
        return await carried_out(app, outer, call._replace(headers=tuple(headers)))

    async def again(self, outer: Scope, entry: JournalEntry, edited: str | None) -> InwardAnswer:
        """Send a call of the journal again, with another body if one was ``edited``. Raises Refusal."""
        exchange = entry.exchange
        operation = self.mock.document.operations.get(entry.operation)
        body = exchange.body if edited is None else self._edited(edited, exchange.body)
        own = [(name, value) for name, value in exchange.headers if name in _KEPT]
        if operation is not None and not operation.security:
            own += [one for one in exchange.headers if one[0] == b"authorization"]
        call = InwardCall(exchange.method, exchange.raw_path, exchange.query, tuple(own), body)
        return await self.send(outer, exchange.install, operation, call)

    async def perform(
        self, outer: Scope, install: str, operation: Operation, named: dict[str, str], body: str | None = None
    ) -> InwardAnswer:
        """Carry out an operation of the document; ``named`` are the parameters in its path."""
        path = operation.path
        for name, value in named.items():
            path = path.replace(f"{{{name}}}", value)
        sent = b"" if body is None else body.encode("utf-8", "replace")
        call = InwardCall(operation.method, path.encode(), b"", (_JSON,) if body is not None else (), sent)
        return await self.send(outer, install, operation, call)

    def _edited(self, text: str, original: bytes) -> bytes:
        """The body as it was typed; where a mask still stands, what it stands for."""
        raw = text.encode("utf-8", "replace")
        try:
            deepest = self.mock.settings.deepest_body
            sent = decode(raw, deepest)
            restored = unmasked(sent, decode(original, deepest))
        except Refusal:
            return raw
        return raw if restored == sent else json.dumps(restored, ensure_ascii=False).encode("utf-8", "replace")


def unmasked(edited: Json, original: Json) -> Json:
    """What was edited, with the secrets of the original again where their masks still stand."""
    if edited == MASK and isinstance(original, str | int | float):
        return original
    if isinstance(edited, dict) and isinstance(original, dict):
        return {name: unmasked(one, original.get(name)) for name, one in edited.items()}
    if isinstance(edited, list) and isinstance(original, list):
        padded = [*original, *[None] * len(edited)]
        return [unmasked(one, other) for one, other in zip(edited, padded, strict=False)]
    return edited
