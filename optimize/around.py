"""What lies around a plan, as the report tells it: what-ifs, second-best plans, doubt, two goals weighed, a clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from optimize.figures import Interval


class WhatIf(NamedTuple):
    """What a change of the question is worth.

    Attributes:
        what: the change in words, such as "one more machine at soaking".
        change: of the goal of the best plan then [USD/yr, cell/yr or J/yr]; None when there is no plan then.
        remark: what else is to be known.
    """

    what: str
    change: float | None
    remark: str = ""


class SecondBest(NamedTuple):
    """Another plan that is nearly as good.

    Attributes:
        different: what it has that the chosen plan has not, in words.
        goal: its goal by the model [USD/yr, cell/yr or J/yr].
        worse: how much worse that is than the chosen plan's by the model, relative to it [-].
    """

    different: str
    goal: float
    worse: float


class Swing(NamedTuple):
    """What one uncertain input does to the goal of the plan.

    Attributes:
        path: of the input in the line.
        low: its low end, written as in a line file.
        high: its high end.
        at_low: the goal there less that at the declared value, the plan held as it is [USD/yr, cell/yr or J/yr]; None
            when the plant makes nothing there, or no plant can have it.
        at_high: likewise at the high end.
        low_error: half of the 95 % interval of ``at_low``.
        high_error: of ``at_high``.
        low_again: as ``at_low`` by the model, the plan solved again; None when there is no plan then.
        high_again: as ``at_high``.
        low_makes: good cells relative to those of the plan as declared [-].
        high_makes: likewise at the high end.
        title: what people call the input.
        value: as declared.
        source: keys of the sources file.
        confidence: "read", "memory" or "estimate".
    """

    path: str
    low: str
    high: str
    at_low: float | None
    at_high: float | None
    low_error: float = 0.0
    high_error: float = 0.0
    low_again: float | None = None
    high_again: float | None = None
    low_makes: float = 1.0
    high_makes: float = 1.0
    title: str = ""
    value: str = ""
    source: str = ""
    confidence: str = ""

    @property
    def width(self) -> float:
        """How far the goal swings; infinite when the plant makes nothing at an end."""
        if self.at_low is None or self.at_high is None:
            return inf
        return max(self.at_low, self.at_high, 0.0) - min(self.at_low, self.at_high, 0.0)

    @property
    def clear(self) -> bool:
        """Whether an end changes the goal by more than luck may."""
        ends = (self.at_low, self.low_error), (self.at_high, self.high_error)
        return any(change is None or abs(change) > error for change, error in ends)


class Stop(NamedTuple):
    """An input whose range holds values at which the plant hardly makes anything.

    Attributes:
        path: where it stands in the plant.
        title: what people call it.
        value: as declared.
        ends: at which it stops the plant.
        source: keys of the sources file.
        confidence: "read", "memory" or "estimate".
    """

    path: str
    title: str
    value: str
    ends: tuple[str, ...]
    source: str
    confidence: str


class Unresolved(NamedTuple):
    """Inputs that were screened together and not taken apart.

    Attributes:
        paths: of the inputs.
        change: of the goal, all of them at ends of their ranges [USD/yr, cell/yr or J/yr]; None when the plant hardly
            makes anything then, or it was never tried.
    """

    paths: tuple[str, ...]
    change: float | None


class Screened(NamedTuple):
    """How the most uncertain inputs were found.

    Attributes:
        inputs: how many are in doubt.
        counted: how many of them only the accounts know.
        runs: of the twin for the others.
        budget: most runs allowed.
        alone: how many of the others were tried alone.
        noise: what an input without effect may show in one run [USD/yr, cell/yr or J/yr].
        quiet: inputs tried alone that change no more than that.
        unresolved: groups that were not taken apart and change something, the largest first.
        still: how many of the others change nothing at all, to the last digit.
        impossible: inputs with an end that no plant can have while all others stay.
        finished: whether no group is left that changes more than the least of the inputs told.
        stops: inputs that stop the plant, in the order of its files.
        machines: of the plant that was asked about physics; a plan of many is tried in a small plant of its make.
    """

    inputs: int
    counted: int
    runs: int
    budget: int
    alone: int
    noise: float
    quiet: tuple[str, ...]
    unresolved: tuple[Unresolved, ...]
    still: int
    impossible: tuple[str, ...]
    finished: bool
    stops: tuple[Stop, ...] = ()
    machines: int = 0


class Front(NamedTuple):
    """The plans between which two goals have to be weighed.

    Attributes:
        titles: what people call the goals, with units.
        points: both goals of each plan.
        plans: each in words, by what it has that the chosen one has not.
        simulated: both goals as the twin has them, with 95 % intervals; None where the plant makes nothing.
        solved: how the solver ended for each.
    """

    titles: tuple[str, str]
    points: Sequence[tuple[float, float]]
    plans: Sequence[str]
    simulated: Sequence[tuple[Interval, Interval] | None] = ()
    solved: Sequence[str] = ()


@dataclass(frozen=True)
class Around:
    """All that is known around a plan; what was not asked is empty.

    Attributes:
        what_ifs: changes of the question.
        second_best: plans in the order of their goal.
        tornado: the most uncertain inputs.
        screened: how they were found; None when they were not looked for.
        front: two goals weighed.
        clash: demands and limits of which no plan meets all, but one for any of them left out, in words.
        nearest: how far demands and limits could be met, in words.
        pending: what is asked and not known yet, in words.
    """

    what_ifs: Sequence[WhatIf] = ()
    second_best: Sequence[SecondBest] = ()
    tornado: Sequence[Swing] = ()
    screened: Screened | None = None
    front: Front | None = None
    clash: Sequence[str] = ()
    nearest: str = ""
    pending: Sequence[str] = ()

    @property
    def widest_first(self) -> list[Swing]:
        """The tornado with the widest swing on top."""
        return sorted(self.tornado, key=lambda swing: -swing.width)


NOTHING = Around()
