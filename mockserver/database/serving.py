"""A runtime whose memory is a database."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from starlette.middleware import Middleware

from mockserver.auth.keys import KeyPair, Keys, make_pair
from mockserver.auth.revocations import Revocations
from mockserver.database.connections.database import Database
from mockserver.database.connections.failures import ConflictError, OpeningError
from mockserver.database.kept.keys import KeysOfDatabase
from mockserver.database.kept.memory import DatabaseMemory
from mockserver.database.middleware import Transacting
from mockserver.runtime import Runtime
from mockserver.sessions.ledger import STATUS
from mockserver.state.ids import Ids
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.sessions import session_kind

Made = TypeVar("Made")
_SHAPE = "shape"
_PATIENCE, _PAUSE = 15.0, 0.05
"""Seconds for which a start that meets others is begun anew, and the longest pause between two attempts."""


class Kept:
    """A database for one mock. ``ids`` are the names that the mock was started with."""

    def __init__(self, database: Database) -> None:
        self.database, self.memory = database, DatabaseMemory(database)
        self.ids: Ids | None = None

    def keys(self, make: Callable[[], KeyPair] = make_pair, passphrase: str | None = None) -> Keys:
        """The keys that it keeps; made, if it has none. To be asked for before the runtime. Raises StoreError."""
        return self.started(lambda: KeysOfDatabase(self.memory, make, passphrase))

    def started(self, make: Callable[[], Made]) -> Made:
        """What a function makes at the start, made anew where it meets another mock that starts. Raises StoreError."""
        until, followers = time.monotonic() + _PATIENCE, len(self.database.followers)
        while True:
            try:
                return make()
            except ConflictError:
                if time.monotonic() > until:
                    raise
                del self.database.followers[followers:]  # of what was not made
                time.sleep(random.random() * _PAUSE)  # noqa: S311 - no secret

    def fit(self, document: Document) -> None:
        """See that what is stored is of this document, or that nothing was stored before. Raises StoreError."""
        database = self.database
        database.valued = valued_by(document)
        if "provision" not in document.operations:  # which is refused for that
            return
        with database.transaction():
            about: dict[str, str] = dict(database.rows(database.text.about, {}))
            known = about.get(_SHAPE)
            shape = shape_of(document)
            if known is None:
                database.run(database.text.tell_about, {"name": _SHAPE, "value": shape})
            elif known != shape:
                message = "was made for a document with other parts, identifiers or members; give another store."
                raise OpeningError(f"--store: {database.driver.where()} {message}")

    def runtime(self, runtime: Runtime, tell: Callable[[str], None]) -> Runtime:
        """The same runtime with everything that it must remember in the database. Raises StoreError.

        ``tell`` takes a line for whoever runs the mock.
        """
        memory, self.ids = self.memory, runtime.ids
        return replace(
            runtime,
            ids=memory.names(runtime.ids, ""),
            store=memory.store(""),
            revocations=Revocations(memory),
            memory=memory,
            journals=memory.journals,
            around=(Middleware(Transacting, self.database, tell),),
        )


def valued_by(document: Document) -> Mapping[str, str]:
    """The parts of a document that are also listed by the value of a leaf, and that leaf: sessions, by their status."""
    kind = session_kind(document.operations)
    return {} if kind is None else {kind.name: STATUS}


def shape_of(document: Document) -> str:
    """What a document says of how resources are stored and found, as a digest: two of one shape can share a store."""
    parts = [
        [one.name, one.prefix, one.scope, list(one.identity), list(one.kinds), sorted(leaf.key for leaf in one.leaves)]
        for one in resources(document.operations["provision"]).parts
    ]
    kind = session_kind(document.operations)
    session = [] if kind is None else [kind.name, sorted(kind.leaves)]
    return hashlib.sha256(json.dumps([parts, session]).encode()).hexdigest()
