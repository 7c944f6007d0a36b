"""Faults in what is remembered: of names, of what a call has done before it was refused, and of former calls."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from servers.second.departures import Departure
from servers.second.server.application import Application
from servers.second.server.database import COURSE, ENROLLMENT, EXAM, USER, Pool, Records, Table
from servers.second.server.installs import Install
from servers.second.server.messages import Received, RefusedError, Sent
from servers.second.server.provisioning import Call, Identifiers, Provisioning


class NamesLeftBehind(Provisioning):
    """A course that is called by its SID is indexed anew: by its SID alone."""

    def match(self, call: Call, table: Table, sid: str, part: dict[str, Any]) -> None:
        super().match(call, table, sid, part)
        if table is COURSE and "sid" in part["ids"]:
            call.database.execute("DELETE FROM identifier WHERE sid = ?", (sid,))


class AddressIsTheKey(Provisioning):
    """Users are cached by identifier and address: with another address they are not found again."""

    def identity(self, call: Call, table: Table, part: dict[str, Any]) -> tuple[str, str]:
        kind, name = super().identity(call, table, part)
        return (kind, f"{name}\0{part.get('email')}") if table is USER and kind != "sid" else (kind, name)


class SharedMailbox(Provisioning):
    """Somebody with the address of somebody else is that person."""

    def identity(self, call: Call, table: Table, part: dict[str, Any]) -> tuple[str, str]:
        kind, name = super().identity(call, table, part)
        if table is not USER or kind == "sid":
            return kind, name
        if self.identifiers.find(call.database, USER, call.install.deployment, kind, name):
            return kind, name
        query = 'SELECT sid FROM "user" WHERE deployment = ? AND email = ?'
        row = call.database.execute(query, (call.install.deployment, part.get("email"))).fetchone()
        return ("sid", str(row["sid"])) if row else (kind, name)


class ShortNumbers(Identifiers):
    """Numbers of exams come from a counter that starts again too early; the row is replaced."""

    count = 0

    def mint(self, table: Table, scope: str, kind: str, name: str) -> str:
        if table is not EXAM:
            return super().mint(table, scope, kind, name)
        self.count += 1
        return f"EX{uuid.uuid5(uuid.NAMESPACE_OID, str(self.count % 40)).hex}"


class ReplacedRows(Records):
    def insert(self, database: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
        database.execute(f'DELETE FROM "{table.part}" WHERE sid = ?', (row["sid"],))
        super().insert(database, table, row)


class EnrollmentOfUser(Provisioning):
    """An enrollment is numbered by its user: in a second course it has the SID of the first."""

    def create(self, call: Call, table: Table, keys: dict[str, Any], part: dict[str, Any]) -> None:
        if table is ENROLLMENT:
            keys = keys | {"sid": f"EN{keys['user'][2:]}"}
        super().create(call, table, keys, part)


class EnrollmentOfUserRows(Pool):
    def statements(self) -> Any:
        for statement in super().statements():
            yield statement.replace("sid TEXT PRIMARY KEY", "sid TEXT") if '"enrollment"' in statement else statement


class CoursesCommitted(Provisioning):
    """The course has a transaction of its own, which is committed before the rest is looked at."""

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        self.examine(install, body)
        with self.pool.transaction() as database:
            call = Call(install, body, database, {}, {})
            self.place(call, COURSE, body["course"], install.deployment)
        with self.pool.transaction() as database:
            rest = Call(install, body, database, call.sids, call.answer)
            told = dict(call.answer)
            self.play(rest)
            return rest.answer | told


class WritesFirst(Application):
    """The right to the install is looked up by the audit, after the call was served."""

    def provision(self, request: Received, install: str) -> Sent:
        claims = self.credentials.claims(request)
        known = self.install(install)
        answer = self.provisioned(request, known, self.decoder.read(request))
        self.credentials.authorise(claims, install, request)
        return self.answers.success(answer)


class ExamsMove(Identifiers):
    """An exam that is named by its SID is moved into the course of the call."""

    def by_sid(self, database: sqlite3.Connection, table: Table, scope: str, sid: str) -> str | None:
        if table is EXAM:
            database.execute("UPDATE exam SET course = ? WHERE sid = ?", (scope, sid))
        return super().by_sid(database, table, scope, sid)


class ThrottledLate(Application):
    """Every fiftieth call is counted when it is done: it is told to come later, and has happened."""

    calls = 0

    def provision(self, request: Received, install: str) -> Sent:
        self.calls += 1
        number, answer = self.calls, super().provision(request, install)
        if number % 50 == 0:
            raise RefusedError(429, "TOOMANYREQUESTS", "Come back soon.", headers=(("Retry-After", "0"),))
        return answer


class ForgottenNames(Identifiers):
    """The cache of names holds two hundred; what falls out of it is not looked for in the table."""

    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        if table is not COURSE:
            return super().find(database, table, scope, kind, name)
        query = (
            "SELECT kind, name, sid FROM identifier WHERE part = 'course' AND scope = ? ORDER BY rowid DESC LIMIT 200"
        )
        cached = database.execute(query, (scope,)).fetchall()
        return next((str(row["sid"]) for row in cached if (row["kind"], row["name"]) == (kind, name)), None)


class NamesTwice(Pool):
    def identifiers(self) -> str:
        return "CREATE TABLE identifier (part TEXT, scope TEXT, kind TEXT, name TEXT, sid TEXT)"


FAULTS = (
    Departure(
        *("names-left-behind", "Who is called by SID once is no longer known by name.", (NamesLeftBehind,)),
        *(("recall-finds",), ("ids-kinds-apart", "match-by-identifier")),
    ),
    Departure(
        *("address-is-the-key", "A user with another address is another user.", (AddressIsTheKey,)),
        *(("recall-finds",), ("match-by-identifier", "joined-once", "first-call-creates")),
    ),
    Departure(
        *("shared-mailbox", "Two users with one address are one user.", (SharedMailbox,)),
        *(("match-by-identifier",), ("first-call-creates", "sids-distinct", "installs-apart", "ids-exact")),
    ),
    Departure(
        *("short-numbers", "The numbers of exams start again after forty.", (ShortNumbers, ReplacedRows)),
        *(("sids-distinct",), ("recall-finds", "exam-in-course", "unknown-sid-refused", "result-truthful")),
    ),
    Departure(
        *("enrollment-of-user", "An enrollment has the number of its user.", (EnrollmentOfUser, EnrollmentOfUserRows)),
        *(("sids-distinct",), ("recall-finds", "joined-once", "result-truthful", "enrollment-role-updated")),
    ),
    Departure(
        *("courses-committed", "The course stays when the rest of its call is refused.", (CoursesCommitted,)),
        *(("all-or-nothing", "unknown-sid-refused"), ("first-call-creates",)),
    ),
    Departure(
        *("writes-first", "Whether the caller may is asked when everything is stored.", (WritesFirst,)),
        *(("credential-refusal-stores-nothing",), ("installs-apart",)),
    ),
    Departure(
        *("exams-move", "An exam named by its SID moves to the course of the call.", (ExamsMove,)),
        *(("exam-in-course", "ids-scoped"), ("recall-finds", "unknown-sid-refused", "installs-apart")),
    ),
    Departure(
        *("throttled-late", "Who is told to come later has been served.", (ThrottledLate,)),
        *(("all-or-nothing",), ("first-call-creates", "result-truthful")),
    ),
    Departure(
        *("names-forgotten", "A course is known as long as two hundred later ones.", (ForgottenNames, NamesTwice)),
        *(("recall-finds",), ("concurrent-once", "match-by-identifier")),
    ),
)
