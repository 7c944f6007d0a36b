"""For each further fault a few calls that come out differently on the honest server."""

from __future__ import annotations

import json
from typing import Any

import jwt
from servers.second.calling import Caller, course, exam, user
from servers.second.demonstrations import Demonstration
from servers.second.server.installs import FIRST

SIGNON = {"integrationSid": FIRST.integrations[0]}
NOBODY = {"ids": {"sid": "US" + "0" * 32}}


def results(part: str, *bodies: dict[str, Any]) -> Demonstration:
    """What is said of a part, call after call."""
    return lambda caller: [
        answer.result(part) if answer.status == 200 else answer.status
        for answer in (caller.provision(**body) for body in bodies)
    ]


def status(**body: Any) -> Demonstration:
    return lambda caller: caller.provision(**body).status


def configured(**members: Any) -> Demonstration:
    return status(exam=exam(**members))


def by_sid_and_by_name(caller: Caller) -> Any:
    sid = caller.provision().sid("course")
    caller.provision(course={"ids": {"sid": sid}})
    return caller.provision().result("course")


def by_sid_and_code(caller: Caller) -> Any:
    """Whether a code is still stored after the title was changed alone."""
    sid = caller.provision().sid("course")
    caller.provision(course={"ids": {"sid": sid}, "title": "Two"})
    return caller.provision(course=course(title="Two")).result("course")


def numbers(caller: Caller, part: str, bodies: list[dict[str, Any]]) -> int:
    return len({caller.provision(**body).sid(part) for body in bodies})


def exam_elsewhere(caller: Caller) -> Any:
    sid = caller.provision(exam=exam()).sid("exam")
    return caller.provision(course=course("elsewhere"), exam={"ids": {"sid": sid}}).status


def foreign_then_own(caller: Caller) -> Any:
    caller.provision(headers={"token": caller.other_token()})
    return caller.provision().result("course")


def fiftieth(caller: Caller) -> Any:
    answers = [caller.provision(course=course(f"number {number}")) for number in range(50)]
    return [answer.status for answer in answers] == [200] * 50


def forgotten(caller: Caller) -> Any:
    for number in range(202):
        caller.provision(course=course(f"number {number}"))
    return caller.provision(course=course("number 0")).result("course")


def enrolled_in_another(caller: Caller) -> Any:
    caller.provision(user=user())
    return caller.provision(course=course("another"), user=user()).result("enrollment")


def headers(**given: str) -> Demonstration:
    return lambda caller: (
        caller.provision(headers={name.replace("_", "-"): value for name, value in given.items()}).status
    )


def of_the_second_install(caller: Caller) -> Any:
    return caller.provision(headers={"token": caller.other_token()}).status


def expired_bearer(caller: Caller) -> Any:
    token = caller.server.application.tokens.for_caller(FIRST.sid, lasts=-60)
    return caller.provision(headers={"token": "", "Authorization": f"Bearer {token}"}).status


def in_the_query(caller: Caller) -> Any:
    path = f"/v2/installs/{FIRST.sid}/provision?access_token={caller.token}"
    return caller.send("POST", path, json.dumps({"course": course()}), {"Content-Type": "application/json"}).status


def both_headers(caller: Caller) -> Any:
    return caller.provision(headers={"Authorization": "Bearer another.token.altogether"}).status


def claim(name: str, integration: str = FIRST.integrations[0]) -> Demonstration:
    def show(caller: Caller) -> Any:
        token = caller.provision(user=user(), signon={"integrationSid": integration}).value["signon"]["token"]
        found = jwt.decode(token, options={"verify_signature": False})[name]
        return len(str(found)) if name == "exp" else found

    return show


def tokens(caller: Caller) -> Any:
    return len({caller.provision(user=user(), signon=SIGNON).value["signon"]["token"] for _ in range(3)})


EXAM = {"exam": exam()}
LATE = {"access": {"open": "2026-02-01T09:00:00Z", "close": "2039-02-01T12:00:00Z"}}
SHOWN: dict[str, Demonstration] = {
    "names-left-behind": by_sid_and_by_name,
    "address-is-the-key": results("user", {"user": user()}, {"user": user(email="m@example.com")}),
    "shared-mailbox": results("user", {"user": user("one")}, {"user": user("two")}),
    "short-numbers": lambda caller: numbers(caller, "exam", [{"exam": exam(str(one))} for one in range(42)]),
    "enrollment-of-user": lambda caller: numbers(
        caller, "enrollment", [{"course": course(name), "user": user()} for name in ("a", "b")]
    ),
    "courses-committed": results("course", {"user": NOBODY}, {}),
    "writes-first": foreign_then_own,
    "exams-move": exam_elsewhere,
    "throttled-late": fiftieth,
    "names-forgotten": forgotten,
    "first-column-only": results("course", {"course": course()}, {"course": course(code="OTHER")}),
    "result-of-the-whole": results(
        "user", {"user": user(), "course": course()}, {"user": user(), "course": course(title="Two")}
    ),
    "created-together": results("course", {}, EXAM),
    "enrolled-like-user": enrolled_in_another,
    "seen-often-enough": results("user", *[{"user": user()}] * 4),
    "capital-numbers": lambda caller: caller.provision(**EXAM).sid("configuration")[2:].islower(),
    "bare-numbers": lambda caller: [type(caller.provision(**EXAM).value["configuration"]).__name__ for _ in range(2)],
    "empty-signon": lambda caller: sorted(caller.provision().value),
    "codes-cleared": by_sid_and_code,
    "false-is-nothing": results("exam", {"exam": exam() | {"practice": True}}, {"exam": exam() | {"practice": False}}),
    "promoted-for-ever": results(
        "enrollment",
        {"user": user(), "enrollment": {"role": "instructor"}},
        {"user": user(), "enrollment": {"role": "learner"}},
    ),
    "empty-arrays": configured(permittedItems=[]),
    "rounded-minutes": configured(duration=90.4),
    "words-in-any-case": status(user=user(), enrollment={"role": "Learner"}),
    "rolled-months": configured(access={"open": "2026-13-01T09:00:00Z", "close": "2036-02-01T12:00:00Z"}),
    "first-ten-letters": configured(access={"open": "2026-02-01 at nine", "close": "2036-02-01T12:00:00Z"}),
    "nobodys-enrollment": status(enrollment={"role": "learner"}),
    "null-titles": status(course=course(title=None)),
    "exams-need-users": status(**EXAM),
    "framework-refuses": lambda caller: sorted(caller.provision(headers={"Content-Type": "text/plain"}).value),
    "dates-until-2038": configured(**LATE),
    "texts-of-200": status(course=course(title="x" * 201)),
    "right-by-prefix": of_the_second_install,
    "last-header-wins": both_headers,
    "bearer-for-ever": expired_bearer,
    "query-token": in_the_query,
    "bad-credentials-400": headers(token=""),
    "first-audience": claim("aud", FIRST.integrations[1]),
    "minutes-of-expiry": claim("exp"),
    "tokens-kept": tokens,
}
