"""Stacking and winding: a lane of cathode, a lane of anode and separator become stacks or jelly rolls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from twin.assembly.alignment import MISALIGNED, Alignment
from twin.assembly.carry import carried, means
from twin.declared import DeclaredStep
from twin.machine_code import loop
from twin.marks import FLAW, FOUND, LENGTH, START, Marks
from twin.material import MOST_FLAWS, Cell, Electrode, Material, Separator
from twin.occasion import Loss, Made, Occasion
from twin.product import CellDesign
from twin.units import Metres, Rate


class _Cut(NamedTuple):
    """A lane with its marked pieces cut out."""

    lane: Electrode
    usable: float
    per_cell: float
    spoiled: list[tuple[int, float, str, float]]


class Assembly(DeclaredStep):
    """What stacking and winding share.

    Attributes:
        rate: stacks or jelly rolls that one machine makes a second [1/s].
        per_cell: stacks or jelly rolls in one cell.
        pitch: least web that is lost with a marked flaw: a sheet, or the electrode of one jelly roll [m].
        spliced: lanes spliced to each that goes in; what each has too little of for another cell is lost.
        alignment: the physics of placing layers; without it, flaws are born at declared rates.
    """

    rate: Rate
    per_cell: int = 1
    pitch: Metres
    spliced: int = Field(default=1, ge=1)
    alignment: Alignment | None = None

    merges: ClassVar[bool | None] = True
    grows: ClassVar[tuple[str, ...]] = ("spliced",)

    @property
    def explains(self) -> frozenset[str]:
        """Lost overhang, once the alignment is declared."""
        return frozenset((MISALIGNED,)) if self.alignment is not None else frozenset()

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time to use up the lanes [s]."""
        assert at.product is not None
        return self._cells(inputs, at.product) * self.per_cell / self.rate

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Pair the lanes, cell by cell; what one has more than the other is lost."""
        product = at.product
        assert product is not None
        made = self.counted(inputs, product)
        cells = int(made.tried)
        if cells == 0:
            return made
        lanes = {lane.electrode: lane for lane in inputs if isinstance(lane, Electrode)}
        cathode, anode = lanes["cathode"], lanes["anode"]
        flaws: dict[int, int] = {}
        _build_in(flaws, cathode, cells)
        _build_in(flaws, anode, cells)
        stack = Cell(
            np.ones(cells, np.bool_),
            flaws,
            means(cathode, cathode.loading, cells),
            means(anode, anode.loading, cells),
            coating_of_cell(cathode, product),
            coating_of_cell(anode, product),
            state=carried(cathode, anode, cells),
        )
        made.outputs = [stack]
        made.born = self.alignment.place(stack, self.per_cell, at) if self.alignment is not None else ()
        return made

    def counted(self, inputs: Sequence[Material], product: CellDesign) -> Made:
        """Return how many cells the lanes are enough for and what is lost of them, without the cells."""
        cuts = {lane.electrode: self._cut(lane, product) for lane in inputs if isinstance(lane, Electrode)}
        separator = next((material for material in inputs if isinstance(material, Separator)), None)
        cells = self._cells(inputs, product)
        losses: list[Loss] = []
        spoiled: list[tuple[int, float, str, float]] = []
        for cut in (cuts["cathode"], cuts["anode"]):
            per_metre = cut.lane.solids / cut.lane.length
            rest = cut.usable - cells * cut.per_cell
            losses.append(Loss("remnant", rest, "m", cut.lane.electrode, rest * per_metre))
            spoiled.extend(cut.spoiled)
        if separator is not None:
            rest = separator.area - cells * product.parts["separator"].value
            losses.append(Loss("separator_rest", rest, "m**2"))
        return Made([], float(cells), float(cells), losses, spoiled)

    def _cells(self, inputs: Sequence[Material], product: CellDesign) -> int:
        """Return how many cells the inputs are enough for."""
        cells = []
        for part in inputs:
            if isinstance(part, Electrode):
                cells.append(
                    (part.length - self._marked(part)[0]) * part.width / product.electrode(part.electrode).area
                )
            elif isinstance(part, Separator):
                cells.append(part.area / product.parts["separator"].value)
        return int(max(0.0, min(cells)) / self.spliced + 1e-9) * self.spliced

    def _marked(self, lane: Electrode) -> tuple[float, dict[int, float]]:
        """Return the web that is lost with the marked flaws of a lane, in all and by flaw [m]."""
        if lane.cut is None:
            lane.cut = _cut_out(lane, self.pitch)
        return lane.cut

    def _cut(self, lane: Electrode, product: CellDesign) -> _Cut:
        """Cut the marked flaws out of a lane."""
        per_cell = product.electrode(lane.electrode).area / lane.width
        total, by_flaw = self._marked(lane)
        per_metre = lane.solids / lane.length
        spoiled = [(flaw, cut, lane.electrode, cut * per_metre) for flaw, cut in by_flaw.items()]
        return _Cut(lane, lane.length - total, per_cell, spoiled)


class Stacking(Assembly):
    """Stacking machines: sheets are cut and stacked."""

    kind: Literal["stacking"]


class Winding(Assembly):
    """Winding machines: webs are wound to jelly rolls."""

    kind: Literal["winding"]


def coating_of_cell(lane: Electrode, product: CellDesign) -> float:
    """Return the dry coating in the electrode of a cell that is cut from a lane [kg]."""
    return lane.solids / lane.length * (product.electrode(lane.electrode).area / lane.width)


def _cut_out(lane: Electrode, pitch: float) -> tuple[float, dict[int, float]]:
    """Return the web that goes with the found flaws of a lane, in all and by flaw [m].

    Args:
        lane: the lane.
        pitch: least web that goes with a flaw [m].
    """
    if not len(lane.marks):
        return 0.0, {}
    by_flaw = np.zeros(MOST_FLAWS + 1)
    cut = _sum_found(lane.marks, pitch, by_flaw)
    if cut <= 0:
        return 0.0, {}
    # flaws that overlap are cut once: never more than there is
    total = min(cut, lane.length)
    share = total / cut
    return total, {flaw: share * metres for flaw, metres in enumerate(by_flaw.tolist()) if metres}


@loop
def _sum_found(marks: Marks, pitch: float, by_flaw: NDArray[np.float64]) -> float:
    """Add up the web that goes with found flaws, by flaw; return how much it is in all [m]."""
    total = 0.0
    for row in range(len(marks)):
        if marks[row, FOUND] > 0:
            metres = max(marks[row, LENGTH], pitch)
            by_flaw[int(marks[row, FLAW])] += metres
            total += metres
    return total


def _build_in(flaws: dict[int, int], lane: Electrode, cells: int) -> None:
    """Bring the flaws that nobody has found on a lane into its cells, in place."""
    if lane.flaws:
        for place in range(cells):
            flaws[place] = flaws.get(place, 0) | lane.flaws
    if not len(lane.marks):
        return
    missed = np.empty((len(lane.marks), 3), np.int64)
    for first, last, flaw in missed[: _missed(lane.marks, lane.begin, cells / lane.length, cells, missed)].tolist():
        for place in range(first, last + 1):
            flaws[place] = flaws.get(place, 0) | 1 << flaw


@loop
def _missed(marks: Marks, begin: float, per_metre: float, cells: int, missed: NDArray[np.int64]) -> int:
    """Note for each flaw that nobody has found its first cell, its last cell and its number; return how many."""
    count = 0
    for row in range(len(marks)):
        if marks[row, FOUND] == 0:
            start = marks[row, START] - begin
            missed[count, 0] = min(max(int(start * per_metre), 0), cells - 1)
            missed[count, 1] = min(int((start + marks[row, LENGTH]) * per_metre), cells - 1)
            missed[count, 2] = int(marks[row, FLAW])
            count += 1
    return count
