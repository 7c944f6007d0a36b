"""What the control plane controls, in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.auth.clients import OAuthClients
from mockserver.auth.credentials import Credentials
from mockserver.auth.keys import Keys
from mockserver.behaviour.rules import Forecast
from mockserver.endpoints.provision import Provision
from mockserver.http.journal import Journals
from mockserver.sessions.events import SessionEvents
from mockserver.settings import Settings
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids
from mockserver.state.keeping import Memory
from mockserver.tenancy.tenants import Tenants
from spec.openapi.document import Document
from spec.resources.resource import Resources

if TYPE_CHECKING:
    from spec.docs.shell import Page


@dataclass(frozen=True, slots=True)
class Controlled:
    """A mock as the control plane sees it.

    ``reset`` restores the state of its start, ``rotate`` changes the key that signs (OSError: that cannot be
    kept), ``contract`` makes the page. ``sessions`` are their events, if the document has sessions.
    """

    document: Document
    parts: Resources
    settings: Settings
    keys: Keys
    ids: Ids
    clocks: Clocks
    journals: Journals
    tenants: Tenants
    forecast: Forecast
    memory: Memory
    credentials: Credentials
    clients: OAuthClients
    sessions: SessionEvents | None
    rotate: Callable[[], None]
    provision: Provision
    reset: Callable[[], None]
    contract: Callable[[], Page]

    def known(self, install: str | None) -> str | None:
        """The SID, if an install has it. Raises Refusal if none has; None stays None."""
        return None if install is None else self.tenants[install].sid
