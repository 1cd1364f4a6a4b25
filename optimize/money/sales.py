"""What is sold of what is made: contracts in their order, then the spot market; penalties and cancellations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimize.money.capital import NEVER, Floats, Months
from twin import Scenarios


@dataclass(frozen=True)
class Sales:
    """What is sold.

    Attributes:
        contract: grade A delivered under contracts [GWh]. Shape (futures, months).
        spot: grade A sold without one [GWh]. Shape (futures, months).
        unsold: grade A in the warehouse at the end of the month [GWh]. Shape (futures, months).
        short: called off and not delivered [GWh]. Shape (futures, months).
        revenue: of both grades [MUSD]. Shape (futures, months).
        penalties: for what was not delivered [MUSD]. Shape (futures, months).
        cancelled: month in which each contract is cancelled, or NEVER. Shape (contracts, futures).
    """

    contract: Floats
    spot: Floats
    unsold: Floats
    short: Floats
    revenue: Floats
    penalties: Floats
    cancelled: Months


def sell(good: Floats, grade_b: Floats, scenarios: Scenarios, grade_b_price: float) -> Sales:
    """Sell what a plant makes, each month.

    Contracts are served in their order from what is made and in the warehouse, the rest goes to the spot market up
    to its demand, and what is left waits in the warehouse. What is not delivered in its month costs a penalty and is
    not made up for. A contract that is late longer than its customer bears is cancelled. Grade B sells at once.

    Args:
        good: grade A made [GWh]. Shape (futures, months).
        grade_b: grade B made [GWh]. Shape (futures, months).
        scenarios: prices and contracts.
        grade_b_price: relative to the spot price [-].
    """
    shape = good.shape
    sold = {name: np.zeros(shape) for name in ("contract", "spot", "unsold", "short", "revenue", "penalties")}
    late = np.zeros((len(scenarios.contracts), shape[0]), np.int64)
    cancelled = np.full_like(late, NEVER)
    stock = np.zeros(shape[0])
    for month in range(shape[1]):
        stock = stock + good[:, month]
        for place, terms in enumerate(scenarios.contracts):
            call = np.where(cancelled[place] == NEVER, scenarios.called[place, :, month], 0.0)
            delivered = np.minimum(stock, call)
            stock = stock - delivered
            price = scenarios.cell_price[:, month] if terms.price is None else terms.price
            sold["contract"][:, month] += delivered
            sold["short"][:, month] += call - delivered
            # GWh times USD/kWh are MUSD
            sold["revenue"][:, month] += delivered * price
            sold["penalties"][:, month] += (call - delivered) * terms.penalty
            behind = delivered < terms.late_below * call
            late[place] = np.where(call > 0, np.where(behind, late[place] + 1, 0), late[place])
            cancelled[place] = np.where(
                (late[place] > terms.cancel_after) & (cancelled[place] == NEVER), month, cancelled[place]
            )
        spot = np.minimum(stock, scenarios.spot_demand[:, month])
        stock = stock - spot
        sold["spot"][:, month] = spot
        sold["unsold"][:, month] = stock
        sold["revenue"][:, month] += (spot + grade_b_price * grade_b[:, month]) * scenarios.spot_price[:, month]
    return Sales(**sold, cancelled=cancelled)
