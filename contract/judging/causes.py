"""One cause is one finding: which findings are symptoms of which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from contract.judging.findings import Finding
from spec.catalogue.clauses import Catalogue, Standing

_STATUS = "status "
_FIRMNESS = tuple(Standing)
Signature = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """What seems to be one fault: the finding that says it best, and those that follow from it or say it again."""

    head: Finding
    symptoms: tuple[Finding, ...]


def causes(findings: Iterable[Finding], catalogue: Catalogue) -> tuple[Cause, ...]:
    """The findings by cause, each under the firmest clause that it breaks; the order is that of the findings."""
    grouped: dict[Signature, list[Finding]] = {}
    troubles: dict[int, Signature] = {}
    every = list(findings)
    for one in every:
        if one.clause in _TROUBLE and one.exchanges:
            troubles[one.exchanges[-1].index] = signature(one)
    apart = _members_apart(every)
    for one in every:
        index = one.exchanges[-1].index if one.exchanges else 0
        grouped.setdefault(troubles.get(index) or apart.get(id(one)) or signature(one), []).append(one)
    order = {name: place for place, name in enumerate(catalogue)}

    def rank(one: Finding) -> tuple[bool, int, int, int, int]:
        firmness = _FIRMNESS.index(catalogue[one.clause].standing)
        return one.clause not in _TROUBLE, firmness, len(one.about), len(one.exchanges), order[one.clause]

    made = []
    for group in grouped.values():
        head = min(group, key=rank)
        made.append(Cause(head, tuple(one for one in group if one is not head)))
    return tuple(made)


def signature(finding: Finding) -> Signature:
    """What findings of one cause have in common."""
    return _BY_CAUSE.get(finding.cause, _same_clause)(finding)


def _same_clause(finding: Finding) -> Signature:
    return (finding.clause, finding.cause)


def _refused(finding: Finding) -> Signature:
    """The same complaint, whatever was refused with it."""
    return ("refused", *(one for one in finding.about if one.startswith((_STATUS, "/")) or "…" in one or " " in one))


def _accepted(finding: Finding) -> Signature:
    """The same rule, wherever it is not kept."""
    return (finding.clause, "accepted", *finding.about)


def _unrecognised(finding: Finding) -> Signature:
    """The same part that is not recognised, whether its SID or its result shows it."""
    return (finding.clause, "not recognised", finding.place.removeprefix("/").partition("/")[0])


def _untrue(finding: Finding) -> Signature:
    return (finding.clause, finding.cause, *finding.about[:1])


def _members_apart(findings: Iterable[Finding]) -> Mapping[int, Signature]:
    """Signatures, by identity, of results that are untrue about one member only: each member is a fault of its own.

    Where so many members are told wrongly that it is no fault of theirs, they are one. What was changed together with
    such a member says no more than it.
    """
    untrue = [one for one in findings if one.cause == _UNTRUE]
    single = {(*_untrue(one), one.place, *one.about[1:]) for one in untrue if len(one.about) == _ONE_MEMBER}
    number = Counter(one[:-2] for one in single)
    apart: dict[int, Signature] = {}
    for one in untrue:
        named = [(*_untrue(one), one.place, member) for member in one.about[1:]]
        if number[_untrue(one)] <= _MANY and (mine := next((two for two in named if two in single), None)):
            apart[id(one)] = mine
    return apart


_UNTRUE = "untrue result"
_ONE_MEMBER = 2
"""Entries of what a finding is about, if that is one part and one member of it."""
_MANY = 4
"""Members from which on, told wrongly of one part, it is no fault of theirs."""
_TROUBLE = frozenset({"never-server-error", "never-hang"})
_BY_CAUSE: Mapping[str, Callable[[Finding], Signature]] = {
    "valid request refused": _refused,
    "refused": _refused,
    "accepted": _accepted,
    "another SID": _unrecognised,
    "created again": _unrecognised,
    _UNTRUE: _untrue,
}
