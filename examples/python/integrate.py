"""What a learning platform does with the endpoint, step by step, against a mock: python integrate.py ready.json."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
from proctoring import Proctoring, RefusedError

USAGE = "usage: python integrate.py ready.json (which 'invigilate mock --ready-file ready.json' writes)"


def told(_: object, error: BaseException, __: object) -> None:
    """Why this ends, in a line."""
    where = f"no answer from {ready['url']}; is the mock running? " if isinstance(error, httpx2.TransportError) else ""
    print(f"integrate: {where}{error}", file=sys.stderr)


sys.excepthook = told
if len(sys.argv) != 2:
    sys.exit(USAGE)
ready = json.loads(Path(sys.argv[1]).read_text())
api = Proctoring(ready["url"], ready["install"], ready["client_id"], ready["client_secret"])
course = {"ids": {"lms": "moodle-42"}, "title": "Astronomy", "code": "AST-1"}
exam: dict[str, Any] = {
    "ids": {"external": "quiz-7"}, "title": "Midterm", "type": "online",
    "configuration": {
        "ids": {"external": "quiz-7"}, "url": "https://lms.example.com/quiz/7", "duration": 60, "password": "aperture",
        "access": {"open": "2027-03-01T08:00:00Z", "close": "2027-03-08T18:00:00Z"},
        "proctorTypes": {"TS4b894875d26194988853e490dfb9bc41": {}},
    },
}  # fmt: skip


def person(number: int, **different: Any) -> dict[str, Any]:
    """One of the class, with what differs."""
    return {
        "ids": {"lms": f"student-{number}"}, "firstName": "Student", "lastName": f"Number {number}",
        "email": f"student-{number}@example.com", **different,
    }  # fmt: skip


def weather(**then: Any) -> None:
    """What the next call of the API meets. A rehearsal: no real server has this."""
    rule = {"match": {"operation": "provision"}, "then": then, "times": 1}
    headers = {"Authorization": f"Bearer {ready['control_token']}"}
    httpx2.post(f"{ready['url']}/_invigilate/weather", json=rule, headers=headers, trust_env=False).raise_for_status()


def tell(step: str, what: str) -> None:
    """A line of the report."""
    print(f"{step:<14} {what}", flush=True)


def roster(titled: dict[int, dict[str, Any]]) -> Counter[str]:
    """The results of a whole class, one call for each person."""
    bodies = ({"course": course, "user": person(number, **titled.get(number, {}))} for number in range(300))
    return Counter(api.provision(body)["user"]["result"] for body in bodies)


tell("token", f"good for an hour, {len(api.token())} letters")

made = api.provision({"course": course, "exam": exam})
tell("exam", f"{made['exam']['result']} as {made['exam']['sid'][:6]}…, in course {made['course']['sid'][:6]}…")

tell("roster", f"{dict(roster({}))}")
tell("roster again", f"{dict(roster({7: {'lastName': 'Number Seven'}}))}")

role = {"course": course, "user": person(0), "enrollment": {"role": "instructor"}}
tell("role", f"enrollment {api.provision(role)['enrollment']['result']}")

try:
    api.provision({"course": course, "user": person(1, email="student at example.com")})
except RefusedError as refused:
    tell("refused", f"{refused.status}: " + "; ".join(f"{one['pointer']} {one['message']}" for one in refused.errors))

weather(status=503, retryAfter=1)
tell("busy", f"asked again: {api.provision({'course': course})['course']['result']}")

weather(close="after-commit")
late = {"ids": {"lms": "moodle-43"}, "title": "Optics", "code": "OPT-1"}
tell("lost answer", f"asked again: {api.provision({'course': late})['course']['result']}")

weather(status=401)
tell("token died", f"another one: {api.provision({'course': course})['course']['result']}")

signon = {"integrationSid": ready["client_id"]}
answer = api.provision({"course": course, "user": person(7, lastName="Number Seven"), "exam": exam, "signon": signon})
claims = api.verified(answer["signon"]["token"], audience=ready["client_id"])
tell("sign-on", f"the token is about the user: {claims['sub'] == answer['user']['sid']}")
for turn in ("first", "second"):
    page = httpx2.get(answer["signon"]["redirect"], trust_env=False)
    tell(f"link, {turn}", f"{page.status_code}")

final = {**exam, "ids": {"external": "quiz-8"}, "title": "Final", "limitedScope": True}
final["configuration"] = {**exam["configuration"], "ids": {"external": "quiz-8"}}
answer = api.provision({"course": course, "user": person(8), "exam": final})
root, enrollment, place = f"/v1/installs/{api.install}", answer["enrollment"]["sid"], f"/exams/{answer['exam']['sid']}"
api.call("PUT", f"{root}{place}/assignment", {"added": [enrollment]})
found = api.call("GET", f"{root}/enrollments/{enrollment}{place}/sessions?includeActive=true")
session = f"{root}{place}/sessions/{found['results'][0]['sid']}"
tell("assigned", f"{found['total']} session: {found['results'][0]['status']}")

scheduled = api.call("POST", session, {"type": "automated", "appointmentDateTime": "2027-03-02T09:00:00Z"})
tell("scheduled", f"{scheduled['status']} at {scheduled['appointmentDate']}")
api.call("PUT", session, {"type": "smarter-scheduling", "appointmentDateTime": "2027-03-03T09:00:00Z"})
tell("rescheduled", f"to {api.call('GET', session)['appointmentDate']}")
try:
    api.call("POST", session, {"type": "automated", "appointmentDateTime": "2027-03-04T09:00:00Z"})
except RefusedError as refused:
    tell("once more", f"{refused.status} {refused.code}")

url = api.call("GET", f"{session}/onboard")["url"]
tell("onboard", f"{httpx2.get(url, trust_env=False).status_code}, then {api.call('GET', session)['status']}")
