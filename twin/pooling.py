"""Lots of cells put together out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.material import Cell, counting


class Picked(NamedTuple):
    """Some cells of a lot, of which another is put together; one may stand for several.

    Few cells come back for rework at a time, and wait until there are enough of them: what is true of each is looked
    up at once for all then.

    Attributes:
        cells: the lot.
        places: which of them. Shape (size,).
        flaws: bits of the flaws in them, by their place in what is picked.
        ids: who they are. Shape (size,).
        cathode_kg: dry cathode coating in one of them [kg].
        anode_kg: dry anode coating in one of them [kg].
        repeats: how often they have come back for rework.
    """

    cells: Cell
    places: NDArray[np.intp]
    flaws: dict[int, int]
    ids: NDArray[np.int64]
    cathode_kg: float
    anode_kg: float
    repeats: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.places)

    @property
    def units(self) -> float:
        """Number of cells, as that of a lot."""
        return float(len(self.places))


def picked_like(like: Cell, ids: NDArray[np.int64], coating: tuple[float, float]) -> Picked:
    """Return cells with their own names that are like those of another lot, one after the other.

    Args:
        like: a lot with cells that are alive.
        ids: who they are. Shape (cells,).
        coating: dry coating of cathode and anode in one of them [kg].
    """
    there = like.alive.nonzero()[0]
    places = there[: len(ids)] if len(ids) <= len(there) else there[counting(len(ids)) % len(there)]
    flaws = like.flaws
    if flaws:
        flaws = {new: flaws[old] for new, old in enumerate(places.tolist()) if old in flaws}
    return Picked(like, places, flaws, ids, *coating, like.repeats)


def _alive(cell: Cell) -> Picked:
    """Return the cells of a lot that are alive."""
    places, flaws = cell.alive.nonzero()[0], cell.flaws
    if flaws:
        new = {old: place for place, old in enumerate(places.tolist())}
        flaws = {new[old]: bits for old, bits in flaws.items()}
    return Picked(cell, places, flaws, cell.identities()[places], cell.cathode_kg, cell.anode_kg, cell.repeats)


def joined(lots: Sequence[Cell | Picked]) -> Cell:
    """Return one lot of all cells that are alive in several lots, or were picked out of them."""
    parts = [_alive(lot) if isinstance(lot, Cell) else lot for lot in lots]
    cells, sizes = [part.cells for part in parts], [part.size for part in parts]
    before = np.cumsum([0, *[lot.size for lot in cells]])
    places = np.concatenate([part.places for part in parts]) + before[:-1].repeat(sizes)
    flaws, first = {}, 0
    for part in parts:
        if part.flaws:
            flaws.update({first + place: bits for place, bits in part.flaws.items()})
        first += part.size
    share = np.array(sizes, np.float64) / max(first, 1.0)

    def of_all(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
        found: NDArray[Any] = np.concatenate(columns).take(places)
        return found

    grades = [lot.grade for lot in cells if lot.grade is not None]
    return Cell(
        np.ones(first, np.bool_),
        flaws,
        of_all([lot.cathode_loading for lot in cells]),
        of_all([lot.anode_loading for lot in cells]),
        float(share @ [part.cathode_kg for part in parts]),
        float(share @ [part.anode_kg for part in parts]),
        max([part.repeats for part in parts]),
        {name: of_all([lot.measured[name] for lot in cells]) for name in cells[0].measured},
        of_all(grades) if len(grades) == len(cells) else None,
        ids=np.concatenate([part.ids for part in parts]),
        state={name: of_all([lot.state[name] for lot in cells]) for name in cells[0].state},
    )
