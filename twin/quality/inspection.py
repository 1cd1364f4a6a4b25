"""Inspection: what the imperfect gauges of one station find in a lot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.material import Cell, Electrode, Material, Slurry
from twin.occasion import Occasion
from twin.quality.defect import Flaw

FALSE_REJECT = -1
_ONE = np.uint64(1)


class Found(NamedTuple):
    """What an inspection reports.

    Attributes:
        lots: numbers of flaws found in the lot as a whole.
        places: cells that the gauges reject. Shape (rejects,).
        numbers: the flaw seen in each, or ``FALSE_REJECT``. Shape (rejects,).
    """

    lots: list[int]
    places: NDArray[np.intp]
    numbers: NDArray[np.int16]


NOTHING = Found([], np.zeros(0, np.intp), np.zeros(0, np.int16))


class Gate:
    """All gauges of one station together.

    Args:
        sights: flaws that may be seen here, each with the probability of one gauge; a flaw may come twice.
        false_rejects: chance that a good cell is rejected [-].
    """

    def __init__(self, sights: Iterable[tuple[Flaw, float]], false_rejects: float = 0.0) -> None:
        missed: dict[int, float] = {}
        for flaw, pod in sights:
            missed[flaw.number] = missed.get(flaw.number, 1.0) * (1 - pod)
        self.mask = sum(1 << number for number in missed)
        self.false_rejects = false_rejects
        self._mask = np.uint64(self.mask)
        self._false_bounds = np.array([false_rejects], np.float32)
        self._pods = np.zeros(65, np.float32)
        for number, chance in missed.items():
            self._pods[number] = 1 - chance

    def __bool__(self) -> bool:
        return bool(self.mask) or self.false_rejects > 0

    def inspect(self, material: Material, at: Occasion) -> Found:
        """Look at one lot; marks on a web are set, cells and lots are reported."""
        if isinstance(material, Cell):
            return self._inspect_cells(material, at)
        if isinstance(material, Slurry | Electrode):
            if isinstance(material, Electrode) and len(material.marks):
                self._mark(material, at)
            found = self._inspect_lot(material.flaws & self.mask, at)
            return Found(found, NOTHING.places, NOTHING.numbers) if found else NOTHING
        return NOTHING

    def _inspect_lot(self, flaws: int, at: Occasion) -> list[int]:
        found = []
        number = 0
        while flaws:
            if flaws & 1:
                drawn = at.luck.one(f"gate {number} {at.again}", at.lot, np.random.Generator.random)
                if drawn < self._pods[number]:
                    found.append(number)
            flaws >>= 1
            number += 1
        return found

    def _mark(self, web: Electrode, at: Occasion) -> None:
        marks = web.marks
        seen = at.luck.uniform("gate web", at.lot, len(marks)) < self._pods[marks.mode]
        if seen.any():
            web.marks = marks.seen(seen)

    def _inspect_cells(self, cell: Cell, at: Occasion) -> Found:
        places, numbers = NOTHING.places, NOTHING.numbers
        if cell.any_flaws & self.mask:
            suspects = np.flatnonzero(cell.flaws & self._mask)
            if suspects.size:
                drawn = at.luck.uniform(f"gate{at.again}" if at.again else "gate", at.lot, cell.size)[suspects]
                numbers = self._seen(cell.flaws[suspects] & self._mask, drawn)
                seen = numbers >= 0
                places, numbers = suspects[seen], numbers[seen]
        if self.false_rejects:
            purpose = f"false{at.again}" if at.again else "false"
            wrong, _ = at.luck.hits(purpose, at.lot, cell.size, self._false_bounds)
            if wrong.size:
                wrong = wrong[cell.alive[wrong] & ~np.isin(wrong, places)]
                places = np.concatenate((places, wrong))
                numbers = np.concatenate((numbers, np.full(wrong.size, FALSE_REJECT, np.int16)))
        return Found([], places, numbers) if places.size else NOTHING

    def _seen(self, flaws: NDArray[np.uint64], drawn: NDArray[np.float32]) -> NDArray[np.int16]:
        """Return for each suspect the flaw that is seen, -2 for none. Shape (suspects,)."""
        if not (flaws & (flaws - _ONE)).any():
            number = _lowest(flaws)
            return np.where(drawn < self._pods[number], number, -2)
        return self._seen_of_several(flaws, drawn)

    def _seen_of_several(self, flaws: NDArray[np.uint64], drawn: NDArray[np.float32]) -> NDArray[np.int16]:
        """Judge cells with several flaws.

        One number decides over all flaws of a cell: it is seen with 1 - (1 - pod1)(1 - pod2)...; the flaw whose
        share of that interval the number falls into gets the blame.
        """
        seen = np.full(len(flaws), -2, np.int16)
        missed = np.ones(len(flaws), np.float32)
        left = flaws.copy()
        while left.any():
            number = np.where(left > 0, _lowest(left & (~left + _ONE)), 64)
            pod = self._pods[number]
            hit = (seen == -2) & (drawn < 1 - missed * (1 - pod))
            seen[hit] = number[hit]
            missed *= 1 - pod
            left &= left - np.minimum(left, _ONE)
        return seen


def _lowest(single: NDArray[np.uint64]) -> NDArray[np.int16]:
    """Return the number of the one bit that is set in each mask. Shape (masks,)."""
    return (np.frexp(single.astype(np.float64))[1] - 1).astype(np.int16)
