"""The solutions against values published for them, before anything is compared with them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from theory.solutions import (
    blocking_line_departures,
    blocking_line_throughput,
    erlang_c_wait,
    shared_repair_availability,
    waits_in_one_queue,
)


def test_one_server_waits_as_in_m_m_1() -> None:
    assert erlang_c_wait(0.8, 1.0, 1) == pytest.approx(0.8 / 0.2)


def test_two_servers_wait_as_in_m_m_2() -> None:
    # W = rho^2 / (1 - rho^2) service times
    assert erlang_c_wait(1.6, 1.0, 2) == pytest.approx(0.64 / 0.36)


@pytest.mark.parametrize("places", range(8))
def test_two_stations_give_b_plus_2_over_b_plus_3(places: int) -> None:
    assert blocking_line_throughput((1.0, 1.0), (places,)) == pytest.approx(Fraction(places + 2, places + 3))


@pytest.mark.parametrize(
    ("rates", "buffers", "published"),
    [
        ((1, 1, 1), (0, 0), 22 / 39),
        ((1, 1.1, 1.2), (3, 2), 0.82325686),
        ((1, 1, 1, 1), (2, 3, 2), 0.71834043),
    ],
)
def test_longer_lines_give_the_published_throughput(
    rates: tuple[float, ...], buffers: tuple[int, ...], published: float
) -> None:
    assert blocking_line_throughput(rates, buffers) == pytest.approx(published, abs=5e-9)


def test_a_line_run_backwards_gives_the_same() -> None:
    # reversibility of blocking lines, Muth 1979
    rates, buffers = (1.0, 1.3, 0.9, 1.1), (1, 0, 2)
    assert blocking_line_throughput(rates, buffers) == pytest.approx(
        blocking_line_throughput(rates[::-1], buffers[::-1])
    )


def test_the_recursion_and_the_markov_chain_agree() -> None:
    # 100 000 lots, seed 4; the interval of 25 batch means of the departure gaps is about 1 % wide
    luck = np.random.default_rng(4)
    service = luck.exponential(1.0, (3, 100_000))
    leave = blocking_line_departures(service.tolist(), (1, 2))[-1]
    rates = 4000 / np.diff(leave[::4000])
    half = 3.75 * rates.std(ddof=1) / len(rates) ** 0.5
    assert abs(rates.mean() - blocking_line_throughput((1, 1, 1), (1, 2))) < half < 0.02


def test_a_customer_waits_for_the_first_free_server() -> None:
    assert waits_in_one_queue([0, 0, 1, 2], [5, 3, 1, 1], 2) == [0, 0, 3, 4]


def test_one_machine_with_its_own_repairer_works_life_over_life_plus_repair() -> None:
    assert shared_repair_availability(1, 9.0, 1.0) == pytest.approx(0.9)
    # two machines: weights 1 : 2r : 2r^2 with r = 1/2
    assert shared_repair_availability(2, 2.0, 1.0) == pytest.approx((2 + 1) / (1 + 1 + 0.5) / 2)
