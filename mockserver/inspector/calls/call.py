"""One call in full: what was sent and what was answered, with what is wrong marked at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mockserver.control.journal import archive
from mockserver.control.journal.entry import JournalEntry
from mockserver.control.journal.nearness import Nearness
from mockserver.http.masking import MaskedExchange, is_form
from mockserver.http.scope import ServedExchange
from mockserver.inspector.calls.marking import Mark, MarkedJson, marked
from mockserver.inspector.calls.rows import CallRow, Rows, reasons
from mockserver.inspector.calls.snippets import as_test
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.source.pointer import Json

_IGNORED = "unknown-members-ignored"


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A request or an answer: ``text`` is a body that is no JSON, ``unread`` the bytes of one that was not read."""

    headers: Mapping[str, str]
    json: MarkedJson | None
    text: str
    size: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call. ``draft`` is its body to edit, ``is_whole`` whether the journal kept all of it."""

    row: CallRow
    summary: str
    request: ShownMessage
    answer: ShownMessage
    marks: tuple[Mark, ...]
    curl: str
    test: str
    draft: str
    is_whole: bool
    is_repeatable: bool


class Calls:
    """Makes what is shown of a call."""

    def __init__(self, document: Document, catalogue: Catalogue, rows: Rows, header: str, longest: int) -> None:
        self.document, self.catalogue, self.rows = document, catalogue, rows
        self.header, self.longest = header, longest
        self.nearness = Nearness(document)

    def of(self, entry: JournalEntry, base: str) -> ShownCall:
        """What is shown of a call; its curl line begins with ``base``."""
        shelf, exchange = self.rows.shelf, entry.exchange
        (shown,) = shelf.masking.show([exchange])
        marks = tuple(self.marks(entry, shown))
        operation = self.document.operations.get(entry.operation)
        is_whole = len(exchange.body) < self.longest
        return ShownCall(
            row=self.rows.of([entry])[0],
            summary=operation.summary if operation is not None else "",
            request=replace(_message(shown.headers, exchange.body, shown.body, marks), unread=_unread(exchange)),
            answer=_message(shown.answer_headers, exchange.answer, shown.answer),
            marks=marks,
            curl=archive.curl([entry], shelf, base),
            test=as_test(entry, shown, self.header),
            draft=_draft(shown.body) if exchange.body and not is_form(exchange) else "",
            is_whole=is_whole,
            is_repeatable=bool(entry.operation) and is_whole,
        )

    def marks(self, entry: JournalEntry, shown: MaskedExchange) -> Iterator[Mark]:
        """What is to be said of the request: each reason of its refusal, and what nobody knows."""
        answer = shown.answer if isinstance(shown.answer, dict) else {}
        listed = reasons(answer)
        if not listed and entry.faults:  # of OAuth 2.0, which tells one
            listed = [{"message": answer.get("error_description", ""), "clause": entry.faults[0]["clause"]}]
        told: set[str] = set()
        for one in listed:
            pointer, clause = str(one.get("pointer", "")), str(one.get("clause", ""))
            told.add(pointer)
            yield Mark(pointer, "bad", str(one.get("message", "")), clause, self._promise(clause))
        if entry.is_refused and not listed and answer.get("message"):
            yield Mark("", "bad", str(answer["message"]))
        for miss in self.nearness.misses(entry):
            if miss.where == "path":
                yield Mark("", "note", str(miss))
            elif miss.where not in told:
                meant = f" Did you mean “{miss.meant}”?" if miss.meant else ""
                sentence = f"“{miss.sent}” means nothing here and is ignored.{meant}"
                yield Mark(miss.where, "note", sentence, _IGNORED, self._promise(_IGNORED))

    def _promise(self, clause: str) -> str:
        found = self.catalogue.get(clause)
        return found.sentence if found is not None else ""


def _message(headers: Mapping[str, str], raw: bytes, body: Json, marks: tuple[Mark, ...] = ()) -> ShownMessage:
    if isinstance(body, dict | list):
        return ShownMessage(headers, marked(body, marks), "", len(raw))
    rest = MarkedJson((), marks, 0) if marks else None
    return ShownMessage(headers, rest, "" if body is None else str(body), len(raw))


def _unread(exchange: ServedExchange) -> int:
    """How long a body was announced that the mock did not read: it refused the call for something before it."""
    told = dict(exchange.headers).get(b"content-length", b"")
    return int(told) if not exchange.body and told.isdigit() and len(told) < 16 else 0


def _draft(body: Json) -> str:
    return body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
