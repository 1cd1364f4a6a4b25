"""Present value, rate of return and chance of insolvency, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from paper_books import FREE, certain, funding, operations
from scipy.stats import binomtest

from optimize.money.capital import Investment
from optimize.money.finance import keep_books
from optimize.money.trading import Rates
from optimize.money.worth import insolvency_probability, irr, npv


def test_an_annuity_is_worth_its_closed_form() -> None:
    rate, months = 0.08, 120
    v = (1 + rate) ** (-1 / 12)
    flows = np.stack([np.full(months, 3.0), 3.0 * 1.005 ** np.arange(months)])
    growing = v * 1.005
    expected = [3 * (1 - v**months) / (1 - v), 3 * (1 - growing**months) / (1 - growing)]
    assert npv(flows, rate) == pytest.approx(expected)


def test_an_annuity_bought_at_its_price_returns_its_rate() -> None:
    rates = np.array([-0.3, -0.02, 0.0, 0.07, 0.4, 3.0])
    month = np.arange(1, 181)
    flows = 2.0 * np.ones((len(rates), 181))
    flows[:, 0] = -2 * ((1 + rates[:, None]) ** (-month / 12)).sum(axis=1)
    assert irr(flows) == pytest.approx(rates, abs=1e-9)


def test_money_doubled_in_a_year_returns_all_of_it() -> None:
    flows = np.zeros((2, 25))
    flows[:, 0], flows[0, 12], flows[1, 24] = -5.0, 10.0, 20.0
    assert irr(flows) == pytest.approx([1.0, 1.0])


def test_flows_of_one_sign_have_no_rate_of_return() -> None:
    assert np.all(np.isnan(irr([[-1.0, -2.0, -3.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])))


def test_a_plant_that_is_an_annuity_is_worth_one_and_returns_its_rate() -> None:
    months = 121
    scenarios = certain(months, price=2.0)
    good = np.ones((1, months))
    good[0, 0] = 0.0
    v = 1.15 ** (-1 / 12)
    price = 2 * v * (1 - v**120) / (1 - v)
    plant = operations(scenarios, good=good)
    terms = funding(equity=f"{price + 1} MUSD", discount_rate="10 %/yr")
    books = keep_books(plant, [Investment("line", price, 0, 0.0, 10.0)], FREE, scenarios, terms)
    assert books.irr == pytest.approx([0.15], abs=1e-9)
    u = 1.10 ** (-1 / 12)
    assert books.npv_musd == pytest.approx([-price + 2 * u * (1 - u**120) / (1 - u)])


def ruined_by(months: int, units: int, chance: float) -> float:
    """Return the chance that a walk of unit steps from some units is below nothing within some months."""
    held = np.zeros(units + months + 2)
    held[units] = 1.0
    ruined = 0.0
    for _ in range(months):
        ruined += (1 - chance) * held[0]
        up, down = np.roll(chance * held, 1), np.roll((1 - chance) * held, -1)
        up[0] = down[-1] = 0.0
        held = up + down
    return ruined


def test_the_chance_of_ruin_within_months_tends_to_the_gamblers() -> None:
    assert ruined_by(4000, 5, 0.6) == pytest.approx((0.4 / 0.6) ** 6, rel=1e-6)
    # reflection: a fair walk from 3 is ruined within 9 steps when it ends below -1, or mirrored
    ends = [math.comb(9, up) / 2**9 for up in range(10)]
    paths = sum(chance * (1 if 3 + 2 * up - 9 <= -1 else 0) for up, chance in enumerate(ends))
    mirrored = sum(chance * (1 if 3 + 2 * up - 9 < -1 else 0) for up, chance in enumerate(ends))
    assert ruined_by(9, 3, 0.5) == pytest.approx(paths + mirrored)


@pytest.mark.parametrize(("chance", "units", "months"), [(0.6, 5, 120), (0.5, 8, 60), (0.45, 3, 24)])
def test_insolvency_is_the_ruin_of_a_random_walk(chance: float, units: int, months: int) -> None:
    count = 4000
    scenarios = certain(months, price=1.0, count=count)
    # each month 2 or nothing is sold, and 1 is paid
    good = 2.0 * (np.random.default_rng(11).random((count, months)) < chance)
    pay = Rates(0.0, 0.0, 0.0, 12e6, 0.0, 0.0, 0.0, 0.0)
    books = keep_books(operations(scenarios, good=good, staff=1.0), [], pay, scenarios, funding(equity=f"{units} MUSD"))
    # by chance the interval misses less often than once in a thousand seeds
    found = insolvency_probability(books.insolvent, confidence=0.999)
    assert found["low"] < ruined_by(months, units, chance) < found["high"]
    walk = units + np.cumsum(good - 1.0, axis=1)
    assert np.array_equal(books.insolvent, (walk < 0).any(axis=1))
    assert np.array_equal(books.insolvent_from[books.insolvent], (walk < 0).argmax(axis=1)[books.insolvent])


@pytest.mark.parametrize("hits", [0, 1, 17, 50])
def test_the_interval_of_a_share_is_the_exact_one(hits: int) -> None:
    exact = binomtest(hits, 50).proportion_ci(0.95, method="exact")
    found = insolvency_probability(np.arange(50) < hits)
    assert (found["mean"], found["low"], found["high"]) == pytest.approx((hits / 50, exact.low, exact.high))
