"""What became of everything that was bought, and of the work that was put in, in the measured time of a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.bought import Carrier, Entry, carrier, entries, upstream
from twin.journal import UNITS
from twin.measured import CELL, Flags, Floats, Measured
from twin.product import CellDesign
from twin.sizing import capacity
from twin.table import Columns

KG, SQUARE_METRE = UNITS.index("kg"), UNITS.index("m**2")


@dataclass(frozen=True)
class Balance:
    """One material: ``bought = good + scrap + waste + stock``, each in the unit of the material.

    Attributes:
        bought: what was taken from the store.
        good: in the good cells that were made.
        scrap: in what was scrapped, or lost by the way of working.
        waste: what never came into anything, such as the uncoated edges of foil.
        stock: by how much what is in the plant has grown.
    """

    bought: float
    good: float
    scrap: float
    waste: float
    stock: float

    @property
    def used(self) -> float:
        """What was bought and is not in the plant any more."""
        return self.good + self.scrap + self.waste


class Amounts:
    """Things in a plant, summed by place and unit.

    Args:
        places: number of places.
        place: where each is. Shape (rows,).
        rows: with unit, quantity, cathode_kg and anode_kg. Each of shape (rows,).
        quantity: name of the column of the quantity.
    """

    def __init__(self, places: int, place: NDArray[Any], rows: Columns, quantity: str) -> None:
        key = place.astype(np.int64) * len(UNITS) + rows["unit"]
        shape = (places, len(UNITS))

        def total(name: str) -> Floats:
            return np.bincount(key, rows[name], places * len(UNITS)).reshape(shape).astype(np.float64)

        self.quantity, self.cathode, self.anode = total(quantity), total("cathode_kg"), total("anode_kg")

    def cells(self, by: Carrier, cell: CellDesign, area: float) -> Floats:
        """Return what is there of a carrier, in cells that it is enough for. Shape (places, units).

        Args:
            by: the carrier.
            cell: the product.
            area: separator in one cell [m^2].
        """
        if by in ("cathode", "anode"):
            return (self.cathode if by == "cathode" else self.anode) / cell.electrode(by).solids
        found = np.zeros_like(self.quantity)
        found[:, CELL] = self.quantity[:, CELL]
        if by == "area" and area > 0:
            found[:, SQUARE_METRE] = self.quantity[:, SQUARE_METRE] / area
        return found


class Flows:
    """What went through the plant of a journal and what of it was lost.

    Args:
        measured: the measured part of the journal.
    """

    def __init__(self, measured: Measured) -> None:
        cell = measured.line.cell
        assert cell is not None
        self.measured, self.line, self.cell = measured, measured.line, cell
        self.names = list(measured.journal.stations)
        self.boxes = [self.line.buffers[name] for name in measured.journal.buffers]
        self._before = upstream(self.line)
        separator = cell.parts.get("separator")
        self._area = separator.value if separator else 0.0

    @cached_property
    def _gone(self) -> tuple[Amounts, Amounts]:
        """What was lost by the station that found it: worked on there, and grown too old before it."""
        measured = self.measured
        reasons = measured.journal.reasons
        old = reasons.index("shelf_life") if "shelf_life" in reasons else -1
        found = []
        for kept in (measured.rejects["reason"] != old, measured.rejects["reason"] == old):
            rows = {name: values[measured.gone & kept] for name, values in measured.rejects.items()}
            found.append(Amounts(measured.size, rows["station"], rows, "quantity"))
        return found[0], found[1]

    @cached_property
    def worked(self) -> Floats:
        """What each station worked on, in cells. Shape (stations,)."""
        worth = capacity(self.line)
        entered = self.measured.by_station(self.measured.visits, "entered")
        cells: Floats = entered * np.array([worth[name].cells_per_unit for name in self.names])
        return cells

    @cached_property
    def wasted(self) -> Floats:
        """Share of each station's work that was in what was lost there or later [-]. Shape (stations,)."""
        at_work, aged = self._gone
        lost = np.zeros(self.measured.size)
        for place, name in enumerate(self.names):
            by = carrier(self.line, name)
            later = self._after({name})
            here = later.copy()
            here[place] = True
            lost[place] = at_work.cells(by, self.cell, self._area)[here].sum()
            lost[place] += aged.cells(by, self.cell, self._area)[later].sum()
        share: Floats = np.divide(lost, self.worked, out=np.zeros_like(lost), where=self.worked > 0)
        return np.minimum(share, 1.0)

    @property
    def started(self) -> float:
        """Cells that were started."""
        return float(self.measured.by_station(self.measured.visits, "tried")[self.measured.makes_cells].sum())

    @cached_property
    def balances(self) -> dict[str, Balance]:
        """What became of each bought material."""
        found: dict[str, Balance] = {}
        for entry in entries(self.line):
            bought, used = self._used(entry)
            parts = (self._good(entry), self._scrap(entry), self._stock(entry))
            good, scrap, stock = (entry.per_cell * part for part in parts)
            new = Balance(bought, good, scrap, bought - used, stock)
            old = found.get(entry.material, Balance(0.0, 0.0, 0.0, 0.0, 0.0))
            found[entry.material] = Balance(
                old.bought + new.bought,
                old.good + new.good,
                old.scrap + new.scrap,
                old.waste + new.waste,
                old.stock + new.stock,
            )
        return found

    def _after(self, stations: Iterable[str]) -> Flags:
        """Return which stations come after any of some. Shape (stations,)."""
        first = set(stations)
        return np.array([bool(self._before[name] & first) for name in self.names])

    def _used(self, entry: Entry) -> tuple[float, float]:
        """Return what was bought of a material and what of it came into the work [unit of the material]."""
        bought = used = 0.0
        visits = self.measured.visits
        for name, good in entry.at.items():
            place = self.names.index(name)
            if entry.carrier == "cell":
                came = float(self.measured.by_station(visits, "tried")[place])
            elif entry.carrier == "area":
                came = float(self.measured.by_station(visits, "entered")[place]) / self._area
            else:
                came = float(self.measured.by_station(visits, "entered")[place])
                # what is lost of the slurry never reaches the foil
                lost = self._gone[0].cathode + self._gone[0].anode
                came -= 0.0 if entry.coats else float(lost[place, KG])
                came /= self.cell.electrode(entry.carrier).solids
            used += came * entry.per_cell
            bought += came * entry.per_cell / good
        return bought, used

    def _good(self, entry: Entry) -> float:
        """Return the finished cells, by their coating where that is what is followed."""
        finished = self.measured.finished
        if entry.carrier in ("cathode", "anode"):
            return float(finished[f"{entry.carrier}_kg"].sum()) / self.cell.electrode(entry.carrier).solids
        return float(finished["units"].sum())

    def _scrap(self, entry: Entry) -> float:
        """Return what was lost after the material had come in, in cells."""
        at_work, aged = self._gone
        later = self._after(entry.at)
        by_place = at_work.cells(entry.carrier, self.cell, self._area)
        lost = by_place[later].sum() + aged.cells(entry.carrier, self.cell, self._area)[later].sum()
        for name in entry.at:
            place = self.names.index(name)
            if not later[place]:
                lost += by_place[place, UNITS.index(self.line.stations[name].step.makes)]
        return float(lost)

    def _stock(self, entry: Entry) -> float:
        """Return by how much what holds the material has grown, in cells."""
        change = 0.0
        sides = (
            (1.0, self.measured.closing, self.measured.journal.end),
            (-1.0, self.measured.opening, self.measured.begin),
        )
        for sign, stock, time in sides:
            there = Amounts(len(self.names) + len(self.boxes), stock["place"], stock, "units")
            change += sign * self._held(entry, there.cells(entry.carrier, self.cell, self._area), time)
        return change

    def _held(self, entry: Entry, there: Floats, time: float) -> float:
        """Return what holds the material at some time, in cells."""
        later = self._after(entry.at)
        sources = [self.names.index(box.source) for box in self.boxes]
        own = [self.names.index(name) for name in entry.at]
        held = there[: len(self.names)][later].sum()
        for place, source in enumerate(sources, start=len(self.names)):
            if later[source] or source in own:
                held += there[place].sum()
        for place in own:
            step = self.line.stations[self.names[place]].step
            if later[place]:
                continue
            if step.unit == step.makes and self._before[self.names[place]]:
                # cells in the machine do not have it yet, cells that wait to leave do
                held += self._waiting(place, time)
            else:
                held += there[place, UNITS.index(step.makes)]
        return float(held)

    def _waiting(self, place: int, time: float) -> float:
        """Return what a station had finished at some time and could not hand on."""
        visits = self.measured.journal.columns("visits")
        rows = (visits["station"] == place) & (visits["finish"] < time) & (visits["leave"] >= time)
        return float(visits["passed"][rows].sum())
