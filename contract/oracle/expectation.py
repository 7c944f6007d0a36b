"""What the contract makes of a request: it must be accepted, must be refused, or readings differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from contract.oracle.readings import Oddity
from spec.catalogue.clauses import Catalogue
from spec.source.pointer import Json

REFUSALS = frozenset(range(400, 500))


class Admissibility(StrEnum):
    """The judge's expectation of a request."""

    MUST_ACCEPT = "must accept"
    MUST_REFUSE = "must refuse"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request is refused. ``statuses`` contradict no reading; ``preferred`` is the status that was adopted.

    ``status_clause`` is broken by a status outside ``statuses``, ``preference_clause`` by another than the preferred.
    """

    clause: str
    pointer: str
    message: str
    statuses: frozenset[int]
    preferred: int
    code: str
    status_clause: str
    preference_clause: str
    late: bool = False
    """Whether it shows only after others were found not to hold: those of the text, or of the schema."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expectation of one request. Without reasons it is to be accepted; oddities excuse a refusal."""

    reasons: tuple[Reason, ...]
    oddities: tuple[Oddity, ...]
    install: str | None
    body: Json
    binding: tuple[Reason, ...]
    provisions: bool = True

    @property
    def verdict(self) -> Admissibility:
        if self.binding:
            return Admissibility.MUST_REFUSE
        return Admissibility.EITHER if self.reasons or self.oddities else Admissibility.MUST_ACCEPT

    @property
    def broken(self) -> tuple[Reason, ...]:
        """The reasons that an acceptance contradicts: the binding ones if there are any."""
        return self.binding or self.reasons


def expectation(
    reasons: Iterable[Reason],
    oddities: Iterable[Oddity],
    catalogue: Catalogue,
    install: str | None,
    body: Json,
    *,
    provisions: bool = True,
) -> Expectation:
    """An Expectation with its binding reasons picked out by the standing of their clauses."""
    every = tuple(reasons)
    binding = tuple(reason for reason in every if catalogue[reason.clause].binding)
    return Expectation(every, tuple(oddities), install, body, binding, provisions)
