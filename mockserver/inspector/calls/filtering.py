"""Which calls the list shows: what the journal can be asked, a class of statuses, and words anywhere in a call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.control.journal.selection import JournalSelection, of_query
from mockserver.http.scope import ServedExchange

_NAMES = ("install", "operation", "method", "path", "code", "clause", "sid", "body")
_SELDOM = ("method", "path", "code", "clause", "sid", "body")
_LONGEST = 2000
_MOST_FIELDS = 50
_BODY = re.compile(r"/[^=]*=.*", re.DOTALL)
_FAMILY = re.compile(r"[1-5]xx", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What is asked: ``asked`` as it was typed, by name. ``complaint`` says what of it cannot be followed."""

    asked: Mapping[str, str] = field(default_factory=dict)
    selection: JournalSelection = field(default_factory=JournalSelection)
    words: str = ""
    family: int = 0
    before: int = 0
    complaint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether every call is meant."""
        return not self.asked

    @property
    def is_detailed(self) -> bool:
        """Whether something is asked that is seldom asked."""
        return any(name in self.asked for name in _SELDOM)

    @property
    def query(self) -> str:
        """The filter as the query of a URL, without the page."""
        return urlencode(self.asked)

    def meets(self, entry: JournalEntry) -> bool:
        """Whether a call is meant."""
        if self.complaint:
            return False
        if self.family and entry.exchange.status // 100 != self.family:
            return False
        return (not self.words or holds(entry.exchange, self.words)) and self.selection.meets(entry)

    async def latest(
        self, exchanges: Sequence[ServedExchange], shelf: Shelf, most: int, *, looked_at: int | None = None
    ) -> list[JournalEntry]:
        """The latest calls that are meant, the last first; at most so many, of the last ``looked_at``."""
        found: list[JournalEntry] = []
        async for entry in shelf.each(self._backwards(exchanges, looked_at)):
            if self.is_open or self.meets(entry):
                found.append(entry)
                if len(found) >= most:
                    break
        return found

    def _backwards(self, exchanges: Sequence[ServedExchange], looked_at: int | None) -> Iterator[ServedExchange]:
        seen = 0
        for exchange in reversed(exchanges):
            if self.before and exchange.number >= self.before:
                continue
            seen += 1
            if looked_at is not None and seen > looked_at:
                return
            yield exchange


def read_filter(query: bytes) -> CallFilter:
    """The filter of a query. What is not understood of it is told in ``complaint``."""
    try:
        pairs = parse_qsl(query.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return CallFilter(complaint=f"There are more than {_MOST_FIELDS} fields.")
    given = {name: value.strip()[:_LONGEST] for name, value in pairs if value.strip()}
    before = given.pop("before", "")
    asked = {name: given[name] for name in ("q", *_NAMES, "status") if name in given}
    status, body = asked.get("status", ""), asked.get("body", "")
    complaint = ""
    if status and not (status.isascii() and status.isdigit() and len(status) < 4) and not _FAMILY.fullmatch(status):
        complaint = f"“{status}” is no status; give one as 400, or a class of them as 4xx."
    if body and not _BODY.fullmatch(body):
        complaint = f"“{body}” is no place in a body; give a JSON pointer with = and a value: /course/ids/lms=moodle-42"
    if complaint:
        return CallFilter(asked, complaint=complaint)
    family = int(status[0]) if _FAMILY.fullmatch(status) else 0
    values: dict[str, object] = {name: asked[name] for name in _NAMES if name in asked}
    values |= {"body": [body]} if body else {}
    values |= {"status": int(status)} if status and not family else {}
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    return CallFilter(asked, of_query(values), asked.get("q", ""), family, number)


def holds(exchange: ServedExchange, words: str) -> bool:
    """Whether path, body or answer hold a text, whatever the case of its letters."""
    wanted = words.lower()
    written = {
        wanted.encode(),
        json.dumps(wanted)[1:-1].encode(),
        json.dumps(wanted, ensure_ascii=False)[1:-1].encode(),
    }
    texts = [one.lower() for one in (exchange.raw_path, exchange.body, exchange.answer)]
    if any(one in text for one in written for text in texts):
        return True
    return not wanted.isascii() and any(wanted in text.decode("utf-8", "replace").lower() for text in texts)
