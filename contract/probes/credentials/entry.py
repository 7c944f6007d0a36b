"""Probes of who may come in, and by which door: credentials, installs, paths and methods."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from contract.http.access import Access
from contract.http.exchange import Exchange
from contract.judging.findings import ExchangeJudgement
from contract.probes.credentials.tokens import GARBAGE, bad_tokens
from contract.probes.workbench import Workbench

Headers = tuple[tuple[str, str], ...]
UNTELLING = "colour"
CLAUSE_URL = "credential-not-in-url"


def credentials(bench: Workbench) -> None:
    """No credential, or one that is not good: refused, and nothing was stored.

    Kept beside the strategies: every forgery once; a sequence draws one of some dozens.
    """
    for place, (label, headers) in enumerate(bad_credentials(bench.access, bench.published_keys)):
        if not bench.takes(place):
            continue
        body = bench.body()
        with bench.probe(f"credential: {label}"):
            bench.provision(body, headers=headers)
            bench.provision(body)


def urls(bench: Workbench) -> None:
    """Garbage in the query, where a credential might be looked for, changes nothing.

    No good credential is ever written into a URL. Whoever reads one there answers garbage under a telling name
    otherwise than under a name that means nothing.

    Kept beside the strategies: strategies draw bodies, and this is about the address.
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
    values = [_value(one, name) for one in answers]
    if None in values or values[0] != values[2] or values[1] != values[3]:
        return
    judgement = ExchangeJudgement()
    judgement.touch(CLAUSE_URL)
    if values[0] != values[1]:
        judgement.find(
            CLAUSE_URL,
            f"the query is read for {name}",
            f"the same answer as to '?{UNTELLING}=…': {values[0]}",
            f"to '?{name}=…': {values[1]}",
        )
    bench.record(judgement, *answers[:2])


def _value(exchange: Exchange, name: str) -> str | None:
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
    """A credential that was good once.

    Kept beside the strategies: the token is given by an option, and no sequence sends it.
    """
    if bench.access.expired_token is not None:
        for auth in ("token", "bearer"):
            body = bench.body()
            bench.provision(body, headers=bench.access.credential_headers(bench.access.expired_token, auth))
            bench.provision(body)


def foreign(bench: Workbench) -> None:
    """A credential that is good for another install.

    Kept beside the strategies: the token is given by an option, and no sequence sends it with the body of another
    install.
    """
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
        for bad in bad_tokens(access.token, tuple(keys)):
            yield f"{bad.label}, as {auth}", access.credential_headers(bad.value, auth)
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


def installs(bench: Workbench) -> None:
    """Installs that are malformed or unknown.

    Kept beside the strategies: strategies draw bodies, and this is about the path.
    """
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
    """Methods and paths that do not exist.

    Kept beside the strategies: strategies draw bodies, and this is about method and path.
    """
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
