"""Cash month by month: loans, interest, tax, covenants, runway, and insolvency when cash is gone.

All futures at once: arrays go over futures, and only the months are walked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimize.money.books import Books
from optimize.money.capital import MONTHS_PER_YEAR, NEVER, Flags, Floats, Investment
from optimize.money.funding import Debt, Funding
from optimize.money.trading import (
    HOURS_PER_YEAR,
    MUSD,
    QUARTER,
    WATTS_PER_GW,
    Operations,
    Rates,
    Trading,
    reached,
    trade,
)
from twin import Scenarios

# less than a cent is rounding, not insolvency [MUSD]
_CENT = 1e-8


def keep_books(
    plant: Operations,
    investments: Sequence[Investment],
    rates: Rates,
    scenarios: Scenarios,
    funding: Funding,
) -> Books:
    """Return the books of a plant in all futures.

    Each month the plant earns, pays what it builds, interest, tax and what is due to lenders; owners and state pay
    in what has been reached. When cash falls below its least the loan is drawn, as far as it goes. A plant whose
    cash is gone all the same is insolvent: from that month on it makes and sells nothing, its assets bring the
    declared shares of their book values, lenders are paid first and suppliers next.

    Args:
        plant: what it does, as if it were never insolvent.
        investments: what is built.
        rates: what running it costs.
        scenarios: the futures.
        funding: who pays, on which terms.

    Raises:
        InputError: plant, investments and futures have other shapes, or something is ordered after the horizon.
    """
    plant.check(scenarios)
    for one in investments:
        one.check(scenarios)
    trading = trade(plant, investments, rates, scenarios, funding)
    walk = _Walk(trading, scenarios, funding)
    for month in range(scenarios.months):
        walk.step(month)
    return walk.books(plant)


class _Walk:
    """The state that goes from month to month, and what is written down on the way."""

    def __init__(self, trading: Trading, scenarios: Scenarios, funding: Funding) -> None:
        self._trading, self._funding = trading, funding
        shape = trading.revenue.shape
        names = ("interest", "tax", "drawings", "repayments", "suppliers_paid", "recovered", "written_off")
        self._written = {name: np.zeros(shape) for name in (*names, "cash", "debt", "unpaid", "runway", "outflow")}
        self._cash, self._debt, self._drawn, self._losses, self._unpaid = (np.zeros(shape[0]) for _ in range(5))
        self._since = np.full(shape[0], NEVER, np.int64)
        self._earnings, self._tied = trading.earnings, trading.tied
        self._book = np.cumsum(trading.capital - trading.depreciation, axis=1)
        self._paid_in = trading.equity + trading.subsidy
        loan = funding.debt
        # without a loan all of this stays nothing
        self._limit = np.zeros(shape)
        self._monthly_interest = np.zeros(shape[0])
        if loan is not None:
            self._limit = _limit(loan, trading)
            self._monthly_interest = (1 + scenarios.interest + loan.margin) ** (1 / MONTHS_PER_YEAR) - 1

    def step(self, month: int) -> None:
        """Go through one month of all futures."""
        alive = self._since == NEVER
        earned, written = self._earnings[:, month], self._written
        interest = self._debt * self._monthly_interest
        due = self._due(month)
        profit = earned - self._trading.depreciation[:, month] - interest
        tax = self._funding.tax_rate * np.maximum(profit - self._losses, 0.0)
        tied = self._tied[:, month] - (self._tied[:, month - 1] if month else 0.0)
        outflow = self._trading.capital[:, month] + tied + interest + tax + due - earned
        before = self._cash + self._paid_in[:, month] - outflow
        headroom = np.where(alive, self._headroom(month), 0.0)
        draw = np.clip(self._funding.minimum_cash / MUSD - before, 0.0, headroom)
        dies = alive & (before + draw < -_CENT)
        goes_on = alive & ~dies
        for name, value in (("interest", interest), ("tax", tax), ("drawings", draw), ("repayments", due)):
            written[name][:, month] = np.where(goes_on, value, 0.0)
        self._losses = np.where(goes_on, np.maximum(self._losses - profit, 0.0), self._losses)
        self._cash = np.where(goes_on, before + draw, self._cash)
        self._debt = np.where(goes_on, self._debt + draw - due, self._debt)
        self._drawn = np.where(goes_on, self._drawn + draw, self._drawn)
        written["outflow"][:, month] = outflow
        self._wind_up(month, dies)
        self._since = np.where(dies, month, self._since)
        written["cash"][:, month], written["debt"][:, month] = self._cash, self._debt
        written["unpaid"][:, month] = self._unpaid
        lasts = self._cash + headroom - draw
        written["runway"][:, month] = np.where(goes_on, self._lasts(month, lasts), 0.0)

    def _due(self, month: int) -> Floats:
        """Return what is to be paid back: equal parts of all that was drawn, once no more can be."""
        loan = self._funding.debt
        if loan is None or month <= loan.closes:
            return np.zeros_like(self._debt)
        return np.minimum(self._debt, self._drawn / loan.repaid_over)

    def _headroom(self, month: int) -> Floats:
        """Return what can still be drawn: nothing while a covenant is not held."""
        loan = self._funding.debt
        if loan is None:
            return np.zeros_like(self._debt)
        left = np.maximum(self._limit[:, month] - self._drawn, 0.0)
        cover = loan.covenants.service_cover
        if cover and month >= loan.covenants.service_from:
            past = slice(max(month - MONTHS_PER_YEAR, 0), month)
            service = (self._written["interest"] + self._written["repayments"])[:, past].sum(axis=1)
            covered = self._earnings[:, past].sum(axis=1) >= cover * service
            left = np.where(covered | (service == 0), left, 0.0)
        return left

    def _lasts(self, month: int, money: Floats) -> Floats:
        """Return how long money lasts at the mean outflow of the last three months [month]."""
        past = slice(max(month - QUARTER + 1, 0), month + 1)
        outflow = self._written["outflow"][:, past].mean(axis=1)
        return np.asarray(np.divide(money, outflow, out=np.full_like(money, np.inf), where=outflow > 0))

    def _wind_up(self, month: int, dies: Flags) -> None:
        """Sell the assets of plants that have become insolvent and pay lenders first, suppliers next."""
        if not month or not dies.any():
            # nobody owns or owes anything before the first month
            return
        shares, trading = self._funding.winding_up, self._trading
        assets = (
            (shares.receivables, trading.receivables[:, month - 1]),
            (shares.stock, trading.inventory[:, month - 1]),
            (shares.plant, self._book[:, month - 1]),
        )
        value = sum((part for _, part in assets), np.zeros_like(self._cash))
        brings = sum((share * part for share, part in assets), np.zeros_like(self._cash))
        pot = self._cash + brings
        lenders = np.minimum(pot, self._debt)
        owed = trading.payables[:, month - 1]
        suppliers = np.minimum(pot - lenders, owed)
        written = self._written
        for name, found in (
            ("recovered", brings),
            ("written_off", value - brings),
            ("repayments", lenders),
            ("suppliers_paid", suppliers),
        ):
            written[name][:, month] = np.where(dies, found, written[name][:, month])
        self._cash = np.where(dies, pot - lenders - suppliers, self._cash)
        self._debt = np.where(dies, self._debt - lenders, self._debt)
        self._unpaid = np.where(dies, owed - suppliers, self._unpaid)

    def books(self, plant: Operations) -> Books:
        """Return the books, with nothing made or sold once a plant is insolvent."""
        trading, written = self._trading, self._written
        month = np.arange(trading.revenue.shape[1])
        alive = (self._since[:, None] == NEVER) | (month < self._since[:, None])
        flows = ("revenue", "materials", "scrapped", "recovery", "energy", "labour", "overhead", "penalties")
        others = ("depreciation", "capital", "equity", "subsidy", "receivables", "inventory")
        kept = {name: np.where(alive, getattr(trading, name), 0.0) for name in (*flows, *others)}
        chosen = ("interest", "tax", "drawings", "repayments", "suppliers_paid", "recovered", "written_off")
        return Books(
            **kept,
            **{name: written[name] for name in (*chosen, "cash", "debt", "runway")},
            plant=np.where(alive, self._book, 0.0),
            payables=np.where(alive, trading.payables, written["unpaid"]),
            insolvent_from=self._since,
            good=np.where(alive, plant.good + plant.grade_b, 0.0),
            grade_a=np.where(alive, plant.good, 0.0),
            discount_rate=self._funding.discount_rate,
            terminal=self._funding.terminal,
        )


def _limit(loan: Debt, trading: Trading) -> Floats:
    """Return what can be drawn in all by each month, for what was built, reached and made [MUSD]."""
    built = loan.share_of_capital * np.cumsum(trading.capital, axis=1)
    limit = np.minimum(loan.facility / MUSD, built)
    month = np.arange(limit.shape[1])
    least = loan.covenants.output / WATTS_PER_GW * HOURS_PER_YEAR
    held = (month < loan.covenants.output_from) | (trading.rate >= least)
    return np.where(reached(loan.opens, trading.capital, trading.rate) & held & (month <= loan.closes), limit, 0.0)
