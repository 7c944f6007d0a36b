"""The silence of a target proves nothing until it was seen to speak, and a firm promise is told as the firm clause."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import pytest

from contract.probes.changes import put
from contract.probes.ladder import LADDER
from contract.probes.workbench import Workbench
from contract.run.runner import RunReport
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.breakages import UPSERT
from tests.servers.careless.spoiling import Careless
from tests.servers.harness import failed, found, judged
from tests.servers.inprocess import InProcess
from tests.servers.lenient import LENIENT
from tests.servers.variants import VARIANTS

GARBAGE = (("token", "not-a-credential-at-all"),)


def following(behaviour: Behaviour, steps: Callable[[Workbench], None]) -> RunReport:
    """The verdict on a few calls."""

    with mock.patch.dict(LADDER, {"recall": steps}):
        return judged(behaviour, "recall")


def update_behind_a_refusal(bench: Workbench) -> None:
    """An update that is refused for its credential, and then is not."""
    base = bench.body("course")
    changed = put(base, ("course", "title"), "Another title than before")
    bench.provision(base)
    bench.provision(changed, headers=GARBAGE)
    bench.provision(changed)


def update_behind_a_404(bench: Workbench) -> None:
    """An update beside a SID that names nothing, and then without."""
    base = bench.body("course", "exam", "configuration")
    changed = put(base, ("course", "title"), "Another title than before")
    bench.provision(base)
    bench.provision(put(changed, ("exam", "ids"), {"sid": "EX" + "0" * 32}))
    bench.provision(changed)


def shown_first(steps: Callable[[Workbench], None]) -> Callable[[Workbench], None]:
    def both(bench: Workbench) -> None:
        base = bench.body("course")
        for title in ("One title of many", "Two titles of many", "Two titles of many"):
            bench.provision(put(base, ("course", "title"), title))
        steps(bench)

    return both


@pytest.mark.parametrize("steps", [update_behind_a_refusal, update_behind_a_404])
@pytest.mark.parametrize("results", ["found", "updated"])
def test_who_never_says_updated_is_not_said_to_have_stored(results: str, steps: Callable[[Workbench], None]) -> None:
    for tried in (steps, shown_first(steps)):
        report = following(Behaviour(results=results), tried)
        assert failed(report) == []
        assert found(report) <= {"result-truthful"}


@pytest.mark.parametrize(
    ("steps", "behaviour", "clause"),
    [
        (
            update_behind_a_refusal,
            Behaviour(quirks=frozenset({"provisions-what-it-refuses"})),
            "credential-refusal-stores-nothing",
        ),
        (update_behind_a_404, Behaviour(rollback=False), "unknown-sid-refused"),
    ],
)
def test_who_can_tell_and_does_not_is_said_to_have_stored(
    steps: Callable[[Workbench], None], behaviour: Behaviour, clause: str
) -> None:
    assert clause not in found(following(behaviour, steps))
    assert clause in {one.partition(":")[0] for one in failed(following(behaviour, shown_first(steps)))}
    assert found(following(HONEST, shown_first(steps))) == set()


@pytest.mark.outside
def test_what_is_refused_at_another_stage_is_looked_at_as_well() -> None:
    """An integration that nobody has is told with 404, after the schema was kept, and after others were refused."""
    assert "all-or-nothing" in found(judged(VARIANTS["partial-writes-of-signons"], "recall", "broken"))


def test_a_404_that_left_something_behind_is_told_as_the_firm_clause() -> None:
    report = judged(UPSERT["partial-writes"].behaviour, "unknown-sids", "nothing-by-halves")
    assert {one.partition(":")[0] for one in failed(report)} == {"unknown-sid-refused"}


def test_a_sid_that_is_given_twice_is_told_as_the_firm_clause() -> None:
    quirk = Behaviour(quirks=frozenset({"one-sid-for-all-configurations"}))
    report = judged(quirk, "recall", "nameless")
    assert "sids-distinct" in {one.partition(":")[0] for one in failed(report)}


def wrong_in_two(*wrong: tuple[tuple[str, ...], str]) -> Callable[[Workbench], None]:
    def steps(bench: Workbench) -> None:
        body = bench.body()
        for path, value in wrong:
            body = put(body, path, value)
        bench.provision(body)

    return steps


def test_a_list_of_faults_need_not_name_what_is_none_to_the_target() -> None:
    published = (("exam", "type"), "oral"), (("enrollment", "role"), "janitor")
    adopted = (("user", "currencyCode"), "XQZ")
    assert found(following(HONEST, wrong_in_two(*published, adopted))) == set()
    assert found(following(VARIANTS["any-currency-any-zone"], wrong_in_two(published[0], adopted))) == set()
    assert found(following(VARIANTS["first-fault-only"], wrong_in_two(*published))) == {"errors-complete"}


def test_what_a_taker_makes_of_a_currency_is_not_known() -> None:
    """Taken though it is none, and then as before: whether the stored one changed in between is the taker's affair."""

    def steps(bench: Workbench) -> None:
        base = bench.body()
        for currency in ("EUR", "XQZ", "XQZ", "EUR"):
            bench.provision(put(base, ("user", "currencyCode"), currency))

    for name in ("unknown-currencies-count-as-not-sent", "no-password-is-a-password"):
        with mock.patch.dict(LADDER, {"recall": steps}):
            report = judged(HONEST, "recall", transport=InProcess(Careless(LENIENT[name].spoil)))
        assert found(report) == ({"user-currency-known"} if "currenc" in name else set())
