"""Probes of who may ask for what: credentials, other installs, and paths that name nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from contract.journey.calls import ASSIGNS, LISTS, READS, RESCHEDULES, SCHEDULES, JourneyOperation
from contract.journey.steps import Step
from contract.probes.credentials.entry import bad_credentials
from contract.probes.journey.walk import Sids, Walk, walk
from contract.probes.workbench import Workbench
from spec.resources.sessions import NAMES
from spec.source.pointer import Json

_CREDENTIALS = 3
"""So many spoilt credentials are tried at each operation: all of them were tried at the provision endpoint."""


def operations(found: Walk, sids: Sids) -> Iterator[JourneyOperation]:
    """The operations that can be called with what there is."""
    for what in found.journey.contract.operations.values():
        if found.has(what.id) and all(
            one.schema.get(NAMES, LISTS) in {*sids, LISTS} for one in what.parameters.values()
        ):
            yield what


def body_of(found: Walk, what: JourneyOperation) -> Json:
    """A body that changes next to nothing."""
    if what.body is None:
        return None
    return found.appointment(30) if what.id in (SCHEDULES, RESCHEDULES) else {}


def credentials(bench: Workbench) -> None:
    """Every call without a credential, with spoilt ones, with an expired one, and with that of another install.

    Kept beside the strategies: every operation with its own; sequences spoil credentials of provisioning.
    """
    found = walk(bench, Step.SESSIONS, LISTS, READS)
    sids = found.ready(limited=found.has(ASSIGNS)) if found is not None else {}
    if found is None or not sids:
        return
    spoilt = list(bad_credentials(bench.access, bench.published_keys))
    access = bench.access
    for place, what in enumerate(operations(found, sids)):
        chosen = [spoilt[(place + 5 * step) % len(spoilt)][1] for step in range(_CREDENTIALS)] if spoilt else []
        for headers in ((), *chosen):
            found.call(what.id, sids, body_of(found, what), headers=headers)
        for token in (access.expired_token, access.other_token):
            if token:
                found.call(what.id, sids, body_of(found, what), headers=access.credential_headers(token))
    found.read(sids)


def places(bench: Workbench) -> None:
    """SIDs in paths that are malformed, that nobody has, and that do not belong together.

    Kept beside the strategies: SIDs that nobody has, at every place of every path.
    """
    found = walk(bench, Step.SESSIONS, LISTS, READS)
    if found is None:
        return
    one, other = found.ready(), found.ready()
    if not one or not other:
        return
    for what in operations(found, one):
        named = [str(each.schema[NAMES]) for each in what.parameters.values() if NAMES in each.schema]
        for name in named:
            sid = one[name]
            for wrong in (sid[2:], sid[:2].lower() + sid[2:], sid[:2] + secrets.token_hex(16)):
                found.call(what.id, {**one, name: wrong}, body_of(found, what))
        if len(named) > 1:
            for name in named:
                found.call(what.id, {**one, name: other[name]}, body_of(found, what))
    found.read(one)
    found.read(other)


def other_install(bench: Workbench) -> None:
    """What one install has is not there for another.

    Kept beside the strategies: every operation from the other install; sequences only provision there.
    """
    found = walk(bench, Step.SESSIONS, LISTS, READS)
    access = bench.access
    if found is None or access.other_install is None or access.other_token is None:
        return
    sids = found.ready()
    if not sids:
        return
    for what in operations(found, sids):
        if any(NAMES in each.schema for each in what.parameters.values()):
            found.call(what.id, sids, body_of(found, what), install=access.other_install)
    found.read(sids)
