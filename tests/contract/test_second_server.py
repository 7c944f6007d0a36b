"""The judge in front of a server, faults and legal variants that were made by somebody who had not read its probes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from servers.second.calling import Caller
from servers.second.demonstrations import SHOWN
from servers.second.departures import EVERYTHING, Departure
from servers.second.further.demonstrations import SHOWN as SHOWN_FURTHER
from servers.second.judging import judged, judged_in_process
from servers.second.matrix import FAULTS, FURTHER, VARIANTS
from tests_support import some_fast

from spec.catalogue.clauses import Catalogue

EVERY = FAULTS | FURTHER
HONEST = Departure("honest", "Nothing is changed.", ())
KNOWN: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "data/second/not_yet.yaml").read_text())


@pytest.fixture(scope="module")
def honest() -> Iterator[Caller]:
    with HONEST.listener() as server:
        caller = Caller(server)
        yield caller
        caller.close()


def test_there_are_twice_forty_faults_and_fifteen_variants_about_known_clauses(catalogue: Catalogue) -> None:
    assert (len(FAULTS), len(FURTHER), len(EVERY), len(VARIANTS)) == (40, 40, 80, 15)
    named = {clause for fault in EVERY.values() for clause in (*fault.caught_by, *fault.entails)}
    assert named <= {*catalogue, *EVERYTHING}
    assert all(fault.caught_by for fault in EVERY.values())
    assert set(KNOWN["not_found_yet"]) | set(KNOWN["misled_yet"]) <= set(EVERY)
    assert set(KNOWN["blamed_yet"]) <= set(VARIANTS)
    assert not any(variant.caught_by or variant.entails for variant in VARIANTS.values())


@pytest.mark.parametrize("name", some_fast(EVERY))
def test_every_fault_shows(name: str) -> None:
    def shown(departure: Departure) -> Any:
        with departure.listener() as server:
            caller = Caller(server)
            try:
                return (SHOWN | SHOWN_FURTHER)[name](caller)
            finally:
                caller.close()

    assert shown(EVERY[name]) != shown(HONEST)


@pytest.mark.outside
def test_the_honest_server_keeps_everything() -> None:
    row = judged_in_process(HONEST)
    assert (row.cannot, row.found) == (None, frozenset())


@pytest.mark.outside
@pytest.mark.parametrize("name", ["column-forgotten", "scheme-echoed", "subject-by-email"])
def test_a_fault_is_found(name: str) -> None:
    row = judged_in_process(FAULTS[name])
    assert row.found & set(FAULTS[name].caught_by)
    assert not FAULTS[name].misleads(row.found)


@pytest.mark.outside
def test_the_honest_server_is_not_blamed_over_a_socket(tmp_path: Path) -> None:
    verdict = judged(HONEST, tmp_path, "--strict")
    assert (verdict.exit_code, verdict.broken) == (0, frozenset()), verdict.shown


@pytest.mark.outside
@pytest.mark.parametrize("name", KNOWN["further_found"])
def test_a_further_fault_is_found(name: str) -> None:
    assert judged_in_process(FURTHER[name]).found & set(FURTHER[name].caught_by)


@pytest.mark.outside
@pytest.mark.parametrize("name", KNOWN["further_found_by_a_run"])
def test_a_further_fault_is_found_by_a_run(name: str, tmp_path: Path) -> None:
    assert judged(FURTHER[name], tmp_path).broken & set(FURTHER[name].caught_by)


@pytest.mark.outside
@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_found_or_known_to_be_missed(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    verdict = judged(fault, tmp_path)
    found = bool(verdict.broken & set(fault.caught_by))
    assert found or name in KNOWN["not_found_yet"], verdict.shown
    assert fault.misleads(verdict.failed) <= set(KNOWN["misled_yet"].get(name, []))


@pytest.mark.outside
@pytest.mark.parametrize("name", VARIANTS)
def test_variants_do_not_fail_or_are_known_to(name: str, tmp_path: Path) -> None:
    verdict = judged(VARIANTS[name], tmp_path)
    assert verdict.failed <= set(KNOWN["blamed_yet"].get(name, []))
    assert verdict.exit_code == bool(verdict.failed)
