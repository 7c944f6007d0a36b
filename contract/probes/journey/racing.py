"""Probes of calls that meet: two appointments, two assignments, two onboarding URLs at the same time."""

from __future__ import annotations

from contract.journey.calls import ADDED, ASSIGNS, LISTS, ONBOARDS, READS, RESCHEDULES, SCHEDULES
from contract.journey.steps import Step
from contract.probes.journey.walk import Walk, walk
from contract.probes.workbench import Workbench

_ROUNDS = 5
"""How often each race is run: whether calls meet is luck."""


def appointments(bench: Workbench) -> None:
    """Two appointments of one session, then of one person for two things, at once: no two are made.

    Kept beside the strategies: sequences send one call at a time.
    """
    found = walk(bench, Step.SCHEDULE, LISTS, READS, SCHEDULES, RESCHEDULES)
    if found is None:
        return
    for _ in range(_ROUNDS):
        sids = found.ready()
        if not sids:
            return
        bench.race([found.request(SCHEDULES, sids, found.appointment(days)) for days in (30, 45)])
        found.read(sids)
        bench.race([found.request(RESCHEDULES, sids, found.appointment(days)) for days in (50, 55)])
        found.read(sids)
        if bench.seen_findings:
            return
    _one_person(found)


def _one_person(found: Walk) -> None:
    for _ in range(_ROUNDS):
        both = found.twice_ready()
        if not both:
            return
        found.bench.race([found.request(SCHEDULES, sids, found.appointment(30)) for sids in both])
        for sids in both:
            found.read(sids)


def assignments(bench: Workbench) -> None:
    """Somebody is assigned twice at once, and has one session; two URLs that are asked for at once differ.

    Kept beside the strategies: sequences send one call at a time.
    """
    found = walk(bench, Step.ASSIGN, ASSIGNS, LISTS, READS)
    if found is None:
        return
    who = found.journey.kind.who
    onboards = walk(bench, Step.ONBOARD, ONBOARDS, SCHEDULES) is not None
    for _ in range(_ROUNDS):
        sids = found.begun(limited=True)
        if not found.is_pair(sids):
            return
        bench.race([found.request(ASSIGNS, sids, {ADDED: [sids[who]]})] * 2)
        named = found.session_of(sids)
        if named and onboards:
            found.schedule(named)
            bench.race([found.request(ONBOARDS, named)] * 2)
