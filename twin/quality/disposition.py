"""Disposition: a unit in which a flaw was found is cured, downgraded, sent back or scrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.material import GRADE_B, Cell, Electrode, Slurry
from twin.occasion import Occasion
from twin.quality.defect import Flaw
from twin.quality.inspection import FALSE_REJECT


@dataclass(slots=True)
class Verdict:
    """What becomes of what an inspection found.

    Attributes:
        seconds: time that rework on the spot takes [s].
        scrapped: place and flaw of cells scrapped (``FALSE_REJECT`` for a good one).
        downgraded: the same of cells that can be grade B at best.
        cured: the same of cells reworked on the spot.
        back: the same of cells sent back, by the station they go to.
        lot: number of the flaw for which a whole batch, roll or lane is scrapped.
    """

    seconds: float = 0.0
    scrapped: list[tuple[int, int]] = field(default_factory=list)
    downgraded: list[tuple[int, int]] = field(default_factory=list)
    cured: list[tuple[int, int]] = field(default_factory=list)
    back: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    lot: int | None = None


class Disposition:
    """The rules of a station: what is done with each flaw that is found there.

    Args:
        flaws: the line's flaws by number.
        place: kind and name of the station.
    """

    def __init__(self, flaws: Sequence[Flaw], place: Sequence[str] = ()) -> None:
        self._flaws = flaws
        self._reworks = {
            flaw.number: flaw.mode.rework
            for flaw in flaws
            if flaw.mode.rework is not None and flaw.mode.rework.possible(place)
        }

    def of_lot(self, material: Slurry | Electrode, found: Sequence[int], at: Occasion) -> Verdict:
        """Decide on a batch, roll or lane as a whole: rework it once where that is declared, else scrap it."""
        verdict = Verdict()
        for number in found:
            rework = self._reworks.get(number)
            if rework is not None and rework.to is None:
                verdict.seconds += rework.time
                if at.luck.toss(f"cure {number}", at.lot) < rework.success:
                    material.flaws &= ~self._flaws[number].bit
                    continue
            verdict.lot = number
        return verdict

    def of_cells(self, cell: Cell, found: Sequence[tuple[int, int]], at: Occasion) -> Verdict:
        """Decide on each rejected cell, in place; cells scrapped leave the lot."""
        verdict = Verdict()
        for place, number in found:
            if number == FALSE_REJECT:
                verdict.scrapped.append((place, number))
            elif not self._reworked(cell, place, number, at, verdict):
                if self._flaws[number].mode.action == "downgrade":
                    self._downgrade(cell, place, number)
                    verdict.downgraded.append((place, number))
                else:
                    verdict.scrapped.append((place, number))
        for place, _ in verdict.scrapped:
            cell.remove(place)
        return verdict

    def _reworked(self, cell: Cell, place: int, number: int, at: Occasion, verdict: Verdict) -> bool:
        """Rework a cell where that is declared. Returns whether it is no longer to be judged here."""
        rework = self._reworks.get(number)
        if rework is None or (rework.to is not None and cell.repeats >= rework.times):
            return False
        # luck decides here, the work that cures may be done elsewhere
        cured = at.luck.toss(f"cure {number}", at.lot, place) < rework.success
        if cured:
            cell.flaws[place] &= ~self._flaws[number].bit
        if rework.to is not None:
            verdict.back.setdefault(rework.to, []).append((place, number))
            return True
        verdict.seconds += rework.time
        if cured:
            verdict.cured.append((place, number))
        return cured

    def _downgrade(self, cell: Cell, place: int, number: int) -> None:
        # known from now on: nobody finds it once more, and it is no escape
        cell.flaws[place] &= ~self._flaws[number].bit
        if cell.grade is None:
            cell.grade = np.zeros(cell.size, np.int8)
        cell.grade[place] = GRADE_B
