"""Faults in how values are validated, stored and compared."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from servers.second.departures import Departure
from servers.second.server.database import COURSE, EXAM, Column, Kind, Records, Table
from servers.second.server.decoding import Decoder
from servers.second.server.installs import Install
from servers.second.server.messages import RefusedError
from servers.second.server.provisioning import Provisioning
from servers.second.server.rules import Rules


class SmallIntegers(Records):
    def stored(self, column: Column, value: Any, defaults: dict[str, str]) -> Any:
        found = super().stored(column, value, defaults)
        if column.kind is Kind.INTEGER and found > 32767:
            raise OverflowError("smallint out of range")
        return found


class WallClocks(Records):
    def same(self, column: Column, old: Any, new: Any) -> bool:
        if column.kind is Kind.INSTANT and old is not None and new is not None:
            return bool(old[:19] == new[:19])
        return super().same(column, old, new)


class LocalClocks(Records):
    zone = ZoneInfo("America/New_York")

    def same(self, column: Column, old: Any, new: Any) -> bool:
        if column.kind is Kind.INSTANT and old is not None and new is not None:
            return self.local(old) == self.local(new)
        return super().same(column, old, new)

    def local(self, text: str) -> str:
        try:
            return f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d %H:%M:%S.%f}"
        except (ValueError, OverflowError):
            return text


class WindowsAsText(Rules):
    def moment(self, value: Any) -> Any:
        return value if super().moment(value) is not None else None


class EscapedMarkup(Records):
    def insert(self, database: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
        super().insert(database, table, self.escaped(row))

    def write(self, database: sqlite3.Connection, table: Table, sid: str, changed: dict[str, Any]) -> None:
        super().write(database, table, sid, self.escaped(changed))

    def escaped(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: escape(value, quote=False) if isinstance(value, str) else value for name, value in row.items()}


class NullKeeps(Records):
    def update(
        self, database: sqlite3.Connection, table: Table, sid: str, part: dict[str, Any], defaults: dict[str, str]
    ) -> bool:
        kept = {name: value for name, value in part.items() if value is not None}
        return super().update(database, table, sid, kept, defaults)


class ShallowDocuments(Records):
    def same(self, column: Column, old: Any, new: Any) -> bool:
        if column.kind is Kind.DOCUMENT and old and new:
            return set(json.loads(old)) == set(json.loads(new))
        return super().same(column, old, new)


class ForgottenColumn(Records):
    def write(self, database: sqlite3.Connection, table: Table, sid: str, changed: dict[str, Any]) -> None:
        kept = {name: value for name, value in changed.items() if name != "notes_proctor"}
        if kept:
            super().write(database, table, sid, kept)


class NoNul(Records):
    def stored(self, column: Column, value: Any, defaults: dict[str, str]) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("invalid byte sequence for encoding UTF8: 0x00")
        return super().stored(column, value, defaults)


class UnexaminedUpdates(Provisioning):
    only_on_create = frozenset(
        "configuration-duration-positive configuration-attempts-positive access-order scheduling-order "
        "configuration-password-non-empty configuration-url-form proctor-types-some".split()
    )

    def examine(self, install: Install, body: Any) -> None:
        try:
            super().examine(install, body)
        except RefusedError as refused:
            clauses = {violation.clause for violation in refused.violations}
            if not clauses <= self.only_on_create or not self.is_known(install, body):
                raise

    def is_known(self, install: Install, body: Any) -> bool:
        with self.pool.transaction() as database:
            course, exam = body["course"]["ids"], body["exam"]["ids"]
            kind, name = next(iter(course.items()))
            scope = install.deployment
            sid = name if kind == "sid" else self.identifiers.find(database, COURSE, scope, kind, name)
            return "sid" in exam or bool(
                sid and self.identifiers.find(database, EXAM, sid, "external", exam["external"])
            )


class ManyDigits(Decoder):
    def integer(self, digits: str) -> int:
        return int(digits)


FAULTS = (
    Departure(
        *(
            "integers-of-16-bits",
            "Numbers are kept in 16 bits, and the database refuses larger ones.",
            (SmallIntegers,),
        ),
        *(("never-server-error",), ("values-survive", "valid-accepted")),
    ),
    Departure(
        *("offsets-dropped", "Dates are compared by their wall clock; the offset is dropped.", (WallClocks,)),
        *(("values-compare", "result-truthful"), ()),
    ),
    Departure(
        *(
            "dates-in-local-time",
            "Dates are kept in local time without an offset: the hour that comes twice is one.",
            (LocalClocks,),
        ),
        *(("result-truthful", "values-compare"), ()),
    ),
    Departure(
        *("windows-as-text", "Whether a window closes after it opens is asked of the texts.", (WindowsAsText,)),
        *(("valid-accepted", "access-order"), ("scheduling-order", "values-survive")),
    ),
    Departure(
        *(
            "markup-escaped",
            "Texts are escaped when they are saved, and compared as they come: & differs every time.",
            (EscapedMarkup,),
        ),
        *(("result-truthful",), ("values-survive",)),
    ),
    Departure(
        *("null-keeps", "An explicit null leaves what is stored (COALESCE).", (NullKeeps,)),
        *(("update-merges", "result-truthful"), ("null-accepted",)),
    ),
    Departure(
        *(
            "documents-shallow",
            "Of proctor types and permitted items only the names are compared.",
            (ShallowDocuments,),
        ),
        *(("result-truthful", "update-replaces-whole"), ()),
    ),
    Departure(
        *("column-forgotten", "The notes for the proctor are missing in the UPDATE statement.", (ForgottenColumn,)),
        *(("result-truthful",), ("update-merges",)),
    ),
    Departure(
        *("nul-breaks-the-query", "A text with a NUL is more than the database takes.", (NoNul,)),
        *(("never-server-error",), ("values-survive", "valid-accepted")),
    ),
    Departure(
        *(
            "updates-unexamined",
            "What a configuration must keep is examined when its exam is new, not when it is known.",
            (UnexaminedUpdates,),
        ),
        ("configuration-duration-positive", "configuration-attempts-positive"),
        (*UnexaminedUpdates.only_on_create, "result-truthful"),
    ),
    Departure(
        *("many-digits", "A number of five thousand digits is more than the reader converts.", (ManyDigits,)),
        *(("never-server-error",), ("numbers-exact", "invalid-input-400")),
    ),
)
