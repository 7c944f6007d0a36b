"""The rules that join several members or look into values. Names before a colon are shared by several parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.servers.behaviour import Behaviour
from tests.servers.members import CURRENCIES, ITEMS, OPTIONS, at, instant, is_url, zones

Fault = tuple[str, str, str]
"""Rule, pointer (without its first slash), message."""
Facts = dict[str, frozenset[str]]
VIRTUAL = "TS6d6011935f4646848ea4f7a29b4f61a5"
KINDS = {
    "course": "sid api lms external".split(),
    "user": "sid api lms external".split(),
    "exam": "sid external".split(),
}
NAMED = {"course": ("title",), "user": ("firstName", "lastName", "email"), "exam": ("title",)}
CONFIGURATION = "exam/configuration"
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+")


def presence(body: Any, behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    if at(body, "course") is ...:
        yield "required:course", "course", "is required."
    for part, members in NAMED.items():
        held = at(body, part)
        if held is ...:
            continue
        ids = at(held, "ids")
        if ids is ...:
            yield f"required:{part}/ids", f"{part}/ids", "is required."
            ids = {}
        given = [kind for kind in KINDS[part] if kind in ids]
        if not given:
            yield f"some:{part}", f"{part}/ids", "names nothing."
        if len(given) > 1:
            yield "one-identifier", f"{part}/ids", "names more than one identifier."
        for kind in given:
            if ids[kind] == "":
                yield "empty-identifier", f"{part}/ids/{kind}", "is empty."
        if "sid" not in ids or "title-even-by-sid" in behaviour.adds:
            for name in members:
                if name not in held:
                    yield f"required:{part}/{name}", f"{part}/{name}", "is required."
                elif held[name] == "" and "no-empty-text" in behaviour.adds:
                    yield "empty-text", f"{part}/{name}", "is empty."
            if part == "course" and "code" not in held:
                yield "required:course/code", "course/code", "is required."
    if at(body, "enrollment") is not ... and at(body, "user") is ...:
        yield "enrollment-needs-user", "enrollment", "needs a user."
    if at(body, "signon") is not ...:
        if at(body, "signon/integrationSid") is ... and "integration-optional" not in behaviour.quirks:
            yield "required:signon/integrationSid", "signon/integrationSid", "is required."
        if at(body, "user") is ...:
            yield "signon-needs-user", "signon", "needs a user."


def person(body: Any, behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    email, currency, zone = (at(body, f"user/{name}") for name in ("email", "currencyCode", "timeZone"))
    if isinstance(email, str):
        if not re.fullmatch(r"[^@]+@[^@]+", email):
            yield "email-form", "user/email", "is no e-mail address."
        elif not EMAIL.fullmatch(email) or ".." in email or len(email) > 254:
            yield "email-valid", "user/email", "is no valid e-mail address."
        elif "plain-emails" in behaviour.adds and not re.fullmatch(r"[A-Za-z0-9.-]+@[a-z.]+", email):
            yield "plain-emails", "user/email", "has odd characters."
    for name in ("firstName", "lastName"):
        text = at(body, f"user/{name}")
        if (
            "letter-names" in behaviour.adds
            and isinstance(text, str)
            and not re.fullmatch(r"[^\W\d_]+([ '-][^\W\d_]+)*", text)
        ):
            yield "letter-names", f"user/{name}", "is no name."
    if isinstance(currency, str) and currency not in CURRENCIES:
        yield "currency", "user/currencyCode", "is not a currency of ISO 4217."
    if isinstance(zone, str) and zone not in zones():
        yield "zone", "user/timeZone", "is not a zone of the IANA database."


def delivery(body: Any, behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    system = at(body, "exam/deliverySystem")
    if system == "" and "empty-delivery-system" in behaviour.adds:
        yield "empty-delivery-system", "exam/deliverySystem", "is empty."
    if isinstance(system, str) and system and system not in facts["deliverySystems"]:
        yield "delivery-system", "exam/deliverySystem", "is not one of the install."


def configuration(body: Any, behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    held = at(body, CONFIGURATION)
    if not isinstance(held, dict):
        return
    ids = at(held, "ids")
    if ids is not ...:
        given = [kind for kind in ("sid", "api", "external") if isinstance(ids, dict) and kind in ids]
        if len(given) != 1 and isinstance(ids, dict):
            yield "configuration-ids", f"{CONFIGURATION}/ids", "must hold exactly one identifier."
        for kind in given:
            if ids[kind] == "":
                yield "empty-identifier", f"{CONFIGURATION}/ids/{kind}", "is empty."
    for name in ("url", "access", "duration", "password", "proctorTypes"):
        if name not in held:
            yield f"required:{name}", f"{CONFIGURATION}/{name}", "is required."
    if isinstance(at(held, "url"), str) and not is_url(held["url"]):
        yield "url", f"{CONFIGURATION}/url", "is not an absolute URL."
    elif isinstance(at(held, "url"), str) and "https-only" in behaviour.adds and not held["url"].startswith("https:"):
        yield "https-only", f"{CONFIGURATION}/url", "is not https."
    if at(held, "password") == "":
        yield "password-empty", f"{CONFIGURATION}/password", "is empty."
    yield from _window(held, "access", required=True)
    yield from _window(held, "scheduling", required="no-empty-dates" in behaviour.adds)
    yield from picky(body, held, behaviour)
    for name, most in (("duration", 480), ("attempts", 10)):
        value = at(held, name)
        if not isinstance(value, int | float):
            continue
        if value <= 0:
            yield f"positive:{name}", f"{CONFIGURATION}/{name}", "is not more than 0."
        elif "caps" in behaviour.adds and value > most:
            yield "caps", f"{CONFIGURATION}/{name}", f"is more than {most}."
        elif behaviour.strict_json and value >= 2**53:
            yield "exact", f"{CONFIGURATION}/{name}", "is too large."


def picky(body: Any, held: dict[str, Any], behaviour: Behaviour) -> Iterator[Fault]:
    """Stricter rules that real implementations are known to have."""
    adds, types = behaviour.adds, at(held, "proctorTypes")
    if "virtual-options" in adds and isinstance(at(types, VIRTUAL), dict) and not types[VIRTUAL].get("options"):
        yield "virtual-options", f"{CONFIGURATION}/proctorTypes/{VIRTUAL}", "needs options."
    if "accommodation-needs-user" in adds and at(held, "type") == "accommodation" and at(body, "user") is ...:
        yield "accommodation-needs-user", f"{CONFIGURATION}/type", "needs a user."
    password = at(held, "password")
    if "password-8" in adds and isinstance(password, str) and not 8 <= len(password) <= 64:
        yield "password-8", f"{CONFIGURATION}/password", "is to have 8 to 64 characters."
    moments = {}
    for window in ("access", "scheduling"):
        for edge in ("open", "close"):
            text = at(held, f"{window}/{edge}")
            moments[window, edge] = instant(text) if isinstance(text, str) and text else None
    opened, closed = moments["access", "open"], moments["access", "close"]
    if opened and closed:
        duration = at(held, "duration")
        if (
            "access-fits-duration" in adds
            and isinstance(duration, int)
            and (closed - opened).total_seconds() < duration * 60
        ):
            yield "access-fits-duration", f"{CONFIGURATION}/access", "is shorter than the duration."
        for edge in ("open", "close"):
            moment = moments["scheduling", edge]
            if "scheduling-within-access" in adds and moment and not opened <= moment <= closed:
                yield "scheduling-within-access", f"{CONFIGURATION}/scheduling/{edge}", "is outside access."


def _window(held: dict[str, Any], name: str, *, required: bool) -> Iterator[Fault]:
    window = at(held, name)
    if window is ...:
        return
    moments = []
    for edge in ("open", "close"):
        text, here = at(window, edge), f"{CONFIGURATION}/{name}/{edge}"
        if text is ...:
            if name == "access":
                yield f"required:{name}/{edge}", here, "is required."
        elif text or required:
            moment = instant(text)
            if moment is None:
                yield f"date:{name}", here, "is no date."
            elif not re.search(r"T.*([Zz]|[+-]\d\d:?\d\d)$", text):
                yield f"offset:{name}", here, "has no time and offset."
            else:
                moments.append(moment)
    if len(moments) == 2 and moments[1] <= moments[0]:
        yield f"order:{name}", f"{CONFIGURATION}/{name}/close", "does not come after open."


def maps(body: Any, behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    types = at(body, f"{CONFIGURATION}/proctorTypes")
    here = f"{CONFIGURATION}/proctorTypes"
    if isinstance(types, dict):
        if not types:
            yield "some-types", here, "is empty."
        for sid, value in types.items():
            if not re.fullmatch(r"TS[a-f0-9]{32}", sid):
                yield "type-form", f"{here}/{sid}", "is not the SID of a proctor type."
            elif sid not in facts["proctorTypes"]:
                yield "type-enabled", f"{here}/{sid}", "is not enabled."
            if not isinstance(value, dict) or not isinstance(value.get("options", {}), dict):
                yield "type-value", f"{here}/{sid}", "is not an object, or its options are none."
                continue
            for name, option in value.get("options", {}).items():
                if name not in OPTIONS:
                    yield "option", f"{here}/{sid}/options/{name}", "is not an option."
                elif not isinstance(option, dict):
                    yield "option-value", f"{here}/{sid}/options/{name}", "is not an object."
    items = at(body, f"{CONFIGURATION}/permittedItems")
    here = f"{CONFIGURATION}/permittedItems"
    if isinstance(items, dict):
        for name, value in items.items():
            if name not in ITEMS:
                yield "item", f"{here}/{name}", "is not an item."
            elif not isinstance(value, dict) or not isinstance(value.get("notes", ""), str):
                yield "item-value", f"{here}/{name}", "is not an object with notes."


def texts(body: Any, behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    """Stricter rules about any text: its length, its characters."""
    for path, text in _texts(body, ""):
        if behaviour.longest is not None and len(text) > behaviour.longest:
            yield "longest", path, f"is longer than {behaviour.longest} characters."
        if "ascii" in behaviour.adds and not text.isascii():
            yield "ascii", path, "has characters that are not ASCII."
        if "bmp" in behaviour.adds and any(ord(letter) > 0xFFFF for letter in text):
            yield "bmp", path, "has characters beyond the basic plane."
        if "no-controls" in behaviour.adds and any(ord(letter) < 32 for letter in text):
            yield "no-controls", path, "has control characters."
        if "no-padding" in behaviour.adds and text != text.strip():
            yield "no-padding", path, "has spaces around it."
        if "plain-identifiers" in behaviour.adds and "/ids/" in path and not re.fullmatch(r"[\w.:@-]{1,128}", text):
            yield "plain-identifiers", path, "has other characters than letters, digits and .:@-"


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}/{name}".lstrip("/"))
    elif isinstance(value, str):
        yield path, value


RULES = (presence, person, delivery, configuration, maps, texts)
