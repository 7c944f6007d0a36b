"""Probes of who may come in, and by which door: credentials, installs, paths and methods."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from contract.http.access import Access
from contract.http.exchange import Exchange
from contract.http.jwt import take_apart
from contract.judging.findings import Judgement
from contract.probes.workbench import Workbench

Headers = tuple[tuple[str, str], ...]
_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GARBAGE = "not-a-credential-at-all"
UNTELLING = "colour"
CLAUSE_URL = "credential-not-in-url"


def credentials(bench: Workbench) -> None:
    """No credential, or one that is not good: refused, and nothing was stored."""
    for label, headers in bad_credentials(bench.access, bench.published_keys):
        body = bench.body()
        with bench.probe(f"credential: {label}"):
            bench.provision(body, headers=headers)
            bench.provision(body)


def urls(bench: Workbench) -> None:
    """Garbage in the query, where a credential might be looked for, changes nothing.

    No good credential is ever written into a URL. Whoever reads one there answers garbage under a telling name
    otherwise than under a name that means nothing.
    """
    path = bench.judge.oracle.path(bench.access.install)
    for name in ("token", "access_token"):
        with bench.probe(f"credential in the URL: {name}"):
            for headers in ((), None):
                body = bench.body()
                answers = [
                    bench.provision(body, headers=headers, path=f"{path}?{one}={GARBAGE}")
                    for one in (UNTELLING, name, UNTELLING, name)
                ]
                compare_urls(bench, answers, name)


def compare_urls(bench: Workbench, answers: Sequence[Exchange], name: str) -> None:
    """Compare answers to calls whose query alternates between a name that means nothing and a telling one."""
    told = [_told(one, name) for one in answers]
    if None in told or told[0] != told[2] or told[1] != told[3]:
        return
    judgement = Judgement()
    judgement.touch(CLAUSE_URL)
    if told[0] != told[1]:
        judgement.find(
            CLAUSE_URL,
            f"the query is read for {name}",
            f"the same answer as to '?{UNTELLING}=…': {told[0]}",
            f"to '?{name}=…': {told[1]}",
        )
    bench.record(judgement, *answers[:2])


def _told(exchange: Exchange, name: str) -> str | None:
    """Status, and for a refusal code and message, without what only repeats the URL."""
    response = exchange.response
    if response is None or exchange.uncertain:
        return None
    answer = response.json if not response.ok else None
    words = [str(answer.get(one)) for one in ("code", "message")] if isinstance(answer, dict) else []
    text = " ".join([str(response.status), *words])
    for one in (GARBAGE, name, UNTELLING):
        text = text.replace(one, "…")
    return text


def expired(bench: Workbench) -> None:
    """A credential that was good once."""
    if bench.access.expired_token is not None:
        for auth in ("token", "bearer"):
            body = bench.body()
            bench.provision(body, headers=bench.access.credential_headers(bench.access.expired_token, auth))
            bench.provision(body)


def foreign(bench: Workbench) -> None:
    """A credential that is good for another install."""
    if bench.access.other_install is not None and bench.access.other_token is not None:
        body = bench.body()
        bench.provision(body, headers=bench.access.credential_headers(bench.access.other_token))
        bench.provision(body)
        bench.provision(body, install=bench.access.other_install, headers=bench.access.credential_headers())


def bad_credentials(access: Access, keys: list[str]) -> Iterator[tuple[str, Headers]]:
    """Labels and headers of credentials that are no good; ``keys`` are public keys as text.

    A header that goes with every request, such as a gateway's, is sent only once.
    """
    given = {name.lower() for name, _ in access.headers}
    for label, headers in _every_bad_credential(access, keys):
        if given.isdisjoint(name.lower() for name, _ in headers):
            yield label, headers


def _every_bad_credential(access: Access, keys: list[str]) -> Iterator[tuple[str, Headers]]:
    yield "none", ()
    for auth in ("token", "bearer"):
        for label, value in _bad_values(access.token, keys):
            yield f"{label}, as {auth}", access.credential_headers(value, auth)
    yield "two that differ", (("token", access.token), ("Authorization", "Bearer other.value.here"))
    yield "Basic", (("Authorization", "Basic " + base64.b64encode(b"user:password-unknown").decode()),)
    yield (
        "Basic with the good token",
        (("Authorization", "Basic " + base64.b64encode(f"{access.token}:".encode()).decode()),),
    )
    yield "the good token as Basic", (("Authorization", f"Basic {access.token}"),)
    yield "in a cookie", (("Cookie", f"token={access.token}"),)
    yield "in another header", (("X-Api-Key", access.token),)
    yield "without a scheme", (("Authorization", access.token),) if access.auth == "token" else ()


def _bad_values(token: str, keys: list[str]) -> Iterator[tuple[str, str]]:
    yield "empty", ""
    yield "garbage", GARBAGE
    yield "garbage of three parts", "aaaa.bbbb.cccc"
    header, claims = {"alg": "none", "typ": "JWT"}, {"sub": "somebody", "exp": 4_000_000_000}
    known = take_apart(token)
    if known is not None:
        claims = dict(known.claims)
    unsigned = f"{_encoded(header)}.{_encoded(claims)}."
    yield "alg none", unsigned
    yield "alg nOnE", f"{_encoded({**header, 'alg': 'nOnE'})}.{_encoded(claims)}."
    yield "alg None with a signature", f"{_encoded({**header, 'alg': 'None'})}.{_encoded(claims)}.c2lnbmVk"
    if known is None:
        yield "one letter changed", _flipped(token, len(token) // 2)
        return
    first, second, third = token.split(".")
    yield "signature changed", f"{first}.{second}.{_flipped(third, len(third) // 2)}"
    yield "signature in other letters", f"{first}.{second}.{third.swapcase()}"
    yield "last letter changed", f"{first}.{second}.{third[:-1]}{_far(third[-1:])}"
    yield "signature taken away", f"{first}.{second}."
    raised = {**claims, "exp": 4_000_000_000, "admin": True}
    yield "payload changed", f"{first}.{_encoded(raised)}.{third}"
    yield "signed with a key that it brings along", _self_signed(known.header, raised)
    for key in keys:
        for algorithm, digest in _DIGESTS.items():
            signed = f"{_encoded({**known.header, 'alg': algorithm})}.{_encoded(raised)}"
            mac = hmac.new(key.encode(), signed.encode(), digest).digest()
            yield (
                f"{algorithm} under the published key",
                f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}",
            )


def _self_signed(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A token under a fresh key, which stands in its own header (RFC 7515 section 4.1.3)."""
    key = _fresh_key()
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    kid = {"kid": header["kid"]} if isinstance(header.get("kid"), str) else {}
    signed = f"{_encoded({**kid, 'alg': 'RS256', 'typ': 'JWT', 'jwk': public})}.{_encoded(dict(claims))}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@cache
def _fresh_key() -> rsa.RSAPrivateKey:
    """A key that nobody else knows, the same for a whole run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _far(letter: str) -> str:
    """Another letter of base64url, one that changes bits which count."""
    place = _BASE64.find(letter)
    return _BASE64[(place + 32) % 64]


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _flipped(text: str, place: int) -> str:
    other = "A" if text[place] != "A" else "B"
    return text[:place] + other + text[place + 1 :]


def installs(bench: Workbench) -> None:
    """Installs that are malformed or unknown."""
    own = bench.access.install
    unknown = own[:2] + "".join("0" if letter != "0" else "1" for letter in own[2:])
    for label, install in (
        ("unknown", unknown),
        ("short", own[:-1]),
        ("long", own + "0"),
        ("capital letters", own.upper()),
        ("another prefix", "IN" + own[2:]),
        ("a newline more", own + "%0A"),
        ("junk", "x"),
    ):
        body = bench.body()
        with bench.probe(f"install: {label}"):
            bench.provision(body, install=install, headers=bench.access.credential_headers())
            bench.provision(body)


def doors(bench: Workbench) -> None:
    """Methods and paths that do not exist."""
    path = bench.judge.oracle.path(bench.access.install)
    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        with bench.probe(f"method: {method}"):
            bench.provision(bench.body(), method=method)
    for label, other in (
        ("an unknown path", "/v2/nowhere"),
        ("a misspelled path", path.replace("provision", "provisions")),
        ("a deeper path", path + "/more"),
        ("an encoded newline", path + "%0A"),
    ):
        with bench.probe(f"path: {label}"):
            bench.provision(bench.body(), path=other)
