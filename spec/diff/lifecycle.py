"""What is agreed about the life of an operation: stability, deprecation, sunset, and the version of the document.

Read are ``deprecated``, ``x-sunset`` (a day, RFC 3339 full-date; the HTTP header is RFC 8594) and ``x-stability-level``
(``draft``, ``alpha``, ``beta``, ``stable``; none is ``stable``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from spec.diff.change import GRADES, Change, change
from spec.diff.document import ComparedOperation
from spec.source.pointer import Json

LEVELS = ("draft", "alpha", "beta", "stable")
_UNPROMISED = ("draft", "alpha")
_VERSION = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?(?:[-+].*)?\Z")


@dataclass(frozen=True, slots=True)
class Terms:
    """What has been agreed: today's date, the days between deprecation and sunset, how versions are counted.

    Without a date, a sunset is never past.
    """

    today: dt.date = dt.date.min
    deprecation_days: int = 0
    version_policy: Literal["none", "semver"] = "none"


NO_TERMS = Terms()


def sunset(holder: Json) -> dt.date | None:
    """The day after which something may be gone; None if none is said, or what is said is no day."""
    said = holder.get("x-sunset") if isinstance(holder, Mapping) else None
    try:
        return dt.date.fromisoformat(said[:10]) if isinstance(said, str) else None
    except ValueError:
        return None


def is_past(holder: Json, terms: Terms) -> bool:
    """True of what was deprecated and whose sunset is over."""
    day = sunset(holder)
    return isinstance(holder, Mapping) and holder.get("deprecated") is True and day is not None and day <= terms.today


def stability(operation: ComparedOperation) -> str:
    """The level of an operation, taken from its path item where it says nothing itself."""
    said = operation.part.value.get("x-stability-level", operation.item.value.get("x-stability-level", "stable"))
    return said if said in LEVELS else "stable"


def removal(operation: ComparedOperation, terms: Terms) -> Change:
    """An operation that is gone: as agreed after its sunset, or while nothing was promised of it yet."""
    value = operation.part.value
    rule = "operation-removed"
    if is_past(value, terms):
        rule = "operation-removed-after-sunset"
    elif stability(operation) in _UNPROMISED:
        rule = "unstable-operation-removed"
    elif value.get("deprecated") is True and sunset(value) is not None:
        rule = "operation-removed-before-sunset"
    shown = f"{operation.name} (sunset {value.get('x-sunset')})" if "sunset" in rule else operation.name
    return change(rule, operation.part.pointer, shown, where="old")


def stability_changes(old: ComparedOperation, new: ComparedOperation, terms: Terms) -> Iterator[Change]:
    """Changes of what is promised of an operation that stays: its level, its sunset, the time until then."""
    levels = (stability(old), stability(new))
    if levels[0] != levels[1]:
        rule = "stability-lowered" if LEVELS.index(levels[1]) < LEVELS.index(levels[0]) else "stability-raised"
        yield change(rule, new.part.pointer, *levels, about=new.name)
    one, two = old.part.value, new.part.value
    if "x-sunset" in two and sunset(two) is None:
        yield change("sunset-unreadable", f"{new.part.pointer}/x-sunset", None, two["x-sunset"], about=new.name)
    days = (sunset(one), sunset(two))
    if days[0] is not None and (days[1] is None or days[1] != days[0]):
        earlier = days[1] is not None and days[1] < days[0]
        rule = "sunset-brought-forward" if earlier else "sunset-put-off"
        yield change(rule, new.part.pointer, one["x-sunset"], two.get("x-sunset"), about=new.name)
    freshly = two.get("deprecated") is True and one.get("deprecated") is not True
    if freshly and terms.deprecation_days and levels[1] not in _UNPROMISED:
        least = terms.today + dt.timedelta(days=terms.deprecation_days)
        if days[1] is None or days[1] < least:
            made = change("sunset-too-soon", new.part.pointer, least.isoformat(), two.get("x-sunset"), about=new.name)
            if "x-sunset" not in two:
                agreed = f"by what was agreed, it is {least.isoformat()!r} at the earliest"
                made = replace(made, sentence=f"The operation was deprecated without a sunset; {agreed}.")
            yield made


def is_promised(operation: ComparedOperation) -> bool:
    """False while an operation is a draft or an alpha."""
    return stability(operation) not in _UNPROMISED


def unpromised(found: Change, old: ComparedOperation) -> Change:
    """A change of an operation, which is told but breaks nobody while nothing is promised of it."""
    return found if is_promised(old) else softened(found)


def softened(found: Change) -> Change:
    """A change that breaks nobody, because nothing was promised yet."""
    if found.client == "compatible":
        return found
    sentence = f"{found.sentence} (The operation is a draft or an alpha: nothing was promised of it.)"
    return replace(found, client="compatible", sentence=sentence, witness=None, proven=False)


def version_changes(
    old: Mapping[str, Json], new: Mapping[str, Json], found: Iterable[Change], terms: Terms
) -> Iterator[Change]:
    """A version that was not raised as its policy asks: the major number when clients break, else the minor."""
    if terms.version_policy != "semver":
        return
    worst = max((each.client for each in found), key=GRADES.index, default="unchanged")
    said = [_info(document).get("version") for document in (old, new)]
    numbers = [_numbers(version) for version in said]
    if numbers[0] is not None and numbers[1] is not None and numbers[1] < numbers[0]:
        yield change("version-lowered", "/info/version", *said)
        return
    if worst == "unchanged":
        return
    if numbers[0] is None or numbers[1] is None:
        yield change("version-unreadable", "/info/version", *said)
        return
    breaks = worst == "breaking"
    raised = numbers[1][:1] > numbers[0][:1] if breaks and numbers[0][0] > 0 else numbers[1][:2] > numbers[0][:2]
    if not raised:
        yield change("version-not-raised" if breaks else "version-minor-not-raised", "/info/version", *said)


def _info(document: Mapping[str, Json]) -> Mapping[str, Json]:
    info = document.get("info")
    return info if isinstance(info, Mapping) else {}


def _numbers(version: Json) -> tuple[int, ...] | None:
    found = _VERSION.match(version) if isinstance(version, str) else None
    return None if found is None else tuple(int(group or 0) for group in found.groups())
