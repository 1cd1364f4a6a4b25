"""A plan held as it is while declared numbers of its plant are others: what the twin says, and the goal then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, inf
from statistics import mean, median

from optimize.cache import Cache
from optimize.explore import SECONDS_PER_YEAR, Answer, Asked, answered, ask, simulated
from optimize.gather import accounts, plan_data
from optimize.plan_data import PlanData
from optimize.refine import Plan
from optimize.rounds import Round
from optimize.workers import Pool, Tell, ask_all
from twin import Deadlock, InputError, Journal, Line, put, turn, unit_costs

Ends = Mapping[str, str | float]
# a plant that makes less than this share of what it made has stopped: no swing of its goal means anything [-]
_STOPPED = 0.5
# a screening measures for this share of a study's days: it only has to tell what matters from what does not
_SHARE_OF_DAYS = 0.15


@dataclass(frozen=True)
class Counted:
    """One run whose cells are paid for at several price lists.

    Attributes:
        run: that is made.
        lists: what stands in the plant instead, by path: numbers that only the accounts know.
    """

    run: Asked
    lists: Sequence[Ends]


@dataclass(frozen=True)
class Counts:
    """What one run says under each price list."""

    answers: Sequence[Answer]


def count(asked: Counted) -> Counts:
    """Simulate one run, and read its journal once for each price list."""
    try:
        journal = simulated(asked.run)
    except Deadlock as error:
        return Counts([Answer(fault=f"locks up: {', '.join(error.stations)}") for _ in asked.lists])
    return Counts([answered(_paid_by(journal, put(journal.line, ends))) for ends in asked.lists])


def _paid_by(journal: Journal, line: Line) -> Journal:
    """Return the same run of a plant with other prices."""
    other = copy(journal)
    other.line = line
    return other


@dataclass(frozen=True)
class Held:
    """A plan that is held fixed.

    Attributes:
        plan: an answered study.
        chosen: its plan.
        servers: machines by station.
        answers: what the twin says as all is declared, run by run.
        demand: good cells that are wanted, or can be sold [W: J/s]; None when as many as can be made.
        workers: processes that simulate.
        tell: called with what is being done.
        cache: what the twin was asked before.
        share: machines, and places for lots, of the plan for each of the plant that is asked.
        scale: what the plan makes for each cell of that plant [-].
        days: measured time of each run [d]; None for as long as the study says.
    """

    plan: Plan
    chosen: Round
    servers: Mapping[str, int]
    answers: Sequence[Answer]
    demand: float | None
    workers: int | Pool = 1
    tell: Tell | None = None
    cache: Cache | None = None
    share: int = 1
    scale: float = 1.0
    days: int | None = None

    @cached_property
    def settings(self) -> dict[str, object]:
        """The settings of the plan."""
        return self.plan.question.settings(self.chosen.solution.choice, self.servers)

    @cached_property
    def line(self) -> Line:
        """The plant with the plan's settings."""
        return turn(self.plan.question.line, self.settings)

    @property
    def machines(self) -> int:
        """How many machines and places the plant that is asked has."""
        return sum(self._fewer(self.servers).values())

    def _fewer(self, of: Mapping[str, int]) -> dict[str, int]:
        """Return numbers of the plan as the plant that is asked has them."""
        return {name: ceil(count / self.share) for name, count in of.items()}

    @property
    def runs(self) -> int:
        """How many runs each end is tried with, paired with the first ones of the plan."""
        study = self.plan.question.study
        return min(study.explore, study.replications)

    @cached_property
    def base(self) -> list[float]:
        """The goal of the plan as it is, run by run."""
        return [self.goal(self.plan.question.line, answer) for answer in self.answers]

    def smaller(self) -> Held:
        """Return a plant of the same make that answers quickly because it is small, if the plan has many machines.

        About half of its stations have one machine, and lots wait as long as in the plan. Its flows are told in the
        size of the plan and paid for as those of the plan: buildings do not shrink with machines. Where such a plant
        makes nothing, it is the plan itself.
        """
        share = _shared(list(self.servers.values()))
        return self if share <= 1 else self._measured(replace(self, share=share), "small plant")

    def quicker(self) -> Held:
        """Return the same plant measured for a part of the days."""
        days = ceil(self.plan.question.study.days * _SHARE_OF_DAYS)
        return self._measured(replace(self, days=days), "short runs")

    def _measured(self, small: Held, what: str) -> Held:
        """Return a plant with its own runs as all is declared, or this one where it makes nothing."""
        line = self.plan.question.line
        runs = [small.asked(line, luck) for luck in range(self.runs)]
        answers = ask_all(ask, runs, self.workers, what, self.tell, self.cache)
        if any(answer.fault for answer in answers):
            return self
        made = mean(answer.output for answer in answers)
        return replace(small, answers=answers, scale=self.scale * mean(one.output for one in self.answers) / made)

    def possible(self, ends: Ends) -> Line | None:
        """Return the plant with other numbers; None when no plant can have them."""
        try:
            line = put(self.plan.question.line, ends)
            turn(line, self.settings)
        except InputError:
            return None
        return line

    def asked(self, line: Line, luck: int) -> Asked:
        """Return the run of a plant with the plan's settings and the luck of one of the plan's runs."""
        study = self.plan.question.study
        settings = self.settings
        if self.share > 1:
            buffers = self.line.buffers.items()
            places = {f"{name}.capacity": one.capacity for name, one in buffers if one.capacity is not None}
            machines = {f"{name}.servers": count for name, count in self.servers.items()}
            settings = {**settings, **self._fewer({**places, **machines})}
        return Asked(line, settings, self.days or study.days, study.warmup, study.seed + luck, study.evaluate)

    def changes(self, tried: Sequence[tuple[Ends, int]]) -> list[float | None]:
        """Return by how much the goal changes with other numbers, each tried with the luck of one of the plan's runs.

        Infinite where the plant makes less than half of what it made, None where no plant can have them.
        """
        lines = [self.possible(ends) for ends, _ in tried]
        runs = [self.asked(line, luck) for line, (_, luck) in zip(lines, tried, strict=True) if line is not None]
        answers = iter(ask_all(ask, runs, self.workers, "screen inputs", self.tell, self.cache))
        return [
            None if line is None else self._change(line, next(answers), luck)
            for line, (_, luck) in zip(lines, tried, strict=True)
        ]

    def _change(self, line: Line, answer: Answer, luck: int) -> float:
        """Return by how much the goal of a run changes; infinite where the plant has as good as stopped."""
        if answer.output < _STOPPED * self.answers[luck].output:
            return inf
        return self.change(line, answer, luck)

    def change(self, line: Line, answer: Answer, luck: int) -> float:
        """Return by how much the goal of a run changes."""
        return self.goal(line, answer) - self.base[luck]

    def simulated(self, tried: Sequence[Ends]) -> list[list[Answer]]:
        """Return what the twin says with other numbers that a plant can have, run by run."""
        lines = [put(self.plan.question.line, ends) for ends in tried]
        runs = [self.asked(line, luck) for line in lines for luck in range(self.runs)]
        answers = iter(ask_all(ask, runs, self.workers, "uncertain inputs", self.tell, self.cache))
        return [[next(answers) for _ in range(self.runs)] for _ in lines]

    def counted(self, tried: Sequence[Ends]) -> list[list[Answer]]:
        """Return what the accounts say with other prices, run by run."""
        if not tried:
            return []
        runs = [Counted(self.asked(self.plan.question.line, luck), tried) for luck in range(self.runs)]
        counts = ask_all(count, runs, self.workers, "uncertain prices", self.tell, self.cache)
        return [[one.answers[place] for one in counts] for place in range(len(tried))]

    def goal(self, line: Line, answer: Answer) -> float:
        """Return the goal of one run with the plan; infinite when the plant makes nothing.

        A demand is one of energy. A plant that falls short of it is counted as if so much more of all of it stood
        there as makes the demand: its fixed costs go up by what is missing.

        Args:
            line: the plant, the plan's settings not turned.
            answer: of its run with them.
        """
        if answer.fault:
            return inf
        data, per_cell, output = self.chosen.data, answer.per_cell, self.scale * answer.output
        demand = None
        if self.demand is not None and line.cell is not None:
            demand = self.demand * SECONDS_PER_YEAR / line.cell.energy
        sold = output if demand is None else min(output, demand)
        if data.goal == "output":
            return sold * self._energy(line)
        larger = 1.0
        if demand is not None and data.goal in ("cost", "energy"):
            sold, larger = demand, max(1.0, demand / output)
        costs = unit_costs(turn(line, self.settings))
        if data.goal == "energy":
            return per_cell["drawn"] * sold + costs.standing_energy * larger
        owned = sum((costs.owning[name] + costs.staffing[name]) * number for name, number in self.servers.items())
        cost = (owned + costs.standing) * larger + (per_cell["material"] + per_cell["energy"]) * sold
        return cost if data.goal == "cost" else (per_cell["revenue"] - per_cell["returns"]) * sold - cost

    def _energy(self, line: Line) -> float:
        """Return the energy of a cell relative to that of the plant as declared [-]."""
        declared = self.plan.question.line.cell
        return line.cell.energy / declared.energy if line.cell is not None and declared is not None else 1.0

    def data(self, ends: Ends, answers: Sequence[Answer]) -> PlanData:
        """Return the numbers of the planning model with other numbers in the plant, exact at the plan as it is."""
        question = replace(self.plan.question, line=put(self.plan.question.line, ends))
        return plan_data(question, accounts(question), self.plan.effects, self.chosen.solution.choice, answers)


def _shared(counts: Sequence[int]) -> int:
    """Return by what machine counts can be divided with least left over, near their median; 1 when half are single."""
    middle = median(counts)
    if middle <= 1:
        return 1

    def left_over(share: int) -> float:
        return sum(ceil(count / share) * share / count for count in counts if count > 1)

    return min(range(ceil(middle / 1.5), int(middle * 1.5) + 1), key=left_over)
