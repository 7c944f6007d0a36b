"""What the answers of the journey show."""

from __future__ import annotations

from typing import Any

from tests.servers.journey.manner import Manner
from tests.servers.journey.sessions import Sitting, Sittings
from tests.servers.store import Thing

ITEMS = "BathroomBreak Calculator Dictionary Earplugs FormulaSheet Notes Textbook Websites".split()
NAMES = {
    "type": "type",
    "url": "url",
    "examOpenDate": "access/open",
    "examCloseDate": "access/close",
    "scheduleOpenDate": "scheduling/open",
    "scheduleCloseDate": "scheduling/close",
    "duration": "duration",
    "attempts": "attempts",
    "studentNotes": "notes/student",
    "proctorNotes": "notes/proctor",
}


class Views:
    """Makes the objects of answers."""

    def __init__(self, sittings: Sittings, manner: Manner) -> None:
        self.sittings, self.manner, self.store = sittings, manner, sittings.store

    def more(self, shown: dict[str, Any]) -> dict[str, Any]:
        return {**shown, "account": "AC1", "recordingStartDate": None} if self.manner.extras else shown

    def session(self, install: str, one: Sitting) -> dict[str, Any]:
        quirks, sittings = self.manner.quirks, self.sittings
        exam = one.exam if "exam-of-another" not in quirks else next(iter(sittings.course_of))
        shown = {
            "sid": one.sid,
            "installSid": install,
            "examSid": exam,
            "enrollmentSid": one.enrollment,
            "userSid": sittings.user_of[one.enrollment],
            "courseSid": sittings.course_of[one.exam],
            "status": sittings.status(one),
            "statusReason": one.reason,
            "duration": sittings.configuration(one).get("duration"),
            "sessionType": one.asked.get("type"),
            "appointmentDate": sittings.date(one.start),
            "appointmentEndDate": sittings.date(one.end),
            "dateScheduled": sittings.date(one.scheduled),
            "createdDate": sittings.date(one.created),
            "editDate": sittings.date(one.edited),
            "notes": one.asked.get("notes"),
            "externalAppointmentId": one.asked.get("externalAppointmentId"),
        }
        for name in ("status", "sid"):
            if f"session-without-{name}" in quirks:
                del shown[name]
        if "session-without-parents" in quirks:
            shown = {name: value for name, value in shown.items() if name == "sid" or not name.endswith("Sid")}
        return self.more(shown)

    def listed(self, one: Sitting) -> dict[str, Any]:
        sittings = self.sittings
        shown = {
            ("examSessionSid" if "list-names-sessions-otherwise" in self.manner.quirks else "sid"): one.sid,
            "status": sittings.status(one),
            "sessionType": one.asked.get("type"),
            "appointmentDate": sittings.date(one.start),
            "createdDate": sittings.date(one.created),
            "editDate": sittings.date(one.edited),
        }
        return self.more(shown)

    def appointment(self, one: Sitting) -> dict[str, Any]:
        sittings, exam = self.sittings, self.store.things[one.exam]
        enrollment = self.store.things[one.enrollment]
        return self.more({
            **self.listed(one),
            "examSid": one.exam,
            "enrollmentSid": one.enrollment,
            "exam": {"sid": one.exam, "courseSid": sittings.course_of[one.exam], "title": exam.values.get("title")},
            "enrollment": {
                "userSid": sittings.user_of[one.enrollment],
                "enrollmentSid": one.enrollment,
                "role": enrollment.values.get("role"),
            },
        })  # fmt: skip

    def profile(self, user: Thing) -> dict[str, Any]:
        ids = {key[2]: key[3] for key, sid in self.store.index.items() if sid == user.sid and key[0] == "user"}
        values = user.values
        shown = {
            "sid": user.sid,
            **{name: values.get(name) for name in ("firstName", "lastName", "email", "currencyCode")},
            **{f"{kind}Id": ids.get(kind) for kind in ("api", "lms", "external")},
            "timezone": {"name": values.get("timeZone")},
            "username": None,
        }
        if "names-exchanged" in self.manner.quirks:
            shown["firstName"], shown["lastName"] = shown["lastName"], shown["firstName"]
        if "profile-in-an-envelope" in self.manner.quirks:
            shown = {"user": shown}
        return self.more(shown)

    def configuration(self, exam: str, held: Thing) -> dict[str, Any]:
        values, quirks = held.values, self.manner.quirks
        shown: dict[str, Any] = {"sid": held.sid, "examSid": exam}
        shown |= {name: values.get(leaf) for name, leaf in NAMES.items()}
        items = values.get("permittedItems") or {}
        for item in ITEMS:
            own = items.get(item[0].lower() + item[1:])
            shown[f"permitted{item}"] = own is not None and "nothing-permitted" not in quirks
            shown[f"permitted{item}Information"] = (own or {}).get("notes")
        shown["proctorTypes"] = list(values.get("proctorTypes") or ())
        shown["password"] = values.get("password") if self.manner.password else None
        if "duration-in-seconds" in quirks and shown["duration"]:
            shown["duration"] *= 60
        if "windows-exchanged" in quirks:
            for one in ("Open", "Close"):
                shown[f"exam{one}Date"], shown[f"schedule{one}Date"] = (
                    shown[f"schedule{one}Date"], shown[f"exam{one}Date"],
                )  # fmt: skip
        return self.more(shown)
