"""The same lot meets the same luck: numbers are found by their key and never by the order of events."""

from __future__ import annotations

from typing import Any

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
        longer = luck.arrivals("b", lot, 300.0)
        assert np.array_equal(short, longer[longer < 2.0])
    assert len(luck.arrivals("a", 1, 0.0)) == 0


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


def test_rare_events_happen_to_each_place_alike_with_their_chances() -> None:
    # 4000 lots of 300 places; each count lies within 3.3 standard errors with 99.9 %
    bounds = np.array([0.01, 0.04], np.float32)
    luck = Luck(5, "s")
    hits = [hit for lot in range(4000) for hit in luck.hits("h", lot, 300, bounds)]
    places, events = np.array(hits).T
    for event, chance in ((0, 0.01), (1, 0.03)):
        found = np.count_nonzero(events == event)
        assert abs(found - 1.2e6 * chance) < 3.3 * (1.2e6 * chance * (1 - chance)) ** 0.5
    by_place = np.bincount(places, minlength=300)
    assert stats.chisquare(by_place).pvalue > 0.001
    assert stats.chisquare(np.bincount(places % 7, minlength=7), _sizes_mod(300, 7) / 300 * len(places)).pvalue > 0.001


def test_the_number_of_rare_events_in_a_lot_is_binomial() -> None:
    luck, bounds = Luck(5, "s"), np.array([0.3], np.float32)
    counts = np.bincount([len(luck.hits("often", lot, 10, bounds)) for lot in range(4000)], minlength=11)
    expected = stats.binom.pmf(np.arange(11), 10, 0.3) * 4000
    # classes of less than five lots are joined
    assert stats.chisquare([*counts[:7], counts[7:].sum()], [*expected[:7], expected[7:].sum()]).pvalue > 0.001
    assert luck.hits("never", 0, 1000, np.array([0.0], np.float32)) == []
    assert [place for place, _ in luck.hits("always", 3, 40, np.array([1.0], np.float32))] == list(range(40))


def test_a_longer_lot_meets_the_same_rare_events_and_perhaps_more_at_its_end() -> None:
    bounds = np.array([0.05], np.float32)
    luck = Luck(5, "s")
    before = luck.hits("h", 7, 100, bounds)
    longer = luck.hits("h", 8, 1000, bounds)
    assert luck.hits("h", 7, 100, bounds) == before
    assert Luck(5, "s").hits("h", 8, 300, bounds) == [hit for hit in longer if hit[0] < 300]


def test_a_toss_is_uniform_and_another_for_each_lot_place_and_purpose() -> None:
    # Kolmogorov-Smirnov, seed 11, rejected falsely once in 1000
    luck = Luck(11, "s")
    tosses = np.array([[luck.toss("t", lot, place) for place in range(50)] for lot in range(200)])
    other = np.array([[luck.toss("u", lot, place) for place in range(50)] for lot in range(200)])
    assert stats.kstest(tosses.ravel(), "uniform").pvalue > 0.001
    # 10,000 pairs; |r| of independent numbers stays below 0.037 with 99.98 %
    for left, right in ((tosses, other), (tosses[1:], tosses[:-1]), (tosses[:, 1:], tosses[:, :-1])):
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.037
    assert Luck(11, "s").toss("t", 7, 3) == tosses[7, 3]


def _sizes_mod(size: int, modulus: int) -> np.ndarray:
    return np.bincount(np.arange(size) % modulus)


def _one(luck: Luck, lot: int) -> float:
    return luck.one("time", lot, lambda generator, size: generator.exponential(1.0, size))


def test_what_is_made_once_is_shared_by_runs_that_declare_the_same_and_by_no_others() -> None:
    def bank(seed: int, declared: str) -> np.ndarray[Any, Any]:
        return Luck(seed, "coating").once("bank", lambda streams: streams("web").standard_normal(5), lambda: declared)

    first = bank(1, "as it is")
    assert bank(1, "as it is") is first
    assert not (bank(2, "as it is") == first).any()
    # other numbers are made anew, though from the same luck, and a run that comes after many others makes its own again
    assert bank(1, "another") is not first
    for number in range(20):
        bank(1, f"plant {number}")
    assert bank(1, "as it is") is not first and (bank(1, "as it is") == first).all()
