"""Probes of what can be read back: users, configurations, settings, and the report of sessions."""

from __future__ import annotations

from urllib.parse import quote

from contract.journey.calls import ASSIGNS, LISTS, READS, REPORTS, RESULTS, SCHEDULES, STORED
from contract.journey.steps import Step
from contract.probes.journey.walk import Walk, walk
from contract.probes.workbench import Workbench
from spec.resources.sessions import NAMES

_MOST_PAGES = 40
_PAGE = 500


def stored(bench: Workbench) -> None:
    """What was sent is shown, for two of each, and once more after it was changed."""
    found = walk(bench, Step.READ)
    if found is None:
        return
    named = [name for name in STORED if found.has(name)]
    for kind in dict.fromkeys((0, 1)):
        kinds = {part.name: part.kinds[min(kind, len(part.kinds) - 1)] for part in bench.resources.parts if part.kinds
                 and part.fallback is None}  # fmt: skip
        body = {**found.body(), **{}}
        for part in bench.resources.parts:
            if part.name in kinds and part.path[0] in body:
                held = body
                for name in part.path:
                    held = held[name]
                texts = list(held.get(part.identifiers, {}).values())
                held[part.identifiers] = {kinds[part.name]: texts[0] if texts else bench.composer.name()}
        sids = found.provisioned(body)
        for name in named:
            _shown(found, name, sids)
        changed = bench.renamed(found.body())
        for part in bench.resources.parts:
            if part.identifiers and part.path[0] in body:
                new, old = changed, body
                for step in part.path:
                    new, old = new[step], old[step]
                if part.identifiers in old:
                    new[part.identifiers] = old[part.identifiers]
        again = found.provisioned(changed)
        for name in named:
            _shown(found, name, again)


def _shown(found: Walk, name: str, sids: dict[str, str]) -> None:
    what = found.journey.contract.operations[name]
    wanted = [one.schema[NAMES] for one in what.parameters.values() if NAMES in one.schema]
    if all(one in sids for one in wanted):
        found.call(name, sids)


def reported(bench: Workbench) -> None:
    """One session of each kind is in the report, under its status and without one; pages that nobody can mean."""
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
