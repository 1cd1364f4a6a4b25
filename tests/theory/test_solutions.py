"""The solutions against values published for them, before anything is compared with them."""

from __future__ import annotations

import pytest
from theory.solutions import (
    erlang_c_wait,
    shared_repair_availability,
    waits_in_one_queue,
)


def test_one_server_waits_as_in_m_m_1() -> None:
    assert erlang_c_wait(0.8, 1.0, 1) == pytest.approx(0.8 / 0.2)


def test_two_servers_wait_as_in_m_m_2() -> None:
    # W = rho^2 / (1 - rho^2) service times
    assert erlang_c_wait(1.6, 1.0, 2) == pytest.approx(0.64 / 0.36)


def test_a_customer_waits_for_the_first_free_server() -> None:
    assert waits_in_one_queue([0, 0, 1, 2], [5, 3, 1, 1], 2) == [0, 0, 3, 4]


def test_one_machine_with_its_own_repairer_works_life_over_life_plus_repair() -> None:
    assert shared_repair_availability(1, 9.0, 1.0) == pytest.approx(0.9)
    # two machines: weights 1 : 2r : 2r^2 with r = 1/2
    assert shared_repair_availability(2, 2.0, 1.0) == pytest.approx((2 + 1) / (1 + 1 + 0.5) / 2)
