"""Single faults of the journey, each with the clauses of which at least one must notice it.

They were written from what is published of assignments, sessions and reads, before there was a probe.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.behaviour import Behaviour
from tests.servers.breakages import Breakage
from tests.servers.journey.manner import Manner


def of(clauses: str, *quirks: str) -> Breakage:
    return Breakage(Behaviour(journey=Manner(quirks=frozenset(quirks))), frozenset(clauses.split()))


def named(clauses: str, name: str) -> dict[str, Breakage]:
    return {name: of(clauses, name)}


BROKEN_JOURNEYS: Mapping[str, Breakage] = {
    # who has a session
    **named("session-by-itself", "open-exams-start-nothing"),
    **named("session-by-itself", "later-exams-start-nothing"),
    **named("session-by-itself", "later-learners-start-nothing"),
    **named("session-assigned-only", "limited-scope-ignored"),
    **named("session-once", "sessions-at-every-call"),
    **named("session-assigned", "assignments-forgotten"),
    **named("session-assigned", "only-the-first-is-assigned"),
    **named("session-removed", "removals-forgotten"),
    **named("session-removed", "removals-delete"),
    **named("session-removed", "removals-close"),
    **named("session-removed", "removals-without-reason"),
    **named("session-removed", "removals-in-other-words"),
    **named("assignment-shape", "any-assignment"),
    # what is told of it
    **named("session-status-known", "statuses-in-small-letters"),
    **named("session-status-known", "statuses-in-one-word"),
    **named("session-members", "session-without-status"),
    **named("session-members", "session-without-sid"),
    **named("session-members", "session-without-parents"),
    **named("session-members", "exam-of-another"),
    **named("response-shape session-members page-envelope", "list-names-sessions-otherwise"),
    **named("page-envelope", "lists-are-bare"),
    **named("page-envelope", "lists-without-counts"),
    **named("page-envelope", "totals-of-the-page"),
    **named("page-envelope", "offsets-ignored"),
    **named("page-envelope", "limits-ignored"),
    **named("page-envelope", "pages-count-from-one"),
    **named("session-list-order", "order-turned-round"),
    **named("session-list-filter", "filters-ignored"),
    **named("session-list-filter", "any-status-is-asked-for"),
    # scheduling
    **named("session-scheduled", "schedules-nothing"),
    **named("session-scheduled", "schedules-in-name-only"),
    **named("session-scheduled", "schedules-without-a-time"),
    **named("session-scheduled session-members", "schedules-wordlessly"),
    **named("session-scheduled", "hours-are-shifted"),
    **named("session-scheduled", "days-only"),
    **named("session-scheduled", "provisioning-resets-sessions"),
    **named("session-rescheduled", "moves-nothing"),
    **named("session-rescheduled", "moving-makes-another"),
    **named("session-rescheduled", "moving-forgets-the-status"),
    **named("schedule-type-known", "any-way"),
    **named("schedule-date-utc", "local-dates"),
    **named("schedule-date-utc", "any-date"),
    **named("session-over", "cancelled-is-scheduled-again"),
    **named("schedule-once", "two-at-once-both-win"),
    # onboarding
    **named("onboard-fresh", "one-url-for-a-session"),
    **named("onboard-fresh", "one-url-for-everybody"),
    **named("onboard-fresh", "url-without-a-host"),
    **named("onboard-fresh", "url-alone"),
    **named("onboard-single-use", "urls-work-again"),
    **named("onboard-enters", "urls-lead-nowhere"),
    # reads
    **named("profile-shown", "names-exchanged"),
    **named("profile-shown", "profile-in-an-envelope"),
    **named("profile-shown", "profile-of-another"),
    **named("configuration-shown", "windows-exchanged"),
    **named("configuration-shown", "duration-in-seconds"),
    **named("configuration-shown", "nothing-permitted"),
    **named("appointments-reported", "report-without-scheduled"),
    **named("appointments-reported", "report-ignores-statuses"),
    **named("appointments-reported path-sid-known", "report-of-everybody"),
    **named("settings-shown", "settings-without-types"),
    # whose it is
    **named("path-sid-known", "sessions-of-other-installs"),
    **named("path-sid-known", "any-exam-in-the-path"),
    **named("credential-missing-refused credential-invalid-refused", "any-token-will-do"),
    **named("credential-missing-refused credential-invalid-refused", "any-token-will-do-to-read"),
    **named("credential-missing-refused credential-invalid-refused", "any-token-will-do-to-onboard"),
    **named("credential-missing-refused credential-invalid-refused", "any-token-will-do-to-assign"),
    **named("credential-missing-refused credential-invalid-refused", "any-token-will-do-to-schedule"),
}
