"""Shapes of steps: what machines with a takt share, and what places of rest share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from twin.declared import DeclaredStep
from twin.material import Material
from twin.occasion import Made, Occasion
from twin.units import Rate, Seconds


class AtRate(DeclaredStep):
    """A machine that takes cells one by one.

    Attributes:
        rate: cells a second [1/s].
        loading: time to bring a lot in and out [s].
    """

    rate: Rate
    loading: Seconds = 0.0

    grows: ClassVar[tuple[str, ...]] = ("loading",)

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time for one lot [s]."""
        return inputs[0].units / self.rate + self.loading

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Work on every cell of the lot."""
        units = inputs[0].units
        return Made([inputs[0]], units, units)


class ForTime(DeclaredStep):
    """A place that a lot occupies for a time, however many cells it holds.

    Attributes:
        time: how long the step itself takes [s].
        handling: time to bring a lot in and out [s].
    """

    time: Seconds
    handling: Seconds = 0.0

    by_time: ClassVar[bool] = True

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return how long a lot occupies its place [s]."""
        return self.time + self.handling

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Work on every cell of the lot."""
        units = inputs[0].units
        return Made([inputs[0]], units, units)
