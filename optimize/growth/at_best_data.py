"""What the expansion model is told of a strategy: simulated ramps by age of each line, futures, money, tax, buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimize.growth.at_best_lines import QUARTERS_PER_YEAR, point_of, quarterly
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_dues import Dues
from optimize.growth.expansion_outlook import Deadline, Outlook
from optimize.growth.expansion_terms import Floats, OperatingPoint, Purse, Risk
from optimize.growth.life import Life
from optimize.growth.line_costs import MUSD
from optimize.growth.site import MustBuild, Site
from optimize.growth.strategy import Strategy
from optimize.growth.verdict import MONTHS_PER_QUARTER, capital_of
from optimize.money.funding import Funding
from optimize.money.trading import DAYS_PER_MONTH
from twin import Scenarios


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
    options = {
        name: point_of(variant, lives[name], site, funding, futures, together) for name, variant in tried.items()
    }
    costs, mature = site.costs, site.ground.mature
    # what a wanted cell takes: its material and energy, with what is usual lost on the way
    spared = (costs.materials + costs.energy) * min(1.0, mature.good)
    return ExpansionData(
        quarters=quarters,
        options=options,
        outlook=_outlook(futures, site, quarters, capital_of(strategy, site) * site.ground.lines),
        purse=_purse(futures, funding, site, quarters),
        risk=Risk(risk),
        most_lines=site.ground.lines,
        gap=0 if together else 1,
        together=together,
        spared=min(spared, _least_variable(options)),
        dues=_dues(funding, site),
    )


def made_to_build(data: ExpansionData, must: MustBuild) -> dict[int, ExpansionData]:
    """Return by number of lines the question whose plans build just so many; nothing where none can start in time.

    Args:
        data: the question, in which each line may start from some quarter on.
        must: what is built at least.
    """
    found = {}
    least = min(must.lines, data.most_lines)
    for lines in range(least, data.most_lines + 1):
        options = {}
        for name, point in data.options.items():
            last = min(point.starts[0], default=0) + must.within // MONTHS_PER_QUARTER
            soon = [tuple(start for start in line if start <= last) for line in point.starts[:least]]
            none = [()] * (data.most_lines - lines)
            options[name] = replace(point, starts=(*soon, *point.starts[least:lines], *none))
        if any(all(point.starts[:lines]) for point in options.values()):
            found[lines] = replace(data, options=options, least_lines=lines)
    return found


def _least_variable(options: Mapping[str, OperatingPoint]) -> float:
    """Return the least that any option takes for a good GWh [MUSD/GWh]."""
    ratios = [
        float(np.min(point.variable[point.good > 0] / point.good[point.good > 0]))
        for point in options.values()
        if np.any(point.good > 0)
    ]
    return min(ratios, default=0.0)


def _outlook(futures: Scenarios, site: Site, quarters: int, whole: float) -> Outlook:
    """Return buyers: contracts in their order with their penalties, then the spot market.

    Every cell of grade A brings its share of grade B with it, which is sold at once. What materials and energy cost is
    weighed by how much of each a cell takes. A contract that is late too long from its beginning is cancelled; one that
    is late again later is not. The most that the state pays is held against what the whole plant costs.
    """
    prices = [
        np.full(called.shape, terms.price) if terms.price is not None else futures.cell_price
        for terms, called in zip(futures.contracts, futures.called, strict=True)
    ]
    price, monthly = np.stack([*prices, futures.spot_price]), np.stack([*futures.called, futures.spot_demand])
    demand = quarterly(monthly, quarters)
    second = site.ground.grade_b / (1 - site.ground.grade_b) * site.costs.grade_b
    mean = np.divide(
        quarterly(monthly * price, quarters), demand, out=quarterly(price, quarters, mean=True), where=demand > 0
    )
    deadlines = [
        _deadline(called, terms.late_below, terms.cancel_after)
        for terms, called in zip(futures.contracts, futures.called, strict=True)
    ]
    penalty = np.array([*(terms.penalty for terms in futures.contracts), 0.0])
    materials, energy = site.costs.materials, site.costs.energy
    mixed = (materials * futures.material_price + energy * futures.energy_price) / (materials + energy)
    count = futures.count
    return Outlook(
        price=mean + second * quarterly(futures.spot_price, quarters, mean=True),
        demand=demand,
        probability=np.full(count, 1 / count),
        penalty=np.broadcast_to(penalty[:, None, None], demand.shape),
        deadlines=(*deadlines, None),
        material=quarterly(mixed, quarters, mean=True),
        capital=1 + futures.construction_overrun,
        subsidy=np.minimum(futures.subsidy_share, futures.subsidy / whole),
        ramp=np.arange(count),
    )


def _deadline(called: Floats, late_below: float, cancel_after: int) -> Deadline | None:
    """Return when a contract must be served at last, by whole quarters; None where it is never cancelled.

    Only that it is late from its beginning is looked at.

    Args:
        called: cells called off under it [GWh]. Shape (futures, months).
        late_below: share of what is called off below which a month is late [-].
        cancel_after: months that it may be late.
    """
    wanted = np.flatnonzero(called.any(axis=0))
    if not wanted.size or late_below <= 0:
        return None
    # the month after those in which it may be late
    over = int(wanted[0]) + cancel_after + 1
    quarter = max(over // MONTHS_PER_QUARTER - 1, int(wanted[0]) // MONTHS_PER_QUARTER)
    return Deadline(quarter, late_below, max(round(over / MONTHS_PER_QUARTER), quarter + 1))


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
