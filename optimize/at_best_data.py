"""What the expansion model is told of a strategy: simulated ramps by age of each line, futures, money, tax, buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np

from optimize.expansion_data import ExpansionData
from optimize.expansion_dues import Dues
from optimize.expansion_terms import Floats, OperatingPoint, Outlook, Purse, Risk
from optimize.funding import Funding
from optimize.life import Life
from optimize.orders import lead_of
from optimize.site import MUSD, LineCosts, Site
from optimize.strategy import Strategy
from optimize.trading import DAYS_PER_MONTH, HOURS_PER_YEAR, WATTS_PER_GW
from optimize.verdict import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, capital_of
from twin import Scenarios

QUARTERS_PER_YEAR = 4


def question_of(
    strategy: Strategy,
    tried: Mapping[str, Strategy],
    lives: Mapping[str, Sequence[Life]],
    site: Site,
    funding: Funding,
    futures: Scenarios,
    risk: float | None,
) -> ExpansionData:
    """Return the question when to add which line, and with how many engineers.

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
    quarters = site.ground.months // MONTHS_PER_QUARTER
    options = {name: _point(variant, lives[name], site, funding, futures, together) for name, variant in tried.items()}
    costs, mature = site.costs, site.ground.mature
    # what a wanted cell takes: its material and energy, with what is usual lost on the way
    spared = (costs.materials + costs.energy) * min(1.0, mature.good)
    return ExpansionData(
        quarters=quarters,
        options=options,
        outlook=_outlook(futures, site, quarters, capital_of(strategy, site) * site.ground.lines),
        purse=_purse(futures, funding, site, quarters),
        risk=Risk(risk),
        most_lines=1 if together else site.ground.lines,
        gap=0 if together else 1,
        spared=min(spared, _least_variable(options)),
        dues=_dues(funding, site),
    )


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
    quarters, lines = ground.months // MONTHS_PER_QUARTER, ground.lines
    lead = lead_quarters(strategy, site, futures)
    full = ground.nameplate / lines / QUARTERS_PER_YEAR
    good = _by_age(lives, [_good(life) for life in lives], lead, lines, quarters, full)
    dearest = full * (costs.materials + costs.energy)
    variable = _by_age(lives, [_variable(life, costs) for life in lives], lead, lines, quarters, dearest)
    capital = np.full(lines, capital_of(strategy, site))
    labour = (1 + costs.on_labour) * costs.staff * costs.person / MUSD / QUARTERS_PER_YEAR
    staff = np.full((lines, quarters), labour + costs.standing / QUARTERS_PER_YEAR)
    # they are hired before the start, which is paid with it here
    staff[:, 0] += labour * terms.ahead / MONTHS_PER_QUARTER
    subsidy = _subsidy(good.mean(axis=0), capital, lead, together, futures, funding)
    if together:
        good, variable = good.sum(axis=1, keepdims=True), variable.sum(axis=1, keepdims=True)
        capital, staff = capital.sum(keepdims=True), staff.sum(axis=0, keepdims=True)
        subsidy = subsidy.sum(axis=0, keepdims=True)
    first = lead + first_quarter(strategy, futures)
    starts = tuple(tuple(range(first, quarters)) for _ in range(len(capital)))
    people = np.mean([life.engineers for life in lives], axis=0) * terms.engineer / MUSD / MONTHS_PER_YEAR
    fixed = (1 + costs.on_labour) * _quarterly(people, quarters)
    return OperatingPoint(
        good, variable, capital, starts, _payments(funding, lead), lead, np.full(quarters, fixed.max()), staff, subsidy
    )


def lead_quarters(strategy: Strategy, site: Site, futures: Scenarios) -> int:
    """Return the quarters from the first payment to the first cells, with the mean delay."""
    return ceil((lead_of(strategy, site.ground) + float(futures.equipment_delay.mean())) / MONTHS_PER_QUARTER)


def first_quarter(strategy: Strategy, futures: Scenarios) -> int:
    """Return the first quarter in which a line may be ordered: when a pilot line has run, with the mean delay."""
    if strategy.pilot is None:
        return 0
    months = strategy.pilot.lead + float(futures.equipment_delay.mean()) + strategy.pilot.runs
    return ceil(months / MONTHS_PER_QUARTER)


def _payments(funding: Funding, lead: int) -> tuple[float, ...]:
    paid = np.zeros(lead + 1)
    for payment in funding.payments:
        paid[round(payment.at * lead)] += payment.share
    return tuple(float(share) for share in paid / paid.sum())


def _subsidy(good: Floats, capital: Floats, lead: int, together: bool, futures: Scenarios, funding: Funding) -> Floats:
    """Return the planned capital that each line adds to what is subsidised, when it is paid. Shape (lines, quarters).

    By quarters from its first payment, times each instalment's share; the futures say how much of it the state pays.
    Instalments fall due as if lines were ordered all at once or a quarter apart: a line that is ordered after a
    milestone is too late for it.

    Args:
        good: of each line by its age [GWh per quarter]. Shape (lines, quarters).
        capital: of each line, as planned [MUSD].
        lead: quarters from the first payment to the start.
        together: whether all lines are ordered at once.
        futures: with instalments.
        funding: with payments.
    """
    lines, quarters = good.shape
    orders = np.zeros(lines, int) if together else np.arange(lines)
    paid, made = np.zeros((2, 2 * quarters + lead))
    overrun = 1 + float(futures.construction_overrun.mean())
    for line, order in enumerate(orders):
        parts = np.array(_payments(funding, lead)) * capital[line] * overrun
        paid[order : order + len(parts)] += parts
        made[order + lead : order + lead + quarters] += good[line]
    found = np.zeros((lines, quarters))
    for one in futures.instalments:
        there = np.cumsum(paid) >= one.at.capital_spent / MUSD
        there &= made * QUARTERS_PER_YEAR >= one.at.output / WATTS_PER_GW * HOURS_PER_YEAR
        there &= np.arange(len(paid)) >= one.at.month // MONTHS_PER_QUARTER
        for line, order in enumerate(orders):
            wait = int(there.argmax()) - order
            if there.any() and 0 <= wait < quarters:
                found[line, wait] += one.share * capital[line]
    return found


def _good(life: Life) -> Floats:
    """Return grade A made by each line [GWh]. Shape (months, lines)."""
    return _shared(life.good, life.line_good)


def _variable(life: Life, costs: LineCosts) -> Floats:
    """Return what each line takes in material and energy, less what its scrap brings [MUSD]. Shape (months, lines)."""
    spent = life.started * (costs.materials + costs.energy) - life.scrapped * costs.materials * costs.recovery
    return _shared(np.maximum(spent, 0.0), life.line_started)


def _shared(total: Floats, by_line: Floats) -> Floats:
    """Return a total as parts of lines, of which the part of a pilot line is one too."""
    lines = by_line.sum(axis=1, keepdims=True)
    return np.asarray(total[:, None] * np.divide(by_line, lines, out=np.zeros_like(by_line), where=lines > 0))


def _by_age(
    lives: Sequence[Life], tables: Sequence[Floats], lead: int, lines: int, quarters: int, full: float
) -> Floats:
    """Return a monthly figure of each line by its age. Shape (ramps, lines, quarters).

    Age begins with the lead after the order, as the plan has it: a line that is sooner in its future has more in its
    first quarter, a late one less. One that was not seen so old, or not at all, goes on like the last quarter that was
    seen of one like it.

    Args:
        lives: in which lines are ordered.
        tables: the figure in each of them. Shape (months, lines).
        lead: quarters from order to start.
        lines: how many.
        quarters: how many.
        full: of a mature line in a quarter.
    """
    curves = np.full((len(lives), lines, quarters), np.nan)
    for place, (life, table) in enumerate(zip(lives, tables, strict=True)):
        for line, order in enumerate(life.ordered):
            start = order + lead * MONTHS_PER_QUARTER
            seen = table[start:, line]
            whole = len(seen) // MONTHS_PER_QUARTER
            curves[place, line, :whole] = _quarterly(seen, whole)
            if whole:
                curves[place, line, 0] += table[:start, line].sum()
    for line in range(lines):
        for age in range(quarters):
            missing = np.isnan(curves[:, line, age])
            before = curves[:, line, age - 1] if age else np.full(len(lives), np.nan)
            earlier = curves[:, line - 1, age] if line else np.full(len(lives), 0.0)
            stands_in = np.where(np.isnan(earlier), before, earlier)
            curves[missing, line, age] = np.where(np.isnan(stands_in), 0.0, stands_in)[missing]
    return np.asarray(np.minimum(curves, 2 * full))


def _quarterly(monthly: Floats, quarters: int, mean: bool = False) -> Floats:
    parts = monthly[..., : quarters * MONTHS_PER_QUARTER].reshape(*monthly.shape[:-1], quarters, MONTHS_PER_QUARTER)
    return np.asarray(parts.mean(axis=-1) if mean else parts.sum(axis=-1))


def _outlook(futures: Scenarios, site: Site, quarters: int, whole: float) -> Outlook:
    """Return buyers: contracts in their order with their penalties, then the spot market.

    Every cell of grade A brings its share of grade B with it, which is sold at once. What materials and energy cost is
    weighed by how much of each a cell takes. The most that the state pays is held against what the whole plant costs.
    """
    prices = [
        np.full(called.shape, terms.price) if terms.price is not None else futures.cell_price
        for terms, called in zip(futures.contracts, futures.called, strict=True)
    ]
    price, monthly = np.stack([*prices, futures.spot_price]), np.stack([*futures.called, futures.spot_demand])
    demand = _quarterly(monthly, quarters)
    second = site.ground.grade_b / (1 - site.ground.grade_b) * site.costs.grade_b
    mean = np.divide(
        _quarterly(monthly * price, quarters), demand, out=_quarterly(price, quarters, mean=True), where=demand > 0
    )
    penalty = np.array([*(terms.penalty for terms in futures.contracts), 0.0])
    materials, energy = site.costs.materials, site.costs.energy
    mixed = (materials * futures.material_price + energy * futures.energy_price) / (materials + energy)
    count = futures.count
    return Outlook(
        price=mean + second * _quarterly(futures.spot_price, quarters, mean=True),
        demand=demand,
        probability=np.full(count, 1 / count),
        penalty=np.broadcast_to(penalty[:, None, None], demand.shape),
        material=_quarterly(mixed, quarters, mean=True),
        capital=1 + futures.construction_overrun,
        subsidy=np.minimum(futures.subsidy_share, futures.subsidy / whole),
        ramp=np.arange(count),
    )


def _dues(funding: Funding, site: Site) -> Dues:
    """Return tax and working capital: the days of the terms of payment as quarters."""
    costs, days = site.costs, DAYS_PER_MONTH * MONTHS_PER_QUARTER
    return Dues(
        tax=funding.tax_rate,
        life=costs.life * QUARTERS_PER_YEAR,
        overhead=costs.on_depreciation,
        receivables=funding.receivables / days,
        # energy is not kept in stock
        inventory=funding.inventory / days * costs.materials / (costs.materials + costs.energy),
        payables=funding.payables / days,
        terminal=funding.terminal,
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
    # the quarter of the start is the first that is written down
    age = np.arange(1, quarters + 1) / QUARTERS_PER_YEAR
    return Purse(
        cash=(funding.equity - funding.minimum_cash) / MUSD,
        funds=funds,
        debt_limit=limit,
        interest=interest,
        discount=(1 + funding.discount_rate) ** (1 / QUARTERS_PER_YEAR) - 1,
        salvage=funding.terminal * np.clip(1 - age / site.costs.life, 0.0, 1.0),
    )
