"""The page that says what a client did wrong or riskily so far."""

from __future__ import annotations

from mockserver.control.journal import verdict
from mockserver.control.journal.verdict import RISKS
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.inspector.desk import Desk
from mockserver.inspector.pages.routing import Pages, own

_MOST = 100


def pages(desk: Desk) -> Pages:
    """The pages by method and path."""

    async def show(request: Request) -> Response:
        install = request.query_params.get("install", "")
        tenant = desk.mock.tenants[install] if install else None
        exchanges = desk.mock.journals.exchanges(tenant.sid if tenant is not None else None)
        found = await verdict.remarks(desk.shelf.each(exchanges), desk.calls.nearness)
        risks = [(risk, meaning, [one for one in found if one.risk == risk]) for risk, meaning in RISKS.items()]
        return desk.shell.page(
            request.scope, "client.html",
            here="client", risks=risks, count=len(found), calls=len(exchanges), most=_MOST, install=install,
            installs=desk.installs(install),
        )  # fmt: skip

    return {("GET", "/client"): own(show)}
