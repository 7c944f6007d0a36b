"""Putting things there before a test: resources as the file of installs has them, and payloads as if called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.control.world.installs import within
from mockserver.control.world.snapshots import keys_of
from mockserver.http.errors import Refusal, RefusalReason
from mockserver.http.response import Response, of_json
from mockserver.state.store import StoredChange
from mockserver.tenancy.tenant import Tenant
from spec.resources.installs import Existing, complaints
from spec.source.pointer import Json


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""

    async def seed(asked: ControlCall) -> Response:
        tenant = mock.tenants[asked.install] if asked.install else mock.tenants[mock.tenants.of_file[0].sid]
        before, keys = within(tenant), keys_of(tenant)
        try:
            stored = _store(mock, tenant, asked.body.get("resources", {}))
            committed = [
                _carried_out(mock, tenant, body, index) for index, body in enumerate(asked.body.get("payloads", []))
            ]
        except Refusal:
            tenant.store.forget(tenant.install.deployment)
            tenant.store.commit([StoredChange(one, keys.get(one.sid, ())) for one in before])
            raise
        return of_json({"install": tenant.sid, "stored": stored, "answers": committed})

    return {"seed": seed}


def _store(mock: Controlled, tenant: Tenant, kinds: Mapping[str, Json]) -> int:
    if not kinds:
        return 0
    entry = {"sid": tenant.sid, "deployment": tenant.install.deployment, "resources": kinds}
    faults = [
        RefusalReason(one.pointer.removeprefix("/installs/0"), one.reason, "schema")
        for one in complaints([entry], mock.parts)
    ]
    if faults:
        raise Refusal("invalid-input", faults[0].placed, faults)
    existing = tuple(
        Existing(part, one["sid"], one.get("identifiers", {}), one.get("attributes", {}))
        for part, listed in kinds.items()
        for one in listed
    )
    mock.provision.engine.establish(tenant.store, (replace(tenant.install, existing=existing),))
    return len(existing)


def _carried_out(mock: Controlled, tenant: Tenant, body: Json, index: int) -> Json:
    """Provision a body for an install. No sign-on is made: nobody is there to take it."""
    signon = mock.parts.signon
    if signon is not None and len(signon.path) == 1:
        body = {name: one for name, one in body.items() if name != signon.path[0]}
    engine = mock.provision.engine
    try:
        plan = mock.provision.judged(tenant, body).plan
    except Refusal as refusal:
        faults = [RefusalReason(f"/payloads/{index}{one.pointer}", one.message, one.clause) for one in refusal.faults]
        message = f"/payloads/{index}: {refusal.message}"
        raise Refusal(refusal.situation, message, faults) from None
    return engine.answer(engine.commit(tenant.store, plan, tenant.ids))
