"""What every probe of the journey does: provision somebody for something, and make calls about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict, Unpack

from contract.http.exchange import Exchange, SentRequest
from contract.journey.calls import (
    ADDED,
    ASSIGNS,
    LISTS,
    ONBOARDS,
    READS,
    REMOVED,
    REPORTS,
    RESCHEDULES,
    RESULTS,
    SCHEDULES,
    STORED,
)
from contract.journey.judge import JourneyJudge
from contract.journey.steps import Step
from contract.probes.changes import put
from contract.probes.workbench import JSON, Workbench
from spec.resources.sessions import StoredValue
from spec.source.pointer import Json, split

Body = dict[str, Json]
Sids = Mapping[str, str]
ALL = "includeActive=true"
_OPEN = (-100, 150)
"""In how many days something can be scheduled in a good body: wide enough for every appointment."""
STEPS: Mapping[str, Step] = {
    LISTS: Step.TOKEN,
    READS: Step.SESSIONS,
    ASSIGNS: Step.ASSIGN,
    SCHEDULES: Step.SCHEDULE,
    RESCHEDULES: Step.SCHEDULE,
    ONBOARDS: Step.ONBOARD,
    REPORTS: Step.READ,
    **dict.fromkeys(STORED, Step.READ),
}
"""At which step each operation is called for the first time."""


class SentWith(TypedDict, total=False):
    """What a request may be sent with: a query, other headers in the place of the credential, another install."""

    query: str
    headers: Sequence[tuple[str, str]]
    install: str | None


@dataclass(frozen=True, slots=True)
class Walk:
    """A bench that knows the way."""

    bench: Workbench
    journey: JourneyJudge

    def has(self, *operations: str) -> bool:
        """Whether the document has all these operations, and none lies behind the last step."""
        known, last = self.journey.contract.operations, self.bench.options.journey
        return all(one in known and last is not None and last.reaches(STEPS[one]) for one in operations)

    # --- provisioning

    def body(self, *, entitled: bool = True, limited: bool = False) -> Body:
        """A good body for somebody who takes part (or does not), in something whose scope is limited (or is not)."""
        kind, resources = self.journey.kind, self.bench.resources
        signon = resources.signon
        body: Body = self.bench.body(*(part.name for part in resources.parts))
        if signon is not None:
            body.pop(signon.path[0], None)
        for values, wanted in ((kind.entitled, entitled), (kind.assigned, limited)):
            for source, value in values.items():
                body = self.set(body, source, value if wanted else self._other(source, value))
        rules = resources.part(kind.rules)
        if rules.fallback is not None:
            member = next(one for one in rules.leaves if one.path == (rules.fallback.member,))
            body = self.set(body, StoredValue(rules.name, member.key), member.default)
        if kind.quota is not None:
            most = next(one for one in rules.leaves if one.key == kind.quota.allowed.leaf).schema.get("x-safe", {})
            body = self.set(body, kind.quota.allowed, most.get("maximum", 1))
        for source, days in zip((*kind.booking.opens[:1], *kind.booking.closes[:1]), _OPEN, strict=False):
            body = self.set(body, source, self.moment(days))
        return body

    def set(self, body: Body, source: StoredValue, value: Json) -> Body:
        """A body with a stored value changed."""
        return put(body, (*self.bench.resources.part(source.part).path, *split(source.leaf)), value)

    def _other(self, source: StoredValue, value: Json) -> Json:
        if isinstance(value, bool):
            return not value
        leaf = next(one for one in self.bench.resources.part(source.part).leaves if one.key == source.leaf)
        return next(one for one in leaf.schema.get("enum", (None,)) if one != value)

    def provisioned(self, body: Body) -> dict[str, str]:
        """The SIDs that a call gave, by part; none if it was refused."""
        return self.bench.sids(self.bench.provision(body))

    def only(self, body: Body, *parts: str) -> Body:
        """A body with these parts alone, and what holds them."""
        wanted = {self.bench.resources.part(one).path[0] for one in parts}
        return {name: value for name, value in body.items() if name in wanted}

    def begun(self, *, entitled: bool = True, limited: bool = False) -> dict[str, str]:
        """Somebody and something, both new: their SIDs."""
        return self.provisioned(self.body(entitled=entitled, limited=limited))

    def session(self, sids: Sids) -> str | None:
        """The SID of an active session, if the list has one."""
        for entry in self.listed(sids):
            if self.journey.memory.is_active(entry[1]):
                return entry[0]
        return None

    def ready(self, *, limited: bool = False) -> dict[str, str]:
        """Somebody with an active session, which is among the SIDs; empty where there is none."""
        sids = self.begun(limited=limited)
        if limited and self.is_pair(sids):
            self.assign(sids, added=[sids[self.journey.kind.who]])
        return self.session_of(sids)

    def twice_ready(self) -> list[dict[str, str]]:
        """One person with active sessions of two things: the SIDs of each; empty where there are none."""
        first = self.body()
        scope = self.bench.resources.part(self.journey.kind.scope).path[0]
        second = {**self.body(), **{name: value for name, value in first.items() if name != scope}}
        both = [self.session_of(self.provisioned(body)) for body in (first, second)]
        return both if all(both) else []

    def session_of(self, sids: Sids) -> dict[str, str]:
        """These SIDs with that of an active session; empty where there is none."""
        session = self.session(sids) if self.is_pair(sids) else None
        return {**sids, self.journey.kind.name: session} if session is not None else {}

    def is_pair(self, sids: Sids) -> bool:
        """Whether there is somebody, and something to take part in."""
        return all(one in sids for one in self.journey.kind.joins)

    # --- calls

    def request(self, operation: str, sids: Sids, body: Json = None, **sent: Unpack[SentWith]) -> SentRequest:
        """A request of an operation about these SIDs."""
        bench = self.bench
        query, headers, install = sent.get("query", ""), sent.get("headers"), sent.get("install")
        what = self.journey.contract.operations[operation]
        path = what.path_of(install or bench.access.install, sids)
        credential = bench.access.credential_headers() if headers is None else tuple(headers)
        if headers is None and install is not None and install == bench.access.other_install:
            credential = bench.access.credential_headers(bench.access.other_token)
        media = (JSON,) if body is not None else ()
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        return SentRequest(
            what.operation.method,
            f"{path}?{query}" if query else path,
            (*credential, *media, *bench.access.headers),
            data,
        )

    def call(self, operation: str, sids: Sids, body: Json = None, **sent: Unpack[SentWith]) -> Exchange:
        """Send a request of an operation."""
        return self.bench.send(self.request(operation, sids, body, **sent))

    def assign(self, sids: Sids, *, added: Sequence[Json] = (), removed: Sequence[Json] = ()) -> Exchange:
        """Say who takes part from now on, and who does not."""
        sides = {name: list(side) for name, side in ((ADDED, added), (REMOVED, removed)) if side}
        return self.call(ASSIGNS, sids, sides)

    def listed(self, sids: Sids, query: str = ALL) -> list[tuple[str, str]]:
        """SID and status of what a list shows."""
        exchange = self.call(LISTS, sids, query=query)
        value = exchange.response.json if exchange.response is not None and exchange.response.ok else None
        listed = value.get(RESULTS) if isinstance(value, dict) else None
        names = self.journey.contract.operations[LISTS].shown
        kind = self.journey.kind.name
        sid, status = names[StoredValue(kind, "")].name, names[StoredValue(kind, "/status")].name
        found = [(one.get(sid), one.get(status)) for one in listed if isinstance(one, dict)] if isinstance(
            listed, list) else []  # fmt: skip
        return [(one, two) for one, two in found if isinstance(one, str) and isinstance(two, str)]

    def schedule(self, sids: Sids, *, days: float = 30, **more: Json) -> Exchange:
        """Schedule a session in so many days."""
        return self.call(SCHEDULES, sids, self.appointment(days, **more))

    def reschedule(self, sids: Sids, *, days: float = 40, **more: Json) -> Exchange:
        """Move a session."""
        return self.call(RESCHEDULES, sids, self.appointment(days, **more))

    def appointment(self, days: float, **more: Json) -> Body:
        """A body with the time of an appointment, to the minute, in so many days."""
        return {self.journey.kind.appointment.starts: self.moment(days), **more}

    def moment(self, days: float) -> str:
        """A moment in so many days from two in the afternoon on, to the quarter of an hour, in UTC."""
        base = self.bench.composer.now.replace(hour=14, minute=0, second=0, microsecond=0)
        when = base + timedelta(minutes=round(days * 96) * 15)
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")

    def read(self, sids: Sids) -> Exchange:
        """Read a session."""
        return self.call(READS, sids)

    def onboard(self, sids: Sids) -> Exchange:
        """Ask for an onboarding URL."""
        return self.call(ONBOARDS, sids)


def walk(bench: Workbench, step: Step, *operations: str) -> Walk | None:
    """The way, if it is to be gone as far as a step, and the document has the operations; they lie before it."""
    last, journey = bench.options.journey, bench.journey
    if last is None or journey is None or not last.reaches(step):
        return None
    found = Walk(bench, journey)
    return found if found.has(*operations) else None
