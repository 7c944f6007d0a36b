"""Carelessness about identifiers: spellings that are taken for one another, and those that break something."""

from __future__ import annotations

import fnmatch
import html
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from tests.servers.careless.spoiling import Carelessness, Spoil, of, on_bodies
from tests.servers.independent import TWO
from tests.servers.members import at

PARTS = {"course": ("course",), "user": ("user",), "exam": ("exam",), "configuration": ("exam", "configuration")}


def respelt(
    spell: Callable[[str], str], *, parts: Sequence[str] = tuple(PARTS), kind: str = "", install: str = ""
) -> Spoil:
    """Identifiers are kept in another spelling."""

    def change(body: Any, path: str) -> Any:
        for part in parts if install in path else ():
            held = at(body, "/".join((*PARTS[part], "ids")))
            for name in held if isinstance(held, dict) else ():
                if name != "sid" and isinstance(held[name], str) and kind in ("", name):
                    held[name] = spell(held[name]) or "-"
        return body

    return on_bodies(change)


def number(text: str) -> str:
    return repr(float(text)) if re.fullmatch(r"[0-9.]+(e[0-9]+)?", text) else text


def matched(pattern: str, any_letter: str, any_text: str) -> Spoil:
    """Identifiers are looked up with LIKE: what is a wildcard there matches what was stored before."""
    seen: list[str] = []

    def spell(text: str) -> str:
        if pattern in text:
            glob = "".join("?" if one == any_letter else "*" if one == any_text else f"[{one}]" for one in text)
            for known in seen:
                if fnmatch.fnmatchcase(known, glob):
                    return known
        seen.append(text)
        return text

    return respelt(spell)


def separated(separator: str) -> Spoil:
    """Exams are kept under course and exam with a separator between them, which may be in either."""
    seen: dict[str, tuple[Any, Any]] = {}

    def change(body: Any, path: str) -> Any:
        course, exam = at(body, "course/ids"), at(body, "exam/ids")
        if not isinstance(course, dict) or not isinstance(exam, dict) or "sid" in {*course, *exam}:
            return body
        texts = [one for one in (*course.values(), *exam.values()) if isinstance(one, str)]
        first = seen.setdefault(path + separator.join(texts), (course, exam))
        body["course"]["ids"], body["exam"]["ids"] = first
        return body

    return on_bodies(change)


def breaks_on_ids(wanted: Callable[[str], bool]) -> Spoil:
    def change(body: Any, path: str) -> Any:
        for way in PARTS.values():
            held = at(body, "/".join((*way, "ids")))
            if isinstance(held, dict) and any(isinstance(one, str) and wanted(one) for one in held.values()):
                return None
        return body

    return on_bodies(change)


IDENTIFIERS: Mapping[str, Carelessness] = {
    "looked-up-like-underscore": of(matched("_", "_", ""), "ids-exact sids-distinct first-call-creates", "spellings"),
    "looked-up-like-percent": of(matched("%", "", "%"), "ids-exact sids-distinct first-call-creates", "spellings"),
    "backslash-eaten": of(respelt(lambda t: t.replace("\\", "")), "ids-exact sids-distinct", "spellings"),
    "quotes-eaten": of(respelt(lambda t: re.sub("['\"]", "", t)), "ids-exact sids-distinct", "spellings"),
    "numbers-compared": of(respelt(number), "ids-exact sids-distinct", "spellings"),
    "url-decoded": of(respelt(unquote), "ids-exact sids-distinct", "spellings"),
    "html-unescaped": of(respelt(html.unescape), "ids-exact sids-distinct", "spellings"),
    "plus-is-a-space": of(respelt(lambda t: t.replace("+", " ")), "ids-exact sids-distinct", "spellings"),
    "separator-slash": of(separated("/"), "ids-scoped sids-distinct first-call-creates ids-exact", "spellings"),
    "separator-colon": of(separated(":"), "ids-scoped sids-distinct first-call-creates ids-exact", "spellings"),
    "cut-at-255": of(respelt(lambda t: t[:255]), "ids-exact sids-distinct values-survive", "spellings"),
    "exam-ids-normalised": of(
        respelt(lambda t: unicodedata.normalize("NFC", t), parts=["exam"]), "ids-exact", "lookalikes spellings"
    ),
    "lms-users-in-any-case": of(respelt(str.lower, parts=["user"], kind="lms"), "ids-exact", "spellings"),
    "other-install-in-any-case": of(respelt(str.lower, install=TWO), "ids-exact", "spellings"),
    "quotes-eaten-in-the-other-install": of(
        respelt(lambda t: re.sub("['\"]", "", t), install=TWO), "ids-exact sids-distinct", "spellings"
    ),
    "users-cut-at-255-in-the-other-install": of(
        respelt(lambda t: t[:255], parts=["user"], install=TWO), "ids-exact sids-distinct values-survive", "spellings"
    ),
    "exams-in-any-case-in-the-other-install": of(
        respelt(str.lower, parts=["exam"], install=TWO), "ids-exact", "spellings"
    ),
    "external-courses-normalised-in-the-other-install": of(
        respelt(lambda t: unicodedata.normalize("NFC", t), parts=["course"], kind="external", install=TWO),
        "ids-exact",
        "spellings",
    ),
    "api-users-numeric-in-the-other-install": of(
        respelt(number, parts=["user"], kind="api", install=TWO), "ids-exact sids-distinct", "spellings"
    ),
    "compatibility-letters": of(respelt(lambda t: unicodedata.normalize("NFKC", t)), "ids-exact", "spellings"),
    "letters-beyond-ascii-replaced": of(
        respelt(lambda t: t.encode("ascii", "replace").decode()), "ids-exact sids-distinct", "spellings"
    ),
    "letters-beyond-latin-replaced": of(
        respelt(lambda t: t.encode("latin-1", "replace").decode("latin-1")), "ids-exact sids-distinct", "spellings"
    ),
    "signs-beyond-16-bits-alike": of(
        respelt(lambda t: re.sub("[\U00010000-\U0010ffff]", "\ufffd", t)), "ids-exact sids-distinct", "spellings"
    ),
    "names-of-prototypes-are-forgotten": of(
        respelt(lambda t: f"{t}-{secrets.token_hex(8)}" if t in ("constructor", "__proto__") else t),
        "recall-finds",
        "spellings",
    ),
    "breaks-on-prototypes": of(
        breaks_on_ids(lambda t: t in ("constructor", "__proto__", "toString")), "never-server-error", "spellings"
    ),
    "breaks-on-quoted-ids": of(breaks_on_ids(lambda t: "'" in t), "never-server-error", "spellings"),
}
