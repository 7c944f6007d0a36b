"""Who has a session of which exam, and what becomes of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.journey.manner import Manner
from tests.servers.members import instant
from tests.servers.store import Store, Thing

OVER = ("Closed", "Cancelled")
BEFORE = ("Needs Proctor",)


class ConflictError(Exception):
    """What the state of things forbids."""


@dataclass
class Sitting:
    """One session: whose, of what, and how far it is."""

    sid: str
    enrollment: str
    exam: str
    status: str = "Needs Proctor"
    reason: str | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    edited: datetime = field(default_factory=lambda: datetime.now(UTC))
    scheduled: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    unseen: int = 0


class Sittings:
    """Every session of the server. ``store.lock`` is held by whoever calls."""

    def __init__(self, store: Store, manner: Manner) -> None:
        self.store, self.manner = store, manner
        self.held: dict[str, Sitting] = {}
        self.pairs: dict[tuple[str, str], list[Sitting]] = {}
        self.enrolled: dict[str, dict[str, str]] = {}
        self.exams: dict[str, list[str]] = {}
        self.course_of: dict[str, str] = {}
        self.user_of: dict[str, str] = {}
        self.codes: dict[str, Sitting] = {}
        self.urls: dict[str, str] = {}

    # --- beginning

    def follow(self, made: Mapping[str, Thing]) -> None:
        """Whatever a call of provisioning brings about."""
        quirks, course = self.manner.quirks, made["course"].sid
        enrollment, exam = made.get("enrollment"), made.get("exam")
        new_exam = exam is not None and exam.sid not in self.course_of
        new_one = enrollment is not None and enrollment.sid not in self.course_of
        if enrollment is not None:
            self.enrolled.setdefault(course, {})[enrollment.sid] = made["user"].sid
            self.course_of[enrollment.sid], self.user_of[enrollment.sid] = course, made["user"].sid
        if exam is not None and new_exam:
            self.exams.setdefault(course, []).append(exam.sid)
            self.course_of[exam.sid] = course
        pairs: list[tuple[str, str]] = []
        if exam is not None and not (new_exam and "later-exams-start-nothing" in quirks):
            pairs += [(one, exam.sid) for one in self.enrolled.get(course, ())]
        elif exam is not None and enrollment is not None:
            pairs.append((enrollment.sid, exam.sid))
        if enrollment is not None and not (new_one and exam is None and "later-learners-start-nothing" in quirks):
            pairs += [(enrollment.sid, one) for one in self.exams.get(course, ())]
        for pair in dict.fromkeys(pairs):
            self._by_itself(*pair)
            if "provisioning-resets-sessions" in quirks and (held := self.active(*pair)) and held.status == "Scheduled":
                held.status, held.start, held.end = "Needs Proctor", None, None

    def _by_itself(self, enrollment: str, exam: str) -> None:
        quirks = self.manner.quirks
        who, what = self.store.things[enrollment], self.store.things[exam]
        limited = bool(what.values.get("limitedScope")) and "limited-scope-ignored" not in quirks
        entitled = who.values.get("role", "learner") == "learner" or self.manner.instructors
        known = bool(self.pairs.get((enrollment, exam))) and "sessions-at-every-call" not in quirks
        if entitled and not limited and not known and "open-exams-start-nothing" not in quirks:
            self.start(enrollment, exam)

    def start(self, enrollment: str, exam: str) -> Sitting:
        sitting = Sitting("ES" + uuid.uuid4().hex, enrollment, exam, unseen=self.manner.late)
        self.held[sitting.sid] = sitting
        self.pairs.setdefault((enrollment, exam), []).append(sitting)
        return sitting

    def active(self, enrollment: str, exam: str) -> Sitting | None:
        every = self.pairs.get((enrollment, exam), ())
        return next((one for one in every if one.status not in OVER), None)

    # --- assigning

    def assign(self, exam: str, added: list[str], removed: list[str]) -> None:
        quirks = self.manner.quirks
        if "only-the-first-is-assigned" in quirks:
            added = added[:1]
        if "assignments-forgotten" in quirks:
            added = []
        if "removals-forgotten" in quirks:
            removed = []
        for enrollment in added:
            if self.active(enrollment, exam) is None or self.manner.again == "another":
                self.start(enrollment, exam)
        for enrollment in removed:
            held = self.active(enrollment, exam)
            if held is None:
                continue
            if "removals-delete" in quirks:
                del self.held[held.sid]
                self.pairs[enrollment, exam].remove(held)
            held.status, held.edited = "Closed" if "removals-close" in quirks else "Cancelled", datetime.now(UTC)
            held.reason = {"removals-without-reason": None, "removals-in-other-words": "removed"}.get(
                next(iter(quirks & {"removals-without-reason", "removals-in-other-words"}), ""),
                "removed-by-limited-scope",
            )

    # --- scheduling

    def configuration(self, sitting: Sitting) -> dict[str, Any]:
        """The values of the configuration that holds for a session."""
        found = [one for one in self.store.things.values() if one.part == "configuration" and one.owner == sitting.exam]
        own = [one for one in found if one.values.get("type") != "accommodation"]
        return (own or found)[0].values if found else {}

    def schedule(self, sitting: Sitting, body: dict[str, Any], *, anew: bool) -> Sitting:
        """Give a session its time (``anew``), or another one. Raises ConflictError."""
        manner, quirks, status = self.manner, self.manner.quirks, sitting.status
        if status in OVER and "cancelled-is-scheduled-again" not in quirks:
            raise ConflictError(f"The session is {status}.")
        if anew and status not in (*BEFORE, *OVER) and not manner.twice:
            raise ConflictError("The session has an appointment; move it.")
        if not anew and status != "Scheduled" and not manner.moves_anything:
            raise ConflictError(f"The session is {status}, so that it cannot be moved.")
        if "two-at-once-both-win" in quirks:
            self._unlocked(0.01)
        if manner.ways is not None and body.get("type", "automated") not in manner.ways:
            raise ConflictError("This install has no such way of scheduling.")
        values = self.configuration(sitting)
        start, end = self._asked_for(body, sitting, values)
        if manner.windows:
            self._windows(values, start, end)
        if manner.apart and start is not None and end is not None:
            self._apart(sitting, start, end)
        told = sitting
        if quirks & {"schedules-nothing", "moves-nothing"} & {"schedules-nothing" if anew else "moves-nothing"}:
            told = Sitting(sitting.sid, sitting.enrollment, sitting.exam, created=sitting.created)
        if not anew and "moving-makes-another" in quirks:
            told = self.start(sitting.enrollment, sitting.exam)
        if start is not None and "schedules-without-a-time" not in quirks:
            told.start, told.end = start, end
        if anew and "schedules-in-name-only" not in quirks:
            told.status, told.scheduled = "Pending Approval" if manner.approval else "Scheduled", datetime.now(UTC)
        told.asked = {**told.asked, **body}
        told.edited = datetime.now(UTC)
        if "moving-forgets-the-status" in quirks and not anew:
            told.status = "Needs Proctor"
        return told

    def _unlocked(self, seconds: float) -> None:
        """Everybody forgets about the lock for a while."""
        self.store.lock.release()
        time.sleep(seconds)
        self.store.lock.acquire()

    def _asked_for(
        self, body: dict[str, Any], sitting: Sitting, values: dict[str, Any]
    ) -> tuple[datetime | None, datetime | None]:
        text = body.get("appointmentDateTime") or body.get("appointmentStartDateTime")
        start = instant(text) if text else sitting.start
        if "hours-are-shifted" in self.manner.quirks and text and start is not None:
            start += timedelta(hours=5)
        if "days-only" in self.manner.quirks and text and start is not None:
            start = start.replace(hour=0, minute=0, second=0)
        end = instant(body["appointmentEndDateTime"]) if body.get("appointmentEndDateTime") else None
        if end is None and start is not None:
            end = start + timedelta(minutes=values.get("duration", 0))
        return start, end

    def _windows(self, values: dict[str, Any], start: datetime | None, end: datetime | None) -> None:
        now = datetime.now(UTC)
        opens, closes = (instant(values[f"scheduling/{one}"]) if f"scheduling/{one}" in values else None
                         for one in ("open", "close"))  # fmt: skip
        if (opens and now < opens) or (closes and now > closes):
            raise ConflictError("Now nothing is scheduled.")
        outside = start and end and ((opens and start < opens) or (closes and end > closes))
        if self.manner.within_scheduling and outside:
            raise ConflictError("Nothing is scheduled for then.")
        opens, closes = (instant(values[f"access/{one}"]) if f"access/{one}" in values else None
                         for one in ("open", "close"))  # fmt: skip
        if start is not None and end is not None and ((opens and start < opens) or (closes and end > closes)):
            raise ConflictError("The exam is not open then.")

    def _apart(self, sitting: Sitting, start: datetime, end: datetime) -> None:
        user = self.user_of[sitting.enrollment]
        for other in self.held.values():
            if other is sitting or other.status in OVER or self.user_of[other.enrollment] != user:
                continue
            if other.start is not None and other.end is not None and other.start < end and start < other.end:
                raise ConflictError("This user sits another exam then.")

    # --- listing and showing

    def listed(self, enrollment: str, exam: str) -> Iterator[Sitting]:
        for one in list(self.pairs.get((enrollment, exam), ())):
            if one.unseen:
                one.unseen -= 1
            else:
                yield one

    def date(self, moment: datetime | None) -> str | None:
        if moment is None:
            return None
        text = moment.astimezone(UTC).isoformat(
            timespec="milliseconds" if self.manner.dates == "milliseconds" else "seconds"
        )
        return text if self.manner.dates == "offset" else text.replace("+00:00", "Z")

    def status(self, sitting: Sitting) -> str:
        quirks = self.manner.quirks
        if "statuses-in-small-letters" in quirks:
            return sitting.status.lower()
        if "statuses-in-one-word" in quirks:
            return sitting.status.replace(" ", "")
        return sitting.status
