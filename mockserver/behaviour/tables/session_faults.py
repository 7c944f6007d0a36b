"""Faults of the journey after provisioning: who has a session, what becomes of it, and what is told of it."""

from __future__ import annotations

from functools import partial

from mockserver.behaviour.bugs import refusals, sessions
from mockserver.behaviour.fault import Fault, Make, lacks, refuses, serves
from mockserver.behaviour.seams import Behaviour
from mockserver.sessions.events import SessionEvents


def _happens(kind: type[SessionEvents]) -> Make:
    """Events are another matter."""
    return partial(Behaviour, sessions=(kind,))


def _unruled(clause: str) -> Make:
    """Nobody wrote the rule of this clause."""
    return partial(Behaviour, lenient=(clause,))


LISTS = ("listSessions", "listAppointments")
SHOWN = ("readSession", "scheduleSession", *LISTS)

STARTS = (
    Fault(
        "starts-no-later-sessions", "starts sessions when an exam comes, and for nobody who comes later",
        ("session-by-itself",), _happens(sessions.AtExamsOnly),
    ),
    Fault(
        "starts-limited-sessions", "starts sessions of exams of limited scope by itself",
        ("session-assigned-only",), _happens(sessions.ForAllExams),
    ),
    Fault(
        "starts-sessions-for-everybody", "starts sessions for instructors, too",
        ("session-learners-only",), _happens(sessions.ForEverybody),
    ),
    Fault(
        "forgets-assignments", "takes note of who is added, and starts nothing",
        ("session-assigned",), _happens(sessions.WithoutAssigned),
    ),
    Fault(
        "starts-sessions-again", "starts another session for who has one",
        ("session-once",), _happens(sessions.StartingAgain),
    ),
    Fault(
        "cancels-wordlessly", "cancels sessions without a reason",
        ("session-removed",), _happens(sessions.WithoutReasons),
    ),
    Fault(
        "takes-the-guides-assignment", "takes the spelling of the guide, and does nothing",
        ("assignment-shape",), lacks("assignment-shape"), ("invalid-input-400",),
    ),
    Fault(
        "answers-204-to-assignments", "answers 204 to assignments",
        ("assignment-answer",), serves(sessions.without_content),
    ),
    Fault(
        "skips-strangers", "leaves out who is not enrolled, and assigns the others",
        ("assignment-enrollment-known",), _unruled("assignment-enrollment-known"),
    ),
    Fault(
        "assigns-on-both-sides", "takes the same enrollment on both sides",
        ("assignment-sides-apart",), _unruled("assignment-sides-apart"),
    ),
    Fault(
        "assigns-to-open-exams", "takes assignments to exams whose scope is not limited",
        ("assignment-limited-only",), _unruled("assignment-limited-only"),
    ),
)  # fmt: skip

PLACES = (
    Fault(
        "answers-422-to-sids-in-paths", "answers 422 to malformed SIDs in paths",
        ("path-sid-form",), refuses(refusals.with_status("path-sid-form", 422)),
    ),
    Fault(
        "mixes-paths", "looks at each SID in a path by itself",
        ("path-sid-known",), _unruled("path-sid-known"),
    ),
    Fault(
        "pages-whatever-is-sent", "takes what is no number for no limit",
        ("page-form",), serves(sessions.asking(sessions.whatever_a_page_is, *LISTS)),
    ),
    Fault(
        "counts-one-page", "tells the total of the page alone",
        ("page-envelope",), serves(sessions.telling(sessions.counting_one_page, *LISTS)),
    ),
    Fault(
        "lists-in-one-order", "does not look at sortOrder",
        ("session-list-order",), serves(sessions.asking(sessions.without("sortOrder"), "listSessions")),
    ),
    Fault(
        "lists-every-status", "does not look at the status that is asked for",
        ("session-list-filter",), serves(sessions.asking(sessions.without("status"), "listSessions")),
        ("session-list-active",),
    ),
    Fault(
        "lists-active-sessions", "lists active sessions whether they are asked for or not",
        ("session-list-active",), serves(sessions.asking(sessions.with_active, "listSessions")),
        ("session-list-filter",),
    ),
    Fault(
        "writes-statuses-small", "writes statuses in small letters",
        ("session-status-known",), serves(sessions.telling(sessions.in_small_letters, *SHOWN)),
    ),
    Fault(
        "hides-parents", "does not say to what a session belongs",
        ("session-members",), serves(sessions.telling(sessions.without_parents, "readSession")),
    ),
    Fault(
        "hides-identifiers", "does not show the identifiers of a user",
        ("profile-shown",), serves(sessions.telling(sessions.without_identifiers, "readProfile")),
    ),
    Fault(
        "exchanges-windows", "shows one window where the other is meant",
        ("configuration-shown",), serves(sessions.telling(sessions.with_windows_exchanged, "readConfiguration")),
    ),
    Fault(
        "shows-passwords", "shows the password of a configuration",
        ("configuration-password-hidden",), serves(sessions.with_passwords),
    ),
    Fault(
        "reports-appointments-alone", "leaves out of the report who has no appointment",
        ("appointments-reported",), serves(sessions.telling(sessions.with_appointments_only, "listAppointments")),
        ("page-envelope",),
    ),
    Fault(
        "hides-proctor-types", "does not say which proctor types are enabled",
        ("settings-shown",), serves(sessions.telling(sessions.without_proctor_types, "readSettings")),
    ),
)  # fmt: skip

SCHEDULING = (
    Fault(
        "schedules-nothing", "answers as if it had scheduled, and has not",
        ("session-scheduled",), _happens(sessions.SchedulingNothing), ("schedule-once",),
    ),
    Fault(
        "moves-nothing", "answers as if it had moved a session, and has not",
        ("session-rescheduled",), _happens(sessions.MovingNothing),
    ),
    Fault(
        "schedules-in-any-way", "takes any text for a way of scheduling",
        ("schedule-type-known",), lacks("schedule-type-known"), ("schema", "session-members"),
    ),
    Fault("takes-local-dates", "takes dates of any offset", ("schedule-date-utc",), lacks("schedule-date-utc")),
    Fault(
        "takes-the-guides-currency", "leaves the currency out, spelt as the guide does",
        ("schedule-currency",), lacks("schedule-currency"),
    ),
    Fault(
        "takes-any-location", "takes any text for a proctor location",
        ("schedule-location",), lacks("schedule-location"),
    ),
    Fault("schedules-again", "schedules what is scheduled", ("schedule-once",), _unruled("schedule-once")),
    Fault(
        "moves-what-is-not-scheduled", "moves sessions that are not scheduled",
        ("reschedule-scheduled-only",), _unruled("reschedule-scheduled-only"),
    ),
    Fault("goes-on-after-the-end", "schedules what is over", ("session-over",), _unruled("session-over")),
    Fault(
        "schedules-at-any-time", "looks at no window for scheduling",
        ("scheduling-window",), _unruled("scheduling-window"),
    ),
    Fault(
        "books-beyond-access", "takes appointments when the exam cannot be opened",
        ("appointment-window",), _unruled("appointment-window"),
    ),
    Fault(
        "gives-attempts-without-end", "counts no attempts", ("attempts-left",), _unruled("attempts-left"),
    ),
    Fault(
        "never-begins", "leaves sessions that begin as they are",
        ("session-begins",), _happens(sessions.NeverBeginning), beside=True,
    ),
    Fault(
        "never-closes", "leaves sessions open that are over",
        ("session-closes",), _happens(sessions.NeverClosing), beside=True,
    ),
    Fault(
        "books-twice-at-once", "gives one user two appointments at once",
        ("appointments-apart",), _unruled("appointments-apart"),
    ),
)  # fmt: skip

ONBOARDING = (
    Fault(
        "answers-the-same-url", "answers the onboarding URL of before",
        ("onboard-fresh",), sessions.the_same_url_again, ("onboard-single-use",),
    ),
    Fault(
        "onboards-too-early", "gives onboarding URLs before anything is scheduled",
        ("onboard-scheduled-only",), _unruled("onboard-scheduled-only"),
    ),
    Fault(
        "lets-urls-work-again", "lets onboarding URLs work again",
        ("onboard-single-use",), _unruled("onboard-single-use"),
    ),
    Fault("lets-urls-live", "lets onboarding URLs live for ever", ("onboard-expires",), _unruled("onboard-expires")),
    Fault(
        "stays-outside", "shows a page, and leaves the session as it is",
        ("onboard-enters",), _happens(sessions.StayingOutside),
    ),
)  # fmt: skip

SESSIONS = (*STARTS, *PLACES, *SCHEDULING, *ONBOARDING)
