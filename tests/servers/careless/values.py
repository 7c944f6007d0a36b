"""Carelessness about values: widths, lengths, moments, and what lies below a kept name."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.careless.spoiling import Carelessness, Spoil, of, on_bodies
from tests.servers.members import at


def kept(place: str, form: Callable[[Any], Any]) -> Spoil:
    """A value is kept in a form that loses something; a form that answers None breaks."""
    *above, last = place.split("/")

    def change(body: Any, path: str) -> Any:
        holder = at(body, "/".join(above))
        if isinstance(holder, dict) and last in holder:
            holder[last] = form(holder[last])
            return body if holder[last] is not None or place.endswith("code") else None
        return body

    return on_bodies(change)


def whole(value: Any, form: Callable[[int], Any]) -> Any:
    return form(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else value


def single(value: int) -> int:
    return int(struct.unpack("f", struct.pack("f", value))[0]) if value < 2**60 else value


def dated(form: Callable[[str], str]) -> Spoil:
    def change(body: Any, path: str) -> Any:
        for window in ("access", "scheduling"):
            held = at(body, f"exam/configuration/{window}")
            for name in held if isinstance(held, dict) else ():
                if isinstance(held[name], str) and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", held[name]):
                    held[name] = form(held[name])
        return body

    return on_bodies(change)


def without_options(body: Any, path: str) -> Any:
    held = at(body, "exam/configuration/proctorTypes")
    for name in held if isinstance(held, dict) else ():
        if isinstance(held[name], dict) and isinstance(held[name].get("options"), dict):
            held[name] = {}
    return body


def without_notes(body: Any, path: str) -> Any:
    held = at(body, "exam/configuration/permittedItems")
    for name in held if isinstance(held, dict) else ():
        if isinstance(held[name], dict) and isinstance(held[name].get("notes"), str):
            held[name] = {}
    return body


VALUES: Mapping[str, Carelessness] = {
    "duration-of-15-bits": of(
        kept("exam/configuration/duration", lambda v: whole(v, lambda n: None if n >= 2**15 else n)),
        "never-server-error",
        "widths",
    ),
    "duration-of-31-bits": of(
        kept("exam/configuration/duration", lambda v: whole(v, lambda n: None if n >= 2**31 else n)),
        "never-server-error",
        "widths",
    ),
    "duration-wraps-at-32-bits": of(
        kept("exam/configuration/duration", lambda v: whole(v, lambda n: n % 2**32 or 1)),
        "result-truthful values-compare values-survive",
        "widths",
    ),
    "duration-in-single-precision": of(
        kept("exam/configuration/duration", lambda v: whole(v, single)),
        "result-truthful values-compare values-survive",
        "widths",
    ),
    "attempts-of-one-byte": of(
        kept("exam/configuration/attempts", lambda v: whole(v, lambda n: n % 256 or 1)),
        "result-truthful values-compare values-survive",
        "widths",
    ),
    "titles-cut-at-255": of(
        kept("course/title", lambda v: v[:255] if isinstance(v, str) else v),
        "result-truthful values-survive",
        "late-changes",
    ),
    "first-names-cut-at-50": of(
        kept("user/firstName", lambda v: v[:50] if isinstance(v, str) else v),
        "result-truthful values-survive",
        "late-changes",
    ),
    "instructions-cut-at-1000": of(
        kept("exam/configuration/notes/student", lambda v: v[:1000] if isinstance(v, str) else v),
        "result-truthful values-survive",
        "late-changes",
    ),
    "options-not-compared": of(on_bodies(without_options), "result-truthful update-replaces-whole", "kept-keys"),
    "notes-of-items-not-compared": of(on_bodies(without_notes), "result-truthful update-replaces-whole", "kept-keys"),
    "offsets-dropped": of(
        dated(lambda t: re.sub(r"(Z|[+-][0-9]{2}:[0-9]{2})$", "Z", t)), "values-compare result-truthful", "moments"
    ),
    "seconds-dropped": of(
        dated(lambda t: re.sub(r":[0-9]{2}(\.[0-9]+)?(Z|[+-])", r":00\2", t)),
        "values-compare result-truthful",
        "moments",
    ),
    "half-hours-dropped": of(
        dated(lambda t: re.sub(r"([+-][0-9]{2}):[0-9]{2}$", r"\1:00", t)), "values-compare result-truthful", "moments"
    ),
    "west-of-greenwich-is-east": of(
        dated(lambda t: re.sub(r"-([0-9]{2}:[0-9]{2})$", r"+\1", t)), "values-compare result-truthful", "moments"
    ),
    "addresses-in-small-letters": of(
        kept("user/email", lambda v: v.lower() if isinstance(v, str) else v),
        "result-truthful values-survive",
        "close-changes",
    ),
    "passwords-in-any-case": of(
        kept("exam/configuration/password", lambda v: v.lower() if isinstance(v, str) else v),
        "result-truthful values-survive",
        "close-changes",
    ),
    "urls-in-small-letters": of(
        kept("exam/configuration/url", lambda v: v.lower() if isinstance(v, str) else v),
        "result-truthful values-survive",
        "close-changes",
    ),
    "fractions-dropped": of(
        dated(lambda t: re.sub(r"\.[0-9]+", "", t)), "values-compare values-survive result-truthful", "moments"
    ),
}
