"""Probes of what can be read back: users, configurations, settings, and the report of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from contract.journey.calls import ASSIGNS, LISTS, READS, REPORTS, RESULTS, SCHEDULES, STORED
from contract.journey.steps import Step
from contract.model.identity import value_at
from contract.probes.journey.walk import Body, Walk, walk
from contract.probes.workbench import Workbench
from spec.resources.resource import Part
from spec.resources.sessions import NAMES

_MOST_PAGES = 40
_PAGE = 500


def stored(bench: Workbench) -> None:
    """What was sent is shown, for two of each, and once more after it was changed.

    Kept beside the strategies: what was sent last, member by member; sequences read no user and no configuration.
    """
    found = walk(bench, Step.READ)
    if found is None:
        return
    named = [name for name in STORED if found.has(name)]
    for last in (False, True):
        body = _known_by(found, found.body(), last=last)
        sids = found.provisioned(body)
        for name in named:
            _shown(found, name, sids)
        again = found.provisioned(_changed(found, body))
        for name in named:
            _shown(found, name, again)


def _parts(found: Walk, body: Body) -> Iterator[tuple[Part, Body]]:
    """Every part of a body that is known by identifiers, with its object."""
    for part in found.bench.resources.parts:
        held = value_at(body, part.path)
        if part.identifiers is not None and isinstance(held, dict):
            yield part, held


def _known_by(found: Walk, body: Body, *, last: bool) -> Body:
    """A body whose parts are known by identifiers of the last kind that each has, or of the first."""
    for part, held in _parts(found, body):
        if part.fallback is None:
            held[str(part.identifiers)] = {part.kinds[-1 if last else 0]: found.bench.composer.name()}
    return body


def _changed(found: Walk, body: Body) -> Body:
    """A body about the same, with other values."""
    other = found.body()
    known = {part.name: held for part, held in _parts(found, body)}
    for part, held in _parts(found, other):
        if part.identifiers in known.get(part.name, {}):
            held[str(part.identifiers)] = known[part.name][part.identifiers]
    return other


def _shown(found: Walk, name: str, sids: dict[str, str]) -> None:
    what = found.journey.contract.operations[name]
    wanted = [one.schema[NAMES] for one in what.parameters.values() if NAMES in one.schema]
    if all(one in sids for one in wanted):
        found.call(name, sids)


def reported(bench: Workbench) -> None:
    """One session of each kind is in the report, under its status and without one; pages that nobody can mean.

    Kept beside the strategies: the report is long, and walked once, when all else is done.
    """
    found = walk(bench, Step.READ, REPORTS, ASSIGNS, LISTS, READS, SCHEDULES)
    if found is None:
        return
    kind = found.journey.kind
    waiting, scheduled, gone = found.ready(), found.ready(), found.ready(limited=True)
    if not (waiting and scheduled and gone):
        return
    found.schedule(scheduled)
    found.assign(gone, removed=[gone[kind.who]])
    for sids in (waiting, scheduled, gone):
        found.read(sids)
    statuses = {one for sids in (waiting, scheduled, gone)
                for one in found.journey.memory.sessions[sids[kind.name]].statuses or ()}  # fmt: skip
    _walked(found, "")
    for status in sorted(statuses):
        _walked(found, f"status={quote(status)}&")
    found.call(REPORTS, {}, query="limit=1")
    for query in ("status=over", "limit=many", "offset=-3"):
        found.call(REPORTS, {}, query=query)
    if bench.access.other_install is not None and bench.access.other_token is not None:
        offset = 0
        for _ in range(_MOST_PAGES):
            count = _page(found, f"offset={offset}&limit={_PAGE}", install=bench.access.other_install)
            offset += count
            if not count:
                return


def _walked(found: Walk, before: str) -> None:
    """Every page of the report, as far as it is not too long."""
    offset = 0
    for _ in range(_MOST_PAGES):
        count = _page(found, f"{before}offset={offset}&limit={_PAGE}")
        offset += count
        if not count:
            return


def _page(found: Walk, query: str, install: str | None = None) -> int:
    """How many are on a page of the report that is not the last."""
    exchange = found.call(REPORTS, {}, query=query, install=install)
    value = exchange.response.json if exchange.response is not None and exchange.response.ok else None
    listed, total = (value.get(RESULTS), value.get("total")) if isinstance(value, dict) else (None, None)
    told = value.get("offset") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not isinstance(total, int) or not isinstance(told, int):
        return 0
    return len(listed) if told + len(listed) < total else 0
