"""Alignment: how exactly the layers of a stack or jelly roll lie on each other."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from twin.declared import Declared
from twin.material import Cell, Floats
from twin.occasion import Born, Occasion
from twin.units import Metres

MISALIGNED = "stack_or_winding_misalignment_overhang"
# coefficients of Abramowitz and Stegun 26.2.23, highest power first
ABOVE = np.array([0.010328, 0.802853, 2.515517], np.float32)
BELOW = np.array([0.001308, 0.189269, 1.432788, 1.0], np.float32)
HALF, SMALLEST = np.float32(0.5), np.float32(1e-12)


class Alignment(Declared):
    """How a machine places its layers.

    True afterwards: ``state["overhang"]``, the least width that the anode still stands out over the cathode in any
    layer of a cell [m]; negative where a cathode has no anode opposite.

    Attributes:
        overhang: by how much the anode is designed to stand out on each side [m].
        sd: spread of a layer's place about the lot's mean [m].
        offset_sd: spread of that mean from lot to lot, as guides and webs drift [m].
        layers: layers, or turns, of one stack or jelly roll that are placed independently.
    """

    overhang: Metres
    sd: Metres
    offset_sd: Metres
    layers: int = Field(ge=1, le=1000)

    def place(self, cell: Cell, stacks: int, at: Occasion) -> list[Born]:
        """Place the layers of a new lot; return which cells have lost their overhang.

        Args:
            cell: the lot, whose state gets the truth.
            stacks: stacks or jelly rolls in one cell.
            at: the occasion.
        """
        offset = self.offset_sd * at.luck.one("offset", at.lot, np.random.Generator.standard_normal)
        worst = largest_of(at.luck.uniform("placement", at.lot, 2 * cell.size), self.layers * stacks)
        left = least_overhang(worst.reshape(cell.size, 2), self.overhang, self.sd, offset)
        cell.state["overhang"] = left
        # a lost overhang is rare: most lots need no second look
        return [Born(MISALIGNED, np.flatnonzero(left < 0).tolist())] if left.min() < 0 else []


def largest_of(uniform: Floats, layers: int) -> Floats:
    """Return the largest of so many standard normal numbers, drawn at once by their inverse distribution.

    The largest of n exceeds z with chance 1 - (1 - Q(z))^n. Q is inverted by a rational function of sqrt(-2 ln Q).

    Args:
        uniform: numbers in [0, 1), one for each largest. Shape (draws,).
        layers: n.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23; error below 4.5e-4 for Q up to 1/2,
    where larger ones are cut.
    """
    tail = np.log1p(-uniform)
    tail *= np.float32(1 / layers)
    np.expm1(tail, out=tail)
    np.negative(tail, out=tail)
    np.maximum(np.minimum(tail, HALF, out=tail), SMALLEST, out=tail)
    t = np.log(tail, out=tail)
    t *= np.float32(-2)
    np.sqrt(t, out=t)
    above = (ABOVE[0] * t + ABOVE[1]) * t
    above += ABOVE[2]
    below = ((BELOW[0] * t + BELOW[1]) * t + BELOW[2]) * t
    below += BELOW[3]
    above /= below
    largest: Floats = np.subtract(t, above, out=t)
    return largest


def least_overhang(worst: Floats, overhang: float, sd: float, offset: float) -> Floats:
    """Return the least overhang of each cell on either side [m]. Shape (cells,).

    The two sides are drawn apart, which differs from the truth by the square of the chance of one layer.

    Args:
        worst: largest deviation on each side, as standard normal numbers. Shape (cells, 2).
        overhang: as designed [m].
        sd: spread of one layer [m].
        offset: mean of the lot, which takes from one side what it gives the other [m].
    """
    left: Floats = np.minimum(
        np.float32(overhang - offset) - np.float32(sd) * worst[:, 0],
        np.float32(overhang + offset) - np.float32(sd) * worst[:, 1],
    )
    return left
