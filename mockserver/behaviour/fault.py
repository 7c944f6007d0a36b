"""What a fault is, and how the rows of the tables are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mockserver.behaviour.bugs.bodies import without_rules
from mockserver.behaviour.seams import Answering, Behaviour, Judging, Serving, Signing
from mockserver.http.handlers import Refusing
from mockserver.provisioning.plan import Planning

Make = Callable[[], Behaviour]
"""Makes a behaviour anew, for one mock."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave, written as the bug that somebody has.

    ``caught_by`` are the clauses that a judge must report; ``entails`` those that it may report as well, because they
    follow. Weather breaks no promise: it is caught by nothing, and a judge that reports it cries wolf.
    """

    id: str
    description: str
    caught_by: tuple[str, ...]
    behaviour: Make
    entails: tuple[str, ...] = ()
    beside: bool = False
    """Whether it is about calls of no operation, over which no weather comes: a mock must be started with it."""


def lacks(*clauses: str) -> Make:
    """Nobody wrote the rules of these clauses."""
    return partial(Behaviour, judging=(without_rules(*clauses),))


def judges(judge: Judging) -> Make:
    """A body is judged otherwise."""
    return partial(Behaviour, judging=(judge,))


def plans(kind: type[Planning]) -> Make:
    """A body is planned otherwise."""
    return partial(Behaviour, planning=(kind,))


def tells(change: Answering) -> Make:
    """A success is told otherwise."""
    return partial(Behaviour, answering=(change,))


def refuses(change: Refusing) -> Make:
    """A refusal is told otherwise."""
    return partial(Behaviour, refusing=(change,))


def signs(change: Signing) -> Make:
    """A sign-on is handed out otherwise."""
    return partial(Behaviour, signing=(change,))


def serves(serve: Serving) -> Make:
    """A call is served otherwise."""
    return partial(Behaviour, serving=(serve,))
