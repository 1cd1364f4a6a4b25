"""What a plant earns and ties up month by month as long as it is solvent: no cash, no loans, no tax yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimize.money.capital import MONTHS_PER_YEAR, Flags, Floats, Investment, depreciation, planned, spent, standing
from optimize.money.funding import Funding
from optimize.money.sales import Sales, sell
from twin import InputError, Milestone, Scenarios

MUSD = 1e6
DAYS_PER_MONTH = 365 / 12
HOURS_PER_YEAR = 8760
WATTS_PER_GW = 1e9
# months over which a rate of output is looked at
QUARTER = 3


@dataclass(frozen=True)
class Rates:
    """What running a plant costs, at the prices of its price list.

    Attributes:
        materials: bought for what is started [USD/kWh].
        recovery: share of it that scrapped material brings back [-].
        energy: electricity and gas that come with throughput [USD/kWh started].
        person: pay of one person in the plant [USD/yr].
        engineer: pay of one engineer [USD/yr].
        overhead_on_labour: variable and general overhead [-].
        overhead_on_depreciation: the same on depreciation, with research [-].
        grade_b: price of grade B relative to grade A's on the spot market [-].
    """

    materials: float
    recovery: float
    energy: float
    person: float
    engineer: float
    overhead_on_labour: float
    overhead_on_depreciation: float
    grade_b: float


@dataclass(frozen=True)
class Operations:
    """What a plant does, month by month. Shape (futures, months) each.

    Attributes:
        started: cells begun [GWh].
        good: grade A made [GWh].
        grade_b: grade B made [GWh].
        staff: people paid, from before there is output [person].
        engineers: paid [person].
        scrapped: lost [GWh]; None for what was started and did not come out as either grade in the same month.
    """

    started: Floats
    good: Floats
    grade_b: Floats
    staff: Floats
    engineers: Floats
    scrapped: Floats | None = None

    @property
    def lost(self) -> Floats:
        """What was lost [GWh]. Shape (futures, months)."""
        if self.scrapped is not None:
            return self.scrapped
        return np.maximum(self.started - self.good - self.grade_b, 0.0)

    def check(self, scenarios: Scenarios) -> None:
        """Refuse what does not fit the futures.

        Raises:
            InputError: another shape, a negative or missing number, or more made than was ever started.
        """
        wanted = (scenarios.count, scenarios.months)
        for name in ("started", "good", "grade_b", "staff", "engineers", "lost"):
            found = getattr(self, name)
            if found.shape != wanted:
                text = f"expected {wanted} as in the futures: (futures, months)"
                raise InputError(f"'{name}' of the plant has shape {found.shape}, {text}")
            if not np.all(found >= 0):
                raise InputError(f"'{name}' of the plant holds {np.min(found):g}, expected numbers of at least 0")
        made = np.cumsum(self.good + self.grade_b, axis=1)
        if np.any(made > np.cumsum(self.started, axis=1) + 1e-9):
            raise InputError("the plant makes more cells than it has started, expected no more; are months shifted?")


@dataclass(frozen=True)
class Trading:
    """What a plant earns and ties up while it is solvent [MUSD]. Shape (futures, months) each.

    Attributes:
        sales: what is sold.
        revenue: of both grades.
        penalties: for what was not delivered.
        materials: used.
        scrapped: of them, in what was lost.
        recovery: what scrap brings.
        energy: with standing costs.
        labour: of staff and engineers.
        overhead: on labour and depreciation.
        depreciation: written down.
        capital: paid for the plant.
        receivables: owed by customers at the end of the month.
        inventory: material in stock and in process at the end of the month.
        payables: owed to suppliers at the end of the month.
        equity: that owners pay in.
        subsidy: that the state pays.
        rate: grade A made in the last three months [GWh/yr].
    """

    sales: Sales
    revenue: Floats
    penalties: Floats
    materials: Floats
    scrapped: Floats
    recovery: Floats
    energy: Floats
    labour: Floats
    overhead: Floats
    depreciation: Floats
    capital: Floats
    receivables: Floats
    inventory: Floats
    payables: Floats
    equity: Floats
    subsidy: Floats
    rate: Floats

    @property
    def earnings(self) -> Floats:
        """Before interest, tax and depreciation."""
        costs = self.materials + self.energy + self.labour + self.overhead + self.penalties
        return self.revenue + self.recovery - costs

    @property
    def tied(self) -> Floats:
        """Working capital at the end of the month."""
        return self.receivables + self.inventory - self.payables


def trade(
    plant: Operations,
    investments: Sequence[Investment],
    rates: Rates,
    scenarios: Scenarios,
    funding: Funding,
) -> Trading:
    """Return what a plant earns and ties up in each future, as if its bills were always paid.

    Args:
        plant: what it does.
        investments: what is built.
        rates: what running it costs.
        scenarios: the futures.
        funding: terms of payment.
    """
    sales = sell(plant.good, plant.grade_b, scenarios, rates.grade_b)
    # GWh times USD/kWh are MUSD
    price = rates.materials * scenarios.material_price
    materials, scrapped = plant.started * price, plant.lost * price
    energy = (plant.started * rates.energy + standing(investments, scenarios)) * scenarios.energy_price
    labour = (plant.staff * rates.person + plant.engineers * rates.engineer) / MUSD / MONTHS_PER_YEAR
    written, capital = depreciation(investments, scenarios), spent(investments, funding.payments, scenarios)
    rate = yearly_rate(plant.good)
    return Trading(
        sales=sales,
        revenue=sales.revenue,
        penalties=sales.penalties,
        materials=materials,
        scrapped=scrapped,
        recovery=scrapped * rates.recovery,
        energy=energy,
        labour=labour,
        overhead=rates.overhead_on_labour * labour + rates.overhead_on_depreciation * written,
        depreciation=written,
        capital=capital,
        receivables=outstanding(sales.revenue, funding.receivables),
        inventory=outstanding(materials, funding.inventory),
        payables=outstanding(materials + energy, funding.payables),
        equity=_equity(funding, capital, rate),
        subsidy=_subsidy(scenarios, planned(investments, scenarios), capital, rate),
        rate=rate,
    )


def yearly_rate(made: Floats) -> Floats:
    """Return what was made in the last three months as a yearly rate [GWh/yr]. Shape (futures, months)."""
    total = np.cumsum(made, axis=1)
    before = np.zeros_like(total)
    before[:, QUARTER:] = total[:, :-QUARTER]
    return (total - before) * MONTHS_PER_YEAR / QUARTER


def outstanding(flow: Floats, days: float) -> Floats:
    """Return what of a flow is not yet settled at the end of each month, when that takes some days.

    The flow is even within a month, so ``days`` of 45 leave all of the last month and some half of the one before.
    """
    left = np.zeros_like(flow)
    months = days / DAYS_PER_MONTH
    for back in range(min(int(np.ceil(months)), flow.shape[1])):
        left[:, back:] += min(months - back, 1.0) * flow[:, : flow.shape[1] - back]
    return left


def reached(milestone: Milestone, capital: Floats, rate: Floats) -> Flags:
    """Return from when on a milestone is reached, for good. Shape (futures, months), of booleans."""
    now = (
        (np.arange(capital.shape[1]) >= milestone.month)
        & (np.cumsum(capital, axis=1) >= milestone.capital_spent / MUSD)
        & (rate >= milestone.output / WATTS_PER_GW * HOURS_PER_YEAR)
    )
    return np.logical_or.accumulate(now, axis=1)


def once(milestone: Milestone, capital: Floats, rate: Floats) -> Flags:
    """Return the month in which a milestone is reached as the only true one. Shape (futures, months)."""
    there = reached(milestone, capital, rate)
    there[:, 1:] &= ~there[:, :-1].copy()
    return there


def _equity(funding: Funding, capital: Floats, rate: Floats) -> Floats:
    paid = np.zeros_like(capital)
    paid[:, 0] = funding.equity / MUSD
    for one in funding.rounds:
        paid += one.amount / MUSD * once(one.at, capital, rate)
    return paid


def _subsidy(scenarios: Scenarios, ordered: Floats, capital: Floats, rate: Floats) -> Floats:
    """Return each instalment in the month of its milestone, measured by what was ordered by then."""
    paid = np.zeros_like(capital)
    granted = np.minimum(scenarios.subsidy[:, None], scenarios.subsidy_share[:, None] * ordered)
    for one in scenarios.instalments:
        paid += one.share * granted * once(one.at, capital, rate)
    return paid
