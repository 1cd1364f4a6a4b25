"""Tax, working capital, contracts and penalties of the expansion model: by hand, and against the monthly books."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paper_books import FREE, certain, funding, operations

from optimize.growth.expansion import plan_expansion
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_dues import Dues
from optimize.growth.expansion_outcome import Outcome, outcome
from optimize.growth.expansion_outlook import Deadline, Outlook
from optimize.growth.expansion_terms import OperatingPoint, Purse, Risk
from optimize.model.expansion import build_expansion
from optimize.money.books import Books
from optimize.money.capital import Investment
from optimize.money.finance import keep_books
from optimize.solve import Solver, ask
from twin import InputError

EXACT = Solver(gap=1e-9)
DUES = Dues(tax=0.25, life=4, receivables=0.5, inventory=0.25, payables=0.5, terminal=1.0)


def two_quarters(price: tuple[float, float] = (100.0, 100.0), **changes: Any) -> ExpansionData:
    """Return a line of 100 MUSD that makes 1 and 2 GWh at 40 MUSD/GWh, with tax and working capital."""
    point = OperatingPoint(
        good=np.array([[1.0, 2.0]]), variable=np.array([[40.0, 80.0]]), capital=np.array([100.0]), starts=((0,),)
    )
    outlook = Outlook(price=np.array([price]), demand=np.full((1, 2), 10.0), probability=np.ones(1))
    purse = Purse(150.0, discount=0.1, salvage=np.array([0.75, 0.5]))
    plain = {"quarters": 2, "options": {"only": point}, "outlook": outlook, "purse": purse, "least_lines": 1}
    return ExpansionData(**{**plain, "dues": DUES, **changes})


def lived(data: ExpansionData) -> Outcome:
    """Return what a plan brings, after the model has promised the same."""
    plan = plan_expansion(data, EXACT)
    assert plan.predicted is not None and plan.bound == pytest.approx(plan.npv, abs=1e-6)
    return plan.predicted


def test_two_quarters_are_what_arithmetic_says() -> None:
    found = lived(two_quarters())
    # 100 - 40 earned, 25 written down, a quarter of 35 is tax; 50 are with customers, 10 in stock, 20 owed
    assert found.tax[0].tolist() == pytest.approx([8.75, 23.75])
    assert found.tied[0].tolist() == pytest.approx([40.0, 80.0])
    assert found.flow[0].tolist() == pytest.approx([60 - 100 - 8.75 - 40, 120 - 23.75 - 40])
    assert found.npv[0] == pytest.approx(-88.75 + (56.25 + 50 + 80) / 1.1)


def test_a_loss_is_carried_forward_and_never_paid_back() -> None:
    # 30 - 40 - 25 are a loss of 35, which comes off the 95 of the next quarter
    assert lived(two_quarters((30.0, 100.0))).tax[0].tolist() == pytest.approx([0.0, 15.0])
    # and nothing comes back for a loss after a profit
    assert lived(two_quarters((100.0, 30.0))).tax[0].tolist() == pytest.approx([8.75, 0.0])


def test_interest_comes_off_the_profit_that_cash_is_taxed_on_but_not_off_that_of_the_goal() -> None:
    purse = Purse(0.0, debt_limit=np.full(2, 200.0), interest=np.full(2, 0.1), discount=0.1)
    found = lived(two_quarters(purse=purse, risk=Risk(insolvency=0.0)))
    assert found.debt[0, 0] == pytest.approx(88.75)
    assert found.tax[0, 1] == pytest.approx(23.75)
    # 8.875 of interest spare a quarter of themselves
    assert found.debt[0, 1] == pytest.approx(88.75 + 8.875 * 0.75 - 56.25)


def test_contracts_come_before_a_spot_market_that_pays_more_and_what_is_short_is_fined() -> None:
    outlook = Outlook(
        price=np.array([[[90.0, 90.0]], [[110.0, 110.0]]]),
        demand=np.array([[[1.5, 1.5]], [[5.0, 5.0]]]),
        penalty=np.array([[[6.0, 6.0]], [[0.0, 0.0]]]),
        probability=np.ones(1),
    )
    found = lived(two_quarters(outlook=outlook, dues=Dues()))
    assert found.sold[:, 0].tolist() == [[1.0, 1.5], [0.0, 0.5]]
    assert found.flow[0].tolist() == pytest.approx([90 - 0.5 * 6 - 40 - 100, 1.5 * 90 + 0.5 * 110 - 80])


@pytest.mark.parametrize(("share", "stays"), [(0.6, True), (0.7, False)])
def test_a_buyer_who_was_not_served_in_time_leaves_and_fines_no_more(share: float, stays: bool) -> None:
    outlook = Outlook(
        price=np.array([[[90.0, 90.0]], [[50.0, 50.0]]]),
        demand=np.array([[[1.5, 3.0]], [[0.0, 1.2]]]),
        penalty=np.array([[[6.0, 6.0]], [[0.0, 0.0]]]),
        # 1 of 1.5 GWh is two thirds
        deadlines=(Deadline(0, share, 1), None),
        probability=np.ones(1),
    )
    found = lived(two_quarters(outlook=outlook, dues=Dues()))
    assert found.sold[:, 0].tolist() == ([[1.0, 2.0], [0.0, 0.0]] if stays else [[1.0, 0.0], [0.0, 1.2]])
    assert found.flow[0, 1] == pytest.approx(2 * 90 - 6 - 80 if stays else 1.2 * 50 - 80)


def test_whoever_builds_nothing_has_signed_nothing() -> None:
    outlook = Outlook(
        price=np.ones((1, 2)), demand=np.ones((1, 2)), penalty=np.full((1, 2), 5.0), probability=np.ones(1)
    )
    plan = plan_expansion(two_quarters(outlook=outlook, least_lines=0), EXACT)
    assert plan.option is None and plan.npv == 0


def books_of(data: ExpansionData, staff: list[float]) -> Books:
    """Return the monthly books of a line that is there from the first month on."""
    months = data.quarters * 3
    scenarios = certain(months, price=100.0)
    point, dues, days = data.options["only"], data.dues, 365 / 4
    good = np.repeat(point.good[0, 0], 3) / 3
    declared = funding(
        equity="10000 MUSD",
        tax_rate=dues.tax,
        receivables=f"{dues.receivables * days} day",
        inventory=f"{dues.inventory * days} day",
        payables=f"{dues.payables * days} day",
    )
    capital = float(point.capital[0])
    built = [Investment("line", capital, 0, 0.0, dues.life / 4)] if capital else []
    made = operations(scenarios, good=good, staff=np.repeat(staff, 3))
    # a person costs a MUSD in a quarter
    return keep_books(made, built, replace(FREE, materials=40.0, person=4e6), scenarios, declared)


def some_quarters(seed: int, capital: float) -> tuple[ExpansionData, list[float]]:
    """Return a line whose output and staff change from quarter to quarter, with losses among its profits."""
    luck = np.random.default_rng(seed)
    quarters = 8
    good, staff = luck.uniform(0, 2, quarters), luck.uniform(0, 120, quarters)
    point = OperatingPoint(
        good=good[None],
        variable=40 * good[None],
        capital=np.array([capital]),
        starts=((0,),),
        staff=staff[None],
    )
    data = ExpansionData(
        quarters=quarters,
        options={"only": point},
        outlook=Outlook(
            price=np.full((1, quarters), 100.0), demand=np.full((1, quarters), 99.0), probability=np.ones(1)
        ),
        purse=Purse(1e4, discount=0.02),
        least_lines=1,
        dues=Dues(0.3, 12.0, 0.0, *luck.uniform(0, 1, 3)),
    )
    return data, staff.tolist()


def model_tax(data: ExpansionData) -> Any:
    """Return the tax that the solved model holds to be paid until each quarter [MUSD]."""
    model = build_expansion(data)
    told = ask(model, EXACT)
    told.load()
    return np.array([model.tax[0, t].value for t in range(data.quarters)])


@pytest.mark.parametrize("seed", range(10))
def test_tax_and_working_capital_are_those_of_the_monthly_books(seed: int) -> None:
    data, staff = some_quarters(seed, capital=0.0)
    books, found = books_of(data, staff), outcome(data, [("only", 0, 0)])
    at_ends = slice(2, None, 3)
    assert np.cumsum(books.tax, axis=1)[0, at_ends] == pytest.approx(model_tax(data), abs=1e-5)
    assert np.cumsum(books.tax, axis=1)[0, at_ends] == pytest.approx(np.cumsum(found.tax[0]), abs=1e-9)
    tied = books.receivables + books.inventory - books.payables
    assert tied[0, at_ends] == pytest.approx(found.tied[0], abs=1e-9)
    # all that came in, whatever the month
    assert books.cash[0, -1] - 1e4 == pytest.approx(found.flow.sum(), abs=1e-6)


def test_the_cases_hold_profits_after_losses_and_losses_after_profits() -> None:
    taxes = [outcome(some_quarters(seed, 0.0)[0], [("only", 0, 0)]).tax[0] for seed in range(10)]
    assert any(tax[0] == 0 and tax.any() for tax in taxes)
    assert any(tax[0] > 0 and (tax[1:] == 0).any() for tax in taxes)


def test_writing_down_begins_a_month_sooner_than_in_the_monthly_books() -> None:
    differences = []
    for seed in range(5):
        data, staff = some_quarters(seed, capital=60.0)
        differences.append(np.cumsum(books_of(data, staff).tax, axis=1)[0, 2::3] - model_tax(data))
    # tax on one month of it
    rounding = 0.3 * 60.0 / 36
    assert np.min(differences) >= -1e-5
    assert np.max(differences) == pytest.approx(rounding, abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tax": 1.2}, "tax rate is 1.2, expected 0 to 1"),
        ({"receivables": -1.0}, "time of receivables is -1 quarters, expected 0 to 4 quarters"),
        ({"life": 0.0}, "capital is written down over 0 quarters"),
    ],
)
def test_terms_that_make_no_sense_are_refused(changes: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Dues(**changes)


def test_deadlines_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="not served in quarter 3 is gone in 3, expected a later quarter"):
        Deadline(3, 0.5, 3)
    with pytest.raises(InputError, match="leaves with less than 0 of what is wanted"):
        Deadline(3, 0.0, 4)
    one = two_quarters()
    with pytest.raises(InputError, match="2 deadlines for 1 buyers, expected one for each"):
        replace(one, outlook=replace(one.outlook, deadlines=(None, None)))
