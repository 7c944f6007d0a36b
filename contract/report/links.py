"""Links that let somebody in are secrets: what follows the part that all of them share is masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from contract.http.exchange import Exchange
from contract.journey.calls import ONBOARDS, JourneyContract, journey_contract
from contract.run.runner import OPERATION
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.resource import Signon

_REST = r"""[^\s"'<>\\)\]}]+"""
SHOWN = 60
"""How many letters of a link a finding shows."""


def link_pattern(exchanges: Iterable[Exchange], document: Document) -> re.Pattern[str] | None:
    """What finds the secret part of the links of these answers, as its second group, wherever they stand."""
    parts_of_calls = resources(document.operations[OPERATION])
    journey = journey_contract(document, parts_of_calls)
    shared: set[str] = set()
    whole: set[str] = set()
    for exchange in exchanges:
        for link in _links(exchange, parts_of_calls.signon, journey):
            roots = set(_roots(link))
            shared |= roots
            whole |= set() if roots else {link, link[:SHOWN]}
    written = {text for one in shared for text in (one, one.replace("/", "\\/"))}
    parts = []
    if written:
        parts.append(f"({'|'.join(map(re.escape, sorted(written, key=len, reverse=True)))})({_REST})")
    if whole:
        parts.append(f"()({'|'.join(map(re.escape, sorted(whole, key=len, reverse=True)))})")
    return re.compile("|".join(parts)) if parts else None


def _links(exchange: Exchange, signon: Signon | None, journey: JourneyContract | None) -> Iterator[str]:
    """The link of an answer, or whatever an answer to a call for an onboarding URL has."""
    answer = exchange.response.json if exchange.response is not None and exchange.response.ok else None
    shown = answer.get(signon.response) if signon is not None and isinstance(answer, dict) else None
    held = [shown.get(signon.redirect)] if signon is not None and isinstance(shown, dict) else []
    if journey is not None and (call := journey.call(exchange.request)) is not None and call.id == ONBOARDS:
        held += answer.values() if isinstance(answer, dict) else [answer]
    yield from (one for one in held if isinstance(one, str) and len(one) > 1)


def _roots(link: str) -> Iterator[str]:
    """What a link has in common with others: up to its query, or to the last segment of a path of several; the same
    without its host, as a request names it.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return
    origin = link[: link.index(parts.path)] if parts.path and parts.path in link else ""
    if parts.query or parts.fragment:
        cut = min(place for mark in "?#" if (place := link.find(mark)) >= 0)
        yield link[: cut + 1]
        path = link[len(origin) : cut + 1]
    else:
        path = parts.path[: parts.path.rfind("/") + 1]
        if path.strip("/") == "":
            return
        yield origin + path
    if path.strip("/?#"):
        yield path
