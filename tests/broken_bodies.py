"""A body with everything in it, and bodies with one thing wrong, each with the place and the clause that it breaks."""

from __future__ import annotations

import copy
import json
from typing import Any

from spec.load import load
from spec.resources.resource import ABSENT

OPERATION = load().operations["provision"]
BODY = OPERATION.body
assert BODY is not None
FULL: dict[str, Any] = json.loads(json.dumps(BODY.examples["create-course-and-exam"]))
FULL["user"] = copy.deepcopy(BODY.examples["enroll-student"]["user"])
FULL["enrollment"] = {"role": "learner"}
FULL["signon"] = copy.deepcopy(BODY.examples["enroll-student"]["signon"])


def changed(pointer: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(FULL)
    *path, last = pointer.strip("/").split("/")
    holder = body
    for name in path:
        holder = holder[name]
    if value is ABSENT:
        del holder[last]
    else:
        holder[last] = value
    return body


CASES: list[tuple[str, Any, str, str]] = [
    ("/course", ABSENT, "/course", "course-required"),
    ("/course/ids", ABSENT, "/course/ids", "ids-required"),
    ("/course/ids", {}, "/course/ids", "ids-at-least-one"),
    ("/course/ids", {"campus": "x"}, "/course/ids", "ids-at-least-one"),
    ("/course/ids", {"api": "x", "lms": "y"}, "/course/ids", "ids-at-most-one"),
    ("/course/ids/api", "", "/course/ids/api", "ids-non-empty"),
    ("/course/ids", {"sid": "CU" + "A" * 32}, "/course/ids/sid", "sid-form"),
    ("/course/ids", {"sid": "CU" + "a" * 32 + "\n"}, "/course/ids/sid", "sid-form"),
    ("/course/title", ABSENT, "/course/title", "course-title-required"),
    ("/course/title", 3, "/course/title", "schema"),
    ("/course/code", ABSENT, "/course/code", "course-code-required"),
    ("/user", ABSENT, "/user", "enrollment-needs-user"),
    ("/user/firstName", ABSENT, "/user/firstName", "user-name-required"),
    ("/user/email", ABSENT, "/user/email", "user-email-required"),
    ("/user/email", "nobody", "/user/email", "user-email-form"),
    ("/user/email", "a..b@example.com", "/user/email", "user-email-valid"),
    ("/user/currencyCode", "usd", "/user/currencyCode", "user-currency-known"),
    ("/user/timeZone", "Mars", "/user/timeZone", "user-time-zone-known"),
    ("/enrollment/role", "administrator", "/enrollment/role", "enrollment-role-known"),
    ("/exam/title", ABSENT, "/exam/title", "exam-title-required"),
    ("/exam/type", "Online", "/exam/type", "exam-type-known"),
    ("/exam/deliverySystem", "chalk", "/exam/deliverySystem", "exam-delivery-system-known"),
    ("/exam/configuration/ids", "config-1", "/exam/configuration/ids", "configuration-ids"),
    ("/exam/configuration/type", "other", "/exam/configuration/type", "configuration-type-known"),
    ("/exam/configuration/url", ABSENT, "/exam/configuration/url", "configuration-members-required"),
    ("/exam/configuration/url", "exams", "/exam/configuration/url", "configuration-url-form"),
    ("/exam/configuration/password", "", "/exam/configuration/password", "configuration-password-non-empty"),
    ("/exam/configuration/access/open", ABSENT, "/exam/configuration/access/open", "configuration-access-required"),
    ("/exam/configuration/access/open", "2026-13-01T00:00:00Z", "/exam/configuration/access/open", "date-form"),
    ("/exam/configuration/access/open", "2026-02-30T00:00:00Z", "/exam/configuration/access/open", "calendar-day"),
    ("/exam/configuration/access/open", "2026-04-31", "/exam/configuration/access/open", "calendar-day"),
    (
        "/exam/configuration/scheduling/close",
        "2026-02-30T00:00:00Z",
        "/exam/configuration/scheduling/close",
        "calendar-day",
    ),
    ("/exam/configuration/duration", "60", "/exam/configuration/duration", "lossless-text"),
    ("/exam/configuration/attempts", " 2.0 ", "/exam/configuration/attempts", "lossless-text"),
    ("/exam/practice", "true", "/exam/practice", "lossless-text"),
    ("/exam/limitedScope", "FALSE", "/exam/limitedScope", "lossless-text"),
    ("/exam/configuration/duration", "sixty", "/exam/configuration/duration", "schema"),
    ("/exam/configuration/duration", "1.5", "/exam/configuration/duration", "schema"),
    ("/exam/configuration/duration", "", "/exam/configuration/duration", "schema"),
    ("/exam/configuration/duration", "true", "/exam/configuration/duration", "schema"),
    ("/exam/practice", "1", "/exam/practice", "schema"),
    ("/exam/practice", "yes", "/exam/practice", "schema"),
    ("/exam/configuration/access/open", "2026-01-01T00:00:00", "/exam/configuration/access/open", "date-time-offset"),
    ("/exam/configuration/access/close", "2020-01-01T00:00:00Z", "/exam/configuration/access/close", "access-order"),
    ("/exam/configuration/scheduling/open", "soon", "/exam/configuration/scheduling/open", "scheduling-date-form"),
    (
        "/exam/configuration/scheduling",
        {"open": "2026-02-01T00:00:00Z", "close": "2026-01-01T00:00:00Z"},
        "/exam/configuration/scheduling/close",
        "scheduling-order",
    ),
    (
        "/exam/configuration/proctorTypes",
        {"TS6d6011935f4646848ea4f7a29b4f61a5": {"options": {"recordDreams": {}}}},
        "/exam/configuration/proctorTypes/TS6d6011935f4646848ea4f7a29b4f61a5/options/recordDreams",
        "proctor-options-known",
    ),
    ("/exam/configuration/duration", 0, "/exam/configuration/duration", "configuration-duration-positive"),
    ("/exam/configuration/duration", 2**60, "/exam/configuration/duration", "numbers-exact"),
    ("/exam/configuration/duration", 1.5, "/exam/configuration/duration", "schema"),
    ("/exam/configuration/duration", "0", "/exam/configuration/duration", "configuration-duration-positive"),
    ("/exam/configuration/attempts", -1, "/exam/configuration/attempts", "configuration-attempts-positive"),
    ("/exam/configuration/proctorTypes", {}, "/exam/configuration/proctorTypes", "proctor-types-some"),
    ("/exam/configuration/proctorTypes", {"junk": {}}, "/exam/configuration/proctorTypes/junk", "proctor-type-form"),
    (
        "/exam/configuration/proctorTypes",
        {"TS" + "0" * 32: {}},
        "/exam/configuration/proctorTypes/TS" + "0" * 32,
        "proctor-types-enabled",
    ),
    (
        "/exam/configuration/permittedItems",
        {"ruler": {}},
        "/exam/configuration/permittedItems/ruler",
        "permitted-items-known",
    ),
    ("/signon/integrationSid", ABSENT, "/signon/integrationSid", "signon-integration-required"),
    ("/signon/integrationSid", "II0", "/signon/integrationSid", "signon-integration-form"),
    ("/signon/integrationSid", "II" + "0" * 32, "/signon/integrationSid", "signon-integration-known"),
]
