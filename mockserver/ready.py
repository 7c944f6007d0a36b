"""What a client needs to begin, and what the terminal shows of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mockserver.app import Mock
from mockserver.auth.clients import OAuthClients
from mockserver.auth.keys import Keys
from mockserver.auth.tokens import API_TYPE, ISSUER_PATH, api_claims, sign
from mockserver.settings import Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SystemIds
from spec.resources.installs import Install


@dataclass(frozen=True, slots=True)
class Ready:
    """What a caller needs; the content of the ready file.

    ``clients`` has the secret of every integration by its SID. ``ca`` (PEM) vouches for a certificate that was made.
    """

    url: str
    install: str
    token: str
    expired_token: str
    integration: str | None
    other_install: str | None
    other_token: str | None
    issuer: str
    client_id: str | None
    client_secret: str | None
    clients: Mapping[str, str]
    control_token: str
    ca: str | None
    pid: int


def ready_facts(
    url: str, installs: tuple[Install, ...], keys: Keys, settings: Settings, ca: str | None = None
) -> Ready:
    """What a client needs to begin: the URL, the first install with fresh tokens, and the second one.

    ``client_id`` is an integration of the first install, with which new tokens are got at the token endpoint.
    """
    now = system_clock()
    ids = SystemIds()

    def minted(install: str, start: float) -> str:
        claims = api_claims(
            install,
            issued=start,
            starts=start,
            expires=start + settings.token_ttl,
            token_id=ids.token_id(),
            issuer=url + ISSUER_PATH,
        )
        return sign(claims, API_TYPE, keys)

    first, other = installs[0], installs[1] if len(installs) > 1 else None
    clients = OAuthClients(installs, keys, settings.access_token_ttl)
    client = next(iter(clients.of(first.sid)), None)
    return Ready(
        url=url,
        install=first.sid,
        token=minted(first.sid, now),
        expired_token=minted(first.sid, now - settings.token_ttl - 60),
        integration=next(iter(first.members.get("integrations", ())), None),
        other_install=other.sid if other else None,
        other_token=minted(other.sid, now) if other else None,
        issuer=url + ISSUER_PATH,
        client_id=client.id if client else None,
        client_secret=client.secret if client else None,
        clients={one.id: one.secret for one in clients},
        control_token=settings.control_token,
        ca=ca,
        pid=os.getpid(),
    )


def banner(app: Mock, ready: Ready) -> str:
    """What the terminal shows: endpoint, install, token, and a line to paste."""
    example = app.example(ready.url)
    command = (
        f"curl {shlex.quote(example.url)} -H {shlex.quote('token: ' + ready.token)} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(example.body)}"
    )
    faults = ", ".join(app.settings.faults)
    fault = f"  fault     {faults} (this mock misbehaves on purpose)\n" if faults else ""
    known = app.installs[0].members.get("integrations", {})
    integrations = "".join(f"  sign-on   {sid} ({name})\n" for sid, name in known.items())
    stays = f"stays in {app.settings.store}" if app.settings.store else "is forgotten then"
    return (
        f"\ninvigilate mock: {app.document.title} {app.document.version}\n\n"
        f"  endpoint  {example.url}\n"
        f"  install   {ready.install} ({app.installs[0].name})\n"
        f"{integrations}"
        f"  page      {ready.url}/\n{fault}"
        f"  control   {ready.url}/_invigilate/ (token {ready.control_token})\n"
        f"  token     {ready.token}\n{_clients(ready, known)}\n"
        f"Paste this to try it:\n\n  {command}\n\n"
        f"Ctrl-C ends the mock; what was provisioned {stays}.\n"
    )


def _clients(ready: Ready, own: Iterable[str]) -> str:
    if ready.client_id is None:
        return ""
    others = "".join(
        f"  client    {one}, with the secret {ready.clients[one]}\n" for one in own if one != ready.client_id
    )
    first = f"  client    {ready.client_id}, with the secret {ready.client_secret} (new tokens: {ready.issuer}/token)\n"
    return first + others


def exposure(host: str) -> str:
    """The warning about an address that others can reach."""
    return (
        f"invigilate mock: listening on {host}: whoever reaches this machine can call this mock, and reset it. "
        "Callers that use a name need --allow-host NAME.\n"
    )
