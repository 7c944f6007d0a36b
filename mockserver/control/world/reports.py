"""What a judge found out about this mock: the last report, as ``invigilate check`` brings it or somebody puts it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import NamedTuple

from mockserver.control.asked import ControlCall
from mockserver.control.clock import as_text
from mockserver.control.controlled import Controlled
from mockserver.http.errors import Refusal, refuse
from mockserver.http.response import Response, of_json, written
from mockserver.state.clock import system_clock
from mockserver.state.keeping import Spelling
from spec.source.pointer import Json

LARGEST = 16 * 1_048_576
"""Bytes of JSON beyond which a report is not kept."""
_LAST = "last"
_KEPT = frozenset(
    "format target install seed spec passive clauses summary coverage created_by_part notes "
    "no_longer_occurring not_told expired".split()
)


class KeptReport(NamedTuple):
    """A report as it was put, without what nobody shows and with secrets masked, and the real time at which it came."""

    at: float
    body: Mapping[str, Json]


def last_report(mock: Controlled) -> MutableMapping[str, KeptReport]:
    """Where the last report is kept: under one name, or nothing."""
    return mock.memory.registry("report", Spelling(_out, _in))


def shown_report(kept: MutableMapping[str, KeptReport]) -> KeptReport | None:
    """The last report, if there is one."""
    return kept.get(_LAST)


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    kept = last_report(mock)

    async def put(asked: ControlCall) -> Response:
        body = mock.journals.masking.foreign({name: asked.body[name] for name in sorted(_KEPT & asked.body.keys())})
        size = len(written(body))
        if size > LARGEST:
            raise Refusal(
                "too-large", f"The report has {size:,} bytes, and at most {LARGEST:,} are kept; leave out 'reproduce'."
            )
        kept[_LAST] = KeptReport(system_clock(), body)
        return of_json({"kept": True, "clauses": len(body["clauses"])})

    async def show(_: ControlCall) -> Response:
        found = shown_report(kept)
        if found is None:
            raise refuse(
                "not-found", None, "No report was put yet; 'invigilate check' brings one when it judged this mock."
            )
        return of_json({"receivedAt": as_text(found.at), "report": found.body})

    async def delete(_: ControlCall) -> Response:
        return of_json({"deleted": kept.pop(_LAST, None) is not None})

    return {"putReport": put, "showReport": show, "deleteReport": delete}


def _out(report: KeptReport) -> Json:
    return [report.at, report.body]


def _in(_: str, view: Json) -> KeptReport:
    at, body = view
    return KeptReport(at, body)
