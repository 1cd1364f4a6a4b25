"""Which of very many numbers matter most: sequential bifurcation, best group first, within a budget of runs.

Groups of numbers are put to ends of their ranges together, and only those that matter are taken apart. Which end each
number takes is drawn by its name, and the whole group is tried the other way round as well, so that what only one end
does is seen. Both halves of a group are measured: where plants break down, effects do not add up.

Source: Bettonvil and Kleijnen (1997), Searching for important factors in simulation models with many factors:
sequential bifurcation. There all signs are known; here they are not, so that two numbers of one group may hide each
other where they work against each other both ways. That is why groups that were left whole are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil, inf, sqrt
from statistics import median
from typing import NamedTuple

from twin import Input

Ends = Mapping[str, str | float]
# what some numbers at ends of their ranges change of the goal, by run: infinite where the plant makes nothing, None
# where no plant can have them
Measure = Callable[[Sequence[tuple[Ends, int]]], list[float | None]]
# groups that are looked at in one go, however many workers there are
_AT_ONCE = 4
# a first look at all groups may take this share of the budget
_FIRST = 0.4
# of a normal distribution, the middle of the sizes of differences between two draws, in standard deviations of one
_MEDIAN = 0.6745 * sqrt(2)


@dataclass(frozen=True)
class Group:
    """Numbers that are put to ends of their ranges together.

    Attributes:
        members: the numbers.
        high: which of them are put to their high end, by path; the others are at their low end.
        change: of the goal [USD/yr, cell/yr or J/yr]; infinite where the plant makes nothing, or nobody has tried.
        measured: whether it was tried.
    """

    members: Sequence[Input]
    high: frozenset[str]
    change: float = inf
    measured: bool = False

    @property
    def ends(self) -> dict[str, str | float]:
        """The end at which each number is."""
        return {one.path: one.high if one.path in self.high else one.low for one in self.members}

    def halves(self) -> tuple[Group, Group]:
        """Return both halves, neighbours in the plant's files together."""
        middle = len(self.members) // 2
        return tuple(  # type: ignore[return-value]
            Group(part, self.high & {one.path for one in part})
            for part in (self.members[:middle], self.members[middle:])
        )


class Impossible(NamedTuple):
    """A number that the plant cannot have at an end of its range while all others stay."""

    path: str
    end: str | float


@dataclass(frozen=True)
class Found:
    """What a screening says.

    Attributes:
        single: numbers that were tried alone, with what they change of the goal at their worse end.
        groups: numbers that were not taken apart, with what they change together.
        noise: two standard deviations of a change that is none; 0 when runs show no luck [USD/yr, cell/yr or J/yr].
        runs: that were asked.
        impossible: ends that no plant can have.
        finished: whether no group is left that matters as much as the least of the numbers wanted.
    """

    single: Mapping[str, float] = field(default_factory=dict)
    groups: Sequence[tuple[Sequence[str], float]] = ()
    noise: float = 0.0
    runs: int = 0
    impossible: Sequence[Impossible] = ()
    finished: bool = True


class Screening:
    """One search for the numbers that matter most.

    Args:
        measure: asks the twin.
        budget: most runs.
        wanted: how many numbers are looked for.
        known: sizes of what other numbers change, that need no run.
    """

    def __init__(self, measure: Measure, budget: int, wanted: int, known: Sequence[float]) -> None:
        self._measure, self._budget, self._wanted, self._known = measure, budget, wanted, list(known)
        self._runs = 0
        self._impossible: list[Impossible] = []

    def search(self, members: Sequence[Input]) -> Found:
        """Return what matters most of some numbers."""
        # as many runs are kept back to tell the noise
        kept_back = min(self._wanted, self._budget // 4)
        groups = self._first_look(members)
        while ripe := self._ripe(groups)[: self._affordable(kept_back)]:
            rest = [group for group in groups if not any(group is one for one in ripe)]
            groups = rest + self._run([half for group in ripe for half in group.halves()])
        finished = not self._ripe(groups)
        single = {group.members[0].path: group.change for group in groups if len(group.members) == 1 and group.measured}
        noise = self._noise(groups)
        left = [([one.path for one in g.members], g.change) for g in groups if len(g.members) > 1 or not g.measured]
        return Found(single, left, noise, self._runs, self._impossible, finished)

    def _first_look(self, members: Sequence[Input]) -> list[Group]:
        """Return all numbers in groups, each as it works the way round that does more."""
        if not members or self._budget < 2:
            return [Group(members, frozenset())] if members else []
        count = max(1, min(len(members), int(_FIRST * self._budget / 2)))
        size = ceil(len(members) / count)
        parts = [members[place : place + size] for place in range(0, len(members), size)]
        found = []
        for part in parts:
            high = frozenset(one.path for one in part if _coin(one.path))
            found += [Group(part, high), Group(part, frozenset(one.path for one in part) - high)]
        looked = self._run(found)
        return [max(pair, key=lambda group: abs(group.change)) for pair in zip(looked[::2], looked[1::2], strict=True)]

    def _affordable(self, kept_back: int) -> int:
        """Return how many groups may be taken apart in one go."""
        return min(_AT_ONCE, max(0, self._budget - self._runs - kept_back) // 2)

    def _ripe(self, groups: Sequence[Group]) -> list[Group]:
        """Return groups that must be taken apart, the largest first: any of them may hold one that is wanted."""
        sure = [abs(g.change) for g in groups if len(g.members) == 1] + self._known
        least = sorted(sure, reverse=True)[self._wanted - 1] if len(sure) >= self._wanted else 0.0
        ripe = [g for g in groups if abs(g.change) > least and len(g.members) > 1]
        return sorted(ripe, key=lambda group: -abs(group.change))

    def _run(self, groups: Sequence[Group], luck: int = 0) -> list[Group]:
        """Return groups with what they change; what no plant can have must be taken apart like what matters."""
        self._runs += len(groups)
        changes = self._measure([(group.ends, luck) for group in groups])
        found = []
        for group, change in zip(groups, changes, strict=True):
            if change is None and len(group.members) == 1:
                self._impossible.append(Impossible(group.members[0].path, next(iter(group.ends.values()))))
                change = 0.0
            found.append(replace(group, change=inf if change is None else change, measured=True))
        return found

    def _noise(self, groups: Sequence[Group]) -> float:
        """Return two standard deviations of a change that is none: as numbers of little effect show with other luck."""
        felt = [g for g in groups if g.measured and 0 < abs(g.change) < inf]
        felt = sorted(felt, key=lambda group: abs(group.change))[: min(self._wanted, self._budget - self._runs)]
        if not felt:
            return 0.0
        again = self._run(felt, luck=1)
        apart = [abs(one.change - other.change) for one, other in zip(felt, again, strict=True)]
        return 2 * median(apart) / _MEDIAN


def _coin(path: str) -> bool:
    """Return one of two sides, always the same for a path."""
    return sha256(path.encode()).digest()[0] % 2 == 1
