"""What is built: when it is ordered, paid for and accepted, and how its cost is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.money.funding import Payment
from twin import InputError, Scenarios

Floats = NDArray[np.float64]
Months = NDArray[np.int64]
Flags = NDArray[np.bool_]

MONTHS_PER_YEAR = 12
NEVER = -1
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Investment:
    """A line, a building or anything else that is bought in parts before it can be used.

    Attributes:
        name: for errors.
        cost: as planned [MUSD].
        ordered: month of the order; where futures differ, of each, or NEVER. Shape (futures,).
        lead: from order to acceptance as planned [month].
        life: over which it is written down [yr].
        standing: energy that it draws from acceptance on whatever is made [MUSD/yr].
    """

    name: str
    cost: float
    ordered: int | Months
    lead: float
    life: float
    standing: float = 0.0

    def __post_init__(self) -> None:
        for what, wrong in (
            (f"costs {self.cost:g} MUSD", self.cost < 0),
            (f"has a lead time of {self.lead:g} months", self.lead < 0),
            (f"is written down in {self.life:g} years", self.life <= 0),
            (f"has standing costs of {self.standing:g} MUSD/yr", self.standing < 0),
        ):
            if wrong:
                raise InputError(f"'{self.name}' {what}, expected no less than nothing; check the schedule")

    def check(self, scenarios: Scenarios) -> None:
        """Refuse what does not fit the futures.

        Raises:
            InputError: an order before the first month or after the last one, or not one for each future.
        """
        orders = np.asarray(self.ordered)
        if orders.shape not in ((), (scenarios.count,)):
            raise InputError(f"'{self.name}' has orders for {orders.size} futures, expected {scenarios.count}")
        wrong = orders[(orders != NEVER) & ((orders < 0) | (orders >= scenarios.months))]
        if wrong.size:
            text = f"expected an order within the horizon of {scenarios.months} months; drop it or look further"
            raise InputError(f"'{self.name}' is ordered in month {wrong.flat[0]}, {text}")

    def orders(self, scenarios: Scenarios) -> Months:
        """Return the month of the order; for NEVER one after the last. Shape (futures,)."""
        orders = np.broadcast_to(np.asarray(self.ordered, np.int64), (scenarios.count,))
        return np.asarray(np.where(orders == NEVER, scenarios.months, orders))


def accepted(one: Investment, scenarios: Scenarios) -> Months:
    """Return the month in which something is accepted, with the futures' delay. Shape (futures,)."""
    return _after(one, scenarios, 1.0)


def _after(one: Investment, scenarios: Scenarios, share: float) -> Months:
    """Return the month after a share of the time from order to acceptance. Shape (futures,)."""
    # a delay that is a hair above whole months by rounding is no month more
    wait = np.ceil(share * (one.lead + scenarios.equipment_delay) - _ROUNDING).astype(np.int64)
    return np.asarray(one.orders(scenarios) + wait)


def spent(investments: Sequence[Investment], payments: Sequence[Payment], scenarios: Scenarios) -> Floats:
    """Return what is paid for the plant, with overrun and delay [MUSD]. Shape (futures, months)."""
    paid = np.zeros((scenarios.count, scenarios.months))
    for one in investments:
        for payment in payments:
            due = _after(one, scenarios, payment.at)
            there = np.nonzero(due < scenarios.months)[0]
            # each future has one month, so no place is met twice
            paid[there, due[there]] += payment.share * one.cost * (1 + scenarios.construction_overrun[there])
    return paid


def planned(investments: Sequence[Investment], scenarios: Scenarios) -> Floats:
    """Return the planned capital of all that was ordered so far [MUSD]. Shape (futures, months)."""
    ordered = np.zeros((scenarios.count, scenarios.months))
    for one in investments:
        ordered += one.cost * (np.arange(scenarios.months) >= one.orders(scenarios)[:, None])
    return ordered


def depreciation(investments: Sequence[Investment], scenarios: Scenarios) -> Floats:
    """Return what is written down, in equal parts from the month after acceptance [MUSD]. Shape (futures, months)."""
    month = np.arange(scenarios.months)
    written = np.zeros((scenarios.count, scenarios.months))
    for one in investments:
        cost = one.cost * (1 + scenarios.construction_overrun)
        since = month - accepted(one, scenarios)[:, None]
        # of its last month it may take only a part
        share = np.clip(one.life * MONTHS_PER_YEAR - (since - 1), 0.0, 1.0) * (since > 0)
        written += cost[:, None] * share / (one.life * MONTHS_PER_YEAR)
    return written


def standing(investments: Sequence[Investment], scenarios: Scenarios) -> Floats:
    """Return standing costs of all that was accepted [MUSD]. Shape (futures, months)."""
    month = np.arange(scenarios.months)
    costs = np.zeros((scenarios.count, scenarios.months))
    for one in investments:
        costs += (month >= accepted(one, scenarios)[:, None]) * (one.standing / MONTHS_PER_YEAR)
    return costs


def staffed(one: Investment, people: float, ahead: float, scenarios: Scenarios) -> Floats:
    """Return the people of something built, hired some months before its acceptance [-]. Shape (futures, months)."""
    month = np.arange(scenarios.months)
    hired = accepted(one, scenarios)[:, None] - ahead
    # nobody is hired for what is not ordered within the horizon
    bought = one.orders(scenarios)[:, None] < scenarios.months
    return people * np.asarray((month >= hired) & bought, np.float64)
