"""Carelessness about calls at once: what is shared by threads that should not share it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import BROKEN, Carelessness, Handler, Headers, Spoil, of, provisions, read
from tests.servers.independent import ONE, TWO, Independent
from tests.servers.members import at


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


def of_another_when_known(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    """What is known is answered out of a cache that all threads share."""
    mine = read(answer[2])
    known = isinstance(mine, dict) and answer[0] == 200 and b"Created" not in answer[2]
    done = [one[1] for one in others if one[1] is not None and one[1][0] == 200 and b"Created" not in one[1][2]]
    return done[0] if known and done else answer


def refused_with_another(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    """The list of faults is one for all threads."""
    done = [one[1] for one in others if one[1] is not None and one[1][0] == 400]
    return done[0] if done and answer[0] == 200 else answer


def accepted_with_another(server: Independent, body: Any, answer: Answer, others: list[Any]) -> Answer:
    done = [one[1] for one in others if one[1] is not None and one[1][0] == 200]
    return done[0] if done and answer[0] == 400 else answer


def borrowed(take: Callable[[tuple[str, Headers], tuple[str, Headers]], tuple[str, Headers]]) -> Spoil:
    """Calls that overlap take something of each other: ``take`` gets path and headers of a call, and another's."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        under_way: list[tuple[str, Headers]] = []
        lock = threading.Lock()

        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            entry = (path, headers)
            with lock:
                under_way.append(entry)
            time.sleep(0.008)
            with lock:
                others = [one for one in under_way if one is not entry]
                for other in others if provisions(method, path) else ():
                    entry_as_taken = take((path, headers), other)
                    path, headers = entry_as_taken
            answer = handler(method, path, headers, body)
            with lock:
                under_way.remove(entry)
            return answer

        return handle

    return spoil


def credential_of(headers: Headers) -> list[tuple[str, str]]:
    return [one for one in headers if one[0].lower() in ("token", "authorization")]


def credential_of_another(mine: tuple[str, Headers], other: tuple[str, Headers]) -> tuple[str, Headers]:
    """Whoever sends none is taken for whom another thread has just let in."""
    return mine if credential_of(mine[1]) else (mine[0], [*mine[1], *credential_of(other[1])])


def install_of_another(mine: tuple[str, Headers], other: tuple[str, Headers]) -> tuple[str, Headers]:
    """The install of the call, and the right to it, stand in a variable of the process."""
    if TWO not in mine[0] or ONE not in other[0]:
        return mine
    return mine[0].replace(TWO, ONE), [
        *(one for one in mine[1] if one not in credential_of(mine[1])),
        *credential_of(other[1]),
    ]


AT_ONCE: Mapping[str, Carelessness] = {
    "answers-of-another": of(
        at_once(of_another), "recall-finds sids-distinct first-call-creates response-shape", "crossings"
    ),
    "another-signed-on": of(at_once(signs_another_on), "signon-token-subject signon-token-fresh", "crossings"),
    "second-enrollment-lost": of(at_once(loses_the_second_enrollment), "joined-once recall-finds", "crossings"),
    "deadlock": of(at_once(deadlocks), "never-server-error", "crossings"),
    "answers-of-another-when-known": of(
        at_once(of_another_when_known), "recall-finds sids-distinct response-shape", "crossings"
    ),
    "refused-with-another": of(at_once(refused_with_another), "valid-accepted", "crossings"),
    "accepted-with-another": of(at_once(accepted_with_another), "schema", "crossings"),
    "credential-of-another": of(borrowed(credential_of_another), "credential-missing-refused", "crossings"),
    "install-of-another": of(borrowed(install_of_another), "installs-apart sids-distinct", "crossings"),
    "reader-writes-back": of(at_once(writes_back), "result-truthful update-merges", "crossings"),
}
