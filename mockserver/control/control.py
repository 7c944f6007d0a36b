"""Everything under ``/_invigilate``: for the person at this machine, never for a web page from elsewhere."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from mockserver.control.document import PREFIX
from mockserver.control.guard import Guard
from mockserver.settings import Settings

PATHS = (f"{PREFIX}/contract", f"{PREFIX}/")
"""What is told of it to who mistyped a path; the plane itself lists the rest."""
_STATIC = Path(__file__).parents[1] / "static"


def control(settings: Settings, operations: ASGIApp) -> Mount:
    """Everything below the prefix: the files of its pages, and what the application ``operations`` serves."""
    files = StaticFiles(directory=_STATIC, packages=[("spec.docs", "static")])  # ours, and what all pages share
    routes: list[BaseRoute] = [Mount("/static", files), Mount("", operations)]
    return Mount(PREFIX, routes=routes, middleware=[Middleware(Guard, settings, PREFIX)])
