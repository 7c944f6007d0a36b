"""Onboarding URLs that were handed out: each leads to one session, once, and for a short time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from mockserver.http.errors import Refusal, refuse
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids

_REMEMBERED = 3600.0  # seconds for which an expired or used one is remembered, so that its refusal can be explained
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class OnboardingGrant:
    """A URL that was handed out, by its code; times are seconds since the epoch."""

    code: str
    install: str
    session: str
    expires: float


class OnboardingGrants:
    """The grants of a mock and what became of them."""

    def __init__(self, clocks: Clocks) -> None:
        self.clocks = clocks
        self.grants: dict[str, OnboardingGrant] = {}
        self.used: set[str] = set()
        self.order: deque[OnboardingGrant] = deque()

    def give(self, install: str, session: str, ids: Ids, lifetime: float) -> str:
        """The code of a new URL for a session."""
        now = self.clocks(install)
        grant = OnboardingGrant(ids.code(), install, session, now + lifetime)
        while self.order and (len(self.order) >= _MOST or self.order[0].expires + _REMEMBERED < now):
            self._drop(self.order.popleft())
        self.order.append(grant)
        self.grants[grant.code] = grant
        return grant.code

    def take(self, install: str, code: str, *, once: bool = True, expires: bool = True) -> str:
        """The SID of the session to which a code leads. Raises Refusal."""
        grant = self.grants.get(code)
        if grant is None or grant.install != install:
            raise _refused("onboard-single-use", "This onboarding URL is not known here")
        if once and code in self.used:
            raise _refused("onboard-single-use", "This onboarding URL was followed before; each works once")
        if expires and self.clocks(install) >= grant.expires:
            raise _refused("onboard-expires", "This onboarding URL has expired")
        return grant.session

    def use(self, code: str) -> None:
        """Let a code lead nowhere any more."""
        self.used.add(code)

    def forget(self, install: str) -> None:
        """Forget the grants of an install; without a name, all of them."""
        kept = deque(one for one in self.order if install and one.install != install)
        for one in self.order:
            if not install or one.install == install:
                self._drop(one)
        self.order = kept

    def _drop(self, grant: OnboardingGrant) -> None:
        self.grants.pop(grant.code, None)
        self.used.discard(grant.code)


def _refused(clause: str, message: str) -> Refusal:
    return refuse("signon-refused", clause, f"{message}. Ask for a new one: GET …/onboard of the session.")
