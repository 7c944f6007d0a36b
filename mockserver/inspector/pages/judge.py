"""The page about the last report of a judge: what it found, and the form that puts a report there."""

from __future__ import annotations

from dataclasses import replace

from mockserver.control.world.reports import LARGEST
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.inspector.desk import Desk
from mockserver.inspector.forms import fields
from mockserver.inspector.pages.routing import Pages, own
from mockserver.inspector.sending.inward import InwardAnswer
from mockserver.inspector.world.judged import judged


def pages(desk: Desk) -> Pages:
    """The pages by method and path."""

    async def page(request: Request, refused: InwardAnswer | None = None) -> Response:
        kept = await desk.operations(request.scope, "showReport", {})
        return desk.shell.page(
            request.scope, "judge.html", status=refused.status or 502 if refused is not None else 200,
            here="judge", report=None if kept.is_refused else judged(kept.value["report"]),
            received=kept.value.get("receivedAt", ""), digest=desk.mock.document.digest,
            known=frozenset(desk.catalogue), failure=refused.message if refused is not None else "",
        )  # fmt: skip

    async def show(request: Request) -> Response:
        return await page(request)

    async def put(request: Request) -> Response:
        sent = await fields(request, replace(desk.mock.settings, largest_body=LARGEST))
        answer = await desk.operations(request.scope, "putReport", {}, sent.get("report", "").encode())
        return await page(request, answer) if answer.is_refused else desk.shell.redirect(request.scope, "/judge")

    async def forget(request: Request) -> Response:
        await desk.operations(request.scope, "deleteReport", {})
        return desk.shell.redirect(request.scope, "/judge")

    return {("GET", "/judge"): own(show), ("POST", "/judge"): own(put), ("POST", "/judge/forget"): own(forget)}
