"""Legal ways to take what an adopted clause alone refuses: each reader makes something of its own of the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.careless.spoiling import Spoil, on_bodies
from tests.servers.members import CURRENCIES, at, converted, instant, rolled_over, zones

CONFIGURATION = "exam/configuration"
_OFFSET = re.compile(r"T.*([Zz]|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True)
class Leniency:
    """A way to change bodies before the honest server reads them, and the adopted clauses that it does not share."""

    spoil: Spoil
    clauses: frozenset[str]


def takes(clauses: str, change: Callable[[Any], None]) -> Leniency:
    def changed(body: Any, path: str) -> Any:
        change(body)
        return body

    return Leniency(on_bodies(changed), frozenset(clauses.split()))


def leaves_out(place: str, refused: Callable[[str], bool]) -> Callable[[Any], None]:
    """A text that is refused elsewhere counts as not sent."""
    above, _, last = place.rpartition("/")

    def change(body: Any) -> None:
        holder = at(body, above)
        if isinstance(holder, dict) and isinstance(holder.get(last), str) and refused(holder[last]):
            del holder[last]

    return change


def writes(place: str, form: Callable[[str], str]) -> Callable[[Any], None]:
    """A text is kept in another form."""
    above, _, last = place.rpartition("/")

    def change(body: Any) -> None:
        holder = at(body, above)
        if isinstance(holder, dict) and isinstance(holder.get(last), str):
            holder[last] = form(holder[last])

    return change


def code_from_title(body: Any) -> None:
    course = at(body, "course")
    named = isinstance(course, dict) and isinstance(course.get("ids"), dict) and "sid" not in course["ids"]
    if named and "code" not in course and isinstance(course.get("title"), str):
        course["code"] = course["title"]


def utc_if_silent(text: str) -> str:
    moment = instant(text)
    if moment is None or _OFFSET.search(text):
        return text
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def no_window_that_ends_first(body: Any) -> None:
    held = at(body, f"{CONFIGURATION}/scheduling")
    if not isinstance(held, dict):
        return
    texts = [held.get("open"), held.get("close")]
    moments = [instant(one) for one in texts if isinstance(one, str) and _OFFSET.search(one)]
    if len(moments) == 2 and moments[0] and moments[1] and moments[1] <= moments[0]:
        del at(body, CONFIGURATION)["scheduling"]


def on_dates(form: Callable[[str], str]) -> Callable[[Any], None]:
    """Every date is kept in another form."""

    def change(body: Any) -> None:
        for window in ("access", "scheduling"):
            for edge in ("open", "close"):
                writes(f"{CONFIGURATION}/{window}/{edge}", form)(body)

    return change


LENIENT: Mapping[str, Leniency] = {
    "unknown-currencies-count-as-not-sent": takes(
        "user-currency-known", leaves_out("user/currencyCode", lambda text: text not in CURRENCIES)
    ),
    "currencies-in-any-case": takes("user-currency-known", writes("user/currencyCode", str.upper)),
    "unknown-zones-count-as-not-sent": takes(
        "user-time-zone-known", leaves_out("user/timeZone", lambda text: text not in zones())
    ),
    "unknown-zones-are-utc": takes(
        "user-time-zone-known", writes("user/timeZone", lambda text: text if text in zones() else "UTC")
    ),
    "unknown-delivery-systems-count-as-not-sent": takes(
        "exam-delivery-system-known",
        leaves_out("exam/deliverySystem", lambda text: text not in ("canvas", "moodle")),
    ),
    "titles-serve-as-codes": takes("course-code-required", code_from_title),
    "no-password-is-a-password": takes(
        "configuration-password-non-empty", writes(f"{CONFIGURATION}/password", lambda text: text or "-")
    ),
    "silent-offsets-are-utc": takes(
        "date-time-offset scheduling-date-form",
        on_dates(utc_if_silent),
    ),
    "no-window-that-ends-first": takes("scheduling-order", no_window_that_ends_first),
    "texts-are-converted": takes("lossless-text", converted),
    # a day that does not exist is in no RFC 3339 date-time either
    "days-roll-over": takes("calendar-day date-time-offset scheduling-date-form", on_dates(rolled_over)),
}
