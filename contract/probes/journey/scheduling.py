"""Probes of appointments: made, moved, refused, taken back by a removal, and kept when somebody provisions again."""

from __future__ import annotations

from collections.abc import Iterator

from contract.journey.calls import ASSIGNS, LISTS, ONBOARDS, READS, RESCHEDULES, SCHEDULES
from contract.journey.steps import Step
from contract.probes.journey.walk import Body, Walk, walk
from contract.probes.workbench import Workbench

_ALL = (ASSIGNS, LISTS, READS, SCHEDULES, RESCHEDULES)
WAY = "type"
_FAR = 700
"""Days after which no window is open that a good body has."""


def scheduled(bench: Workbench) -> None:
    """An appointment is made, read, listed, moved, and survives that everybody is provisioned again.

    Kept beside the strategies: the whole life of one appointment, from its first call; sequences see pieces.
    """
    found = walk(bench, Step.SCHEDULE, *_ALL)
    if found is None:
        return
    kind = found.journey.kind
    body = found.body()
    sids = found.session_of(found.provisioned(body))
    if not sids:
        return
    found.schedule(sids)
    found.read(sids)
    found.listed(sids)
    found.listed(sids, "status=Scheduled")
    found.provisioned(body)
    found.read(sids)
    found.reschedule(sids)
    found.read(sids)
    found.listed(sids)
    found.provisioned(found.only(body, found.journey.memory.shared, kind.scope))
    found.read(sids)
    found.schedule(sids, days=50)
    found.read(sids)


def every_way(bench: Workbench) -> None:
    """Every way of scheduling that is published, and some that are not; dates and members that nobody can mean.

    Kept beside the strategies: every published word, and what the clauses of a body name; a sequence sends good bodies.
    """
    found = walk(bench, Step.SCHEDULE, *_ALL)
    if found is None:
        return
    for operation in (SCHEDULES, RESCHEDULES):
        ways = _ways(found, operation)
        sids = found.ready()
        if not sids:
            return
        if operation == RESCHEDULES:
            found.schedule(sids)
        for body in _strange(found, operation):
            found.call(operation, sids, {**found.appointment(35), **body})
        found.read(sids)
        for place, way in enumerate(ways):
            other = found.ready() if place or operation == SCHEDULES else sids
            if not other:
                return
            if operation == RESCHEDULES and place:
                found.schedule(other)
            found.call(operation, other, found.appointment(36 + place, type=way))
            found.read(other)


def _strange(found: Walk, operation: str) -> Iterator[Body]:
    """What each member of a body can be that a clause of its own forbids."""
    held = found.journey.contract.operations[operation].operation.body
    schema = held.json if held is not None else {}
    for name, member in schema.get("properties", {}).items():
        if "x-clause" not in member:
            continue
        if "enum" in member:
            yield {name: "by-pigeon"}
        if "pattern" in member:
            yield from ({name: text + "0" * 32} for text in ("PT", "LT"))
        if "maxLength" in member:
            yield {name: "x" * (member["maxLength"] + 1)}
    yield from ({name: "USD"} for name in schema.get("x-misspelt", ()))
    zulu, starts = found.moment(33), found.journey.kind.appointment.starts
    for text in (zulu.replace("Z", "+00:00"), zulu.replace("Z", ""), "next week", zulu[:10]):
        yield {starts: text}


def times(bench: Workbench) -> None:
    """Appointments outside of the windows, two at once, with an end of their own, and none at all.

    Kept beside the strategies: edges of windows, which a sequence rarely meets.
    """
    found = walk(bench, Step.SCHEDULE, *_ALL)
    if found is None:
        return
    kind, when = found.journey.kind, found.journey.kind.appointment
    sids = found.ready()
    if not sids:
        return
    found.schedule(sids, days=_FAR)
    found.read(sids)
    found.schedule(sids, days=-_FAR)
    found.read(sids)
    found.schedule(sids, days=20)
    found.reschedule(sids, days=_FAR)
    found.read(sids)
    found.call(RESCHEDULES, sids, {when.starts: found.moment(21), when.ends: found.moment(21.05)})
    found.read(sids)
    later = found.ready()
    if later:
        found.call(SCHEDULES, later, {})
        found.read(later)
    closed = found.body()
    for source, days in zip((*kind.booking.opens, *kind.booking.closes[:1]), (-60, -30), strict=False):
        closed = found.set(closed, source, found.moment(days))
    given = found.session_of(found.provisioned(closed))
    if given:
        found.schedule(given)
        found.read(given)
    _overlapping(found)


def _overlapping(found: Walk) -> None:
    """The same person for two things at the same time."""
    both = found.twice_ready()
    if not both:
        return
    found.schedule(both[0], days=25)
    found.schedule(both[1], days=25)
    for one in both:
        found.read(one)
    found.schedule(both[1], days=27)
    found.reschedule(both[1], days=25)
    for one in both:
        found.read(one)


def cancelled(bench: Workbench) -> None:
    """A removal takes the appointment back; nothing happens to what is over; who comes back begins anew.

    Kept beside the strategies: what is over is tried in every way; a sequence seldom comes back to it.
    """
    found = walk(bench, Step.SCHEDULE, *_ALL)
    if found is None:
        return
    kind = found.journey.kind
    sids = found.ready(limited=True)
    if not sids:
        return
    found.reschedule(sids)
    found.schedule(sids)
    found.assign(sids, removed=[sids[kind.who]])
    found.read(sids)
    found.listed(sids)
    found.schedule(sids, days=31)
    found.read(sids)
    found.reschedule(sids)
    found.read(sids)
    if found.has(ONBOARDS):
        found.onboard(sids)
    found.assign(sids, added=[sids[kind.who]])
    session = found.session(sids)
    if session is not None and session != sids[kind.name]:
        found.schedule({**sids, kind.name: session}, days=32)
        found.read({**sids, kind.name: session})
        found.read(sids)


def _ways(found: Walk, operation: str) -> list[str]:
    """The published ways of an operation."""
    body = found.journey.contract.operations[operation].operation.body
    schema = body.json if body is not None else {}
    return list(schema.get("properties", {}).get(WAY, {}).get("enum", ()))
