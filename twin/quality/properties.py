"""Properties of material that a gauge can measure: what each is, and in which unit people read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Property:
    """One measurable property.

    Attributes:
        title: what people call it.
        si: unit inside the twin.
        shown: unit in tables and pictures.
        scale: how many ``shown`` one ``si`` is.
    """

    title: str
    si: str = ""
    shown: str = ""
    scale: float = 1.0


PERCENT, PPM = 100.0, 1e6

# the name is the attribute or the key of ``state`` under which the material carries it
PROPERTIES = {
    # slurry
    "viscosity": Property("viscosity", "Pa*s", "Pa·s"),
    "solids_fraction": Property("solids of the slurry", "", "%", PERCENT),
    "density": Property("density of the slurry", "kg/m**3", "kg/L", 1e-3),
    # web
    "wet_film": Property("wet film of one side", "m", "µm", 1e6),
    "loading": Property("areal loading", "", "% of target", PERCENT),
    "thickness": Property("thickness", "m", "µm", 1e6),
    "porosity": Property("porosity", "", "%", PERCENT),
    "residual_solvent": Property("residual solvent", "", "ppm", PPM),
    "adhesion": Property("adhesion", "N/m", "N/m"),
    "water": Property("water in the electrode", "", "ppm", PPM),
    "burr": Property("slitting burr", "m", "µm", 1e6),
    # cells
    "moisture": Property("water in the electrodes of a cell", "", "ppm", PPM),
    "overhang": Property("anode overhang", "m", "mm", 1e3),
    "weld_resistance": Property("weld resistance", "ohm", "mΩ", 1e3),
    "dose": Property("electrolyte filled", "kg", "g", 1e3),
    "wetted": Property("wetted share", "", "%", PERCENT),
    "k_value": Property("K-value", "V/s", "mV/day", 86400e3),
    "capacity_ah": Property("capacity", "", "Ah"),
    "resistance_rel": Property("10 s resistance", "", "% of design", PERCENT),
    "voltage": Property("open-circuit voltage", "V", "V"),
}
