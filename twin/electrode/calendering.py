"""Calendering: the coating is pressed to its density."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from twin.declared import DeclaredStep
from twin.electrode.web import cut_off
from twin.material import Electrode, Material
from twin.occasion import Made, Occasion
from twin.units import Fraction, Metres, Seconds, Speed


class Calendering(DeclaredStep):
    """A roll press.

    Attributes:
        speed: web speed [m/s].
        passes: times each web runs through.
        roll_change: time that a roll change takes [s].
        threading: web scrapped at the start of each roll [m].
        start_stop: web scrapped at each stop [m].
        thickness_sd: spread of the thickness between rolls [-].
    """

    kind: Literal["calendering"]
    speed: Speed
    passes: int = Field(default=1, ge=1)
    roll_change: Seconds
    threading: Metres
    start_stop: Metres
    thickness_sd: Fraction

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time to press one roll [s]."""
        return inputs[0].units * self.passes / self.speed + self.roll_change

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Press one roll."""
        (roll,) = inputs
        assert isinstance(roll, Electrode)
        pressed, losses = cut_off(roll, self.threading, at.stops * self.start_stop)
        drawn = at.luck.one("thickness", at.lot, np.random.Generator.standard_normal)
        pressed.state = {**roll.state, "thickness": 1 + self.thickness_sd * drawn}
        return Made([pressed] if pressed.length > 0 else [], roll.length, roll.length, losses)
