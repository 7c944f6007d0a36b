"""The whole mock: whether it works, what it is, and back to its start."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.control.document import PREFIX, described
from mockserver.http.response import Response, of_json, of_page
from spec.source.pointer import Json


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""

    async def index(_: ControlCall) -> Response:
        listed = [
            {"method": one.method, "path": f"{PREFIX}{one.path}", "summary": one.summary}
            for one in described().operations.values()
        ]
        return of_json({"documentation": "docs/mock.md", "operations": listed})

    async def health(_: ControlCall) -> Response:
        return of_json({"status": "ok", "installs": len(mock.tenants.by_sid), "calls": mock.journals.count})

    async def versions(_: ControlCall) -> Response:
        document = mock.document
        served = {"title": document.title, "version": document.version, "digest": document.digest}
        return of_json({"invigilate": invigilate_version(), "document": served, "faults": list(mock.settings.faults)})

    async def reset(asked: ControlCall) -> Response:
        if asked.install is None:
            mock.reset()
            return of_json({"reset": True})
        mock.tenants.reset(asked.install)
        return of_json({"reset": True, "install": asked.install})

    contract_page = cache(mock.contract)

    async def contract(_: ControlCall) -> Response:
        page = contract_page()
        return of_page(page.html, f"{page.policy}; frame-ancestors 'none'")

    return {"index": index, "contract": contract, "health": health, "version": versions, "reset": reset}


def invigilate_version() -> str:
    """The version of the distribution; empty where it is not installed."""
    try:
        return version("invigilate")
    except PackageNotFoundError:
        return ""
