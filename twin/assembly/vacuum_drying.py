"""Vacuum drying: coils give off their last water before they meet the dry room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from twin.declared import DeclaredStep
from twin.material import Electrode, Material
from twin.occasion import Made, Occasion
from twin.units import Fraction, Seconds


class VacuumDrying(DeclaredStep):
    """A vacuum oven.

    Attributes:
        time: from closing to opening the oven [s].
        water: water left in the coating, mean [kg/kg].
        water_cv: coefficient of variation of the water left between coils [-].
    """

    kind: Literal["vacuum_drying"]
    time: Seconds
    water: Fraction
    water_cv: Fraction

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time of one oven load [s]."""
        return self.time

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Dry one coil."""
        (coil,) = inputs
        assert isinstance(coil, Electrode)
        drawn = at.luck.one("water", at.lot, np.random.Generator.standard_normal)
        coil.state["water"] = self.water * math.exp(self.water_cv * drawn - self.water_cv**2 / 2)
        return Made([coil], coil.length, coil.length)
