"""Which of the calls before an exchange have to do with it: those that named the same things, or gave their SIDs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from contract.http.exchange import Exchange, SentRequest
from contract.journey.calls import JourneyContract, names_of
from contract.model.identity import texts_of, value_at
from spec.resources.resource import Resources

REMEMBERED = 2000


class Relevance:
    """Looks through a trail. ``sids`` says which SIDs an answer gives; ``journey`` is what comes after provisioning."""

    def __init__(
        self,
        resources: Resources,
        sids: Callable[[Exchange], Mapping[str, str]],
        journey: JourneyContract | None,
    ) -> None:
        self.resources, self.sids, self.journey = resources, sids, journey
        self._named: dict[bytes, frozenset[str]] = {}

    def of(self, trail: Sequence[Exchange], exchanges: Sequence[Exchange]) -> list[Exchange]:
        """The exchanges, and those before them that named the same things or minted a SID that is named."""
        names = {text for exchange in exchanges for text in self.texts(exchange.request)}
        own = {id(one) for one in exchanges}
        before: list[Exchange] = []
        for one in reversed(trail):
            if id(one) in own:
                continue
            texts = self.texts(one.request)
            if names & texts or not names.isdisjoint(self.sids(one).values()):
                names |= texts
                before.append(one)
        return [*reversed(before), *exchanges]

    def texts(self, request: SentRequest) -> frozenset[str]:
        """What a request names: the identifiers in its body; for a call of the journey its SIDs.

        Those of the last thousands of bodies are remembered.
        """
        if self.journey is not None and (call := self.journey.call(request)) is not None:
            return names_of(request, call.install)
        body = request.body or b""
        if (known := self._named.get(body)) is not None:
            return known
        if len(self._named) >= REMEMBERED:
            self._named.clear()
        return self._named.setdefault(body, frozenset(self._found(body)))

    def _found(self, body: bytes) -> Iterator[str]:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return
        for part in self.resources.parts:
            sent = value_at(value, part.path)
            yield from (text for _, text in texts_of(part, sent))
            held = sent.get(part.identifiers) if isinstance(sent, dict) and part.identifiers else None
            if isinstance(held, dict) and isinstance(held.get(part.sid_kind), str):
                yield held[part.sid_kind]
