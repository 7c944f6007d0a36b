"""Faults of tokens: the token endpoint, the keys that are published, and what discovery tells."""

from __future__ import annotations

from functools import partial

from mockserver.behaviour.bugs import tokens
from mockserver.behaviour.fault import Fault, Make, refuses, serves
from mockserver.behaviour.seams import Behaviour, Serving


def _overlooks(clause: str) -> Make:
    return partial(Behaviour, overlooking=(tokens.overlooking(clause),))


def _grants(change: Serving) -> Make:
    return serves(tokens.answering("issueToken", change))


def _discovers(change: Serving) -> Make:
    return serves(tokens.answering("openidConfiguration", change))


TOKENS = (
    Fault(
        "ignores-client-secrets",
        "looks for the client, and not at its secret",
        ("token-client-refused",),
        _overlooks("token-client-refused"),
    ),
    Fault(
        "takes-basic-literally",
        "does not decode the halves of HTTP Basic",
        ("token-basic-encoded",),
        _grants(tokens.taking_basic_literally),
    ),
    Fault(
        "knows-basic-alone",
        "does not look for a secret in the form",
        ("token-granted",),
        _grants(tokens.knowing_basic_alone),
    ),
    Fault(
        "tells-seconds-as-text",
        "tells expires_in as text",
        ("token-answer-shape",),
        _grants(tokens.telling_seconds_as_text),
    ),
    Fault(
        "forgets-the-time-zone",
        "tells expires_at in local time",
        ("token-times-agree",),
        _grants(tokens.forgetting_the_time_zone),
    ),
    Fault(
        "lets-tokens-be-cached",
        "lets caches keep tokens",
        ("token-not-cached",),
        _grants(tokens.letting_caches_keep_it),
    ),
    Fault(
        "publishes-stale-keys",
        "publishes the keys of before",
        ("token-signed",),
        tokens.publishing_stale_keys,
    ),
    Fault(
        "issues-under-an-inner-name",
        "names itself otherwise in tokens than in discovery",
        ("token-claims",),
        partial(Behaviour, claiming=(tokens.under_an_inner_name,)),
    ),
    Fault(
        "gives-tokens-for-nobody",
        "gives tokens that say nothing of the install",
        ("token-admits",),
        partial(Behaviour, claiming=(tokens.for_nobody,)),
    ),
    Fault("takes-any-grant", "looks at no grant_type", ("token-grant-known",), _overlooks("token-grant-known")),
    Fault(
        "needs-no-grant",
        "takes client_credentials for granted",
        ("token-grant-required",),
        _overlooks("token-grant-required"),
    ),
    Fault(
        "takes-any-scope", "gives whatever scope is asked for", ("token-scope-known",), _overlooks("token-scope-known")
    ),
    Fault(
        "reads-forms-loosely",
        "takes the last of several values, and a body of any type for a form",
        ("token-request-form",),
        _overlooks("token-request-form"),
    ),
    Fault(
        "tells-token-errors-as-the-api",
        "refuses token requests in the shape of other calls",
        ("token-error-shape",),
        _grants(tokens.telling_errors_as_the_api),
    ),
    Fault(
        "answers-400-to-wrong-basic",
        "answers 400 to a wrong secret by HTTP Basic",
        ("token-error-status",),
        _grants(tokens.answering_400_to_all),
    ),
    Fault(
        "hides-its-keys",
        "does not tell where its keys are",
        ("discovery-published",),
        _discovers(tokens.hiding_the_keys),
    ),
    Fault(
        "is-discovered-elsewhere",
        "tells the names of behind the proxy",
        ("discovery-issuer",),
        _discovers(tokens.discovered_elsewhere),
        ("token-claims",),
    ),
    Fault(
        "challenges-plainly",
        "gives no reason in the challenge for an invalid Bearer credential",
        ("bearer-challenge",),
        refuses(tokens.CHALLENGING_PLAINLY),
    ),
)
