"""Promises corrected by what was lived: the planning model learns what the books say beyond it, and is asked again.

The model counts in whole quarters and knows no insolvency. What a way of building and staffing was lived to be worth,
less what the model makes of it, goes into its goal for all plans with so many engineers, future by future where the
plant stays solvent. So it is exact where something was lived, and near to that elsewhere; when it proposes what was
lived, promise and books agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimize.growth.at_best import AtBest, Round, better, plans_of, strategy_of
from optimize.growth.at_best_data import question_of
from optimize.growth.at_best_lines import first_quarter, lead_quarters
from optimize.growth.bench import Bench
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_outcome import outcome
from optimize.growth.life import Life
from optimize.growth.site import Site
from optimize.growth.strategy import Phased, Scheduled, Strategy, WhenProved
from optimize.growth.verdict import MONTHS_PER_QUARTER, Lived, keep
from twin import Scenarios

# an option, and the quarter in which each line starts
Way = tuple[str, tuple[int | None, ...]]


def plan_and_correct(
    strategy: Strategy,
    tried: Mapping[str, Strategy],
    lives: Mapping[str, Sequence[Life]],
    bench: Bench,
    futures: Scenarios,
) -> AtBest:
    """Return a strategy at its best: planned, lived, and planned again while that proposes something new.

    Args:
        strategy: as declared.
        tried: its variants, by name.
        lives: of these in the futures, with lines ordered as declared, by name.
        bench: what it takes to live more.
        futures: in which it is planned.
    """
    site, funding = bench.site, bench.funding
    staffed = {name: keep(name, one, lives[name], site, funding, futures) for name, one in tried.items()}
    declared = bench.lived({"declared": strategy}, futures, "as declared")["declared"]
    data = question_of(strategy, tried, lives, site, funding, futures, site.study.risk)
    known: dict[Way, Lived] = {}
    for name, lived in staffed.items():
        starts = declared_starts(strategy, lived.lives, site, futures, data.quarters, data.most_lines)
        if starts is not None:
            known[name, starts] = lived
            data = corrected(data, (name, starts), lived)
    rounds: list[Round] = []
    while True:
        plan, others = plans_of(data)
        way = (plan.option or "", plan.start_quarters)
        if plan.option is None or way in known or len(rounds) == site.study.rounds:
            break
        planned = strategy_of(plan, strategy, tried, site, futures)
        assert planned is not None and plan.npv is not None
        known[way] = bench.lived({"plan": planned}, futures, f"a plan of {strategy.title.lower()}")["plan"]
        rounds.append(Round(plan.option, plan.start_quarters, plan.npv, known[way].npv))
        data = corrected(data, way, known[way])
    asked = {(one.option, one.start_quarters) for one in rounds}
    found = better(plan, declared, list(staffed.values()), [known[one] for one in asked], others)
    # a plan that nobody has lived is told as it was promised
    simulated = known[way].npv if way in known else None
    return replace(found, simulated=simulated, rounds=tuple(rounds), settled=plan.option is None or way in known)


def corrected(data: ExpansionData, way: Way, lived: Lived) -> ExpansionData:
    """Return a question in which what an option was lived to be worth is what the model makes of it."""
    name, starts = way
    made = [(name, line, quarter) for line, quarter in enumerate(starts) if quarter is not None]
    point = data.options[name]
    # what was put there before is not what the model itself says
    plain = outcome(data, made).npv - point.beyond
    # a plant that is insolvent says nothing of plans that are not, and of this one more than the model can know
    beyond = np.where(lived.books.insolvent, 0.0, lived.books.npv_musd - plain)
    return replace(data, options={**data.options, name: replace(point, beyond=beyond)})


def declared_starts(
    strategy: Strategy, lives: Sequence[Life], site: Site, futures: Scenarios, quarters: int, most: int
) -> tuple[int | None, ...] | None:
    """Return the quarters in which lines start as they are declared; None where futures differ or quarters are cut.

    Args:
        strategy: as declared.
        lives: of it in the futures.
        site: what strategies share.
        futures: with delays.
        quarters: of the horizon.
        most: lines that the model knows; one where all are built together.
    """
    build = strategy.build
    if isinstance(build, WhenProved) or len({len(life.ordered) for life in lives}) > 1 or not lives[0].ordered:
        return None
    orders = [0] * site.ground.lines
    if isinstance(build, Phased):
        orders = [number * build.gap for number in range(site.ground.lines)]
    elif isinstance(build, Scheduled):
        orders = list(build.orders)
    orders = orders[: len(lives[0].ordered)][:most]
    first = lead_quarters(strategy, site, futures) + first_quarter(strategy, futures)
    starts = [first + order // MONTHS_PER_QUARTER for order in orders]
    if any(order % MONTHS_PER_QUARTER for order in orders) or max(starts) >= quarters:
        return None
    return (*starts, *[None] * (most - len(starts)))
