"""The handlers around sign-on: following a link, presenting a token, and the keys that verify one."""

from __future__ import annotations

from urllib.parse import parse_qs

from mockserver.auth.keys import Keys
from mockserver.auth.signon import Desk, Grant
from mockserver.endpoints import pages
from mockserver.endpoints.provision import Installs
from mockserver.http.decoding import decode
from mockserver.http.errors import Refusal, refuse
from mockserver.http.request import Call
from mockserver.http.response import Reply, of_json, of_refusal
from mockserver.settings import Settings
from spec.openapi.document import Operation
from spec.resources.installs import Install
from spec.resources.resource import Resources
from spec.schema.validation import Rules

_FORM = b"application/x-www-form-urlencoded"


class Gate:
    """Where users are signed on. Browsers get pages, whoever asks for JSON gets JSON."""

    def __init__(self, installs: Installs, desk: Desk, resources: Resources, settings: Settings) -> None:
        self.installs, self.desk, self.resources, self.settings = installs, desk, resources, settings

    async def follow(self, call: Call) -> Reply:
        """Serve ``followSignon``. HEAD looks without using the link up."""
        try:
            install = self.installs.of(call)
            grant = self.desk.follow(install.sid, _code(call), consume=call.method != "HEAD")
        except Refusal as refusal:
            return _explained(refusal, call, self.settings.contract_url)
        return self._welcome(grant, install, call)

    async def present(self, call: Call, rules: Rules) -> Reply:
        """Serve ``presentSignon``."""
        try:
            install = self.installs.of(call)
            grant = self.desk.present(install.sid, await self._token(call, rules))
        except Refusal as refusal:
            return _explained(refusal, call, self.settings.contract_url)
        return self._welcome(grant, install, call)

    async def _token(self, call: Call, rules: Rules) -> str:
        declared = (call.header(b"content-type") or b"").partition(b";")[0].strip().lower()
        if declared != _FORM:
            call.require_json()
        elif call.header(b"content-encoding") is not None:
            raise refuse("media-type", "media-type", "The form is encoded; send it without Content-Encoding.")
        raw = await call.read(self.settings.largest_body)
        if declared == _FORM:
            pairs = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None)
            value: object = {name: values[0] for name, values in pairs.items() if len(values) == 1}
        else:
            value = decode(raw, self.settings.deepest_body)
        if violations := rules.violations(value):
            raise refuse("invalid-input", "schema", violations[0].message, pointer=violations[0].pointer)
        assert isinstance(value, dict)
        return str(value["token"])

    def _welcome(self, grant: Grant, install: Install, call: Call) -> Reply:
        if _prefers_json(call.header(b"accept")):
            value = {
                "signedOn": True,
                "install": install.sid,
                "user": grant.subject,
                "audience": grant.audience,
                "claims": grant.claims,
            }
            return of_json(value)
        return pages.signed_on(grant, install, self.resources)


def jwks(keys: Keys) -> Reply:
    """The key set (RFC 7517 section 5)."""
    return of_json({"keys": [keys.jwk]})


def form_rules(operation: Operation) -> Rules:
    """The rules of the operation that takes a token."""
    assert operation.body is not None
    return Rules(operation.body.json)


def _code(call: Call) -> str:
    values = parse_qs(call.query.decode("latin-1"), keep_blank_values=True).get("code", [])
    if len(values) != 1 or not values[0]:
        raise refuse("invalid-input", "schema", "The link carries no code; follow it exactly as it was given.")
    return values[0]


def _explained(refusal: Refusal, call: Call, contract: str) -> Reply:
    """A page only for who asks for one by name, so that programs never meet HTML in a refusal."""
    accept = call.header(b"accept") or b""
    if b"text/html" in accept.lower() and not _prefers_json(accept):
        return pages.refused(refusal, contract)
    return of_refusal(refusal, contract)


def _prefers_json(accept: bytes | None) -> bool:
    """Whether an Accept header (RFC 9110 section 12.5.1) asks for JSON rather than for a page."""
    if not accept:
        return False
    quality = {b"application/json": 0.0, b"text/html": 0.0}
    for one in accept.lower().split(b","):
        kind, *parameters = (piece.strip() for piece in one.split(b";"))
        if kind in quality:
            stated = next((piece[2:] for piece in parameters if piece.startswith(b"q=")), b"1")
            try:
                quality[kind] = float(stated)
            except ValueError:
                quality[kind] = 0.0
    return quality[b"application/json"] > 0 and quality[b"application/json"] >= quality[b"text/html"]
