"""Probes of the token endpoint: a client that shows its secret gets tokens that work, and nobody else gets any."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from contract.http.access import ClientCredentials
from contract.http.exchange import Exchange, SentRequest
from contract.judging.findings import ExchangeJudgement
from contract.judging.keyset import read_keys
from contract.judging.oauth import (
    FORM,
    OAuthContract,
    TokenRefusal,
    TokenTerms,
    judge_given,
    judge_metadata,
    judge_withheld,
)
from contract.probes.workbench import JSON, Workbench

GRANT = {"grant_type": "client_credentials"}
UNKNOWN = "iv-nothing-of-the-kind"
_MEDIA = ("Content-Type", FORM)

Headers = tuple[tuple[str, str], ...]


class Shown(NamedTuple):
    """How a client shows its secret: headers and members of the form."""

    headers: Headers = ()
    form: Mapping[str, str] = {}


class Withheld(NamedTuple):
    """A token request that gets no token, under a label."""

    label: str
    shown: Shown
    request: SentRequest
    wanted: TokenRefusal


def tokens(bench: Workbench) -> None:
    """Discovery; a token by each way of showing the secret; and a call with each of them.

    Kept beside the strategies: sequences send calls of one operation, and ask for no token.
    """
    contract, client = bench.oauth, bench.access.client
    if contract is None or client is None:
        return
    judgement = ExchangeJudgement()
    received = _get(bench, contract.configuration.path)
    issuer = judge_metadata(contract, received, bench.base, judgement)
    bench.record(judgement, received)
    published = _get(bench, contract.keys.path)
    keys = read_keys(published.response.body if published.response is not None else b"")
    terms = TokenTerms(contract, issuer, keys, bench.judge.oracle.clock().timestamp())
    scopes = {"scope": contract.scopes[0]} if contract.scopes else {}
    ways = [
        ("token-granted", by_basic(client), {}),
        ("token-granted", in_the_form(client), {}),
        ("token-granted", by_basic(client), scopes),
        ("token-basic-encoded", by_basic(client, encoded=True), {}),
    ]
    given = []
    for clause, shown, more in ways:
        if _is_taken(bench, shown):
            continue
        judgement = ExchangeJudgement()
        exchange = bench.target.send(token_request(bench, contract, shown, {**GRANT, **more}))
        bench.trail.append(exchange)
        token = judge_given(terms, clause, exchange, judgement)
        bench.record(judgement, published, exchange)
        if token is not None:
            given.append((token, exchange))
    for token, exchange in given[:2]:
        _admitted(bench, token, exchange)


def _admitted(bench: Workbench, token: str, before: Exchange) -> None:
    """A call with a token that was just given: as a Bearer credential, and if that is not taken, in its header."""
    fork = bench.holding(token)
    judgement = ExchangeJudgement()
    judgement.touch("token-admits")
    body, exchanges = fork.body(), [before]
    for auth in ("bearer", "token"):
        exchange = bench.target.send(fork.request(body, headers=fork.access.credential_headers(token, auth)))
        bench.trail.append(exchange)
        exchanges.append(exchange)
        status = exchange.response.status if exchange.response is not None else 0
        if status not in (401, 403):
            bench.record(fork.judge.judge(exchange), exchange)
            break
    else:
        judgement.find("token-admits", "token refused", "the call is served", f"status {status}")
    bench.record(judgement, *exchanges)


def withheld(bench: Workbench) -> None:
    """Requests that get no token, each for its own reason.

    Kept beside the strategies: sequences send calls of one operation, and ask for no token.
    """
    contract, client = bench.oauth, bench.access.client
    if contract is None or client is None:
        return
    for one in withheld_requests(bench, contract, client):
        if _is_taken(bench, one.shown):
            continue
        with bench.probe(f"no token: {one.label}"):
            judgement = ExchangeJudgement()
            exchange = bench.target.send(one.request)
            bench.trail.append(exchange)
            judge_withheld(contract, one.wanted, exchange, judgement)
            bench.record(judgement, exchange)


def withheld_requests(bench: Workbench, contract: OAuthContract, client: ClientCredentials) -> Iterator[Withheld]:
    """Every token request that is to be refused, with the reason."""
    basic = by_basic(client)
    wrong = ClientCredentials(client.id, f"{client.secret[:-1]}{'A' if client.secret[-1] != 'A' else 'B'}")
    nobody = ClientCredentials(client.id[:2] + "0" * (len(client.id) - 2), client.secret)

    def refused(label: str, shown: Shown, members: Mapping[str, str], clause: str, *errors: str) -> Withheld:
        wanted = TokenRefusal(clause, frozenset(errors), by_basic=bool(shown.headers))
        return Withheld(label, shown, token_request(bench, contract, shown, members), wanted)

    for label, who in (("a wrong secret", wrong), ("an unknown client", nobody)):
        for how, shown in (("by Basic", by_basic(who)), ("in the form", in_the_form(who))):
            yield refused(f"{label}, {how}", shown, GRANT, "token-client-refused", "invalid_client")
    yield refused("no client", Shown(), GRANT, "token-client-refused", "invalid_client", "invalid_request")
    named = Shown(form={"client_id": client.id})
    yield refused("no secret", named, GRANT, "token-client-refused", "invalid_client", "invalid_request")
    grant = {"grant_type": UNKNOWN}
    yield refused("another grant", basic, grant, "token-grant-known", "unsupported_grant_type")
    missing = ("invalid_request", "unsupported_grant_type")
    yield refused("no grant", basic, {"scope": ""}, "token-grant-required", *missing)
    scope = TokenRefusal("token-scope-known", frozenset({"invalid_scope"}), True, frozenset({UNKNOWN}))
    yield Withheld("an unknown scope", basic, token_request(bench, contract, basic, {**GRANT, "scope": UNKNOWN}), scope)
    loose = TokenRefusal("token-request-form", frozenset({"invalid_request"}), True)
    twice = f"{urlencode(GRANT)}&{urlencode(GRANT)}"
    yield Withheld("a parameter twice", basic, token_request(bench, contract, basic, {}, body=twice.encode()), loose)
    no_form = TokenRefusal(
        "token-request-form", frozenset({"invalid_request", "invalid_client", "unsupported_grant_type"}), True
    )
    body = json.dumps(GRANT).encode()
    yield Withheld("JSON", basic, token_request(bench, contract, basic, {}, body=body, media=JSON), no_form)


def by_basic(client: ClientCredentials, *, encoded: bool = False) -> Shown:
    """HTTP Basic with form-encoded halves; ``encoded``: every letter of them."""

    def half(text: str) -> str:
        return "".join(f"%{byte:02X}" for byte in text.encode()) if encoded else quote(text, safe="")

    pair = f"{half(client.id)}:{half(client.secret)}"
    return Shown((("Authorization", "Basic " + base64.b64encode(pair.encode()).decode()),))


def in_the_form(client: ClientCredentials) -> Shown:
    """``client_id`` and ``client_secret`` as members of the form."""
    return Shown(form={"client_id": client.id, "client_secret": client.secret})


def _is_taken(bench: Workbench, shown: Shown) -> bool:
    """Whether a header that goes with every request, such as a gateway's, stands where a client shows its secret."""
    given = {name.lower() for name, _ in bench.access.headers}
    return not given.isdisjoint(name.lower() for name, _ in shown.headers)


def token_request(
    bench: Workbench,
    contract: OAuthContract,
    shown: Shown,
    members: Mapping[str, str],
    *,
    body: bytes | None = None,
    media: tuple[str, str] = _MEDIA,
) -> SentRequest:
    """A token request with a client shown in a way, and these members in its form."""
    data = urlencode({**members, **shown.form}).encode() if body is None else body
    return SentRequest(contract.token.method, contract.token.path, (*shown.headers, media, *bench.access.headers), data)


def _get(bench: Workbench, path: str) -> Exchange:
    exchange = bench.target.send(SentRequest("GET", path, bench.access.headers))
    bench.trail.append(exchange)
    return exchange
