"""Faults of what is remembered and what is told: engines that match and merge otherwise, answers, sign-ons."""

from __future__ import annotations

from functools import partial

from mockserver.behaviour.bugs import answers, calls, signons
from mockserver.behaviour.bugs import plans as planning
from mockserver.behaviour.fault import Fault, plans, serves, signs, tells
from mockserver.behaviour.seams import Behaviour
from mockserver.provisioning.plan import Outcome

STATE = (
    Fault("folds-values", "stores values without case and spaces", ("values-survive",), plans(planning.Folding)),
    Fault("folds-case", "compares identifiers without case and spaces", ("ids-exact",), plans(planning.FoldingCase)),
    Fault("mixes-kinds", "takes all kinds of identifier for one", ("ids-kinds-apart",), plans(planning.MixingKinds)),
    Fault("forgets-scopes", "looks for identifiers in every scope", ("ids-scoped",), plans(planning.Unscoped)),
    Fault(
        "matches-by-mail",
        "takes the same e-mail for the same user",
        ("match-by-identifier",),
        plans(planning.ByMail),
        ("ids-exact", "ids-kinds-apart"),
    ),
    Fault("shares-installs", "serves all installs from one table", ("installs-apart",), plans(planning.Sharing)),
    Fault("roams", "takes an exam by SID in any course", ("exam-in-course",), plans(planning.Roaming)),
    Fault("believes-sids", "takes SIDs that name nothing", ("unknown-sid-refused",), plans(planning.Credulous)),
    Fault(
        "enrolls-anew",
        "has no unique index on enrollments",
        ("joined-once",),
        plans(planning.Unindexed),
        ("concurrent-once", "recall-finds"),
    ),
    Fault("demotes", "an omitted enrollment demotes", ("enrollment-role-updated",), plans(planning.Demoting)),
    Fault(
        "updates-forgetfully",
        "updates replace everything",
        ("update-merges",),
        plans(planning.Replacing),
        ("defaults-at-creation", "enrollment-role-updated", "result-truthful"),
    ),
    Fault("merges-objects", "merges what is replaced whole", ("update-replaces-whole",), plans(planning.Merging)),
    Fault(
        "defaults-again",
        "applies defaults at updates",
        ("defaults-at-creation",),
        plans(planning.Defaulting),
        ("enrollment-role-updated",),
    ),
    Fault("compares-literally", "compares values as written", ("values-compare",), plans(planning.Literal)),
    Fault(
        "does-half",
        "stores part after part, without a transaction",
        ("all-or-nothing",),
        partial(Behaviour, keeping=(calls.all_that_was_found,)),
        ("unknown-sid-refused",),
    ),
    Fault(
        "races",
        "looks and stores in two steps",
        ("concurrent-once",),
        partial(Behaviour, pausing=(calls.letting_others_go_first,)),
    ),
    Fault(
        "locks-optimistically",
        "tells of a conflict whoever comes second",
        ("concurrent-accepted",),
        serves(calls.under_an_optimistic_lock),
        ("valid-accepted",),
    ),
    Fault(
        "slows-down",
        "counts all that is stored at every call",
        ("latency-flat",),
        serves(calls.through_everything_stored),
    ),
)

ANSWERS = (
    Fault(
        "answers-201",
        "answers 201 to success",
        ("success-status",),
        serves(answers.with_status_201),
    ),
    Fault("answers-text", "declares success as text", ("response-json",), serves(answers.as_text)),
    Fault(
        "tells-no-result",
        "leaves out the result of what is known",
        ("response-shape",),
        tells(answers.without_result),
        ("configuration-ids", "ids-scoped", "sids-distinct"),
    ),
    Fault("tells-odd-result", "tells a result nobody knows", ("result-known",), tells(answers.in_a_word_of_its_own)),
    Fault(
        "mints-odd-sids",
        "mints SIDs with other letters",
        ("sid-hex-minted",),
        partial(Behaviour, ids=(calls.OtherLetters,)),
    ),
    Fault(
        "swallows-a-part",
        "does not tell what stands within a part",
        ("asked-present",),
        tells(answers.without_inner_parts),
    ),
    Fault("tells-null", "tells null for what was not asked for", ("unasked-absent",), tells(answers.with_null)),
    Fault("signs-everybody-on", "signs users on unasked", ("signon-unasked-absent",), tells(answers.with_signon)),
    Fault(
        "finds-at-once",
        "tells what is new as known",
        ("first-call-creates",),
        tells(answers.retold(Outcome.CREATED, instead=Outcome.FOUND)),
        ("configuration-ids",),
    ),
    Fault(
        "creates-again",
        "tells what is known as created",
        ("recall-finds",),
        tells(answers.retold(Outcome.FOUND, instead=Outcome.CREATED)),
        ("concurrent-once", "configuration-ids", "joined-once"),
    ),
    Fault(
        "always-updates",
        "tells Updated at every re-call",
        ("result-truthful",),
        tells(answers.retold(Outcome.FOUND, instead=Outcome.UPDATED)),
        ("all-or-nothing", "enrollment-role-updated", "values-compare"),
    ),
    Fault(
        "gives-one-sid",
        "names enrollments by their course alone",
        ("sids-distinct",),
        tells(answers.joined_named_by_one),
        ("configuration-ids",),
    ),
    Fault(
        "enrolls-on-demand",
        "tells an enrollment only to who sent one",
        ("user-enrolled",),
        tells(answers.without_implied_parts),
        ("configuration-ids",),
    ),
)

SIGNON = (
    Fault("links-relatively", "gives a link without host", ("signon-link-absolute",), signs(signons.relative)),
    Fault("links-insecurely", "gives http links", ("signon-link-secure",), signs(signons.insecure)),
    Fault("gives-opaque-tokens", "gives tokens that are no JWT", ("signon-token-jwt",), signs(signons.opaque)),
    Fault("signs-badly", "gives tokens that do not verify", ("signon-token-signed",), signs(signons.tampered)),
    Fault("gives-expired-tokens", "gives tokens of an hour ago", ("signon-token-unexpired",), signs(signons.EXPIRED)),
    Fault(
        "names-the-previous-user",
        "names another user",
        ("signon-token-subject", "signon-token-claims"),
        lambda: Behaviour(signing=(signons.of_the_previous_user(),)),
    ),
    Fault(
        "gives-tokens-again",
        "gives a user the same token",
        ("signon-token-fresh",),
        lambda: Behaviour(signing=(signons.the_same_again(),)),
        entails=("signon-token-claims",),  # its jti is given twice
    ),
    Fault("gives-long-tokens", "gives tokens for a month", ("signon-token-lifetime",), signs(signons.FOR_A_MONTH)),
    Fault("signs-otherwise", "signs with RS512", ("signon-token-algorithm",), signs(signons.OTHERWISE)),
    Fault(
        "leaves-claims-out",
        "gives tokens without nbf",
        ("signon-token-claims",),
        signs(signons.resigned(signons.without("nbf"))),
    ),
    Fault("links-indiscreetly", "tells the token in links", ("signon-link-discreet",), signs(signons.telling)),
    Fault(
        "links-in-vain",
        "links work for who has a session already",
        ("signon-link-works",),
        serves(signons.demanding_a_cookie),
    ),
    Fault(
        "links-for-ever",
        "takes a link again and again",
        ("signon-single-use",),
        partial(Behaviour, reusable_links=True),
    ),
)
