"""Electrolyte filling in the driest part of the dry room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from twin.declared import Declared
from twin.machine_code import equation, loop
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
        dose, nominal = np.empty(cell.size, np.float32), at.product.parts["electrolyte"].value
        if _fill(at.luck.normal("dose", at.lot, cell.size), pumps.cv, lost, nominal, dose) > pumps.window:
            made.born = [Born(DOSE_ERROR, np.flatnonzero(np.abs(dose / nominal - 1) > pumps.window).tolist())]
        cell.state["dose"] = dose
        return made


@loop
def _fill(drawn: Floats, cv: float, lost: float, nominal: float, dose: Floats) -> float:
    """Fill all cells; return how far off the worst dose is, relative to the nominal one [-]."""
    worst = 0.0
    for i in range(len(dose)):
        relative = relative_dose(drawn[i], cv, lost)
        dose[i] = relative * nominal
        worst = max(worst, abs(relative - 1))
    return worst


@equation
def relative_dose(drawn: float, cv: float, lost: float) -> float:
    """Return the dose of a cell relative to the nominal one [-].

    Args:
        drawn: standard normal number.
        cv: coefficient of variation from cell to cell [-].
        lost: share of their stroke that the pumps have lost [-].
    """
    return 1 - lost + cv * drawn
