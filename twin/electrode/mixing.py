"""Mixing: powders, binder and solvent become a batch of slurry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from twin.declared import DeclaredStep
from twin.material import Material, Slurry
from twin.occasion import Loss, Made, Occasion
from twin.units import Density, Fraction, Seconds, Volume


class Mixing(DeclaredStep):
    """A batch mixer; the plant's release point for one electrode.

    Attributes:
        vessel: volume of the vessel [m^3].
        fill: how full it is filled [-].
        density: density of the slurry [kg/m^3].
        solids: mass of dry matter in the slurry [kg/kg].
        time: from charging to an empty vessel [s].
        residue: dry matter that stays in vessel, pipes and filters [kg/kg].
        offset_sd: spread between batches of the loading they give at equal settings [-].
    """

    kind: Literal["mixing"]
    electrode: Literal["cathode", "anode"]
    vessel: Volume
    fill: Fraction
    density: Density
    solids: Fraction
    time: Seconds
    residue: Fraction
    offset_sd: Fraction

    begins: ClassVar[bool | None] = True
    unit: ClassVar[str] = "kg"
    makes: ClassVar[str] = "kg"

    @property
    def batch(self) -> float:
        """Dry matter charged for one batch [kg]."""
        return self.vessel * self.fill * self.density * self.solids

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time one batch takes [s]."""
        return self.time

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Mix one batch."""
        lost = self.batch * self.residue
        offset = self.offset_sd * at.luck.one("offset", at.lot, np.random.Generator.standard_normal)
        slurry = Slurry(self.electrode, self.batch - lost, offset)
        return Made([slurry], self.batch, self.batch, [Loss("vessel_residue", lost, "kg", self.electrode, lost)])
