"""Judging what an answer says about signing on: the link, the token, and whose they are."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from contract.http.exchange import Exchange
from contract.judging.findings import Judgement
from contract.model.identity import value_at
from contract.oracle.expectation import Expectation
from spec.resources.resource import ABSENT, Signon

if TYPE_CHECKING:
    from contract.judging.judge import Judge

_PIECE = re.compile(r"[A-Za-z0-9_-]+\Z")
_SKEW = 90
_ABSURD = 400 * 86_400
_DAY = 86_400 + _SKEW
_REGISTERED = ("iss", "aud", "sub", "iat", "nbf", "exp", "jti")
_FLEETING = frozenset({"iat", "nbf", "exp", "jti", "nonce"})


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT that was taken apart, not verified."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: bytes


def take_apart(text: str) -> Token | None:
    """The parts of a compact JWS whose header and payload are JSON objects (RFC 7519 section 7.2), or None."""
    pieces = text.split(".")
    if len(pieces) != 3 or not all(_PIECE.match(piece) for piece in pieces[:2]):
        return None
    try:
        header, claims = (json.loads(_decoded(piece)) for piece in pieces[:2])
        signature = _decoded(pieces[2]) if pieces[2] else b""
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Token(header, claims, signature)


def _decoded(piece: str) -> bytes:
    return base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)


def judge_signon(
    judge: Judge, signon: Signon, exchange: Exchange, wanted: Expectation, sids: Mapping[str, str], judgement: Judgement
) -> None:
    """Add findings about the sign-on of an accepted call."""
    response = exchange.response
    asked = value_at(wanted.body, signon.path)
    if response is None or not isinstance(asked, dict):
        return
    shown = response.json.get(signon.response)
    judgement.touch("asked-present")
    if not isinstance(shown, dict):
        judgement.find("asked-present", "missing part", "a sign-on", repr(shown)[:60], f"/{signon.response}")
        return
    link, text = shown.get(signon.redirect), shown.get(signon.token)
    pointer = f"/{signon.response}/{signon.redirect}"
    if isinstance(link, str):
        _link(judge, link, text, pointer, judgement)
    if not isinstance(text, str):
        return
    pointer = f"/{signon.response}/{signon.token}"
    judgement.touch("signon-token-jwt")
    token = take_apart(text)
    if token is None:
        judgement.find("signon-token-jwt", "no JWT", "a JWT of three parts", "something else", pointer)
        return
    judgement.touch("signon-token-fresh")
    if text in judge.model.tokens:
        judgement.find("signon-token-fresh", "token again", "a token of its own", "the one of a call before", pointer)
    judge.model.tokens.add(text)
    _signature(judge, token, text, pointer, judgement)
    _times(token.claims, judge.oracle.clock().timestamp(), pointer, judgement)
    _subject(judge, signon, token.claims, wanted, sids, pointer, judgement)
    _claims(token, asked.get(signon.audience), sids.get(signon.subject), pointer, judgement)


def _link(judge: Judge, link: str, text: Any, pointer: str, judgement: Judgement) -> None:
    judgement.touch("signon-link-absolute", "signon-link-discreet")
    try:
        parts = urlsplit(link)
        absolute = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        absolute = False
        parts = urlsplit("")
    if not absolute:
        judgement.find("signon-link-absolute", "relative link", "an absolute http(s) URL", repr(link[:60]), pointer)
    elif judge.secure:
        judgement.touch("signon-link-secure")
        if parts.scheme != "https":
            judgement.find("signon-link-secure", "plain http link", "https", parts.scheme, pointer)
    plain = unquote(link)
    if isinstance(text, str) and len(text) > 8 and text in plain:
        judgement.find("signon-link-discreet", "token in the link", "a one-time code", "the sign-on token", pointer)
    elif any(secret in plain for secret in judge.access.secrets):
        judgement.find("signon-link-discreet", "credential in the link", "no credential", "the credential", pointer)


def _signature(judge: Judge, token: Token, text: str, pointer: str, judgement: Judgement) -> None:
    judgement.touch("signon-token-signed", "signon-token-algorithm")
    algorithm = token.header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() == "none" or not token.signature:
        judgement.find("signon-token-signed", "unsigned token", "a signed token", f"alg {algorithm!r}", pointer)
        return
    if algorithm != "RS256":
        judgement.find("signon-token-algorithm", "another algorithm", "RS256", algorithm[:20], pointer)
    complaint = judge.verify(text) if judge.verify is not None else None
    if complaint is not None:
        judgement.find("signon-token-signed", "signature does not verify", "a valid signature", complaint, pointer)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _times(claims: Mapping[str, Any], now: float, pointer: str, judgement: Judgement) -> None:
    expiry = _number(claims.get("exp"))
    judgement.touch("signon-token-unexpired", "signon-token-lifetime")
    if expiry is None:
        judgement.find("signon-token-unexpired", "no expiry", "exp in seconds", repr(claims.get("exp"))[:40], pointer)
    elif expiry > now + 1000 * _ABSURD or expiry > 1e11:
        judgement.find("signon-token-unexpired", "expiry not in seconds", "exp in seconds", f"{expiry:.0f}", pointer)
    elif expiry <= now - _SKEW:
        received = f"expired {now - expiry:.0f} s ago"
        judgement.find("signon-token-unexpired", "expired on arrival", "an expiry in the future", received, pointer)
    elif expiry > now + _ABSURD:
        judgement.find("signon-token-unexpired", "absurd expiry", "an expiry soon", f"in {expiry - now:.0f} s", pointer)
    elif expiry > now + _DAY:
        judgement.find("signon-token-lifetime", "long lifetime", "a day at most", f"{expiry - now:.0f} s", pointer)


def _subject(
    judge: Judge,
    signon: Signon,
    claims: Mapping[str, Any],
    wanted: Expectation,
    sids: Mapping[str, str],
    pointer: str,
    judgement: Judgement,
) -> None:
    sid = sids.get(signon.subject)
    if sid is None:
        return
    part = judge.model.resources.part(signon.subject)
    lasting = {name: value for name, value in claims.items() if name not in _FLEETING}
    text = json.dumps(lasting)
    own = {sid, *_names(value_at(wanted.body, part.path))}
    judgement.touch("signon-token-subject")
    others = [one for one in judge.model.signons if one["sid"] != sid]
    if not any(name in text for name in own):
        stranger = next((one for one in others if one["sid"] in text), None)
        same = next((one for one in others if one["sub"] is not None and one["sub"] == claims.get("sub")), None)
        identical = next((one for one in others if one["lasting"] == lasting), None)
        if stranger or same or identical:
            judgement.find("signon-token-subject", "another user", sid, "the user of another call", pointer)
    elif isinstance(claims.get("sub"), str) and any(claims["sub"] == one["sid"] for one in others):
        judgement.find("signon-token-subject", "another user", sid, claims["sub"], pointer)
    judge.model.signons.append({"sid": sid, "sub": claims.get("sub"), "lasting": lasting})


def _names(value: Any) -> set[str]:
    if value is ABSENT or not isinstance(value, dict):
        return set()
    texts = {one for one in value.values() if isinstance(one, str) and len(one) > 5 and "@" in one}
    nested = {one for held in value.values() if isinstance(held, dict) for one in held.values() if isinstance(one, str)}
    return texts | {one for one in nested if len(one) > 5}


def _claims(token: Token, audience: Any, subject: str | None, pointer: str, judgement: Judgement) -> None:
    judgement.touch("signon-token-claims")
    claims = token.claims
    missing = [name for name in _REGISTERED if name not in claims]
    listed = claims.get("aud") if isinstance(claims.get("aud"), list) else [claims.get("aud")]
    if missing:
        judgement.find("signon-token-claims", "missing claims", "all of them", ", ".join(missing) + " missing", pointer)
    elif audience not in (listed or ()):
        judgement.find("signon-token-claims", "another audience", str(audience), repr(claims.get("aud"))[:60], pointer)
    elif subject is not None and claims.get("sub") != subject and not isinstance(claims.get("sub"), str):
        judgement.find("signon-token-claims", "another subject", subject, repr(claims.get("sub"))[:60], pointer)
    elif subject is not None and claims.get("sub") != subject:
        judgement.find("signon-token-claims", "subject by another name", subject, claims["sub"][:60], pointer)
