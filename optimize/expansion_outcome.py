"""What a plan of growth brings in each future, worked out from its numbers: sales, cash, debt, insolvency, value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.expansion_data import ExpansionData, Start
from optimize.expansion_terms import Floats, Risk

# less than a thousand dollars is a solver's rounding, not insolvency [MUSD]
_ROUNDING = 1e-3
# of sums of probabilities [-]
_SHARE = 1e-9


@dataclass(frozen=True)
class Outcome:
    """What a plan brings.

    Attributes:
        sold: cells [GWh per quarter]. Shape (futures, quarters).
        flow: money that comes in, without loans and what owners pay in [MUSD per quarter]. Shape (futures, quarters).
        cash: at the end of each quarter [MUSD]. Shape (futures, quarters).
        debt: at the end of each quarter; an insolvent plant goes on borrowing [MUSD]. Shape (futures, quarters).
        headroom: lowest sum of cash and what may still be drawn [MUSD]. Shape (futures,).
        insolvent: whether debt is ever above its limit. Shape (futures,), of booleans.
        npv: of the flow and what lines are worth at the end [MUSD]. Shape (futures,).
    """

    sold: Floats
    flow: Floats
    cash: Floats
    debt: Floats
    headroom: Floats
    insolvent: NDArray[np.bool_]
    npv: Floats

    def tail_headroom(self, chances: Floats, tail: float) -> float:
        """Return the mean of the lowest headroom in the worst futures [MUSD].

        Args:
            chances: probability of each future. Shape (futures,).
            tail: share of the futures that are the worst ones [-].
        """
        order = np.argsort(self.headroom)
        before = np.cumsum(chances[order]) - chances[order]
        return float(np.clip(tail - before, 0.0, chances[order]) @ self.headroom[order] / tail)

    def within(self, risk: Risk, chances: Floats) -> bool:
        """Return whether the plan is no riskier than it may be."""
        if risk.insolvency is not None and chances @ self.insolvent > risk.insolvency + _SHARE:
            return False
        return risk.floor is None or self.tail_headroom(chances, risk.tail) >= risk.floor - _ROUNDING


def outcome(data: ExpansionData, starts: Sequence[Start]) -> Outcome:
    """Return what the starts of a plan bring.

    Args:
        data: the question.
        starts: of the lines that are built, all under one option.
    """
    outlook = data.outlook
    none = np.zeros((data.ramps, data.quarters))
    made = sum((data.output(one) for one in starts), none)[outlook.ramp]
    unspared = sum((data.unspared(one) for one in starts), none)[outlook.ramp]
    spent = sum((data.running(one) for one in starts), np.zeros(data.quarters)) + _fixed(data, starts)
    due = sum((data.due(one) for one in starts), np.zeros(data.quarters))
    sold = np.where(data.margin > 0, np.minimum(made, outlook.demand), 0.0)
    flow = data.margin * sold - outlook.material * unspared - outlook.capital[:, None] * due - spent
    left = outlook.capital * sum(data.left(one) for one in starts)
    cash, debt = _borrow(data, flow)
    headroom = (cash + data.purse.debt_limit - debt).min(axis=1)
    npv = flow @ data.weight + data.weight[-1] * left
    return Outcome(sold, flow, cash, debt, headroom, np.asarray(headroom < -_ROUNDING), npv)


def _fixed(data: ExpansionData, starts: Sequence[Start]) -> Floats:
    """Return what people are paid from the first payment on [MUSD per quarter]. Shape (quarters,)."""
    if not starts:
        return np.zeros(data.quarters)
    first = min(data.committed(one) for one in starts)
    return np.where(np.arange(data.quarters) >= first, data.options[starts[0][0]].fixed, 0.0)


def _borrow(data: ExpansionData, flow: Floats) -> tuple[Floats, Floats]:
    """Return cash and debt when a loan is drawn for what is missing and paid back as soon as it can be."""
    purse = data.purse
    cash, debt = np.zeros(flow.shape), np.zeros(flow.shape)
    before = np.full(len(flow), float(purse.cash))
    for t in range(data.quarters):
        owned = before + purse.funds[t] + flow[:, t]
        cash[:, t], debt[:, t] = np.maximum(owned, 0.0), np.maximum(-owned, 0.0)
        if t + 1 < data.quarters:
            before = cash[:, t] - (1 + purse.interest[:, t + 1]) * debt[:, t]
    return cash, debt
