"""Questions of growth with invented numbers, for tests and for measuring speed."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_dues import Dues
from optimize.growth.expansion_outlook import Deadline, Outlook
from optimize.growth.expansion_terms import OperatingPoint, Purse, Risk


def random_growth(seed: int) -> ExpansionData:
    """Return a small question of growth of every kind, few enough plans to try them all.

    In order or not, with a gap or not, one ramp or two, demand and price that may or may not allow to sell, payments
    before and after the start, something opened before, people, subsidy, interest that varies, cost that is spared or
    not, tax, working capital, one buyer or several with penalties and deadlines; no limit on risk.
    """
    luck = np.random.default_rng(seed)
    quarters, lines, futures, ramps, buyers = (
        int(luck.integers(*span)) for span in ((2, 4), (1, 4), (2, 6), (1, 3), (1, 4))
    )
    sales = (buyers, futures, quarters)
    spared = float(luck.choice([0.0, 20.0]))
    shape = (ramps, lines, quarters)
    outlook = Outlook(
        price=luck.uniform(10, 120, sales),
        demand=luck.uniform(0, 2.5, sales) * luck.choice([0, 1, 4], sales, p=[0.1, 0.6, 0.3]) / buyers,
        penalty=luck.uniform(0, 12, sales) * (luck.random() < 0.5),
        deadlines=tuple(_random_deadline(luck, quarters) for _ in range(buyers)),
        probability=luck.dirichlet(np.full(futures, 3.0)) if luck.random() < 0.5 else np.full(futures, 1 / futures),
        material=luck.uniform(0.7, 1.4, (futures, quarters)),
        capital=luck.uniform(0.9, 1.4, futures),
        subsidy=luck.uniform(0, 1.5, futures),
        ramp=luck.integers(0, ramps, futures),
    )
    in_order = bool(luck.random() < 0.6)
    options = {
        name: _random_point(luck, shape, spared, in_order and luck.random() < 0.4)
        for name in ("plain", "controlled", "manned")[: luck.integers(1, 4)]
    }
    return ExpansionData(
        quarters=quarters,
        options=options,
        outlook=outlook,
        purse=Purse(
            cash=float(luck.uniform(0, 120)),
            funds=luck.uniform(0, 20, quarters),
            debt_limit=luck.uniform(0, 60, quarters),
            interest=luck.uniform(0, 0.6, (futures, quarters)),
            discount=float(luck.uniform(0, 0.1)),
            salvage=luck.uniform(0, 1.0, quarters),
        ),
        most_lines=lines,
        gap=int(luck.integers(0, 2)),
        in_order=in_order,
        spared=spared,
        dues=_random_dues(luck),
    )


def _random_deadline(luck: Any, quarters: int) -> Deadline | None:
    """Return a deadline within the horizon, or none."""
    if luck.random() < 0.5:
        return None
    quarter = int(luck.integers(0, quarters - 1))
    return Deadline(quarter, float(luck.uniform(0.1, 1.0)), int(luck.integers(quarter + 1, quarters)))


def _random_dues(luck: Any) -> Dues:
    """Return tax and working capital, each of them in half of the questions."""
    there = luck.random(5) < 0.5
    lags = luck.uniform(0, 1.6, 3) * there[:3]
    return Dues(
        tax=float(luck.uniform(0.1, 0.6) * there[3]),
        life=float(luck.uniform(1, 8)) if there[4] else inf,
        overhead=float(luck.uniform(0, 1)),
        receivables=float(lags[0]),
        inventory=float(lags[1]),
        payables=float(lags[2]),
        terminal=float(luck.uniform(0, 1.5)),
    )


def _random_point(luck: Any, shape: tuple[int, ...], spared: float, opens: bool) -> OperatingPoint:
    good = np.cumsum(luck.uniform(0, 0.8, shape), axis=2)
    _, lines, quarters = shape
    lead = int(luck.integers(0, 2))
    payments = luck.dirichlet(np.ones(lead + luck.integers(1, 3)))
    starts = [tuple(t for t in range(lead, quarters) if luck.random() < 0.85) for _ in range(lines)]
    return OperatingPoint(
        good=good,
        variable=spared * good + luck.uniform(0, 30, shape),
        capital=luck.uniform(10, 60, lines),
        starts=tuple(starts),
        payments=tuple(float(share) for share in payments / payments.sum()),
        lead=lead,
        fixed=luck.uniform(0, 6, quarters),
        staff=luck.uniform(0, 4, (lines, quarters)),
        subsidy=luck.uniform(0, 20, (lines, quarters)) * (luck.random((lines, quarters)) < 0.2),
        opening=luck.uniform(0, 8, quarters) * (np.arange(quarters) < luck.integers(1, quarters + 1)) * opens,
        upkeep=luck.uniform(-2, 3, quarters) * opens,
    )


def large_growth(futures: int, seed: int = 0, ramps: int = 1) -> ExpansionData:
    """Return a question of real size: 20 quarters, 4 lines of 2.5 GWh a quarter, 6 ways to run them.

    Control and engineers make a line ripen sooner and scrap less, and cost money. Prices fall and wander, and money
    lasts for one line or two.

    Args:
        futures: how many.
        seed: of all numbers.
        ramps: how many simulated ramps each option has.
    """
    luck = np.random.default_rng(seed)
    quarters, lines = 20, 4
    age, t = np.arange(quarters), np.arange(quarters)
    options = {}
    for engineers in (4, 12, 30):
        for control in (0, 1):
            pace = 0.28 + 0.006 * engineers**0.7 + 0.04 * control
            ripe = 1 / (1 + np.exp(-pace * 4 * (age - 1.2 / pace)))
            first_pass = 0.93 + 0.015 * control
            luckily = luck.uniform(0.8, 1.1, (ramps, 1, 1))
            good = (
                luckily * 2.5 * first_pass * np.stack([np.minimum(ripe * (1 + 0.1 * line), 1) for line in range(lines)])
            )
            started = 2.5 * np.minimum(0.25 + 0.75 * ripe, 1.0)
            options[f"{engineers} engineers, {'gauges inline' if control else 'gauges at the end'}"] = OperatingPoint(
                good=good,
                variable=np.broadcast_to(started * 55.0, (lines, quarters)),
                capital=np.full(lines, 320.0 + 25.0 * control) * np.array([1.2, 1.0, 0.95, 0.95]),
                starts=tuple(tuple(range(4, quarters - 2)) for _ in range(lines)),
                payments=(0.3, 0.2, 0.2, 0.2, 0.1),
                lead=4,
                fixed=np.full(quarters, 3.0 + engineers * 0.035),
                staff=np.full((lines, quarters), 7.0),
            )
    walk = np.cumsum(luck.normal(0, 0.025, (futures, quarters)), axis=1)
    return ExpansionData(
        quarters=quarters,
        options=options,
        outlook=Outlook(
            price=96 * np.exp(walk - 0.004 * t),
            demand=luck.uniform(5, 11, (futures, 1)) * np.minimum(1, 0.15 * t),
            probability=np.full(futures, 1 / futures),
            material=np.exp(0.5 * walk + luck.normal(0, 0.03, (futures, quarters))),
            capital=luck.lognormal(0.05, 0.12, futures),
            ramp=luck.integers(0, ramps, futures),
        ),
        purse=Purse(
            cash=550.0,
            debt_limit=np.full(quarters, 450.0),
            interest=np.full(quarters, 0.02),
            discount=0.025,
            salvage=np.maximum(0.9 - 0.04 * age, 0),
        ),
        risk=Risk(insolvency=0.1),
        most_lines=lines,
        least_lines=1,
        gap=1,
    )
