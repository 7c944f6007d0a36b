"""Installs that are made while the mock runs: isolated tenants, one call each way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from mockserver.auth.tokens import API_TYPE, ISSUER_PATH, api_claims, sign
from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.http.response import Response, of_json
from mockserver.http.urls import public_url
from mockserver.settings import Settings
from mockserver.state.clock import LATEST
from mockserver.state.store import Resource
from mockserver.tenancy.tenant import Tenant
from spec.resources.installs import INTEGRATIONS, Install
from spec.source.pointer import Json


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    making = Making(mock)
    return {
        "listInstalls": making.listed,
        "makeInstall": making.make,
        "showInstall": making.show,
        "changeInstall": making.change,
        "deleteInstall": making.delete,
        "mintToken": making.mint,
    }


class Making:
    """Makes and deletes installs."""

    def __init__(self, mock: Controlled) -> None:
        self.mock, self.tenants = mock, mock.tenants

    async def listed(self, _: ControlCall) -> Response:
        """Serve ``listInstalls``."""
        return of_json({"installs": [self._shown(one) for one in self.tenants]})

    async def make(self, asked: ControlCall) -> Response:
        """Serve ``makeInstall``."""
        wanted = asked.body
        like = self.tenants[wanted["like"]].install if "like" in wanted else self.tenants.of_file[0]
        sid = wanted.get("sid", f"AI{secrets.token_hex(16)}")
        labels = [f"Integration {number + 1}" for number in range(wanted.get(INTEGRATIONS, 1))]
        members = {**like.members, INTEGRATIONS: {f"II{secrets.token_hex(16)}": label for label in labels}}
        install = Install(sid, wanted.get("name", sid), sid, like.defaults, members, ())
        settings = replace(self.mock.settings, **read(wanted.get("readings", {})))
        tenant = self.tenants.make(install, settings)
        base = self._base(asked)
        view = {
            "url": base,
            **self._shown(tenant),
            "token": self._token(tenant, asked, 0.0, settings.token_ttl),
            "expiredToken": self._token(tenant, asked, -2.0 * settings.token_ttl, -settings.token_ttl),
            "issuer": base + ISSUER_PATH,
            "clients": {one.id: one.secret for one in self.mock.clients.of(install.sid)},
        }
        return of_json(view, status=201)

    async def show(self, asked: ControlCall) -> Response:
        """Serve ``showInstall``."""
        return of_json(self._shown(self.tenants[asked.values["sid"]]))

    async def change(self, asked: ControlCall) -> Response:
        """Serve ``changeInstall``."""
        sid = asked.values["sid"]
        self.tenants.change(sid, **read(asked.body["readings"]))
        return of_json(self._shown(self.tenants[sid]))

    async def delete(self, asked: ControlCall) -> Response:
        """Serve ``deleteInstall``."""
        self.tenants.delete(asked.values["sid"])
        return of_json({"deleted": asked.values["sid"]})

    async def mint(self, asked: ControlCall) -> Response:
        """Serve ``mintToken``."""
        tenant = self.tenants[asked.values["sid"]]
        starts = asked.body.get("startsIn", 0)
        expires = asked.body.get("expiresIn", starts + tenant.settings.token_ttl)
        return of_json({"token": self._token(tenant, asked, starts, expires)})

    def _base(self, asked: ControlCall) -> str:
        """The URL under which the caller reaches the mock."""
        return public_url(asked.request.scope, self.mock.settings).removesuffix("/_invigilate")

    def _shown(self, tenant: Tenant) -> dict[str, Json]:
        install = tenant.install
        return {
            "install": install.sid,
            "name": install.name,
            "deployment": install.deployment,
            "made": tenant.made,
            "integrations": dict(install.members.get(INTEGRATIONS, {})),
            "readings": shown(tenant.settings),
            "resources": len(within(tenant)),
            "calls": len(self.mock.journals.exchanges(install.sid)),
        }

    def _token(self, tenant: Tenant, asked: ControlCall, starts: float, expires: float) -> str:
        """A token of an install; times are seconds from what its clock shows."""
        now = self.mock.clocks(tenant.sid)
        start, end = (min(max(now + one, 0.0), LATEST) for one in (starts, expires))
        claims = api_claims(
            tenant.sid,
            issued=min(now, start),
            starts=start,
            expires=end,
            token_id=tenant.ids.token_id(),
            issuer=self._base(asked) + ISSUER_PATH,
        )
        return sign(claims, API_TYPE, self.mock.keys)


def within(tenant: Tenant) -> list[Resource]:
    """The resources of the deployment of an install, in the order in which they were created."""
    scopes = {tenant.install.deployment}
    found = []
    for resource in tenant.store:  # what belongs to something was created after it
        if resource.scope in scopes:
            scopes.add(resource.sid)
            found.append(resource)
    return found


def read(readings: Mapping[str, Json]) -> dict[str, Json]:
    """Readings as settings."""
    settings: dict[str, Json] = {}
    if "unknownMembers" in readings:
        settings["reject_unknown_members"] = readings["unknownMembers"] == "reject"
    settings.update({"signon_ttl": readings["signonTtl"]} if "signonTtl" in readings else {})
    settings.update({"token_ttl": readings["tokenTtl"]} if "tokenTtl" in readings else {})
    return settings


def shown(settings: Settings) -> dict[str, Json]:
    """Settings as readings."""
    return {
        "unknownMembers": "reject" if settings.reject_unknown_members else "ignore",
        "signonTtl": settings.signon_ttl,
        "tokenTtl": settings.token_ttl,
    }
