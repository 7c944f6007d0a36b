"""Faults on purpose: the whole table, by id. Promises that the mock can be told to break, and bad weather."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from mockserver.behaviour import weather
from mockserver.behaviour.bugs import answers
from mockserver.behaviour.fault import Fault, serves
from mockserver.behaviour.seams import HONEST, Behaviour, combined
from mockserver.behaviour.tables.answer_faults import ANSWERS, SIGNON, STATE
from mockserver.behaviour.tables.request_faults import BODIES, REFUSALS
from mockserver.behaviour.tables.session_faults import SESSIONS
from mockserver.behaviour.tables.token_faults import TOKENS
from spec.catalogue.clauses import Catalogue

WEATHER = (
    Fault("slow", "every answer takes 200 ms", (), partial(weather.slow, 0.2)),
    Fault(
        "busy", "every 20th call is answered with 429 and Retry-After", (),
        partial(weather.now_and_then, 20, weather.refused(429, "TOOMANYREQUESTS", "Slow down.", wait=1)),
    ),
    Fault(
        "unavailable", "every 50th call is answered with 503", (),
        partial(weather.now_and_then, 50, weather.refused(503, "UNAVAILABLE", "Try again.")),
    ),
    Fault(
        "flaky", "every 50th connection ends before the call is served", (),
        partial(weather.now_and_then, 50, weather.hang_up),
    ),
    Fault("compressed", "answers are compressed", (), serves(weather.compressed)),
    Fault("talkative", "answers carry further members", (), serves(answers.with_announcements)),
)  # fmt: skip

FAULTS: Mapping[str, Fault] = {
    one.id: one for one in (*BODIES, *STATE, *ANSWERS, *SIGNON, *TOKENS, *SESSIONS, *REFUSALS, *WEATHER)
}


def behaviour_of(names: Iterable[str]) -> Behaviour:
    """The behaviour of a new mock with these faults, all at once. Raises KeyError for a name that is none."""
    made = [FAULTS[name].behaviour() for name in names]
    return combined(made) if made else HONEST


def judged(catalogue: Catalogue) -> Mapping[str, Fault]:
    """The faults on which a black box can be judged: neither weather, nor what only tests of the mock can see."""
    return {
        name: fault
        for name, fault in FAULTS.items()
        if any(catalogue[one].judged_by == "check" for one in fault.caught_by if one in catalogue)
    }


def listing() -> str:
    """The faults as a table for a terminal."""
    width = max(map(len, FAULTS))
    lines = (
        f"{one.id:<{width}}  {', '.join(one.caught_by) or '(weather)':<36}  {one.description}"
        for one in FAULTS.values()
    )
    return "\n".join(lines) + "\n"
