"""What a call may have left behind: one whose outcome is not known, and one that was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from contract.model.identity import NOWHERE, asked, identities_of
from contract.model.memory import NOBODY_KNOWS, Doubt, Identity, Model, Thing
from contract.model.values import OURS, KeepingRule, leaf_values, merged
from spec.resources.resource import Part
from spec.source.pointer import Json


class NamedPart(NamedTuple):
    """A part that a call named: what was sent, under which identities, and the thing it leads to if that is known."""

    part: Part
    value: Json
    identities: list[Identity]
    thing: Thing | None


def _named(model: Model, body: Json, install: str) -> Iterator[NamedPart]:
    sids: dict[str, str | None] = {}
    for part in model.resources.parts:
        value = asked(model.resources, body, part)
        if not isinstance(value, dict):
            continue
        identities = identities_of(part, value, install, sids)
        sid = next((one for each in identities if isinstance(one := model.look_up(each), str)), None)
        sids[part.name] = sid
        yield NamedPart(part, value, identities, model.things.get(sid) if sid is not None else None)


def may_have_happened(model: Model, body: Json, install: str | None) -> None:
    """A call whose answer was lost: whatever it named may be there, and whatever it changed may be changed."""
    if not isinstance(body, dict):
        return
    for named in _named(model, body, install or ""):
        for identity in named.identities:
            if NOWHERE not in identity.joined:
                model.doubt(identity, NOBODY_KNOWS)
        if named.thing is not None:
            model.may_be_updated(named.part, named.thing, named.value)


def may_still_happen(model: Model, body: Json, install: str | None) -> None:
    """A call that was given up while the target worked at it: it may be acted upon after any later one."""
    if isinstance(body, dict):
        for named in _named(model, body, install or ""):
            if named.thing is not None:
                named.thing.unsettled = True


def must_not_have_happened(model: Model, body: Json, install: str | None, doubt: Doubt) -> None:
    """A refused call: a later answer which betrays that it left something behind is understood, and told as the
    clause of ``doubt``.
    """
    if not isinstance(body, dict):
        return
    for named in _named(model, body, install or ""):
        for identity in named.identities:
            if NOWHERE not in (identity.scope, *identity.joined) or identity.kind not in ("fallback", "joins"):
                model.doubt(identity, doubt)
        if named.thing is not None and doubt.clause is not None:
            stored = merged(named.thing.states[OURS], leaf_values(named.part, named.value), {}, OURS)
            named.thing.states.setdefault(KeepingRule(doubt.clause), stored)
