"""The operations on the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import starlette.responses

from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.control.journal import archive, verdict
from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.control.journal.listening import awaited, events
from mockserver.control.journal.nearness import Nearness
from mockserver.control.journal.selection import JournalSelection, of_query
from mockserver.control.journal.verification import Verifier
from mockserver.control.mock import invigilate_version
from mockserver.http.errors import Refusal, refuse
from mockserver.http.response import Response, of_json
from mockserver.http.streaming import EventStream, before_end
from mockserver.http.urls import public_url
from spec.source.pointer import Json


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    journal = Reading(mock)
    return {
        "listJournal": journal.listed,
        "clearJournal": journal.clear,
        "countJournal": journal.count,
        "waitJournal": journal.wait,
        "unmatchedJournal": journal.unmatched,
        "watchJournal": journal.watch,
        "showJournal": journal.show,
        "verify": journal.verify,
        "verdict": journal.verdict,
    }


class Reading:
    """Looks the journal up."""

    def __init__(self, mock: Controlled) -> None:
        self.mock, self.journals = mock, mock.journals
        self.shelf = Shelf(mock.document, mock.parts, mock.journals.masking)
        self.nearness = Nearness(mock.document)
        self.verifier = Verifier(self.shelf)

    async def _chosen(self, selection: JournalSelection) -> AsyncIterator[JournalEntry]:
        kept = self.journals.exchanges(self.mock.known(selection.install))
        async for entry in self.shelf.each(kept):
            if selection.meets(entry):
                yield entry

    async def listed(self, asked: ControlCall) -> starlette.responses.Response:
        """Serve ``listJournal``."""
        found = [one async for one in self._chosen(of_query(asked.values))]
        kept = found[-asked.values["limit"] :] if "limit" in asked.values else found
        base = public_url(asked.request.scope, self.mock.settings).removesuffix("/_invigilate")
        if asked.values["format"] == "har":
            return of_json(archive.har(kept, self.shelf, base, invigilate_version()))
        if asked.values["format"] == "curl":
            return _text(archive.curl(kept, self.shelf, base), "text/plain")
        return of_json({"count": len(found), "calls": self.shelf.shown(kept)})

    async def show(self, asked: ControlCall) -> Response:
        """Serve ``showJournal``."""
        number = asked.values["number"]
        kept = [one for one in self.journals.exchanges() if one.number == number]
        if not kept:
            raise refuse(
                "not-found", None, f"The call {number} is not kept; GET /_invigilate/journal lists those that are."
            )
        return of_json(self.shelf.shown(self.shelf.entries(kept))[0])

    async def clear(self, asked: ControlCall) -> Response:
        """Serve ``clearJournal``."""
        self.journals.clear(self.mock.known(asked.install))
        return of_json({"cleared": True})

    async def count(self, asked: ControlCall) -> Response:
        """Serve ``countJournal``."""
        return of_json({"count": len([one.exchange.number async for one in self._chosen(of_query(asked.values))])})

    async def wait(self, asked: ControlCall) -> Response:
        """Serve ``waitJournal``."""
        selection, wanted = of_query(asked.values), asked.values["count"]
        self.mock.known(selection.install)
        waiting = awaited(self.journals, self.shelf, selection, wanted, asked.values["timeout"])
        found, enough = await before_end(asked.request.scope, waiting)
        if not enough:
            waited = f"{asked.values['timeout']:g} s"
            raise Refusal("too-slow", f"{len(found)} of {wanted} calls came within {waited} ({selection}).")
        return of_json({"count": len(found), "calls": self.shelf.shown(found[:wanted])})

    async def unmatched(self, asked: ControlCall) -> Response:
        """Serve ``unmatchedJournal``."""
        listed: list[Json] = []
        async for entry in self._chosen(of_query(asked.values)):
            misses = [{"where": one.where, "sent": one.sent, "meant": one.meant or None, "told": str(one)}
                      for one in self.nearness.misses(entry)]  # fmt: skip
            if misses:
                listed.append({**self.shelf.shown([entry])[0], "nearMisses": misses})
        return of_json({"count": len(listed), "calls": listed})

    async def watch(self, asked: ControlCall) -> starlette.responses.Response:
        """Serve ``watchJournal``. A client that comes again says with ``Last-Event-ID`` where it stood."""
        selection = of_query(asked.values)
        self.mock.known(selection.install)
        seen, back = asked.request.header(b"last-event-id"), asked.values.get("since") is not None
        if seen is not None and seen.isdigit() and len(seen) < 19:
            selection, back = replace(selection, since=int(seen)), True
        return EventStream(events(self.journals, self.shelf, selection, asked.values.get("count"), back=back))

    async def verify(self, asked: ControlCall) -> Response:
        """Serve ``verify``."""
        install = self.mock.known(asked.install)
        entries = self.shelf.entries(self.journals.exchanges(install))
        complaint = self.verifier.complaint(asked.body, entries)
        if complaint:
            raise Refusal("unverified", complaint)
        return of_json({"verified": True})

    async def verdict(self, asked: ControlCall) -> starlette.responses.Response:
        """Serve ``verdict``."""
        selection = of_query(asked.values)
        remarks = await verdict.remarks(self._chosen(selection), self.nearness)
        if asked.values["format"] == "junit":
            return _text(verdict.as_junit(remarks, selection.install or "all installs"), "application/xml")
        return of_json(verdict.as_json(remarks))


def _text(text: str, kind: str) -> Response:
    return Response(
        200, ((b"content-type", f"{kind}; charset=utf-8".encode()), (b"cache-control", b"no-store")), text.encode()
    )
