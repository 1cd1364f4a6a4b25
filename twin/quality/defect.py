"""Defect modes: where each is born, where it may be seen, and its birth in a lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from twin.declared import Declared
from twin.machine_code import loop
from twin.marks import ALL_LANES, FLAW, LANE, LENGTH, START, Marks
from twin.material import Cell, Electrode, Floats, Material, Slurry
from twin.occasion import Occasion
from twin.units import Fraction, Metres, PerArea, PerLength, Seconds

RATES = ("per_lot", "per_area", "per_length", "web_fraction", "per_cell", "per_weld", "per_tray")


class Sight(Declared):
    """A gauge that may see a defect mode.

    Attributes:
        at: kind of step, or name of station, where the gauge stands.
        method: what it is.
        pod: probability of detection [-].
    """

    at: str
    method: str = ""
    pod: Fraction


class Rework(Declared):
    """What may be done to a found flaw instead of scrapping.

    Attributes:
        success: chance that it cures the flaw [-].
        time: time it takes a unit [s].
        at: kinds of step, or names of stations, that can do it; empty for wherever the flaw is found.
        to: station to which cells go back; None when it is done on the spot.
        times: how often a lot may be reworked.
    """

    success: Fraction = 1.0
    time: Seconds = 0.0
    at: tuple[str, ...] = ()
    to: str | None = None
    times: int = Field(default=1, ge=1)

    def possible(self, place: Sequence[str]) -> bool:
        """Return whether a station can do it, given by its kind and name."""
        return not self.at or any(name in self.at for name in place)


class DefectMode(Declared):
    """One way in which material can be wrong.

    Attributes:
        born: kinds of step, or names of stations, where it is born; none when a limit defines it.
        formats: cell formats that know it; empty for all.
        per_lot: chance for a batch, roll or lane [-].
        per_area: flaws per area of web [1/m^2].
        per_length: flaws per length of web [1/m].
        web_fraction: share of the web that is spoiled, in pieces of ``extent`` [-].
        per_cell: chance for a cell [-].
        per_weld: chance for a weld [-].
        per_tray: chance for a formation tray; all its cells have it then [-].
        extent: web that one flaw spoils [m].
        seen: gauges along the route.
        action: what is done with a unit in which it is found.
        rework: tried first, when declared.
        effect: what it does to the cell.
        harm: share of the cells with it that customers send back [-].
    """

    born: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    per_lot: Fraction | None = None
    per_area: PerArea | None = None
    per_length: PerLength | None = None
    web_fraction: Fraction | None = None
    per_cell: Fraction | None = None
    per_weld: Fraction | None = None
    per_tray: Fraction | None = None
    extent: Metres = 0.0
    seen: tuple[Sight, ...] = ()
    action: Literal["scrap", "downgrade", "cut"] = "scrap"
    rework: Rework | None = None
    effect: str = ""
    harm: Fraction = 0.0

    @model_validator(mode="after")
    def _one_rate(self) -> DefectMode:
        given = [name for name in RATES if getattr(self, name) is not None]
        if bool(self.born) != (len(given) == 1):
            raise ValueError(f"a mode that is born somewhere has one rate of {', '.join(RATES)}; given: {given}")
        if self.web_fraction is not None and not self.extent > 0:
            raise ValueError("web_fraction needs the extent of one flaw, such as '10 m'")
        return self

    @property
    def per_metre(self) -> float:
        """Flaws per metre of web, without those that go by area [1/m]."""
        return self.per_length or (self.web_fraction / self.extent if self.web_fraction else 0.0)


@dataclass(frozen=True)
class Flaw:
    """A defect mode born at one station: what one bit of a mask stands for.

    Attributes:
        number: its bit.
        name: name of the mode.
        station: where it is born.
        mode: the mode.
    """

    number: int
    name: str
    station: str
    mode: DefectMode

    @property
    def bit(self) -> int:
        """The mask with only this flaw."""
        return 1 << self.number


class Births:
    """The flaws that one station brings into its lots.

    Args:
        flaws: flaws born at this station.
        welds: welds in one cell.
    """

    def __init__(self, flaws: list[Flaw], welds: int = 1) -> None:
        self._lots = [flaw for flaw in flaws if flaw.mode.per_lot]
        self._web = [flaw for flaw in flaws if flaw.mode.per_area or flaw.mode.per_metre]
        self._trays = [flaw for flaw in flaws if flaw.mode.per_tray]
        self._cells = [flaw for flaw in flaws if flaw.mode.per_cell or flaw.mode.per_weld]
        chances = [flaw.mode.per_cell or 1 - (1 - (flaw.mode.per_weld or 0.0)) ** welds for flaw in self._cells]
        self._cell_bounds = np.cumsum(chances, dtype=np.float32)
        self._cell_bits = [flaw.bit for flaw in self._cells]
        self._tray_chances = {flaw.name: np.array([flaw.mode.per_tray], np.float32) for flaw in self._trays}
        self._per_metre = sum(flaw.mode.per_metre for flaw in self._web)
        self._shares: dict[float, NDArray[np.float64]] = {}
        self._extents = np.array([flaw.mode.extent for flaw in self._web])
        self._web_numbers = np.array([flaw.number for flaw in self._web], np.float64)
        self._per_area = sum(flaw.mode.per_area or 0.0 for flaw in self._web)

    def __bool__(self) -> bool:
        return bool(self._lots or self._web or self._trays or self._cells)

    def spoil(self, material: Material, at: Occasion) -> None:
        """Bring this station's flaws into one lot, in place."""
        if isinstance(material, Cell):
            self._spoil_cells(material, at)
        elif isinstance(material, Slurry | Electrode):
            for flaw in self._lots:
                if at.luck.one(f"born {flaw.name}", at.lot, np.random.Generator.random) < (flaw.mode.per_lot or 0.0):
                    material.flaws |= flaw.bit
            if isinstance(material, Electrode) and self._web:
                self._spoil_web(material, at)

    def _spoil_cells(self, cell: Cell, at: Occasion) -> None:
        if self._cells and not at.again:
            for place, which in at.luck.hits("born", at.lot, cell.size, self._cell_bounds):
                if cell.alive[place]:
                    cell.flaws[place] = cell.flaws.get(place, 0) | self._cell_bits[which]
        for flaw in self._trays:
            assert at.product is not None
            size = at.product.tray
            for tray, _ in at.luck.hits(
                f"tray {flaw.name}", at.lot, -(-cell.size // size), self._tray_chances[flaw.name]
            ):
                for place in range(tray * size, min((tray + 1) * size, cell.size)):
                    if cell.alive[place]:
                        cell.flaws[place] = cell.flaws.get(place, 0) | flaw.bit

    def _spoil_web(self, web: Electrode, at: Occasion) -> None:
        """Lay flaws along the web with exponential gaps, so that a longer web only adds some at its end."""
        rate = self._per_metre + self._per_area * web.width
        places = at.luck.arrivals("web gap", at.lot, rate * web.length)
        if not len(places):
            return
        marks, size = np.zeros((len(places), 5)), len(places)
        kinds, across = at.luck.uniform("web mode", at.lot, size), at.luck.uniform("web lane", at.lot, size)
        shares = self._web_shares(web.width)
        _lay(places, rate, kinds, across, shares, self._extents, self._web_numbers, web.width, web.lanes, marks)
        marks[:, START] += web.begin
        web.mark(marks)

    def _web_shares(self, width: float) -> NDArray[np.float64]:
        """Return where the shares of the flaws of a web of some width [m] end, but for the last. Shape (flaws - 1,)."""
        if width not in self._shares:
            rates = [flaw.mode.per_metre + (flaw.mode.per_area or 0.0) * width for flaw in self._web]
            self._shares[width] = (np.cumsum(rates) / sum(rates))[:-1]
        return self._shares[width]


@loop
def _lay(
    places: Floats,
    rate: float,
    kinds: Floats,
    across: Floats,
    shares: NDArray[np.float64],
    extents: NDArray[np.float64],
    numbers: NDArray[np.float64],
    width: float,
    lanes: int,
    marks: Marks,
) -> None:
    """Lay flaws along a web from its beginning, by their places in flaws, and by what is drawn for kind and lane."""
    for row in range(len(marks)):
        kind = 0
        while kind < len(shares) and shares[kind] < kinds[row]:
            kind += 1
        marks[row, START] = places[row] / rate
        marks[row, LENGTH] = extents[kind]
        # a flaw longer than the web is wide goes through all lanes
        marks[row, LANE] = ALL_LANES if extents[kind] > width else int(across[row] * lanes)
        marks[row, FLAW] = numbers[kind]
