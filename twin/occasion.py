"""One lot's turn at a step: the luck it meets and what the machine did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.material import Material
from twin.product import CellDesign
from twin.randomness import Luck


class Occasion(NamedTuple):
    """What a step may know besides its material.

    Attributes:
        luck: keyed random numbers of the station.
        lot: serial number of the lot, the key into the luck.
        stops: how often the machine stopped during this lot.
        product: the cell being made; None in a generic line.
        again: how often this lot has been here before.
        age: how long the oldest of its inputs has waited in front of the machine [s].
        use: what the machine has worked on since its last set-up [m for webs, else units of its outputs].
        modes: name of the defect mode behind each of the line's flaws, by its number.
    """

    luck: Luck
    lot: int
    stops: int = 0
    product: CellDesign | None = None
    again: int = 0
    age: float = 0.0
    use: float = 0.0
    modes: tuple[str, ...] = ()


class Born(NamedTuple):
    """A defect that the physics of a step has made.

    Attributes:
        mode: name of the defect mode; a line that does not declare it does not mind it.
        places: cells that have it, by place in the lot.
        marks: pieces of web that have it, in rows: start from the web's own beginning [m], length [m], lane.
        whole: True when all of the batch, roll or lane has it.
        output: which of the step's outputs.
    """

    mode: str
    places: Sequence[int] = ()
    marks: Sequence[tuple[float, float, int]] | NDArray[np.float64] = ()
    whole: bool = False
    output: int = 0


class Loss(NamedTuple):
    """Material that a step loses by the way it works, not through a defect.

    Attributes:
        reason: why, such as "start_stop" or "edge_trim".
        quantity: how much [unit].
        unit: "m", "kg" or "m**2".
        electrode: "cathode", "anode" or "" when no coating is lost with it.
        solids: dry coating lost with it [kg].
    """

    reason: str
    quantity: float
    unit: str
    electrode: str = ""
    solids: float = 0.0


@dataclass(slots=True)
class Made:
    """What came of one turn.

    Attributes:
        outputs: material for the lots that go on.
        entered: what was worked on, in the station's unit.
        tried: how many units were begun, in the unit of the outputs.
        losses: material lost by the way the step works.
        spoiled: cut out because of found flaws: (flaw number, metres, electrode, kg of solids).
        sorted_out: cells that fail a limit: (reason, their places in the lot).
        born: defects that the step's physics has made.
        blamed: number of the flaw that explains why a cell was sorted out, by its place in the lot; cells that are not
            in it, or all where it is None, are written down with the reason itself.
        back: whether all of it goes over the station's way back, to be worked on once more, instead of on.
    """

    outputs: Sequence[Material]
    entered: float
    tried: float
    losses: Sequence[Loss] = ()
    spoiled: Sequence[tuple[int, float, str, float]] = ()
    sorted_out: Sequence[tuple[str, NDArray[np.intp]]] = ()
    born: Sequence[Born] = ()
    blamed: Mapping[int, int] | None = None
    back: bool = False
