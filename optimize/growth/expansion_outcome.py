"""What a plan of growth brings in each future, worked out from its numbers: sales, cash, debt, insolvency, value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.growth.expansion_data import ExpansionData, Start
from optimize.growth.expansion_outlook import Outlook
from optimize.growth.expansion_terms import Floats, Risk

# less than a thousand dollars is a solver's rounding, not insolvency [MUSD]
_ROUNDING = 1e-3
# of sums of probabilities [-]
_SHARE = 1e-9


@dataclass(frozen=True)
class Outcome:
    """What a plan brings.

    Attributes:
        sold: cells to each buyer [GWh per quarter]. Shape (buyers, futures, quarters).
        flow: money that comes in, without loans and what owners pay in; the tax is that without interest [MUSD per
            quarter]. Shape (futures, quarters).
        tax: that without interest [MUSD per quarter]. Shape (futures, quarters).
        tied: working capital at the end of each quarter [MUSD]. Shape (futures, quarters).
        cash: at the end of each quarter [MUSD]. Shape (futures, quarters).
        debt: at the end of each quarter; an insolvent plant goes on borrowing [MUSD]. Shape (futures, quarters).
        headroom: lowest sum of cash and what may still be drawn [MUSD]. Shape (futures,).
        insolvent: whether debt is ever above its limit. Shape (futures,), of booleans.
        npv: of the flow and what lines and working capital are worth at the end, with what the books say beyond the
            model [MUSD]. Shape (futures,).
    """

    sold: Floats
    flow: Floats
    tax: Floats
    tied: Floats
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
    outlook, dues = data.outlook, data.dues
    none, nothing = np.zeros((data.ramps, data.quarters)), np.zeros(data.quarters)
    made = sum((data.output(one) for one in starts), none)[outlook.ramp]
    unspared = sum((data.unspared(one) for one in starts), none)[outlook.ramp]
    due, running, granted, written = (
        sum((of(one) for one in starts), nothing) for of in (data.due, data.running, data.granted, data.written)
    )
    overrun = outlook.capital[:, None]
    wanted = _wanted(made, outlook)
    sold = _sell(made, wanted)
    revenue = (outlook.price * sold).sum(axis=0)
    penalties = (outlook.penalty * (wanted - sold)).sum(axis=0) if starts else np.zeros(revenue.shape)
    material = outlook.material * (unspared + data.spared * sold.sum(axis=0))
    income = revenue - penalties - material - running - _fixed(data, starts) - dues.overhead * overrun * written
    profit = income - overrun * written
    tied = _outstanding(revenue, dues.receivables) + _outstanding(material, dues.inventory)
    tied = tied - _outstanding(material, dues.payables)
    untaxed = income + outlook.subsidy[:, None] * granted - overrun * due - np.diff(tied, axis=1, prepend=0.0)
    tax = _tax(dues.tax, np.cumsum(profit, axis=1))
    flow = untaxed - tax
    left = outlook.capital * sum(data.left(one) for one in starts) + dues.terminal * tied[:, -1]
    cash, debt = _borrow(data, untaxed, profit)
    headroom = (cash + data.purse.debt_limit - debt).min(axis=1)
    npv = flow @ data.weight + data.weight[-1] * left + sum(data.beyond(one) for one in starts)
    return Outcome(sold, flow, tax, tied, cash, debt, headroom, np.asarray(headroom < -_ROUNDING), npv)


def _wanted(made: Floats, outlook: Outlook) -> Floats:
    """Return what each buyer wants who has not left [GWh per quarter]. Shape (buyers, futures, quarters)."""
    wanted = np.array(outlook.demand)
    for buyer, deadline in enumerate(outlook.deadlines):
        if deadline is not None:
            left = made[:, deadline.quarter] < outlook.needed(buyer) - _SHARE
            wanted[buyer, left, deadline.gone :] = 0.0
    return wanted


def _sell(made: Floats, wanted: Floats) -> Floats:
    """Return what each buyer gets, one after another [GWh per quarter]. Shape (buyers, futures, quarters)."""
    sold, left = np.zeros(wanted.shape), made
    for buyer, most in enumerate(wanted):
        sold[buyer] = np.minimum(left, most)
        left = left - sold[buyer]
    return sold


def _outstanding(flow: Floats, quarters: float) -> Floats:
    """Return what of a flow is not settled yet at the end of each quarter, when that takes some quarters."""
    left, back = np.zeros(flow.shape), 0
    while back < min(quarters, flow.shape[1]):
        left[:, back:] += min(quarters - back, 1.0) * flow[:, : flow.shape[1] - back]
        back += 1
    return left


def _tax(rate: float, profit: Floats) -> Floats:
    """Return the tax of each quarter on profits that are added up from the beginning [MUSD]. Same shape."""
    paid = rate * np.maximum(np.maximum.accumulate(profit, axis=1), 0.0)
    return np.diff(paid, axis=1, prepend=0.0)


def _fixed(data: ExpansionData, starts: Sequence[Start]) -> Floats:
    """Return what people are paid from the first payment on [MUSD per quarter]. Shape (quarters,)."""
    if not starts:
        return np.zeros(data.quarters)
    first = min(data.committed(one) for one in starts)
    return np.where(np.arange(data.quarters) >= first, data.options[starts[0][0]].fixed, 0.0)


def _borrow(data: ExpansionData, untaxed: Floats, profit: Floats) -> tuple[Floats, Floats]:
    """Return cash and debt when a loan is drawn for what is missing and paid back as soon as it can be.

    Args:
        data: the question.
        untaxed: money that comes in before tax. Shape (futures, quarters).
        profit: before interest and tax. Shape (futures, quarters).
    """
    purse, rate = data.purse, data.dues.tax
    cash, debt = np.zeros(untaxed.shape), np.zeros(untaxed.shape)
    owned, losses = np.full(len(untaxed), float(purse.cash)), np.zeros(len(untaxed))
    for t in range(data.quarters):
        interest = purse.interest[:, t] * debt[:, t - 1] if t else 0.0
        gain = profit[:, t] - interest
        tax = rate * np.maximum(gain - losses, 0.0)
        losses = np.maximum(losses - gain, 0.0)
        owned = owned + purse.funds[t] + untaxed[:, t] - interest - tax
        cash[:, t], debt[:, t] = np.maximum(owned, 0.0), np.maximum(-owned, 0.0)
    return cash, debt
