"""For each fault a few calls that come out differently on the honest server: nobody is asked to find what is not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jwt
from servers.second.calling import Caller, course, exam, user
from servers.second.server.installs import FIRST, OTHER, PROCTOR_TYPES

Demonstration = Callable[[Caller], Any]


def names(one: str, other: str) -> Demonstration:
    """Whether two names are one course."""
    return lambda caller: [caller.provision(course=course(name)).result("course") for name in (one, other)]


def twice(part: str, one: dict[str, Any], other: dict[str, Any], times: int = 1) -> Demonstration:
    """What is said of a part when it is sent, and sent otherwise."""

    def show(caller: Caller) -> Any:
        bodies = [one, *[other] * times]
        return [caller.provision(**body).result(part) or caller.provision(**body).status for body in bodies]

    return show


def configured(one: dict[str, Any], other: dict[str, Any], times: int = 1) -> Demonstration:
    return twice("configuration", {"exam": exam(**one)}, {"exam": exam(**other)}, times)


def window(opened: str) -> dict[str, Any]:
    return {"access": {"open": opened, "close": "2036-02-01T12:00:00Z"}}


def users_of_a_page(caller: Caller) -> Any:
    for number in range(102):
        caller.provision(user=user(f"u{number}"))
    return caller.provision(user=user("u101")).result("user")


def exams_of_two_courses(caller: Caller) -> Any:
    answers = [caller.provision(course=course(name), exam=exam("same")) for name in ("one", "two")]
    return answers[0].sid("exam") == answers[1].sid("exam"), answers[1].result("exam")


def kinds(caller: Caller) -> Any:
    return [caller.provision(user=user("same", kind)).result("user") for kind in ("api", "lms")]


def courses_of_two_installs(caller: Caller) -> Any:
    sid = caller.provision().sid("course")
    return caller.provision(OTHER, {"token": caller.other_token()}, course={"ids": {"sid": sid}}).status


def accommodations(caller: Caller) -> Any:
    answers = [caller.provision(user=user(name), exam=exam(type="accommodation")) for name in ("one", "two")]
    return answers[0].sid("configuration") == answers[1].sid("configuration")


def dates_with_offsets(caller: Caller) -> Any:
    access = {"open": "2026-03-01T01:00:00+05:00", "close": "2026-03-01T00:30:00-05:00"}
    return caller.provision(exam=exam(access=access)).status


def many_digits(caller: Caller) -> Any:
    return caller.raw('{"course": ' + json.dumps(course()) + ', "x": ' + "9" * 5000 + "}").status


def chunks(caller: Caller) -> Any:
    return caller.raw(iter([json.dumps({"course": course()}).encode()]), fresh=True).status


def media_type(caller: Caller) -> Any:
    return caller.provision(headers={"Content-Type": "application/json; charset=utf-8"}).status


def error_pages(caller: Caller) -> Any:
    return caller.provision(headers={"Accept": "text/html"}, course={}).media_type


def preflight(caller: Caller) -> Any:
    return caller.send("OPTIONS", f"/v2/installs/{FIRST.sid}/provision").status


def there_and_back(caller: Caller) -> Any:
    one, other = course(title="One"), course(title="Other")
    return [caller.provision(course=body).result("course") for body in (one, one, other, one)]


def refused_then_accepted(caller: Caller) -> Any:
    caller.provision(course=course("left behind"), user={"ids": {"sid": "US" + "0" * 32}})
    caller.provision(course=course("another"))
    return caller.provision(course=course("left behind")).result("course")


def at_once(caller: Caller) -> Any:
    """Whether every one of eight users that are new at once is told of a user of its own."""
    bodies = [json.dumps({"course": course(), "user": user(f"together {number}")}) for number in range(8)]
    for _ in range(20):
        answers = caller.together([lambda body=body: caller.raw(body, fresh=True) for body in bodies])
        if len({answer.value.get("user", {}).get("sid") for answer in answers}) < 8:
            return "mixed"
    return "apart"


def new_course_at_once(caller: Caller) -> Any:
    for round_ in range(20):
        body = json.dumps({"course": course(f"race {round_}")})
        statuses = {
            answer.status for answer in caller.together([lambda b=body: caller.raw(b, fresh=True) for _ in range(8)])
        }
        if statuses != {200}:
            return "conflict"
    return "once"


def roles(caller: Caller) -> Any:
    calls = [
        caller.provision(user=user(), enrollment={"role": role}).sid("enrollment") for role in ("learner", "instructor")
    ]
    return calls[0] == calls[1]


def connection_of_another(caller: Caller) -> Any:
    caller.provision()
    return caller.provision(headers={"token": caller.other_token()}).status


def token_without_signature(caller: Caller) -> Any:
    caller.provision()
    return caller.provision(headers={"token": caller.token[:-8] + "AAAAAAAA"}).status


def expired(caller: Caller) -> Any:
    return caller.provision(headers={"token": caller.server.application.tokens.for_caller(FIRST.sid, lasts=-60)}).status


def lower_case_scheme(caller: Caller) -> Any:
    return caller.provision(headers={"token": "", "Authorization": f"bearer {caller.token}"}).status


def unknown_scheme(caller: Caller) -> Any:
    answer = caller.provision(headers={"token": "", "Authorization": "Secret 6wUo9"})
    return "6wUo9" in json.dumps(answer.value)


def signed_on(caller: Caller, name: str) -> Any:
    return caller.provision(user=user(name), signon={"integrationSid": FIRST.integrations[0]})


def subjects(caller: Caller) -> Any:
    answers = [signed_on(caller, name) for name in ("one", "two")]
    return [
        jwt.decode(answer.value["signon"]["token"], options={"verify_signature": False})["sub"] == answer.sid("user")
        for answer in answers
    ]


def published_keys(caller: Caller) -> Any:
    tokens = [signed_on(caller, "one").value["signon"]["token"] for _ in range(30)]
    known = {key["kid"] for key in caller.send("GET", "/oidc/jwks").value["keys"]}
    return {jwt.get_unverified_header(token)["kid"] for token in tokens} <= known


def followed_at_once(caller: Caller) -> Any:
    for _ in range(20):
        path = signed_on(caller, "one").value["signon"]["redirect"].removeprefix(caller.server.url)
        answers = caller.together([lambda path=path: caller.send("GET", path, fresh=True) for _ in range(8)])
        if sum(answer.status == 200 for answer in answers) > 1:
            return "twice"
    return "once"


def examined_again(caller: Caller) -> Any:
    return [caller.provision(exam=exam(duration=duration)).status for duration in (90, 0)]


NOTES = {"notes": {"student": "s", "proctor": "p"}}
OTHER_NOTES = {"notes": {"student": "s", "proctor": "q"}}
OPTIONS = {"proctorTypes": {PROCTOR_TYPES[0]: {"options": {"verifyId": {}}}}}
ZONE = {"user": user(timeZone="Europe/London")}
SHOWN: dict[str, Demonstration] = {
    "names-cut": names("n" * 80 + "1", "n" * 80 + "2"),
    "names-as-numbers": names("007", "7"),
    "names-without-accents": names("é", "e"),
    "names-unquoted": names("o'neill", "oneill"),
    "names-of-prototypes": lambda caller: caller.provision(course=course("constructor")).status,
    "names-by-like": names("ab", "a_"),
    "user-kinds-share-an-index": kinds,
    "exams-of-any-course": exams_of_two_courses,
    "sids-from-names": exams_of_two_courses,
    "users-of-the-first-page": users_of_a_page,
    "course-sids-of-any-install": courses_of_two_installs,
    "accommodation-shared": accommodations,
    "integers-of-16-bits": lambda caller: caller.provision(exam=exam(duration=40000)).status,
    "offsets-dropped": configured(window("2026-02-01T09:00:00Z"), window("2026-02-01T09:00:00+01:00")),
    "dates-in-local-time": configured(window("2026-11-01T05:30:00Z"), window("2026-11-01T06:30:00Z")),
    "windows-as-text": dates_with_offsets,
    "markup-escaped": twice("course", {"course": course(title="A & B")}, {"course": course(title="A & B")}),
    "null-keeps": twice("user", ZONE, {"user": user(timeZone=None)}),
    "documents-shallow": configured({}, OPTIONS),
    "column-forgotten": configured(NOTES, OTHER_NOTES, times=2),
    "nul-breaks-the-query": lambda caller: caller.provision(course=course(title="a\0b")).status,
    "updates-unexamined": examined_again,
    "many-digits": many_digits,
    "chunks-unread": chunks,
    "media-type-whole": media_type,
    "error-pages": error_pages,
    "preflights-crash": preflight,
    "answers-cached": there_and_back,
    "rollback-forgotten": refused_then_accepted,
    "answer-shared": at_once,
    "look-before-the-lock": new_course_at_once,
    "enrollment-per-role": roles,
    "right-remembered": connection_of_another,
    "tokens-remembered": token_without_signature,
    "expiry-in-milliseconds": expired,
    "scheme-as-written": lower_case_scheme,
    "scheme-echoed": unknown_scheme,
    "subject-by-email": subjects,
    "keys-published-once": published_keys,
    "code-marked-late": followed_at_once,
}
