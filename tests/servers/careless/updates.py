"""Carelessness about updates: what is refused at creation, and taken where something is known already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import Carelessness, Handler, Headers, Spoil, of, provisions, put, read
from tests.servers.independent import Independent
from tests.servers.members import at

KNOWN = {"course": ("course",), "user": ("course", "user"), "exam": ("course", "exam"), "just user": ("user",)}


def unvalidated_when_known(place: str, good: Any, known: str = "", *, new: str = "") -> Spoil:
    """Where ``known`` is known, a value that creation refuses is taken for ``good``; only for a ``new`` part if one is
    named.
    """
    *above, last = place.split("/")
    seen: set[str] = set()

    def named(value: Any, parts: tuple[str, ...]) -> str:
        held = [at(value, f"{part}/ids") for part in parts]
        return json.dumps(held) if all(isinstance(one, dict) for one in held) else ""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            value, answer = read(body), handler(method, path, headers, body)
            names = named(value, KNOWN.get(known or above[0], ("course",)))
            newcomer = named(value, ("course", *new.split())) if new else ""
            if not names or not provisions(method, path):
                return answer
            holder = at(value, "/".join(above))
            if answer[0] == 200:
                seen.update({names, newcomer})
            elif answer[0] == 400 and names in seen and not (new and newcomer in seen) and isinstance(holder, dict):
                mended = json.dumps(put(value, above, {**holder, last: good})).encode()
                return handler(method, path, headers, mended)
            return answer

        return handle

    return spoil


UPDATES: Mapping[str, Carelessness] = {
    "role-unchecked-when-known": of(
        unvalidated_when_known("enrollment/role", "learner", "user"), "enrollment-role-known", "broken-updates"
    ),
    "email-unchecked-when-known": of(
        unvalidated_when_known("user/email", "a@example.com"), "user-email-form user-email-valid", "broken-updates"
    ),
    "zone-unchecked-when-known": of(
        unvalidated_when_known("user/timeZone", "UTC"), "user-time-zone-known", "broken-updates"
    ),
    "exam-type-unchecked-when-known": of(
        unvalidated_when_known("exam/type", "online"), "exam-type-known", "broken-updates"
    ),
    "duration-unchecked-when-known": of(
        unvalidated_when_known("exam/configuration/duration", 60), "configuration-duration-positive", "broken-updates"
    ),
    "url-unchecked-when-known": of(
        unvalidated_when_known("exam/configuration/url", "https://exams.example.com/"),
        "configuration-url-form",
        "broken-updates",
    ),
    "title-of-any-type-when-known": of(
        unvalidated_when_known("course/title", "A title"),
        "course-title-required schema",
        "broken-updates",
    ),
    "last-name-missing-when-known": of(
        unvalidated_when_known("user/lastName", "Name"), "user-name-required", "broken-updates"
    ),
    "url-missing-when-known": of(
        unvalidated_when_known("exam/configuration/url", "https://exams.example.com/"),
        "configuration-members-required",
        "broken-updates",
    ),
    "email-unchecked-for-new-users-of-known-courses": of(
        unvalidated_when_known("user/email", "a@example.com", "course", new="user"),
        "user-email-form user-email-valid",
        "broken-updates",
    ),
    "duration-unchecked-for-new-exams-of-known-courses": of(
        unvalidated_when_known("exam/configuration/duration", 60, "course", new="exam"),
        "configuration-duration-positive",
        "broken-updates",
    ),
    "url-unchecked-for-new-configurations-of-known-exams": of(
        unvalidated_when_known(
            "exam/configuration/url", "https://exams.example.com/", "exam", new="exam exam/configuration"
        ),
        "configuration-url-form",
        "broken-updates",
    ),
    "role-unchecked-for-known-users-of-new-courses": of(
        unvalidated_when_known("enrollment/role", "learner", "just user", new="user"),
        "enrollment-role-known",
        "broken-updates",
    ),
}
