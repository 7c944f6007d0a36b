"""Legal ways of doing things differently, as a literal table: what each may be is said by contract.md or facts.md."""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.behaviour import Behaviour

LOOSE = frozenset(
    {
        *("currency", "zone", "url", "password-empty", "empty-identifier", "some-types", "type-enabled"),
        *("one-identifier", "configuration-ids", "email-valid", "delivery-system", "signon-needs-user", "exact"),
        *("offset:access", "offset:scheduling", "date:scheduling", "order:access", "order:scheduling"),
        "required:course/code",
    }
)
STRICT = frozenset(
    {
        *("https-only", "caps", "ascii", "no-controls", "no-padding", "no-empty-text", "no-empty-dates"),
        *("plain-identifiers", "bmp", "empty-delivery-system"),
    }
)


def skips(*names: str) -> Behaviour:
    return Behaviour(skips=frozenset(names))


def adds(*names: str) -> Behaviour:
    return Behaviour(adds=frozenset(names))


def quirks(*names: str) -> Behaviour:
    return Behaviour(quirks=frozenset(names))


VARIANTS: Mapping[str, Behaviour] = {
    "honest": Behaviour(),
    # statuses and forms of refusals
    "401-everywhere": Behaviour(missing_status=401, invalid_status=401, bearer_status=401, foreign_status=401),
    "403-everywhere": Behaviour(missing_status=403, invalid_status=403, bearer_status=403, foreign_status=403),
    "no-challenge": Behaviour(challenge=False, invalid_status=401),
    "oauth-bodies": Behaviour(auth_errors="oauth"),
    "oauth-bodies-401": Behaviour(auth_errors="oauth", invalid_status=401, foreign_status=401),
    "short-errors": Behaviour(errors="short"),
    "digits-as-codes": Behaviour(errors="digits"),
    "problem-json": Behaviour(errors="problem"),
    "status-as-text": Behaviour(errors="string-status"),
    "first-fault-only": quirks("first-fault-only"),
    "extra-members": Behaviour(extras=True),
    "charset-and-indentation": Behaviour(charset=True, pretty=True),
    "media-400": Behaviour(media="400"),
    "any-media": Behaviour(media="any"),
    "install-form-404": Behaviour(malformed_install_status=404),
    "install-403": Behaviour(malformed_install_status=403, unknown_install_status=403),
    "wrong-method-404": Behaviour(method_status=404, allow=False),
    "wrong-method-without-allow": Behaviour(allow=False),
    "options-are-answered": quirks("cors"),
    "size-400": Behaviour(size_status=400),
    "any-size-any-depth": Behaviour(largest=None, deepest=None),
    "small-bodies-only": Behaviour(largest=16_384, deepest=12),
    "integration-400": Behaviour(unknown_integration_status=400),
    "integration-403": Behaviour(unknown_integration_status=403),
    "exam-of-another-course-400": Behaviour(misplaced_exam_status=400),
    "exam-of-another-course-409": Behaviour(misplaced_exam_status=409),
    "gateway-first": Behaviour(order="gateway", path_status=404),
    "install-first": Behaviour(order="install"),
    "body-first": Behaviour(order="body"),
    # answers
    "null-for-unasked": Behaviour(unasked="null"),
    "whole-parts-for-unasked": Behaviour(unasked="whole"),
    "sids-beyond-hex": Behaviour(sid_form="base36"),
    "always-updated": Behaviour(results="updated"),
    "never-updated": Behaviour(results="found"),
    "gzip": Behaviour(gzip=True),
    "further-headers": Behaviour(extra_headers=(("Set-Cookie", "a=b"), ("X-Request-Id", "7"), ("Vary", "*"))),
    # identifiers
    "several-ids-first-counts": skips("one-identifier", "configuration-ids"),
    "several-ids-any-counts": Behaviour(skips=frozenset({"one-identifier", "configuration-ids"}), match="any"),
    "several-ids-last-counts": Behaviour(skips=frozenset({"one-identifier", "configuration-ids"}), match="last"),
    "several-ids-others-ignored": Behaviour(skips=frozenset({"one-identifier", "configuration-ids"}), learn=False),
    "empty-identifiers": skips("empty-identifier"),
    "trims": Behaviour(trim=True),
    "nfc": Behaviour(form="NFC"),
    "nfkc-trimmed": Behaviour(form="NFKC", trim=True),
    "identifiers-in-any-case": Behaviour(fold=frozenset({"ids"})),
    "email-in-any-case": Behaviour(fold=frozenset({"email"})),
    "all-matching-is-loose": Behaviour(trim=True, form="NFKC", fold=frozenset({"ids", "email"})),
    "kinds-share-names": quirks("kinds-confused"),
    "exam-ids-global": Behaviour(scopes="install"),
    "configuration-ids-global": Behaviour(configuration_scopes="install"),
    "configuration-anew": Behaviour(configuration_scopes="anew"),
    "configuration-ids-ignored": quirks("configuration-ids-ignored"),
    "configuration-ids-are-text": adds("text-configuration-ids"),
    "one-configuration-per-exam": quirks("one-configuration-per-exam"),
    "users-across-installs": Behaviour(shared_deployment=True),
    "users-merged-by-email": Behaviour(merge_email=True),
    "users-merged-by-email-in-any-case": Behaviour(merge_email=True, fold=frozenset({"email"})),
    "emails-are-unique": quirks("unique-emails"),
    # stored values
    "omitted-is-default": Behaviour(omitted="defaults"),
    "omitted-is-wiped": Behaviour(omitted="wipes"),
    "null-keeps": Behaviour(null="keeps"),
    "null-refused": Behaviour(null="refused"),
    "maps-merged": Behaviour(maps="merge"),
    "known-by-sid-unchanged": Behaviour(by_sid_updates=False),
    "dates-compared-as-text": quirks("text-compare"),
    "roles-never-change": quirks("role-change-lost"),
    "omitted-enrollment-is-learner": quirks("omitted-enrollment-demotes"),
    # looser and stricter
    "code-optional": skips("required:course/code"),
    "configuration-optional": quirks("bare-exams"),
    "unknown-members-refused": Behaviour(unknown="refuse"),
    "duplicate-keys-last": Behaviour(duplicates="last"),
    "duplicate-keys-first": Behaviour(duplicates="first"),
    "lenient-json": Behaviour(strict_json=False, duplicates="last"),
    "everything-looser": Behaviour(skips=LOOSE, strict_json=False, duplicates="last", media="any", largest=None),
    "everything-stricter": Behaviour(adds=STRICT, unknown="refuse", null="refused", longest=255),
    "any-currency-any-zone": skips("currency", "zone"),
    "any-url": skips("url"),
    "dates-without-offset": skips("offset:access", "offset:scheduling"),
    "scheduling-unchecked": skips("date:scheduling", "offset:scheduling", "order:scheduling"),
    "any-order": skips("order:access", "order:scheduling"),
    "no-proctor-types": skips("some-types"),
    "any-proctor-type": skips("type-enabled"),
    "any-delivery-system": skips("delivery-system"),
    "no-empty-delivery-system": adds("empty-delivery-system"),
    "no-empty-dates": adds("no-empty-dates"),
    "any-password": skips("password-empty"),
    "any-integration": quirks("any-integration"),
    "email-form-only": skips("email-valid"),
    "letters-255": Behaviour(longest=255),
    "letters-64": Behaviour(longest=64),
    "ascii-only": adds("ascii"),
    "basic-plane-only": adds("bmp"),
    "no-control-characters": adds("no-controls"),
    "no-padding": adds("no-padding"),
    "no-empty-text": adds("no-empty-text"),
    "plain-identifiers": adds("plain-identifiers"),
    "https-urls-only": adds("https-only"),
    "duration-480-attempts-10": adds("caps"),
    "virtual-types-need-options": adds("virtual-options"),
    "accommodation-needs-user": adds("accommodation-needs-user"),
    "scheduling-within-access": adds("scheduling-within-access"),
    "access-fits-duration": adds("access-fits-duration"),
    "password-of-eight": adds("password-8"),
    "names-of-letters": adds("letter-names"),
    "plain-emails": adds("plain-emails"),
    "zulu-dates-only": quirks("zulu-only"),
    "signon-without-user-taken": skips("signon-needs-user"),
    # credentials
    "token-header-only": Behaviour(schemes=frozenset({"token"})),
    "one-of-two-credentials-will-do": Behaviour(accepts=frozenset({"conflict"})),
    "opaque-credentials": Behaviour(credential="opaque"),
    "hs256-credentials": Behaviour(credential="HS256"),
    "es256-credentials": Behaviour(credential="ES256"),
    # sign-on
    "hs256-signon": Behaviour(algorithm="HS256"),
    "hs256-signon-no-keys": Behaviour(algorithm="HS256", jwks="absent"),
    "es256-signon": Behaviour(algorithm="ES256"),
    "ps256-signon": Behaviour(algorithm="PS256"),
    "a-day-of-validity": Behaviour(lifetime=86_400),
    "a-month-of-validity": Behaviour(lifetime=2_592_000),
    "a-year-of-validity": Behaviour(lifetime=31_536_000),
    "half-a-minute-of-validity": Behaviour(lifetime=30),
    "clock-ahead": Behaviour(clock=60.0),
    "clock-behind": Behaviour(clock=-60.0),
    "clock-behind-and-brief": Behaviour(clock=-60.0, lifetime=45),
    "subject-numeric": Behaviour(subject="number"),
    "subject-opaque": Behaviour(subject="opaque"),
    "subject-email": Behaviour(subject="email"),
    "subject-elsewhere": Behaviour(subject="absent", claims="nested"),
    "no-audience": Behaviour(audience=False),
    "few-claims": Behaviour(claims="few"),
    "nested-claims": Behaviour(claims="nested"),
    "no-kid": quirks("no-kid"),
    "no-keys": Behaviour(jwks="absent"),
    "empty-key-set": Behaviour(jwks="empty"),
    "keys-of-others": Behaviour(jwks="other"),
    "keys-page-is-html": Behaviour(jwks="html"),
    "odd-keys": Behaviour(jwks="odd"),
    "link-elsewhere": Behaviour(link="elsewhere"),
    "link-with-fragment": Behaviour(link="fragment"),
    "link-with-code-in-path": Behaviour(link="path-code"),
    "link-with-token": Behaviour(link="with-token"),
    "link-works-again": Behaviour(single_use=False),
    "lands-elsewhere": Behaviour(landing="redirect"),
    "lands-on-json": Behaviour(landing="json"),
    "lands-on-script": Behaviour(landing="silent"),
    # running
    "throttles": Behaviour(throttle_every=9, throttle_after="1"),
    "throttles-at-once": Behaviour(throttle_every=9, throttle_offset=1),
    "throttles-without-telling": Behaviour(throttle_every=9, throttle_after=None),
    "throttles-until-a-date": Behaviour(throttle_every=9, throttle_after="Wed, 21 Oct 2037 07:28:00 GMT"),
    "throttles-in-html": Behaviour(throttle_every=9, throttle_form="html"),
    "stray-503": Behaviour(unavailable_every=41),
    "conflicts-409": Behaviour(conflict_status=409),
    "conflicts-429": Behaviour(conflict_status=429),
    "conflicts-503": Behaviour(conflict_status=503),
    "partial-writes": Behaviour(rollback=False),
    "partial-writes-of-refused": quirks("stores-before-it-validates"),
    "slow": Behaviour(latency=0.002),
}
