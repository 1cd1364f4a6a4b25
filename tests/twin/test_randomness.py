"""The same lot meets the same luck: numbers are found by their key and never by the order of events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from twin.randomness import Luck, stream


def test_equal_keys_give_equal_streams_and_any_other_key_gives_another() -> None:
    keys = [(1, "a", "b"), (2, "a", "b"), (1, "b", "a"), (1, "a", 0), (1, "a", 1), (1, "a")]
    drawn = [tuple(stream(*key).random(4)) for key in keys]
    assert drawn == [tuple(stream(*key).random(4)) for key in keys]
    assert len(set(drawn)) == len(keys)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_a_longer_lot_changes_no_number_of_a_shorter_one(kind: str) -> None:
    short_first, long_first = Luck(3, "filling"), Luck(3, "filling")
    short = getattr(short_first, kind)("x", 70, 5).copy()
    longer = getattr(short_first, kind)("x", 71, 4000)
    assert np.array_equal(getattr(short_first, kind)("x", 70, 5), short)
    assert np.array_equal(getattr(long_first, kind)("x", 71, 4000), longer)
    assert np.array_equal(getattr(long_first, kind)("x", 70, 5), short)


def test_luck_does_not_depend_on_the_order_in_which_lots_are_met() -> None:
    lots = np.random.default_rng(1).permutation(2000).tolist()
    forward, shuffled = Luck(1, "s"), Luck(1, "s")
    by_number = {lot: (forward.uniform("u", lot, 3).copy(), _one(forward, lot)) for lot in range(2000)}
    for lot in lots:
        assert np.array_equal(shuffled.uniform("u", lot, 3), by_number[lot][0])
        assert _one(shuffled, lot) == by_number[lot][1]


def test_a_forgotten_block_is_drawn_again_alike() -> None:
    luck = Luck(1, "s")
    first = luck.uniform("u", 0, 9).copy()
    hits = luck.hits("h", 0, 500, np.array([0.1], np.float32))
    for block in range(1, 3 * Luck.kept):
        luck.uniform("u", block * Luck.lots, 9)
        luck.hits("h", block * Luck.lots, 500, np.array([0.1], np.float32))
    assert np.array_equal(luck.uniform("u", 0, 9), first)
    assert luck.hits("h", 0, 500, np.array([0.1], np.float32)) == hits


def test_arrivals_come_once_a_unit_of_time_and_a_longer_time_only_adds_some_at_its_end() -> None:
    luck = Luck(4, "s")
    counts = [len(luck.arrivals("a", lot, 5.0)) for lot in range(4000)]
    # Poisson with mean 5; the mean of 4000 lies within 3.3 standard errors with 99.9 %
    assert abs(np.mean(counts) - 5) < 3.3 * (5 / 4000) ** 0.5
    assert np.var(counts) == pytest.approx(5, rel=0.1)
    for lot in range(200):
        short = luck.arrivals("b", lot, 2.0)
        assert short == [time for time in luck.arrivals("b", lot, 300.0) if time < 2.0]
    assert luck.arrivals("a", 1, 0.0) == []


def test_stations_purposes_and_lots_have_luck_of_their_own() -> None:
    # 4000 pairs each; |r| of independent numbers stays below 0.06 with 99.98 %
    def numbers(station: str, purpose: str, shift: int = 0) -> np.ndarray:
        luck = Luck(1, station)
        return np.concatenate([luck.uniform(purpose, lot + shift, 40) for lot in range(100)])

    here = numbers("coating", "web")
    for other in (numbers("drying", "web"), numbers("coating", "lane"), numbers("coating", "web", 1)):
        assert abs(np.corrcoef(here, other)[0, 1]) < 0.06


def test_numbers_follow_their_distribution() -> None:
    # Kolmogorov-Smirnov, seed 11, rejected falsely once in 1000
    luck = Luck(11, "s")
    uniform = np.concatenate([luck.uniform("u", lot, 100) for lot in range(200)])
    normal = np.concatenate([luck.normal("n", lot, 100) for lot in range(200)])
    one = [_one(luck, lot) for lot in range(5000)]
    assert stats.kstest(uniform, "uniform").pvalue > 0.001
    assert stats.kstest(normal, "norm").pvalue > 0.001
    assert stats.kstest(one, "expon").pvalue > 0.001


def test_rare_events_are_those_whose_number_lies_below_their_bound() -> None:
    bounds = np.array([0.01, 0.04], np.float32)
    luck, plain = Luck(5, "s"), Luck(5, "s")
    for lot in (0, 1, 63, 64, 200):
        numbers = plain.uniform("h", lot, 700)
        below = np.flatnonzero(numbers < bounds[1]).tolist()
        assert luck.hits("h", lot, 700, bounds) == [(place, int(numbers[place] >= bounds[0])) for place in below]


def test_a_longer_lot_meets_the_same_rare_events_and_perhaps_more_at_its_end() -> None:
    bounds = np.array([0.05], np.float32)
    luck = Luck(5, "s")
    before = luck.hits("h", 7, 100, bounds)
    longer = luck.hits("h", 8, 1000, bounds)
    assert luck.hits("h", 7, 100, bounds) == before
    assert Luck(5, "s").hits("h", 8, 300, bounds) == [hit for hit in longer if hit[0] < 300]


def _one(luck: Luck, lot: int) -> float:
    return luck.one("time", lot, lambda generator, size: generator.exponential(1.0, size))
