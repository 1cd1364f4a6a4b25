"""Cells put together by hand, for tests of what becomes of them after assembly."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from twin import Line, read_line
from twin.material import Cell
from twin.occasion import Occasion
from twin.product import CellDesign
from twin.randomness import Luck
from twin.response import CellResponse

PLANTS = {"nmc811": "nmc811_pouch_10gwh", "lfp": "lfp_prismatic_16gwh"}


@cache
def plant_of(chemistry: str) -> Line:
    """Return a plant of that chemistry."""
    return read_line(PLANTS[chemistry])


def design_of(chemistry: str) -> CellDesign:
    """Return the cell of a plant of that chemistry."""
    cell = plant_of(chemistry).cell
    assert cell is not None
    return cell


def response_of(chemistry: str) -> CellResponse:
    """Return the declared response of that cell."""
    response = design_of(chemistry).response
    assert response is not None
    return response


def array(values: ArrayLike) -> np.ndarray:
    """Return values as properties of cells are kept. Shape (cells,)."""
    return np.atleast_1d(np.asarray(values, np.float32))


def cells(cathode: ArrayLike = 1.0, anode: ArrayLike = 1.0, **state: ArrayLike) -> Cell:
    """Return a lot of cells with some loadings relative to target and whatever else is true of them."""
    size = max(len(array(one)) for one in (cathode, anode, *state.values()))
    kept = {name: np.broadcast_to(array(value), size).copy() for name, value in state.items()}
    loadings = (np.broadcast_to(array(one), size).copy() for one in (cathode, anode))
    return Cell(np.ones(size, np.bool_), {}, *loadings, 0.4, 0.25, state=kept)


def occasion(chemistry: str, lot: int = 0, seed: int = 1, station: str = "station") -> Occasion:
    """Return a turn at a station of a plant of that chemistry."""
    return Occasion(Luck(seed, station), lot, product=design_of(chemistry))
