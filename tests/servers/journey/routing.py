"""The paths of the journey: what each reads from a call, and what it answers."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from tests.servers.answering import Answer, refusal
from tests.servers.journey.asked import WAYS, AskedError, appointment, assignment
from tests.servers.journey.lists import Lists
from tests.servers.journey.sessions import OVER, ConflictError, Sitting
from tests.servers.store import RefusedError

SID = "([^/]+)"
PATHS: tuple[tuple[str, str, str], ...] = (
    ("PUT", f"/exams/{SID}/assignment", "assign"),
    ("GET", f"/enrollments/{SID}/exams/{SID}/sessions", "list"),
    ("POST", f"/exams/{SID}/sessions/{SID}", "schedule"),
    ("PUT", f"/exams/{SID}/sessions/{SID}", "move"),
    ("GET", f"/exams/{SID}/sessions/{SID}", "read"),
    ("GET", f"/exams/{SID}/sessions/{SID}/onboard", "onboard"),
    ("GET", f"/users/{SID}/profile", "profile"),
    ("GET", f"/courses/{SID}/exams/{SID}/configurations/{SID}", "configuration"),
    ("GET", "/reports/appointments", "report"),
    ("GET", "/settings", "settings"),
)
PREFIXES = {
    "assign": ("EX",), "list": ("EN", "EX"), "schedule": ("EX", "ES"), "move": ("EX", "ES"), "read": ("EX", "ES"),
    "onboard": ("EX", "ES"), "profile": ("US",), "configuration": ("CU", "EX", "EC"), "report": (), "settings": (),
}  # fmt: skip


class JourneyDesk(Lists):
    """Answers the calls that come after provisioning. Whoever calls has looked at credential and install."""

    def find(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        """The call that a path below an install means, and the SIDs in it."""
        for known, pattern, name in PATHS:
            found = re.fullmatch(pattern, path)
            if found and method == known:
                return name, found.groups()
        return None

    def answer(self, name: str, sids: tuple[str, ...], install: str, query: str, body: bytes) -> Answer:
        """The answer to a call."""
        behaviour, manner = self.behaviour, self.manner
        for sid, prefix in zip(sids, PREFIXES[name], strict=True):
            if not re.fullmatch(rf"{prefix}[a-f0-9]{{32}}", sid) and "any-form-of-sids" not in manner.quirks:
                return refusal(behaviour, manner.malformed_status, "INVALIDINPUT", f"{sid[:40]!r} is no SID here.")
        calls: dict[str, Callable[..., Answer]] = {
            "assign": self.assign, "list": self.list, "schedule": self.schedule, "move": self.move, "read": self.read,
            "onboard": self.onboard, "profile": self.profile, "configuration": self.configuration,
            "report": self.report, "settings": self.settings,
        }  # fmt: skip
        if name == "schedule" and "two-at-once-both-win" in manner.quirks:
            time.sleep(0.002)
        with self.store.lock:
            try:
                return calls[name](install, *sids, query=parse_qs(query, keep_blank_values=True), body=body)
            except ConflictError as error:
                return refusal(behaviour, manner.conflict_status, "CONFLICT", str(error))
            except AskedError as error:
                return refusal(behaviour, 400, "INVALIDINPUT", str(error))

    # --- what paths name

    def sitting(self, install: str, exam: str, sid: str) -> Sitting:
        self.thing(exam, "exam", install)
        found = self.sittings.held.get(sid)
        mixed = found is not None and found.exam != exam and "any-exam-in-the-path" not in self.manner.quirks
        if found is None or mixed:
            raise RefusedError(self.manner.missing_status, "RESOURCENOTFOUND", f"There is no session {sid}.")
        return found

    # --- the calls

    def done(self) -> Answer:
        shown = {"word": "OK", "object": {"success": True}, "nothing": None}[self.manner.done]
        return (204, {}, b"") if shown is None else self.json(shown)

    def assign(self, install: str, exam: str, *, body: bytes, **_: Any) -> Answer:
        held, manner = self.thing(exam, "exam", install), self.manner
        added, removed = assignment(body, manner)
        course = self.sittings.course_of.get(held.sid)
        if set(added) & set(removed) and not manner.both_sides:
            raise AskedError("Somebody is added and removed.")
        known = {one for one in (*added, *removed) if self.sittings.course_of.get(one) == course}
        if len(known) < len({*added, *removed}) and not manner.strangers:
            raise RefusedError(manner.stranger_status, "RESOURCENOTFOUND", "Somebody is not enrolled.")
        added, removed = ([one for one in side if one in known] for side in (added, removed))
        if not held.values.get("limitedScope"):
            if not manner.open_exams:
                raise ConflictError("The scope of this exam is not limited.")
            return self.done()
        for one in added:
            if self.store.things[one].values.get("role", "learner") != "learner" and not manner.instructors:
                raise ConflictError("Only learners have sessions.")
        self.sittings.assign(exam, added, removed)
        return self.done()

    def read(self, install: str, exam: str, session: str, **_: Any) -> Answer:
        return self.json(self.views.session(install, self.sitting(install, exam, session)))

    def schedule(self, install: str, exam: str, session: str, *, body: bytes, **_: Any) -> Answer:
        sitting = self.sitting(install, exam, session)
        told = self.sittings.schedule(sitting, appointment(body, WAYS, self.manner), anew=True)
        if "schedules-wordlessly" in self.manner.quirks:
            return self.json("Successful")
        return self.json(self.views.session(install, told))

    def move(self, install: str, exam: str, session: str, *, body: bytes, **_: Any) -> Answer:
        sitting = self.sitting(install, exam, session)
        ways = WAYS - {"instructor-as-proctor", "messaging", "vtc", "automated"}
        self.sittings.schedule(sitting, appointment(body, ways, self.manner), anew=False)
        return self.done() if self.manner.done != "nothing" else self.json("moved")

    def onboard(self, install: str, exam: str, session: str, **_: Any) -> Answer:
        sitting, manner = self.sitting(install, exam, session), self.manner
        if sitting.status in OVER or (sitting.status == "Needs Proctor" and not manner.early):
            raise ConflictError(f"The session is {sitting.status}.")
        code = uuid.uuid4().hex
        if "one-url-for-a-session" in manner.quirks:
            code = self.sittings.urls.setdefault(session, code)
        if "one-url-for-everybody" in manner.quirks:
            code = self.sittings.urls.setdefault("", code)
        self.sittings.codes[code] = sitting
        url = {
            "query": f"{self.base}/proctoring/start?code={code}",
            "path": f"{self.base}/proctoring/start/{code}",
            "fragment": f"{self.base}/proctoring/start?code={code}#/identity",
            "elsewhere": f"https://onboarding.example.com/{code}",
        }[manner.url]
        if "url-without-a-host" in manner.quirks:
            url = f"/proctoring/start?code={code}"
        return self.json(url if "url-alone" in manner.quirks else {"url": url})

    def enter(self, code: str) -> Answer:
        """The answer to a browser that follows an onboarding URL."""
        manner = self.manner
        with self.store.lock:
            sitting = self.sittings.codes.get(code)
            if sitting is None or sitting.status in OVER:
                return refusal(self.behaviour, 403, "LINKUSED", "This link was used or is unknown.")
            if "urls-work-again" not in manner.quirks:
                del self.sittings.codes[code]
            if manner.enters:
                sitting.status = "Onboarding"
        if "urls-lead-nowhere" in manner.quirks:
            return refusal(self.behaviour, 404, "RESOURCENOTFOUND", "There is nothing here.")
        if manner.landing == "redirect":
            return 302, {"Location": "https://proctoring.example.com/identity"}, b""
        if manner.landing == "json":
            return self.json({"session": sitting.sid})
        return 200, {"Content-Type": "text/html"}, f"<!doctype html><title>Exam</title><p>{sitting.sid}".encode()

    def profile(self, install: str, user: str, **_: Any) -> Answer:
        held = self.thing(user, "user", install)
        if "profile-of-another" in self.manner.quirks:
            held = next(one for one in self.store.things.values() if one.part == "user")
        return self.json(self.views.profile(held))

    def configuration(self, install: str, course: str, exam: str, configuration: str, **_: Any) -> Answer:
        self.thing(course, "course", install)
        held, own = self.thing(exam, "exam", install), self.store.things.get(configuration)
        mixed = self.sittings.course_of.get(held.sid) != course or (own is not None and own.owner != exam)
        if own is None or own.part != "configuration" or (mixed and "any-exam-in-the-path" not in self.manner.quirks):
            raise RefusedError(self.manner.missing_status, "RESOURCENOTFOUND", "There is no such configuration.")
        return self.json(self.views.configuration(exam, own))

    def settings(self, install: str, **_: Any) -> Answer:
        types = [] if "settings-without-types" in self.manner.quirks else self.types
        shown = [{"sid": one, "status": "active", "automaticallyApprove": False} for one in types]
        return self.json({"sid": install, "defaultCurrencyCode": "USD", "proctorTypes": shown, "enabled": True})
