"""Each strategy at its best: how many engineers, and when to add which line, by the expansion model on its own ramps.

Ramps of the strategy are simulated at some numbers of engineers. The model starts each line when it likes and
takes the curve by age of its place in the order; what lines do to each other at other times it does not see. So the
plan is lived through like any other strategy, and kept only where it is worth more than what was declared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from optimize.expansion import ExpansionPlan, frontier
from optimize.expansion_data import ExpansionData
from optimize.expansion_terms import Floats, OperatingPoint, Outlook, Purse
from optimize.figures import Interval
from optimize.funding import Funding
from optimize.life import Life
from optimize.line_costs import MUSD
from optimize.orders import lead_of
from optimize.site import Site
from optimize.solve import Solver
from optimize.strategy import Scheduled, Strategy
from optimize.verdict import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, Lived, capital_of
from twin import Scenarios

QUARTERS_PER_YEAR = 4
# of the frontier, from no insolvency to any
_STEPS = 4


@dataclass(frozen=True)
class AtBest:
    """What came of planning one strategy.

    Attributes:
        plan: of the expansion model.
        strategy: the one that goes into the comparison: planned, or as declared where that is worth more.
        planned: whether it is the planned one.
        predicted: net present value by the model, over its futures [MUSD]; None without a plan.
        simulated: the plan lived through the same futures [MUSD]; None without a plan.
        declared: the strategy as declared in the same futures [MUSD].
        frontier: the best plan for each allowed chance of insolvency, the least one first.
    """

    plan: ExpansionPlan
    strategy: Strategy
    planned: bool
    predicted: float | None
    simulated: Interval | None
    declared: Interval
    frontier: tuple[ExpansionPlan, ...] = ()


def variants(strategy: Strategy, factors: Sequence[float]) -> dict[str, Strategy]:
    """Return a strategy with other numbers of engineers, by what people call it."""
    counts = sorted({max(1, round(strategy.engineers * factor)) for factor in factors})
    return {f"{count} engineers": strategy.model_copy(update={"engineers": count}) for count in counts}


def plans_of(
    strategy: Strategy,
    tried: Mapping[str, Strategy],
    lives: Mapping[str, Sequence[Life]],
    site: Site,
    funding: Funding,
    futures: Scenarios,
    risk: float | None,
) -> tuple[ExpansionPlan, tuple[ExpansionPlan, ...]]:
    """Return when to add which line and with how many engineers, and how that changes with the risk that is taken.

    Args:
        strategy: as declared.
        tried: its variants, by name.
        lives: of these in the same futures, by name.
        site: what strategies share.
        funding: who pays.
        futures: those that were lived through.
        risk: largest allowed probability of insolvency [-]; None for any.
    """
    together = strategy.build.at_once
    lines = 1 if together else site.ground.lines
    quarters = site.ground.months // MONTHS_PER_QUARTER
    options = {name: _point(variant, lives[name], site, funding, futures, together) for name, variant in tried.items()}
    costs, mature = site.costs, site.ground.mature
    # what a wanted cell takes: its material and energy, with what is usual lost on the way
    spared = (costs.materials + costs.energy) * min(1.0, mature.good)
    data = ExpansionData(
        quarters=quarters,
        options=options,
        outlook=_outlook(futures, site, quarters),
        purse=_purse(futures, funding, site, quarters),
        most_lines=lines,
        gap=0 if together else 1,
        spared=min(spared, _least_variable(options)),
    )
    allowed = 1.0 if risk is None else risk
    best, *others = frontier(data, [allowed, *_chances(futures.count)], Solver(gap=1e-3, time_limit=20.0))
    return best, tuple(others)


def _chances(futures: int) -> list[float]:
    """Return some chances of insolvency that so many futures can tell apart, the least first."""
    return sorted({round(futures * part / _STEPS) / futures for part in range(_STEPS + 1)})


def _least_variable(options: Mapping[str, OperatingPoint]) -> float:
    """Return the least that any option takes for a good GWh [MUSD/GWh]."""
    ratios = [
        float(np.min(point.variable[point.good > 0] / point.good[point.good > 0]))
        for point in options.values()
        if np.any(point.good > 0)
    ]
    return min(ratios, default=0.0)


def _point(
    strategy: Strategy, lives: Sequence[Life], site: Site, funding: Funding, futures: Scenarios, together: bool
) -> OperatingPoint:
    """Return what lines do under a variant, by their age in quarters."""
    ground, costs, terms = site.ground, site.costs, site.ground.terms
    quarters = ground.months // MONTHS_PER_QUARTER
    lines = ground.lines
    good, started = (_by_age(lives, what, lines, quarters, ground.nameplate / lines) for what in ("good", "started"))
    lead = lead_quarters(strategy, site, futures)
    capital = np.full(lines, capital_of(strategy, site))
    overhead = costs.on_depreciation * capital / costs.life / QUARTERS_PER_YEAR
    labour = (1 + costs.on_labour) * costs.staff * costs.person / MUSD / QUARTERS_PER_YEAR
    staff = np.repeat((overhead + labour + costs.standing / QUARTERS_PER_YEAR)[:, None], quarters, axis=1)
    variable = started * (costs.materials + costs.energy)
    if together:
        good, variable = good.sum(axis=1, keepdims=True), variable.sum(axis=1, keepdims=True)
        capital, staff = capital.sum(keepdims=True), staff.sum(axis=0, keepdims=True)
    first = lead + ceil(strategy.first_order / MONTHS_PER_QUARTER)
    starts = tuple(tuple(range(first, quarters)) for _ in range(len(capital)))
    people = np.mean([life.engineers for life in lives], axis=0) * terms.engineer / MUSD / MONTHS_PER_YEAR
    fixed = (1 + costs.on_labour) * people[: quarters * MONTHS_PER_QUARTER].reshape(quarters, MONTHS_PER_QUARTER).sum(
        axis=1
    )
    return OperatingPoint(
        good, variable, capital, starts, _payments(funding, lead), lead, np.full(quarters, fixed.max()), staff
    )


def lead_quarters(strategy: Strategy, site: Site, futures: Scenarios) -> int:
    """Return the quarters from the first payment to the first cells, with the mean delay."""
    return ceil((lead_of(strategy, site.ground) + float(futures.equipment_delay.mean())) / MONTHS_PER_QUARTER)


def _payments(funding: Funding, lead: int) -> tuple[float, ...]:
    paid = np.zeros(lead + 1)
    for payment in funding.payments:
        paid[round(payment.at * lead)] += payment.share
    return tuple(float(share) for share in paid / paid.sum())


def _by_age(lives: Sequence[Life], what: str, lines: int, quarters: int, full: float) -> Floats:
    """Return what each line makes or starts by its age. Shape (ramps, lines, quarters) [GWh per quarter].

    A line that was not seen so old, or not at all, goes on like the last quarter that was seen of one like it.
    """
    curves = np.full((len(lives), lines, quarters), np.nan)
    for place, life in enumerate(lives):
        table = life.line_good if what == "good" else life.line_started
        for line, start in enumerate(life.starts):
            seen = table[start:, line]
            whole = len(seen) // MONTHS_PER_QUARTER
            curves[place, line, :whole] = (
                seen[: whole * MONTHS_PER_QUARTER].reshape(whole, MONTHS_PER_QUARTER).sum(axis=1)
            )
    for line in range(lines):
        for age in range(quarters):
            missing = np.isnan(curves[:, line, age])
            before = curves[:, line, age - 1] if age else np.full(len(lives), np.nan)
            earlier = curves[:, line - 1, age] if line else np.full(len(lives), 0.0)
            stands_in = np.where(np.isnan(earlier), before, earlier)
            curves[missing, line, age] = np.where(np.isnan(stands_in), 0.0, stands_in)[missing]
    return np.asarray(np.minimum(curves, 2 * full / QUARTERS_PER_YEAR))


def _quarterly(monthly: Floats, quarters: int, mean: bool = False) -> Floats:
    parts = monthly[..., : quarters * MONTHS_PER_QUARTER].reshape(*monthly.shape[:-1], quarters, MONTHS_PER_QUARTER)
    return np.asarray(parts.mean(axis=-1) if mean else parts.sum(axis=-1))


def _outlook(futures: Scenarios, site: Site, quarters: int) -> Outlook:
    """Return price and demand: what contracts call off at their price and what the spot market takes at its own."""
    prices = [
        np.full(called.shape, terms.price) if terms.price is not None else futures.cell_price
        for terms, called in zip(futures.contracts, futures.called, strict=True)
    ]
    demand = futures.called.sum(axis=0) + futures.spot_demand
    paid = sum((called * price for called, price in zip(futures.called, prices, strict=True)), np.zeros(demand.shape))
    value = _quarterly(paid + futures.spot_demand * futures.spot_price, quarters)
    wanted = _quarterly(demand, quarters)
    # nearly all variable cost is material
    count = futures.count
    return Outlook(
        price=value / np.maximum(wanted, 1e-9),
        demand=wanted,
        probability=np.full(count, 1 / count),
        material=_quarterly(futures.material_price, quarters, mean=True),
        capital=1 + futures.construction_overrun,
        ramp=np.arange(count),
    )


def _purse(futures: Scenarios, funding: Funding, site: Site, quarters: int) -> Purse:
    """Return money that there is: equity, rounds from their month on, and the loan while it can be drawn."""
    funds = np.zeros(quarters)
    for one in funding.rounds:
        funds[min(one.at.month // MONTHS_PER_QUARTER, quarters - 1)] += one.amount / MUSD
    limit, interest = np.zeros(quarters), np.zeros((futures.count, quarters))
    loan = funding.debt
    if loan is not None:
        since = np.arange(quarters) - loan.closes / MONTHS_PER_QUARTER
        left = np.clip(1 - since / (loan.repaid_over / MONTHS_PER_QUARTER), 0.0, 1.0)
        limit = loan.facility / MUSD * left
        yearly = 1 + futures.interest + loan.margin
        interest = np.repeat((yearly ** (1 / QUARTERS_PER_YEAR) - 1)[:, None], quarters, axis=1)
    age = np.arange(quarters) / QUARTERS_PER_YEAR
    return Purse(
        cash=(funding.equity - funding.minimum_cash) / MUSD,
        funds=funds,
        debt_limit=limit,
        interest=interest,
        discount=(1 + funding.discount_rate) ** (1 / QUARTERS_PER_YEAR) - 1,
        salvage=funding.terminal * np.clip(1 - age / site.costs.life, 0.0, 1.0),
    )


def strategy_of(
    plan: ExpansionPlan, strategy: Strategy, tried: Mapping[str, Strategy], site: Site, futures: Scenarios
) -> Strategy | None:
    """Return the strategy that a plan makes of a declared one and its variants; None when it builds nothing."""
    if plan.option is None:
        return None
    lead = lead_quarters(strategy, site, futures)
    starts = [quarter for quarter in plan.start_quarters if quarter is not None]
    first = ceil(strategy.first_order / MONTHS_PER_QUARTER)
    orders = [(quarter - lead - first) * MONTHS_PER_QUARTER for quarter in starts]
    if strategy.build.at_once:
        orders *= site.ground.lines
    build = Scheduled(rule="scheduled", orders=tuple(max(order, 0) for order in orders))
    return tried[plan.option].model_copy(update={"build": build})


def better(
    plan: ExpansionPlan, declared: Lived, planned: Lived | None, others: tuple[ExpansionPlan, ...] = ()
) -> AtBest:
    """Return which of a declared and a planned strategy goes into the comparison, by the same futures."""
    if planned is None:
        return AtBest(plan, declared.strategy, False, plan.npv, None, declared.npv, others)
    wins = planned.npv.mean > declared.npv.mean
    chosen = planned.strategy if wins else declared.strategy
    return AtBest(plan, chosen, wins, plan.npv, planned.npv, declared.npv, others)
