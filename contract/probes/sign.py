"""Probes of signing on: links and tokens of several users, and following a link where that is allowed."""

from __future__ import annotations

import time
from typing import Any

from contract.http.exchange import Exchange, Request
from contract.judging.findings import Judgement
from contract.model.identity import value_at
from contract.probes.workbench import Workbench


def asked(bench: Workbench) -> None:
    """Two users of one exam in turn, each twice, and once without asking: everybody gets their own, only when asked."""
    signon = bench.resources.signon
    if signon is None or (member := bench.composer.signon(bench.chance)) is None:
        return
    subject = bench.resources.part(signon.subject)
    one = bench.body()
    two = {**one, subject.path[0]: bench.body()[subject.path[0]]}
    first = bench.resources.parts[0]
    for body in (one, two, one, two):
        bench.provision({**body, signon.path[0]: member})
    bench.provision(one)
    bench.provision({first.path[0]: bench.body("?")[first.path[0]], signon.path[0]: member})
    slim = {name: one[name] for name in (first.path[0], subject.path[0])}
    bench.provision({**slim, signon.path[0]: member})


def followed(bench: Workbench) -> None:
    """The link is followed once, which signs the user on, and once more, which does not."""
    signon = bench.resources.signon
    if signon is None or not bench.options.follow_signon or (member := bench.composer.signon(bench.chance)) is None:
        return
    body = {**bench.body(), signon.path[0]: member}
    exchange = bench.provision(body)
    answer = exchange.response.json if exchange.response and exchange.response.ok else None
    shown = answer.get(signon.response) if isinstance(answer, dict) else None
    link = shown.get(signon.redirect) if isinstance(shown, dict) else None
    path = bench.relative(link) if isinstance(link, str) else None
    judgement = Judgement()
    if path is None:
        if isinstance(link, str):
            bench.unfollowed = link
        return
    first = bench.target.send(Request("GET", path, (("Accept", "text/html,application/json"),)))
    again = bench.target.send(Request("GET", path, (("Accept", "text/html,application/json"),)))
    names = _names(value_at(body, bench.resources.part(signon.subject).path)) | {
        bench.sids(exchange).get(signon.subject, "")
    }
    judgement.touch("signon-link-works", "signon-single-use")
    if first.response is None or first.response.status >= 400:
        received = f"status {first.response.status}" if first.response else str(first.failure)
        judgement.find("signon-link-works", "link refused", "the user is signed on", received)
    elif first.response.status == 200 and not any(
        name and name in first.response.body.decode("utf-8", "replace") for name in names
    ):
        judgement.find(
            "signon-link-works", "link shows another", "the user of the call", "a page that does not name them"
        )
    if again.response is None or again.response.status < 400:
        received = f"status {again.response.status}" if again.response else str(again.failure)
        judgement.find("signon-single-use", "link works twice", "a refusal", received)
    bench.trail += [first, again]
    bench.record(judgement, exchange, first, again)


def _names(value: Any) -> set[str]:
    if not isinstance(value, dict):
        return set()
    return {one for one in value.values() if isinstance(one, str) and len(one) > 3}


def pace(bench: Workbench) -> None:
    """Fresh things early in the run: how long they take."""
    _timed(bench, bench.options.growth // 3)


def growth(bench: Workbench) -> None:
    """Fresh things late in the run: they are not slower than the early ones, beyond what noise explains."""
    _timed(bench, bench.options.growth - bench.options.growth // 3)
    if len(bench.pace) == bench.options.growth:
        bench.record(slower(bench.pace))


def _timed(bench: Workbench, count: int) -> None:
    for _ in range(count):
        started = time.monotonic()
        exchange: Exchange = bench.provision(bench.body())
        if exchange.response is None or not exchange.response.ok:
            return
        bench.pace.append(exchange.seconds or time.monotonic() - started)


LEAST = 0.002
"""Seconds; a difference below it is noise of the machine, whatever its ratio."""


def slower(times: list[float]) -> Judgement:
    """Whether calls became slower: the medians of the thirds rise steadily, and by more than the spread of any."""
    judgement = Judgement()
    third = len(times) // 3
    if third < 20:
        return judgement
    judgement.touch("latency-flat")
    thirds = [sorted(times[index * third : (index + 1) * third]) for index in range(3)]
    medians = [one[third // 2] for one in thirds]
    if (
        medians[0] < medians[1] < medians[2]
        and thirds[2][third // 10] > thirds[0][-third // 10]
        and medians[2] > 2 * medians[0] + LEAST
    ):
        received = f"{medians[0] * 1000:.1f} ms at first, {medians[2] * 1000:.1f} ms at last"
        judgement.find("latency-flat", "slower and slower", "a flat latency", received)
    return judgement
