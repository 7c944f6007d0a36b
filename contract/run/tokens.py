"""Whether the tokens that a run was given are still good: one that has died proves nothing about the target."""

from __future__ import annotations

import time
from collections.abc import Mapping

from contract.http.access import Access, Credential
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.http.jwt import take_apart
from contract.http.patience import UnavailableError
from contract.http.target import Target

_CONTROLS = 3
"""How many calls that were taken before are to be refused in a row: a target that refuses now and then has a fault."""
_REST = 0.05
"""Seconds between them."""
_LAST = 2.0**40
"""Seconds; what ends later says nothing that can be reckoned with."""
_TRUSTED, _FAR = 9, 60.0
"""How many refusals are taken as they are after a control, if the token says that it lives for so many seconds."""


class TokenWatch:
    """Tells a call that is refused for what it is from one whose token has died (expired, revoked) during the run.

    ``taken`` maps an install to a call that the target took with its token. After a refusal it is sent again, which
    changes nothing; only if it is refused as well, again and again, is it the token. Some refusals after one
    that was taken are not doubted, if the token says itself that it lives on. What the judge says of a token
    that is bad on purpose is not touched.
    """

    def __init__(self, access: Access, target: Target, taken: Mapping[str, SentRequest]) -> None:
        self.access, self.target, self.taken = access, target, taken
        self._trusted: dict[str, int] = {}

    def doubt(self, exchange: Exchange) -> None:
        """Raise UnavailableError if an answer only shows that the token with which it was asked for has died."""
        if not _locked_out(exchange.response):
            return
        for install, request in self.taken.items():
            if not self._carries(exchange.request, install):
                continue
            if (left := self._trusted.get(install, 0)) > 0:
                self._trusted[install] = left - 1
                continue
            if self._refused(request):
                raise UnavailableError(self._sentence(install, exchange))
            # who refuses a thousand calls for their credential is not asked a thousand times more
            ends = _expiry(self._token(install))
            self._trusted[install] = _TRUSTED if ends is not None and ends - time.time() > _FAR else 0

    def _token(self, install: str) -> str:
        return (self.access.token if install == self.access.install else self.access.other_token) or ""

    def _carries(self, request: SentRequest, install: str) -> bool:
        good = self.access.credential(request, install) is Credential.GOOD
        return good and any(self._token(install) in value for _, value in request.headers)

    def _refused(self, request: SentRequest) -> bool:
        for attempt in range(_CONTROLS):
            if attempt:
                self.target.sleep(_REST)
            if not _locked_out(self.target.blindly(request).response):
                return False
        return True

    def _sentence(self, install: str, exchange: Exchange) -> str:
        status = exchange.response.status if exchange.response is not None else None
        return (
            f"From request {exchange.index} on the target refuses the token of {install} (status {status}), which it "
            f"took before, and a call that it took before as well: {_fate(self._token(install))} What was seen until "
            "then is listed; give a token that lives longer than the run."
        )


def _locked_out(response: ReceivedResponse | None) -> bool:
    """Whether an answer may mean that a credential is not taken: RFC 9110 sections 15.5.2, 15.5.4, or a login page."""
    return response is not None and (response.status in (401, 403) or 300 <= response.status < 400)


def _fate(token: str) -> str:
    """What became of a token, as far as it says so itself."""
    ends = _expiry(token)
    if ends is not None and ends <= time.time():
        return f"it has expired, {time.time() - ends:.0f} s ago by its 'exp'."
    return "it has expired, or was revoked."


def _expiry(token: str) -> float | None:
    """When a token ends, in seconds since 1970, if it says so (RFC 7519 section 4.1.4)."""
    taken = take_apart(token)
    until = taken.claims.get("exp") if taken is not None else None
    if not isinstance(until, int | float) or isinstance(until, bool) or not 0 < until < _LAST:
        return None
    return float(until)
