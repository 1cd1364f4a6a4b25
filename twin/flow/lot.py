"""Lots: material that moves and is traced together."""

from __future__ import annotations

from collections.abc import Sequence

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
        like: where only some lots are evaluated, what another was like that this one, which was not, is taken for;
            None for a lot that was evaluated.
        root: where only some lots are evaluated, family and serial number of the batch that this one comes of, or the
            one that it is taken for comes of.
        batch: serial number of the batch that any lot comes of, where only some are evaluated.
    """

    __slots__ = ("batch", "entered", "family", "like", "material", "root", "serial", "units")

    def __init__(self, family: int, serial: int, material: Material, units: float) -> None:
        self.family = family
        self.serial = serial
        self.material = material
        self.units = units
        self.entered = 0.0
        self.like: Material | None = None
        self.root: tuple[int, int] | None = None
        self.batch = serial

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


def waited(lots: Sequence[Lot], now: float) -> tuple[float, float]:
    """Return when the last lot came, negative for none, and how long the first has waited [s]."""
    if len(lots) == 1:
        entered = lots[0].entered
        return entered, now - entered
    if not lots:
        return -1.0, 0.0
    times = [lot.entered for lot in lots]
    return max(times), now - min(times)
