"""Latency that grows is told from a machine that is busy."""

from __future__ import annotations

from random import Random

import pytest

from contract.judging.latency import FEWEST, TimedPair, Trend, judge_latency, trend


def series(work: float, control: float, noise: float = 0.0, seed: int = 1, count: int = 10) -> list[TimedPair]:
    """Groups of four of which each call is late by up to ``noise`` seconds, often by nothing."""
    chance = Random(seed)

    def least(seconds: float) -> float:
        return min(seconds + noise * max(chance.random() * 2 - 1, 0.0) for _ in range(4))

    return [TimedPair(least(work), least(control)) for _ in range(count)]


@pytest.mark.parametrize(("early", "late"), [(0.002, 0.008), (0.010, 0.025), (0.2, 0.5), (0.001, 0.0045)])
def test_what_more_than_doubles_is_slower(early: float, late: float) -> None:
    assert trend(series(early, 0.001), series(late, 0.001)) is Trend.SLOWER


@pytest.mark.parametrize("noise", [0.0005, 0.002, 0.010, 0.050])
@pytest.mark.parametrize("seed", range(10))
def test_a_busy_machine_is_not_slower(noise: float, seed: int) -> None:
    early = series(0.003, 0.001, noise, seed)
    assert trend(early, series(0.003, 0.001, noise, seed + 50)) is not Trend.SLOWER
    # busy from the middle on: everything takes three times as long
    assert trend(series(0.003, 0.001), series(0.009, 0.003, noise, seed)) is not Trend.SLOWER


def test_what_rises_a_little_is_flat() -> None:
    assert trend(series(0.010, 0.001), series(0.018, 0.001)) is Trend.FLAT
    assert trend(series(0.0002, 0.0001), series(0.0010, 0.0001)) is Trend.FLAT


def test_a_rise_counts_only_if_it_is_there_again() -> None:
    early, late = series(0.002, 0.001), series(0.020, 0.001)
    found, judgement = judge_latency(early, late, late)
    assert (found, len(judgement.findings)) == (Trend.SLOWER, 1)
    found, judgement = judge_latency(early, late, early)
    assert (found, judgement.findings, judgement.exercised) == (Trend.FLAT, [], {"latency-flat"})
    assert judge_latency(early, late, [])[0] is Trend.NOISY
    assert judge_latency(early[: FEWEST - 1], late, late)[1].exercised == set()


def test_a_rise_that_the_machine_may_hide_is_told_as_noise() -> None:
    """Calls take four times as long, control calls as well, and those differ by more than the rise."""
    early = [TimedPair(0.003, 0.001)] * 8
    late = [TimedPair(0.009 + 0.003 * (place % 2), 0.002 + 0.004 * (place % 2)) for place in range(8)]
    assert trend(early, late) is Trend.NOISY


def test_a_rise_within_the_noise_is_told_as_noise() -> None:
    early = [TimedPair(0.004, 0.001)] * 8
    late = [TimedPair(0.004 + 0.02 * place, 0.001 + 0.015 * (place % 3)) for place in range(8)]
    assert trend(early, late) is Trend.NOISY


def test_a_rise_of_which_the_noise_is_half_is_told_as_noise() -> None:
    """Calls take three times as long, and every third control call is late by less than they are."""
    early = [TimedPair(0.009, 0.001)] * 9
    late = [TimedPair(0.026, 0.001 + 0.006 * (place % 3 == 0)) for place in range(9)]
    assert trend(early, late) is Trend.NOISY
