"""Calls that were under way at the same time: in what order they are judged, and what of them is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contract.http.exchange import Exchange
from contract.http.text import read
from contract.judging.judge import Judge
from contract.judging.race import part_results
from contract.model.identity import asked, texts_of, value_at
from spec.resources.resource import Resources

Names = frozenset[tuple[str, str, str]]
"""Part, kind and text of what a call names, or was shown."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is judged at once: one call, or identical ones that were all under way at one moment.

    ``rivals`` are calls that were under way meanwhile, and may have changed what these name: nobody can tell whether
    before or after. ``created`` says how many parts the answers call new.
    """

    exchanges: tuple[Exchange, ...]
    start: float
    end: float
    created: int
    names: Names
    rivals: tuple[Exchange, ...] = ()

    def overlaps(self, other: Turn) -> bool:
        return self.start < other.end and other.start < self.end


def turns(judge: Judge, exchanges: Sequence[Exchange]) -> Iterator[Turn]:
    """Calls in an order that they may have had: who ended before another began comes first, and among those whose
    order is open, who created.
    """
    if len(exchanges) == 1:
        only = exchanges[0]
        yield Turn((only,), only.started, _end(only), 0, frozenset())
        return
    left = [_turn(judge, one) for one in _at_once(exchanges)]
    every = tuple(left)
    while left:
        first_end = min(one.end for one in left)
        open_ = [one for one in left if one.start < first_end or one.end == first_end]
        chosen = max(open_, key=lambda one: (one.created, -one.end, -one.start))
        left.remove(chosen)
        rivals = tuple(
            exchange
            for other in every
            if other is not chosen and other.overlaps(chosen) and other.names & chosen.names
            for exchange in other.exchanges
            if _may_have_effects(exchange)
        )
        yield Turn(chosen.exchanges, chosen.start, chosen.end, chosen.created, chosen.names, rivals)


def _at_once(exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, ...]]:
    """Identical calls that share a moment together, all others alone."""
    same: dict[tuple[str, bytes | None], list[Exchange]] = defaultdict(list)
    for one in exchanges:
        same[one.request.method, one.request.body].append(one)
    for listed in same.values():
        group: list[Exchange] = []
        until = 0.0
        for one in sorted(listed, key=lambda each: each.started):
            if group and one.started >= until:
                yield tuple(group)
                group = []
            until = min(until, _end(one)) if group else _end(one)
            group.append(one)
        yield tuple(group)


def _turn(judge: Judge, exchanges: tuple[Exchange, ...]) -> Turn:
    start, end = min(one.started for one in exchanges), max(map(_end, exchanges))
    created = max(part_results(judge, one) for one in exchanges)
    resources = judge.model.resources
    names = frozenset(name for one in exchanges for name in _names(resources, one))
    return Turn(exchanges, start, end, created, names)


def _end(exchange: Exchange) -> float:
    return exchange.started + exchange.seconds


def _names(resources: Resources, exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    body = read(exchange.request.body or b"").value
    answer = exchange.response.json if exchange.response is not None else None
    for part in resources.parts:
        value = value_at(body, part.path)
        yield from ((part.name, kind, text) for kind, text in texts_of(part, value))
        held = value.get(part.identifiers) if isinstance(value, dict) and part.identifiers else None
        if isinstance(held, dict) and part.sid_kind and isinstance(held.get(part.sid_kind), str):
            yield part.name, "sid", held[part.sid_kind]
        shown = answer.get(part.response) if isinstance(answer, dict) else None
        if isinstance(asked(resources, body, part), dict) and isinstance(shown, dict):
            yield part.name, "sid", str(shown.get(part.sid_member))


def _may_have_effects(exchange: Exchange) -> bool:
    return exchange.response is None or exchange.lost or not 400 <= exchange.response.status < 500
