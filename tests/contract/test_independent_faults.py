"""The judge finds every single fault of the independent implementation, by a clause that has to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import pytest
from tests_support import some_fast

from spec.catalogue.clauses import Standing
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.breakages import UPSERT, VALIDATION, Breakage
from tests.servers.harness import clauses, found, judged
from tests.servers.journey.breakages import BROKEN_JOURNEYS
from tests.servers.outsides import ANSWERS, BREAKAGES, CREDENTIALS, ROBUSTNESS, SIGNON, TOKENS

KNOWN_OPEN: Mapping[str, str] = {
    "form-of-sids-unchecked": "404 will do for a malformed SID that names nothing",
    "everything-slower-and-slower": "calls that touch no state become slower, too: that is what a busy machine looks like",
}
"""What the judge does not see for now, and why."""
STATE = "recall subsets kinds by-sid implied omissions equals replacements namesakes lookalikes scopes unknown-sids"
PROBES: Mapping[str, tuple[Mapping[str, Breakage], str]] = {
    "upsert": (UPSERT, f"{STATE} nothing-by-halves nameless other-install"),
    "validation": (VALIDATION, "recall by-sid broken bare text media needed-at-creation nameless signon"),
    "credential": (CREDENTIALS, "credentials urls expired foreign installs"),
    "signon": (SIGNON, "signon follow-signon"),
    "tokens": (TOKENS, "tokens no-tokens"),
    "answer": (ANSWERS, "recall subsets broken"),
    "robustness": (ROBUSTNESS, "recall text media odd-values unknown-sids credentials installs doors"),
}
"""The faults of a family and the probes that suffice for them, where the whole ladder would only take longer."""
FURTHER: Mapping[str, str] = {
    "races": "bursts",
    "one-index-for-all-parts": "kinds",
    "forgets-after-a-while": "recall broken memory",
    "null-wipes-everything": "omissions",
    "stores-before-it-validates": "broken",
    "breaks-on-huge": "broken",
    "unknown-members-echoed": "broken",
    **{name: STATE for name, one in BREAKAGES.items() if one.clauses == {"valid-accepted"}},
    **dict.fromkeys(("breaks-on-fractions", "breaks-on-empty-text", "breaks-on-bad-dates"), "broken"),
    **{
        name: "changes"
        for name in BREAKAGES
        if name.endswith(("-update-lost", "-not-stored", "-untold", "-keyed-with-title", "-keyed-with-email"))
    },
}
"""Other probes for single faults."""


def probes(name: str) -> list[str]:
    """The probes for a fault."""
    return FURTHER.get(name, next(given for faults, given in PROBES.values() if name in faults)).split()


def bundles(most: int = 14) -> list[tuple[str, ...]]:
    """Rules that are not enforced, several together: the judge breaks one rule at a time."""
    plain = [
        name
        for name, one in VALIDATION.items()
        if name not in KNOWN_OPEN
        and not name.endswith(("-of-any-type", "-of-any-value"))
        and all(
            getattr(one.behaviour, f.name) == getattr(HONEST, f.name) for f in fields(Behaviour) if f.name != "skips"
        )
    ]
    found_: list[list[str]] = []
    for name in plain:
        for names in found_:
            if len(names) < most and not any(VALIDATION[one].clauses & VALIDATION[name].clauses for one in names):
                names.append(name)
                break
        else:
            found_.append([name])
    return [tuple(names) for names in found_]


BUNDLED = {name for names in bundles() for name in names}
SINGLE = [
    name
    for name in BREAKAGES
    if name not in BUNDLED
    and name not in KNOWN_OPEN
    and not name.startswith("column-")
    and name != "slower-and-slower"
    and not name.endswith(("-of-any-type", "-of-any-value"))
]
"""Those of any type or value, and those of single columns, are many and alike, and latency takes a whole run: they meet the whole ladder."""


@pytest.mark.parametrize("names", bundles(), ids=lambda names: f"{names[0]}-and-{len(names) - 1}-more")
def test_rules_that_are_not_enforced(names: tuple[str, ...]) -> None:
    skips = frozenset().union(*(VALIDATION[name].behaviour.skips for name in names))
    seen = found(judged(Behaviour(skips=skips), *PROBES["validation"][1].split()))
    assert [name for name in names if not VALIDATION[name].clauses & seen] == []


@pytest.mark.parametrize("name", some_fast(SINGLE))
def test_fault(name: str) -> None:
    breakage = BREAKAGES[name]
    assert breakage.clauses & found(judged(breakage.behaviour, *probes(name), base=breakage.base))


@pytest.mark.outside
@pytest.mark.parametrize("name", [name for name in BREAKAGES if name not in {*SINGLE, *BUNDLED, *KNOWN_OPEN}])
def test_fault_on_the_whole_ladder(name: str) -> None:
    breakage = BREAKAGES[name]
    assert breakage.clauses & found(judged(breakage.behaviour, base=breakage.base, growth=120))


@pytest.mark.outside
@pytest.mark.parametrize("name", KNOWN_OPEN)
def test_what_is_missed_is_still_missed(name: str) -> None:
    breakage = BREAKAGES[name]
    assert not breakage.clauses & found(judged(breakage.behaviour, base=breakage.base))


def test_every_clause_that_counts_has_a_fault() -> None:
    every = (*BREAKAGES.values(), *BROKEN_JOURNEYS.values())
    named = frozenset().union(*(breakage.clauses for breakage in every))
    judged_by_us = {one.id for one in clauses().values() if one.judged_by == "check"}
    counting = {one for one in judged_by_us if clauses()[one].standing is not Standing.ADOPTED}
    assert counting - named == set()
