"""Alignment: how exactly the layers of a stack or jelly roll lie on each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pydantic import Field

from twin.declared import Declared
from twin.machine_code import equation, loop
from twin.material import Cell, Floats
from twin.occasion import Born, Occasion
from twin.units import Metres

MISALIGNED = "stack_or_winding_misalignment_overhang"
# coefficients of Abramowitz and Stegun 26.2.23, highest power first; in single precision, as the numbers drawn are
ABOVE: Any = tuple(np.float32(factor) for factor in (0.010328, 0.802853, 2.515517))
BELOW: Any = tuple(np.float32(factor) for factor in (0.001308, 0.189269, 1.432788, 1.0))
TWO: Any = np.float32(2)
HALF: Any = np.float32(0.5)
SMALLEST: Any = np.float32(1e-12)


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
        drawn = at.luck.uniform("placement", at.lot, 2 * cell.size)
        left = np.empty(cell.size, np.float32)
        per_layer = np.float32(1 / (self.layers * stacks))
        # a lost overhang is rare: most lots need no second look
        lost = _place(drawn, per_layer, self.overhang, self.sd, offset, left)
        cell.state["overhang"] = left
        return [Born(MISALIGNED, np.flatnonzero(left < 0).tolist())] if lost else []


@loop
def _place(drawn: Floats, per_layer: np.float32, overhang: float, sd: float, offset: float, left: Floats) -> bool:
    """Note the least overhang of each cell on either side; return whether one has lost it.

    The lot's offset takes from one side what it gives the other. The two sides are drawn apart, which differs from the
    truth by the square of the chance of one layer.
    """
    lost = False
    for i in range(len(left)):
        here = overhang - offset - sd * largest_of(drawn[2 * i], per_layer)
        there = overhang + offset - sd * largest_of(drawn[2 * i + 1], per_layer)
        left[i] = min(here, there)
        lost |= left[i] < 0
    return lost


@equation
def largest_of(uniform: np.float32, per_layer: np.float32) -> np.float32:
    """Return the largest of some standard normal numbers, drawn at once by their inverse distribution.

    The largest of n exceeds z with chance 1 - (1 - Q(z))^n. Q is inverted by a rational function of sqrt(-2 ln Q).

    Args:
        uniform: number in [0, 1).
        per_layer: 1 / n.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23; error below 4.5e-4 for Q up to 1/2,
    where larger ones are cut.
    """
    tail = max(min(-math.expm1(math.log1p(-uniform) * per_layer), HALF), SMALLEST)
    t = math.sqrt(-TWO * math.log(tail))
    above = (ABOVE[0] * t + ABOVE[1]) * t + ABOVE[2]
    below = ((BELOW[0] * t + BELOW[1]) * t + BELOW[2]) * t + BELOW[3]
    return np.float32(t - above / below)
