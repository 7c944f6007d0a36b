"""The choices of whoever runs the mock, and the limits that protect it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
ANY_HOST = "*"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a mock serves. Times are seconds, sizes bytes.

    ``public_url`` (no trailing slash) is how callers reach the mock. Without it, links name the host of the call if
    that is one of ``hosts`` (``*``: any) or of this machine, and else the address at which the call arrived;
    ``address`` is for servers that do not tell that. ``proxy_headers`` says that a proxy in front forwards scheme and
    host in ``X-Forwarded-Proto`` and ``X-Forwarded-Host``. ``faults`` names those with which the mock was started.
    ``token_ttl`` is the lifetime of the tokens that a mock shows when it starts, ``access_token_ttl`` that of tokens
    from its token endpoint, ``onboard_ttl`` that of onboarding URLs. ``control_token`` lets others than this machine
    use the control plane; with ``control_guarded`` nobody does without it. Web pages of the origins in ``cors`` may
    call the API (``*``: any page). ``store`` names the database that keeps everything, if one does.
    """

    public_url: str | None = None
    address: str = "http://127.0.0.1:8400"
    hosts: frozenset[str] = frozenset()
    proxy_headers: bool = False
    token_ttl: int = 3600
    access_token_ttl: int = 3600
    signon_ttl: int = 300
    onboard_ttl: int = 300
    reject_unknown_members: bool = False
    faults: tuple[str, ...] = ()
    largest_body: int = MIB
    deepest_body: int = 64
    body_deadline: float = 20.0
    longest_credential: int = 8192
    journal_length: int = 512
    journal_body: int = 65_536
    journal_bytes: int = 16 * MIB
    control_token: str = ""
    control_guarded: bool = False
    cors: tuple[str, ...] = ()
    store: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one connection may cost: seconds to send a whole request, and the size and number of its headers."""

    request_deadline: float = 20.0
    most_headers: int = 100
    largest_headers: int = 32_768
