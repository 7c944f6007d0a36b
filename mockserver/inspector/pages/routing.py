"""How a page is found: by method and path, and made by a function of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from starlette.types import ASGIApp

from mockserver.endpoints.routes import Endpoint, Function

Pages: TypeAlias = Mapping[tuple[str, str], ASGIApp]


def own(function: Function) -> ASGIApp:
    """A function of our request as an ASGI application."""
    return Endpoint(function)
