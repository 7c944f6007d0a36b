"""What an adopted clause alone decides is told under that clause only: nobody knows what a taker makes of the value."""

from __future__ import annotations

from functools import cache

import pytest

from tests.servers.behaviour import HONEST
from tests.servers.careless.spoiling import Careless, Spoil
from tests.servers.harness import found, judged
from tests.servers.inprocess import InProcess
from tests.servers.lenient import LENIENT

PROBES = ("recall", "changes", "broken", "broken-updates", "moments", "omissions")


def told(spoil: Spoil) -> set[str]:
    return found(judged(HONEST, *PROBES, transport=InProcess(Careless(spoil))))


@cache
def told_anyway() -> set[str]:
    return told(lambda server, handler: handler)


@pytest.mark.outside
@pytest.mark.parametrize("name", LENIENT)
def test_only_the_clause_that_is_not_shared_is_told(name: str) -> None:
    one = LENIENT[name]
    more = told(one.spoil) - told_anyway()
    assert more
    assert more <= one.clauses
