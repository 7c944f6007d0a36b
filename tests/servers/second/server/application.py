"""From a request to an answer: routes, credential, install, body, in this order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote

from servers.second.server.database import Pool, Records
from servers.second.server.decoding import Decoder
from servers.second.server.installs import INSTALLS, Install
from servers.second.server.messages import Answers, Received, RefusedError, Sent, Violation, invalid, missing
from servers.second.server.provisioning import Identifiers, Provisioning
from servers.second.server.rules import Rules
from servers.second.server.signons import Signons
from servers.second.server.tokens import Credentials, Tokens

PARTS = (Answers, Credentials, Decoder, Identifiers, Pool, Provisioning, Records, Rules, Signons, Tokens)


class Application:
    """The whole server but its sockets. ``replaced`` are sub-classes of its parts that stand in for them."""

    def __init__(self, *replaced: type, loud: bool = False) -> None:
        self.loud = loud
        chosen: dict[type, Any] = {
            part: next((other for other in replaced if issubclass(other, part)), part) for part in PARTS
        }
        self.answers: Answers = chosen[Answers]()
        self.decoder: Decoder = chosen[Decoder]()
        self.pool: Pool = chosen[Pool]()
        self.tokens: Tokens = chosen[Tokens]()
        self.credentials: Credentials = chosen[Credentials](self.tokens)
        self.signons: Signons = chosen[Signons](self.tokens)
        self.provisioning: Provisioning = chosen[Provisioning](
            self.pool, chosen[Records](), chosen[Identifiers](), self.signons, chosen[Rules]
        )

    def routes(self) -> dict[str, dict[str, Callable[..., Sent]]]:
        signon = {"GET": self.follow, "HEAD": self.peek, "POST": self.present}
        return {
            r"/v2/installs/(?P<install>[^/]*)/provision": {"POST": self.provision},
            r"/v2/installs/(?P<install>[^/]*)/signon": signon,
            r"/oidc/jwks": {"GET": self.keys, "HEAD": self.keys},
        }

    def answer(self, request: Received) -> Sent:
        try:
            return self.handled(request)
        except RefusedError as refused:
            return self.answers.refusal(request, refused)
        except Exception:  # a bug is no reason to lose the connection; the honest server has none that is known
            if self.loud:
                raise
            return self.answers.refusal(request, RefusedError(500, "INTERNALERROR", "Something went wrong."))

    def handled(self, request: Received) -> Sent:
        handler, values = self.route(request)
        return handler(request, **values)

    def route(self, request: Received) -> tuple[Callable[..., Sent], dict[str, str]]:
        path = self.path(request)
        for pattern, methods in self.routes().items():
            found = re.fullmatch(pattern, path)
            if found is None:
                continue
            if request.method not in methods:
                raise self.other_method(request, methods)
            return methods[request.method], found.groupdict()
        raise RefusedError(404, "RESOURCENOTFOUND", "There is nothing at this path.")

    def path(self, request: Received) -> str:
        return unquote(request.target.partition("?")[0], errors="replace")

    def other_method(self, request: Received, methods: dict[str, Any]) -> RefusedError:
        allowed = ", ".join(methods)
        return RefusedError(405, "UNSUPPORTEDHTTPVERB", f"This path knows {allowed}.", headers=(("Allow", allowed),))

    def provision(self, request: Received, install: str) -> Sent:
        claims = self.credentials.claims(request)
        known = self.install(install)
        self.credentials.authorise(claims, install, request)
        body = self.decoder.read(request)
        return self.answers.success(self.provisioned(request, known, body))

    def provisioned(self, request: Received, install: Install, body: Any) -> dict[str, Any]:
        return self.provisioning.provision(install, body)

    def install(self, sid: str) -> Install:
        if not re.fullmatch("AI[a-f0-9]{32}", sid):
            raise invalid(
                [Violation("", "The install is not AI and 32 lower-case hexadecimal digits.", "install-sid-form")]
            )
        if sid not in INSTALLS:
            raise missing("install", "install-known")
        return INSTALLS[sid]

    def keys(self, request: Received) -> Sent:
        return self.answers.success(self.tokens.published())

    def peek(self, request: Received, install: str) -> Sent:
        """HEAD of a sign-on link: link checkers send it, so it uses nothing up."""
        self.install(install)
        return self.answers.success({})

    def follow(self, request: Received, install: str) -> Sent:
        known = self.install(install)
        codes = parse_qs(request.target.partition("?")[2]).get("code", [])
        if len(codes) != 1:
            raise RefusedError(400, "INVALIDINPUT", "A sign-on link has one code.")
        with self.pool.transaction() as database:
            return self.signed_on(request, self.signons.follow(database, known, codes[0]))

    def present(self, request: Received, install: str) -> Sent:
        known = self.install(install)
        if (request.one("content-type") or "").startswith("application/x-www-form-urlencoded"):
            body: Any = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        else:
            body = self.decoder.read(request)
        if not isinstance(body, dict) or not isinstance(body.get("token"), str):
            raise invalid([Violation("/token", "'token' is missing, or no text.", "schema")])
        with self.pool.transaction() as database:
            return self.signed_on(request, self.signons.present(database, known, body["token"]))

    def signed_on(self, request: Received, shown: dict[str, Any]) -> Sent:
        if "text/html" not in (request.one("accept") or ""):
            return self.answers.success(shown)
        page = f"<!doctype html><title>Signed on</title><pre>{escape(json.dumps(shown, indent=1))}</pre>"
        return Sent(200, page.encode(), (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")))

    def close(self) -> None:
        self.pool.close()
