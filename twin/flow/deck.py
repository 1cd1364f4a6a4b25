"""A deck of evaluated turns: what a station remembers of some lots, for those that are only counted.

Where a run evaluates a share of its lots, physics works out what becomes of these. Every other lot takes, at each
station, what became of one of the last evaluated there (hot-deck imputation), so that each evaluated lot stands for
itself and for its like.

Source: Andridge and Little, International Statistical Review 78 (2010) 40, on hot decks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from twin.flow.lot import Lot
from twin.flow.turn import Turn
from twin.journal import Action
from twin.marks import START
from twin.material import Cell, Electrode, Material, Slurry
from twin.pooling import joined, picked_like

# batches that a station remembers: so many that a bad one does not become a row of bad ones
REMEMBERED = 100
# first lots of each source, which are evaluated in any case, so that there is something to remember
FIRST = 32
# below this share, the luck of lots is drawn one by one, not in blocks of which most would be thrown away
SPARSE = 1 / 8

# multiples of the golden ratio fill the circle more evenly than random numbers would
GOLDEN, WORD = 0x9E3779B97F4A7C15, 2**64 - 1

Kind = TypeVar("Kind", bound=Material)
Cut = tuple[float, dict[int, float]]
# what was lost: number of the reason, action, number in UNITS, place of the lot among those made (-1 for all of it),
# how much [unit], dry cathode coating in it [kg], dry anode coating in it [kg]
Lost = tuple[int, int, int, int, float, float, float]


@dataclass(slots=True)
class Remembered:
    """One evaluated turn.

    Attributes:
        amount: what went in [its unit], the cells of a merge; 1 at a source.
        solids: dry coating in it [kg]; 1 at a source.
        seconds: how long it took without failures [s].
        entered: what was worked on, for each unit of ``amount``.
        tried: what was begun, for each unit of ``amount``.
        made: lots made, those that gauges took out included.
        born: whether those are new lots.
        outputs: place among those made, and what went on, as it was then.
        losses: what was lost that is no cell.
        cells: reason, action and number of the cells that did not go on as planned.
        back: station and cells that went back for rework, as they were then, by reason.
        adjust: what an alarm made of the machine.
        root: batch that it belongs to.
        cuts: length of the lanes that went in, and what was cut out of them, by electrode.
    """

    amount: float
    solids: float
    seconds: float
    entered: float
    tried: float
    made: int
    born: bool
    outputs: Sequence[tuple[int, Material]]
    losses: Sequence[Lost]
    cells: Sequence[tuple[int, int, int]]
    back: dict[int, tuple[str, Cell]]
    adjust: tuple[str, float] | None
    root: tuple[int, int] | None
    cuts: dict[str, tuple[float, Cut]] = field(default_factory=dict)


@dataclass(slots=True)
class Entering:
    """What goes into a turn, before it is worked on: see ``Remembered``."""

    amount: float
    solids: float
    first_time: bool


class Deck:
    """What a station remembers, and which lots of a source are evaluated.

    Attributes:
        batches: the last evaluated batches, the newest last, and the turns of each.

    Args:
        share: share of the lots that is evaluated [-].
    """

    def __init__(self, share: float) -> None:
        self._threshold = int(share * 2**64)
        self._carried: MutableMapping[tuple[int, int], float] = {}
        self._of: dict[tuple[int, int], list[Remembered]] = {}
        self.batches: deque[list[Remembered]] = deque(maxlen=REMEMBERED)

    def remembered(self) -> dict[str, Any]:
        """Return all that it holds beside its share."""
        return {"_carried": dict(self._carried), "_of": self._of, "batches": self.batches}

    def go_on(self, remembered: Mapping[str, Any]) -> None:
        """Go on with what another deck remembers."""
        self._carried.update(remembered["_carried"])
        self._of, self.batches = remembered["_of"], remembered["batches"]

    def chooses(self, serial: int) -> bool:
        """Return whether a new lot of a source is evaluated: by its number alone, evenly over all numbers."""
        return serial < FIRST or serial * GOLDEN & WORD < self._threshold

    def like(self, batch: int, serial: int) -> Remembered:
        """Return the turn that stands for that of another lot; lots of one batch are like those of one batch."""
        turns = self.batches[(batch * GOLDEN & WORD) * len(self.batches) >> 64]
        return turns[serial % len(turns)]

    def whole(self, what: tuple[int, int], number: float, most: float) -> int:
        """Return a number of cells as a whole one; what is left over is carried to the next lot.

        Args:
            what: of which kind they are: reason and action.
            number: as it comes out of the share.
            most: cells that there are.
        """
        number += self._carried.get(what, 0.0)
        found = int(min(number + 1e-9, most))
        self._carried[what] = number - found
        return found

    def remember(self, turn: Turn, entering: Entering, station: int) -> None:
        """Keep an evaluated turn; what comes back for rework stands for no first time."""
        merges = len(turn.lots) > 1 and any(isinstance(lot.material, Electrode) for lot in turn.lots)
        amount = turn.tried if merges else entering.amount
        if not entering.first_time or amount <= 0:
            return
        losses, cells = _lost(turn, station, merges)
        first = turn.key[1] * turn.made if turn.born else 0
        found = Remembered(
            amount,
            entering.solids,
            turn.seconds,
            turn.entered / amount,
            turn.tried / amount,
            turn.made,
            turn.born,
            [(lot.serial - first if turn.born else 0, copy_of(lot.material)) for lot in turn.outputs],
            losses,
            cells,
            _back(turn),
            turn.adjust,
            turn.root,
            _cuts(turn.lots) if merges else {},
        )
        self.keep(turn.root or turn.key, found)

    def keep(self, root: tuple[int, int], turn: Remembered) -> None:
        """Keep a turn with the others of its batch, in place of the oldest batch when there are too many."""
        turns = self._of.get(root)
        if turns is None:
            turns = self._of[root] = []
            self.batches.append(turns)
            while len(self._of) > REMEMBERED:
                del self._of[next(iter(self._of))]
        turns.append(turn)


def _lost(turn: Turn, station: int, merges: bool) -> tuple[list[Lost], list[tuple[int, int, int]]]:
    """Return what a turn lost that is no cell, where lanes do not tell it themselves, and how many cells it lost."""
    losses: list[Lost] = []
    cells: dict[tuple[int, int], int] = {}
    for reason, action, unit, family, serial, cell, quantity, cathode, anode in turn.rejections:
        if cell >= 0:
            cells[reason, action] = cells.get((reason, action), 0) + 1
        elif not merges:
            place = serial - turn.key[1] * turn.made if turn.born and family == station else -1
            losses.append((reason, action, unit, place, quantity, cathode, anode))
    return losses, [(reason, action, count) for (reason, action), count in cells.items()]


def _back(turn: Turn) -> dict[int, tuple[str, Cell]]:
    """Return where cells go back to, and cells that do, by reason."""
    reasons = [row[0] for row in turn.rejections if row[1] == Action.SENT_BACK]
    found: dict[int, tuple[str, Cell]] = {}
    for to, cells in turn.back or ():
        assert isinstance(cells, Cell)
        here, reasons = reasons[: cells.size], reasons[cells.size :]
        for reason in here:
            found.setdefault(reason, (to, copy_of(cells)))
    return found


def entering(lots: Sequence[Lot]) -> Entering:
    """Return what goes into a turn."""
    if not lots:
        return Entering(1.0, 1.0, True)
    material = lots[0].material
    again = material.repeats if isinstance(material, Cell) else 0
    return Entering(sum(lot.material.units for lot in lots), sum(sum(lot.coating) for lot in lots) or 1.0, again == 0)


def _cuts(lots: Sequence[Lot]) -> dict[str, tuple[float, Cut]]:
    found = {}
    for lot in lots:
        lane = lot.material
        if isinstance(lane, Electrode) and lane.cut is not None:
            found[lane.electrode] = (lane.length, lane.cut)
    return found


def copy_of(material: Kind) -> Kind:
    """Return material that stays as it is when the original is worked on; arrays that nobody writes to are shared."""
    if not isinstance(material, Cell | Electrode | Slurry):
        return material
    own: dict[str, Any] = {"state": dict(material.state), "measured": dict(material.measured)}
    if isinstance(material, Cell):
        own |= {"alive": material.alive.copy(), "flaws": dict(material.flaws)}
        own["grade"] = None if material.grade is None else material.grade.copy()
    if isinstance(material, Electrode):
        own |= {"marks": material.marks.copy(), "cut": None}
    return replace(material, **own)


def evaluate_after_all(lot: Lot) -> None:
    """Make a lot that was only counted one that physics can work on, like the one that it was taken for."""
    material, like = lot.material, lot.like
    if like is None:
        return
    lot.like = lot.root = None
    if isinstance(material, Electrode) and isinstance(like, Electrode):
        lot.material = _web_like(material, like)
    elif isinstance(material, Cell) and isinstance(like, Cell):
        names = material.identities()[material.alive]
        lot.material = joined([picked_like(like, names, (material.cathode_kg, material.anode_kg))])
    else:
        lot.material = copy_of(material)


def _web_like(web: Electrode, like: Electrode) -> Electrode:
    """Return a web of its own length with the loading and the marks of another, drawn out along it."""
    found = copy_of(web)
    assert isinstance(found, Electrode)
    found.marks = like.marks.copy()
    found.marks[:, START] *= web.length / like.length
    return found
