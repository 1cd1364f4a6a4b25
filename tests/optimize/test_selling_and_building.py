"""Contracts, penalties and cancellations; orders, payments, delays and depreciation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_books import CONTRACT, certain

from optimize.money.capital import Investment, accepted, depreciation, planned, spent, staffed, standing
from optimize.money.funding import Payment
from optimize.money.sales import Sales, sell
from twin import Scenarios, read_futures, sample_futures

FUTURES = read_futures("default")
PAYMENTS = (Payment(at=0, share=0.3), Payment(at=0.5, share=0.5), Payment(at=1, share=0.2))


def sold(
    made: list[float], *contracts: dict[str, Any], grade_b: float = 0.0, **changed: Any
) -> tuple[Sales, Scenarios]:
    terms = {f"c{place}": {**CONTRACT, **one} for place, one in enumerate(contracts)}
    scenarios = certain(len(made), price=100.0, contracts=terms, **changed)
    good = np.array([made])
    return sell(good, np.full_like(good, grade_b), scenarios, 0.5), scenarios


def test_a_plant_on_time_pays_no_penalty() -> None:
    found, _ = sold([1.0] * 8, {})
    assert found.penalties.sum() == 0 and found.short.sum() == 0
    assert found.contract[0] == pytest.approx([0, 0, 1, 1, 1, 1, 1, 1])
    assert np.all(found.cancelled == -1)


def test_what_is_not_delivered_costs_its_penalty_and_is_not_made_up_for() -> None:
    found, _ = sold([0.0, 0.0, 0.75, 0.75, 3.0, 1.0, 1.0, 1.0], {})
    assert found.short[0] == pytest.approx([0, 0, 0.25, 0.25, 0, 0, 0, 0])
    assert found.penalties[0] == pytest.approx([0, 0, 1.25, 1.25, 0, 0, 0, 0])
    assert found.spot[0] == pytest.approx([0, 0, 0, 0, 2, 0, 0, 0])


def test_a_contract_that_is_late_longer_than_its_customer_bears_is_cancelled() -> None:
    made = [0.0, 0.0, 0.4, 0.4, 0.4, 1.0, 1.0, 1.0]
    found, _ = sold(made, {}, cell_price={"start": "100 USD/kWh", "spot_discount": 0.2})
    assert found.cancelled[0].tolist() == [4]
    assert found.contract[0, 5:].sum() == 0 and found.penalties[0, 5:].sum() == 0
    # from then on all goes to the spot market, at its discount
    assert found.revenue[0, 5:] == pytest.approx([80.0] * 3)
    patient, _ = sold(made, {"cancel_after": 3})
    assert patient.cancelled[0].tolist() == [-1]


def test_a_month_on_time_in_between_starts_the_customers_patience_anew() -> None:
    found, _ = sold([0.0, 0.0, 0.4, 0.4, 0.6, 0.4, 0.4, 0.4], {})
    assert found.cancelled[0].tolist() == [7]


def test_contracts_are_served_in_their_order_at_their_price() -> None:
    found, _ = sold([0.0, 0.0, 1.5], {"price": "90 USD/kWh"}, {})
    assert found.contract[0, 2] == pytest.approx(1.5)
    assert found.short[0, 2] == pytest.approx(0.5)
    assert found.revenue[0, 2] == pytest.approx(90 + 0.5 * 100)


def test_grade_b_sells_at_once_below_the_spot_price() -> None:
    found, _ = sold([1.0], grade_b=0.2, cell_price={"start": "100 USD/kWh", "spot_discount": 0.1})
    assert found.revenue[0] == pytest.approx([90 + 0.2 * 0.5 * 90])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_every_cell_is_delivered_sold_or_in_the_warehouse(seed: int) -> None:
    scenarios = sample_futures(FUTURES, 72, 5, seed)
    good = np.random.default_rng(seed).exponential(0.6, (5, 72))
    found = sell(good, 0 * good, scenarios, 0.5)
    made = np.cumsum(good - found.contract - found.spot, axis=1)
    assert np.allclose(made, found.unsold, atol=1e-9)
    assert np.all(found.unsold >= 0) and np.all(found.short >= 0)
    assert np.all(found.spot <= scenarios.spot_demand + 1e-12)


def late(delay: float, overrun: float, months: int = 30) -> Scenarios:
    return certain(months, equipment_delay=f"{delay} month", construction_overrun=overrun)


def test_payments_fall_due_with_order_delivery_and_acceptance_and_wait_with_the_machines() -> None:
    line = Investment("line", 100.0, 2, 8.0, 10.0)
    on_time, delayed = (spent([line], PAYMENTS, late(delay, 0.5))[0] for delay in (0, 5))
    assert {month: paid for month, paid in enumerate(on_time) if paid} == pytest.approx({2: 45, 6: 75, 10: 30})
    assert {month: paid for month, paid in enumerate(delayed) if paid} == pytest.approx({2: 45, 9: 75, 15: 30})
    assert accepted(line, late(5, 0.5)).tolist() == [15]


@given(life=st.floats(0.5, 8), lead=st.floats(0, 24), delay=st.floats(0, 12), overrun=st.floats(0, 2))
@settings(max_examples=40, deadline=None)
def test_depreciation_adds_up_to_what_was_paid(life: float, lead: float, delay: float, overrun: float) -> None:
    built = [Investment("one", 70.0, 1, lead, life), Investment("two", 30.0, 9, lead, 2 * life)]
    scenarios = late(delay, overrun, months=9 + 24 + 12 + 16 * 12 + 3)
    paid, written = spent(built, PAYMENTS, scenarios), depreciation(built, scenarios)
    assert written.sum() == pytest.approx(paid.sum()) == pytest.approx(100 * (1 + overrun))
    assert np.all(np.cumsum(paid - written, axis=1) > -1e-9), "nothing is written down before it is paid"


def test_depreciation_is_even_over_the_life() -> None:
    written = depreciation([Investment("line", 120.0, 0, 3.0, 1.0)], late(0, 0))[0]
    assert written == pytest.approx([0] * 4 + [10] * 12 + [0] * 14)


def test_standing_costs_begin_with_acceptance_and_people_come_before_it() -> None:
    line = Investment("line", 1.0, 0, 6.0, 1.0, standing=24.0)
    scenarios = late(2, 0, months=12)
    assert standing([line], scenarios)[0] == pytest.approx([0] * 8 + [2] * 4)
    assert staffed(line, 300.0, 3.0, scenarios)[0] == pytest.approx([0] * 5 + [300] * 7)
    ordered = planned([line, Investment("two", 5.0, 4, 1.0, 1.0)], late(2, 0, months=6))
    assert ordered[0] == pytest.approx([1, 1, 1, 1, 6, 6])


def test_futures_with_orders_of_their_own_are_each_as_if_they_were_alone() -> None:
    orders = [3, 0, -1, 29]
    together = certain(30, count=4, equipment_delay="1.5 month", construction_overrun=0.2)
    both = [Investment("line", 80.0, np.array(orders), 5.0, 2.0, 6.0)]
    for place, month in enumerate(orders):
        alone, one = together.only([place]), [Investment("line", 80.0, month, 5.0, 2.0, 6.0)] * (month >= 0)
        assert np.array_equal(spent(both, PAYMENTS, together)[place], spent(one, PAYMENTS, alone)[0])
        assert np.array_equal(depreciation(both, together)[place], depreciation(one, alone)[0])
        assert np.array_equal(standing(both, together)[place], standing(one, alone)[0])
        assert np.array_equal(planned(both, together)[place], planned(one, alone)[0])
    people = staffed(both[0], 100.0, 12.0, together)
    assert people[2].sum() == 0, "nobody is hired for what is never ordered"
    assert people[0].sum() == 3000 and people[3].sum() == 600
