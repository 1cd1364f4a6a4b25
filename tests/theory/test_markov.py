"""Exact throughput of short lines and the best places for buffers: published values, and the twin's own line.

Intervals are t-intervals of independent replications with a confidence of 99.9 %; seeds are the replication numbers.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from generic_lines import exponential, interval, run_days, serial_line
from generic_lines import throughput as simulated
from theory.markov import allocations, best_allocation, throughput
from theory.solutions import blocking_line_departures

SECONDS = 30.0


@pytest.mark.parametrize("places", range(8))
def test_two_stations_give_b_plus_2_over_b_plus_3(places: int) -> None:
    assert throughput((1.0, 1.0), (places,)) == pytest.approx(Fraction(places + 2, places + 3))


@pytest.mark.parametrize("fast", [1.5, 4.0])
def test_two_unlike_stations_are_a_queue_that_loses_customers(fast: float) -> None:
    # the lots between them are an M/M/1/b+2 queue, and the line stands still while that is full
    load = 1 / fast
    full = (1 - load) * load**5 / (1 - load**6)
    assert throughput((1.0, fast), (3,)) == pytest.approx(1 - full)


def test_three_stations_without_buffers_give_22_39ths() -> None:
    assert throughput((1, 1, 1), (0, 0)) == pytest.approx(Fraction(22, 39))


@pytest.mark.parametrize(
    ("rates", "total", "published", "value"),
    [
        ((1, 1.1, 1.2), 5, (3, 2), 0.82325686),
        ((1, 1, 1, 1), 6, (2, 2, 2), 0.70071290),
        ((1, 1, 1, 1), 7, (2, 3, 2), 0.71834043),
        ((1, 1, 1, 1, 1), 8, (2, 2, 2, 2), 0.68048948),
    ],
)
def test_trying_every_allocation_finds_the_published_best(
    rates: tuple[float, ...], total: int, published: tuple[int, ...], value: float
) -> None:
    allocation, found = best_allocation(rates, total)
    assert allocation == published
    assert found == pytest.approx(value, abs=5e-9)


def test_every_allocation_is_tried_once() -> None:
    # eight places over four buffers: (8 + 3 choose 3)
    found = list(allocations(8, 4))
    assert len(set(found)) == len(found) == 165
    assert {sum(allocation) for allocation in found} == {8}


def test_a_line_run_backwards_gives_the_same() -> None:
    # reversibility of blocking lines, Muth 1979
    rates, buffers = (1.0, 1.3, 0.9, 1.1), (1, 0, 2)
    assert throughput(rates, buffers) == pytest.approx(throughput(rates[::-1], buffers[::-1]))


def test_of_two_equally_good_allocations_the_first_is_named() -> None:
    assert best_allocation((1, 1, 1), 3)[0] == (1, 2)


def test_the_recursion_and_the_markov_chain_agree() -> None:
    # 100 000 lots, seed 4; the interval of 25 batch means of the departure gaps is about 1 % wide
    luck = np.random.default_rng(4)
    service = luck.exponential(1.0, (3, 100_000))
    leave = blocking_line_departures(service.tolist(), (1, 2))[-1]
    rates = 4000 / np.diff(leave[::4000])
    half = 3.75 * rates.std(ddof=1) / len(rates) ** 0.5
    assert abs(rates.mean() - throughput((1, 1, 1), (1, 2))) < half < 0.02


def test_the_twin_gains_as_much_by_the_best_allocation_as_the_markov_chain() -> None:
    rates, best, worse = (1, 1, 1, 1), (2, 3, 2), (4, 0, 3)

    def made(buffers: tuple[int, ...], seed: int) -> float:
        line = serial_line([exponential(SECONDS / rate) for rate in rates], buffers)
        return simulated(run_days(line, days=2, warmup=1, seed=seed)) * SECONDS

    # the same luck in both lines, so that the difference scatters little
    runs = [(made(best, seed), made(worse, seed)) for seed in range(6)]
    low, high = interval([one for one, _ in runs])
    assert low < throughput(rates, best) < high < low + 0.06
    low, high = interval([one - other for one, other in runs])
    assert 0.05 < low < throughput(rates, best) - throughput(rates, worse) < high
