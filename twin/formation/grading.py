"""End-of-line test and grading: what a cell is worth is measured and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twin.material import GRADE_A, GRADE_B, Cell, Floats, Material
from twin.occasion import Made, Occasion
from twin.shapes import AtRate
from twin.units import Fraction, Positive

SECONDS_PER_HOUR = 3600.0


class Grading(AtRate):
    """A grading line: capacity, resistance and open-circuit voltage against limits.

    Attributes:
        capacity_mean: capacity of a faultless cell at target loading, relative to nominal [-].
        capacity_cv: spread of capacity that loading does not explain [-].
        capacity_noise: repeatability of the capacity test [-].
        capacity_a: least measured capacity of grade A, relative to nominal [-].
        capacity_b: least measured capacity of grade B, relative to nominal [-].
        resistance_cv: spread of the 10 s resistance [-].
        resistance_noise: repeatability of the resistance test [-].
        resistance_limit: largest measured resistance that is good, relative to nominal [-].
    """

    kind: Literal["grading"]
    capacity_mean: Positive
    capacity_cv: Fraction
    capacity_noise: Fraction
    capacity_a: Positive
    capacity_b: Positive
    resistance_cv: Fraction
    resistance_noise: Fraction
    resistance_limit: Positive

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Measure and grade every cell of the lot."""
        (cell,) = inputs
        assert isinstance(cell, Cell) and at.product is not None
        capacity = self._capacity(cell, at)
        resistance = 1 + _spread(at, "resistance", cell.size, self.resistance_cv, self.resistance_noise)
        cell.measured["capacity_ah"] = capacity * np.float32(at.product.capacity / SECONDS_PER_HOUR)
        cell.measured["resistance_rel"] = resistance
        poor = cell.alive & (capacity < self.capacity_b)
        resistive = cell.alive & ~poor & (resistance > self.resistance_limit)
        cell.grade = np.where(capacity < self.capacity_a, GRADE_B, np.maximum(_grade(cell), GRADE_A)).astype(np.int8)
        entered = cell.units
        sorted_out: list[tuple[str, NDArray[np.intp]]] = []
        for reason, which in (("low_capacity", poor), ("high_dcir", resistive)):
            if which.any():
                sorted_out.append((reason, np.flatnonzero(which)))
        return Made([cell], entered, entered, sorted_out=sorted_out)

    def _capacity(self, cell: Cell, at: Occasion) -> Floats:
        """Return the measured capacity relative to nominal. Shape (cells,)."""
        spread = _spread(at, "capacity", cell.size, self.capacity_cv, self.capacity_noise)
        return cell.cathode_loading * np.float32(self.capacity_mean) * (1 + spread)


def _spread(at: Occasion, what: str, cells: int, true_sd: float, noise_sd: float) -> Floats:
    """Return the true spread of a property plus what its gauge adds. Shape (cells,)."""
    true = at.luck.normal(what, at.lot, cells) * np.float32(true_sd)
    return true + at.luck.normal(f"{what} gauge{at.again}", at.lot, cells) * np.float32(noise_sd)


def _grade(cell: Cell) -> NDArray[np.int8]:
    return np.zeros(cell.size, np.int8) if cell.grade is None else cell.grade
