"""Inspection: what the imperfect gauges of one station find in a lot."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from twin.machine_code import loop
from twin.marks import FLAW, FOUND, Marks
from twin.material import MOST_FLAWS, Cell, Electrode, Floats, Slurry
from twin.occasion import Occasion
from twin.quality.defect import Flaw

FALSE_REJECT = -1
# number of the "flaw" of good web that a gauge has marked: no line has a flaw of this number
FALSE_WEB = MOST_FLAWS


class Gate:
    """All gauges of one station together.

    Args:
        sights: flaws that may be seen here, each with the probability of one gauge; a flaw may come twice.
        false_rejects: chance that a good cell is rejected [-].
        coverage: share of the cells that they look at, more than 0 [-].
    """

    def __init__(self, sights: Iterable[tuple[Flaw, float]], false_rejects: float = 0.0, coverage: float = 1.0) -> None:
        self._pods: dict[int, float] = {}
        for flaw, pod in sights:
            self._pods[flaw.number] = 1 - (1 - self._pods.get(flaw.number, 0.0)) * (1 - pod)
        self._by_number = np.zeros(MOST_FLAWS + 1)
        self._by_number[list(self._pods)] = list(self._pods.values())
        self._mask = sum(1 << number for number in self._pods)
        self._false = np.array([false_rejects * coverage], np.float32)
        self._coverage = coverage

    def __bool__(self) -> bool:
        return bool(self._pods) or bool(self._false[0] > 0)

    def look_at_lot(self, material: Slurry | Electrode, at: Occasion) -> list[int]:
        """Return the numbers of the flaws found in a batch or roll as a whole; flaws along a web are marked."""
        if self._pods and isinstance(material, Electrode) and len(material.marks):
            drawn = at.luck.uniform("gate web", at.lot, len(material.marks))
            _find(material.marks, drawn, self._by_number)
        if not material.flaws & self._mask:
            return []
        suspects = [number for number in self._pods if material.flaws >> number & 1]
        return [n for n in suspects if at.luck.toss(f"gate lot{at.again or ''}", at.lot, n) < self._pods[n]]

    def look_at_cells(self, cell: Cell, at: Occasion) -> list[tuple[int, int]]:
        """Return the places of the cells that the gauges reject, each with the flaw seen, or ``FALSE_REJECT``."""
        found = []
        again = at.again or ""
        if cell.flaws and self._mask:
            for place, bits in cell.flaws.items():
                if bits & self._mask:
                    # what a wider coverage misses, a narrower one misses too
                    drawn = at.luck.toss(f"gate{again}", at.lot, place) / self._coverage
                    number = self._seen(bits & self._mask, drawn)
                    if number is not None:
                        found.append((place, number))
        if self._false[0] > 0:
            wrong = at.luck.hits(f"false{again}", at.lot, cell.size, self._false)
            if wrong:
                rejected = {place for place, _ in found}
                found += [(place, FALSE_REJECT) for place, _ in wrong if cell.alive[place] and place not in rejected]
        return found

    def _seen(self, bits: int, drawn: float) -> int | None:
        """Return which flaw of a cell is seen, None for none; a cell with 1 or more drawn is not looked at.

        One number decides over all flaws of a cell: it is seen with 1 - (1 - pod1)(1 - pod2)...; the flaw whose
        share of that interval the number falls into gets the blame.
        """
        missed = 1.0
        while bits:
            number = (bits & -bits).bit_length() - 1
            missed *= 1 - self._pods[number]
            if drawn < 1 - missed:
                return number
            bits &= bits - 1
        return None


@loop
def _find(marks: Marks, drawn: Floats, chances: NDArray[np.float64]) -> None:
    """Mark flaws of a web as found, each by its own chance."""
    for row in range(len(marks)):
        if drawn[row] < chances[int(marks[row, FLAW])]:
            marks[row, FOUND] = 1.0
