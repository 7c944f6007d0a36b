"""The judge in front of the proxy says what it says in front of the server, and the proxy blames no server that is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.second.departures import Departure
from servers.second.judging import judged
from servers.second.matrix import FAULTS, VARIANTS
from servers.second.server.installs import FIRST
from tests_support import started

pytestmark = pytest.mark.outside
RIGHT = [
    Departure("honest", "Nothing is changed.", ()),
    VARIANTS["codes-of-digits"],
    VARIANTS["busy-now-and-then"],
]
WRONG = [FAULTS[name] for name in ("rollback-forgotten", "tokens-remembered", "error-pages")]


@contextmanager
def passing(upstream: str, folder: Path) -> Iterator[str]:
    """The URL of a proxy in a process of its own, which has written its verdict when this ends."""
    words = ("proxy", upstream, "--install", FIRST.sid, "--json", str(folder / "proxy.json"))
    with started(folder / "proxy.ready", *words) as ready:
        yield ready["url"]


def failed_in(report: Path) -> set[str]:
    return {one["id"] for one in json.loads(report.read_text())["clauses"] if one["outcome"] == "failed"}


@pytest.mark.parametrize("server", [pytest.param(one, id=one.id) for one in (*RIGHT, *WRONG)])
def test_the_same_verdict_through_the_proxy(server: Departure, tmp_path: Path) -> None:
    options = ("--max-examples", "0")
    alone = judged(server, tmp_path, *options)
    through = judged(server, tmp_path, *options, way=lambda upstream: passing(upstream, tmp_path))
    caught = set(server.caught_by)
    assert through.exit_code == alone.exit_code == bool(caught), alone.shown + through.shown
    assert through.failed & caught == alone.failed & caught
    assert bool(through.failed & caught) is bool(caught)
    assert (server.misleads(through.failed), server.misleads(alone.failed)) == (set(), set())
    assert server.misleads(failed_in(tmp_path / "proxy.json")) == set()
