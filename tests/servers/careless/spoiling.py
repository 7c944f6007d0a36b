"""What every carelessness is made of: a server that wraps the honest one and spoils what goes in or comes out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.answering import Answer
from tests.servers.behaviour import HONEST
from tests.servers.independent import Independent

Headers = Sequence[tuple[str, str]]
Handler = Callable[[str, str, Headers, bytes], Answer]
Spoil = Callable[[Independent, Handler], Handler]
BROKEN: Answer = (500, {"Content-Type": "application/json"}, b'{"code": "INTERNAL", "message": "Something broke."}')


@dataclass(frozen=True)
class Carelessness:
    """A way to spoil the server, the clauses of which one at least must notice it, and the probes that suffice."""

    spoil: Spoil
    clauses: frozenset[str]
    probes: tuple[str, ...]


class Careless(Independent):
    """The independent implementation, spoilt."""

    def __init__(self, spoil: Spoil) -> None:
        super().__init__(HONEST)
        self.spoilt = spoil(self, super().handle)

    def handle(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        return self.spoilt(method, path, headers, body)


def read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def provisions(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/provision")


def on_bodies(change: Callable[[Any, str], Any]) -> Spoil:
    """Every body is changed before the honest server sees it; a change that answers None breaks."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            value = read(body)
            if not provisions(method, path) or not isinstance(value, dict):
                return handler(method, path, headers, body)
            changed = change(copy.deepcopy(value), path)
            if changed is None:
                return BROKEN
            return handler(method, path, headers, json.dumps(changed).encode() if changed != value else body)

        return handle

    return spoil


def put(body: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    return {**body, path[0]: put(body[path[0]], path[1:], value)}


def of(spoil: Spoil, clauses: str, probes: str) -> Carelessness:
    return Carelessness(spoil, frozenset(clauses.split()), tuple(probes.split()))
