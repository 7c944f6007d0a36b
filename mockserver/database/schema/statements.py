"""Statements of SQLAlchemy Core as text: each is compiled once, and then costs what the driver costs.

Executed by SQLAlchemy, a look-up takes seven times as long as by the driver, its cache of compiled statements
notwithstanding (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Insert, Table, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import ClauseElement, ColumnElement

from mockserver.database.schema.tables import (
    ABOUT,
    DRAWN,
    EXCHANGES,
    NAMES,
    REGISTRY,
    RELATIONS,
    RESOURCES,
    SLOTS,
    TALLIES,
    TICKETS,
    VERSIONS,
)  # fmt: skip

_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_R, _N, _T, _E = RESOURCES.c, NAMES.c, TICKETS.c, EXCHANGES.c


@dataclass(frozen=True, slots=True)
class Statements:
    """The text of every statement, in the words of one database."""

    about: str
    tell_about: str
    find: str
    read: str
    keys_of: str
    related: str
    count_related: str
    tally: str
    total: str
    untally: str
    drop_tallies: str
    clear_tallies: str
    page_related: str
    create: str
    name: str
    relate: str
    unrelate: str
    count: str
    every: str
    named: str
    of_scope: str
    clear_resources: str
    clear_names: str
    clear_relations: str
    drop_resource: str
    drop_names: str
    drop_relations: str
    version: str
    versions: str
    bump: str
    register: str
    registered: str
    unregister: str
    unregister_all: str
    give: str
    ticket: str
    ticket_of_alias: str
    use: str
    put: str
    forget_tickets: str
    forget_tickets_of: str
    tickets: str
    count_tickets: str
    drop_old_tickets: str
    drop_most_tickets: str
    drawn: str
    draw: str
    undraw: str
    record: str
    exchanges: str
    exchanges_of: str
    later_exchanges: str
    last_exchange: str
    count_exchanges: str
    count_exchanges_of: str
    clear_exchanges: str
    clear_exchanges_of: str
    oldest_kept: str
    trim_exchanges: str

    @classmethod
    def of(cls, dialect: Dialect) -> Statements:
        """The statements for a database."""
        core = _core(postgresql if dialect.name == "postgresql" else sqlite)
        return cls(**{one.name: str(core[one.name].compile(dialect=dialect)) for one in fields(cls)})


def _inserted(table: Table) -> ClauseElement:
    columns = [one.name for one in table.columns if one.name != "number"]
    return insert(table).values({name: bindparam(name) for name in columns}).inline()


def _core(words: object) -> dict[str, ClauseElement]:
    """The statements. ``words`` is the dialect's module, with its own INSERT."""
    upsert = words.insert  # type: ignore[attr-defined]  # both have one, of different types
    here = (_R.space == bindparam("space")) & (_R.sid == bindparam("sid"))
    known = (_R.space == bindparam("of")) & (_R.sid == bindparam("known"))  # UPDATE takes names of columns to set them
    number = select(_R.number).where(known).scalar_subquery()
    in_space = select(_R.number).where(_R.space == bindparam("space"))
    resource = (_R.sid, _R.part, _R.scope, _R.attributes)
    kind = REGISTRY.c.kind == bindparam("kind")
    named = (_T.kind == bindparam("kind")) & (_T.key == bindparam("key"))
    aliased = (_T.kind == bindparam("kind")) & (_T.alias == bindparam("alias"))
    exchange = (_E.number, _E.install, _E.head, _E.headers, _E.body, _E.answer)
    drawn = DRAWN.c.space == bindparam("space")

    def put(table: Table, keys: Sequence[str], changed: str) -> Insert:
        made = upsert(table).values({one.name: bindparam(one.name) for one in table.columns if one.name != "number"})
        conflict: Insert = made.inline().on_conflict_do_update(
            index_elements=list(keys), set_={changed: made.excluded[changed]}
        )
        return conflict

    bumped = upsert(VERSIONS).values(kind=bindparam("kind"), version=_ONE)
    its_lists = select(RELATIONS.c.digest).where(RELATIONS.c.resource == number)
    tallying = upsert(TALLIES).values({name: bindparam(name) for name in ("digest", "slot", "count")})
    drawing = upsert(DRAWN).values(space=bindparam("space"), count=_ONE)
    return {
        "about": select(ABOUT.c.name, ABOUT.c.value),
        "tell_about": put(ABOUT, ["name"], "value"),
        "find": select(*resource).join(NAMES, _N.resource == _R.number).where(_N.digest == bindparam("digest")),
        "read": select(*resource).where(here),
        "keys_of": select(_N.key).join(RESOURCES, _N.resource == _R.number).where(here).order_by(_N.number),
        "related": select(RELATIONS.c.sid)
        .where(RELATIONS.c.digest == bindparam("digest"))
        .order_by(RELATIONS.c.resource),
        "count_related": select(func.count()).select_from(RELATIONS).where(RELATIONS.c.digest == bindparam("digest")),
        "tally": tallying.inline().on_conflict_do_update(
            index_elements=["digest", "slot"], set_={"count": TALLIES.c.count + tallying.excluded["count"]}
        ),
        "total": select(func.sum(TALLIES.c.count)).where(TALLIES.c.digest == bindparam("digest")),
        "untally": update(TALLIES)
        .where(TALLIES.c.digest.in_(its_lists), TALLIES.c.slot == number % literal_column(str(SLOTS)))
        .values(count=TALLIES.c.count - _ONE),
        "drop_tallies": delete(TALLIES).where(TALLIES.c.digest.in_(its_lists), TALLIES.c.count == _ZERO),
        "clear_tallies": delete(TALLIES).where(
            TALLIES.c.digest.in_(select(RELATIONS.c.digest).where(RELATIONS.c.resource.in_(in_space)))
        ),
        "page_related": select(RELATIONS.c.resource, RELATIONS.c.sid)
        .where(RELATIONS.c.digest == bindparam("digest"))
        .order_by(RELATIONS.c.resource)
        .limit(bindparam("most"))
        .offset(bindparam("start")),
        "unrelate": delete(RELATIONS).where(
            RELATIONS.c.digest == bindparam("digest"), RELATIONS.c.resource == bindparam("resource")
        ),
        "create": put(RESOURCES, ["space", "sid"], "attributes").returning(_R.number),
        "name": put(NAMES, ["digest"], "resource"),
        "relate": upsert(RELATIONS)
        .values({name: bindparam(name) for name in ("digest", "resource", "sid")})
        .inline()
        .on_conflict_do_nothing(index_elements=["digest", "resource"]),
        "count": select(func.count()).select_from(RESOURCES).where(_R.space == bindparam("space")),
        "every": select(*resource).where(_R.space == bindparam("space")).order_by(_R.number),
        "named": select(_N.key, _R.sid)
        .join(RESOURCES, _N.resource == _R.number)
        .where(_R.space == bindparam("space"))
        .order_by(_N.number),
        "of_scope": select(_R.sid).where(_R.space == bindparam("space"), _R.scope == bindparam("scope")),
        "clear_resources": delete(RESOURCES).where(_R.space == bindparam("space")),
        "clear_names": delete(NAMES).where(_N.resource.in_(in_space)),
        "clear_relations": delete(RELATIONS).where(RELATIONS.c.resource.in_(in_space)),
        "drop_resource": delete(RESOURCES).where(known),
        "drop_names": delete(NAMES).where(_N.resource == number),
        "drop_relations": delete(RELATIONS).where(RELATIONS.c.resource == number),
        "version": select(VERSIONS.c.version).where(VERSIONS.c.kind == literal_column("''")),
        "versions": select(VERSIONS.c.kind, VERSIONS.c.version),
        "bump": bumped.on_conflict_do_update(index_elements=["kind"], set_={"version": VERSIONS.c.version + _ONE}),
        "register": put(REGISTRY, ["kind", "name"], "value"),
        "registered": select(REGISTRY.c.name, REGISTRY.c.value).where(kind).order_by(REGISTRY.c.number),
        "unregister": delete(REGISTRY).where(kind, REGISTRY.c.name == bindparam("name")),
        "unregister_all": delete(REGISTRY).where(kind),
        "give": _inserted(TICKETS),
        "ticket": select(_T.value, _T.used).where(named),
        "ticket_of_alias": select(_T.value, _T.used).where(aliased),
        "use": update(TICKETS).where(named, _T.used == _ZERO).values(used=_ONE),
        "put": update(TICKETS).where(named).values(value=bindparam("content")),
        "forget_tickets": delete(TICKETS).where(_T.kind == bindparam("kind")),
        "forget_tickets_of": delete(TICKETS).where(_T.kind == bindparam("kind"), _T.install == bindparam("install")),
        "tickets": select(_T.value).where(_T.kind == bindparam("kind")).order_by(_T.number),
        "count_tickets": select(func.count()).select_from(TICKETS).where(_T.kind == bindparam("kind")),
        "drop_old_tickets": delete(TICKETS).where(
            _T.kind == bindparam("kind"), _T.install == bindparam("install"), _T.expires < bindparam("before")
        ),
        "drop_most_tickets": delete(TICKETS).where(
            _T.kind == bindparam("kind"),
            _T.number
            <= select(_T.number)
            .where(_T.kind == bindparam("kind"))
            .order_by(_T.number.desc())
            .limit(_ONE)
            .offset(bindparam("most"))
            .scalar_subquery(),
        ),
        "drawn": select(DRAWN.c.count).where(drawn),
        "draw": drawing.on_conflict_do_update(index_elements=["space"], set_={"count": DRAWN.c.count + _ONE}),
        "undraw": delete(DRAWN).where(drawn),
        "record": insert(EXCHANGES)
        .values({one.name: bindparam(one.name) for one in EXCHANGES.columns if one.name != "number"})
        .returning(_E.number),
        "exchanges": select(*exchange).order_by(_E.number),
        "exchanges_of": select(*exchange)
        .where(_E.install == bindparam("install"))
        .order_by(_E.number.desc())
        .limit(bindparam("most"))
        .offset(_ZERO),
        "later_exchanges": select(*exchange).where(_E.number > bindparam("number")).order_by(_E.number),
        "last_exchange": select(func.coalesce(func.max(_E.number), _ZERO)),
        "count_exchanges": select(func.count()).select_from(EXCHANGES),
        "count_exchanges_of": select(func.count()).select_from(EXCHANGES).where(_E.install == bindparam("install")),
        "clear_exchanges": delete(EXCHANGES),
        "clear_exchanges_of": delete(EXCHANGES).where(_E.install == bindparam("install")),
        "oldest_kept": select(_E.number, _E.size)
        .where(_E.install == bindparam("install"))
        .order_by(_E.number.desc())
        .limit(bindparam("most"))
        .offset(_ZERO),
        "trim_exchanges": delete(EXCHANGES).where(_E.install == bindparam("install"), _E.number < bindparam("oldest")),
    }
