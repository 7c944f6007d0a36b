"""Faults in how requests are read and answered, in what is kept between them, and in what they do to each other."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from servers.second.departures import EVERYTHING, Departure
from servers.second.server.application import Application
from servers.second.server.database import COURSE, ENROLLMENT, Pool, Table
from servers.second.server.decoding import Decoder
from servers.second.server.installs import Install
from servers.second.server.listening import Handler
from servers.second.server.messages import Answers, Received, RefusedError, Sent
from servers.second.server.provisioning import Call, Identifiers, Provisioning


def trip() -> None:
    """What lies between two statements when the database is on another machine: others get their turn meanwhile."""
    time.sleep(0.003)


class UnreadChunks(Handler):
    def body(self) -> tuple[bytes, bool]:
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            return b"", False
        return super().body()


class WholeMediaType(Decoder):
    def media_type(self, request: Received) -> None:
        if request.one("content-type") != "application/json":
            raise RefusedError(415, "UNSUPPORTEDMEDIATYPE", "Send application/json.")
        super().media_type(request)


class ErrorPages(Answers):
    def refusal(self, request: Received, refused: RefusedError) -> Sent:
        if "text/html" in (request.one("accept") or ""):
            page = f"<!doctype html><title>{refused.status}</title><h1>{refused.code}</h1>"
            return Sent(refused.status, page.encode(), (("Content-Type", "text/html"), *refused.headers))
        return super().refusal(request, refused)


class Preflights(Application):
    def handled(self, request: Received) -> Sent:
        if request.method == "OPTIONS":
            wanted = request.all("access-control-request-headers")[0].split(",")
            allowed = ", ".join(name.strip() for name in wanted)
            return Sent(204, b"", (("Access-Control-Allow-Headers", allowed), ("Allow", "POST")))
        return super().handled(request)


class CachedAnswers(Application):
    def provisioned(self, request: Received, install: Install, body: Any) -> dict[str, Any]:
        cache: dict[str, dict[str, Any]] = self.__dict__.setdefault("cache", {})
        key = install.sid + json.dumps(body, sort_keys=True)
        if key not in cache:
            answer = super().provisioned(request, install, body)
            if "signon" in answer or any(part["result"] != "Found Existing" for part in answer.values()):
                return answer
            cache[key] = answer
        return cache[key]


class NoRollback(Pool):
    def __init__(self) -> None:
        super().__init__(size=1)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self.free.get()
        try:
            if not connection.in_transaction:
                connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            self.free.put(connection)


class SharedAnswer(Provisioning):
    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        self.examine(install, body)
        with self.pool.transaction() as database:
            self.answer: dict[str, Any] = {}
            self.play(Call(install, body, database, {}, self.answer))
        trip()  # the audit trail
        return self.answer


class LookBeforeTheLock(Provisioning):
    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        self.examine(install, body)
        kind, name = next(iter(body["course"]["ids"].items()))
        with self.pool.transaction() as database:
            seen.course = kind != "sid" and Identifiers().find(database, COURSE, install.deployment, kind, name)
        trip()
        try:
            return super().provision(install, body)
        except sqlite3.IntegrityError as error:
            raise RefusedError(409, "CONFLICT", "Somebody else made this course.") from error


class CoursesSeenBefore(Identifiers):
    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        return seen.course if table is COURSE else super().find(database, table, scope, kind, name)


seen = threading.local()


class EnrollmentPerRole(Provisioning):
    def enrolled(self, call: Call, part: dict[str, Any]) -> str | None:
        key = (call.sids["user"], call.sids["course"], part.get("role", "learner"))
        query = 'SELECT sid FROM enrollment WHERE "user" = ? AND course = ? AND role = ?'
        row = call.database.execute(query, key).fetchone()
        return row and str(row["sid"])


class SeveralEnrollments(Pool):
    def statements(self) -> Iterator[str]:
        for statement in super().statements():
            yield statement.replace(", UNIQUE (user, course)", "") if f'"{ENROLLMENT.part}"' in statement else statement


FAULTS = (
    Departure(
        *("chunks-unread", "A chunked body is read as an empty one.", (UnreadChunks,)),
        *(("valid-accepted", "http-spelling"), ("never-hang", "error-shape", "body-size")),  # a younger clause
    ),
    Departure(
        *("media-type-whole", "A media type with a charset is not recognised.", (WholeMediaType,)),
        *(("valid-accepted",), ("media-type",)),
    ),
    Departure(
        *("error-pages", "Whoever takes HTML gets an HTML page when something is wrong.", (ErrorPages,)),
        *(("never-html",), ("error-shape",)),
    ),
    Departure(
        *("preflights-crash", "OPTIONS without the headers of a preflight is a crash.", (Preflights,)),
        *(("never-server-error",), ("method-allowed",)),
    ),
    Departure(
        *(
            "answers-cached",
            "Answers that changed nothing are kept by their body, and given after it was changed in between.",
            (CachedAnswers,),
        ),
        *(("result-truthful",), ("update-merges",)),
    ),
    Departure(
        *(
            "rollback-forgotten",
            "A refused call leaves its transaction open, and the next one commits it.",
            (NoRollback,),
        ),
        *(("all-or-nothing", "unknown-sid-refused"), ("first-call-creates", "result-truthful")),
    ),
    Departure(
        *("answer-shared", "The answer is kept in a singleton: calls at once get each other's.", (SharedAnswer,)),
        ("concurrent-once", "sids-distinct", "recall-finds", "first-call-creates"),
        EVERYTHING,
    ),
    Departure(
        *(
            "look-before-the-lock",
            "Whether a course exists is looked up before the lock: the second of two new calls is a conflict.",
            (LookBeforeTheLock, CoursesSeenBefore),
        ),
        *(("concurrent-once", "valid-accepted", "concurrent-accepted"), ()),  # the last is younger than the fault
    ),
    Departure(
        *("enrollment-per-role", "Another role is another enrollment.", (EnrollmentPerRole, SeveralEnrollments)),
        *(
            ("joined-once", "enrollment-role-updated"),
            ("recall-finds", "defaults-at-creation", "result-truthful", "first-call-creates", "sids-distinct"),
        ),
    ),
)
