"""The best plan by trying every one, from the numbers of a planning question alone.

Plain loops over options and machine counts. Nothing of the planning model is used, nor what ``PlanData`` can work out
itself: only the numbers that it holds, so that a slip in either shows.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from optimize.effects import Factor, Sum
from optimize.plan_data import PlanData

SECONDS_PER_YEAR = 365 * 86400.0
# most plans that are tried one by one
MOST = 100_000


@dataclass(frozen=True)
class Best:
    """A plan.

    Attributes:
        goal: what it is worth: cost, profit [USD/yr], good cells [cell/yr] or energy [J/yr].
        choice: the chosen option of each group.
        servers: machines by station.
        good: good cells that it makes [cell/yr].
    """

    goal: float
    choice: Mapping[str, str]
    servers: Mapping[str, int]
    good: float


def best_plan(data: PlanData) -> Best | None:
    """Return the best plan, None when no plan keeps to demand and limits."""
    return next(iter(best_plans(data, 1)), None)


def best_plans(data: PlanData, count: int) -> list[Best]:
    """Return some of the best plans, the best one first; a plan is its options and machines, with its best output."""
    assert plans(data) <= MOST, f"{plans(data)} plans are too many to try"
    if data.goal in ("cost", "energy"):
        return heapq.nsmallest(count, every_plan(data), key=lambda plan: plan.goal)
    return heapq.nlargest(count, every_plan(data), key=lambda plan: plan.goal)


def every_plan(data: PlanData) -> Iterator[Best]:
    """Yield every plan that keeps to demand and limits."""
    pick = min if data.goal in ("cost", "energy") else max
    for choice in choices(data):
        counts = (range(data.lowest[s], data.highest[s] + 1) for s in data.stations)
        numbers = _Numbers(data, choice)
        for machines in itertools.product(*counts):
            servers = dict(zip(data.stations, machines, strict=True))
            goals = [(numbers.goal(servers, good), good) for good in numbers.outputs(servers)]
            if goals:
                goal, good = pick(goals)
                yield Best(goal, choice, servers, good)


def best_of_a_large_plant(data: PlanData) -> Best | None:
    """Return the best plan of a plant with many machines by trying every choice of options and every useful output.

    With the options chosen, an output wants the fewest machines that carry it, since none earns anything by itself.
    With these the goal is linear in the output up to the next one at which some station wants one more machine.
    """
    small, best = data.goal in ("cost", "energy"), None
    for choice in choices(data):
        numbers = _Numbers(data, choice)
        for good in _useful_outputs(data, numbers.machines):
            servers = {s: max(data.lowest[s], math.ceil(good * numbers.machines[s] - 1e-9)) for s in data.stations}
            if any(servers[s] > data.highest[s] for s in data.stations):
                continue
            for made in numbers.outputs(servers):
                goal = numbers.goal(servers, made)
                if best is None or (goal < best.goal if small else goal > best.goal):
                    best = Best(goal, choice, servers, made)
    return best


def _useful_outputs(data: PlanData, machines: Mapping[str, float]) -> list[float]:
    if data.goal in ("cost", "energy"):
        assert data.demand is not None
        return [data.demand]
    full = {n / machines[s] for s in data.stations for n in range(data.lowest[s], data.highest[s] + 1)}
    if data.demand is not None:
        full = {good for good in full if good < data.demand} | {data.demand}
    return [0.0, *sorted(full)]


def worth(data: PlanData, choice: Mapping[str, str], servers: Mapping[str, int]) -> float | None:
    """Return the goal of one plan at its best output, None when it breaks demand, limits or ranges."""
    if any(not data.lowest[s] <= servers[s] <= data.highest[s] for s in data.stations):
        return None
    numbers = _Numbers(data, choice)
    goals = [numbers.goal(servers, good) for good in numbers.outputs(servers)]
    pick = min if data.goal in ("cost", "energy") else max
    return pick(goals, default=None)


def plans(data: PlanData) -> int:
    """Return how many plans there are."""
    count = 1
    for options in data.options.values():
        count *= len(options)
    for s in data.stations:
        count *= data.highest[s] - data.lowest[s] + 1
    return count


def choices(data: PlanData) -> Iterator[dict[str, str]]:
    """Yield every way to choose one option of each group."""
    for options in itertools.product(*data.options.values()):
        yield dict(zip(data.options, options, strict=True))


class _Numbers:
    """The numbers of a planning question with the options chosen."""

    def __init__(self, data: PlanData, choice: Mapping[str, str]) -> None:
        """Multiply and add up what the options change."""

        def product(factor: Factor) -> float:
            value = factor.base
            for group, by in factor.change.items():
                value *= by[choice[group]]
            return value

        def total(amount: Sum) -> float:
            value = amount.base
            for group, by in amount.added.items():
                value += by[choice[group]]
            return value

        self.data = data
        self.reach = product(data.reach)
        self.per_cell = {what: product(factor) for what, factor in data.per_cell.items()}
        self.per_server = {what: {s: total(amount) for s, amount in by.items()} for what, by in data.per_server.items()}
        self.places = total(data.places)
        kept = {s: product(data.kept[s]) for s in data.stations}
        # machines that a station needs for one good cell a year: the way of the cells is walked to its end, and
        # what is lost from here on has to be started in addition
        self.machines = {}
        for s in data.stations:
            entering, here = 1.0, s
            while True:
                entering /= kept[here]
                if here not in data.after:
                    break
                here = data.after[here]
            self.machines[s] = entering * product(data.use[s]) / self.reach

    def outputs(self, servers: Mapping[str, int]) -> list[float]:
        """Return the good cells among which the best output is [cell/yr]; none when the plan breaks a limit.

        Goals are linear in the output, so that the best is at an end: as much as machines, demand and power allow,
        or nothing.
        """
        data, limits = self.data, self.data.limits
        for what in ("capital", "floor", "people"):
            if what in limits and self._taken(what, servers) + data.standing.get(what, 0.0) > limits[what]:
                return []
        if "places" in limits and self.places > limits["places"]:
            return []
        if self.per_cell.get("escapes", 0.0) > limits.get("escapes", float("inf")):
            return []
        if self.per_cell.get("first_pass", 1.0) < limits.get("first_pass", 0.0):
            return []
        most = min(servers[s] / self.machines[s] for s in data.stations)
        if "power" in limits:
            left = limits["power"] * SECONDS_PER_YEAR - data.standing.get("drawn", 0.0)
            if left < 0:
                return []
            drawn = self.per_cell.get("drawn", 0.0)
            most = min(most, left / drawn) if drawn > 0 else most
        if data.goal in ("cost", "energy"):
            assert data.demand is not None
            return [data.demand] if most >= data.demand else []
        return [0.0, most if data.demand is None else min(most, data.demand)]

    def goal(self, servers: Mapping[str, int], good: float) -> float:
        """Return what a plan is worth with some output [cell/yr]."""
        cell, standing = self.per_cell, self.data.standing
        if self.data.goal == "output":
            return good
        if self.data.goal == "energy":
            return cell.get("drawn", 0.0) * good + standing.get("drawn", 0.0)
        running = (cell.get("energy", 0.0) + cell.get("material", 0.0)) * good
        cost = self._taken("owning", servers) + self._taken("staffing", servers) + running + standing.get("cost", 0.0)
        if self.data.goal == "cost":
            return cost
        return (cell.get("revenue", 0.0) - cell.get("returns", 0.0)) * good - cost

    def _taken(self, what: str, servers: Mapping[str, int]) -> float:
        return sum(each * servers[s] for s, each in self.per_server.get(what, {}).items())
