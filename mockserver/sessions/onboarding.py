"""Onboarding URLs that were handed out: each leads to one session, once, and for a short time."""

from __future__ import annotations

from typing import NamedTuple

from mockserver.http.errors import Refusal, refuse
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids
from mockserver.state.keeping import Memory, Spelling
from mockserver.state.store import made
from spec.source.pointer import Json

_REMEMBERED = 3600.0  # seconds for which an expired or used one is remembered, so that its refusal can be explained
_MOST = 50_000


class OnboardingGrant(NamedTuple):
    """A URL that was handed out; ``key`` is its code, times are seconds since the epoch."""

    key: str
    install: str
    session: str
    expires: float


class OnboardingGrants:
    """The grants of a mock and what became of them."""

    def __init__(self, clocks: Clocks, memory: Memory) -> None:
        self.clocks = clocks
        self.grants = memory.tickets("onboarding", Spelling(_out, _in), _MOST, _REMEMBERED)

    def give(self, install: str, session: str, ids: Ids, lifetime: float) -> str:
        """The code of a new URL for a session."""
        now = self.clocks(install)
        grant = made(OnboardingGrant, (ids.code(), install, session, now + lifetime))
        self.grants.give(grant, now)
        return grant.key

    def take(self, install: str, code: str, *, once: bool = True, expires: bool = True) -> str:
        """The SID of the session to which a code leads. Raises Refusal."""
        grant = self.grants.find(code)
        if grant is None or grant.install != install:
            raise _refused("onboard-single-use", "This onboarding URL is not known here")
        if once and self.grants.is_used(code):
            raise _refused("onboard-single-use", "This onboarding URL was followed before; each works once")
        if expires and self.clocks(install) >= grant.expires:
            raise _refused("onboard-expires", "This onboarding URL has expired")
        return grant.session

    def use(self, code: str) -> None:
        """Let a code lead nowhere any more."""
        self.grants.use(code)

    def forget(self, install: str) -> None:
        """Forget the grants of an install; without a name, all of them."""
        self.grants.forget(install)


def _out(grant: OnboardingGrant) -> Json:
    return {"install": grant.install, "session": grant.session, "expires": grant.expires}


def _in(key: str, view: Json) -> OnboardingGrant:
    return OnboardingGrant(key, **view)


def _refused(clause: str, message: str) -> Refusal:
    return refuse("signon-refused", clause, f"{message}. Ask for a new one: GET …/onboard of the session.")
