"""Slitting: a mother roll is cut into lanes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

import numpy as np

from twin.declared import Declared, DeclaredStep
from twin.electrode.web import cut_off, scattered
from twin.material import Electrode, Material
from twin.occasion import Born, Loss, Made, Occasion
from twin.units import Fraction, Metres, PerLength, Positive, Seconds, Speed

BURR = "slitting_burr_over_limit"


class Knives(Declared):
    """The knives of a slitter.

    Attributes:
        burr: mean burr that sharp knives leave [m].
        wear: web w after which the burr has grown by (1 + x/w)^p with x = w [m].
        wear_power: the power p [-].
        burr_sd: spread of the logarithm of the burr along an edge [-].
        burr_limit: highest burr allowed [m].
        burr_length: length of edge that one burr takes [m].
        particles: loose particles on an edge that sharp knives cut [1/m].
    """

    burr: Metres
    wear: Metres
    wear_power: Positive
    burr_sd: Positive
    burr_limit: Metres
    burr_length: Metres
    particles: PerLength

    def mean_burr(self, use: float) -> float:
        """Return the mean burr of knives that have cut some web [m]."""
        return worn_burr(self.burr, use, self.wear, self.wear_power)

    def over_limit(self, mean: float) -> float:
        """Return how many burrs are over the limit on one edge, given their mean [1/m]."""
        return share_above(self.burr_limit, mean, self.burr_sd) / self.burr_length


class Slitting(DeclaredStep):
    """A slitter.

    With ``knives`` it leaves in each lane: "burr", its mean [m], and "particles" on both edges together [1/m].

    Attributes:
        speed: web speed [m/s].
        roll_change: time that a roll change takes [s].
        threading: web scrapped at the start of each roll [m].
        start_stop: web scrapped at each stop [m].
        edge_trim: coating cut off with the edges [kg/kg].
        knives: how they wear; None when only the declared defect rates are known.
    """

    kind: Literal["slitting"]
    speed: Speed
    roll_change: Seconds
    threading: Metres
    start_stop: Metres
    edge_trim: Fraction
    knives: Knives | None = None

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"
    grows: ClassVar[tuple[str, ...]] = ("roll_change", "threading")

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of the knives."""
        return frozenset({BURR} if self.knives is not None else ())

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
        lanes = [slit.lane(lane, share) for lane in range(slit.lanes)]
        born = list(self._cut(self.knives, lanes, at)) if self.knives is not None else ()
        return Made(lanes, roll.length, roll.length * roll.lanes, losses, born=born)

    @staticmethod
    def _cut(knives: Knives, lanes: list[Electrode], at: Occasion) -> Iterator[Born]:
        """Yield the burrs over the limit; every lane has two edges."""
        length = lanes[0].length
        mean = knives.mean_burr(at.use + length / 2)
        particles = 2 * particles_of(knives.particles, mean, knives.burr)
        for lane in lanes:
            lane.state |= {"burr": mean, "particles": particles}
        rate = 2 * len(lanes) * knives.over_limit(mean)
        along, across = scattered(BURR, at, rate, length, len(lanes))
        for number in range(len(lanes)):
            starts = along[across == number]
            if len(starts):
                marks = np.empty((len(starts), 3))
                marks[:, 0], marks[:, 1], marks[:, 2] = starts, knives.burr_length, number
                yield Born(BURR, marks=marks, output=number)


def worn_burr(sharp: float, use: float, wear: float, power: float) -> float:
    """Return the mean burr of worn knives, B0 (1 + x/w)^p [m].

    Args:
        sharp: burr B0 of sharp knives [m].
        use: web x since the knives were changed [m].
        wear: web w [m].
        power: p [-].
    """
    burr: float = sharp * (1 + use / wear) ** power
    return burr


def share_above(limit: float, mean: float, sd: float) -> float:
    """Return the share of a lognormal quantity above a limit [-].

    Args:
        limit: the limit [unit of the mean].
        mean: mean of the quantity.
        sd: spread of its logarithm [-].
    """
    return 0.5 * math.erfc((math.log(limit / mean) + sd**2 / 2) / (sd * math.sqrt(2)))


def particles_of(sharp: float, burr: float, sharp_burr: float) -> float:
    """Return the particles on an edge, which grow as (burr)^1.5 [1/m].

    Args:
        sharp: particles behind sharp knives [1/m].
        burr: mean burr [m].
        sharp_burr: mean burr of sharp knives [m].
    """
    particles: float = sharp * (burr / sharp_burr) ** 1.5
    return particles
