"""Slitting: a mother roll is cut into lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from twin.declared import DeclaredStep
from twin.electrode.web import cut_off
from twin.material import Electrode, Material
from twin.occasion import Loss, Made, Occasion
from twin.units import Fraction, Metres, Seconds, Speed


class Slitting(DeclaredStep):
    """A slitter.

    Attributes:
        speed: web speed [m/s].
        roll_change: time that a roll change takes [s].
        threading: web scrapped at the start of each roll [m].
        start_stop: web scrapped at each stop [m].
        edge_trim: coating cut off with the edges [kg/kg].
    """

    kind: Literal["slitting"]
    speed: Speed
    roll_change: Seconds
    threading: Metres
    start_stop: Metres
    edge_trim: Fraction

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time to slit one roll [s]."""
        return inputs[0].units / self.speed + self.roll_change

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Slit one mother roll into its lanes; the trim is the outer lanes' edge."""
        (roll,) = inputs
        assert isinstance(roll, Electrode)
        slit, losses = cut_off(roll, self.threading, at.stops * self.start_stop)
        # what leaves is counted in metres of lane, and so is what does not
        losses = [loss._replace(quantity=loss.quantity * roll.lanes) for loss in losses]
        if slit.length <= 0:
            return Made([], roll.length, roll.length * roll.lanes, losses)
        trimmed = slit.solids * self.edge_trim
        losses.append(Loss("edge_trim", trimmed, "kg", roll.electrode, trimmed))
        share = (1 - self.edge_trim) / slit.lanes
        lanes: list[Material] = [slit.lane(lane, share) for lane in range(slit.lanes)]
        return Made(lanes, roll.length, roll.length * roll.lanes, losses)
