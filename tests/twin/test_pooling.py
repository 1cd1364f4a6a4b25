"""Lots put together out of others: every cell keeps its name, its flaws and what is true of it."""

from __future__ import annotations

import numpy as np
import pytest
from lots_of_cells import lot

from twin.material import GRADE_A, GRADE_B, Cell
from twin.pooling import Picked, joined, picked_like


def mixed_lot(luck: np.random.Generator, cells: int, first: int) -> Cell:
    """Return a lot in which every cell is another, some have flaws and some are dead."""
    found = lot(cells, {int(place): int(luck.integers(1, 64)) for place in luck.permutation(cells)[: cells // 3]})
    found.cathode_loading, found.anode_loading = luck.random((2, cells), np.float32)
    found.state, found.measured = {"moisture": luck.random(cells, np.float32)}, {"dose": luck.random(cells, np.float32)}
    found.grade = luck.choice(np.array([GRADE_A, GRADE_B], np.int8), cells)
    found.first, found.repeats = first, int(luck.integers(2))
    found.cathode_kg, found.anode_kg = luck.random(2).tolist()
    for place in luck.permutation(cells)[: cells // 4].tolist():
        found.remove(place)
    return found


def cells_of(part: Cell | Picked) -> list[tuple[object, ...]]:
    """Return each cell that goes on: who it is and what is known of it."""
    lots, places, ids, flaws = part, np.arange(part.size), None, None
    if isinstance(part, Picked):
        lots, places, ids, flaws = part.cells, part.places, part.ids, part.flaws
    assert isinstance(lots, Cell) and lots.grade is not None
    found = []
    for new, old in enumerate(places.tolist()):
        if lots.alive[old]:
            name = lots.identity(old) if ids is None else int(ids[new])
            bits = lots.flaws.get(old, 0) if flaws is None else flaws.get(new, 0)
            known = [
                lots.cathode_loading,
                lots.anode_loading,
                lots.grade,
                lots.state["moisture"],
                lots.measured["dose"],
            ]
            found.append((name, bits, *[column[old] for column in known]))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_pooled_lot_holds_the_cells_of_its_parts_in_their_order(seed: int) -> None:
    luck = np.random.default_rng(seed)
    lots = [mixed_lot(luck, int(luck.integers(5, 40)), 1000 * number) for number in range(4)]
    # fewer cells than the lot that they are like, and more
    ids = [np.arange(10_000, 10_003), np.arange(20_000, 20_100)]
    parts = [*lots, *(picked_like(like, names, (0.25, 0.5)) for like, names in zip(lots, ids, strict=False))]
    pooled = joined(parts)
    assert cells_of(pooled) == [cell for part in parts for cell in cells_of(part)]
    assert [cell[0] for cell in cells_of(pooled)][-103:] == [*ids[0].tolist(), *ids[1].tolist()]
    assert pooled.units == sum(part.units for part in parts) == pooled.size
    # coating is shared out evenly, and none is lost
    assert pooled.cathode_kg * pooled.units == pytest.approx(sum(part.units * part.cathode_kg for part in parts))
    assert pooled.anode_kg * pooled.units == pytest.approx(sum(part.units * part.anode_kg for part in parts))
    assert pooled.repeats == max(part.repeats for part in parts)


@pytest.mark.parametrize("cells", [1, 7, 30])
def test_cells_like_others_follow_them_one_after_the_other(cells: int) -> None:
    like = mixed_lot(np.random.default_rng(3), 12, 0)
    there = [place for place in range(like.size) if like.alive[place]]
    picked = picked_like(like, np.arange(cells), (1.0, 1.0))
    assert picked.places.tolist() == [there[number % len(there)] for number in range(cells)]
    assert picked.flaws == {n: like.flaws[old] for n, old in enumerate(picked.places.tolist()) if old in like.flaws}
