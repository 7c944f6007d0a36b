"""One call of the journal as it is looked up and shown: whose, which operation, and what came of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import cached_property
from time import perf_counter

from mockserver.control.clock import as_text
from mockserver.endpoints.routes import pattern
from mockserver.http.masking import MaskedExchange, Masking, Parsed, parsed
from mockserver.http.scope import ServedExchange
from spec.openapi.document import Document
from spec.resources.resource import Resources
from spec.schema.members import members
from spec.source.pointer import Json

_REFUSED = 400
_SLICE = 0.001  # seconds for which many calls are looked at before others have their turn


class Operations:
    """Which operation of a document a call is of."""

    def __init__(self, document: Document) -> None:
        self.listed = [
            (one.id, one.method, re.compile(re.sub(r"\{[^}]*\}", "[^/?]*", pattern(one.path))))
            for one in document.operations.values()
        ]
        self._members = {
            name: members(one.body.json)
            for name, one in document.operations.items()
            if one.body and "application/json" in one.body.content
        }

    def of(self, exchange: ServedExchange) -> str:
        """The operationId, or nothing. HEAD is GET."""
        path = exchange.raw_path.decode("latin-1")
        method = "GET" if exchange.method == "HEAD" else exchange.method
        return next((name for name, taken, form in self.listed if taken == method and form.fullmatch(path)), "")

    def unknown(self, operation: str, body: Json) -> list[str]:
        """The pointers of members of a body that an operation does not know."""
        known = self._members.get(operation)
        return [] if known is None or not isinstance(body, dict) else known.unknown(body)


class JournalEntry:
    """An exchange, read when something of it is asked for. Holds secrets: ``shown`` is what may leave."""

    def __init__(self, exchange: ServedExchange, operations: Operations, parts: Resources) -> None:
        self.exchange, self._operations, self._parts = exchange, operations, parts

    @cached_property
    def operation(self) -> str:
        """The operationId, or nothing."""
        return self._operations.of(self.exchange)

    @cached_property
    def read(self) -> Parsed:
        """The exchange with its bodies as JSON values."""
        return parsed(self.exchange)

    @property
    def path(self) -> str:
        """The path as it was sent, without the query."""
        return self.exchange.raw_path.decode("latin-1")

    @property
    def is_refused(self) -> bool:
        """Whether it was answered with a status from 400."""
        return self.exchange.status >= _REFUSED

    @property
    def is_weather(self) -> bool:
        """Whether something happened to it on purpose."""
        return any(note.startswith("weather ") for note in self.exchange.notes)

    @property
    def code(self) -> str:
        """The code of the refusal."""
        answer = self.read.answer
        return str(answer.get("code", answer.get("error", ""))) if self.is_refused and isinstance(answer, dict) else ""

    @property
    def faults(self) -> list[Mapping[str, Json]]:
        """The errors of the refusal: pointer, message and clause of each. OAuth 2.0 tells one (RFC 6749, 5.2)."""
        answer = self.read.answer
        if self.is_refused and isinstance(answer, dict) and "error_uri" in answer:
            clause = str(answer["error_uri"]).rpartition("#")[2]
            return [{"pointer": "", "message": answer.get("error_description"), "clause": clause}]
        errors = answer.get("errors") if self.is_refused and isinstance(answer, dict) else None
        return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []

    @property
    def clauses(self) -> list[str]:
        """The clauses that the refusal names."""
        return list(dict.fromkeys(str(one.get("clause", "")) for one in self.faults))

    @property
    def done(self) -> dict[str, Mapping[str, str]]:
        """What was created, updated or found: SID and result by part."""
        answer = self.read.answer
        if self.is_refused or not isinstance(answer, dict):
            return {}
        parts = {part.name: answer.get(part.response) for part in self._parts.parts}
        return {name: one for name, one in parts.items() if isinstance(one, dict)}

    @cached_property
    def unknown(self) -> list[str]:
        """The pointers of members of the body that nobody knows."""
        return self._operations.unknown(self.operation, self.read.body)

    def names(self, sid: str) -> bool:
        """Whether path, body or answer hold a SID."""
        text = sid.encode()
        exchange = self.exchange
        return text in exchange.raw_path or text in exchange.body or text in exchange.answer


class Shelf:
    """Makes entries of exchanges, and shows them."""

    def __init__(self, document: Document, parts: Resources, masking: Masking) -> None:
        self.operations, self.parts, self.masking = Operations(document), parts, masking

    def entries(self, exchanges: Iterable[ServedExchange]) -> list[JournalEntry]:
        """The entries of exchanges."""
        return [JournalEntry(one, self.operations, self.parts) for one in exchanges]

    async def each(self, exchanges: Iterable[ServedExchange]) -> AsyncIterator[JournalEntry]:
        """The entries of many exchanges, one by one, none kept. Every few milliseconds other calls have their turn."""
        since = perf_counter()
        for one in exchanges:
            if perf_counter() - since > _SLICE:
                await asyncio.sleep(0)
                since = perf_counter()
            yield JournalEntry(one, self.operations, self.parts)

    def shown(self, entries: Iterable[JournalEntry]) -> list[dict[str, Json]]:
        """Entries as JSON, with secrets masked: a secret of one of them in all of them."""
        listed = list(entries)
        masked = self.masking.show(one.exchange for one in listed)
        return [view(entry, shown) for entry, shown in zip(listed, masked, strict=True)]


def view(entry: JournalEntry, shown: MaskedExchange) -> dict[str, Json]:
    """An entry as JSON."""
    exchange = entry.exchange
    members: dict[str, Json] = {
        "number": exchange.number,
        "at": as_text(exchange.at),
        "seconds": round(exchange.seconds, 6),
        "install": exchange.install or None,
        "operation": entry.operation or None,
        "method": shown.method,
        "path": shown.path,
        "status": shown.status or None,
        "code": entry.code or None,
        "clauses": entry.clauses,
        "done": {name: dict(one) for name, one in entry.done.items()},
        "unknown": entry.unknown,
        "notes": list(shown.notes),
        "headers": dict(shown.headers),
        "body": shown.body,
        "answerHeaders": dict(shown.answer_headers),
        "answer": shown.answer,
    }
    return members
