"""The journal in a database: the same rings, filled by every process and seen by every one."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from mockserver.database.connections.database import Database, Row
from mockserver.database.kept.encryption import Cipher
from mockserver.http.journal import Journals
from mockserver.http.masking import Masking
from mockserver.http.scope import ServedExchange

_SELDOM = 64
"""Exchanges of an install after which those that are too many are deleted; until then nobody sees them."""


class DatabaseJournals(Journals):
    """Rings whose exchanges are rows. What is recorded is told only to who listens in this process.

    Exchanges hold tokens, links and secrets, as they were sent: with a ``cipher``, they are stored encrypted.
    """

    is_shared = True

    def __init__(
        self,
        database: Database,
        cipher: Cipher | None,
        masking: Masking,
        length: int,
        longest_body: int,
        most_bytes: int,
    ) -> None:
        self.database, self.text, self.cipher = database, database.text, cipher
        self.most, self.most_bytes = length, most_bytes
        self._recorded: dict[str, int] = {}
        self._highest = 0
        super().__init__(masking, length, longest_body, most_bytes)

    def record(self, exchange: ServedExchange) -> None:
        longest, install = self.longest, exchange.install
        if len(exchange.body) > longest or len(exchange.answer) > longest:
            exchange.body, exchange.answer = exchange.body[:longest], exchange.answer[:longest]
        exchange.size = len(exchange.body) + len(exchange.answer) + len(exchange.packed)
        contents = {
            "head": _head(exchange), "headers": exchange.packed, "body": bytes(exchange.body),
            "answer": bytes(exchange.answer),
        }  # fmt: skip
        if self.cipher is not None:
            contents = {name: self.cipher.encrypted(content) for name, content in contents.items()}
        values = {"install": install, "size": exchange.size, **contents}
        ((number,),) = self.database.made(self.text.record, [values])
        exchange.number = self._highest = number
        recorded = self._recorded[install] = self._recorded.get(install, 0) + 1
        if recorded % _SELDOM == 0:
            self.database.afterwards.append(lambda: self._trim(install))
        for hear in self.heard:
            hear(exchange)

    def exchanges(self, install: str | None = None) -> list[ServedExchange]:
        if install is not None:
            rows = self.database.rows(self.text.exchanges_of, {"install": install, "most": self.most})
            return self._kept(rows)[::-1]
        rings: dict[str, list[Row]] = {}
        for row in reversed(self.database.rows(self.text.exchanges, {})):
            ring = rings.setdefault(row[1], [])
            if len(ring) < self.most:
                ring.append(row)
        found = [one for ring in rings.values() for one in self._kept(ring)]
        found.sort(key=lambda one: one.number)
        return found

    def after(self, number: int) -> list[ServedExchange]:
        """What was recorded after an exchange, by whichever process."""
        return [self._exchange(row) for row in self.database.rows(self.text.later_exchanges, {"number": number})]

    @property
    def last(self) -> int:
        """The number of the exchange that was recorded last."""
        row = self.database.row(self.text.last_exchange, {})
        return int(row[0]) if row else 0

    @property
    def count(self) -> int:
        """How many exchanges were recorded, whatever became of them."""
        self._highest = max(self._highest, self.last)
        return self._highest

    @count.setter
    def count(self, number: int) -> None:
        self._highest = number

    def clear(self, install: str | None = None) -> None:
        if install is None:
            self.database.run(self.text.clear_exchanges, {})
        else:
            self.database.run(self.text.clear_exchanges_of, {"install": install})

    def __len__(self) -> int:
        return len(self.exchanges())

    def _kept(self, rows: Iterable[Row]) -> list[ServedExchange]:
        """What is kept of an install, given the last first: as much as has room, and the last one in any case."""
        size = 0
        found: list[ServedExchange] = []
        for row in rows:
            exchange = self._exchange(row)
            size += exchange.size
            if size > self.most_bytes and found:
                break
            found.append(exchange)
        return found

    def _exchange(self, row: Row) -> ServedExchange:
        number, install, *contents = row
        if self.cipher is not None:
            contents = [self.cipher.decrypted(one) for one in contents]
        return _exchange(number, install, *contents)

    def _trim(self, install: str) -> None:
        rows = self.database.rows(self.text.oldest_kept, {"install": install, "most": self.most})
        size, oldest = 0, 0
        for number, one in rows:
            size += one
            if size > self.most_bytes and oldest:
                break
            oldest = number
        self.database.run(self.text.trim_exchanges, {"install": install, "oldest": oldest})


def _head(exchange: ServedExchange) -> bytes:
    """What is no body, as JSON: bytes are letters of Latin-1."""
    return orjson.dumps([
        exchange.method, exchange.raw_path.decode("latin-1"), exchange.query.decode("latin-1"), exchange.status,
        [[name.decode("latin-1"), value.decode("latin-1")] for name, value in exchange.answer_headers],
        exchange.notes, exchange.at, exchange.seconds, exchange.began,
    ])  # fmt: skip


def _exchange(number: int, install: str, head: bytes, packed: bytes, body: bytes, answer: bytes) -> ServedExchange:
    method, path, query, status, headers, notes, at, seconds, *more = orjson.loads(head)
    scope = {"method": method, "path": path, "raw_path": path.encode("latin-1")}
    exchange = ServedExchange({**scope, "query_string": query.encode("latin-1"), "headers": ()})
    exchange.packed, exchange.body, exchange.answer, exchange.status = packed, body, answer, status
    exchange.answer_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    exchange.notes, exchange.at, exchange.seconds = tuple(notes), at, seconds
    exchange.began = more[0] if more else at  # earlier versions did not keep it
    exchange.install, exchange.number, exchange.size = install, number, len(body) + len(answer) + len(packed)
    return exchange
