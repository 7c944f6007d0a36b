"""From each version of the schema to the one after it, in words that stay as they are when the schema goes on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy.engine.interfaces import Dialect

Migration = Callable[[Any, Dialect], None]
"""Changes a schema, with a cursor and a dialect, from the version under which it stands to the next one."""


def _by_number(cursor: Any, dialect: Dialect) -> None:
    """What leads to resources leads there by number, and no longer by space and SID."""
    is_postgres = dialect.name == "postgresql"
    number = "BIGSERIAL" if is_postgres else "INTEGER"
    integer, binary = ("BIGINT", "BYTEA") if is_postgres else ("INTEGER", "BLOB")
    found = "JOIN resources ON resources.space = one.space AND resources.sid = one.sid"
    for statement in (
        *(f"DROP INDEX {name}" for name in ("names_once", "names_by_sid", "relations_once", "relations_by_sid")),
        *(f"ALTER TABLE {name} RENAME TO {name}_1" for name in ("names", "relations")),
        *(_FREED if is_postgres else ()),
        f"CREATE TABLE names (number {number} NOT NULL, digest {binary} NOT NULL, resource {integer} NOT NULL, "
        f"key {binary} NOT NULL, PRIMARY KEY (number))",
        f"CREATE TABLE relations (digest {binary} NOT NULL, resource {integer} NOT NULL, sid {binary} NOT NULL, "
        f"PRIMARY KEY (digest, resource)){'' if is_postgres else ' WITHOUT ROWID'}",
        "INSERT INTO names (number, digest, resource, key) "  # noqa: S608 - words of ours
        f"SELECT one.number, one.digest, resources.number, one.key FROM names_1 one {found} ORDER BY one.number",
        "INSERT INTO relations (digest, resource, sid) "  # noqa: S608 - words of ours
        f"SELECT one.digest, resources.number, one.sid FROM relations_1 one {found}",
        *(f"DROP TABLE {name}_1" for name in ("names", "relations")),
        "CREATE UNIQUE INDEX names_once ON names (digest)",
        "CREATE INDEX names_of_resource ON names (resource)",
        "CREATE INDEX relations_of_resource ON relations (resource)",
        *(_COUNTED if is_postgres else ()),
    ):
        cursor.execute(statement)


_FREED = (
    "ALTER INDEX names_pkey RENAME TO names_1_pkey",
    "ALTER INDEX relations_pkey RENAME TO relations_1_pkey",
    "ALTER SEQUENCE names_number_seq RENAME TO names_1_number_seq",
)
"""The names that PostgreSQL gave to what belongs to a table are free for the next one."""
_COUNTED = ("SELECT setval('names_number_seq', (SELECT coalesce(max(number), 0) + 1 FROM names), false)",)


class StatusRow(NamedTuple):
    """What has a status and is listed by its own scope, as the tables have it."""

    space: str
    scope: str
    part: str
    status: str
    number: int
    sid: bytes

    @property
    def lists(self) -> tuple[bytes, bytes]:
        """What leads to all of them, and to those of that status."""
        names = (self.space, self.scope, self.part)
        return _digest(*names), _digest(*names, "/status", self.status)


def _with_status(cursor: Any, dialect: Dialect) -> Iterator[StatusRow]:
    is_postgres = dialect.name == "postgresql"
    has_status = (
        "position('\\x222f73746174757322'::bytea in {0}) > 0" if is_postgres else "instr({0}, '\"/status\"') > 0"
    )
    cursor.execute(
        "SELECT names.key, resources.number, resources.space, resources.sid, resources.attributes "  # noqa: S608 - ours
        f"FROM names JOIN resources ON names.resource = resources.number WHERE {has_status.format('attributes')}"
    )
    for key, number, space, sid, attributes in cursor.fetchall():
        part, scope, _, _, _, *joined = json.loads(key)
        if joined == [scope]:
            status = json.dumps(json.loads(attributes)["/status"])
            yield StatusRow(space, scope, part, status, number, bytes(sid))


def _by_value(cursor: Any, dialect: Dialect) -> None:
    """What has a status is listed by it, where a key that joins its own scope lists it."""
    rows = [(one.lists[1], one.number, one.sid) for one in _with_status(cursor, dialect)]
    place = "%s" if dialect.name == "postgresql" else "?"
    cursor.executemany(
        f"INSERT INTO relations (digest, resource, sid) VALUES ({place}, {place}, {place})",  # noqa: S608 - ours
        rows,
    )


def _tallied(cursor: Any, dialect: Dialect) -> None:
    """How many such lists have is kept: of all that a deployment has, and of those by each status."""
    is_postgres = dialect.name == "postgresql"
    binary, table = ("BYTEA", "") if is_postgres else ("BLOB", " WITHOUT ROWID")
    cursor.execute(
        f"CREATE TABLE tallies (digest {binary} NOT NULL, slot INTEGER NOT NULL, count BIGINT NOT NULL, "
        f"PRIMARY KEY (digest, slot)){table}"
    )
    tallies = Counter((found, one.number % 32) for one in _with_status(cursor, dialect) for found in one.lists)
    place = "%s" if is_postgres else "?"
    cursor.executemany(
        f"INSERT INTO tallies (digest, slot, count) VALUES ({place}, {place}, {place})",  # noqa: S608 - ours
        [(found, slot, count) for (found, slot), count in tallies.items()],
    )


def _digest(*names: str) -> bytes:
    return hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=20).digest()


MIGRATIONS: Mapping[int, Migration] = {1: _by_number, 2: _by_value, 3: _tallied}
"""The steps from each earlier version to the one after it."""
