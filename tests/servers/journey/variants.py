"""Journeys that keep everything that is published, each in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.servers.behaviour import Behaviour
from tests.servers.journey.manner import Manner


def goes(**changes: Any) -> Behaviour:
    return Behaviour(journey=Manner(**changes))


JOURNEYS: Mapping[str, Behaviour] = {
    "conflicts-are-400": goes(conflict_status=400),
    "conflicts-are-422": goes(conflict_status=422),
    "conflicts-are-403": goes(conflict_status=403),
    "malformed-sids-are-404": goes(malformed_status=404),
    "malformed-sids-are-422": goes(malformed_status=422),
    "strange-sids-are-403": goes(missing_status=403),
    "strangers-are-400": goes(stranger_status=400),
    "strangers-are-left-out": goes(strangers=True),
    "who-is-on-both-sides-is-removed": goes(both_sides=True),
    "done-is-an-object": goes(done="object"),
    "done-says-nothing": goes(done="nothing"),
    "instructors-sit-exams": goes(instructors=True),
    "open-exams-are-assigned": goes(open_exams=True),
    "added-again-is-another": goes(again="another"),
    "sessions-come-later": goes(late=1),
    "active-ones-are-listed": goes(active="always"),
    "pages-of-25": goes(page=25),
    "pages-of-one-at-most": goes(most=1),
    "urls-of-pages-are-relative": goes(urls="relative"),
    "any-limit-will-do": goes(strict_pages=False),
    "scheduled-again": goes(twice=True),
    "everything-is-moved": goes(moves_anything=True),
    "no-windows": goes(windows=False),
    "two-appointments-at-once": goes(apart=False),
    "appointments-within-the-window-for-scheduling": goes(within_scheduling=True),
    "automated-alone": goes(ways=frozenset({"automated"})),
    "appointments-are-approved": goes(approval=True),
    "dates-to-the-second": goes(dates="seconds"),
    "dates-with-offset": goes(dates="offset"),
    "currency-of-any-name": goes(misspelt="ignored"),
    "any-location": goes(locations=False),
    "onboarding-before-scheduling": goes(early=True),
    "onboarding-by-path": goes(url="path"),
    "onboarding-with-fragment": goes(url="fragment"),
    "onboarding-elsewhere": goes(url="elsewhere"),
    "onboarding-redirects": goes(landing="redirect"),
    "onboarding-lands-on-json": goes(landing="json"),
    "looking-is-not-entering": goes(enters=False),
    "password-shown": goes(password=True),
    "talkative": goes(extras=True),
    "errors-in-digits": Behaviour(errors="digits", journey=Manner(conflict_status=400, malformed_status=404)),
    "everything-looser": goes(
        strangers=True, both_sides=True, instructors=True, open_exams=True, again="another", active="always",
        strict_pages=False, twice=True, moves_anything=True, windows=False, apart=False, misspelt="ignored",
        locations=False, early=True, enters=False, password=True, extras=True, late=1,
    ),
}  # fmt: skip
"""``enters``: a session is being onboarded from the visit on; others begin when somebody has shown who they are."""
