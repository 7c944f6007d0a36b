"""Other statuses, other tokens, other moods of the network."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any, ClassVar

import jwt
from servers.second.departures import Departure
from servers.second.server.application import Application
from servers.second.server.installs import INSTALLS, Install
from servers.second.server.messages import Answers, Received, RefusedError, Sent
from servers.second.server.signons import Signons
from servers.second.server.tokens import Credentials


class AlwaysForbidden(Credentials):
    def unauthenticated(self, message: str, invalid: bool) -> RefusedError:
        return RefusedError(403, "AUTHENTICATIONFAILED", message)


class CodesOfDigits(Answers):
    digits: ClassVar[dict[str, str]] = {
        "AUTHENTICATIONFAILED": "5000",
        "FORBIDDEN": "5003",
        "RESOURCENOTFOUND": "1200",
        "INVALIDINPUT": "4000",
    }

    def refusal(self, request: Received, refused: RefusedError) -> Sent:
        body = {"code": self.digits.get(refused.code, "6000"), "message": refused.message, "status": refused.status}
        return self.written(refused.status, body, refused.headers)


class SharedSecret(Signons):
    """HS256, few claims, most of a day, and a link that holds the token and works as often as it is followed."""

    lasts = 20 * 3600
    secret = "of the account, and of nobody else"

    def issue(
        self, database: Any, install: Install, integration: str, user: str, claims: dict[str, Any]
    ) -> dict[str, str]:
        payload = {"sub": user, "exp": int(time.time()) + self.lasts}
        token = jwt.encode(payload, self.secret, algorithm="HS256")
        return {"redirect": f"{self.base}/v2/installs/{install.sid}/signon?code={token}", "token": token}

    def follow(self, database: Any, install: Install, code: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(code, self.secret, algorithms=["HS256"])
        except jwt.InvalidTokenError as error:
            raise RefusedError(403, "SIGNONREFUSED", "This is no token of ours.") from error
        return {"signedOn": True, "install": install.sid, "user": claims["sub"]}


class NoKeys(Application):
    def routes(self) -> dict[str, dict[str, Callable[..., Sent]]]:
        return {pattern: methods for pattern, methods in super().routes().items() if "jwks" not in pattern}


class OtherStatuses(Answers):
    statuses: ClassVar[dict[str, int]] = {
        "UNSUPPORTEDMEDIATYPE": 400,
        "PAYLOADTOOLARGE": 400,
        "UNSUPPORTEDHTTPVERB": 404,
    }

    def refusal(self, request: Received, refused: RefusedError) -> Sent:
        if refused.code not in self.statuses:
            return super().refusal(request, refused)
        return super().refusal(request, RefusedError(self.statuses[refused.code], refused.code, refused.message))


class InstallsHidden(Application):
    def install(self, sid: str) -> Install:
        if sid not in INSTALLS:
            raise RefusedError(403, "FORBIDDEN", "There is no such install, or it is not yours.")
        return super().install(sid)


class BusyNowAndThen(Application):
    def __init__(self, *parts: type, loud: bool = False) -> None:
        super().__init__(*parts, loud=loud)
        self.numbers = itertools.count(1)

    def handled(self, request: Received) -> Sent:
        number = next(self.numbers)
        for every, status, code in ((37, 503, "UNAVAILABLE"), (53, 429, "TOOMANYREQUESTS")):
            if number % every == 0:
                raise RefusedError(status, code, "Come back soon.", headers=(("Retry-After", "0"),))
        return super().handled(request)


VARIANTS = (
    Departure(
        "codes-of-digits",
        "Every bad credential is 403 without a challenge, and codes are digits.",
        (AlwaysForbidden, CodesOfDigits),
    ),
    Departure(
        "shared-secret",
        "Sign-on tokens are HS256 with few claims; the link holds the token and works for hours.",
        (SharedSecret, NoKeys),
    ),
    Departure(
        "other-statuses",
        "Unknown and malformed installs are 403, other methods 404, other media types and sizes 400.",
        (OtherStatuses, InstallsHidden),
    ),
    Departure(
        "busy-now-and-then", "Now and then 503 or 429 with Retry-After, before anything is done.", (BusyNowAndThen,)
    ),
)
