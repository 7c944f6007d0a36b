"""A sequence of calls as data, and sending it again under fresh names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contract.http.exchange import Exchange, SentRequest
from contract.judging.findings import Ledger
from contract.judging.race import judge_burst
from contract.probes.workbench import Workbench
from contract.reproduction.renaming import Renaming


@dataclass(frozen=True, slots=True)
class SequenceStep:
    """One request of a sequence, and the SIDs that its answer gave, by part.

    Neighbours with the same ``together`` (not 0) were sent at the same time.
    """

    request: SentRequest
    sids: Mapping[str, str] = field(default_factory=dict)
    together: int = 0


def simultaneous(exchanges: Sequence[Exchange]) -> list[int]:
    """A number for each exchange: the same (not 0) for neighbours that were under way at the same time."""
    numbers = [0] * len(exchanges)
    group, latest = 0, float("-inf")
    for place, exchange in enumerate(exchanges):
        if place and exchange.started < latest:
            if not numbers[place - 1]:
                group += 1
                numbers[place - 1] = group
            numbers[place] = group
        latest = max(latest, exchange.started + exchange.seconds)
    return numbers


def steps_of(exchanges: Sequence[Exchange], sids: Callable[[Exchange], Mapping[str, str]]) -> tuple[SequenceStep, ...]:
    """The steps that were sent as these exchanges; ``sids`` says which SIDs an answer gives, by part."""
    numbers = simultaneous(exchanges)
    return tuple(
        SequenceStep(exchange.request, sids(exchange), number)
        for exchange, number in zip(exchanges, numbers, strict=True)
    )


def renaming_for(steps: Sequence[SequenceStep]) -> Renaming:
    """Fresh names for everything that a sequence names, and for SIDs that an answer to it gave."""
    texts = [
        text for step in steps for text in (step.request.path, (step.request.body or b"").decode("utf-8", "replace"))
    ]
    renaming = Renaming(texts)
    for step in steps:
        renaming.unknown(step.sids.values())
    return renaming


def groups(steps: Sequence[SequenceStep]) -> Iterator[list[SequenceStep]]:
    """The steps one by one, those that belong together at once."""
    group: list[SequenceStep] = []
    for step in steps:
        if group and not (step.together and step.together == group[0].together):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def send(steps: Sequence[SequenceStep], bench: Workbench, renaming: Renaming) -> list[Exchange]:
    """Send a sequence and have it judged; SIDs of this time's answers take the place of those of last time's."""
    sent: list[Exchange] = []
    for group in groups(steps):
        requests = [
            replace(one.request, path=renaming.text(one.request.path), body=renaming.body(one.request.body))
            for one in group
        ]
        exchanges = [bench.send(requests[0])] if len(requests) == 1 else _at_once(bench, requests)
        for one, exchange in zip(group, exchanges, strict=True):
            renaming.sids(one.sids, bench.sids(exchange))
        sent += exchanges
    return sent


def _at_once(bench: Workbench, requests: list[SentRequest]) -> list[Exchange]:
    if bench.journey is not None and bench.journey.contract.call(requests[0]) is not None:
        return bench.race(requests)
    expected = bench.judge.expect(requests[0])
    exchanges = bench.target.burst(requests)
    bench.trail += exchanges
    bench.record(judge_burst(bench.judge, exchanges, expected), *exchanges)
    return exchanges


def stage_for(bench: Workbench, renaming: Renaming, name: str) -> Workbench:
    """A fork of a bench in which a sequence is sent again: with names, a memory and a ledger of its own."""
    prefix = next((f"iv-{new}" for new in renaming.fresh.values()), bench.composer.prefix)
    fork = bench.fork(prefix)
    fork.name, fork.ledger = name, Ledger(bench.judge.catalogue)
    return fork
