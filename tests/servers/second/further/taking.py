"""Faults in what is taken: rules that are missing in one place, parsers that know better, and errors about errors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from servers.second.departures import Departure
from servers.second.server.checks import Check
from servers.second.server.database import Column, Kind, Records
from servers.second.server.decoding import Decoder
from servers.second.server.messages import Answers, Received, RefusedError, Sent, Violation
from servers.second.server.provisioning import Call, Provisioning
from servers.second.server.rules import Rules


class EmptyArrays(Decoder):
    """An empty array is an empty object, as in PHP."""

    def decoded(self, text: str) -> Any:
        return json.loads(json.dumps(super().decoded(text)), object_pairs_hook=self.filled)

    def filled(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: {} if value == [] and name in ("permittedItems", "notes") else value for name, value in pairs}


class RoundedMinutes(Decoder):
    """Minutes are rounded before they are looked at."""

    def number(self, digits: str) -> float:
        return round(super().number(digits))


class AnyCase(Decoder):
    """Words of a list are taken in any case."""

    def decoded(self, text: str) -> Any:
        body = super().decoded(text)
        for part, name in (("enrollment", "role"), ("exam", "type")):
            holder = body.get(part) if isinstance(body, dict) else None
            if isinstance(holder, dict) and isinstance(holder.get(name), str):
                holder[name] = holder[name].lower()
        return body


class RolledMonths(Rules):
    """The thirteenth month is the first of the next year."""

    def date(self) -> Check:
        strict = super().date()

        def check(value: Any, pointer: str) -> Iterator[Violation]:
            rolled = re.sub(r"^(\d{4})-13-", r"\1-01-", value) if isinstance(value, str) else value
            yield from strict(rolled, pointer)

        return check


class FirstTenLetters(Rules):
    """Of a date the first ten letters are looked at."""

    def date(self) -> Check:
        strict = super().date()

        def check(value: Any, pointer: str) -> Iterator[Violation]:
            looked_at = f"{value[:10]}T00:00:00Z" if isinstance(value, str) else value
            yield from strict(looked_at, pointer)

        return check


class NobodysEnrollment(Rules):
    """An enrollment of nobody is not looked at."""

    def violations(self, body: Any) -> list[Violation]:
        return [one for one in super().violations(body) if one.clause != "enrollment-needs-user"]


class NullTitles(Rules):
    """A title may be null, as the columns of that table may."""

    def violations(self, body: Any) -> list[Violation]:
        return [
            one
            for one in super().violations(body)
            if not (one.pointer in ("/course/title", "/exam/title") and one.message.startswith("None "))
        ]


class ExamsNeedUsers(Provisioning):
    """An exam is for somebody, thought somebody."""

    def exam(self, call: Call, exam: dict[str, Any]) -> None:
        if "user" not in call.body:
            raise RefusedError(400, "INVALIDINPUT", "Whose exam is this?")
        super().exam(call, exam)


class CodelessAnswers(Answers):
    """What is refused before the body is read is refused by the framework, in its own words."""

    def refusal(self, request: Received, refused: RefusedError) -> Sent:
        if refused.status in (405, 413, 415):
            return self.written(refused.status, {"detail": refused.message}, refused.headers)
        return super().refusal(request, refused)


class FarAway(Records):
    """Dates are kept as time stamps of the platform, which ends in 2038."""

    def stored(self, column: Column, value: Any, defaults: dict[str, str]) -> Any:
        found = super().stored(column, value, defaults)
        if column.kind is Kind.INSTANT and isinstance(found, str) and not "1970" <= found[:4] < "2038":
            raise OverflowError("timestamp out of range")
        return found


class LongTexts(Records):
    """A text is at most 200 letters, and the database says so."""

    def stored(self, column: Column, value: Any, defaults: dict[str, str]) -> Any:
        found = super().stored(column, value, defaults)
        if column.kind is Kind.TEXT and isinstance(found, str) and len(found) > 200:
            raise ValueError("value too long for type character varying(200)")
        return found


FAULTS = (
    Departure(
        *("empty-arrays", "An empty array is an empty object.", (EmptyArrays,)),
        *(("schema",), ("errors-complete",)),
    ),
    Departure(
        *("rounded-minutes", "Minutes are rounded before they are looked at.", (RoundedMinutes,)),
        *(("schema",), ("errors-complete", "values-compare")),
    ),
    Departure(
        *("words-in-any-case", "Roles and types are taken in any case.", (AnyCase,)),
        *(("enrollment-role-known", "exam-type-known"), ("errors-complete",)),
    ),
    Departure(
        *("rolled-months", "Month 13 is January.", (RolledMonths,)),
        *(("date-form",), ("errors-complete", "date-time-offset", "calendar-day")),
    ),
    Departure(
        *("first-ten-letters", "Of a date the first ten letters are looked at.", (FirstTenLetters,)),
        *(("date-form", "date-time-offset"), ("errors-complete", "access-order", "calendar-day")),
    ),
    Departure(
        *("nobodys-enrollment", "An enrollment without a user is ignored.", (NobodysEnrollment,)),
        *(("enrollment-needs-user",), ("asked-present", "errors-complete")),
    ),
    Departure(
        *("null-titles", "A title may be null.", (NullTitles,)),
        *(("schema",), ("errors-complete", "course-title-required", "exam-title-required")),
    ),
    Departure(
        *("exams-need-users", "An exam without a user is refused.", (ExamsNeedUsers,)),
        *(("valid-accepted",), ("errors-complete",)),
    ),
    Departure(
        *("framework-refuses", "Some refusals are those of the framework.", (CodelessAnswers,)),
        *(("error-shape",), ("error-code-symbolic",)),
    ),
    Departure(
        *("dates-until-2038", "A date after 2037 is more than the column holds.", (FarAway,)),
        *(("never-server-error",), ("values-survive", "valid-accepted")),
    ),
    Departure(
        *("texts-of-200", "A text of more than 200 letters is more than the column holds.", (LongTexts,)),
        *(("never-server-error",), ("values-survive", "valid-accepted")),
    ),
)
