"""Disposition: a unit in which a flaw was found is cured, downgraded, sent back or scrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.material import GRADE_B, Cell, Electrode, Slurry
from twin.occasion import Occasion
from twin.quality.defect import Flaw
from twin.quality.inspection import FALSE_REJECT, Found

Places = NDArray[np.intp]


@dataclass(slots=True)
class Verdict:
    """What becomes of what an inspection found.

    Attributes:
        seconds: time that rework on the spot takes [s].
        scrapped: cells scrapped, by flaw number (``FALSE_REJECT`` for a good one).
        downgraded: cells that can be grade B at best, by flaw number.
        cured: cells reworked on the spot, by flaw number.
        back: cells sent back, by (flaw number, station).
        lot: number of the flaw for which the whole lot is scrapped.
    """

    seconds: float = 0.0
    scrapped: list[tuple[int, Places]] = field(default_factory=list)
    downgraded: list[tuple[int, Places]] = field(default_factory=list)
    cured: list[tuple[int, Places]] = field(default_factory=list)
    back: list[tuple[int, str, Places]] = field(default_factory=list)
    lot: int | None = None


def dispose_lot(material: Slurry | Electrode, found: Found, flaws: Sequence[Flaw], at: Occasion) -> Verdict:
    """Decide on a batch, roll or lane as a whole: rework it once where that is declared, else scrap it."""
    verdict = Verdict()
    for number in found.lots:
        rework = flaws[number].mode.rework
        if rework is not None and rework.to is None:
            verdict.seconds += rework.time
            if at.luck.one(f"cure {number}", at.lot, np.random.Generator.random) < rework.success:
                material.flaws &= ~flaws[number].bit
                continue
        verdict.lot = number
    return verdict


def dispose_cells(cell: Cell, found: Found, flaws: Sequence[Flaw], at: Occasion) -> Verdict:
    """Decide on each rejected cell, in place; cells scrapped or sent back are no longer alive here."""
    verdict = Verdict()
    for number in np.unique(found.numbers).tolist():
        places = found.places[found.numbers == number]
        if number == FALSE_REJECT:
            verdict.scrapped.append((number, places))
            cell.alive[places] = False
            continue
        places = _rework(cell, places, flaws[number], at, verdict)
        if not places.size:
            continue
        if flaws[number].mode.action == "downgrade":
            grade = np.zeros(cell.size, np.int8) if cell.grade is None else cell.grade
            grade[places] = GRADE_B
            cell.grade = grade
            verdict.downgraded.append((number, places))
        else:
            cell.alive[places] = False
            verdict.scrapped.append((number, places))
    return verdict


def _rework(cell: Cell, places: Places, flaw: Flaw, at: Occasion, verdict: Verdict) -> Places:
    """Rework what may be reworked; return the places that are still bad."""
    rework = flaw.mode.rework
    if rework is None:
        return places
    if rework.to is not None:
        if cell.repeats >= rework.times:
            return places
        cell.alive[places] = False
        verdict.back.append((flaw.number, rework.to, places))
        return places[:0]
    verdict.seconds += rework.time * places.size
    drawn = at.luck.uniform(f"cure {flaw.number}", at.lot, cell.size)[places]
    cured = drawn < rework.success
    cell.flaws[places[cured]] &= ~np.uint64(flaw.bit)
    if cured.any():
        verdict.cured.append((flaw.number, places[cured]))
    return places[~cured]
