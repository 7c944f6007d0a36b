"""Faults of what is taken and what is refused: rules that are missing, lenient parsers, credentials, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from mockserver.behaviour.bugs import admissions, bodies, calls, refusals
from mockserver.behaviour.bugs.plans import Credulous
from mockserver.behaviour.fault import Fault, judges, lacks, refuses, serves
from mockserver.behaviour.seams import Behaviour

OVERLOOKED = (
    "lossless-text numbers-exact ids-required ids-at-least-one ids-at-most-one ids-non-empty "
    "course-title-required course-code-required user-name-required user-email-required "
    "user-email-valid user-currency-known user-time-zone-known enrollment-role-known "
    "exam-title-required exam-type-known exam-delivery-system-known exam-configuration-required configuration-ids "
    "configuration-type-known configuration-members-required configuration-url-form "
    "configuration-password-non-empty configuration-access-required date-time-offset access-order "
    "scheduling-date-form scheduling-order configuration-duration-positive configuration-attempts-positive "
    "proctor-types-some proctor-types-enabled proctor-options-known permitted-items-known "
    "signon-integration-known signon-integration-required enrollment-needs-user signon-needs-user course-required"
).split()
"""Clauses of a body whose rule can be left out by itself."""

_ENTAILED: Mapping[str, tuple[str, ...]] = {
    "course-required": ("asked-present", "user-enrolled"),
    "enrollment-needs-user": ("asked-present",),
    "signon-needs-user": ("asked-present",),
    "signon-integration-required": ("signon-token-claims",),
}
"""What follows when a rule is left out, by its clause; and what it finds is missing among several (errors-complete)."""

BODIES = (
    *(
        Fault(
            f"overlooks-{one}",
            f"nobody wrote the rule: {one}",
            (one,),
            lacks(one),
            ("errors-complete", *_ENTAILED.get(one, ())),
        )
        for one in OVERLOOKED
    ),
    Fault(
        "overlooks-user-email-form",
        "takes any text for an e-mail address",
        ("user-email-form",),
        lacks("user-email-form", "user-email-valid"),
        ("user-email-valid",),
    ),
    Fault(
        "overlooks-date-form",
        "takes any text for a date",
        ("date-form",),
        lacks("date-form", "calendar-day", "date-time-offset"),
        ("calendar-day", "date-time-offset"),
    ),
    Fault(
        "takes-30-february",
        "takes days that the calendar does not have",
        ("calendar-day",),
        lacks("calendar-day", "date-time-offset", "scheduling-date-form"),
        ("date-time-offset", "scheduling-date-form"),
    ),
    Fault(
        "overlooks-schema",
        "takes numbers for text",
        ("schema",),
        judges(bodies.taking_scalars_for_text),
        ("signon-token-claims",),
    ),
    Fault(
        "overlooks-proctor-type-form",
        "takes any name for a proctor type",
        ("proctor-type-form",),
        lacks("proctor-type-form", "proctor-types-enabled"),
        ("proctor-types-enabled",),
    ),
    Fault(
        "overlooks-signon-integration-form",
        "takes anything for an integration",
        ("signon-integration-form",),
        lacks("signon-integration-form", "signon-integration-known"),
        ("signon-integration-known", "values-survive"),
    ),
    Fault(
        "overlooks-sid-form",
        "takes any text for a SID, and believes in it",
        ("sid-form", "unknown-sid-refused"),
        partial(Behaviour, judging=(bodies.without_rules("sid-form"),), planning=(Credulous,)),
        ("asked-present", "configuration-ids", "response-shape", "sid-hex-minted", "user-enrolled", "values-survive"),
    ),
    Fault(
        "takes-no-json",
        "gives bodies to a YAML reader",
        ("body-json",),
        partial(Behaviour, decoding=(bodies.as_yaml,)),
        ("strict-json",),
    ),
    Fault(
        "takes-no-object",
        "takes an array of one body for that body",
        ("body-object",),
        partial(Behaviour, decoding=(bodies.unwrapping,)),
    ),
    Fault(
        "reads-carelessly",
        "repairs text that is hardly JSON",
        ("strict-json",),
        partial(Behaviour, decoding=(bodies.by_another_parser,)),
    ),
    Fault(
        "takes-any-depth",
        "takes bodies of any depth",
        ("body-depth",),
        partial(Behaviour, settings=(lambda settings: replace(settings, deepest_body=10**9),)),
    ),
    Fault(
        "takes-any-size",
        "takes bodies of any size",
        ("body-size",),
        partial(Behaviour, settings=(lambda settings: replace(settings, largest_body=2**26),)),
    ),
    Fault(
        "takes-any-media-type",
        "takes every body for JSON",
        ("media-type",),
        serves(calls.for_any_media_type),
    ),
    Fault(
        "knows-one-spelling",
        "reads 'Bearer' in this spelling only, with one space",
        ("http-spelling",),
        serves(calls.by_one_spelling),
    ),
    Fault(
        "refuses-unknown-members",
        "refuses what it does not know",
        ("unknown-members-ignored",),
        partial(Behaviour, settings=(lambda settings: replace(settings, reject_unknown_members=True),)),
        ("configuration-ids",),
    ),
    Fault("refuses-null", "refuses null everywhere", ("null-accepted",), judges(bodies.refusing_null)),
    Fault(
        "refuses-some",
        "demands an exam with every enrollment",
        ("valid-accepted",),
        judges(bodies.demanding("exam", beside="enrollment")),
        ("match-by-identifier",),
    ),
)

REFUSALS = (
    Fault("refuses-wordlessly", "refuses without a message", ("error-shape",), refuses(refusals.WORDLESS)),
    Fault("refuses-in-numbers", "gives numbers for codes", ("error-code-symbolic",), refuses(refusals.NUMBERED)),
    Fault("tells-one-error", "tells only the first fault", ("errors-complete",), refuses(refusals.FIRST_ONLY)),
    Fault(
        "answers-422",
        "answers 422 to bodies that break a rule",
        ("invalid-input-400",),
        refuses(refusals.UNPROCESSABLE),
        ("configuration-ids", "signon-integration-known"),  # where it may have been a reference that was refused
    ),
    *(
        Fault(
            f"admits-{one}",
            f"serves calls although: {one}",
            (f"credential-{one}-refused",),
            partial(Behaviour, admitting=(admissions.admitting(f"credential-{one}-refused"),)),
            ("credential-invalid-refused",)
            if one == "missing"
            else (),  # Basic is no credential here, and let in as such
        )
        for one in ("missing", "invalid", "expired", "foreign", "conflict")
    ),
    Fault(
        "reads-tokens-leniently",
        "takes a token in another spelling of base64url",
        ("credential-exact",),
        partial(Behaviour, admitting=(admissions.admitting("credential-exact"),)),
    ),
    Fault(
        "reads-the-query",
        "takes credentials from the query",
        ("credential-not-in-url",),
        serves(admissions.reading_the_query),
        ("credential-status",),
    ),
    Fault(
        "answers-403-to-nobody",
        "answers 403 to a missing credential",
        ("credential-status",),
        refuses(refusals.with_status("credential-missing-refused", 403, challenge=False)),
    ),
    Fault(
        "stores-before-refusing",
        "looks at the credential when all is done",
        ("credential-refusal-stores-nothing",),
        admissions.looking_last,
    ),
    Fault("echoes-credentials", "repeats a refused credential", ("credential-not-echoed",), refuses(refusals.ECHO)),
    Fault(
        "takes-malformed-installs",
        "answers 422 to a malformed install",
        ("install-sid-form",),
        refuses(refusals.with_status("install-sid-form", 422)),
    ),
    Fault(
        "answers-400-to-unknown-installs",
        "answers 400 to an unknown install",
        ("install-known",),
        refuses(refusals.with_status("install-known", 400)),
    ),
    Fault(
        "answers-400-to-methods",
        "answers 400 to a wrong method",
        ("method-allowed",),
        refuses(refusals.with_status("method-allowed", 400)),
        beside=True,
    ),
    Fault(
        "answers-400-to-paths",
        "answers 400 to an unknown path",
        ("path-known",),
        refuses(refusals.with_status("path-known", 400)),
        beside=True,
    ),
    Fault("crashes", "answers 500 to what is not JSON", ("never-server-error",), refuses(refusals.CRASH)),
    Fault(
        "answers-pages",
        "answers an HTML page to an unknown path",
        ("never-html",),
        refuses(refusals.PAGE),
        beside=True,
    ),
    Fault("hangs-up", "ends the connection on what is not JSON", ("never-hang",), refuses(refusals.NO_ANSWER)),
    Fault("shows-traces", "shows a stack trace", ("never-trace",), refuses(refusals.TRACE)),
)
