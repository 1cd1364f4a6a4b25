"""Lots: material that moves and is traced together."""

from __future__ import annotations

from twin.journal import UNITS
from twin.material import Cell, Electrode, Material, Plain, Separator, Slurry

# lots that come back for rework are numbered apart, so that they never share another lot's luck
REWORK = 10**9

_UNIT = {
    kind: UNITS.index(unit)
    for kind, unit in ((Plain, "lot"), (Slurry, "kg"), (Electrode, "m"), (Separator, "m**2"), (Cell, "cell"))
}


class Lot:
    """A lot in the plant.

    Attributes:
        family: number of the station that made it.
        serial: its number within the family.
        material: what it holds.
        units: how much of it the journal knows [the material's unit].
        entered: when it came into its inbox [s].
    """

    __slots__ = ("entered", "family", "material", "serial", "units")

    def __init__(self, family: int, serial: int, material: Material, units: float) -> None:
        self.family = family
        self.serial = serial
        self.material = material
        self.units = units
        self.entered = 0.0

    @property
    def unit(self) -> int:
        """Number in the journal's ``UNITS`` of what it is counted in."""
        return _UNIT[type(self.material)]

    @property
    def coating(self) -> tuple[float, float]:
        """Dry coating in it, cathode and anode [kg]."""
        material = self.material
        if type(material) is Cell:
            return self.units * material.cathode_kg, self.units * material.anode_kg
        if isinstance(material, Slurry | Electrode):
            return (material.solids, 0.0) if material.electrode == "cathode" else (0.0, material.solids)
        return 0.0, 0.0
