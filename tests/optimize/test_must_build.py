"""What a strategy is worth when built, where it would be better to build nothing: every way of building tried."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from board_lives import compared
from costly_site import FUTURES, MONTHS, MUST, site, strategy
from growing_plants import random_growth
from theory.every_expansion import every_expansion

from optimize.growth.at_best_data import made_to_build
from optimize.growth.at_best_lines import first_quarter, lead_quarters
from optimize.growth.bench import Bench
from optimize.growth.expansion import plan_expansion
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.scale_up import Compared, at_best
from optimize.growth.site import MustBuild
from optimize.growth.strategy import Scheduled
from optimize.money.funding import read_funding
from optimize.pages.board_story import beside_nothing
from optimize.pages.compare_data import as_data
from optimize.solve import Solver
from optimize.workers import hired
from twin import sample_futures

EXACT = Solver(gap=1e-9)


def best_that_builds(data: ExpansionData, must: MustBuild) -> float | None:
    """Return the value of the best plan that builds as much as it must, of all that are tried one by one."""
    first = {name: min(point.starts[0], default=99) for name, point in data.options.items()}
    values = [
        one.npv
        for one in every_expansion(data)
        if one.option is not None
        and sum(quarter is not None for quarter in one.quarters) >= must.lines
        and all(
            quarter is not None and quarter <= first[one.option] + must.within // 3
            for quarter in one.quarters[: must.lines]
        )
    ]
    return max(values, default=None)


@pytest.mark.parametrize("must", [MUST, MustBuild(lines=1, within=3), MustBuild(lines=2, within=6)])
def test_of_all_plans_that_build_as_much_as_they_must_none_is_better(must: MustBuild) -> None:
    """Where capital is so dear that most plans lose money."""
    losing = 0
    for seed in range(24):
        data = random_growth(seed)
        if not data.in_order or data.most_lines < must.lines:
            continue
        dear = {name: replace(one, capital=6 * one.capital) for name, one in data.options.items()}
        data = replace(data, options=dear)
        best = best_that_builds(data, must)
        plans = {lines: plan_expansion(one, EXACT) for lines, one in made_to_build(data, must).items()}
        assert all(len(plan.starts) in (lines, 0) for lines, plan in plans.items())
        found = max((plan.npv for plan in plans.values() if plan.npv is not None), default=None)
        assert (found is None) == (best is None)
        if found is not None:
            assert found == pytest.approx(best, abs=1e-4)
            losing += found < 0
    assert losing > 3


def test_a_strategy_that_is_better_not_built_goes_in_as_the_best_of_all_that_it_could_build() -> None:
    """Every number of engineers and every quarter of the second line is lived, or that there is none."""
    where, one = site(), strategy()
    with hired(1) as pool:
        bench = Bench(where, read_funding("default"), pool, None, None)
        found = at_best(where.study.model_copy(update={"strategies": {"one": one}}), bench)["one"]
        futures = sample_futures(where.futures, MONTHS, FUTURES, where.study.seed)
        first = first_quarter(one, futures) + lead_quarters(one, where, futures)
        ways = {}
        for count in (2, 4):
            for later in (None, *range(1, MONTHS // 3 - first)):
                build = Scheduled(rule="scheduled", orders=(0,) if later is None else (0, 3 * later))
                ways[f"{count} {later}"] = one.model_copy(update={"engineers": count, "build": build})
        lived = bench.lived(ways, futures, "every way")
    best = max(float(tried.npv.mean) for tried in lived.values())
    assert best < 0 and found.idle
    assert found.plan.option is not None and found.plan.start_quarters[0] == first
    assert found.simulated is not None and found.simulated.mean == pytest.approx(best)
    assert found.predicted == pytest.approx(best, abs=1e-6) and found.settled


def test_a_strategy_that_must_build_nothing_keeps_its_declared_orders() -> None:
    where = site()
    study = where.study.model_copy(update={"strategies": {"one": strategy()}, "must_build": None})
    with hired(1) as pool:
        bench = Bench(replace(where, study=study), read_funding("default"), pool, None, None)
        found = at_best(study, bench)["one"]
    assert found.idle and found.plan.option is None and found.simulated is None and not found.rounds
    assert found.strategy.build == strategy().build


def worth(**middle: float) -> Compared:
    """Return strategies that are worth so much in the mean, in three futures of which one is average."""
    found, lived = compared(), {}
    for name, value in middle.items():
        books = replace(found.verdict.lived[name].books)
        free = np.zeros_like(books.free_cash)
        free[:, 0] = value + np.array([-9.0, 0.0, 9.0])
        object.__setattr__(books, "free_cash", free)
        lived[name] = replace(found.verdict.lived[name], books=books)
    return replace(found, verdict=replace(found.verdict, lived=lived))


@pytest.mark.parametrize(
    ("fast", "seen", "less", "told"),
    [
        (-90.0, -80.0, ["seen", "fast"], "is better than Gauges first and All at once."),
        (
            1.0,
            80.0,
            [],
            "worse than building nothing, worth 0 MUSD; of All at once 3 futures leave it open.",
        ),
        (-90.0, -1.0, ["seen", "fast"], "is better than All at once; of Gauges first 3 futures leave it open."),
        (90.0, 80.0, [], "Every strategy is worth more than building nothing, worth 0 MUSD."),
    ],
)
def test_what_is_worth_less_than_building_nothing_is_told(fast: float, seen: float, less: list[str], told: str) -> None:
    """The interval of three futures that lie 9 apart is 22 wide to each side."""
    found = worth(fast=fast, seen=seen)
    assert as_data(found)["worth_less_than_building_nothing"] == less
    assert beside_nothing(found).endswith(told)
