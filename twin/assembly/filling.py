"""Electrolyte filling in the driest part of the dry room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from twin.declared import Declared
from twin.material import Cell, Floats, Material
from twin.occasion import Born, Made, Occasion
from twin.shapes import AtRate
from twin.units import Fraction

DOSE_ERROR = "electrolyte_dose_error"


class Dosing(Declared):
    """The pumps that dose.

    True afterwards: ``state["dose"]``, electrolyte in a cell [kg].

    Attributes:
        cv: coefficient of variation from cell to cell [-].
        drift: share of its stroke that a pump loses with each dose since it was calibrated [-].
        nozzles: pumps that share the cells of one machine.
        window: deviation from the nominal dose, up or down, that a cell may have [-].
    """

    cv: Fraction
    drift: Fraction
    nozzles: int = Field(ge=1, le=10_000)
    window: Fraction


class Filling(AtRate):
    """Electrolyte filling. A set-up calibrates the pumps.

    Attributes:
        dosing: the physics of its doses; without it, flaws are born at declared rates.
    """

    kind: Literal["filling"]
    dosing: Dosing | None = None

    @property
    def explains(self) -> frozenset[str]:
        """Wrong doses, once the pumps are declared."""
        return frozenset((DOSE_ERROR,)) if self.dosing is not None else frozenset()

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Fill every cell of the lot."""
        made = super().make(inputs, at)
        pumps = self.dosing
        if pumps is None or at.product is None:
            return made
        (cell,) = inputs
        assert isinstance(cell, Cell)
        lost = pumps.drift * (at.use + cell.size / 2) / pumps.nozzles
        dose = relative_dose(at.luck.normal("dose", at.lot, cell.size), pumps.cv, lost)
        if dose.min() < 1 - pumps.window or dose.max() > 1 + pumps.window:
            made.born = [Born(DOSE_ERROR, np.flatnonzero(np.abs(dose - 1) > pumps.window).tolist())]
        cell.state["dose"] = dose * np.float32(at.product.parts["electrolyte"].value)
        return made


def relative_dose(drawn: Floats, cv: float, lost: float) -> Floats:
    """Return the dose of each cell relative to the nominal one [-]. Shape (cells,).

    Args:
        drawn: standard normal numbers. Shape (cells,).
        cv: coefficient of variation from cell to cell [-].
        lost: share of their stroke that the pumps have lost [-].
    """
    dose: Floats = drawn * np.float32(cv)
    dose += np.float32(1 - lost)
    return dose
