"""Sessions go on: what proctors and learners do, and no caller of the API can."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.http.errors import refuse
from mockserver.http.response import Response, of_json
from mockserver.sessions.events import Circumstances
from mockserver.sessions.ledger import REASON, STATUS
from spec.source.pointer import Json


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""

    async def move(asked: ControlCall) -> Response:
        sid, events = asked.values["sid"], mock.sessions
        for tenant in mock.tenants if events is not None else ():
            session = tenant.store.read(sid)
            if events is not None and session is not None and session.part == events.kind.name:
                at = Circumstances(tenant.store, tenant.sid, tenant.ids, mock.clocks(tenant.sid))
                changes = events.goes_on(at, session, asked.body["event"])
                tenant.store.commit(changes)
                told = changes[0].resource.attributes
                following = [one.resource.sid for one in changes[1:]]
                return of_json({"sid": sid, "status": told[STATUS], "reason": told[REASON], "following": following})
        raise refuse("not-found", None, f"There is no session {sid!r}; GET /_invigilate/state shows what there is.")

    return {"moveSession": move}
