"""What lines of a strategy do by their age, from its simulated ramps: an operating point of the expansion model."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from optimize.growth.expansion_terms import Floats, OperatingPoint
from optimize.growth.life import Life
from optimize.growth.line_costs import MUSD, LineCosts
from optimize.growth.orders import lead_of
from optimize.growth.site import Site
from optimize.growth.strategy import Strategy
from optimize.growth.verdict import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, capital_of
from optimize.money.funding import Funding
from optimize.money.trading import HOURS_PER_YEAR, WATTS_PER_GW
from twin import Scenarios

QUARTERS_PER_YEAR = 4


def point_of(
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
    # cells that customers have not released yet pay for a part of it
    unreleased = [_unreleased(life, prices, site) for life, prices in zip(lives, futures.spot_price, strict=True)]
    staff -= _by_age(lives, unreleased, lead, lines, quarters, np.inf).mean(axis=0)
    subsidy = _subsidy(good.mean(axis=0), capital, lead, together, futures, funding)
    first = lead + first_quarter(strategy, futures)
    starts = tuple(tuple(range(first, quarters)) for _ in range(len(capital)))
    people = np.mean([life.engineers for life in lives], axis=0) * terms.engineer / MUSD / MONTHS_PER_YEAR
    fixed = (1 + costs.on_labour) * quarterly(people, quarters)
    opening, upkeep = _pilot(strategy, lives, site, funding, futures, float(fixed.max()))
    return OperatingPoint(
        good,
        variable,
        capital,
        starts,
        _payments(funding, lead),
        lead,
        np.full(quarters, fixed.max()),
        staff,
        subsidy,
        opening,
        upkeep,
    )


def _pilot(
    strategy: Strategy, lives: Sequence[Life], site: Site, funding: Funding, futures: Scenarios, engineers: float
) -> tuple[Floats, Floats]:
    """Return capital and running costs of a pilot line, nothing without one [MUSD per quarter]. Shape (quarters,) each.

    What it makes before the lines do is sold on the spot market, in the mean of the futures; later it is a part of what
    they make. Its engineers are paid until the first line is ordered, which pays them from then on.
    """
    costs, terms, quarters = site.costs, site.ground.terms, site.ground.months // MONTHS_PER_QUARTER
    capital, running = np.zeros(quarters), np.zeros(quarters)
    if strategy.pilot is None:
        return capital, running
    pilot, lead = strategy.pilot, strategy.pilot.lead + float(futures.equipment_delay.mean())
    ordered, start = round(strategy.wait / MONTHS_PER_QUARTER), strategy.wait + lead
    parts = _payments(funding, round(lead / MONTHS_PER_QUARTER))[: quarters - ordered]
    capital[ordered : ordered + len(parts)] = np.array(parts) * capital_of(strategy, site) * pilot.size * terms.pilot
    hired, begun = (max(round(month / MONTHS_PER_QUARTER), 0) for month in (start - terms.ahead, start))
    running[hired:] += (1 + costs.on_labour) * costs.staff * pilot.size * costs.person / MUSD / QUARTERS_PER_YEAR
    running[begun:] += costs.standing * pilot.size / QUARTERS_PER_YEAR
    running[hired : first_quarter(strategy, futures)] += engineers
    for future, life in enumerate(lives):
        alone = (life.line_good + life.line_started).sum(axis=1) == 0
        sold = (life.good + costs.grade_b * life.grade_b) * futures.spot_price[future]
        spent = _spent(life, costs) * futures.material_price[future] - sold
        running += quarterly(np.where(alone, spent, 0.0), quarters) / len(lives)
    return capital, running


def lead_quarters(strategy: Strategy, site: Site, futures: Scenarios) -> int:
    """Return the quarters from the first payment to the first cells, with the mean delay."""
    return ceil((lead_of(strategy, site.ground) + float(futures.equipment_delay.mean())) / MONTHS_PER_QUARTER)


def first_quarter(strategy: Strategy, futures: Scenarios) -> int:
    """Return the first quarter in which a line may be ordered: when a pilot line has run, with the mean delay."""
    delay = float(futures.equipment_delay.mean()) if strategy.pilot is not None else 0.0
    return ceil((strategy.first_order + delay) / MONTHS_PER_QUARTER)


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


def _unreleased(life: Life, prices: Floats, site: Site) -> Floats:
    """Return what grade B of each line brings beyond its usual share of grade A [MUSD]. Shape (months, lines)."""
    usual = life.good * site.ground.grade_b / (1 - site.ground.grade_b)
    return _shared(np.maximum(life.grade_b - usual, 0.0) * prices * site.costs.grade_b, life.line_started)


def _variable(life: Life, costs: LineCosts) -> Floats:
    """Return what each line takes in material and energy, less what its scrap brings [MUSD]. Shape (months, lines)."""
    return _shared(_spent(life, costs), life.line_started)


def _spent(life: Life, costs: LineCosts) -> Floats:
    """Return what a plant takes in material and energy, less what its scrap brings [MUSD]. Shape (months,)."""
    spent = life.started * (costs.materials + costs.energy) - life.scrapped * costs.materials * costs.recovery
    return np.maximum(spent, 0.0)


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
            curves[place, line, :whole] = quarterly(seen, whole)
            if whole:
                curves[place, line, 0] += table[:start, line].sum()
    for line in range(lines):
        for age in range(quarters):
            missing = np.isnan(curves[:, line, age])
            before = curves[:, line, age - 1] if age else np.full(len(lives), np.nan)
            earlier = curves[:, line - 1, age] if line else np.full(len(lives), np.nan)
            stands_in = np.where(np.isnan(earlier), before, earlier)
            curves[missing, line, age] = np.where(np.isnan(stands_in), 0.0, stands_in)[missing]
    return np.asarray(np.minimum(curves, 2 * full))


def quarterly(monthly: Floats, quarters: int, mean: bool = False) -> Floats:
    """Return the sums, or the means, of whole quarters of months."""
    parts = monthly[..., : quarters * MONTHS_PER_QUARTER].reshape(*monthly.shape[:-1], quarters, MONTHS_PER_QUARTER)
    return np.asarray(parts.mean(axis=-1) if mean else parts.sum(axis=-1))
