"""What the bodies of the journey must keep."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.servers.journey.manner import Manner
from tests.servers.members import instant

WAYS = frozenset(
    "b-virtual ad-hoc instructor-as-proctor messaging register-blast vtc proctoru examity smarter-scheduling "
    "automated".split()
)
DATES = ("appointmentDateTime", "appointmentStartDateTime", "appointmentEndDateTime")


class AskedError(Exception):
    """What a call asks for cannot be meant."""


def read(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise AskedError("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise AskedError("The body is not an object.")
    return value


def assignment(body: bytes, manner: Manner) -> tuple[list[str], list[str]]:
    """Who is added and who is removed. Raises AskedError."""
    value, loose = read(body), "any-assignment" in manner.quirks
    for name in ("add", "remove"):
        if name in value and not loose:
            raise AskedError(f"It is called {name}{'' if name.endswith('e') else 'e'}d.")
    sides = []
    for name in ("added", "removed"):
        listed = value.get(name, [])
        if not isinstance(listed, list) or any(not _is_enrollment(one) for one in listed):
            if not loose:
                raise AskedError(f"{name} is an array of SIDs of enrollments.")
            listed = []
        sides.append(listed)
    return sides[0], sides[1]


def _is_enrollment(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"EN[a-f0-9]{32}", value) is not None


def appointment(body: bytes, ways: frozenset[str], manner: Manner) -> dict[str, Any]:
    """The members of an appointment. Raises AskedError."""
    value, quirks = read(body), manner.quirks
    way = value.get("type")
    if way is not None and way not in ways and "any-way" not in quirks:
        raise AskedError("There is no such type.")
    for name in DATES:
        if name in value and "any-date" not in quirks:
            text = value[name]
            local = isinstance(text, str) and not text.endswith("Z") and "local-dates" not in quirks
            if not isinstance(text, str) or instant(text) is None or local:
                raise AskedError(f"{name} is a date-time in UTC.")
    if "currencyCode" in value and manner.misspelt == "refused":
        raise AskedError("It is called currency.")
    currency, place = value.get("currency"), value.get("proctorLocationSid")
    if currency is not None and (not isinstance(currency, str) or len(currency) != 3) and manner.misspelt == "refused":
        raise AskedError("A currency has three letters.")
    if place is not None and not re.fullmatch(r"PL[a-f0-9]{32}", str(place)) and manner.locations:
        raise AskedError("A location is PL and 32 hexadecimal digits.")
    if "any-date" in quirks:
        value = {
            name: one for name, one in value.items() if name not in DATES or (isinstance(one, str) and instant(one))
        }
    return value
