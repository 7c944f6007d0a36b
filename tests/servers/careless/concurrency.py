"""Carelessness about calls at once: what is shared by threads that should not share it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import BROKEN, Carelessness, Handler, Headers, Spoil, of, provisions, read
from tests.servers.independent import Independent
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


AT_ONCE: Mapping[str, Carelessness] = {
    "answers-of-another": of(
        at_once(of_another), "recall-finds sids-distinct first-call-creates response-shape", "crossings"
    ),
    "another-signed-on": of(at_once(signs_another_on), "signon-token-subject signon-token-fresh", "crossings"),
    "second-enrollment-lost": of(at_once(loses_the_second_enrollment), "joined-once recall-finds", "crossings"),
    "deadlock": of(at_once(deadlocks), "never-server-error", "crossings"),
    "reader-writes-back": of(at_once(writes_back), "result-truthful update-merges", "crossings"),
}
