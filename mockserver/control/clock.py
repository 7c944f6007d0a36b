"""Time: of the whole mock, or of one install."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.http.errors import Refusal
from mockserver.http.response import Response, of_json
from mockserver.state.clock import LATEST
from spec.source.pointer import Json

_SPANS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    clocks = mock.clocks

    def named(asked: ControlCall) -> str:
        return mock.known(asked.install) or ""

    def clock_of(install: str) -> Response:
        now = clocks(install)
        shown = {"install": install or None, "now": as_text(now), "seconds": now, "frozen": clocks.is_frozen(install)}
        return of_json(shown)

    async def show(asked: ControlCall) -> Response:
        return clock_of(named(asked))

    async def restore(asked: ControlCall) -> Response:
        install = named(asked)
        clocks.restore(install)
        return clock_of(install)

    async def freeze(asked: ControlCall) -> Response:
        install = named(asked)
        if "at" in asked.body:
            clocks.put(seconds(asked.body["at"]), install, frozen=True)
        else:
            clocks.freeze(install)
        return clock_of(install)

    async def resume(asked: ControlCall) -> Response:
        install = named(asked)
        clocks.resume(install)
        return clock_of(install)

    async def put(asked: ControlCall) -> Response:
        install = named(asked)
        clocks.put(seconds(asked.body["at"]), install)
        return clock_of(install)

    async def advance(asked: ControlCall) -> Response:
        install = named(asked)
        span = sum(asked.body.get(name, 0) * unit for name, unit in _SPANS.items())
        if not 0 <= clocks(install) + span <= LATEST:
            raise Refusal(
                "invalid-input", f"That is before 1970 or after 9999; the clock shows {as_text(clocks(install))}."
            )
        clocks.advance(span, install)
        return clock_of(install)

    return {
        "showClock": show, "restoreClock": restore, "freezeClock": freeze, "resumeClock": resume, "setClock": put,
        "advanceClock": advance,
    }  # fmt: skip


def seconds(moment: Json) -> float:
    """Seconds since 1970 of a moment: a number, or an RFC 3339 date and time with offset. Raises Refusal."""
    if not isinstance(moment, str):
        return float(moment)
    try:
        found = datetime.fromisoformat(moment.upper().replace(" ", "T"))
        at = found.timestamp() if found.tzinfo is not None else -1.0
    except (ValueError, OverflowError):
        at = -1.0
    if not 0 <= at <= LATEST:
        raise Refusal("invalid-input", f"{moment!r} is no moment from 1970 to 9999; send '2030-01-31T09:00:00Z'.")
    return at


def as_text(at: float) -> str:
    """A moment as RFC 3339 writes it, in UTC, with milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
