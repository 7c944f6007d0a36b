"""What every page of the inspector is made from, in one value."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import ASGIApp

from mockserver.control.controlled import Controlled
from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.http.errors import refuse
from mockserver.inspector.calls.call import Calls
from mockserver.inspector.calls.rows import Rows
from mockserver.inspector.sending.inward import ControlOperations
from mockserver.inspector.sending.sender import Sender
from mockserver.inspector.shell import Shell
from spec.catalogue.clauses import Catalogue

_MOST_CHOICES = 200


class InstallChoice(NamedTuple):
    """An install to choose."""

    sid: str
    name: str


class Desk:
    """A mock as the inspector sees it, and what makes pages of it."""

    def __init__(self, mock: Controlled, plane: ASGIApp, catalogue: Catalogue) -> None:
        self.mock, self.catalogue = mock, catalogue
        self.shell = Shell(mock.settings)
        self.shelf = Shelf(mock.document, mock.parts, mock.journals.masking)
        self.rows = Rows(self.shelf, mock.tenants)
        self.calls = Calls(mock.document, catalogue, self.rows, mock.credentials.header, mock.settings.journal_body)
        self.operations = ControlOperations(plane)
        self.sender = Sender(mock, self.operations)

    def installs(self, chosen: str) -> list[InstallChoice]:
        """The installs to choose from: the latest of many, and the one that is chosen."""
        tenants = list(self.mock.tenants)
        shown = tenants if len(tenants) <= _MOST_CHOICES else tenants[-_MOST_CHOICES:]
        if chosen in self.mock.tenants.by_sid and all(one.sid != chosen for one in shown):
            shown = [self.mock.tenants[chosen], *shown]
        return [InstallChoice(one.sid, one.install.name) for one in shown]

    def entry(self, number: int) -> JournalEntry:
        """A call of the journal. Raises Refusal if it is not kept."""
        for one in self.mock.journals.exchanges():
            if one.number == number:
                return self.shelf.entries([one])[0]
        most = self.mock.settings.journal_length
        raise refuse("not-found", None, f"The call {number} is not kept; of each install the last {most} are.")
