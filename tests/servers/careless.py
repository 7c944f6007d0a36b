"""Further faults of the independent implementation, as people have them: calls at once, spellings of identifiers, widths
and forms of values, HTTP, tokens. Each wraps the honest server and spoils what goes in, what is kept or what comes out.
"""

from __future__ import annotations

import base64
import copy
import fnmatch
import hashlib
import hmac
import html
import json
import re
import struct
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import jwt

from tests.servers.answering import Answer
from tests.servers.behaviour import HONEST
from tests.servers.credentials import api_token, public_pem
from tests.servers.independent import ONE, TWO, Independent
from tests.servers.members import at

Headers = Sequence[tuple[str, str]]
Handler = Callable[[str, str, Headers, bytes], Answer]
Spoil = Callable[[Independent, Handler], Handler]
BROKEN: Answer = (500, {"Content-Type": "application/json"}, b'{"code": "INTERNAL", "message": "Something broke."}')
PARTS = {"course": ("course",), "user": ("user",), "exam": ("exam",), "configuration": ("exam", "configuration")}


@dataclass(frozen=True)
class Carelessness:
    """A way to spoil the server, the clauses of which one at least must notice it, and the probes that suffice."""

    spoil: Spoil
    clauses: frozenset[str]
    probes: tuple[str, ...]


class Careless(Independent):
    """The independent implementation, spoilt."""

    def __init__(self, spoil: Spoil) -> None:
        super().__init__(HONEST)
        self.spoilt = spoil(self, super().handle)

    def handle(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        return self.spoilt(method, path, headers, body)


def read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def provisions(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/provision")


# --- what goes in


def on_bodies(change: Callable[[Any, str], Any]) -> Spoil:
    """Every body is changed before the honest server sees it; a change that answers None breaks."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            value = read(body)
            if not provisions(method, path) or not isinstance(value, dict):
                return handler(method, path, headers, body)
            changed = change(copy.deepcopy(value), path)
            if changed is None:
                return BROKEN
            return handler(method, path, headers, json.dumps(changed).encode() if changed != value else body)

        return handle

    return spoil


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


def unvalidated_when_known(place: str, good: Any) -> Spoil:
    """What is known is updated without being looked at: a value that creation refuses is taken."""
    *above, last = place.split("/")
    seen: set[str] = set()

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            value = read(body)
            part = value.get(above[0]) if isinstance(value, dict) else None
            names = (
                json.dumps([value.get("course", {}).get("ids"), part.get("ids")])
                if isinstance(part, dict) and isinstance(value.get("course"), dict)
                else ""
            )
            answer = handler(method, path, headers, body)
            if not names or not provisions(method, path):
                return answer
            if answer[0] == 200:
                seen.add(names)
            elif answer[0] == 400 and names in seen:
                holder = at(value, "/".join(above))
                if isinstance(holder, dict) and last in holder:
                    return handler(
                        method, path, headers, json.dumps(put(value, above, {**holder, last: good})).encode()
                    )
            return answer

        return handle

    return spoil


def put(body: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    return {**body, path[0]: put(body[path[0]], path[1:], value)}


# --- calls at once


def at_once(react: Callable[[Independent, Any, Answer, list[Any]], Answer]) -> Spoil:
    """Something happens to calls that overlap: ``react`` gets the body, the honest answer, and the calls under way."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        under_way: list[Any] = []
        lock = threading.Lock()

        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            if not provisions(method, path):
                return handler(method, path, headers, body)
            entry = [read(body), None]
            with lock:
                under_way.append(entry)
            time.sleep(0.004)
            with lock:
                others = [one for one in under_way if one is not entry]
                answer = handler(method, path, headers, body)
                entry[1] = answer
                if others:
                    answer = react(server, entry[0], answer, others)
            time.sleep(0.004)
            with lock:
                under_way.remove(entry)
            return answer

        return handle

    return spoil


def of_another(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    """One variable for the answer of all threads."""
    done = [one[1] for one in others if one[1] is not None and one[1][0] == 200]
    return done[0] if done and answer[0] == 200 else answer


def signs_another_on(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    done = [read(one[1][2]) for one in others if one[1] is not None and one[1][0] == 200]
    mine = read(answer[2])
    for other in done:
        if isinstance(mine, dict) and "signon" in mine and "signon" in other:
            return answer[0], answer[1], json.dumps({**mine, "signon": other["signon"]}).encode()
    return answer


def loses_the_second_enrollment(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    mine = read(answer[2])
    sid = mine.get("enrollment", {}).get("sid") if isinstance(mine, dict) and answer[0] == 200 else None
    if sid and any(one[1] is not None for one in others):
        for key in [key for key, value in server.store.index.items() if value == sid]:
            del server.store.index[key]
    return answer


def deadlocks(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    same = [one for one in others if at(one[0], "course/ids") == at(body, "course/ids") and one[0] != body]
    return BROKEN if same else answer


def writes_back(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    """Whoever only looks writes back what was there when it began to look."""
    mine = read(answer[2])
    for one in others:
        if one[1] is None and isinstance(mine, dict) and mine.get("user", {}).get("result") == "Updated":
            thing = server.store.things.get(mine["user"]["sid"])
            if thing is not None:
                thing.values = {**thing.values, "firstName": "Before", "lastName": "Before"}
    return answer


# --- HTTP


def on_headers(react: Callable[[str, dict[str, str], bytes], Answer | bytes | None]) -> Spoil:
    """A request is answered, or gets another body, by its method and headers."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            named = {name.lower(): value for name, value in headers}
            found = react(method, named, body) if path.endswith("/provision") else None
            if isinstance(found, tuple):
                return found
            return handler(method, path, headers, body if found is None else found)

        return handle

    return spoil


def refused(status: int) -> Answer:
    text = json.dumps({"code": "INVALIDINPUT", "message": "This is not supported.", "status": status})
    return status, {"Content-Type": "application/json", "WWW-Authenticate": "Bearer"}, text.encode()


def head_provisions(server: Independent, handler: Handler) -> Handler:
    def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
        if method == "HEAD" and path.endswith("/provision"):
            status, named, _ = handler("POST", path, headers, body)
            return status, named, b""
        return handler(method, path, headers, body)

    return handle


# --- credentials


def trusting(believes: Callable[[str], bool]) -> Spoil:
    """A token that is no good is taken for the install's own one."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            install = TWO if TWO in path else ONE
            changed = []
            for name, value in headers:
                text = value.split(" ")[-1]
                taken = name.lower() in ("token", "authorization") and text.count(".") == 2 and believes(text)
                good = api_token(install, "RS256")
                changed.append((name, (good if name.lower() == "token" else f"Bearer {good}") if taken else value))
            return handler(method, path, changed, body)

        return handle

    return spoil


def header_of(token: str) -> dict[str, Any]:
    try:
        return dict(jwt.get_unverified_header(token))
    except jwt.PyJWTError:
        pass
    piece = token.split(".")[0]
    try:
        found = read(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def in_any_case(token: str) -> bool:
    return any(token.lower() == api_token(one, "RS256").lower() for one in (ONE, TWO))


def but_the_last_letter(token: str) -> bool:
    return any(token[:-1] == api_token(one, "RS256")[:-1] for one in (ONE, TWO))


def with_the_public_key(token: str) -> bool:
    """Any HMAC under the published key: the algorithm is the token's to choose."""
    digests = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}
    digest = digests.get(str(header_of(token).get("alg")))
    signed, _, signature = token.rpartition(".")
    for key in (public_pem("own"), public_pem("own").strip()) if digest else ():
        mac = base64.urlsafe_b64encode(hmac.new(key, signed.encode(), digest).digest()).rstrip(b"=")
        if mac.decode() == signature:
            return True
    return False


def unsigned_in_any_case(token: str) -> bool:
    alg = str(header_of(token).get("alg"))
    return alg.lower() == "none" and alg not in ("none", "None")


def by_its_own_key(token: str) -> bool:
    """The key that the token brings along verifies it."""
    own = header_of(token).get("jwk")
    if not isinstance(own, dict):
        return False
    try:
        jwt.api_jws.decode(token, jwt.PyJWK.from_dict({**own, "alg": "RS256"}).key, algorithms=["RS256"])
    except (jwt.PyJWTError, ValueError):
        return False
    return True


def of(spoil: Spoil, clauses: str, probes: str) -> Carelessness:
    return Carelessness(spoil, frozenset(clauses.split()), tuple(probes.split()))


AT_ONCE: Mapping[str, Carelessness] = {
    "answers-of-another": of(
        at_once(of_another), "recall-finds sids-distinct first-call-creates response-shape", "crossings"
    ),
    "another-signed-on": of(at_once(signs_another_on), "signon-token-subject signon-token-fresh", "crossings"),
    "second-enrollment-lost": of(at_once(loses_the_second_enrollment), "joined-once recall-finds", "crossings"),
    "deadlock": of(at_once(deadlocks), "never-server-error", "crossings"),
    "reader-writes-back": of(at_once(writes_back), "result-truthful update-merges", "crossings"),
}
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
    "compatibility-letters": of(respelt(lambda t: unicodedata.normalize("NFKC", t)), "ids-exact", "spellings"),
    "breaks-on-prototypes": of(
        breaks_on_ids(lambda t: t in ("constructor", "__proto__", "toString")), "never-server-error", "spellings"
    ),
    "breaks-on-quoted-ids": of(breaks_on_ids(lambda t: "'" in t), "never-server-error", "spellings"),
}
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
    "notes-of-items-not-compared": of(
        on_bodies(without_notes), "result-truthful update-replaces-whole", "replacements"
    ),
    "offsets-dropped": of(
        dated(lambda t: re.sub(r"(Z|[+-][0-9]{2}:[0-9]{2})$", "Z", t)), "values-compare result-truthful", "moments"
    ),
    "seconds-dropped": of(
        dated(lambda t: re.sub(r":[0-9]{2}(\.[0-9]+)?(Z|[+-])", r":00\2", t)),
        "values-compare result-truthful",
        "moments",
    ),
    "fractions-dropped": of(
        dated(lambda t: re.sub(r"\.[0-9]+", "", t)), "values-compare values-survive result-truthful", "moments"
    ),
    "role-unchecked-when-known": of(
        unvalidated_when_known("enrollment/role", "learner"), "enrollment-role-known", "broken-updates"
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
}
HTTP: Mapping[str, Carelessness] = {
    "any-accept-is-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept") == "*/*" else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "wildcards-are-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept", "").startswith("application/*") else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "head-breaks": of(on_headers(lambda m, h, b: BROKEN if m == "HEAD" else None), "never-server-error", "doors"),
    "head-provisions": of(head_provisions, "method-allowed", "doors"),
    "options-break": of(on_headers(lambda m, h, b: BROKEN if m == "OPTIONS" else None), "never-server-error", "doors"),
    "chunks-lost": of(
        on_headers(lambda m, h, b: b"" if "transfer-encoding" in h else None), "http-spelling", "spelled-requests"
    ),
    "chunks-need-a-length": of(
        on_headers(lambda m, h, b: refused(411) if "transfer-encoding" in h else None),
        "http-spelling",
        "spelled-requests",
    ),
    "scheme-in-one-case": of(
        on_headers(
            lambda m, h, b: refused(401) if h.get("authorization", "").startswith(("bearer", "BEARER")) else None
        ),
        "http-spelling",
        "spelled-requests",
    ),
    "one-space-only": of(
        on_headers(lambda m, h, b: refused(401) if "  " in h.get("authorization", "") else None),
        "http-spelling",
        "spelled-requests",
    ),
    "no-charset": of(
        on_headers(lambda m, h, b: refused(415) if "charset" in h.get("content-type", "").lower() else None),
        "valid-accepted media-type",
        "spelled-requests",
    ),
    "media-type-in-one-case": of(
        on_headers(lambda m, h, b: refused(415) if h.get("content-type", "").startswith("Application") else None),
        "valid-accepted media-type",
        "spelled-requests",
    ),
}
TOKENS: Mapping[str, Carelessness] = {
    "signature-in-any-case": of(trusting(in_any_case), "credential-invalid-refused", "credentials"),
    "last-letter-ignored": of(trusting(but_the_last_letter), "credential-invalid-refused", "credentials"),
    "longer-hmac-with-public-key": of(trusting(with_the_public_key), "credential-invalid-refused", "credentials"),
    "none-in-any-case": of(trusting(unsigned_in_any_case), "credential-invalid-refused", "credentials"),
    "key-in-the-token": of(trusting(by_its_own_key), "credential-invalid-refused", "credentials"),
}
CARELESS: Mapping[str, Carelessness] = {**AT_ONCE, **IDENTIFIERS, **VALUES, **HTTP, **TOKENS}
