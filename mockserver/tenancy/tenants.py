"""The installs that a mock serves now: those of its file, and those that were made while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

from mockserver.auth.clients import OAuthClients
from mockserver.auth.logins import Logins
from mockserver.auth.signon import SignonGrants
from mockserver.http.errors import Refusal, refuse
from mockserver.http.journal import Journals
from mockserver.provisioning.engine import Provisioning
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.state.clock import Clocks
from mockserver.state.ids import SeededIds
from mockserver.state.keeping import Spelling
from mockserver.tenancy.served import ServedInstall, read, written
from mockserver.tenancy.tenant import Tenant
from spec.resources.installs import Install

MOST = 2000
"""Installs at once: whoever forgets to delete them is told before memory ends."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What every install of a mock is served with."""

    runtime: Runtime
    engine: Provisioning
    grants: SignonGrants
    clients: OAuthClients
    logins: Logins
    clocks: Clocks
    journals: Journals


class Tenants:
    """The installs by SID. ``of_file`` are those that are there at the start and after every reset.

    ``leaving`` functions are told the SID of an install that is reset or deleted, so that nothing of it stays.
    """

    def __init__(self, installs: Sequence[Install], shared: Shared) -> None:
        self.shared, self.of_file = shared, tuple(installs)
        runtime = shared.runtime
        self.by_sid: dict[str, Tenant] = {
            one.sid: Tenant(one, runtime.store, runtime.ids, runtime.settings) for one in installs
        }
        self.leaving: list[Callable[[str], None]] = []
        for one in installs:
            shared.journals.open(one.sid)
        memory = runtime.memory
        self._kept: MutableMapping[str, ServedInstall] = memory.registry("install", Spelling(written, read))
        memory.watch("install", self.follow)

    def __getitem__(self, sid: str) -> Tenant:
        """The install of a SID. Raises Refusal if there is none."""
        tenant = self.by_sid.get(sid)
        if tenant is None:
            raise refuse("not-found", None, f"There is no install {sid!r}; GET /_invigilate/installs lists them.")
        return tenant

    def __iter__(self) -> Iterator[Tenant]:
        return iter(list(self.by_sid.values()))

    def make(self, install: Install, settings: Settings) -> Tenant:
        """Serve another install, which shares nothing. Raises Refusal if there is one of its SID, or too many."""
        if install.sid in self.by_sid:
            raise Refusal("conflict", f"There is an install {install.sid} already; leave 'sid' out to get a new one.")
        if len(self.by_sid) >= MOST:
            raise Refusal("conflict", f"There are {MOST} installs; delete those that are not used any more.")
        tenant = self._serve(install, settings)
        self._keep(tenant)
        self._restore(tenant)
        return tenant

    def follow(self) -> None:
        """Serve the installs that others have made, and no longer those that they have deleted."""
        kept = self._kept
        for sid in [one.sid for one in self if one.made and one.sid not in kept]:
            self._close(sid)
        for tenant in self:
            tenant.settings = tenant.first
        for sid, one in kept.items():
            settings = one.settings(self.shared.runtime.settings)
            if (known := self.by_sid.get(sid)) is not None:
                known.settings = settings
            elif one.install is not None:
                self._serve(one.install, settings).first = one.first(self.shared.runtime.settings)

    def _serve(self, install: Install, settings: Settings) -> Tenant:
        runtime, sid = self.shared.runtime, install.sid
        ids = runtime.memory.names(runtime.behaviour.names(SeededIds(int(sid[2:], 16))), sid)
        tenant = self.by_sid[sid] = Tenant(install, runtime.memory.store(sid), ids, settings, made=True)
        self.shared.journals.open(sid)
        self.shared.clients.open(install)
        return tenant

    def _keep(self, tenant: Tenant) -> None:
        """Let others know of an install that is not as the file says."""
        if tenant.made or tenant.settings != tenant.first:
            install = tenant.install if tenant.made else None
            self._kept[tenant.sid] = ServedInstall.of(install, tenant.settings, tenant.first)
        else:
            self._kept.pop(tenant.sid, None)

    def delete(self, sid: str) -> None:
        """Serve an install no longer. Raises Refusal if it is one of the file, or none."""
        tenant = self[sid]
        if not tenant.made:
            raise Refusal("conflict", f"{sid} is an install of the file that the mock was started with; it stays.")
        self._leave(sid)
        self._empty(tenant)
        self._close(sid)
        self._kept.pop(sid, None)

    def reset(self, sid: str) -> None:
        """Restore what an install started with. Raises Refusal if there is none of that SID."""
        tenant = self[sid]
        self._leave(sid)
        self.shared.journals.clear(sid)
        if tenant.made:
            tenant.ids.restart()
        tenant.settings = tenant.first
        self._keep(tenant)
        self._restore(tenant)

    def restart(self) -> None:
        """Forget every install that was made, and restore those of the file."""
        for tenant in self:
            self._leave(tenant.sid)
            if tenant.made:
                self._empty(tenant)
                self._close(tenant.sid)
            else:
                tenant.settings = tenant.first
        self._kept.clear()
        runtime = self.shared.runtime
        runtime.ids.restart()
        self.shared.engine.restore(runtime.store, self.of_file)

    def change(self, sid: str, **settings: bool | int) -> None:
        """Serve an install with other settings from now on. Raises Refusal if there is none of that SID."""
        tenant = self[sid]
        tenant.settings = replace(tenant.settings, **settings)  # type: ignore[arg-type]  # names come from our schema
        self._keep(tenant)

    def _close(self, sid: str) -> None:
        del self.by_sid[sid]
        self.shared.journals.close(sid)
        self.shared.clients.close(sid)

    def _empty(self, tenant: Tenant) -> None:
        """Forget what is kept of an install that goes, where others would still find it."""
        tenant.store.clear()
        self.shared.journals.clear(tenant.sid)

    def _leave(self, sid: str) -> None:
        self.shared.grants.forget(sid)
        self.shared.logins.forget(sid)
        self.shared.clocks.restore(sid)
        for leave in self.leaving:
            leave(sid)

    def _restore(self, tenant: Tenant) -> None:
        """Put back what exists before the first call, in the whole deployment of an install."""
        deployment = tenant.install.deployment
        tenant.store.forget(deployment)
        alike: Mapping[str, Install] = {
            one.sid: one.install for one in self.by_sid.values() if one.install.deployment == deployment
        }
        self.shared.engine.establish(tenant.store, tuple(alike.values()))
