"""The one call: match or create each part, in one transaction."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from servers.second.server.database import CONFIGURATION, COURSE, ENROLLMENT, EXAM, USER, Pool, Records, Table
from servers.second.server.installs import Install
from servers.second.server.messages import Violation, invalid, missing
from servers.second.server.rules import Rules
from servers.second.server.signons import Signons


class Identifiers:
    """Which SID a name stands for. Names live in a scope (a deployment, a course, an exam) and are of a kind."""

    def mint(self, table: Table, scope: str, kind: str, name: str) -> str:
        return table.prefix + uuid.uuid4().hex

    def scope_column(self, table: Table) -> str:
        return {"exam": "course", "configuration": "exam"}.get(table.part, "deployment")

    def by_sid(self, database: sqlite3.Connection, table: Table, scope: str, sid: str) -> str | None:
        query = f'SELECT sid FROM "{table.part}" WHERE sid = ? AND "{self.scope_column(table)}" = ?'
        row = database.execute(query, (sid, scope)).fetchone()
        return row and str(row["sid"])

    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        query = "SELECT sid FROM identifier WHERE part = ? AND scope = ? AND kind = ? AND name = ?"
        row = database.execute(query, (table.part, scope, kind, name)).fetchone()
        return row and str(row["sid"])

    def claim(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str, sid: str) -> None:
        row = (table.part, scope, kind, name, sid)
        database.execute("INSERT INTO identifier VALUES (?, ?, ?, ?, ?)", row)


@dataclass(slots=True)
class Call:
    """A call under way: its body, its transaction, the SIDs of its parts, and what is answered."""

    install: Install
    body: dict[str, Any]
    database: sqlite3.Connection
    sids: dict[str, str]
    answer: dict[str, Any]


class Provisioning:
    """Plays a body against the database."""

    def __init__(
        self, pool: Pool, records: Records, identifiers: Identifiers, signons: Signons, rules: type[Rules]
    ) -> None:
        self.pool, self.records, self.identifiers, self.signons, self.rules = pool, records, identifiers, signons, rules

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        self.examine(install, body)
        with self.pool.transaction() as database:
            call = Call(install, body, database, {}, {})
            self.play(call)
            return call.answer

    def examine(self, install: Install, body: Any) -> None:
        violations = self.rules(install).violations(body)
        if violations:
            raise invalid(violations)

    def play(self, call: Call) -> None:
        body = call.body
        self.place(call, COURSE, body["course"], call.install.deployment)
        if "user" in body:
            self.place(call, USER, body["user"], call.install.deployment)
            self.enroll(call)
        if "exam" in body:
            self.exam(call, body["exam"])
        if "signon" in body:
            self.sign_on(call, body["signon"])

    def exam(self, call: Call, exam: dict[str, Any]) -> None:
        self.place(call, EXAM, exam, call.sids["course"])
        configuration = exam.get("configuration")
        if configuration is None:
            if call.answer["exam"]["result"] == "Created":
                sentence = "An exam that is new needs its configuration."
                raise invalid([Violation("/exam/configuration", sentence, "exam-configuration-required")])
            return
        self.place(call, CONFIGURATION, configuration, call.sids["exam"])

    def place(self, call: Call, table: Table, part: dict[str, Any], scope: str) -> None:
        """Match a part by its identifier, or create it."""
        kind, name = self.identity(call, table, part)
        if kind == "sid":
            sid = self.identifiers.by_sid(call.database, table, scope, name)
            if sid is None:
                clause = "exam-in-course" if table in (EXAM, CONFIGURATION) else "unknown-sid-refused"
                raise missing(f"{table.part} {name}", clause, f"/{table.part}/ids/sid")
        else:
            sid = self.identifiers.find(call.database, table, scope, kind, name)
        if sid is None:
            sid = self.identifiers.mint(table, scope, kind, name)
            self.identifiers.claim(call.database, table, scope, kind, name, sid)
            keys = {"sid": sid, self.identifiers.scope_column(table): scope}
            self.create(call, table, keys, part)
        else:
            self.match(call, table, sid, part)

    def identity(self, call: Call, table: Table, part: dict[str, Any]) -> tuple[str, str]:
        """Kind and name; a configuration without identifiers is known by its type, an accommodation by its enrollment too."""
        if "ids" in part:
            kind = next(kind for kind in ("sid", "api", "lms", "external") if kind in part["ids"])
            return kind, part["ids"][kind]
        kind = part.get("type", "primary")
        return f"only {kind}", call.sids.get("enrollment", "") if kind == "accommodation" else ""

    def create(self, call: Call, table: Table, keys: dict[str, Any], part: dict[str, Any]) -> None:
        self.records.create(call.database, table, keys, part, call.install.defaults)
        self.tell(call, table, keys["sid"], "Created")

    def match(self, call: Call, table: Table, sid: str, part: dict[str, Any]) -> None:
        changed = self.records.update(call.database, table, sid, part, call.install.defaults)
        self.tell(call, table, sid, "Updated" if changed else "Found Existing")

    def tell(self, call: Call, table: Table, sid: str, result: str) -> None:
        call.sids[table.part] = sid
        call.answer[table.part] = {"sid": sid, "result": result}

    def enroll(self, call: Call) -> None:
        part = call.body.get("enrollment", {})
        sid = self.enrolled(call, part)
        if sid:
            self.match(call, ENROLLMENT, sid, part)
            return
        keys = {
            "sid": self.identifiers.mint(ENROLLMENT, "", "", ""),
            "user": call.sids["user"],
            "course": call.sids["course"],
        }
        self.create(call, ENROLLMENT, keys, part)

    def enrolled(self, call: Call, part: dict[str, Any]) -> str | None:
        pair = (call.sids["user"], call.sids["course"])
        row = call.database.execute('SELECT sid FROM enrollment WHERE "user" = ? AND course = ?', pair).fetchone()
        return row and str(row["sid"])

    def sign_on(self, call: Call, part: dict[str, Any]) -> None:
        if part["integrationSid"] not in call.install.integrations:
            raise missing("integration", "signon-integration-known", "/signon/integrationSid")
        role = self.records.row(call.database, ENROLLMENT, call.sids["enrollment"])["role"]
        claims = {"course": call.sids["course"], "exam": call.sids.get("exam"), "role": role}
        call.answer["signon"] = self.signons.issue(
            call.database, call.install, part["integrationSid"], self.subject(call), claims
        )

    def subject(self, call: Call) -> str:
        return call.sids["user"]
