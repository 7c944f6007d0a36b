"""Judging what an answer says about signing on: the link, the token, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from contract.http.exchange import ReceivedResponse
from contract.http.jwt import UnverifiedToken, take_apart
from contract.judging.findings import ExchangeJudgement
from contract.model.identity import value_at
from contract.model.memory import Model
from contract.oracle.expectation import Expectation
from spec.resources.resource import ABSENT, Signon
from spec.source.pointer import Json

SIGNED, UNVERIFIED = "signon-token-signed", "signature does not verify"
"""The clause and the cause of a finding that a key which is published later takes back."""
_SKEW = 90
_ABSURD = 400 * 86_400
_DAY = 86_400 + _SKEW
_MILLISECONDS = 1e11
"""More seconds since 1970 than anybody means."""
_REGISTERED = ("iss", "aud", "sub", "iat", "nbf", "exp", "jti")
_FLEETING = frozenset({"iat", "nbf", "exp", "jti", "nonce"})


@dataclass(frozen=True, slots=True)
class SignonTerms:
    """What sign-ons are held against. ``verify`` says why a token's signature is wrong; ``now`` is a POSIX time."""

    signon: Signon
    model: Model
    secrets: tuple[str, ...]
    secure: bool
    verify: Callable[[str], str | None] | None
    now: float


def judge_signon(
    terms: SignonTerms,
    response: ReceivedResponse,
    wanted: Expectation,
    sids: Mapping[str, str],
    judgement: ExchangeJudgement,
) -> None:
    """Add findings about the sign-on of an accepted call, whose answer is a JSON object."""
    signon = terms.signon
    sent = value_at(wanted.body, signon.path)
    if not isinstance(sent, dict):
        return
    shown = response.json.get(signon.response)
    judgement.touch("asked-present")
    if not isinstance(shown, dict):
        judgement.find("asked-present", "missing part", "a sign-on", repr(shown)[:60], f"/{signon.response}")
        return
    link, text = shown.get(signon.redirect), shown.get(signon.token)
    pointer = f"/{signon.response}/{signon.redirect}"
    if isinstance(link, str):
        _link(terms, link, text, pointer, judgement)
    if not isinstance(text, str):
        return
    pointer = f"/{signon.response}/{signon.token}"
    judgement.touch("signon-token-jwt")
    token = take_apart(text)
    if token is None:
        judgement.find("signon-token-jwt", "no JWT", "a JWT of three parts", "something else", pointer)
        return
    judgement.touch("signon-token-fresh")
    if text in terms.model.tokens:
        judgement.find("signon-token-fresh", "token again", "a token of its own", "the one of a call before", pointer)
    terms.model.tokens.add(text)
    _signature(terms, token, text, pointer, judgement)
    _times(token.claims, terms.now, pointer, judgement)
    _subject(terms, token.claims, wanted, sids, pointer, judgement)
    _claims(terms, token.claims, sent.get(signon.audience), sids.get(signon.subject), pointer, judgement)


def _link(terms: SignonTerms, link: str, text: Json, pointer: str, judgement: ExchangeJudgement) -> None:
    judgement.touch("signon-link-absolute", "signon-link-discreet")
    try:
        parts = urlsplit(link)
        absolute = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        absolute = False
        parts = urlsplit("")
    if not absolute:
        judgement.find("signon-link-absolute", "relative link", "an absolute http(s) URL", repr(link[:60]), pointer)
    elif terms.secure:
        judgement.touch("signon-link-secure")
        if parts.scheme != "https":
            judgement.find("signon-link-secure", "plain http link", "https", parts.scheme, pointer)
    decoded = unquote(link)
    if isinstance(text, str) and len(text) > 8 and text in decoded:
        judgement.find("signon-link-discreet", "token in the link", "a one-time code", "the sign-on token", pointer)
    elif any(secret in decoded for secret in terms.secrets):
        judgement.find("signon-link-discreet", "credential in the link", "no credential", "the credential", pointer)


def _signature(
    terms: SignonTerms, token: UnverifiedToken, text: str, pointer: str, judgement: ExchangeJudgement
) -> None:
    judgement.touch("signon-token-signed", "signon-token-algorithm")
    algorithm = token.header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() == "none" or not token.signature:
        judgement.find("signon-token-signed", "unsigned token", "a signed token", f"alg {algorithm!r}", pointer)
        return
    if algorithm != "RS256":
        judgement.find("signon-token-algorithm", "another algorithm", "RS256", algorithm[:20], pointer)
    complaint = terms.verify(text) if terms.verify is not None else None
    if complaint is not None:
        judgement.find(SIGNED, UNVERIFIED, "a valid signature", complaint, pointer)


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _times(claims: Mapping[str, Json], now: float, pointer: str, judgement: ExchangeJudgement) -> None:
    expiry = _number(claims.get("exp"))
    judgement.touch("signon-token-unexpired", "signon-token-lifetime")
    if expiry is None:
        judgement.find("signon-token-unexpired", "no expiry", "exp in seconds", repr(claims.get("exp"))[:40], pointer)
    elif expiry > now + 1000 * _ABSURD or expiry > _MILLISECONDS:
        judgement.find("signon-token-unexpired", "expiry not in seconds", "exp in seconds", f"{expiry:.0f}", pointer)
    elif expiry <= now - _SKEW:
        received = f"expired {now - expiry:.0f} s ago"
        judgement.find("signon-token-unexpired", "expired on arrival", "an expiry in the future", received, pointer)
    elif expiry > now + _ABSURD:
        judgement.find("signon-token-unexpired", "absurd expiry", "an expiry soon", f"in {expiry - now:.0f} s", pointer)
    elif expiry > now + _DAY:
        judgement.find("signon-token-lifetime", "long lifetime", "a day at most", f"{expiry - now:.0f} s", pointer)


def _subject(
    terms: SignonTerms,
    claims: Mapping[str, Json],
    wanted: Expectation,
    sids: Mapping[str, str],
    pointer: str,
    judgement: ExchangeJudgement,
) -> None:
    sid = sids.get(terms.signon.subject)
    if sid is None:
        return
    part = terms.model.resources.part(terms.signon.subject)
    lasting = {name: value for name, value in claims.items() if name not in _FLEETING}
    text = json.dumps(lasting)
    own = {sid, *_names(value_at(wanted.body, part.path))}
    judgement.touch("signon-token-subject")
    others = [one for one in terms.model.signons if one["sid"] != sid]
    if not any(name in text for name in own):
        stranger = any(one["sid"] in text for one in others)
        # a claim that is the same for everybody names nobody: only one that was seen to differ can be another's
        differs = len({one["sub"] for one in terms.model.signons if isinstance(one["sub"], str | int)}) > 1
        same = differs and any(one["sub"] is not None and one["sub"] == claims.get("sub") for one in others)
        identical = any(one["lasting"] == lasting for one in others)
        apart = {
            one.name for one in terms.model.resources.parts if terms.signon.subject not in (one.name, *one.identity)
        }
        something_else = claims.get("sub") in {sids[name] for name in apart if name in sids}
        if stranger or same or identical or something_else:
            judgement.find("signon-token-subject", "another user", sid, "the user of another call", pointer)
    elif isinstance(claims.get("sub"), str) and any(claims["sub"] == one["sid"] for one in others):
        judgement.find("signon-token-subject", "another user", sid, claims["sub"], pointer)
    terms.model.signons.append({"sid": sid, "sub": claims.get("sub"), "lasting": lasting})


def _names(value: Json) -> set[str]:
    if value is ABSENT or not isinstance(value, dict):
        return set()
    texts = {one for one in value.values() if isinstance(one, str) and len(one) > 5 and "@" in one}
    nested = {one for held in value.values() if isinstance(held, dict) for one in held.values() if isinstance(one, str)}
    return texts | {one for one in nested if len(one) > 5}


def _claims(
    terms: SignonTerms,
    claims: Mapping[str, Json],
    audience: Json,
    subject: str | None,
    pointer: str,
    judgement: ExchangeJudgement,
) -> None:
    """Every claim by itself: what one of them lacks hides nothing of another."""
    judgement.touch("signon-token-claims")

    def find(cause: str, name: str, expected: str, received: str) -> None:
        judgement.find("signon-token-claims", cause, expected, received, pointer, (name,))

    for name in (one for one in _REGISTERED if one not in claims):
        find("missing claim", name, f"the claim {name}", "none of that name")
    listed = claims.get("aud") if isinstance(claims.get("aud"), list) else [claims.get("aud")]
    if "aud" in claims and audience not in (listed or ()):
        find("another audience", "aud", str(audience), repr(claims["aud"])[:60])
    named = claims.get("sub")
    if subject is not None and "sub" in claims and named != subject:
        find(
            "subject by another name" if isinstance(named, str) else "another subject", "sub", subject, repr(named)[:60]
        )
    for name in ("iat", "nbf"):
        _instant(claims, name, terms.now, find)
    title, seen = claims.get("jti"), terms.model.token_names
    if "jti" in claims and not (isinstance(title, str) and title):
        find("no name of a token", "jti", "a text that no other token has (RFC 7519 section 4.1.7)", repr(title)[:60])
    elif isinstance(title, str) and title in seen:
        find("name given twice", "jti", "a jti of its own", "that of a token before")
    seen.update([title] if isinstance(title, str) else ())


def _instant(claims: Mapping[str, Json], name: str, now: float, find: Callable[[str, str, str, str], None]) -> None:
    """Look at a claim that is an instant which has come when the token does."""
    if name not in claims:
        return
    value = _number(claims[name])
    if value is None or value > _MILLISECONDS:
        find("no seconds", name, f"{name} in seconds since 1970", repr(claims[name])[:40])
    elif value > now + _SKEW:
        find("in the future", name, "a token that holds already", f"{name} in {value - now:.0f} s")
    elif name == "iat" and value < now - _DAY:
        find("long ago", name, "a token made for this call", f"made {now - value:.0f} s ago")
