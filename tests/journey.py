"""The journey after provisioning as a client walks it, and how each of its faults is seen."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

COURSE = {"ids": {"external": "journey"}, "title": "Journey", "code": "J"}
PASSWORD = "open-sesame"
OPEN, CLOSE = "2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z"
NEVER = "EN" + "0" * 32
AT = "2080-06-15T14:00:00Z"
LATER = "2080-06-15T16:00:00Z"
_NAMES = itertools.count()


def user(name: str) -> dict[str, Any]:
    """A user of that external identifier."""
    return {"ids": {"external": name}, "firstName": "Ada", "lastName": "Byron", "email": "ada@example.com"}


def exam(name: str, *, limited: bool = False, **configuration: Any) -> dict[str, Any]:
    """An exam of that external identifier; members of its configuration can be changed."""
    rules = {
        "url": "https://exams.example.com/1",
        "access": {"open": OPEN, "close": CLOSE},
        "duration": 90,
        "password": PASSWORD,
        "proctorTypes": {"TS4b894875d26194988853e490dfb9bc41": {}},
    }
    return {
        "ids": {"external": name}, "title": "Exam", "limitedScope": limited,
        "configuration": {**rules, **configuration},
    }  # fmt: skip


@dataclass(slots=True)
class Traveller:
    """A client that walks. ``mock`` has ``http``, ``app`` and ``token``, a token or what makes one."""

    mock: Any
    course: dict[str, Any] = field(default_factory=lambda: COURSE)

    @property
    def install(self) -> str:
        sid: str = self.mock.app.installs[0].sid
        return sid

    @property
    def headers(self) -> dict[str, str]:
        token = self.mock.token
        return {"token": token() if callable(token) else token}

    def provision(self, **parts: Any) -> Any:
        """The SIDs of a call, by part."""
        told = self.call("POST", "/v2", "/provision", {"course": self.course, **parts})
        assert told.status_code == 200, told.text
        return {name: one["sid"] for name, one in told.json().items()}

    def call(self, method: str, version: str, path: str, body: Any = None, **options: Any) -> Any:
        """The answer to a call below the install."""
        content = {} if body is None else {"json": body}
        url = f"{version}/installs/{self.install}{path}"
        return self.mock.http.request(method, url, headers=self.headers, **content, **options)

    def assign(self, exam: str, **sides: Any) -> Any:
        return self.call("PUT", "/v1", f"/exams/{exam}/assignment", sides)

    def sessions(self, sids: Any, query: str = "includeActive=true") -> Any:
        path = f"/enrollments/{sids['enrollment']}/exams/{sids['exam']}/sessions?{query}"
        return self.call("GET", "/v1", path)

    def listed(self, sids: Any, query: str = "includeActive=true") -> Any:
        answer = self.sessions(sids, query)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    def session(self, sids: Any) -> str:
        """The path of the one active session."""
        (only,) = [one for one in self.listed(sids) if one["status"].title() not in ("Closed", "Cancelled")]
        return f"/exams/{sids['exam']}/sessions/{only['sid']}"

    def read(self, session: str) -> Any:
        return self.call("GET", "/v1", session).json()

    def schedule(self, session: str, **body: Any) -> Any:
        return self.call("POST", "/v1", session, body)

    def reschedule(self, session: str, **body: Any) -> Any:
        return self.call("PUT", "/v1", session, body)

    def onboard(self, session: str) -> Any:
        return self.call("GET", "/v1", f"{session}/onboard")

    def follow(self, url: str) -> Any:
        return self.mock.http.get("/" + url.split("/", 3)[3])

    def goes_on(self, session: str, event: str) -> Any:
        sid = session.rpartition("/")[2]
        return self.mock.http.post(f"/_invigilate/sessions/{sid}", json={"event": event})

    def begun(self, session: str) -> str:
        """The same session, which is in progress."""
        if self.read(session)["status"] == "Needs Proctor":
            assert self.schedule(session).is_success
        assert self.follow(self.onboard(session).json()["url"]).is_success
        assert self.goes_on(session, "begin").is_success
        return session

    def enrolled(self, *, limited: bool = False, **configuration: Any) -> Any:
        """A learner and an exam, both new: their SIDs."""
        name = f"n{next(_NAMES)}"
        return self.provision(user=user(name), exam=exam(name, limited=limited, **configuration))

    def scheduled(self, **body: Any) -> str:
        """The path of a new session that is scheduled."""
        session = self.session(self.enrolled())
        answer = self.schedule(session, **{"type": "automated", "appointmentDateTime": AT, **body})
        assert answer.status_code == 200, answer.text
        return session

    def assigned(self) -> Any:
        """A learner who is assigned to an exam of limited scope."""
        sids = self.enrolled(limited=True)
        assert self.assign(sids["exam"], added=[sids["enrollment"]]).is_success
        return sids


def _seen(see: Callable[[Traveller], bool]) -> Callable[[Any], bool]:
    return lambda mock: see(Traveller(mock))


def _instructor(client: Traveller) -> bool:
    sids = client.provision(user=user("teacher"), enrollment={"role": "instructor"}, exam=exam("taught"))
    return bool(client.listed(sids))


def _later(client: Traveller) -> bool:
    sids = client.provision(exam=exam("early"))
    return not client.listed({**sids, **client.provision(user=user("late"))})


def _again(client: Traveller) -> bool:
    sids = client.assigned()
    client.assign(sids["exam"], added=[sids["enrollment"]])
    return len(client.listed(sids)) == 2


def _reason(client: Traveller) -> bool:
    sids = client.assigned()
    session = client.session(sids)
    client.assign(sids["exam"], removed=[sids["enrollment"]])
    told = client.read(session)
    return bool(told["status"] == "Cancelled" and told["statusReason"] is None)


def _over(client: Traveller) -> bool:
    sids = client.assigned()
    session = client.session(sids)
    client.assign(sids["exam"], removed=[sids["enrollment"]])
    return bool(client.schedule(session).is_success)


def _mixed(client: Traveller) -> bool:
    first, second = client.enrolled(), client.enrolled()
    session = client.session(first).replace(first["exam"], second["exam"])
    return bool(client.call("GET", "/v1", session).is_success)


def _total(client: Traveller) -> bool:
    client.enrolled()
    client.enrolled()
    return bool(client.call("GET", "/v1", "/reports/appointments?limit=1").json()["total"] == 1)


def _order(client: Traveller) -> bool:
    sids = client.assigned()
    client.assign(sids["exam"], removed=[sids["enrollment"]])
    client.mock.app.clocks.advance(5)
    client.assign(sids["exam"], added=[sids["enrollment"]])
    ends = client.listed(sids, "includeActive=true&sortKeys=createdDate&sortOrder=DESC")
    return bool(ends[0]["createdDate"] < ends[1]["createdDate"])


def _windows(client: Traveller) -> bool:
    sids = client.enrolled()
    path = f"/courses/{sids['course']}/exams/{sids['exam']}/configurations/{sids['configuration']}"
    return bool(client.call("GET", "/v1", path).json()["examOpenDate"] != OPEN)


def _password(client: Traveller) -> bool:
    sids = client.enrolled()
    path = f"/courses/{sids['course']}/exams/{sids['exam']}/configurations/{sids['configuration']}"
    return PASSWORD in client.call("GET", "/v1", path).text


def _profile(client: Traveller) -> bool:
    sids = client.provision(user=user("known"))
    return bool(client.call("GET", "/v1", f"/users/{sids['user']}/profile").json()["externalId"] != "known")


def _overlap(client: Traveller) -> bool:
    first = client.provision(user=user("busy"), exam=exam("one"))
    second = client.provision(user=user("busy"), exam=exam("two"))
    client.schedule(client.session(first), appointmentDateTime=AT)
    return bool(client.schedule(client.session(second), appointmentDateTime=AT).is_success)


def _closed(client: Traveller) -> bool:
    sids = client.enrolled(scheduling={"open": OPEN, "close": "2020-02-01T00:00:00Z"})
    return bool(client.schedule(client.session(sids), appointmentDateTime=AT).is_success)


def _followed(client: Traveller, after: float = 0, *, before: bool = False) -> bool:
    url = client.onboard(client.scheduled()).json()["url"]
    if before:
        client.follow(url)
    if after:
        client.mock.app.clocks.advance(after)
    return bool(client.follow(url).is_success)


def _entered(client: Traveller) -> bool:
    session = client.scheduled()
    client.follow(client.onboard(session).json()["url"])
    return bool(client.read(session)["status"] != "Onboarding")


def _endless(client: Traveller) -> bool:
    sids = client.assigned()
    client.goes_on(client.begun(client.session(sids)), "finish")
    return bool(client.assign(sids["exam"], added=[sids["enrollment"]]).is_success)


def _closes(client: Traveller) -> bool:
    session = client.scheduled()
    client.goes_on(session, "miss")
    return bool(client.read(session)["status"] != "Closed")


def _moved(client: Traveller) -> bool:
    session = client.scheduled()
    client.reschedule(session, appointmentDateTime=LATER)
    return bool(client.read(session)["appointmentDate"] != LATER)


def _fresh(client: Traveller) -> bool:
    session = client.scheduled()
    return bool(client.onboard(session).json() == client.onboard(session).json())


def _takes(**body: Any) -> Callable[[Traveller], bool]:
    return lambda client: bool(client.schedule(client.session(client.enrolled()), **body).is_success)


_SEEN: dict[str, Callable[[Traveller], bool]] = {
    "starts-no-later-sessions": _later,
    "starts-limited-sessions": lambda client: bool(client.listed(client.enrolled(limited=True))),
    "starts-sessions-for-everybody": _instructor,
    "forgets-assignments": lambda client: not client.listed(client.assigned()),
    "starts-sessions-again": _again,
    "cancels-wordlessly": _reason,
    "takes-the-guides-assignment": lambda client: client.assign(
        client.enrolled(limited=True)["exam"], add=[{"enrollmentSid": NEVER}]
    ).is_success,
    "answers-204-to-assignments": lambda client: client.assign(client.enrolled(limited=True)["exam"]).status_code == 204,
    "skips-strangers": lambda client: client.assign(client.enrolled(limited=True)["exam"], added=[NEVER]).is_success,
    "assigns-on-both-sides": lambda client: client.assign(
        (sids := client.assigned())["exam"], added=[sids["enrollment"]], removed=[sids["enrollment"]]
    ).is_success,
    "assigns-to-open-exams": lambda client: client.assign(
        (sids := client.enrolled())["exam"], added=[sids["enrollment"]]
    ).is_success,
    "answers-422-to-sids-in-paths": lambda client: client.call("GET", "/v1", "/users/x/profile").status_code == 422,
    "mixes-paths": _mixed,
    "pages-whatever-is-sent": lambda client: client.sessions(client.enrolled(), "limit=x").is_success,
    "counts-one-page": _total,
    "lists-in-one-order": _order,
    "lists-every-status": lambda client: client.sessions(client.enrolled(), "status=active").is_success,
    "lists-active-sessions": lambda client: bool(client.listed(client.enrolled(), "")),
    "writes-statuses-small": lambda client: client.listed(client.enrolled())[0]["status"] == "needs proctor",
    "hides-parents": lambda client: "userSid" not in client.read(client.session(client.enrolled())),
    "hides-identifiers": _profile,
    "exchanges-windows": _windows,
    "shows-passwords": _password,
    "reports-appointments-alone": lambda client: bool(
        client.enrolled() and not client.call("GET", "/v1", "/reports/appointments").json()["results"]
    ),
    "hides-proctor-types": lambda client: not client.call("GET", "/v1", "/settings").json()["proctorTypes"],
    "schedules-nothing": lambda client: client.read(client.scheduled())["status"] != "Scheduled",
    "moves-nothing": _moved,
    "schedules-in-any-way": _takes(type="by-pigeon"),
    "takes-local-dates": _takes(appointmentDateTime="2080-06-15T14:00:00+02:00"),
    "takes-the-guides-currency": _takes(currencyCode="USD"),
    "takes-any-location": _takes(proctorLocationSid="PT" + "0" * 32),
    "schedules-again": lambda client: client.schedule(client.scheduled()).is_success,
    "moves-what-is-not-scheduled": lambda client: client.reschedule(client.session(client.enrolled())).is_success,
    "goes-on-after-the-end": _over,
    "schedules-at-any-time": _closed,
    "books-beyond-access": _takes(appointmentDateTime="2091-01-01T00:00:00Z"),
    "books-twice-at-once": _overlap,
    "gives-attempts-without-end": _endless,
    "never-begins": lambda client: client.read(client.begun(client.scheduled()))["status"] != "In Progress",
    "never-closes": _closes,
    "answers-the-same-url": _fresh,
    "onboards-too-early": lambda client: client.onboard(client.session(client.enrolled())).is_success,
    "lets-urls-work-again": lambda client: _followed(client, before=True),
    "lets-urls-live": lambda client: _followed(client, 301),
    "stays-outside": _entered,
}  # fmt: skip
SESSION_SCENARIOS: dict[str, Callable[[Any], bool]] = {name: _seen(see) for name, see in _SEEN.items()}
"""Whether a fault is seen, by its id."""


def refused(answer: Any, status: int, clause: str) -> None:
    """The answer is a refusal of this status, for this clause first."""
    assert (answer.status_code, answer.json()["errors"][0]["clause"]) == (status, clause), answer.text
    assert answer.json()["status"] == status
