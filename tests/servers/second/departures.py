"""What a departure from the honest server is: a fault that a judge should find, or a variant that it must not blame."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from servers.second.server.application import Application
from servers.second.server.listening import Handler, Listener

EVERYTHING = ("*",)
"""What follows of a fault that gives a call the answer of another one, to a judge that asks several things at once."""


class Departure(NamedTuple):
    """One change to the server, as sub-classes that replace its parts.

    A fault names the clauses of which at least one is to be found (``caught_by``) and those that may be found as well
    (``entails``). A legal variant names neither: no clause may fail.
    """

    id: str
    sentence: str
    parts: tuple[type, ...]
    caught_by: tuple[str, ...] = ()
    entails: tuple[str, ...] = ()

    def misleads(self, clauses: Collection[str]) -> set[str]:
        """The clauses among those given that this departure neither breaks nor lets follow."""
        return set() if self.entails == EVERYTHING else set(clauses) - {*self.caught_by, *self.entails}

    def application(self) -> Application:
        kind = next((part for part in self.parts if issubclass(part, Application)), Application)
        return kind(*(part for part in self.parts if not issubclass(part, Application | Handler)))

    def listener(self) -> Listener:
        handler = next((part for part in self.parts if issubclass(part, Handler)), Handler)
        return Listener(self.application(), handler)
