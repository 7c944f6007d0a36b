"""The sign-on: its token, its link and where the link leads."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt

from tests.servers.behaviour import Behaviour
from tests.servers.credentials import SHARED, encode, private_key, unsigned

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Desk:
    """Hands out tokens and links, and honours the links. ``base`` is the URL of the implementation."""

    behaviour: Behaviour
    base: str
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    last_token: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sign(self, install: str, integration: str, user: dict[str, Any], sids: dict[str, str]) -> dict[str, str]:
        """The member ``signon`` of an answer; ``user`` holds sid, name and email."""
        quirks = self.behaviour.quirks
        with self.lock:
            meant = user
            if "previous-user" in quirks:
                meant, self._before = getattr(self, "_before", user), user
            if "first-user" in quirks:
                self._first = meant = getattr(self, "_first", user)
            token = self._token(install, integration, meant, sids)
            if "same-token" in quirks:
                known = self.__dict__.setdefault("tokens", {})
                token = known.setdefault(user["sid"], token)
            if "one-token-for-all" in quirks:
                token = self.last_token = self.last_token or token
            code = uuid.uuid4().hex
            landing = meant
            if "link-of-another" in quirks:
                landing, self._other = getattr(self, "_other", user), user
            self.codes[code] = {"user": landing, "left": 1, "course": sids.get("course", "")}
        return {"redirect": self._link(code, token), "token": token}

    def _link(self, code: str, token: str) -> str:
        link = f"{self.base}/signon?code={code}"
        if "link-over-http" in self.behaviour.quirks:
            link = link.replace("https:", "http:")
        return {
            "absolute": link,
            "elsewhere": f"https://lms.example.com/launch/{code}",
            "fragment": f"{self.base}/signon?code={code}#/exam/start",
            "path-code": f"{self.base}/signon/{code}",
            "with-token": f"{self.base}/signon?code={code}&jwt={token}",
            "relative": f"/signon?code={code}",
            "hostless": f"signon?code={code}",
            "schemeless": link.partition(":")[2],
            "script": f"javascript:location='{link}'",
            "empty": "",
        }[self.behaviour.link]

    def _token(self, install: str, integration: str, user: dict[str, Any], sids: dict[str, str]) -> str:
        behaviour, quirks = self.behaviour, self.behaviour.quirks
        now = int(time.time() + behaviour.clock)
        subjects = {
            "sid": user["sid"],
            "number": int(user["sid"][2:10], 36),
            "opaque": uuid.uuid5(uuid.NAMESPACE_URL, user["sid"]).hex,
            "email": user.get("email", user["sid"]),
        }
        claims: dict[str, Any] = {"iss": self.base, "iat": now, "nbf": now, "exp": now + behaviour.lifetime}
        if behaviour.subject in subjects:
            claims["sub"] = subjects[behaviour.subject]
        if behaviour.audience:
            claims["aud"] = integration
        if behaviour.claims == "full":
            claims |= {"jti": uuid.uuid4().hex, "install": install, "role": "learner", **sids}
        elif behaviour.claims == "nested":
            claims |= {
                "jti": uuid.uuid4().hex,
                "context": {"user": {"sid": user["sid"]}},
                "tier": [1, None, {"a": "b"}],
            }
        elif behaviour.claims == "few":
            claims = {name: claims[name] for name in ("sub", "exp") if name in claims}
        if "expired" in quirks:
            claims |= {"exp": now - 600, "iat": now - 1200, "nbf": now - 1200}
        if "no-exp" in quirks:
            del claims["exp"]
        if "exp-as-text" in quirks:
            claims["exp"] = str(claims["exp"])
        if "milliseconds" in quirks:
            claims |= {name: claims[name] * 1000 for name in ("exp", "iat", "nbf") if name in claims}
        if "ten-years" in quirks:
            claims["exp"] = now + 315_360_000
        if "names-the-course" in quirks:
            claims["sub"] = sids["course"]
            claims.pop("user", None)
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        quirks, algorithm = self.behaviour.quirks, self.behaviour.algorithm
        if "opaque-token" in quirks:
            return uuid.uuid4().hex
        if "empty-token" in quirks:
            return ""
        if "sent-unsigned" in quirks:
            return unsigned(claims)
        if "two-parts" in quirks:
            return unsigned(claims).rstrip(".")
        if algorithm == "HS256":
            return jwt.encode(claims, SHARED, algorithm="HS256", headers={"kid": "shared"})
        name = "ec" if algorithm == "ES256" else "foreign" if "signed-by-another" in quirks else "own"
        text = jwt.encode(
            claims, private_key(name), algorithm=algorithm, headers={"kid": name.replace("foreign", "own")}
        )
        if "no-kid" in quirks:
            text = jwt.encode(claims, private_key(name), algorithm=algorithm)
        if "signature-cut" in quirks:
            return text.rpartition(".")[0] + "."
        if "signature-random" in quirks:
            return text.rpartition(".")[0] + "." + encode(b"\x07" * 256)
        if "claims-altered" in quirks:
            head, _, signature = text.split(".")
            return f"{head}.{encode(json.dumps({**claims, 'role': 'instructor'}).encode())}.{signature}"
        return text

    def follow(self, code: str) -> tuple[int, dict[str, str], bytes]:
        """What the browser gets that opens a link."""
        quirks = self.behaviour.quirks
        with self.lock:
            known = self.codes.get(code)
            if known is None or (self.behaviour.single_use and known["left"] < 1):
                text = json.dumps({"code": "SIGNONUSED", "message": "This link was used or is unknown.", "status": 403})
                return 403, JSON, text.encode()
            known["left"] -= 1
        if "link-dead" in quirks:
            return 404, JSON, b'{"code": "RESOURCENOTFOUND", "message": "There is nothing here."}'
        if "link-breaks" in quirks:
            return 500, JSON, b'{"code": "INTERNAL", "message": "Something broke."}'
        user = known["user"]
        if "link-wants-a-password" in quirks:
            return 401, JSON, b'{"code": "AUTHENTICATIONFAILED", "message": "Please sign in first."}'
        if self.behaviour.landing == "redirect":
            headers = {"Location": f"https://lms.example.com/course/{known['course']}", "Set-Cookie": f"session={code}"}
            return 302, headers, b""
        if self.behaviour.landing == "json":
            return 200, JSON, json.dumps({"userSid": user["sid"], "course": known["course"]}).encode()
        if self.behaviour.landing == "silent":
            return 200, HTML, b"<!doctype html><title>Exams</title><script src=app.js></script>"
        page = f"<!doctype html><title>Signed on</title><p>{user['sid']} {user.get('firstName', '')} is signed on.</p>"
        return 200, HTML, page.encode("utf-8", "replace")
