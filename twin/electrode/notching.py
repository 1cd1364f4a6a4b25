"""Notching: the uncoated edge of a lane is cut to tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from twin.declared import DeclaredStep
from twin.electrode.web import cut_off
from twin.material import Electrode, Material
from twin.occasion import Made, Occasion
from twin.units import Metres, Seconds, Speed


class Notching(DeclaredStep):
    """A laser or die notcher.

    Attributes:
        speed: web speed [m/s].
        roll_change: time that a roll change takes [s].
        threading: web scrapped at the start of each lane [m].
        start_stop: web scrapped at each stop [m].
    """

    kind: Literal["notching"]
    speed: Speed
    roll_change: Seconds
    threading: Metres
    start_stop: Metres

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"
    grows: ClassVar[tuple[str, ...]] = ("roll_change", "threading")

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time to notch one lane [s]."""
        return inputs[0].units / self.speed + self.roll_change

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Notch one lane."""
        (lane,) = inputs
        assert isinstance(lane, Electrode)
        notched, losses = cut_off(lane, self.threading, at.stops * self.start_stop)
        return Made([notched] if notched.length > 0 else [], lane.length, lane.length, losses)
