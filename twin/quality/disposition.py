"""Disposition: a unit in which a flaw was found is cured, downgraded, sent back or scrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.material import GRADE_B, Cell, Electrode, Slurry
from twin.occasion import Occasion
from twin.quality.defect import Flaw
from twin.quality.inspection import Found

Places = NDArray[np.intp]
Numbers = NDArray[np.int16]


@dataclass(slots=True)
class Verdict:
    """What becomes of what an inspection found.

    Attributes:
        seconds: time that rework on the spot takes [s].
        scrapped: cells scrapped, and the flaw of each (``FALSE_REJECT`` for a good cell).
        downgraded: cells that can be grade B at best, and the flaw of each.
        cured: cells reworked on the spot, by flaw number.
        back: cells sent back, by flaw number and station.
        lot: number of the flaw for which the whole lot is scrapped.
    """

    seconds: float = 0.0
    scrapped: tuple[Places, Numbers] | None = None
    downgraded: tuple[Places, Numbers] | None = None
    cured: list[tuple[int, Places]] = field(default_factory=list)
    back: list[tuple[int, str, Places]] = field(default_factory=list)
    lot: int | None = None


class Disposition:
    """The rules of a station: what is done with each flaw that is found there.

    Args:
        flaws: the line's flaws by number.
        place: kind and name of the station.
    """

    def __init__(self, flaws: Sequence[Flaw], place: Sequence[str] = ()) -> None:
        self._flaws = flaws
        # one place more: FALSE_REJECT, which is -1, is scrap
        self._downgrades = np.array([flaw.mode.action == "downgrade" for flaw in flaws] + [False], np.bool_)
        can = [flaw.mode.rework is not None and flaw.mode.rework.possible(place) for flaw in flaws]
        self._reworks = np.array([*can, False], np.bool_)

    def of_lot(self, material: Slurry | Electrode, found: Found, at: Occasion) -> Verdict:
        """Decide on a batch, roll or lane as a whole: rework it once where that is declared, else scrap it."""
        verdict = Verdict()
        for number in found.lots:
            rework = self._flaws[number].mode.rework
            if rework is not None and rework.to is None and self._reworks[number]:
                verdict.seconds += rework.time
                if at.luck.one(f"cure {number}", at.lot, np.random.Generator.random) < rework.success:
                    material.flaws &= ~self._flaws[number].bit
                    continue
            verdict.lot = number
        return verdict

    def of_cells(self, cell: Cell, found: Found, at: Occasion) -> Verdict:
        """Decide on each rejected cell, in place; cells scrapped or sent back leave the lot."""
        verdict = Verdict()
        places, numbers = found.places, found.numbers
        if self._reworks[numbers].any():
            places, numbers = self._rework(cell, places, numbers, at, verdict)
        down = self._downgrades[numbers]
        if down.any():
            if cell.grade is None:
                cell.grade = np.zeros(cell.size, np.int8)
            cell.grade[places[down]] = GRADE_B
            verdict.downgraded = (places[down], numbers[down])
            places, numbers = places[~down], numbers[~down]
        if places.size:
            cell.remove(places)
            verdict.scrapped = (places, numbers)
        return verdict

    def _rework(
        self, cell: Cell, places: Places, numbers: Numbers, at: Occasion, verdict: Verdict
    ) -> tuple[Places, Numbers]:
        """Rework what may be reworked; return what is still bad."""
        bad = np.ones(places.size, np.bool_)
        for number in sorted(set(numbers[self._reworks[numbers]].tolist())):
            flaw, which = self._flaws[number], numbers == number
            rework, here = flaw.mode.rework, places[which]
            assert rework is not None
            if rework.to is not None and cell.repeats >= rework.times:
                continue
            # luck decides here, the work that cures may be done elsewhere
            cured = at.luck.uniform(f"cure {number}", at.lot, cell.size)[here] < rework.success
            cell.flaws[here[cured]] &= ~np.uint64(flaw.bit)
            if rework.to is not None:
                verdict.back.append((number, rework.to, here))
                bad[which] = False
                continue
            verdict.seconds += rework.time * here.size
            bad[which] = ~cured
            if cured.any():
                verdict.cured.append((number, here[cured]))
        return places[bad], numbers[bad]
