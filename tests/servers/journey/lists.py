"""The lists of the journey, page by page, and what every path reads: things that are there, answers in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.servers.answering import Answer, render
from tests.servers.behaviour import Behaviour
from tests.servers.journey.asked import AskedError
from tests.servers.journey.sessions import OVER, Sitting, Sittings
from tests.servers.journey.views import Views
from tests.servers.store import RefusedError, Store, Thing

LISTABLE = {"Needs Proctor", "Pending Approval", "Approval Denied", "Scheduled", "Incident", "Closed", "Processing"}
REPORTABLE = {"Needs Proctor", "Scheduled", "Cancelled", "In Progress", "Closed"}


class Lists:
    """What a journey has, and its lists."""

    def __init__(self, behaviour: Behaviour, store: Store, base: str, types: tuple[str, ...]) -> None:
        self.behaviour, self.manner, self.store, self.base, self.types = (
            behaviour,
            behaviour.journey,
            store,
            base,
            types,
        )
        self.sittings = Sittings(store, self.manner)
        self.views = Views(self.sittings, self.manner)

    def json(self, value: Any) -> Answer:
        return render(self.behaviour, 200, value, "application/json")

    def thing(self, sid: str, part: str, install: str) -> Thing:
        found = self.store.things.get(sid)
        # the exam's scope is its course, the scope of that the install
        home = None if found is None else self.store.things.get(self.sittings.course_of.get(sid, ""), found)
        place = "all" if self.behaviour.shared_deployment else install
        strange = home is None or (home.scope != place and "sessions-of-other-installs" not in self.manner.quirks)
        if found is None or found.part != part or strange:
            raise RefusedError(self.manner.missing_status, "RESOURCENOTFOUND", f"There is no {part} {sid}.")
        return found

    def list(self, install: str, enrollment: str, exam: str, *, query: dict[str, list[str]], **_: Any) -> Answer:
        quirks = self.manner.quirks
        who, what = self.thing(enrollment, "enrollment", install), self.thing(exam, "exam", install)
        if self.sittings.course_of.get(who.sid) != self.sittings.course_of.get(what.sid):
            raise RefusedError(self.manner.missing_status, "RESOURCENOTFOUND", "This enrollment is of another course.")
        wanted = self._statuses(query, LISTABLE)
        order = (query.get("sortOrder") or ["ASC"])[-1]
        if order not in ("ASC", "DESC"):
            raise AskedError("sortOrder is ASC or DESC.")
        every = list(self.sittings.listed(enrollment, exam))
        active = (self.manner.active == "always" and wanted is None) or (query.get("includeActive") or ["false"])[
            -1
        ] == "true"
        if wanted is not None and "filters-ignored" not in quirks:
            found = [one for one in every if one.status in wanted or (active and one.status not in OVER)]
        else:
            found = [one for one in every if one.status in OVER or active or "filters-ignored" in quirks]
        if "cancelled-ones-are-hidden" in quirks:
            found = [one for one in found if one.status != "Cancelled"]
        found.sort(key=lambda one: one.created, reverse=(order == "DESC") != ("order-turned-round" in quirks))
        return self.page(install, f"/enrollments/{enrollment}/exams/{exam}/sessions", query, found, self.views.listed)

    def _statuses(self, query: dict[str, list[str]], known: set[str]) -> set[str] | None:
        asked = query.get("status", []) + query.get("status[]", [])
        if set(asked) - known and "any-status-is-asked-for" not in self.manner.quirks:
            raise AskedError("There is no such status.")
        return set(asked) if asked else None

    def page(
        self, install: str, path: str, query: dict[str, list[str]], found: list[Sitting], show: Callable[[Sitting], Any]
    ) -> Answer:
        manner, quirks = self.manner, self.manner.quirks
        numbers = []
        for name, default in (("offset", 0), ("limit", manner.page)):
            text = (query.get(name) or [str(default)])[-1]
            if not text.isdecimal():
                if manner.strict_pages:
                    raise AskedError(f"{name} is a whole number.")
                text = str(default)
            numbers.append(int(text))
        offset, limit = numbers[0], min(numbers[1], manner.most)
        if "offsets-ignored" in quirks:
            offset = 0
        shown = found[offset : offset + limit] if "limits-ignored" not in quirks else found[offset:]
        if "pages-count-from-one" in quirks:
            shown = found[max(offset - 1, 0) : offset + limit - 1] if offset else shown
        place = f"/v1/installs/{install}{path}"

        def url(start: int) -> str:
            others = [(name, one) for name, given in query.items() for one in given if name not in ("offset", "limit")]
            text = f"{place}?{urlencode([*others, ('offset', start), ('limit', limit)])}"
            return text if manner.urls == "relative" else self.base + text

        total = len(found) if "totals-of-the-page" not in quirks else len(shown)
        told: dict[str, Any] = {
            "total": total,
            "first": url(0),
            "next": url(offset + limit) if offset + limit < len(found) else None,
            "prev": url(max(offset - limit, 0)) if offset else None,
            "last": url((max(len(found), 1) - 1) // limit * limit) if limit else None,
            "count": len(shown),
            "offset": offset,
            "results": [show(one) for one in shown],
        }
        if "lists-are-bare" in quirks:
            return self.json(told["results"])
        if "lists-without-counts" in quirks:
            told = {name: told[name] for name in ("total", "results")}
        return self.json(told)

    def report(self, install: str, *, query: dict[str, list[str]], **_: Any) -> Answer:
        quirks, wanted = self.manner.quirks, self._statuses(query, REPORTABLE)
        found = []
        for one in list(self.sittings.held.values()):
            home = self.store.things.get(self.sittings.course_of[one.exam])
            if home is None or home.scope in (install, "all") or "report-of-everybody" in quirks:
                found.append(one)
        if wanted is not None and "report-ignores-statuses" not in quirks:
            found = [one for one in found if one.status in wanted]
        if "report-without-scheduled" in quirks:
            found = [one for one in found if one.status != "Scheduled"]
        return self.page(install, "/reports/appointments", query, found, self.views.appointment)
