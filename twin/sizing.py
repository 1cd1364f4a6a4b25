"""Sizing: what each station of a plant can make, from its declared rates and reliability.

The route is walked once with average material that the steps themselves make, so that a station's
capacity follows from the same equations that the simulation runs, without luck, queues and flaws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.equipment import Station
from twin.line import Line
from twin.material import Cell, Electrode, Floats, Material, Separator, Slurry
from twin.occasion import Occasion
from twin.pooling import joined
from twin.product import JOULES_PER_GWH, CellDesign
from twin.randomness import Luck, stream

SECONDS_PER_YEAR = 365 * 86400.0
_AVERAGED = 20_000


@dataclass(frozen=True)
class Capacity:
    """What one station can make.

    Attributes:
        seconds: time of one turn of one server without failures [s].
        lots: lots in one turn.
        cells_per_unit: cells that one unit entering the station is worth [cells per kg, m, m^2, cell]; 1 for lots.
        availability: share of all time that its servers can work [-].
        per_second: cells, or lots of a generic line, that all servers can take in [1/s].
        gwh_per_year: the same as nominal energy [GWh/yr]; 0 for a generic line.
    """

    seconds: float
    lots: int
    cells_per_unit: float
    availability: float
    per_second: float
    gwh_per_year: float


class _Average(Luck):
    """Luck that is always average, so that one walk is enough."""

    def normal(self, purpose: str, lot: int, size: int) -> Floats:
        return np.zeros(size, np.float32)

    def uniform(self, purpose: str, lot: int, size: int) -> Floats:
        return np.full(size, 0.5, np.float32)

    def one(self, purpose: str, lot: int, draw: Callable[[Any, int], NDArray[np.floating]]) -> float:
        return float(np.mean(draw(stream(self._seed, self._station, purpose), _AVERAGED)))


def capacity(line: Line) -> dict[str, Capacity]:
    """Return what each station can make, by name in factory order.

    Capacities count what enters a station: what later stations lose must be added.
    """
    made: dict[str, Material] = {}
    found: dict[str, Capacity] = {}
    for name in _in_flow_order(line):
        station = line.stations[name]
        boxes = [line.buffers[box] for box in line.inboxes(name) if not line.buffers[box].rework]
        inputs = [made[box.source] for box in boxes]
        found[name], made[name] = _station(line, name, station, inputs)
    return {name: found[name] for name in line.stations}


def _in_flow_order(line: Line) -> list[str]:
    """Return the stations so that each comes after those that feed it."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for box in line.inboxes(name):
                if not line.buffers[box].rework:
                    visit(line.buffers[box].source)
            order.append(name)

    for name in line.stations:
        visit(name)
    return order


def _station(line: Line, name: str, station: Station, inputs: Sequence[Material]) -> tuple[Capacity, Material]:
    """Return the capacity of a station that is fed some lots, and a lot that leaves it."""
    if station.combine > 1:
        inputs = [joined([lot for lot in list(inputs) * station.combine if isinstance(lot, Cell)])]
    at = Occasion(_Average(0, name), 0, 0, line.cell)
    seconds = station.step.seconds(inputs, at)
    result = station.step.make(inputs, at)
    if station.step.unit == "lot":
        worth, content = 1.0, float(station.combine)
    else:
        assert line.cell is not None
        worth = _cells_per_unit(line.cell, inputs or result.outputs, station.step.unit)
        content = result.entered * worth
    lots = _lots_per_turn(station, inputs)
    turn, share = _turn(line, station, seconds, inputs)
    per_second = station.servers * lots * content / turn * share
    energy = line.cell.energy if line.cell else 0.0
    yearly = per_second * energy * SECONDS_PER_YEAR / JOULES_PER_GWH
    able = Capacity(seconds, lots, worth, seconds / turn * share, per_second, yearly)
    return able, result.outputs[0]


def _cells_per_unit(cell: CellDesign, lots: Sequence[Material], unit: str) -> float:
    """Return the cells that one unit of some material is worth."""
    for lot in lots:
        if unit == "kg" and isinstance(lot, Slurry):
            return 1 / cell.electrode(lot.electrode).solids
        if unit == "m" and isinstance(lot, Electrode):
            return lot.width / cell.electrode(lot.electrode).area
        if unit == "m**2" and isinstance(lot, Separator):
            return 1 / cell.parts["separator"].value
    return 1.0


def _lots_per_turn(station: Station, inputs: Sequence[Material]) -> int:
    if station.batch is None:
        return 1
    if station.batch.lots is not None:
        return station.batch.lots
    return max(1, int((station.batch.units or 0.0) / inputs[0].units))


def _turn(line: Line, station: Station, seconds: float, inputs: Sequence[Material]) -> tuple[float, float]:
    """Return the time of a turn with failures and set-ups [s], and the share of time that turns can begin [-]."""
    turn = seconds
    if station.failures is not None:
        turn *= 1 + station.failures.mttr / station.failures.mtbf
    metres = inputs[0].units if inputs and station.step.unit == "m" else 0.0
    if station.step.kind == "coating" and line.cell is not None:
        metres = station.step.web(inputs[0].units, line.cell)
    for setup in station.setups.values():
        if setup.every_lots is not None:
            turn += setup.takes / setup.every_lots
        elif setup.every_metres and metres:
            # it is done between two turns, so a little later than it falls due
            turn += setup.takes / np.ceil(setup.every_metres / metres)
    share = line.staffed(station.calendar)
    for plan in station.maintenance.values():
        share *= 1 - min(1.0, plan.takes / plan.every)
    return turn, share


def cells_per_unit(line: Line, station: str) -> float:
    """Return the cells that one unit entering a station is worth."""
    return capacity(line)[station].cells_per_unit
