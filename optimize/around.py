"""What lies around a plan, as the report tells it: what-ifs, second-best plans, doubt, two goals weighed, a clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        at_low: the goal there less that at the declared value [USD/yr, cell/yr or J/yr].
        at_high: likewise at the high end.
    """

    path: str
    low: str
    high: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the goal swings."""
        return max(self.at_low, self.at_high, 0.0) - min(self.at_low, self.at_high, 0.0)


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
        front: two goals weighed.
        clash: demands and limits of which no plan meets all, but one for any of them left out, in words.
        nearest: what could be made within the limits, in words.
    """

    what_ifs: Sequence[WhatIf] = ()
    second_best: Sequence[SecondBest] = ()
    tornado: Sequence[Swing] = ()
    front: Front | None = None
    clash: Sequence[str] = ()
    nearest: str = ""

    @property
    def widest_first(self) -> list[Swing]:
        """The tornado with the widest swing on top."""
        return sorted(self.tornado, key=lambda swing: -swing.width)


NOTHING = Around()
