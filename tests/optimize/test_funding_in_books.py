"""Subsidy and equity come into the books of a plant at their milestones, and no sooner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paper_books import FREE, LOAN, certain, funding, operations

from optimize.money.books import Books
from optimize.money.capital import Investment
from optimize.money.finance import keep_books
from optimize.money.funding import read_funding
from optimize.money.trading import Rates
from twin import read_futures

CENT = 1e-8
FUTURES, FUNDING = read_futures("default"), read_funding("default")
RATES = Rates(45.0, 0.1, 3.0, 60e3, 110e3, 0.75, 0.85, 0.6)


def subsidised(**instalment: Any) -> dict[str, Any]:
    return {"subsidy": {"amount": "50 MUSD", "share": 0.2, "instalments": [{"share": 0.6, "at": instalment}]}}


@pytest.mark.parametrize(
    ("at", "month"),
    [
        ({"month": 2}, 2),
        ({"capital_spent": "90 MUSD"}, 4),
        ({"output": "10 GWh/yr"}, 6),
        ({"output": "10 GWh/yr", "month": 8}, 8),
        ({"output": "99 GWh/yr"}, None),
    ],
)
def test_subsidy_arrives_only_at_its_milestone(at: dict[str, Any], month: int | None) -> None:
    scenarios = certain(10, **subsidised(**at))
    # half paid with the order and half on acceptance in month 4; a GWh a month from month 4 on
    payments = [{"at": 0, "share": 0.5}, {"at": 1, "share": 0.5}]
    plant = operations(scenarios, good=[[0.0] * 4 + [1.0] * 6])
    terms = funding(equity="900 MUSD", payments=payments)
    books = keep_books(plant, [Investment("line", 100.0, 0, 4.0, 10.0)], FREE, scenarios, terms)
    expected = np.zeros(10)
    if month is not None:
        expected[month] = 0.6 * 0.2 * 100
    assert books.subsidy[0] == pytest.approx(expected)


def test_rounds_of_equity_are_paid_in_once_when_they_are_reached() -> None:
    scenarios = certain(6)
    rounds = [{"amount": "7 MUSD", "at": {"month": 3}}, {"amount": "9 MUSD", "at": {"output": "20 GWh/yr"}}]
    plant = operations(scenarios, good=[[0.0, 3.0, 3.0, 0.0, 3.0, 3.0]])
    books = keep_books(plant, [], FREE, scenarios, funding(equity="1 MUSD", rounds=rounds))
    assert books.equity[0] == pytest.approx([1, 0, 9, 7, 0, 0])


def peak(books: Books) -> float:
    return float(books.peak_funding_musd[0])


def test_what_a_plant_needs_and_brings_does_not_hang_on_who_pays() -> None:
    scenarios = certain(6, price=1.0, interest="12 %/yr")
    line = Investment("line", 100.0, 1, 0.0, 10.0)
    plant = operations(scenarios, good=[[0.0, 0.0, 20.0, 20.0, 20.0, 20.0]], engineers=1.0)
    rates = replace(FREE, engineer=12 * 5e6)
    owners = keep_books(plant, [line], rates, scenarios, funding(equity="500 MUSD"))
    loan = {**LOAN, "facility": "100 MUSD", "closes": 99}
    lenders = keep_books(plant, [line], rates, scenarios, funding(equity="12 MUSD", debt=loan))
    assert lenders.interest.sum() > 1
    assert owners.free_cash == pytest.approx(lenders.free_cash)
    assert peak(owners) == pytest.approx(110) == peak(lenders)
