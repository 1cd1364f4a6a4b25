"""The product: the cell as designed, from which masses, areas and energies of everything follow."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from twin.declared import Declared
from twin.response import CellResponse
from twin.units import Amount, Area, Charge, MaterialAmount, Resistance, Voltage

JOULES_PER_GWH = 3.6e12
JOULES_PER_KWH = 3.6e6


class ElectrodeDesign(Declared):
    """One electrode of one cell.

    Attributes:
        area: double-coated web in one cell [m^2].
        materials: dry coating in one cell by material [kg].
    """

    area: Area
    materials: dict[str, MaterialAmount] = Field(min_length=1)

    @model_validator(mode="after")
    def _masses(self) -> ElectrodeDesign:
        wrong = [name for name, amount in self.materials.items() if amount.unit != "kg"]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: coating materials are masses, expected one such as '1.92 kg'")
        if not self.area > 0 or not self.solids > 0:
            raise ValueError("an electrode needs some area and some coating, expected such as '5 m^2' and '1.92 kg'")
        return self

    @cached_property
    def solids(self) -> float:
        """Dry coating in one cell [kg]."""
        return sum(amount.value for amount in self.materials.values())

    @cached_property
    def areal(self) -> float:
        """Dry coating per area of double-coated web [kg/m^2]."""
        return self.solids / self.area


class CellDesign(Declared):
    """The cell that the plant makes.

    Attributes:
        capacity: nominal capacity [A s].
        voltage: mean discharge voltage [V].
        parts: what else one cell holds, by material: foils, separator, electrolyte, container.
        welds: welds in one cell.
        weld_resistance: resistance of one weld as designed [ohm].
        tray: cells that share one formation tray.
        response: what a cell makes of its electrodes; None where nobody has declared it.
    """

    format: Literal["prismatic", "pouch", "cylindrical"]
    chemistry: Literal["lfp", "nmc811", "nmc622", "nca"]
    capacity: Charge
    voltage: Voltage
    cathode: ElectrodeDesign
    anode: ElectrodeDesign
    parts: dict[str, MaterialAmount] = Field(default_factory=dict)
    welds: int = Field(default=2, ge=1, le=10_000)
    weld_resistance: Resistance = 0.0
    tray: int = Field(default=24, ge=1, le=100_000)
    response: CellResponse | None = None

    @cached_property
    def resistance(self) -> float:
        """Resistance after 10 s at half charge of a cell as designed, with its welds in series [ohm]."""
        electrodes = self.response.resistance / (2 * self.cathode.area) if self.response else 0.0
        return electrodes + self.welds * self.weld_resistance

    @cached_property
    def energy(self) -> float:
        """Nominal energy of one cell [J]."""
        return self.capacity * self.voltage

    def electrode(self, name: str) -> ElectrodeDesign:
        """Return the design of the "cathode" or the "anode"."""
        return self.cathode if name == "cathode" else self.anode

    @cached_property
    def contents(self) -> dict[str, Amount]:
        """Everything in one good cell, by material."""
        merged: dict[str, Amount] = {}
        for group in (self.cathode.materials, self.anode.materials, self.parts):
            for name, amount in group.items():
                before = merged.get(name, Amount(0.0, amount.unit)).value
                merged[name] = Amount(before + amount.value, amount.unit)
        return merged
