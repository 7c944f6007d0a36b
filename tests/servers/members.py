"""The members of the body as a table, and small questions about values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

ITEMS = "bathroomBreak calculator dictionary earplugs formulaSheet notes textbook websites".split()
OPTIONS = (
    "recordScreen recordWebcam recordAudio forceFullScreen onlyOneScreen disableNewTabs closeOpenTabs "
    "disablePrinting disableClipboard disableRightClick verifyId roomScan"
).split()
CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP "
    "LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN "
    "PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD "
    "XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG ZWL".split()
)


@dataclass(frozen=True)
class Member:
    """One member of the body: where it stands, what type it has and whether null is allowed."""

    path: str
    type: str
    null: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""


def _ids(part: str, prefix: str, kinds: str) -> list[Member]:
    sid = Member(f"{part}/ids/sid", "string", pattern=f"{prefix}[a-z0-9]{{32}}")
    return [Member(f"{part}/ids", "object"), sid, *(Member(f"{part}/ids/{kind}", "string") for kind in kinds.split())]


MEMBERS: tuple[Member, ...] = (
    Member("course", "object"),
    *_ids("course", "CU", "api lms external"),
    Member("course/title", "string"),
    Member("course/code", "string", null=True),
    Member("user", "object"),
    *_ids("user", "US", "api lms external"),
    Member("user/firstName", "string"),
    Member("user/lastName", "string"),
    Member("user/email", "string"),
    Member("user/currencyCode", "string", null=True),
    Member("user/timeZone", "string", null=True),
    Member("enrollment", "object"),
    Member("enrollment/role", "string", choices=("learner", "instructor")),
    Member("exam", "object"),
    *_ids("exam", "EX", "external"),
    Member("exam/title", "string"),
    Member("exam/description", "string", null=True),
    Member("exam/type", "string", choices=("online", "written")),
    Member("exam/practice", "boolean"),
    Member("exam/limitedScope", "boolean"),
    Member("exam/deliverySystem", "string", null=True),
    Member("exam/configuration", "object"),
    *_ids("exam/configuration", "EC", "api external"),
    Member("exam/configuration/type", "string", choices=("primary", "accommodation")),
    Member("exam/configuration/url", "string"),
    Member("exam/configuration/password", "string"),
    Member("exam/configuration/access", "object"),
    Member("exam/configuration/access/open", "string"),
    Member("exam/configuration/access/close", "string"),
    Member("exam/configuration/scheduling", "object"),
    Member("exam/configuration/scheduling/open", "string"),
    Member("exam/configuration/scheduling/close", "string"),
    Member("exam/configuration/duration", "integer"),
    Member("exam/configuration/attempts", "integer"),
    Member("exam/configuration/notes", "object"),
    Member("exam/configuration/notes/student", "string"),
    Member("exam/configuration/notes/proctor", "string"),
    Member("exam/configuration/proctorTypes", "object"),
    Member("exam/configuration/permittedItems", "object"),
    Member("signon", "object"),
    Member("signon/integrationSid", "string", pattern="II[a-fA-F0-9]{32}"),
)
TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: not isinstance(value, bool) and isinstance(value, int | float) and value == int(value),
}


def at(body: Any, path: str) -> Any:
    """What stands at a path, or ``...``."""
    for name in path.split("/"):
        if not isinstance(body, dict) or name not in body:
            return ...
        body = body[name]
    return body


def converted(body: dict[str, Any]) -> None:
    """Turn texts that are written as a number or a boolean into one where one is meant, as some validators do."""
    for member in MEMBERS:
        parent, _, name = member.path.rpartition("/")
        value = at(body, member.path)
        if member.type == "integer" and isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,15}\s*", value):
            at(body, parent)[name] = int(value)
        elif member.type == "boolean" and isinstance(value, str) and value.strip().lower() in ("true", "false"):
            at(body, parent)[name] = value.strip().lower() == "true"


def rolled_over(text: str) -> str:
    """A day that its month does not have as the day on which it would be; other texts as they are."""
    found = re.match(r"(\d{4})-(0[1-9]|1[0-2])-(29|30|31)(?=T|$)", text)
    if found is None or instant(text) is not None:
        return text
    month = datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC) + timedelta(days=int(found[3]) - 1)
    return month.strftime("%Y-%m-%d") + text[10:]


def coerced(body: dict[str, Any]) -> None:
    """Turn texts into what the member wants, and numbers into texts."""
    for member in MEMBERS:
        parent, _, name = member.path.rpartition("/")
        holder = at(body, parent) if parent else body
        value = at(body, member.path)
        if member.type == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
            holder[name] = int(value)
        elif member.type == "boolean" and value in ("true", "false", 0, 1):
            holder[name] = value in ("true", 1)
        elif member.type == "string" and isinstance(value, int | float):
            holder[name] = str(value)


def instant(text: str) -> datetime | None:
    """The moment that an ISO 8601 text means; without an offset UTC is meant."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", text)


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())
