"""Lots of cells as they come to a station of a declared plant, for tests of what a step makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin import Line
from twin.material import Cell
from twin.occasion import Occasion
from twin.randomness import Luck

# cells in one lot, as many as its kit of separator is for
LOTS = {
    "cyl_21700_5gwh": 3426,
    "cyl_4680_10gwh": 805,
    "lfp_prismatic_16gwh": 211,
    "nmc811_pouch_10gwh": 561,
    "pilot_line": 290,
}


def lot(cells: int, flaws: dict[int, int] | None = None, **state: float) -> Cell:
    """Return a lot of cells that are all alike, with so much of each property."""
    ones = np.ones(cells, np.float32)
    values = {name: ones * np.float32(value) for name, value in state.items()}
    return Cell(np.ones(cells, np.bool_), dict(flaws or {}), ones, ones, 1.0, 1.0, state=values)


def occasion(line: Line, serial: int = 0, use: float = 0.0, seed: int = 1) -> Occasion:
    """Return the turn of one lot at a station."""
    modes = tuple(flaw.name for flaw in line.flaws)
    return Occasion(Luck(seed, "station"), serial, product=line.cell, use=use, modes=modes)


def visits(line: Line, station: str, cells: int, seed: int = 1) -> Iterator[tuple[Cell, Occasion]]:
    """Yield at least so many cells lot by lot, and their turns at a machine that is set up as declared."""
    size, luck = LOTS[line.name], Luck(seed, station)
    every = min([setup.every_lots or 1 for setup in line.stations[station].setups.values()], default=1)
    modes = tuple(flaw.name for flaw in line.flaws)
    # whole rounds from set-up to set-up
    for serial in range(-(-cells // size // every) * every):
        use = float(serial % every * size)
        yield lot(size), Occasion(luck, serial, product=line.cell, use=use, modes=modes)
