"""The judge sees the carelessness of others: calls at once, spellings, widths, HTTP and tokens."""

from __future__ import annotations

import pytest

from tests.servers.behaviour import HONEST
from tests.servers.careless.spoiling import Careless
from tests.servers.careless.table import CARELESS
from tests.servers.harness import failed, found, judged
from tests.servers.inprocess import InProcess

NEW = sorted({probe for one in CARELESS.values() for probe in one.probes})
FAST = (
    "numbers-compared",
    "options-not-compared",
    "duration-of-31-bits",
    "chunks-lost",
    "RS256-key-in-the-token",
)


@pytest.mark.outside
def test_the_honest_server_is_not_blamed() -> None:
    assert failed(judged(HONEST, "recall", *NEW)) == []


def seen(name: str) -> bool:
    one = CARELESS[name]
    return bool(one.clauses & found(judged(HONEST, "recall", *one.probes, transport=InProcess(Careless(one.spoil)))))


@pytest.mark.parametrize("name", FAST)
def test_carelessness_is_seen(name: str) -> None:
    assert seen(name)


@pytest.mark.outside
@pytest.mark.parametrize("name", sorted(set(CARELESS) - set(FAST)))
def test_further_carelessness_is_seen(name: str) -> None:
    assert seen(name)
