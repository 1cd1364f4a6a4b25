"""Where bought materials enter a plant, and what of them is in what moves through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.equipment import Station
from twin.line import Line

# what a material is followed by: coating of an electrode, area of separator, or cells
Carrier = Literal["cathode", "anode", "area", "cell"]


@dataclass(frozen=True)
class Entry:
    """One bought material on its way into cells.

    Attributes:
        material: its name.
        per_cell: in one good cell [unit of the material].
        carrier: what it is followed by from there on.
        coats: True when it is part of the coating itself, and not only goes along with it.
        at: stations where it enters, with the share of what is bought that ends in what they work on [-].
    """

    material: str
    per_cell: float
    carrier: Carrier
    coats: bool
    at: dict[str, float]


def upstream(line: Line) -> dict[str, set[str]]:
    """Return the stations that each station's material comes from, without itself and without ways back."""
    feeders = {
        name: {box.source for box in line.buffers.values() if box.to == name and not box.rework}
        for name in line.stations
    }
    found: dict[str, set[str]] = {}

    def before(name: str) -> set[str]:
        if name not in found:
            found[name] = set().union(*(before(one) | {one} for one in feeders[name]))
        return found[name]

    return {name: before(name) for name in line.stations}


def starts(line: Line) -> list[str]:
    """Return the stations that start cells: those that put other things together to cells."""
    return [name for name, station in line.stations.items() if station.step.makes == "cell" and station.step.merges]


def carrier(line: Line, name: str) -> Carrier:
    """Return by what the work of a station is followed: coating of its electrode, separator or cells."""
    makes = line.stations[name].step.makes
    if makes in ("cell", "lot"):
        return "cell"
    for one in (name, *sorted(upstream(line)[name])):
        electrode: Carrier | None = getattr(line.stations[one].step, "electrode", None)
        if electrode is not None:
            return electrode
    return "area"


def entries(line: Line) -> list[Entry]:
    """Return where the materials of a cell enter its plant.

    Coating enters where slurry is mixed. Parts enter at the stations whose ``consumes`` names them, or where cells
    are started when none does.
    """
    cell = line.cell
    assert cell is not None
    stations = line.stations
    begin = starts(line)
    found = []
    sides: tuple[Carrier, Carrier] = ("cathode", "anode")
    for side in sides:
        mixers = [name for name, one in stations.items() if one.step.kind == "mixing" and carrier(line, name) == side]
        for material, amount in cell.electrode(side).materials.items():
            found.append(Entry(material, amount.value, side, True, _yields(stations, mixers or begin, material)))
    for material, amount in cell.parts.items():
        at = [name for name, one in stations.items() if material in one.consumes and one.step.kind != "mixing"] or begin
        by = carrier(line, at[0]) if at else "cell"
        found.append(Entry(material, amount.value, by, False, _yields(stations, at, material)))
    return found


def _yields(stations: dict[str, Station], at: list[str], material: str) -> dict[str, float]:
    consumes = {name: stations[name].consumes.get(material) for name in at}
    return {name: use.good if use else 1.0 for name, use in consumes.items()}
