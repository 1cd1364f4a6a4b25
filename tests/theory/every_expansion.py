"""The best plan of growth by trying every one, from the numbers of the question alone.

Plain loops over options, starts, futures and quarters. Nothing of the expansion model is used, nor what
``ExpansionData`` or ``outcome`` work out themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from optimize.expansion_data import ExpansionData


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
    if list(quarters[: len(built)]) != built:
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
    purse, value, headroom, owned = data.purse, 0.0, float("inf"), data.purse.cash
    for t in range(data.quarters):
        flow = 0.0 if option is None else _flow(data, future, option, quarters, t)
        value += flow / (1 + purse.discount) ** t
        if owned < 0:
            owned *= 1 + purse.interest[future][t]
        owned += purse.funds[t] + flow
        headroom = min(headroom, owned + purse.debt_limit[t])
    if option is not None:
        value += _end(data, future, option, quarters) / (1 + purse.discount) ** (data.quarters - 1)
    return value, headroom


def _flow(data: ExpansionData, future: int, option: str, quarters: tuple[int | None, ...], t: int) -> float:
    point, outlook = data.options[option], data.outlook
    price, material = outlook.price[future][t], outlook.material[future][t]
    made = variable = flow = 0.0
    for line, start in enumerate(quarters):
        if start is None:
            continue
        payment = t - (start - point.lead)
        if 0 <= payment < len(point.payments):
            flow -= outlook.capital[future] * point.capital[line] * point.payments[payment]
        if t >= start:
            made += point.good[outlook.ramp[future]][line][t - start]
            variable += point.variable[outlook.ramp[future]][line][t - start]
            flow += point.subsidy[line][t - start] - point.staff[line][t - start]
    if t >= min(start for start in quarters if start is not None) - point.lead:
        flow -= point.fixed[t]
    # all of what can be sold, or nothing of it: whichever brings more
    sold = min(made, outlook.demand[future][t])
    return flow + max(price * q - material * (variable - data.spared * (made - q)) for q in (0.0, sold))


def _end(data: ExpansionData, future: int, option: str, quarters: tuple[int | None, ...]) -> float:
    point, end = data.options[option], 0.0
    for line, start in enumerate(quarters):
        if start is not None:
            paid = sum(share for k, share in enumerate(point.payments) if start - point.lead + k < data.quarters)
            end += point.capital[line] * (data.purse.salvage[data.quarters - 1 - start] - (1 - paid))
    return end * data.outlook.capital[future]
