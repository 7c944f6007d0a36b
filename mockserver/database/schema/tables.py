"""The schema: one for every kind of database. What callers send is kept as bytes: no database then minds a letter."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.types import TypeEngine

VERSION = 4
"""Of the schema. A database of an earlier one is brought up to date (migrations.py), one of a later one is refused."""
MARK = "invigilate"
"""By what a database of ours is known."""

SCHEMA = MetaData()
_NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER counts up by itself there


def _numbered() -> Column[int]:
    return Column("number", _NUMBER, primary_key=True, autoincrement=True)


ABOUT = Table(
    "about", SCHEMA, Column("name", String(40), primary_key=True), Column("value", String(200), nullable=False)
)
"""What the database is: of whom, and of which version of the schema."""

RESOURCES = Table(
    "resources",
    SCHEMA,
    _numbered(),
    Column("space", String(40), nullable=False),
    Column("sid", LargeBinary, nullable=False),
    Column("part", String(100), nullable=False),
    Column("scope", LargeBinary, nullable=False),
    Column("attributes", LargeBinary, nullable=False),
    Index("resources_by_sid", "space", "sid", unique=True),
    Index("resources_by_scope", "space", "scope"),
)
"""Resources by SID. ``space`` is the SID of an install that shares nothing, or nothing."""

NAMES = Table(
    "names",
    SCHEMA,
    _numbered(),
    Column("digest", LargeBinary, nullable=False),
    Column("resource", _NUMBER, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Index("names_once", "digest", unique=True),
    Index("names_of_resource", "resource"),
)
"""What finds a resource, by its number. A digest is unique: whatever is named by it can be created once."""

RELATIONS = Table(
    "relations",
    SCHEMA,
    Column("digest", LargeBinary, primary_key=True),
    Column("resource", _NUMBER, primary_key=True, autoincrement=False),
    Column("sid", LargeBinary, nullable=False),
    Index("relations_of_resource", "resource"),
    sqlite_with_rowid=False,
)
"""What belongs to a resource or joins it, by a digest of that and of the part; and once more, by a digest that holds a
value as well, what is listed by the value of a leaf (of sessions their status): so no list is looked through for it.

Both tables lead to resources by number, which grows, and not by SID, which is drawn: what is new stands beside what
came just before it, however much is stored, and few pages are written for it.

Under its own name, what is looked up of a resource and what is added to it would stand side by side in the index, and
PostgreSQL would take every two calls about one course for a conflict.
"""

TALLIES = Table(
    "tallies",
    SCHEMA,
    Column("digest", LargeBinary, primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How many a list has that a deployment has of a part, and how many by each value: counting them would take as long as
the list is. A sum of slots, so that two calls at once seldom change the same row."""
SLOTS = 32

REGISTRY = Table(
    "registry",
    SCHEMA,
    _numbered(),
    Column("kind", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index("registry_by_name", "kind", "name", unique=True),
)
"""Few things that every process knows by heart."""

VERSIONS = Table(
    "versions", SCHEMA, Column("kind", String(40), primary_key=True), Column("version", BigInteger, nullable=False)
)
"""How often a kind of these has changed, and (without a name) any of them."""

TICKETS = Table(
    "tickets",
    SCHEMA,
    _numbered(),
    Column("kind", String(40), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("alias", LargeBinary),
    Column("install", String(200), nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Integer, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index("tickets_by_key", "kind", "key", unique=True),
    Index("tickets_by_alias", "kind", "alias"),
    Index("tickets_by_expiry", "kind", "expires"),
)
"""What was handed out to be used once, by the digests of its names."""

DRAWN = Table(
    "drawn", SCHEMA, Column("space", String(40), primary_key=True), Column("count", BigInteger, nullable=False)
)
"""How many names were drawn from a seed."""

EXCHANGES = Table(
    "exchanges",
    SCHEMA,
    _numbered(),
    Column("install", String(200), nullable=False),
    Column("size", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("exchanges_by_install", "install", "number"),
    sqlite_autoincrement=True,  # no number comes twice, even of what was cleared
)
"""The journal."""
