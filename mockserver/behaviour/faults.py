"""Faults on purpose: promises that the mock can be told to break, each with the clauses that a judge must report.

A fault with an empty ``caught_by`` is weather: it breaks no promise, and a judge that reports it cries wolf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mockserver.behaviour import answers, calls, plans, signons, weather
from mockserver.behaviour.arrivals import reading_the_query, unhexed
from mockserver.behaviour.bends import (
    admitting,
    answering,
    around,
    both,
    overlooking,
    planning,
    tolerating,
    with_status,
)
from mockserver.behaviour.seams import Behaviour


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave. ``caught_by`` lists exactly the clauses that it breaks; empty means weather."""

    id: str
    description: str
    caught_by: tuple[str, ...]
    apply: Callable[[Behaviour], Behaviour]


OVERLOOKED = (
    "numbers-exact ids-required ids-at-least-one ids-at-most-one ids-non-empty "
    "course-title-required course-code-required user-name-required user-email-required "
    "user-email-valid user-currency-known user-time-zone-known enrollment-role-known "
    "exam-title-required exam-type-known exam-delivery-system-known exam-configuration-required configuration-ids "
    "configuration-type-known configuration-members-required configuration-url-form "
    "configuration-password-non-empty configuration-access-required date-time-offset access-order "
    "scheduling-date-form scheduling-order configuration-duration-positive configuration-attempts-positive "
    "proctor-types-some proctor-types-enabled proctor-options-known permitted-items-known "
    "signon-integration-known"
).split()
"""Clauses of a body that can be overlooked one by one."""


def _broken(clause: str, name: str, description: str, bend: Callable[[Behaviour], Behaviour]) -> Fault:
    return Fault(name, description, (clause,), bend)


_PROMISES = (
    *(_broken(one, f"overlooks-{one}", f"takes bodies that break {one}", overlooking(one)) for one in OVERLOOKED),
    Fault(
        "overlooks-signon-integration-required", "signs on for nobody in particular",
        ("signon-integration-required", "signon-token-claims"), overlooking("signon-integration-required"),
    ),
    _broken(
        "user-email-form", "overlooks-user-email-form", "takes addresses without @",
        overlooking("user-email-form", "user-email-valid"),
    ),
    _broken("lossless-text", "converts-text", "takes text for the number it stands for", overlooking("lossless-text")),
    Fault(
        "takes-30-february", "takes days that the calendar does not have",
        ("calendar-day", "date-time-offset", "scheduling-date-form"),
        overlooking("calendar-day", "date-time-offset", "scheduling-date-form"),
    ),
    _broken("date-form", "overlooks-date-form", "takes what is no date", overlooking("date-form", "date-time-offset")),
    _broken("schema", "overlooks-schema", "takes any type for a boolean", overlooking("schema", at="/practice")),
    Fault(
        "overlooks-course-required", "needs no course", ("course-required", "asked-present"),
        tolerating("course-required"),
    ),
    Fault(
        "overlooks-enrollment-needs-user", "takes enrollments of nobody", ("enrollment-needs-user", "asked-present"),
        overlooking("enrollment-needs-user"),
    ),
    Fault(
        "overlooks-signon-needs-user", "takes sign-ons of nobody",
        ("signon-needs-user", "asked-present"), overlooking("signon-needs-user"),
    ),
    _broken(
        "proctor-type-form", "overlooks-proctor-type-form", "takes any name for a proctor type",
        overlooking("proctor-type-form", "proctor-types-enabled"),
    ),
    _broken(
        "signon-integration-form", "overlooks-signon-integration-form", "takes anything for an integration",
        overlooking("signon-integration-form", "signon-integration-known"),
    ),
    Fault(
        "overlooks-sid-form", "takes malformed SIDs", ("sid-form", "unknown-sid-refused"),
        both(overlooking("sid-form"), planning(plans.Trusting)),
    ),
    # the text of a body
    _broken("body-json", "takes-no-json", "answers 200 to what is not JSON", tolerating("body-json")),
    _broken("body-object", "takes-no-object", "answers 200 to a body that is no object", tolerating("body-object")),
    _broken("strict-json", "reads-carelessly", "repairs text that is hardly JSON", calls.rereading("strict-json")),
    _broken("body-depth", "takes-any-depth", "takes bodies of any depth", calls.limits(deepest_body=10**9)),
    _broken("body-size", "takes-any-size", "takes bodies of any size", calls.limits(largest_body=2**26)),
    _broken("media-type", "takes-any-media-type", "takes every body for JSON", around(calls.any_media_type)),
    _broken(
        "unknown-members-ignored", "refuses-unknown-members", "refuses what it does not know",
        calls.turning_away(calls.has_stranger, "unknown-members-ignored", "The body has an unknown member."),
    ),
    _broken("values-survive", "folds-values", "stores values without case and spaces", planning(plans.Folding)),
    _broken(
        "null-accepted", "refuses-null", "refuses null everywhere",
        calls.turning_away(calls.has_null, "null-accepted", "The body holds null; send a value."),
    ),
    _broken("invalid-input-400", "answers-422", "answers 422 to members of a wrong type", calls.UNPROCESSABLE),
    _broken(
        "valid-accepted", "refuses-some", "refuses enrollments that come without an exam",
        calls.turning_away(calls.is_all_but_exam, "asked-present", "Send an exam, too."),
    ),
    # identifiers
    _broken("ids-exact", "folds-case", "compares identifiers without case and spaces", planning(plans.FoldingCase)),
    _broken("ids-kinds-apart", "mixes-kinds", "takes all kinds of identifier for one", planning(plans.MixingKinds)),
    _broken("ids-scoped", "forgets-scopes", "finds exams of other courses", planning(plans.Unscoped)),
    Fault(
        "matches-by-mail", "takes the same e-mail for the same user",
        ("match-by-identifier", "ids-exact", "ids-kinds-apart"), planning(plans.ByMail),
    ),
    Fault(
        "shares-installs", "serves all installs from one store", ("installs-apart",),
        planning(plans.Sharing),
    ),
    _broken("exam-in-course", "roams", "takes an exam by SID in any course", planning(plans.Roaming)),
    _broken("unknown-sid-refused", "believes-sids", "takes SIDs that name nothing", planning(plans.Credulous)),
    # answers
    _broken("success-status", "answers-201", "answers 201 to success", answers.status(201)),
    _broken("response-json", "answers-text", "declares success as text", around(answers.as_text)),
    _broken("response-shape", "tells-no-result", "leaves out a result", answering(answers.shapeless)),
    _broken("result-known", "tells-odd-result", "tells a result nobody knows", answering(answers.odd_word)),
    _broken("sid-hex-minted", "mints-odd-sids", "mints SIDs with other letters", unhexed()),
    _broken("asked-present", "swallows-a-part", "does not tell the configuration", answering(answers.swallowed)),
    _broken("unasked-absent", "tells-null", "tells null for what was not asked for", answering(answers.padded)),
    _broken(
        "signon-unasked-absent", "signs-everybody-on", "signs users on unasked", around(answers.signing_everybody_on)
    ),
    _broken("first-call-creates", "finds-at-once", "tells a new course as known", answering(answers.found_at_once)),
    _broken("recall-finds", "creates-again", "tells a known course as created", answering(answers.created_again)),
    Fault(
        "gives-one-sid", "gives all enrollments of a course one SID",
        ("sids-distinct", "configuration-ids"),
        answering(answers.one_for_all),
    ),
    _broken("result-truthful", "always-updates", "tells Updated at every re-call", answering(answers.always_updated)),
    _broken("user-enrolled", "enrolls-on-demand", "enrolls only who asks for it", answering(answers.unenrolled)),
    _broken("joined-once", "enrolls-anew", "enrolls anew at every call", answering(answers.enrolled_anew)),
    _broken("enrollment-role-updated", "demotes", "an omitted enrollment demotes", planning(plans.Demoting)),
    # state
    _broken("update-merges", "updates-forgetfully", "clears what an update leaves out", planning(plans.Forgetful)),
    _broken("update-replaces-whole", "merges-objects", "merges what is replaced whole", planning(plans.Merging)),
    _broken("defaults-at-creation", "defaults-again", "applies defaults at updates", planning(plans.Defaulting)),
    _broken("values-compare", "compares-literally", "compares values as written", planning(plans.Literal)),
    _broken("all-or-nothing", "does-half", "keeps parts of a refused call", around(calls.half_done)),
    Fault(
        "races", "looks for enrollments and stores them in two steps", ("concurrent-once",),
        around(calls.racing),
    ),
    _broken("latency-flat", "slows-down", "becomes slower with every resource", calls.slower_and_slower()),
    # sign-on
    _broken("signon-link-absolute", "links-relatively", "gives a link without host", signons.issuing(signons.relative)),
    _broken("signon-link-secure", "links-insecurely", "gives http links", signons.issuing(signons.insecure)),
    _broken("signon-token-jwt", "gives-opaque-tokens", "gives tokens that are no JWT", signons.issuing(signons.opaque)),
    _broken("signon-token-signed", "signs-badly", "gives tokens that do not verify", signons.issuing(signons.tampered)),
    _broken("signon-token-unexpired", "gives-expired-tokens", "gives tokens of an hour ago", signons.EXPIRED),
    Fault(
        "names-the-previous-user", "names another user", ("signon-token-subject", "signon-token-claims"),
        signons.of_the_previous_user(),
    ),
    _broken("signon-token-fresh", "gives-tokens-again", "gives a user the same token", signons.the_same_again()),
    _broken("signon-token-lifetime", "gives-long-tokens", "gives tokens for a month", signons.FOR_A_MONTH),
    _broken("signon-token-algorithm", "signs-otherwise", "signs with RS512", signons.resigned(lambda _: None, "RS512")),
    _broken(
        "signon-token-claims", "leaves-claims-out", "gives tokens without nbf",
        signons.resigned(lambda claims: claims.pop("nbf")),
    ),
    _broken("signon-link-discreet", "links-indiscreetly", "tells the token in links", signons.issuing(signons.telling)),
    _broken("signon-link-works", "links-in-vain", "refuses every link", signons.already_used()),
    _broken("signon-single-use", "links-for-ever", "takes a link again and again", signons.never_used_up()),
    # refusals
    _broken("error-shape", "refuses-wordlessly", "refuses without a message", calls.WORDLESS),
    _broken("error-code-symbolic", "refuses-in-numbers", "gives numbers for codes", calls.NUMBERED),
    _broken("errors-complete", "tells-one-error", "tells only the first fault", calls.FIRST_ONLY),
    *(
        _broken(f"credential-{one}-refused", f"admits-{one}", f"serves calls although: {one}",
                admitting(f"credential-{one}-refused"))
        for one in ("missing", "invalid", "expired", "foreign", "conflict")
    ),
    Fault(
        "reads-the-query", "takes credentials from the query", ("credential-not-in-url", "credential-status"),
        around(reading_the_query),
    ),
    _broken(
        "credential-status", "answers-403-to-nobody", "answers 403 to a missing credential",
        with_status("credential-missing-refused", 403, "AUTHENTICATIONFAILED", drop_headers=True),
    ),
    _broken(
        "credential-refusal-stores-nothing", "stores-before-refusing", "stores before looking at the credential",
        around(calls.stores_before_refusing),
    ),
    _broken("credential-not-echoed", "echoes-credentials", "repeats a refused credential", calls.ECHO),
    _broken(
        "install-sid-form", "takes-malformed-installs", "answers 422 to a malformed install",
        with_status("install-sid-form", 422, "INVALIDINPUT"),
    ),
    _broken(
        "install-known", "answers-400-to-unknown-installs", "answers 400 to an unknown install",
        with_status("install-known", 400, "INVALIDINPUT"),
    ),
    _broken(
        "method-allowed", "answers-400-to-methods", "answers 400 to a wrong method",
        with_status("method-allowed", 400, "INVALIDINPUT"),
    ),
    _broken(
        "path-known", "answers-400-to-paths", "answers 400 to an unknown path",
        with_status("path-known", 400, "INVALIDINPUT"),
    ),
    _broken("never-server-error", "crashes", "answers 500 to what is not JSON", calls.CRASH),
    _broken("never-html", "answers-pages", "answers an HTML page to an unknown path", calls.PAGE),
    _broken("never-hang", "hangs-up", "answers nothing to what is not JSON", around(calls.hanging_up)),
    _broken("never-trace", "shows-traces", "shows a stack trace", calls.TRACE),
)  # fmt: skip

_WEATHER = (
    Fault("slow", "every answer takes 200 ms", (), weather.slow(0.2)),
    Fault(
        "busy", "every 20th call is answered with 429 and Retry-After", (),
        weather.now_and_then(429, "TOOMANYREQUESTS", "Slow down.", every=20, wait=1),
    ),
    Fault(
        "unavailable", "every 50th call is answered with 503", (),
        weather.now_and_then(503, "UNAVAILABLE", "Try again.", every=50),
    ),
    Fault("flaky", "every 50th connection ends before the call is served", (), weather.hanging_up(every=50)),
    Fault("compressed", "answers are compressed", (), around(weather.compressed)),
    Fault("talkative", "answers carry further members", (), around(weather.talkative)),
)  # fmt: skip

FAULTS: Mapping[str, Fault] = {one.id: one for one in (*_PROMISES, *_WEATHER)}


def listing() -> str:
    """The faults as a table for a terminal."""
    width = max(map(len, FAULTS))
    lines = (
        f"{one.id:<{width}}  {', '.join(one.caught_by) or '(weather)':<36}  {one.description}"
        for one in FAULTS.values()
    )
    return "\n".join(lines) + "\n"
