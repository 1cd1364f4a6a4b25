"""The best plan of growth by trying every one, from the numbers of the question alone.

Plain loops over options, starts, futures and quarters. Nothing of the expansion model is used, nor what
``ExpansionData`` or ``outcome`` work out themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from optimize.growth.expansion_data import ExpansionData


@dataclass(frozen=True)
class Tried:
    """A plan.

    Attributes:
        npv: expected net present value [MUSD].
        insolvency: probability of insolvency [-].
        tail_headroom: mean of the lowest headroom in the worst futures [MUSD].
        option: how the lines are run; None when none is built.
        quarters: of the start of each line, None where it is not built.
    """

    npv: float
    insolvency: float
    tail_headroom: float
    option: str | None
    quarters: tuple[int | None, ...]


def best_expansion(data: ExpansionData) -> Tried | None:
    """Return the plan with the highest expected value within the risk that is taken, None when there is none."""
    return max(
        (plan for plan in every_expansion(data) if within_risk(data, plan)), key=lambda plan: plan.npv, default=None
    )


def within_risk(data: ExpansionData, plan: Tried) -> bool:
    """Return whether a plan is no riskier than it may be."""
    risk = data.risk
    if risk.insolvency is not None and plan.insolvency > risk.insolvency + 1e-9:
        return False
    return risk.floor is None or plan.tail_headroom >= risk.floor - 1e-9


def every_expansion(data: ExpansionData) -> Iterator[Tried]:
    """Yield every plan that the schedule allows, whatever its risk."""
    if not data.least_lines:
        yield _tried(data, None, (None,) * data.most_lines)
    for option, point in data.options.items():
        for quarters in itertools.product(*[(None, *allowed) for allowed in point.starts]):
            if any(quarter is not None for quarter in quarters) and _allowed(data, quarters):
                yield _tried(data, option, quarters)


def _allowed(data: ExpansionData, quarters: tuple[int | None, ...]) -> bool:
    built = [quarter for quarter in quarters if quarter is not None]
    if len(built) < data.least_lines:
        return False
    if not data.in_order:
        return all(abs(one - other) >= data.gap for one, other in itertools.combinations(built, 2))
    if list(quarters[: len(built)]) != built or (data.together and len(set(built)) > 1):
        return False
    return all(later >= earlier + data.gap for earlier, later in itertools.pairwise(built))


def _tried(data: ExpansionData, option: str | None, quarters: tuple[int | None, ...]) -> Tried:
    npv, insolvency, headrooms = 0.0, 0.0, []
    for future, chance in enumerate(data.outlook.probability):
        value, headroom = _in_future(data, future, option, quarters)
        npv += chance * value
        insolvency += chance * (headroom < -1e-6)
        headrooms.append((headroom, chance))
    return Tried(npv, insolvency, _worst(headrooms, data.risk.tail), option, quarters)


def _worst(headrooms: list[tuple[float, float]], tail: float) -> float:
    """Return the mean of the lowest values that have a share of the probability together."""
    total, left = 0.0, tail
    for headroom, chance in sorted(headrooms):
        part = min(chance, left)
        total += part * headroom
        left -= part
    return total / (tail - left)


def _in_future(
    data: ExpansionData, future: int, option: str | None, quarters: tuple[int | None, ...]
) -> tuple[float, float]:
    """Return value and lowest headroom of a plan in one future."""
    purse, dues, value, headroom, owned = data.purse, data.dues, 0.0, float("inf"), data.purse.cash
    trades = [_trade(data, future, option, quarters, t) for t in range(data.quarters)]
    plain, with_interest, before = _Taxed(dues.tax), _Taxed(dues.tax), 0.0
    for t, trade in enumerate(trades):
        tied = _unsettled([one.revenue for one in trades[: t + 1]], dues.receivables)
        tied += _unsettled([one.material for one in trades[: t + 1]], dues.inventory)
        tied -= _unsettled([one.material for one in trades[: t + 1]], dues.payables)
        income = trade.revenue - trade.penalty - trade.material - trade.people - dues.overhead * trade.written
        comes = income + trade.subsidy - trade.capital - (tied - before)
        value += (comes - plain.tax(income - trade.written)) / (1 + purse.discount) ** t
        interest = max(-owned, 0.0) * purse.interest[future][t] if t else 0.0
        owned += purse.funds[t] + comes - interest - with_interest.tax(income - trade.written - interest)
        headroom = min(headroom, owned + purse.debt_limit[t])
        before = tied
    if option is not None:
        end = _end(data, future, option, quarters) + dues.terminal * before
        value += end / (1 + purse.discount) ** (data.quarters - 1)
        if quarters[0] is not None:
            value += data.options[option].beyond[future]
    return value, headroom


class _Taxed:
    """A taxpayer who carries losses forward."""

    def __init__(self, rate: float) -> None:
        self._rate, self._losses = rate, 0.0

    def tax(self, profit: float) -> float:
        if profit <= self._losses:
            self._losses -= profit
            return 0.0
        taxed, self._losses = profit - self._losses, 0.0
        return self._rate * taxed


def _unsettled(flows: list[float], quarters: float) -> float:
    """Return what of the flows is not settled at the end of the last of them."""
    total = 0.0
    for flow in reversed(flows):
        total += flow * max(min(quarters, 1.0), 0.0)
        quarters -= 1
    return total


@dataclass
class _Trade:
    """What happens in a quarter [MUSD]."""

    revenue: float = 0.0
    penalty: float = 0.0
    material: float = 0.0
    people: float = 0.0
    subsidy: float = 0.0
    capital: float = 0.0
    written: float = 0.0


def _trade(data: ExpansionData, future: int, option: str | None, quarters: tuple[int | None, ...], t: int) -> _Trade:
    found = _Trade()
    if option is None:
        return found
    point, outlook, life = data.options[option], data.outlook, data.dues.life
    variable = 0.0
    for line, start in enumerate(quarters):
        if start is None:
            continue
        cost = outlook.capital[future] * point.capital[line]
        payment = t - (start - point.lead)
        if 0 <= payment < len(point.payments):
            found.capital += cost * point.payments[payment]
        if payment >= 0:
            found.subsidy += outlook.subsidy[future] * point.subsidy[line][payment]
        if t >= start:
            variable += point.variable[outlook.ramp[future]][line][t - start]
            found.people += point.staff[line][t - start]
            found.written += cost * max(min(life - (t - start), 1.0), 0.0) / life
    if quarters[0] is not None:
        found.people += point.upkeep[t]
        found.capital += outlook.capital[future] * point.opening[t]
        opened = max((quarter for quarter in range(data.quarters) if point.opening[quarter] > 0), default=0)
        if t >= opened:
            opening = outlook.capital[future] * sum(point.opening)
            found.written += opening * max(min(life - (t - opened), 1.0), 0.0) / life
    if t >= min(start for start in quarters if start is not None) - point.lead:
        found.people += point.fixed[t]
    left = _made(data, future, option, quarters, t)
    for buyer, (price, demand, penalty) in enumerate(zip(outlook.price, outlook.demand, outlook.penalty, strict=True)):
        wanted = demand[future][t]
        deadline = outlook.deadlines[buyer]
        if deadline is not None and t >= deadline.gone:
            first = sum(outlook.demand[other][future][deadline.quarter] for other in range(buyer))
            served = _made(data, future, option, quarters, deadline.quarter) - first
            asked = demand[future][deadline.quarter]
            wanted *= asked == 0 or served >= deadline.share * asked
        delivered = min(left, wanted)
        left -= delivered
        found.revenue += price[future][t] * delivered
        found.penalty += penalty[future][t] * (wanted - delivered)
    found.material = outlook.material[future][t] * (variable - data.spared * left)
    return found


def _made(data: ExpansionData, future: int, option: str, quarters: tuple[int | None, ...], t: int) -> float:
    good = data.options[option].good[data.outlook.ramp[future]]
    return float(sum(good[line][t - start] for line, start in enumerate(quarters) if start is not None and t >= start))


def _end(data: ExpansionData, future: int, option: str, quarters: tuple[int | None, ...]) -> float:
    point, end = data.options[option], 0.0
    for line, start in enumerate(quarters):
        if start is not None:
            paid = sum(share for k, share in enumerate(point.payments) if start - point.lead + k < data.quarters)
            end += point.capital[line] * (data.purse.salvage[data.quarters - 1 - start] - (1 - paid))
    if quarters[0] is not None:
        opened = max((quarter for quarter in range(data.quarters) if point.opening[quarter] > 0), default=0)
        end += sum(point.opening) * data.purse.salvage[data.quarters - 1 - opened]
    return end * data.outlook.capital[future]
