"""Judging what a token endpoint and discovery answer (RFC 6749, RFC 7519, OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from contract.http.exchange import Exchange, ReceivedResponse
from contract.http.jwt import UnverifiedToken, take_apart
from contract.judging.findings import ExchangeJudgement
from contract.judging.keyset import KeySet
from spec.openapi.document import Document, Operation
from spec.schema.texts.formats import instant
from spec.schema.validation import Rules
from spec.source.pointer import Json

FORM = "application/x-www-form-urlencoded"
_SLACK = 5
"""Seconds by which two ways to tell one moment may differ."""
_SKEW = 120
"""Seconds by which the clock of a target that tells no time may differ from ours."""


@dataclass(frozen=True, slots=True)
class OAuthContract:
    """What the document says about tokens: the operations, and the forms of their answers."""

    token: Operation
    configuration: Operation
    keys: Operation
    scopes: tuple[str, ...]
    given: Rules
    refused: Rules
    metadata: Rules


def oauth_contract(document: Document) -> OAuthContract | None:
    """What a document says about tokens, or None if it has no token endpoint with discovery and keys."""
    found = [document.operations.get(name) for name in ("issueToken", "openidConfiguration", "jwks")]
    token, configuration, keys = found
    if token is None or configuration is None or keys is None:
        return None
    flows = [one.get("flows", {}) for one in document.security_schemes.values() if one.get("type") == "oauth2"]
    scopes = dict.fromkeys(name for one in flows for name in one.get("clientCredentials", {}).get("scopes", {}))
    return OAuthContract(
        token,
        configuration,
        keys,
        tuple(scopes),
        _answer(token, "200"),
        _answer(token, "400"),
        _answer(configuration, "200"),
    )


def _answer(operation: Operation, status: str) -> Rules:
    found = operation.responses.get(status)
    return Rules(found.content.get("application/json", {}) if found else {})


def judge_answered(exchange: Exchange, judgement: ExchangeJudgement) -> ReceivedResponse | None:
    """The answer, if there is one that says anything; else findings about its absence."""
    judgement.touch("never-hang", "never-server-error")
    response = exchange.response
    if response is None:
        if not exchange.excused:
            judgement.find("never-hang", "no answer", "an answer in time", exchange.failure or "no answer")
    elif response.status >= 500:
        judgement.find("never-server-error", f"status {response.status}", "no 5xx status", f"status {response.status}")
    else:
        return response
    return None


def judge_metadata(contract: OAuthContract, exchange: Exchange, base: str, judgement: ExchangeJudgement) -> str | None:
    """Add findings about the answer of discovery; ``base`` is the URL of the target. Answers the issuer it tells."""
    response = judge_answered(exchange, judgement)
    if response is None:
        return None
    judgement.touch("discovery-published")
    value = response.json
    if response.status != 200 or not isinstance(value, dict):
        received = f"status {response.status}, {response.media_type or 'no media type'}"
        judgement.find("discovery-published", "no metadata", "status 200 with a JSON object", received)
        return None
    for one in contract.metadata.violations(value):
        judgement.find("discovery-published", one.keyword, "the published members", one.message, one.pointer)
    issuer = value.get("issuer")
    if not isinstance(issuer, str):
        return None
    judgement.touch("discovery-issuer")
    below = contract.configuration.path.partition("/.well-known/")[0]
    if issuer != base + below:
        judgement.find("discovery-issuer", "another issuer", base + below, issuer[:200], "/issuer")
    return issuer


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """What a token that was given is held against. ``now`` is a POSIX time; ``keys`` are the published ones."""

    contract: OAuthContract
    issuer: str | None
    keys: KeySet
    now: float


def judge_given(terms: TokenTerms, clause: str, exchange: Exchange, judgement: ExchangeJudgement) -> str | None:
    """Add findings about the answer to a request that is to get a token; ``clause`` says why. Answers the token."""
    response = judge_answered(exchange, judgement)
    if response is None:
        return None
    judgement.touch(clause)
    value = response.json
    if response.status != 200:
        received = f"status {response.status}: {_error(value)}"
        judgement.find(clause, "no token", "status 200 with a token", received)
        return None
    judgement.touch("token-answer-shape", "token-not-cached")
    if not isinstance(value, dict):
        judgement.find("token-answer-shape", "no JSON object", "a JSON object", response.media_type or "nothing")
        return None
    for one in terms.contract.given.violations(value):
        judgement.find("token-answer-shape", one.keyword, "the published form", one.message, one.pointer)
    if "no-store" not in response.headers.get("cache-control", "").lower():
        received = response.headers.get("cache-control", "no Cache-Control")
        judgement.find("token-not-cached", "may be cached", "Cache-Control: no-store", received[:80])
    text = value.get("access_token")
    if not isinstance(text, str) or not text:
        return None
    token = take_apart(text)
    judgement.touch("token-signed")
    complaint = "it is no JWT" if token is None else terms.keys.doubt(text)
    if complaint is not None:
        judgement.find("token-signed", "not verified", "a JWT that a published key verifies", complaint)
    _times(terms, response, value, token, judgement)
    if token is not None:
        _claims(terms, token, judgement)
    return text


def _times(
    terms: TokenTerms,
    response: ReceivedResponse,
    value: Mapping[str, Json],
    token: UnverifiedToken | None,
    judgement: ExchangeJudgement,
) -> None:
    """The moments that an answer and its token name, each against ``expires_in`` from when the target answered."""
    lasts = value.get("expires_in")
    if isinstance(lasts, bool) or not isinstance(lasts, int | float):
        return
    claims: Mapping[str, Json] = token.claims if token is not None else {}
    until = instant(value["expires_at"]) if isinstance(value.get("expires_at"), str) else None
    epoch = instant("1970-01-01T00:00:00Z")
    moments = {
        "/expires_at": until[0] - epoch[0] if until is not None and epoch is not None else None,
        "exp": claims.get("exp"),
    }
    answered = _answered(response)
    since, slack = (terms.now, _SKEW) if answered is None else (answered, _SLACK)
    judgement.touch("token-times-agree")
    for name, moment in moments.items():
        if isinstance(moment, bool) or not isinstance(moment, int | float):
            continue
        if abs(moment - since - lasts) > slack:
            received = f"{name.lstrip('/')} is {moment - since:.0f} s from now"
            judgement.find("token-times-agree", f"another {name.lstrip('/')}", f"{lasts} s from now", received)


def _answered(response: ReceivedResponse) -> float | None:
    """When the target answered, by its own clock."""
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _claims(terms: TokenTerms, token: UnverifiedToken, judgement: ExchangeJudgement) -> None:
    judgement.touch("token-claims")
    missing = [name for name in ("iss", "aud", "exp") if name not in token.claims]
    if missing:
        judgement.find("token-claims", "missing claims", "iss, aud and exp", f"{', '.join(missing)} missing")
    elif terms.issuer is not None and token.claims["iss"] != terms.issuer:
        received = repr(token.claims["iss"])[:200]
        judgement.find("token-claims", "another issuer", f"iss {terms.issuer}, as discovery tells", received)


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """How a token request is to be refused: the clause, and the errors of RFC 6749 that say so."""

    clause: str
    errors: frozenset[str]
    by_basic: bool = False
    ignorable: frozenset[str] = frozenset()
    """Names of scopes without which a token may be given all the same, if its answer says what scope it has."""


def judge_withheld(
    contract: OAuthContract, wanted: TokenRefusal, exchange: Exchange, judgement: ExchangeJudgement
) -> None:
    """Add findings about the answer to a request that is to get no token."""
    response = judge_answered(exchange, judgement)
    if response is None:
        return
    judgement.touch(wanted.clause)
    value = response.json
    if response.ok and isinstance(value, dict) and "access_token" in value:
        scope = value.get("scope")
        if not (wanted.ignorable and isinstance(scope, str) and wanted.ignorable.isdisjoint(scope.split())):
            judgement.find(wanted.clause, "token given", "a refusal", f"status {response.status} with a token")
        return
    judgement.touch("token-error-shape", "token-error-status")
    if response.status not in (400, 401):
        received = f"status {response.status}"
        judgement.find("token-error-shape", received, "status 400 or 401", received)
        return
    violations = contract.refused.violations(value)
    for one in violations:
        received = f"{one.message} in {response.media_type or 'no media type'}"
        judgement.find("token-error-shape", one.keyword, "an error of RFC 6749", received, one.pointer)
    if violations or not isinstance(value, dict):
        return
    if value["error"] not in wanted.errors:
        expected = " or ".join(sorted(wanted.errors))
        judgement.find(wanted.clause, f"error {value['error']}", expected, value["error"], "/error")
    _status(wanted, response, value["error"], judgement)


def _status(wanted: TokenRefusal, response: ReceivedResponse, error: str, judgement: ExchangeJudgement) -> None:
    challenged = wanted.by_basic and error == "invalid_client"
    if response.status != (401 if challenged else 400):
        expected = "status 401, because HTTP Basic was used" if challenged else "status 400"
        judgement.find("token-error-status", f"status {response.status}", expected, f"status {response.status}")
    elif challenged and not response.headers.get("www-authenticate", "").lower().startswith("basic"):
        received = response.headers.get("www-authenticate", "no WWW-Authenticate")[:80]
        judgement.find("token-error-status", "no challenge", "a challenge for Basic", received)


def _error(value: Json) -> str:
    if not isinstance(value, dict):
        return "no JSON object"
    words = [value.get(name) for name in ("error", "error_description", "code", "message")]
    return ", ".join(str(one)[:200] for one in words if isinstance(one, str)) or "no error"
