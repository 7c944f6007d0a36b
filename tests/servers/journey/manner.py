"""How the journey of the independent implementation goes: honest defaults, one ``replace`` for a variant or a fault."""

from __future__ import annotations

from dataclasses import dataclass

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Manner:
    # --- statuses where nothing is published
    conflict_status: int = 409
    malformed_status: int = 400
    missing_status: int = 404
    stranger_status: int = 404
    # --- what is answered where nothing is to be told
    done: str = "word"  # word, object, nothing
    # --- who has sessions, and how many
    instructors: bool = False  # instructors have sessions, too
    open_exams: bool = False  # assignments to exams of unlimited scope are taken, and change nothing
    again: str = "keeps"  # who is added again: keeps, another
    strangers: bool = False  # whoever is not enrolled is left out of an assignment
    both_sides: bool = False  # who is added and removed in one call is removed
    late: int = 0  # reads that a new session takes to show
    # --- lists
    active: str = "asked"  # active sessions are listed: asked, always
    page: int = 50  # results of a page where no limit is asked for
    most: int = 1000  # results of a page at most
    urls: str = "absolute"  # absolute, relative
    strict_pages: bool = True  # a limit that is no number is refused
    # --- scheduling
    twice: bool = False  # what is scheduled is scheduled again
    moves_anything: bool = False
    windows: bool = True
    apart: bool = True
    within_scheduling: bool = False  # appointments lie in the window for scheduling
    ways: frozenset[str] | None = None  # those that the install has; None: every one
    approval: bool = False  # what is scheduled waits for an approval
    dates: str = "milliseconds"  # milliseconds, seconds, offset
    misspelt: str = "refused"  # currencyCode: refused, ignored
    locations: bool = True  # a location is looked at
    rejects_unknown: bool = False
    # --- onboarding
    early: bool = False  # before anything is scheduled
    url: str = "query"  # query, path, fragment, elsewhere
    landing: str = "page"  # page, redirect, json
    enters: bool = True
    # --- reads
    password: bool = False
    extras: bool = False
    # --- everything that is simply broken, by name
    quirks: frozenset[str] = NONE


HONEST_MANNER = Manner()
