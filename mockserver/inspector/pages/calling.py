"""The pages about calls: the list as it grows, one of them in full, and sending it again."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import starlette.responses
from starlette.requests import Request as StarletteRequest

from mockserver.control.journal import archive
from mockserver.control.journal.entry import JournalEntry
from mockserver.control.mock import invigilate_version
from mockserver.http.errors import refuse
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.http.streaming import EventStream
from mockserver.http.urls import public_url
from mockserver.inspector.calls.filtering import read_filter
from mockserver.inspector.calls.stream import events
from mockserver.inspector.desk import Desk
from mockserver.inspector.forms import fields
from mockserver.inspector.pages.routing import Pages, own

_PAGE = 50


def pages(desk: Desk) -> Pages:
    """The pages by method and path."""
    calling = CallPages(desk)
    return {
        ("GET", "/"): own(calling.listed),
        ("GET", "/calls"): own(calling.listed),
        ("GET", "/calls/events"): own(calling.watch),
        ("GET", "/calls/{number:int}"): own(calling.show),
        ("GET", "/calls/{number:int}/har"): own(calling.archived),
        ("POST", "/calls/{number:int}/again"): own(calling.again),
    }


class CallPages:
    """Makes them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.mock, self.shell = desk, desk.mock, desk.shell

    async def listed(self, request: Request) -> Response:
        """The list of calls, the last first, and the filter."""
        wanted = read_filter(request.query)
        journals = self.mock.journals
        kept = journals.exchanges(wanted.selection.install)
        found = await wanted.latest(kept, self.desk.shelf, _PAGE + 1)
        rows = self.desk.rows.of(found[:_PAGE])
        return self.shell.page(
            request.scope, "calls.html",
            here="calls", rows=rows, wanted=wanted, total=len(journals), latest=kept[-1].number if kept else 0,
            older=rows[-1].number if len(found) > _PAGE else 0,
            installs=self.desk.installs(wanted.asked.get("install", "")),
            operations=list(self.mock.document.operations),
        )  # fmt: skip

    async def watch(self, request: Request) -> starlette.responses.Response:
        """The rows of calls as they come. A browser that comes again says with ``Last-Event-ID`` where it stood."""
        wanted = read_filter(request.query)
        since = request.header(b"last-event-id") or dict(request.query_params).get("after", "").encode()
        number = int(since) if since.isdigit() and len(since) < 19 else 0
        base = self.shell.base(request.scope)

        def write(entries: Sequence[JournalEntry], left: int) -> str:
            return self.shell.text("rows.html", base=base, rows=self.desk.rows.of(entries), left=left)

        return EventStream(events(self.mock.journals, self.desk.shelf, wanted, number, write))

    async def show(self, request: Request) -> Response:
        """One call."""
        return self._shown(request, self._entry(request))

    async def archived(self, request: Request) -> Response:
        """One call as an archive to keep, which ``invigilate judge`` reads."""
        entry = self._entry(request)
        har = archive.har([entry], self.desk.shelf, self._base(request), invigilate_version())
        name = f"call-{entry.exchange.number}.har".encode()
        fields_ = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"),
                   (b"content-disposition", b'attachment; filename="%s"' % name))  # fmt: skip
        return Response(200, fields_, orjson.dumps(har, option=orjson.OPT_INDENT_2))

    async def again(self, request: Request) -> Response:
        """Send a call again, as it was or edited, and show what came of it."""
        entry = self._entry(request)
        sent = await fields(request, self.mock.settings)
        if not self.desk.calls.of(entry, "").is_repeatable:
            raise refuse("conflict", None, "This call cannot be sent again: it is of no operation, or not kept whole.")
        answer = await self.desk.sender.again(request.scope, entry, sent.get("body"))
        if not answer.number:
            return self._shown(request, entry, failure="Nothing came back, and nothing is in the journal.")
        return self.shell.redirect(request.scope, f"/calls/{answer.number}")

    def _shown(self, request: Request, entry: JournalEntry, failure: str = "") -> Response:
        numbers = [one.number for one in self.mock.journals.exchanges()]
        place = numbers.index(entry.exchange.number)
        before = numbers[place - 1] if place else 0
        after = numbers[place + 1] if place + 1 < len(numbers) else 0
        call = self.desk.calls.of(entry, self._base(request))
        return self.shell.page(
            request.scope, "call.html", status=502 if failure else 200,
            here="calls", call=call, row=call.row, before=before, after=after, failure=failure,
        )  # fmt: skip

    def _entry(self, request: StarletteRequest) -> JournalEntry:
        return self.desk.entry(request.path_params["number"])

    def _base(self, request: Request) -> str:
        return public_url(request.scope, self.mock.settings)
