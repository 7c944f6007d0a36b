"""Faults in what is told: results, SIDs, members of answers, and what is written on an update."""

from __future__ import annotations

import sqlite3
from typing import Any

from servers.second.departures import Departure
from servers.second.server.application import Application
from servers.second.server.database import CONFIGURATION, COURSE, ENROLLMENT, EXAM, USER, Records, Table
from servers.second.server.installs import Install
from servers.second.server.messages import Received
from servers.second.server.provisioning import Call, Identifiers, Provisioning

UPDATED, FOUND, CREATED = "Updated", "Found Existing", "Created"


class FirstColumnOnly(Provisioning):
    """Whether something was changed is asked of the first column."""

    def match(self, call: Call, table: Table, sid: str, part: dict[str, Any]) -> None:
        first = table.columns[0].name
        before = self.records.row(call.database, table, sid)[first]
        super().match(call, table, sid, part)
        if self.records.row(call.database, table, sid)[first] == before:
            self.tell(call, table, sid, FOUND)


class ResultOfTheWhole(Provisioning):
    """There is one result of a call, and every part that was there before is told it."""

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        answer = super().provision(install, body)
        results = {part["result"] for part in answer.values() if "result" in part}
        if UPDATED in results:
            for part in answer.values():
                if part.get("result") == FOUND:
                    part["result"] = UPDATED
        return answer


class CreatedTogether(Provisioning):
    """A course in which an exam is created is told as created itself."""

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        answer = super().provision(install, body)
        if answer.get("exam", {}).get("result") == CREATED:
            answer["course"]["result"] = CREATED
        return answer


class EnrolledLikeUser(Provisioning):
    """The result of an enrollment is that of its user."""

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        answer = super().provision(install, body)
        if "enrollment" in answer:
            answer["enrollment"]["result"] = answer["user"]["result"]
        return answer


class SeenOftenEnough(Provisioning):
    """Users have a column for how often they were seen, of which every third time is written."""

    def match(self, call: Call, table: Table, sid: str, part: dict[str, Any]) -> None:
        super().match(call, table, sid, part)
        if table is USER:
            seen: dict[str, int] = self.__dict__.setdefault("seen", {})
            seen[sid] = seen.get(sid, 0) + 1
            if seen[sid] % 3 == 0:
                self.tell(call, table, sid, UPDATED)


class CapitalNumbers(Identifiers):
    """The library for numbers was changed, and writes capitals."""

    def mint(self, table: Table, scope: str, kind: str, name: str) -> str:
        sid = super().mint(table, scope, kind, name)
        return sid[:2] + sid[2:].upper() if table is CONFIGURATION else sid


class BareNumbers(Provisioning):
    """What was found is told by its number alone."""

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        answer = super().provision(install, body)
        if answer.get("configuration", {}).get("result") == FOUND:
            answer["configuration"] = answer["configuration"]["sid"]
        return answer


class EmptySignon(Application):
    """A sign-on stands in every answer, empty where nobody asked for one."""

    def provisioned(self, request: Received, install: Install, body: Any) -> dict[str, Any]:
        return {"signon": {}} | super().provisioned(request, install, body)


class CodesCleared(Records):
    """An update of a course that says nothing of its code clears it."""

    def update(
        self, database: sqlite3.Connection, table: Table, sid: str, part: dict[str, Any], defaults: dict[str, str]
    ) -> bool:
        changed = super().update(database, table, sid, part, defaults)
        if table is COURSE and changed and "code" not in part:
            database.execute("UPDATE course SET code = NULL WHERE sid = ?", (sid,))
        return changed


class FalseIsNothing(Records):
    """What is false is taken for not sent."""

    def members(self, table: Table, part: dict[str, Any]) -> dict[Any, Any]:
        found = super().members(table, part)
        return {column: value for column, value in found.items() if value is not False or table is not EXAM}


class PromotedForEver(Records):
    """Who is an instructor stays one."""

    def update(
        self, database: sqlite3.Connection, table: Table, sid: str, part: dict[str, Any], defaults: dict[str, str]
    ) -> bool:
        if table is ENROLLMENT and self.row(database, table, sid)["role"] == "instructor":
            return False
        return super().update(database, table, sid, part, defaults)


FAULTS = (
    Departure(
        *("first-column-only", "An update is told if the first column was changed.", (FirstColumnOnly,)),
        *(
            ("result-truthful",),
            ("update-merges", "update-replaces-whole", "values-compare", "defaults-at-creation", "null-accepted"),
        ),
    ),
    Departure(
        *("result-of-the-whole", "One part that is updated makes all of them updated.", (ResultOfTheWhole,)),
        *(("result-truthful",), ("enrollment-role-updated",)),
    ),
    Departure(
        *("created-together", "A course in which an exam is new is told as new.", (CreatedTogether,)),
        *(("recall-finds",), ("concurrent-once",)),
    ),
    Departure(
        *("enrolled-like-user", "The result of an enrollment is copied from its user.", (EnrolledLikeUser,)),
        *(("first-call-creates", "enrollment-role-updated", "recall-finds"), ("joined-once", "result-truthful")),
    ),
    Departure(
        *("seen-often-enough", "That a user was seen three times is told as an update.", (SeenOftenEnough,)),
        *(("result-truthful",), ("update-merges", "match-by-identifier", "values-compare", "values-survive")),
    ),
    Departure(
        *("capital-numbers", "SIDs of configurations are minted in capitals.", (CapitalNumbers,)),
        *(("response-shape", "sid-hex-minted"), ("configuration-ids", "sid-form", "recall-finds")),
    ),
    Departure(
        *("bare-numbers", "A configuration that was found is told as a text.", (BareNumbers,)),
        *(("response-shape", "asked-present"), ("configuration-ids",)),
    ),
    Departure(
        *("empty-signon", "A sign-on stands in every answer.", (EmptySignon,)),
        *(("signon-unasked-absent",), ("response-shape",)),
    ),
    Departure(
        *("codes-cleared", "An update without a code clears it.", (CodesCleared,)),
        *(("update-merges", "result-truthful"), ()),
    ),
    Departure(
        *("false-is-nothing", "False is taken for not sent.", (FalseIsNothing,)),
        *(("result-truthful", "update-merges"), ("defaults-at-creation",)),
    ),
    Departure(
        *("promoted-for-ever", "An instructor stays one.", (PromotedForEver,)),
        *(("enrollment-role-updated",), ("result-truthful",)),
    ),
)
