"""Probes of onboarding URLs: a new one each time, for scheduled sessions only, and each works once."""

from __future__ import annotations

from contract.http.exchange import Exchange, SentRequest
from contract.journey.calls import ENTER, LISTS, ONBOARDS, READS, SCHEDULES
from contract.journey.steps import Step
from contract.judging.findings import ExchangeJudgement
from contract.probes.journey.walk import Walk, walk
from contract.probes.workbench import Workbench

_VISIT = (("Accept", "text/html,application/json"),)
_USED = "onboard-single-use"


def onboarded(bench: Workbench) -> None:
    """Before anything is scheduled, twice for one session, and for two sessions.

    Kept beside the strategies: two sessions side by side, whose URLs are told apart.
    """
    found = walk(bench, Step.ONBOARD, LISTS, SCHEDULES, ONBOARDS)
    if found is None:
        return
    both = [found.ready(), found.ready()]
    if not all(both):
        return
    found.onboard(both[0])
    found.read(both[0])
    for place, sids in enumerate(both):
        found.schedule(sids, days=30 + place)
        found.onboard(sids)
    found.onboard(both[0])
    found.onboard(both[1])
    found.read(both[0])


def visited(bench: Workbench) -> None:
    """An onboarding URL that leads to the target is followed once, which lets somebody in, and once more, which does
    not. Only where links may be followed.

    Kept beside the strategies: sequences follow no link.
    """
    found = walk(bench, Step.ONBOARD, LISTS, READS, SCHEDULES, ONBOARDS)
    if found is None or not bench.options.follow_signon:
        return
    sids = found.ready()
    if not sids:
        return
    found.schedule(sids)
    exchange = found.onboard(sids)
    path = _path(found, exchange)
    if path is None:
        return
    first, again = (bench.target.send(SentRequest("GET", path, _VISIT)) for _ in range(2))
    if any(one.lost for one in (*first.earlier, *again.earlier)):
        return
    judgement = ExchangeJudgement()
    row = next((one for one in found.journey.kind.lifecycle.transitions if one.event == ENTER and one.next), None)
    entered = row.clause if row is not None else _USED
    judgement.touch(_USED, entered)
    if first.response is None or first.response.status >= 400:
        received = f"status {first.response.status}" if first.response else str(first.failure)
        judgement.find(entered, "URL refused", "a page", received)
    elif again.response is None or again.response.status < 400:
        received = f"status {again.response.status}" if again.response else str(again.failure)
        judgement.find(_USED, "URL works twice", "a refusal", received)
    bench.trail += [first, again]
    session = found.journey.memory.sessions.get(sids[found.journey.kind.name])
    if session is not None and row is not None:
        session.vague()
        found.read(sids)
        if session.statuses is not None and row.next not in session.statuses:
            received = " or ".join(sorted(session.statuses))
            judgement.find(entered, "status unchanged", str(row.next), received)
    bench.record(judgement, exchange, first, again)


def _path(found: Walk, exchange: Exchange) -> str | None:
    """Where on the target an onboarding URL leads, if it does."""
    value = exchange.response.json if exchange.response is not None and exchange.response.ok else None
    links = [one for one in value.values() if isinstance(one, str)] if isinstance(value, dict) else []
    paths = [path for one in links if (path := found.bench.relative(one)) is not None]
    if links and not paths:
        found.bench.unfollowed = links[0]
    return paths[0].partition("#")[0] if paths else None
