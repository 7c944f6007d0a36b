"""Faults in how names are stored, compared and numbered."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
import uuid
from typing import Any

from servers.second.departures import Departure
from servers.second.server.database import COURSE, EXAM, USER, Pool, Records, Table
from servers.second.server.provisioning import Call, Identifiers, Provisioning


class Keyed(Identifiers):
    """Names are compared by a key that is made of them."""

    def key(self, name: str) -> str:
        return name

    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        return super().find(database, table, scope, kind, self.key(name))

    def claim(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str, sid: str) -> None:
        super().claim(database, table, scope, kind, self.key(name), sid)


class CutNames(Keyed):
    def key(self, name: str) -> str:
        return name[:64]


class NumericNames(Keyed):
    def key(self, name: str) -> str:
        return repr(float(name)) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?", name) else name


class AccentlessNames(Keyed):
    def key(self, name: str) -> str:
        return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))


class UnquotedNames(Keyed):
    def key(self, name: str) -> str:
        return name.replace("'", "")


class PrototypeNames(Keyed):
    def key(self, name: str) -> str:
        if name in {"constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"}:
            raise TypeError("a function is no row")
        return name


class LikeNames(Identifiers):
    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        query = "SELECT sid FROM identifier WHERE part = ? AND scope = ? AND kind = ? AND name LIKE ? ORDER BY rowid"
        row = database.execute(query, (table.part, scope, kind, name)).fetchone()
        return row and str(row["sid"])


class CaseSensitiveLike(Pool):
    def connect(self) -> sqlite3.Connection:
        connection = super().connect()
        connection.execute("PRAGMA case_sensitive_like = ON")
        return connection


class UserKindsShareAnIndex(Identifiers):
    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        return super().find(database, table, scope, "any" if table is USER else kind, name)

    def claim(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str, sid: str) -> None:
        super().claim(database, table, scope, "any" if table is USER else kind, name, sid)


class ExamsOfAnyCourse(Identifiers):
    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        if table is not EXAM:
            return super().find(database, table, scope, kind, name)
        row = database.execute("SELECT sid FROM identifier WHERE part = 'exam' AND name = ?", (name,)).fetchone()
        return row and str(row["sid"])


class SidsFromNames(Identifiers):
    def mint(self, table: Table, scope: str, kind: str, name: str) -> str:
        return (
            "EX" + uuid.uuid5(uuid.NAMESPACE_URL, name).hex if table is EXAM else super().mint(table, scope, kind, name)
        )


class Upserts(Records):
    def insert(self, database: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
        database.execute(f'DELETE FROM "{table.part}" WHERE sid = ?', (row["sid"],))
        super().insert(database, table, row)


class FirstPageOfUsers(Identifiers):
    def find(self, database: sqlite3.Connection, table: Table, scope: str, kind: str, name: str) -> str | None:
        if table is not USER:
            return super().find(database, table, scope, kind, name)
        query = "SELECT kind, name, sid FROM identifier WHERE part = 'user' AND scope = ? ORDER BY rowid LIMIT 100"
        page = database.execute(query, (scope,)).fetchall()
        return next((str(row["sid"]) for row in page if (row["kind"], row["name"]) == (kind, name)), None)


class NoUniqueIndex(Pool):
    def identifiers(self) -> str:
        return "CREATE TABLE identifier (part TEXT, scope TEXT, kind TEXT, name TEXT, sid TEXT)"


class CourseSidsOfAnyInstall(Identifiers):
    def by_sid(self, database: sqlite3.Connection, table: Table, scope: str, sid: str) -> str | None:
        if table is not COURSE:
            return super().by_sid(database, table, scope, sid)
        row = database.execute("SELECT sid FROM course WHERE sid = ?", (sid,)).fetchone()
        return row and str(row["sid"])


class SharedAccommodation(Provisioning):
    def identity(self, call: Call, table: Table, part: dict[str, Any]) -> tuple[str, str]:
        kind, name = super().identity(call, table, part)
        return kind, "" if kind == "only accommodation" else name


# sids-distinct since names that every reading tells apart are told under the firm clause
NAMES = ("ids-exact", "first-call-creates", "sids-distinct")
ONE = ("result-truthful", "match-by-identifier")
FAULTS = (
    Departure("names-cut", "Names are cut at 64 letters by their column.", (CutNames,), NAMES, ONE),
    Departure("names-as-numbers", "Names that look like numbers are compared as numbers.", (NumericNames,), NAMES, ONE),
    Departure(
        "names-without-accents",
        "Names are compared by a collation that ignores accents.",
        (AccentlessNames,),
        NAMES,
        ONE,
    ),
    Departure("names-unquoted", "Apostrophes are taken out of names, for fear of SQL.", (UnquotedNames,), NAMES, ONE),
    Departure(
        *(
            "names-of-prototypes",
            "Names of members of every object are found in a map that is an object.",
            (PrototypeNames,),
        ),
        *(("never-server-error",), ("values-survive", "valid-accepted")),
    ),
    Departure(
        "names-by-like",
        "Names are looked up with LIKE, so that _ and % match anything.",
        (LikeNames, CaseSensitiveLike),
        NAMES,
        ONE,
    ),
    Departure(
        *("user-kinds-share-an-index", "A user is found by a name of any kind.", (UserKindsShareAnIndex,)),
        *(("ids-kinds-apart", "first-call-creates"), (*ONE, "sids-distinct")),
    ),
    Departure(
        *(
            "exams-of-any-course",
            "An exam is looked up by its name alone, in whatever course it is.",
            (ExamsOfAnyCourse,),
        ),
        *(
            ("ids-scoped", "first-call-creates"),
            (*ONE, "sids-distinct", "exam-in-course", "exam-configuration-required"),
        ),
    ),
    Departure(
        *(
            "sids-from-names",
            "The SID of an exam is a hash of its name, so that exams of two courses are one row.",
            (SidsFromNames, Upserts),
        ),
        *(
            ("sids-distinct", "ids-scoped"),
            (*ONE, "exam-in-course", "recall-finds", "unknown-sid-refused", "first-call-creates"),
        ),
    ),
    Departure(
        *(
            "users-of-the-first-page",
            "A user is looked for among the first hundred only.",
            (FirstPageOfUsers, NoUniqueIndex),
        ),
        *(
            ("recall-finds",),
            ("result-truthful", "joined-once", "concurrent-once", "match-by-identifier", "installs-apart"),
        ),
    ),
    Departure(
        *(
            "course-sids-of-any-install",
            "The SID of a course of another deployment is taken.",
            (CourseSidsOfAnyInstall,),
        ),
        *(("installs-apart", "unknown-sid-refused"), ()),
    ),
    Departure(
        *("accommodation-shared", "Everybody's accommodation is one configuration.", (SharedAccommodation,)),
        *(("configuration-ids",), (*ONE, "sids-distinct", "first-call-creates")),
    ),
)
