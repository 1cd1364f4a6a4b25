"""Books of a plant: they balance to the cent, and every account says what it should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_books import FREE, LOAN, certain, funding, operations

from optimize.money.capital import Investment
from optimize.money.finance import keep_books
from optimize.money.funding import read_funding
from optimize.money.trading import Operations, Rates
from twin import Scenarios, read_futures, sample_futures

CENT = 1e-8
FUTURES, FUNDING = read_futures("default"), read_funding("default")
RATES = Rates(45.0, 0.1, 3.0, 60e3, 110e3, 0.75, 0.85, 0.6)


def random_plant(scenarios: Scenarios, seed: int, good_months: int) -> Operations:
    """Return a plant of some 10 GWh a year that learns, more or less, and stands still at times."""
    generator = np.random.default_rng(seed)
    shape = (scenarios.count, scenarios.months)
    month = np.arange(scenarios.months)
    started = 0.9 * np.clip((month - 24) / good_months, 0, 1) * generator.uniform(0, 1, shape)
    good = started * generator.uniform(0, 0.95, shape)
    grade_b = (started - good) * generator.uniform(0, 0.5, shape)
    staff = generator.integers(0, 1500, shape).astype(float)
    return Operations(started, good, grade_b, staff, generator.integers(0, 80, shape).astype(float))


@given(
    seed=st.integers(0, 10_000),
    equity=st.sampled_from([0, 50, 600, 3000]),
    debt=st.booleans(),
    good_months=st.integers(1, 60),
    lead=st.floats(0, 30),
)
@settings(max_examples=40, deadline=None)
def test_the_balance_closes_to_the_cent_every_month_whatever_happens(
    seed: int, equity: int, debt: bool, good_months: int, lead: float
) -> None:
    scenarios = sample_futures(FUTURES, 90, 8, seed)
    terms = FUNDING.model_copy(update={"equity": equity * 1e6})
    terms = terms if debt else terms.model_copy(update={"debt": None})
    built = [Investment("line", 500.0, 3, lead, 7.3, 12.0), Investment("building", 200.0, 0, 10.0, 20.0)]
    books = keep_books(random_plant(scenarios, seed, good_months), built, RATES, scenarios, terms)
    assert np.abs(books.imbalance).max() < CENT
    solvent = ~books.insolvent
    assert np.all(books.cash >= -CENT), "cash is never below nothing"
    assert np.all(books.debt <= (terms.debt.facility / 1e6 if terms.debt else 0.0) + CENT)
    assert np.all(books.plant >= -CENT) and np.all(books.payables >= -CENT)
    # and cash is what came in less what went out, added up by its own
    change = books.receivables + books.inventory - books.payables
    alive = np.arange(90) < np.where(solvent, 90, books.insolvent_from)[:, None]
    came = books.revenue + books.recovery + books.equity + books.subsidy + books.drawings
    went = books.materials + books.energy + books.labour + books.overhead + books.penalties
    went = went + books.interest + books.tax + books.capital + books.repayments
    cash = np.cumsum(came - went, axis=1) - change
    assert np.allclose(cash[alive], books.cash[alive], atol=CENT, rtol=0)


def test_the_cases_of_the_balance_hold_insolvent_and_solvent_plants() -> None:
    scenarios = sample_futures(FUTURES, 90, 8, 1)
    built = [Investment("line", 500.0, 3, 12.0, 7.0)]
    ends = []
    for equity in (50, 3000):
        terms = FUNDING.model_copy(update={"equity": equity * 1e6})
        ends.append(keep_books(random_plant(scenarios, 1, 40), built, RATES, scenarios, terms).insolvent)
    assert ends[0].any() and not ends[1].all()


def test_a_solvent_month_is_what_arithmetic_says() -> None:
    scenarios = certain(2, price=100.0)
    rates = Rates(40.0, 0.25, 2.0, 60e3, 120e3, 0.5, 2.0, 0.5)
    plant = operations(scenarios, started=1.0, good=0.7, grade_b=0.1, staff=100.0, engineers=10.0)
    line = Investment("line", 120.0, 0, 0.0, 10.0, 24.0)
    books = keep_books(plant, [line], rates, scenarios, funding(equity="500 MUSD", tax_rate=0.2))
    month = {name: float(getattr(books, name)[0, 1]) for name in FLOWS}
    labour = (100 * 60e3 + 10 * 120e3) / 12e6
    expected = {
        "revenue": 0.7 * 100 + 0.1 * 0.5 * 100,
        "materials": 40.0,
        "recovery": 0.2 * 40 * 0.25,
        "scrap": 0.2 * 40 * 0.75,
        "energy": 2.0 + 24 / 12,
        "labour": labour,
        "depreciation": 1.0,
        "overhead": 0.5 * labour + 2.0 * 1.0,
    }
    assert month == pytest.approx(expected)
    profit = expected["revenue"] + expected["recovery"] - 40 - 4 - labour - expected["overhead"] - 1
    assert float(books.tax[0, 1]) == pytest.approx(0.2 * profit)
    costs = 40 - expected["recovery"] + 4 + labour + expected["overhead"] + 1
    assert float(books.cost_usd_per_kwh[0, 1]) == pytest.approx(costs / 0.8)


FLOWS = ("revenue", "materials", "recovery", "scrap", "energy", "labour", "depreciation", "overhead")


def test_customers_pay_late_and_stock_is_bought_ahead() -> None:
    month = 365 / 12
    scenarios = certain(5, price=10.0)
    plant = operations(scenarios, good=[[0.0, 1.0, 2.0, 4.0, 0.0]])
    terms = funding(
        equity="900 MUSD", receivables=f"{1.5 * month} day", inventory=f"{month} day", payables=f"{month / 2} day"
    )
    books = keep_books(plant, [], replace(FREE, materials=6.0), scenarios, terms)
    assert books.receivables[0] == pytest.approx([0, 10, 20 + 5, 40 + 10, 20])
    assert books.inventory[0] == pytest.approx([0, 6, 12, 24, 0])
    assert books.payables[0] == pytest.approx([0, 3, 6, 12, 0])


def test_losses_of_earlier_months_come_off_profit_before_it_is_taxed() -> None:
    scenarios = certain(4, price=1.0)
    plant = operations(scenarios, good=[[0.0, 50.0, 60.0, 10.0]], engineers=[[80.0, 0.0, 0.0, 0.0]])
    rates = replace(FREE, engineer=12e6)
    books = keep_books(plant, [], rates, scenarios, funding(equity="100 MUSD", tax_rate=0.25))
    assert books.tax[0] == pytest.approx([0, 0, 0.25 * 30, 0.25 * 10])


def test_a_loan_is_drawn_when_cash_is_short_and_paid_back_in_equal_parts_with_interest() -> None:
    scenarios = certain(8, price=1.0, interest="10 %/yr")
    line = Investment("line", 100.0, 1, 0.0, 10.0)
    loan = {"facility": "80 MUSD", "share_of_capital": 0.7, "margin": "2 %/yr", "closes": 3, "repaid_over": 4}
    terms = funding(equity="40 MUSD", debt=loan, minimum_cash="5 MUSD")
    books = keep_books(operations(scenarios, good=20.0), [line], FREE, scenarios, terms)
    # 40 + 2 x 20 - 100 leaves 20 short, and 5 are kept
    assert books.drawings[0] == pytest.approx([0, 25, 0, 0, 0, 0, 0, 0])
    assert books.repayments[0] == pytest.approx([0, 0, 0, 0, 6.25, 6.25, 6.25, 6.25])
    assert books.debt[0, -1] == pytest.approx(0, abs=CENT)
    owed = np.array([0, 0, 25, 25, 25, 18.75, 12.5, 6.25])
    assert books.interest[0] == pytest.approx(owed * (1.12 ** (1 / 12) - 1))


@pytest.mark.parametrize(
    ("what", "changed", "insolvent"),
    [
        ("it reaches", {}, -1),
        ("it is too small", {"facility": "10 MUSD"}, 1),
        ("lenders want more equity in", {"share_of_capital": 0.1}, 1),
        ("it opens with output that is not there", {"opens": {"output": "1000 GWh/yr"}}, 1),
        ("it opens late", {"opens": {"month": 2}}, 1),
        ("it is closed", {"closes": 0}, 1),
        ("a covenant on output is not held", {"covenants": {"output": "1000 GWh/yr"}}, 1),
        ("that covenant is asked later", {"covenants": {"output": "1000 GWh/yr", "output_from": 2}}, -1),
    ],
)
def test_a_plant_is_insolvent_when_the_loan_does_not_reach(what: str, changed: dict[str, Any], insolvent: int) -> None:
    scenarios = certain(6, price=1.0)
    line = Investment("line", 100.0, 1, 0.0, 10.0)
    terms = funding(equity="40 MUSD", debt={**LOAN, **changed})
    books = keep_books(operations(scenarios, good=20.0), [line], FREE, scenarios, terms)
    assert int(books.insolvent_from[0]) == insolvent, what


def test_lenders_give_no_more_when_earnings_do_not_cover_their_service() -> None:
    scenarios = certain(12, price=1.0, interest="12 %/yr")
    line = Investment("line", 60.0, 0, 0.0, 10.0)
    # 29 are drawn for the line and cost 0.2752 a month; from month 6 on it loses 3 a month. Before month 7 the year has
    # earned 3 for an interest of 1.65, before month 8 nothing
    plant = operations(scenarios, good=[[1.0] * 6 + [0.0] * 6], engineers=[[0.0] * 6 + [1.0] * 6])
    rates = replace(FREE, engineer=36e6)
    for cover, since in ((0.0, -1), (1.1, 8), (4.0, 7)):
        covenants = {"service_cover": cover, "service_from": 6}
        terms = funding(equity="30 MUSD", debt={**LOAN, "covenants": covenants})
        books = keep_books(plant, [line], rates, scenarios, terms)
        assert int(books.insolvent_from[0]) == since


def test_an_insolvent_plant_makes_nothing_and_its_assets_pay_lenders_first() -> None:
    scenarios = certain(8, price=1.0)
    line = Investment("line", 100.0, 0, 0.0, 10.0)
    plant = operations(scenarios, good=[[10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0]], engineers=[[1.0] * 8])
    rates = replace(FREE, engineer=12 * 35e6, materials=1.0)
    loan = {**LOAN, "facility": "75 MUSD"}
    share = {"plant": 0.2, "stock": 0.5, "receivables": 1}
    days = f"{365 / 12} day"
    terms = funding(equity="100 MUSD", debt=loan, winding_up=share, receivables=days, payables=days)
    books = keep_books(plant, [line], rates, scenarios, terms)
    # each month 35 go for people; 10 of revenue come and 10 of material are paid a month later, so they cancel. The 5
    # that could still be lent in month 2 do not reach, and are not
    assert int(books.insolvent_from[0]) == 2
    book = 100 - 100 / 120
    brings = 0.2 * book + 10
    assert float(books.recovered_musd[0]) == pytest.approx(brings)
    assert float(books.written_off[0, 2]) == pytest.approx(0.8 * book)
    assert float(books.repayments[0, 2]) == pytest.approx(brings)
    assert float(books.debt[0, -1]) == pytest.approx(70 - brings)
    assert float(books.payables[0, -1]) == pytest.approx(10), "suppliers get nothing"
    for name in ("revenue", "materials", "labour", "interest", "capital", "depreciation", "good", "runway", "plant"):
        assert np.all(getattr(books, name)[0, 2:] == 0), name
    assert float(books.lost_musd[0]) == pytest.approx(100 + 70 - brings)
    assert np.abs(books.imbalance).max() < CENT


def test_what_lenders_do_not_need_goes_to_suppliers_and_then_stays() -> None:
    scenarios = certain(6, price=1.0)
    plant = operations(scenarios, good=[[10.0] * 6], engineers=[[0.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
    rates = replace(FREE, engineer=12 * 35e6, materials=1.0)
    days = f"{365 / 12} day"
    share = {"plant": 0, "stock": 0, "receivables": 1}
    terms = funding(equity="30 MUSD", winding_up=share, receivables=days, payables=days)
    books = keep_books(plant, [], rates, scenarios, terms)
    assert int(books.insolvent_from[0]) == 1
    assert float(books.suppliers_paid[0, 1]) == 10 and float(books.cash[0, -1]) == 30
    assert float(books.lost_musd[0]) == 0
    assert np.abs(books.imbalance).max() < CENT


def test_runway_is_cash_and_undrawn_loan_over_what_goes_out() -> None:
    scenarios = certain(5)
    plant = operations(scenarios, engineers=1.0)
    line = Investment("line", 50.0, 0, 0.0, 10.0)
    terms = funding(equity="100 MUSD", debt={**LOAN, "facility": "30 MUSD"})
    books = keep_books(plant, [line], replace(FREE, engineer=12 * 10e6), scenarios, terms)
    # 60 go out in the first month and 10 in each other
    assert books.runway[0] == pytest.approx([70 / 60, 60 / 35, 50 / (80 / 3), 40 / 10, 30 / 10])
    quiet = keep_books(operations(scenarios, good=1.0), [], FREE, scenarios, terms)
    assert np.all(np.isinf(quiet.runway))


def doubled(scenarios: Scenarios) -> Scenarios:
    return replace(scenarios, cell_price=2 * scenarios.cell_price, spot_price=2 * scenarios.spot_price)


@pytest.mark.parametrize("seed", range(5))
def test_double_the_price_never_lowers_the_value_of_a_plant_that_owners_carry(seed: int) -> None:
    scenarios = sample_futures(FUTURES, 90, 20, seed)
    terms = FUNDING.model_copy(update={"equity": 1e11, "debt": None})
    built = [Investment("line", 900.0, 3, 18.0, 10.0)]
    once, twice = (
        keep_books(random_plant(scenarios, seed, 30), built, RATES, one, terms)
        for one in (scenarios, doubled(scenarios))
    )
    assert np.all(twice.npv_musd > once.npv_musd)
    assert not once.insolvent.any() and not twice.insolvent.any()


@pytest.mark.parametrize("seed", range(5))
def test_double_the_price_never_brings_insolvency_forward(seed: int) -> None:
    scenarios = sample_futures(FUTURES, 90, 20, seed)
    terms = FUNDING
    built = [Investment("line", 900.0, 3, 18.0, 10.0)]

    def ends(one: Scenarios) -> Any:
        since = keep_books(random_plant(scenarios, seed, 30), built, RATES, one, terms).insolvent_from
        return np.where(since < 0, 90, since)

    once, twice = ends(scenarios), ends(doubled(scenarios))
    assert np.all(twice >= once) and np.any(once < 90)


def test_the_end_of_the_horizon_brings_the_books_of_a_solvent_plant_only() -> None:
    scenarios = certain(6, price=1.0)
    line = Investment("line", 100.0, 0, 0.0, 10.0)
    plant = operations(scenarios, good=4.0, engineers=1.0)
    days, rates = f"{365 / 12} day", replace(FREE, engineer=12 * 3e6, materials=0.5)
    last = []
    for equity in (200, 104):
        terms = funding(equity=f"{equity} MUSD", terminal=0.5, receivables=days, payables=days)
        books = keep_books(plant, [line], rates, scenarios, terms)
        last.append(float(books.free_cash[0, -1]))
    # 4 come, 3 and 2 go in the last month; five months are written down, 4 and 2 are owed
    assert last == pytest.approx([-1 + 0.5 * (100 - 5 * 100 / 120 + 4 - 2), 0])
    assert books.payables[0, -1] == pytest.approx(2), "what is never paid is no gain at the end"


def test_a_years_cost_is_shared_by_the_good_cells_of_both_grades() -> None:
    scenarios = certain(18)
    made = np.where(np.arange(18) < 12, 1.0, 2.0)
    plant = operations(scenarios, good=[0.7 * made], grade_b=[0.3 * made], engineers=1.0)
    books = keep_books(plant, [], replace(FREE, engineer=12 * 60e6), scenarios, funding(equity="9000 MUSD"))
    assert books.cost_usd_per_kwh_by_year[0] == pytest.approx([60, 30])
    nothing = keep_books(operations(scenarios, engineers=1.0), [], FREE, scenarios, funding())
    assert np.all(np.isnan(nothing.cost_usd_per_kwh_by_year))
