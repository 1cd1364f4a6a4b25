"""End-of-line test and grading: what a cell is worth is measured and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twin.material import GRADE_A, Cell, Floats, Material
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
        capacity = _measured(at, "capacity", cell.size, self.capacity_cv, self.capacity_noise)
        capacity *= cell.cathode_loading
        capacity *= np.float32(self.capacity_mean)
        resistance = _measured(at, "resistance", cell.size, self.resistance_cv, self.resistance_noise)
        cell.measured["capacity_ah"] = capacity * np.float32(at.product.capacity / SECONDS_PER_HOUR)
        cell.measured["resistance_rel"] = resistance
        grade = (capacity < self.capacity_a).astype(np.int8) + np.int8(GRADE_A)
        cell.grade = grade if cell.grade is None else np.maximum(cell.grade, grade)
        sorted_out: list[tuple[str, NDArray[np.intp]]] = []
        alive = cell.alive
        # failing is rare: most lots need no second look
        if capacity.min() < self.capacity_b:
            poor = alive & (capacity < self.capacity_b)
            sorted_out.append(("low_capacity", np.flatnonzero(poor)))
            alive = alive & ~poor
        if resistance.max() > self.resistance_limit:
            sorted_out.append(("high_dcir", np.flatnonzero(alive & (resistance > self.resistance_limit))))
        return Made([cell], cell.units, cell.units, sorted_out=sorted_out)


def _measured(at: Occasion, what: str, cells: int, true_cv: float, noise_cv: float) -> Floats:
    """Return a property relative to its mean as its gauge reports it. Shape (cells,)."""
    noise = f"{what} gauge{at.again}" if at.again else f"{what} gauge"
    measured: Floats = at.luck.normal(what, at.lot, cells) * np.float32(true_cv)
    measured += at.luck.normal(noise, at.lot, cells) * np.float32(noise_cv)
    measured += 1
    return measured
