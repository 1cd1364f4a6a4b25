"""Which of very many numbers matter most: sequential bifurcation, best group first, within a budget of runs.

Each number is tried at both ends of its range: a number at one end is a *way* to be wrong. Ways are put together in
groups, and only groups that matter are taken apart. Both halves of a group are measured: where plants break down,
effects do not add up. What stops a plant is found on the way, and told apart from what only changes it.

Source: Bettonvil and Kleijnen (1997), Searching for important factors in simulation models with many factors:
sequential bifurcation. There all signs are known; here they are not, so that two ways of one group may hide each other
where they work against each other. That is why groups that were left whole are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, inf, isfinite, sqrt
from statistics import median
from typing import NamedTuple

from twin import Input

Ends = Mapping[str, str | float]
# what some numbers at ends of their ranges change of the goal, by run: infinite where the plant hardly makes anything,
# None where no plant can have them
Measure = Callable[[Sequence[tuple[Ends, int]]], list[float | None]]
# groups that are looked at in one go, however many workers there are
_AT_ONCE = 4
# a first look at all ways takes at most this share of the budget, and so many runs at each end: groups of some twenty
# cost least, because one among them often matters
_FIRST, _MOST_FIRST = 0.4, 24
# of a normal distribution, the middle of the sizes of differences between two draws, in standard deviations of one
_MEDIAN = 0.6745 * sqrt(2)


class Way(NamedTuple):
    """A number at one end of its range."""

    path: str
    end: str | float


@dataclass(frozen=True)
class Group:
    """Ways that are tried together.

    Attributes:
        ways: no two of one number.
        change: of the goal [USD/yr, cell/yr or J/yr]; infinite where the plant hardly makes anything, or nobody has
            tried.
        measured: whether it was tried.
    """

    ways: Sequence[Way]
    change: float = inf
    measured: bool = False

    @property
    def single(self) -> bool:
        """Whether it is one way, that was tried."""
        return len(self.ways) == 1 and self.measured

    def halves(self) -> tuple[Group, Group]:
        """Return both halves, neighbours in the plant's files together."""
        middle = len(self.ways) // 2
        return Group(self.ways[:middle]), Group(self.ways[middle:])


@dataclass(frozen=True)
class Found:
    """What a screening says.

    Attributes:
        single: ways that were tried alone, with what they change of the goal.
        groups: ways that were not taken apart, with what they change together.
        noise: two standard deviations of a change that is none; 0 when runs show no luck [USD/yr, cell/yr or J/yr].
        runs: that were asked.
        impossible: ways that no plant can have while all other numbers stay.
        finished: whether no group is left that matters as much as the least of the numbers wanted.
    """

    single: Mapping[Way, float] = field(default_factory=dict)
    groups: Sequence[tuple[Sequence[Way], float]] = ()
    noise: float = 0.0
    runs: int = 0
    impossible: Sequence[Way] = ()
    finished: bool = True

    @property
    def stopping(self) -> list[Way]:
        """The ways in which the plant hardly makes anything."""
        return [way for way, change in self.single.items() if not isfinite(change)]


class Screening:
    """One search for the numbers that matter most.

    Args:
        measure: asks the twin.
        budget: most runs.
        wanted: how many numbers are looked for besides those that stop the plant.
        known: sizes of what other numbers change, that need no run.
    """

    def __init__(self, measure: Measure, budget: int, wanted: int, known: Sequence[float]) -> None:
        self._measure, self._budget, self._wanted, self._known = measure, budget, wanted, list(known)
        self._runs = 0
        self._impossible: list[Way] = []

    def search(self, members: Sequence[Input]) -> Found:
        """Return what matters most of some numbers."""
        # as many runs are kept back to tell the noise
        kept_back = min(self._wanted, self._budget // 4)
        groups = self._first_look(members)
        while ripe := self._ripe(groups)[: self._affordable(kept_back)]:
            rest = [group for group in groups if not any(group is one for one in ripe)]
            groups = rest + self._run([half for group in ripe for half in group.halves()])
        finished = not self._ripe(groups)
        single = {group.ways[0]: group.change for group in groups if group.single}
        noise = self._noise(groups)
        left = [(group.ways, group.change) for group in groups if not group.single]
        return Found(single, left, noise, self._runs, self._impossible, finished)

    def _first_look(self, members: Sequence[Input]) -> list[Group]:
        """Return all numbers in groups, at their low ends and at their high ends."""
        ends = [[Way(one.path, one.low) for one in members], [Way(one.path, one.high) for one in members]]
        if not members or self._budget < 2:
            return [Group(ways) for ways in ends if ways]
        count = max(1, min(len(members), _MOST_FIRST, int(_FIRST * self._budget / 2)))
        size = ceil(len(members) / count)
        return self._run([Group(ways[place : place + size]) for ways in ends for place in range(0, len(members), size)])

    def _affordable(self, kept_back: int) -> int:
        """Return how many groups may be taken apart in one go."""
        return min(_AT_ONCE, max(0, self._budget - self._runs - kept_back) // 2)

    def _ripe(self, groups: Sequence[Group]) -> list[Group]:
        """Return groups that must be taken apart, the largest first: any of them may hold one that is wanted.

        Of groups that stop the plant the smallest comes first: a budget that ends then has found some of them.
        """
        widest: dict[str, float] = {}
        for group in groups:
            if group.single and isfinite(group.change):
                path = group.ways[0].path
                widest[path] = max(widest.get(path, 0.0), abs(group.change))
        sure = sorted([*widest.values(), *self._known], reverse=True)
        least = sure[self._wanted - 1] if len(sure) >= self._wanted else 0.0
        ripe = [group for group in groups if abs(group.change) > least and len(group.ways) > 1]
        return sorted(ripe, key=lambda group: (-abs(group.change), len(group.ways)))

    def _run(self, groups: Sequence[Group], luck: int = 0) -> list[Group]:
        """Return groups with what they change; what no plant can have must be taken apart like what stops it."""
        self._runs += len(groups)
        changes = self._measure([(dict(group.ways), luck) for group in groups])
        found = []
        for group, change in zip(groups, changes, strict=True):
            if change is None and len(group.ways) == 1:
                self._impossible.append(group.ways[0])
                change = 0.0
            found.append(replace(group, change=inf if change is None else change, measured=True))
        return found

    def _noise(self, groups: Sequence[Group]) -> float:
        """Return two standard deviations of a change that is none, as the ways that matter most show with other luck.

        Those move the flow. What hardly touches it shows hardly any luck, and would make all else look sure.
        """
        felt = [group for group in groups if group.measured and 0 < abs(group.change) < inf]
        felt.sort(key=lambda group: (not group.single, -abs(group.change)))
        felt = felt[: min(self._wanted, self._budget - self._runs)]
        if not felt:
            return 0.0
        again = self._run(felt, luck=1)
        apart = [abs(one.change - other.change) for one, other in zip(felt, again, strict=True)]
        return 2 * median(apart) / _MEDIAN
