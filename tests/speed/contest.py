"""A contest of optimizers: one space, one value, one number of twin simulations for all."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from speed.rivals import METHODS, Point, Space, Trials

from optimize import optimize, read_study
from optimize.cache import Cache
from optimize.question import Question
from optimize.refine import best_of
from optimize.rounds import Round
from twin import Line, Run, kpis, simulate, turn, unit_costs
from twin.flow import Deadlock

DAYS_PER_YEAR = 365
OWN = "gigatwin"
# luck that no method has seen while it searched
FRESH = 900_000


@dataclass(frozen=True)
class Tried:
    """One simulation of a plant with some knobs turned.

    Attributes:
        line: the plant as declared.
        settings: knobs turned.
        days: measured time [d].
        warmup: time before it [d].
        seed: key of all luck.
        demand: most that can be sold [GWh/yr].
    """

    line: Line
    settings: Mapping[str, Any]
    days: int
    warmup: int
    seed: int
    demand: float


@dataclass(frozen=True)
class Job:
    """One method at work once.

    Attributes:
        study: file of the question.
        method: name of it.
        seed: of the method; its simulations have luck of their own, the same for every trial of this job.
        simulations: twin runs it may spend.
        answers: folder where what the twin answers is kept.
    """

    study: str
    method: str
    seed: int
    simulations: int
    answers: str


class Held(NamedTuple):
    """What a method held to be best for some time.

    Attributes:
        simulations: that it had spent when it came to that.
        settings: knobs turned.
        value: as the method saw it [M USD/yr].
    """

    simulations: int
    settings: dict[str, str | int | float]
    value: float


def space_of(question: Question) -> Space:
    """Return what a study lets be chosen."""
    choices: dict[str, tuple[Any, ...]] = {}
    declared = []
    for station, counts in question.servers.items():
        choices[f"{station}.servers"] = tuple(range(counts.low, counts.high + 1))
        declared.append(question.line.stations[station].servers - counts.low)
    for name, group in question.groups.items():
        choices[name] = tuple(settings[name] for settings in group.simulated.values())
        declared.append(list(group.simulated).index(group.base))
    return Space(choices, tuple(declared))


def tried(question: Question, settings: Mapping[str, Any], seed: int) -> Tried:
    """Return the simulation of a setting that a study asks for."""
    study = question.study
    assert question.demand is not None
    return Tried(question.line, settings, study.days, study.warmup, seed, question.gwh(question.demand))


def profit_of(tried: Tried) -> float:
    """Return what a plant earns in a year by one simulation [M USD/yr]; one that locks itself up sells nothing."""
    line = turn(tried.line, tried.settings)
    try:
        found = kpis(simulate(Run(line, tried.days, tried.warmup, tried.seed, cells="none")))
    except Deadlock:
        return -standing_cost(line) / 1e6
    return yearly_profit(line, found, tried.days, tried.demand)


def yearly_profit(line: Line, kpi: Mapping[str, Any], days: int, demand: float) -> float:
    """Return what a plant earns in a year if no more than a demand can be sold [M USD/yr].

    What is sold brings in its price, costs its material and energy, and some of it comes back; what the plant costs as
    it stands is spent whatever it makes::

        profit = min(1, demand / output) (revenue - variable - returns) - standing

    Args:
        line: the plant.
        kpi: of a run of it.
        days: measured time of the run [d].
        demand: most that can be sold [GWh/yr].
    """
    standing, years = standing_cost(line), days / DAYS_PER_YEAR
    money, output = kpi["money_usd"], kpi["good_gwh_per_year"]
    returns = sum(row["cost_usd"] for row in kpi["escapes"])
    margin = (money["revenue"] - money["total"] - returns) / years + standing
    sold = min(1.0, demand / output) if output > 0 else 1.0
    return float(sold * margin - standing) / 1e6


def standing_cost(line: Line) -> float:
    """Return what a plant costs as it stands, whatever it makes [USD/yr]."""
    costs = unit_costs(line)
    owned = sum((costs.owning[name] + costs.staffing[name]) * one.servers for name, one in line.stations.items())
    return owned + costs.standing


def search(job: Job) -> list[Held]:
    """Let a method search, and return what it held to be best, in the order in which it came to that.

    What the twin has answered before is not simulated again, but counts as if it were.
    """
    question = read_study(Path(job.study))
    cache = Cache(Path(job.answers))
    # every method meets the same luck, and every seed of it another
    luck = 1000 * job.seed
    if job.method == OWN:
        study = question.study.model_copy(update={"seed": luck})
        return own_loop(replace(question, study=study), job.simulations, cache)
    space, shelf = space_of(question), cache.of(profit_of)

    def value(point: Point) -> float:
        asked = tried(question, space.settings(point), luck)
        key = shelf.key(asked)
        known = shelf.find(key)
        return shelf.keep(key, profit_of(asked)) if known is None else known

    trials = Trials(value, job.simulations)
    METHODS[job.method](space, trials, job.seed)
    return [Held(spent, space.settings(point), found) for spent, point, found in incumbents(trials.values)]


def own_loop(question: Question, simulations: int, cache: Cache) -> list[Held]:
    """Let gigatwin's own loop answer a study, and return what it held to be best after each plan that it tried.

    A loop that breaks off, because a plant that it tries locks itself up, holds nothing but the declared plant.
    """
    runs: dict[str, int] = {}
    try:
        plan = optimize(question, 1, lambda what, _, total: runs.update({what: total}), cache)
    except Deadlock as error:
        print(f"{question.study.name}, {OWN}: {error}", file=sys.stderr)
        return []
    spent = dict(zip(runs, accumulate(runs.values()), strict=True))
    # as it saw them when they were tried: proofs come at the end
    rounds = [replace(one, proof=None, corrected=None) for one in plan.rounds]
    found: list[Held] = []
    for number in range(1, len(rounds) + 1):
        best = best_of(rounds[:number])
        if best is not None:
            found.append(_held(question, spent[f"plan {number}"], rounds[best]))
    if plan.chosen is not None:
        found.append(_held(question, plan.simulations, plan.chosen))
    return [
        held
        for place, held in enumerate(found)
        if held.simulations <= simulations and (place == 0 or held.settings != found[place - 1].settings)
    ]


def _held(question: Question, spent: int, one: Round) -> Held:
    return Held(spent, question.settings(*one.solution.plan), one.goal().mean / 1e6)


def incumbents(values: Mapping[Point, float]) -> list[tuple[int, Point, float]]:
    """Return the points that were the best so far, with how many had been tried by then."""
    best: list[tuple[int, Point, float]] = []
    for spent, (point, value) in enumerate(values.items(), start=1):
        if not best or value > best[-1][2]:
            best.append((spent, point, value))
    return best
