"""Single faults at the edges: credentials, sign-on, answers and robustness."""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.answering import TRACES
from tests.servers.breakages import UPSERT, VALIDATION, Breakage, of, taking

SECURE = "https://127.0.0.1:8019"
CREDENTIALS: Mapping[str, Breakage] = {
    "none-accepted": taking("credential-missing-refused", "none"),
    "empty-accepted": taking("credential-missing-refused credential-invalid-refused", "empty"),
    "anything-accepted": taking("credential-invalid-refused", "anything"),
    "three-parts-accepted": taking("credential-invalid-refused", "three-parts"),
    "alg-none-accepted": taking("credential-invalid-refused", "none-algorithm"),
    "signature-unchecked": taking("credential-invalid-refused", "unverified"),
    "signature-half-checked": taking("credential-invalid-refused", "half-signature"),
    "hmac-with-public-key": taking("credential-invalid-refused", "hmac"),
    "expired-accepted": taking("credential-expired-refused", "expired"),
    "foreign-accepted": taking("credential-foreign-refused", "foreign"),
    "two-credentials-accepted": taking("credential-conflict-refused", "conflict"),
    "token-in-query-accepted": taking("credential-not-in-url", "query"),
    "basic-accepted": taking("credential-invalid-refused credential-missing-refused", "basic"),
    "cookie-accepted": taking("credential-missing-refused", "cookie"),
    "provisions-all-the-same": of("credential-refusal-stores-nothing", "provisions-before-it-looks-at-the-token"),
    "provisions-what-it-refuses": of("credential-refusal-stores-nothing", "provisions-what-it-refuses"),
    "token-echoed": of("credential-not-echoed", "echo-token"),
    "token-echoed-in-a-header": of("credential-not-echoed", "echo-in-header"),
    "missing-is-400": of("credential-missing-refused credential-status", missing_status=400),
    "invalid-is-404": of("credential-invalid-refused credential-status", invalid_status=404),
    "refused-with-a-login-page": of("credential-missing-refused error-shape never-html", "login-redirect"),
    "any-install": of("install-known", "any-install", accepts=frozenset({"foreign"})),
    "no-challenge": of("credential-status", challenge=False),
}
SIGNON: Mapping[str, Breakage] = {
    "signon-missing": of("asked-present", "signon-missing"),
    "signon-for-known-users-only": of("asked-present", "signon-for-known-users-only"),
    "signon-unasked": of("signon-unasked-absent", "signon-unasked"),
    "signon-without-redirect": of("response-shape asked-present", "signon-without-redirect"),
    "signon-without-token": of("response-shape asked-present signon-token-jwt", "signon-without-token"),
    "link-relative": of("signon-link-absolute", link="relative"),
    "link-hostless": of("signon-link-absolute", link="hostless"),
    "link-schemeless": of("signon-link-absolute", link="schemeless"),
    "link-is-script": of("signon-link-absolute", link="script"),
    "link-empty": of("signon-link-absolute", link="empty"),
    "link-over-http": of("signon-link-secure", "link-over-http", base=SECURE),
    "link-with-token": of("signon-link-discreet", link="with-token"),
    "link-with-credential": of("signon-link-discreet credential-not-echoed", "link-with-credential"),
    "expired": of("signon-token-unexpired", "expired"),
    "no-exp": of("signon-token-unexpired", "no-exp"),
    "exp-as-text": of("signon-token-unexpired", "exp-as-text"),
    "exp-in-milliseconds": of("signon-token-unexpired", "milliseconds"),
    "valid-for-ten-years": of("signon-token-unexpired", "ten-years"),
    "token-opaque": of("signon-token-jwt", "opaque-token"),
    "token-empty": of("signon-token-jwt", "empty-token"),
    "token-of-two-parts": of("signon-token-jwt signon-token-signed", "two-parts"),
    "token-unsigned": of("signon-token-signed", "sent-unsigned"),
    "signature-cut": of("signon-token-signed signon-token-jwt", "signature-cut"),
    "signature-random": of("signon-token-signed", "signature-random"),
    "signed-by-another": of("signon-token-signed", "signed-by-another"),
    "claims-altered": of("signon-token-signed", "claims-altered"),
    "previous-user": of("signon-token-subject", "previous-user"),
    "first-user": of("signon-token-subject", "first-user"),
    "names-the-course": of("signon-token-subject", "names-the-course"),
    "token-is-the-credential": of("credential-not-echoed signon-token-subject", "credential-as-token"),
    "same-token-again": of("signon-token-fresh", "same-token"),
    "one-token-for-all": of("signon-token-subject", "one-token-for-all"),
    "hs256-token": of("signon-token-algorithm", algorithm="HS256"),
    "few-claims": of("signon-token-claims", claims="few"),
    "link-works-again": of("signon-single-use", single_use=False),
    "link-of-another": of("signon-link-works", "link-of-another"),
    "link-dead": of("signon-link-works", "link-dead"),
    "link-breaks": of("signon-link-works never-server-error", "link-breaks"),
    "link-wants-a-password": of("signon-link-works", "link-wants-a-password"),
}
TOKENS: Mapping[str, Breakage] = {
    "form-secret-unread": of("token-granted", "form-secret-unread"),
    "secret-unread": of("token-client-refused", "secret-unread"),
    "secret-prefix-will-do": of("token-client-refused", "secret-prefix-will-do"),
    "any-grant": of("token-grant-known", "any-grant"),
    "grant-by-default": of("token-grant-required", "grant-by-default"),
    "last-one-wins": of("token-request-form", "last-one-wins"),
    "milliseconds": of("token-times-agree", "milliseconds"),
    "lives-longer-than-told": of("token-times-agree", "lives-longer-than-told"),
    "token-without-expiry": of("token-answer-shape", "token-without-expiry"),
    "token-without-audience": of("token-claims", "token-without-audience"),
    "issuer-of-another-name": of("token-claims", "issuer-of-another-name"),
    "token-of-a-new-key": of("token-signed", "token-of-a-new-key"),
    "token-by-shared-secret": of("token-signed", "token-by-shared-secret"),
    "token-of-another-install": of("token-admits", "token-of-another-install"),
    "clients-are-unknown": of("token-admits", "clients-are-unknown"),
    "tokens-may-be-cached": of("token-not-cached", "tokens-may-be-cached"),
    "token-errors-in-words": of("token-error-shape", "token-errors-in-words"),
    "token-errors-are-200": of("token-error-shape", "token-errors-are-200"),
    "always-400": of("token-error-status", "always-400"),
    "discovery-without-token-endpoint": of("discovery-published", "discovery-without-token-endpoint"),
    "discovery-of-another-name": of("discovery-issuer", "discovery-of-another-name"),
}
ANSWERS: Mapping[str, Breakage] = {
    "created-is-201": of("success-status", "created-is-201"),
    "success-is-202": of("success-status", success_status=202),
    "answer-is-plain-text": of("response-json", media_type="text/plain", error_media_type="application/json"),
    "answer-is-html": of("response-json", media_type="text/html", error_media_type="application/json"),
    "answer-of-no-type": of("response-json", media_type="", error_media_type="application/json"),
    "answer-empty": of("response-json response-shape", "empty-answer"),
    "answer-in-an-envelope": of("asked-present response-shape", "answer-in-an-envelope"),
    "answer-in-a-list": of("response-json response-shape", "answer-in-a-list"),
    **{
        f"answer-without-{part}": of("asked-present user-enrolled", f"answer-without-{part}")
        for part in ("course", "user", "enrollment", "exam", "configuration")
    },
    "answer-of-empty-parts": of("response-shape unasked-absent", unasked="empty"),
    "asked-answered-with-null": of("asked-present response-shape", "asked-answered-with-null"),
    "result-in-lower-case": of("result-known", "result-in-lower-case"),
    "result-found": of("result-known", "result-found"),
    "answer-without-results": of("response-shape", "answer-without-results"),
    "sid-as-plain-uuid": of("response-shape", "sid-as-plain-uuid"),
    "sids-in-capitals": of("response-shape", "sids-in-capitals"),
    "sids-beyond-hex": of("sid-hex-minted", sid_form="base36"),
    "prefixes-exchanged": of("response-shape", "prefixes-exchanged"),
    "unknown-members-echoed": of("unknown-members-ignored", "unknown-members-echoed"),
}
ROBUSTNESS: Mapping[str, Breakage] = {
    **{
        name: of("never-server-error", name)
        for name in (
            *("breaks-on-astral", "breaks-on-nul", "breaks-on-long", "breaks-on-very-long", "breaks-on-duplicates"),
            *("breaks-on-depth", "breaks-on-broken-json", "breaks-on-lists", "breaks-on-huge", "breaks-on-fractions"),
            *("breaks-on-null", "breaks-on-encoding", "breaks-on-surrogates", "breaks-on-empty-body"),
            *("breaks-on-media", "breaks-on-methods", "breaks-on-unknown-sids", "breaks-on-install-form"),
            *("breaks-on-empty-text", "breaks-on-bad-tokens", "breaks-on-quotes"),
        )
    },
    "breaks-on-bad-dates": of(
        "never-server-error", "breaks-on-bad-dates", skips=frozenset({"date:access", "offset:access"})
    ),
    **{
        f"column-{name.replace(':', '-').replace('/', '-')}": of("never-server-error", name)
        for name in (
            *("long:course/ids/api", "nul:course/ids/external", "astral:exam/ids/external", "nul:user/lastName"),
            *("long:user/email", "long:exam/configuration/password", "astral:exam/configuration/notes/student"),
            *("nul:exam/title", "long:course/code", "long:user/timeZone", "astral:exam/configuration/password"),
            *("long:exam/configuration/url", "long:exam/description", "long:exam/configuration/notes/proctor"),
        )
    },
    "crashes-with-a-trace": of("never-trace never-server-error", "breaks-on-nul", "crashes-with-a-trace"),
    "traces-in-messages": of("never-trace", "traces-in-messages"),
    **{f"traces-of-{one}": of("never-trace", f"traces-of-{one}") for one in TRACES},
    "traces-in-lines": of("never-trace", "traces-of-java-in-lines"),
    "hangs-on-long": of("never-hang", "hangs-on-long"),
    "errors-as-html": of("never-html", errors="html"),
    "errors-as-html-named-json": of("never-html error-shape", errors="html-as-json"),
    "errors-as-text": of("error-shape", errors="text"),
    "errors-of-no-body": of("error-shape", errors="nothing"),
    "throttles-in-html": of("never-html", throttle_every=9, throttle_form="html"),
    "throttles-with-nothing": of("error-shape", throttle_every=9, throttle_form="nothing"),
    "credential-errors-as-html": of("never-html", auth_errors="html"),
    "credential-errors-as-text": of("error-shape", auth_errors="text"),
    "not-found-as-html": of("never-html", "html-404"),
    "errors-as-text-typed-json": of("error-code-symbolic", error_media_type="text/plain"),
    **{
        f"errors-{form}": of("error-shape", errors=form)
        for form in ("no-code", "no-message", "empty-code", "number", "boom", "envelope", "list", "message-list")
    },
    "digits-as-codes": of("error-code-symbolic", errors="digits"),
    "wrong-method-taken": of("method-allowed", "any-method"),
    "any-path": of("path-known", "any-path"),
    "install-form-500": of("never-server-error install-sid-form", malformed_install_status=500),
    "slower-and-slower": of("latency-flat", "slower-and-slower"),
    "everything-slower-and-slower": of("latency-flat", "everything-slower-and-slower"),
}
BREAKAGES: Mapping[str, Breakage] = {
    **UPSERT,
    **VALIDATION,
    **CREDENTIALS,
    **SIGNON,
    **TOKENS,
    **ANSWERS,
    **ROBUSTNESS,
}
