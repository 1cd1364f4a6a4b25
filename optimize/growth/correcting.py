"""Promises corrected by what was lived: the planning model learns what the books say beyond it, and is asked again.

The model counts in whole quarters and knows no insolvency. What a way of building and staffing was lived to be worth,
less what the model makes of it, goes into its goal for all plans with so many engineers, future by future where the
plant stays solvent. So it is exact where something was lived, and near to that elsewhere; when it proposes what was
lived, promise and books agree.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from optimize.growth.at_best import Asked, AtBest, Round, better, strategy_of
from optimize.growth.at_best_data import made_to_build, question_of
from optimize.growth.at_best_lines import first_quarter, lead_quarters
from optimize.growth.bench import Bench
from optimize.growth.expansion import ExpansionPlan
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
    rehearsal = _Rehearsal(strategy, tried, bench, futures)
    for name, lived in staffed.items():
        starts = declared_starts(strategy, lived.lives, site, futures, data.quarters)
        if starts is not None:
            rehearsal.known[name, starts] = lived
    asked = rehearsal.settled(data)
    idle, must = asked.best.option is None, site.study.must_build
    questions = made_to_build(data, must) if idle and must is not None else {}
    if questions:
        asked = rehearsal.built(questions)
    plan = asked.best
    # what must be built leaves out what was lived of plans that wait
    planned = rehearsal.planned(list(questions.values()) or [data])
    found = better(plan, declared, list(staffed.values()), planned, asked.at_other_risks())
    # a plan that nobody has lived is told as it was promised
    lived_plan = rehearsal.known.get(_way(plan))
    return replace(
        found,
        simulated=None if lived_plan is None else lived_plan.npv,
        rounds=tuple(rehearsal.rounds),
        settled=plan.option is None or lived_plan is not None,
        idle=idle,
    )


def _way(plan: ExpansionPlan) -> Way:
    return plan.option or "", plan.start_quarters


def _lines(way: Way) -> int:
    """Return how many lines a way builds."""
    return sum(quarter is not None for quarter in way[1])


def _allows(data: ExpansionData, way: Way) -> bool:
    """Return whether a question allows as many lines as a way builds, and each of them when it starts."""
    allowed, built = data.options[way[0]].starts, _lines(way)
    most = sum(bool(quarters) for quarters in allowed)
    in_time = all(quarter is None or quarter in quarters for quarter, quarters in zip(way[1], allowed, strict=True))
    return in_time and data.least_lines <= built <= most


class _Rehearsal:
    """Plans of a strategy that are proposed, lived and learned from.

    Args:
        strategy: as declared.
        tried: its variants, by name.
        bench: what it takes to live more.
        futures: in which it is planned.

    Attributes:
        known: what was lived, by way.
        rounds: plans that were lived one after another.
    """

    def __init__(self, strategy: Strategy, tried: Mapping[str, Strategy], bench: Bench, futures: Scenarios) -> None:
        self._strategy, self._tried, self._bench, self._futures = strategy, tried, bench, futures
        self._solved: dict[Hashable, ExpansionPlan] = {}
        self.known: dict[Way, Lived] = {}
        self.rounds: list[Round] = []

    def planned(self, questions: Sequence[ExpansionData]) -> list[Lived]:
        """Return what the model proposed and any of some questions allows, as it was lived."""
        ways = {(one.option, one.start_quarters): None for one in self.rounds}
        return [self.known[way] for way in ways if any(_allows(data, way) for data in questions)]

    def settled(self, data: ExpansionData, ruin: bool = False) -> Asked:
        """Return the model as it is asked last: its plan was lived before, or builds nothing, or is one too many.

        Args:
            data: the question.
            ruin: whether it learns from insolvent futures too.
        """
        data = self._knowing(data, ruin)
        most = len(self.rounds) + self._bench.site.study.rounds
        while True:
            asked = Asked(data, self._solved)
            plan, way = asked.best, _way(asked.best)
            if plan.option is None or way in self.known or len(self.rounds) == most:
                return asked
            self.known[way] = lived = self._live(plan)
            data = corrected(data, way, lived, ruin)

    def built(self, questions: Mapping[int, ExpansionData]) -> Asked:
        """Return the model as it is asked last for the best plan that builds.

        What ruin costs goes with the number of lines. So the best plan of each number is lived, and the best of these
        numbers is settled.

        Args:
            questions: by number of lines, at least one.
        """
        for question in questions.values() if len(questions) > 1 else ():
            plan = Asked(self._knowing(question, ruin=True), self._solved).best
            if plan.option is not None and _way(plan) not in self.known:
                self.known[_way(plan)] = self._live(plan)

        def worth(lines: int) -> float:
            known = [one.npv.mean for way, one in self.known.items() if _allows(questions[lines], way)]
            return max(known, default=-inf)

        return self.settled(questions[max(questions, key=worth)], ruin=True)

    def _knowing(self, data: ExpansionData, ruin: bool) -> ExpansionData:
        """Return a question with what was lived of as many lines as it allows."""
        for way, lived in self.known.items():
            if _allows(data, way):
                data = corrected(data, way, lived, ruin)
        return data

    def _live(self, plan: ExpansionPlan) -> Lived:
        planned = strategy_of(plan, self._strategy, self._tried, self._bench.site, self._futures)
        assert planned is not None and plan.option is not None and plan.npv is not None
        what = f"a plan of {self._strategy.title.lower()}"
        lived = self._bench.lived({"plan": planned}, self._futures, what)["plan"]
        self.rounds.append(Round(plan.option, plan.start_quarters, plan.npv, lived.npv))
        return lived


def corrected(data: ExpansionData, way: Way, lived: Lived, ruin: bool = False) -> ExpansionData:
    """Return a question in which what an option was lived to be worth is what the model makes of it.

    Args:
        data: the question.
        way: how it was lived.
        lived: what came of it.
        ruin: whether futures in which it was insolvent count. A plant that is insolvent says nothing of plans that are
            not, and of this one more than the model can know; where something must be built, it is all there is.
    """
    name, starts = way
    made = [(name, line, quarter) for line, quarter in enumerate(starts) if quarter is not None]
    point = data.options[name]
    # what was put there before is not what the model itself says
    plain = outcome(data, made).npv - point.beyond
    counts = np.ones(len(plain), bool) if ruin else ~lived.books.insolvent
    beyond = np.where(counts, lived.books.npv_musd - plain, 0.0)
    return replace(data, options={**data.options, name: replace(point, beyond=beyond)})


def declared_starts(
    strategy: Strategy, lives: Sequence[Life], site: Site, futures: Scenarios, quarters: int
) -> tuple[int | None, ...] | None:
    """Return the quarters in which lines start as they are declared; None where futures differ or quarters are cut.

    Args:
        strategy: as declared.
        lives: of it in the futures.
        site: what strategies share.
        futures: with delays.
        quarters: of the horizon.
    """
    build = strategy.build
    if isinstance(build, WhenProved) or len({len(life.ordered) for life in lives}) > 1 or not lives[0].ordered:
        return None
    orders = [0] * site.ground.lines
    if isinstance(build, Phased):
        orders = [number * build.gap for number in range(site.ground.lines)]
    elif isinstance(build, Scheduled):
        orders = list(build.orders)
    orders = orders[: len(lives[0].ordered)]
    first = lead_quarters(strategy, site, futures) + first_quarter(strategy, futures)
    starts = [first + order // MONTHS_PER_QUARTER for order in orders]
    if any(order % MONTHS_PER_QUARTER for order in orders) or max(starts) >= quarters:
        return None
    return (*starts, *[None] * (site.ground.lines - len(starts)))
