"""The books of a plant: every month of every future, and the balance that they must close to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimize.money.capital import MONTHS_PER_YEAR, NEVER, Flags, Floats, Months


@dataclass(frozen=True)
class Books:
    """Money of a plant [MUSD]. Shape (futures, months) where nothing else is said.

    Flows of a month:

    Attributes:
        revenue: of both grades.
        materials: used.
        scrapped: of them, in what was lost; no flow of its own.
        recovery: what scrap brings.
        energy: with standing costs.
        labour: of staff and engineers.
        overhead: on labour and depreciation.
        penalties: for what contracts called off and did not get.
        depreciation: written down.
        interest: paid.
        tax: paid.
        capital: paid for the plant.
        equity: paid in by owners.
        subsidy: paid by the state.
        drawings: lent.
        repayments: paid back, also at winding up.
        suppliers_paid: to suppliers at winding up.
        recovered: what the assets of an insolvent plant bring.
        written_off: what of their book value is lost.
        cash: at the end of the month, as are those that follow.
        receivables: owed by customers.
        inventory: material in stock and in process.
        plant: book value of what is built and being built.
        debt: owed to lenders.
        payables: owed to suppliers.
        runway: months that cash and undrawn loan last at the net outflow of the last three; infinite for none [month].
        insolvent_from: first month whose bills could not be paid, or NEVER. Shape (futures,).
        good: cells made until then, both grades [GWh].
        grade_a: of them grade A [GWh].
        discount_rate: of the net present value [1/yr].
        terminal: value at the end of the horizon relative to the books [-].
    """

    revenue: Floats
    materials: Floats
    scrapped: Floats
    recovery: Floats
    energy: Floats
    labour: Floats
    overhead: Floats
    penalties: Floats
    depreciation: Floats
    interest: Floats
    tax: Floats
    capital: Floats
    equity: Floats
    subsidy: Floats
    drawings: Floats
    repayments: Floats
    suppliers_paid: Floats
    recovered: Floats
    written_off: Floats
    cash: Floats
    receivables: Floats
    inventory: Floats
    plant: Floats
    debt: Floats
    payables: Floats
    runway: Floats
    insolvent_from: Months
    good: Floats
    grade_a: Floats
    discount_rate: float
    terminal: float

    @property
    def insolvent(self) -> Flags:
        """Whether a future ends in insolvency within the horizon. Shape (futures,), of booleans."""
        return np.asarray(self.insolvent_from != NEVER)

    @property
    def alive(self) -> Flags:
        """Whether the bills of a month were paid, and those of all before. Shape (futures, months), of booleans."""
        months = np.arange(self.good.shape[1])
        return np.asarray((self.insolvent_from[:, None] == NEVER) | (months < self.insolvent_from[:, None]))

    @property
    def scrap(self) -> Floats:
        """Material in what was lost, less what it brings back [MUSD]. Shape (futures, months)."""
        return self.scrapped - self.recovery

    @property
    def working_capital(self) -> Floats:
        """At the end of the month [MUSD]. Shape (futures, months)."""
        return self.receivables + self.inventory - self.payables

    @cached_property
    def retained(self) -> Floats:
        """Profit kept since the beginning [MUSD]. Shape (futures, months)."""
        spent = self.materials + self.energy + self.labour + self.overhead + self.penalties
        lost = self.depreciation + self.interest + self.tax + self.written_off
        return np.cumsum(self.revenue + self.recovery - spent - lost, axis=1)

    @property
    def imbalance(self) -> Floats:
        """What is owned less what is owed, less what owners, state and profit have put in; nothing [MUSD]."""
        owned = self.cash + self.receivables + self.inventory + self.plant
        put_in = np.cumsum(self.equity + self.subsidy, axis=1) + self.retained
        return owned - self.debt - self.payables - put_in

    @cached_property
    def free_cash(self) -> Floats:
        """What the plant brings its owners and lenders together, without what they put in [MUSD].

        After tax and with the subsidy; at the end of the horizon with its terminal value. Shape (futures, months).
        """
        change = np.diff(self.cash, axis=1, prepend=0.0)
        free = change - self.equity - self.drawings + self.interest + self.repayments
        last = self.plant[:, -1] + self.receivables[:, -1] + self.inventory[:, -1] - self.payables[:, -1]
        # what an insolvent plant still owes is lost to suppliers, not to its owners
        free[:, -1] += np.where(self.insolvent, 0.0, self.terminal * last)
        return free

    @property
    def costs(self) -> Floats:
        """Of what is made, with depreciation, without interest, penalties and tax [MUSD]."""
        cash = self.materials - self.recovery + self.energy + self.labour + self.overhead
        return cash + self.depreciation

    @property
    def cost_usd_per_kwh(self) -> Floats:
        """Of a good kWh by month, grade B counted as good; NaN where none is made. Shape (futures, months)."""
        return _ratio(self.costs, self.good)

    @property
    def cost_usd_per_kwh_by_year(self) -> Floats:
        """Of a good kWh by year; NaN where none is made. Shape (futures, years)."""
        return _ratio(by_year(self.costs), by_year(self.good))

    @property
    def revenue_usd_per_kwh_by_year(self) -> Floats:
        """What a good kWh brings by year; NaN where none is made. Shape (futures, years)."""
        return _ratio(by_year(self.revenue), by_year(self.good))

    @property
    def peak_funding_musd(self) -> Floats:
        """The most that owners and lenders had to have in at once, with interest. Shape (futures,)."""
        needed = np.cumsum(np.diff(self.cash, axis=1, prepend=0.0) - self.equity - self.drawings + self.repayments, 1)
        return np.asarray(np.maximum(-needed.min(axis=1), 0.0))

    @property
    def recovered_musd(self) -> Floats:
        """What the assets of an insolvent plant bring. Shape (futures,)."""
        return np.asarray(self.recovered.sum(axis=1))

    @property
    def lost_musd(self) -> Floats:
        """What owners and lenders of an insolvent plant do not get back. Shape (futures,)."""
        put_in = (self.equity + self.drawings - self.repayments).sum(axis=1)
        return np.asarray(np.where(self.insolvent, np.maximum(put_in - self.cash[:, -1], 0.0), 0.0))

    @cached_property
    def npv_musd(self) -> Floats:
        """Net present value of the free cash. Shape (futures,)."""
        from optimize.money.worth import npv

        return npv(self.free_cash, self.discount_rate)

    @cached_property
    def irr(self) -> Floats:
        """Internal rate of return of the free cash [1/yr]; NaN where there is none. Shape (futures,)."""
        from optimize.money.worth import irr

        return irr(self.free_cash)


def by_year(monthly: Floats) -> Floats:
    """Return the sums of years, the last one perhaps unfinished. Shape (futures, years)."""
    return np.asarray(np.add.reduceat(monthly, np.arange(0, monthly.shape[1], MONTHS_PER_YEAR), axis=1))


def _ratio(costs: Floats, made: Floats) -> Floats:
    """Return MUSD over GWh [USD/kWh], NaN for nothing made."""
    return np.asarray(np.divide(costs, made, out=np.full_like(costs, np.nan), where=made > 0))
