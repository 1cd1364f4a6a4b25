"""Material: the true physical state of what moves through the plant, as arrays over its units.

What is here is the truth. Gauges see it imperfectly (``twin/quality``); controllers and the journal
get measurements only. Electrode making moves webs (one array entry per metre segment and lane),
assembly and formation move cells (one entry per cell). Flaws are bits: bit ``m`` of a cell's mask is
set when the defect mode ``m`` of the line's catalogue is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bits = NDArray[np.uint64]

ALL_LANES = -1
UNGRADED, GRADE_A, GRADE_B = 0, 1, 2


_COUNTING = np.arange(4096)


def counting(size: int) -> NDArray[np.intp]:
    """Return 0, 1, 2 ... as a view of one array that all share. Shape (size,)."""
    return _COUNTING[:size] if size <= len(_COUNTING) else np.arange(size)


@dataclass(slots=True)
class Plain:
    """Material of a generic line: something countable without physics.

    Attributes:
        units: how many pieces the lot holds.
    """

    units: float = 1.0


@dataclass(slots=True)
class Slurry:
    """One batch of slurry.

    Attributes:
        electrode: "cathode" or "anode".
        solids: dry mass of active material, binder and additive [kg].
        offset: relative error that this batch gives the coating's areal loading [-].
        flaws: bits of the defect modes in it that nobody has found.
    """

    electrode: str
    solids: float
    offset: float = 0.0
    flaws: int = 0

    @property
    def units(self) -> float:
        """Dry mass [kg]."""
        return self.solids


@dataclass(slots=True)
class Marks:
    """Flaws of a web, each with its place; arrays of equal length.

    Attributes:
        start: where the flaw begins, from the start of the roll [m]. Shape (flaws,).
        length: how much web it spoils [m]. Shape (flaws,).
        lane: the lane it lies in, or ``ALL_LANES``. Shape (flaws,).
        mode: number of its defect mode. Shape (flaws,).
        found: True once a gauge has marked it for cutting out. Shape (flaws,).
    """

    start: Floats
    length: Floats
    lane: NDArray[np.int16]
    mode: NDArray[np.int16]
    found: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Marks:
        """Return the marks of a faultless web."""
        return _NO_MARKS

    def __len__(self) -> int:
        return len(self.start)

    def joined(self, other: Marks) -> Marks:
        """Return both sets of marks."""
        if not len(self):
            return other
        if not len(other):
            return self
        return Marks(
            np.concatenate((self.start, other.start)),
            np.concatenate((self.length, other.length)),
            np.concatenate((self.lane, other.lane)),
            np.concatenate((self.mode, other.mode)),
            np.concatenate((self.found, other.found)),
        )

    def of_lane(self, lane: int) -> Marks:
        """Return the marks that lie in one lane, renumbered to lane 0."""
        if not len(self):
            return self
        here = self.where((self.lane == lane) | (self.lane == ALL_LANES))
        return Marks(here.start, here.length, np.zeros_like(here.lane), here.mode, here.found)

    def where(self, keep: NDArray[np.bool_]) -> Marks:
        """Return only the marks for which ``keep`` is True. Shape (flaws,)."""
        return Marks(self.start[keep], self.length[keep], self.lane[keep], self.mode[keep], self.found[keep])

    def seen(self, which: NDArray[np.bool_]) -> Marks:
        """Return the marks with some more of them found."""
        return Marks(self.start, self.length, self.lane, self.mode, self.found | which)


_NO_MARKS = Marks(
    np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.int16), np.zeros(0, np.int16), np.zeros(0, bool)
)


@dataclass(slots=True)
class Electrode:
    """A roll of coated web, or one slit lane of it.

    Attributes:
        electrode: "cathode" or "anode".
        length: web that is left [m].
        width: coated width of all its lanes [m].
        solids: dry coating on it [kg].
        loading: areal loading relative to target [-]. Shape (segments, lanes), float32.
        marks: its flaws.
        thickness: thickness after calendering relative to target [-].
        water: water content [kg/kg].
        flaws: bits of the modes that spoil the whole of it and that nobody has found.
        cut: web that its marks cost where they are cut out [m]; None until somebody has worked it out.
    """

    electrode: str
    length: float
    width: float
    solids: float
    loading: Floats
    marks: Marks = field(default_factory=Marks.none)
    thickness: float = 1.0
    water: float = 0.0
    flaws: int = 0
    cut: float | None = None

    @property
    def units(self) -> float:
        """Length of web [m]."""
        return self.length

    @property
    def lanes(self) -> int:
        """Number of lanes that lie side by side."""
        return int(self.loading.shape[1])


@dataclass(slots=True)
class Separator:
    """Separator for the stacks of one lot.

    Attributes:
        area: area [m^2].
    """

    area: float

    @property
    def units(self) -> float:
        """Area [m^2]."""
        return self.area


@dataclass(slots=True)
class Cell:
    """A lot of cells, from stack to graded cell. One entry per cell that was started, dead or alive.

    Attributes:
        alive: still in the plant. Shape (cells,).
        flaws: bits of the defect modes in each cell that nobody has found. Shape (cells,).
        cathode_loading: mean areal loading of its cathode relative to target [-]. Shape (cells,).
        anode_loading: the same of its anode [-]. Shape (cells,).
        cathode_kg: dry cathode coating in one cell, mean of the lot [kg].
        anode_kg: dry anode coating in one cell, mean of the lot [kg].
        any_flaws: the bits of all ``flaws`` together, so that a clean lot costs a gauge nothing.
        repeats: how often this lot has come back for rework.
        measured: what gauges reported, by name. Each of shape (cells,).
        grade: ``GRADE_A`` or ``GRADE_B`` once decided. Shape (cells,).
        first: identity of the first cell; the others follow one by one while ``ids`` is None.
        ids: identity of each cell of a lot that was mixed. Shape (cells,).
        units: cells still in the plant; counted by itself.
    """

    alive: NDArray[np.bool_]
    flaws: Bits
    cathode_loading: Floats
    anode_loading: Floats
    cathode_kg: float
    anode_kg: float
    any_flaws: int = 0
    repeats: int = 0
    measured: dict[str, Floats] = field(default_factory=dict)
    grade: NDArray[np.int8] | None = None
    first: int = 0
    ids: NDArray[np.int64] | None = None
    units: float = -1.0

    def __post_init__(self) -> None:
        self.units = float(len(self.alive)) if self.units < 0 else self.units

    @property
    def size(self) -> int:
        """Number of cells started in this lot."""
        return len(self.alive)

    def remove(self, places: NDArray[np.intp]) -> None:
        """Take cells at some places out of the lot; they carry no flaw that a gauge could still find."""
        self.alive[places] = False
        self.flaws[places] = 0
        self.units -= len(places)

    def identities(self, places: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return who the cells at some places are. Shape (places,)."""
        return self.first + places if self.ids is None else self.ids[places]

    def taken(self, places: NDArray[np.intp]) -> Cell:
        """Return a lot of only the cells at some places, alive, as they come back for rework."""
        return Cell(
            np.ones(len(places), np.bool_),
            self.flaws[places],
            self.cathode_loading[places],
            self.anode_loading[places],
            self.cathode_kg,
            self.anode_kg,
            self.any_flaws,
            self.repeats + 1,
            {name: values[places] for name, values in self.measured.items()},
            None if self.grade is None else self.grade[places],
            ids=self.identities(places),
        )

    @classmethod
    def joined(cls, lots: Sequence[Cell]) -> Cell:
        """Return one lot of all cells that are alive in several."""
        alive = [np.flatnonzero(lot.alive) for lot in lots]
        sizes = np.array([len(places) for places in alive], np.float64)
        pairs = list(zip(lots, alive, strict=True))
        share = sizes / max(sizes.sum(), 1.0)
        return cls(
            np.ones(int(sizes.sum()), np.bool_),
            np.concatenate([lot.flaws[places] for lot, places in pairs]),
            np.concatenate([lot.cathode_loading[places] for lot, places in pairs]),
            np.concatenate([lot.anode_loading[places] for lot, places in pairs]),
            float(share @ [lot.cathode_kg for lot in lots]),
            float(share @ [lot.anode_kg for lot in lots]),
            int(np.bitwise_or.reduce([lot.any_flaws for lot in lots])),
            max(lot.repeats for lot in lots),
            {name: np.concatenate([lot.measured[name][places] for lot, places in pairs]) for name in lots[0].measured},
            None
            if any(lot.grade is None for lot in lots)
            else np.concatenate([lot.grade[places] for lot, places in pairs if lot.grade is not None]),
            ids=np.concatenate([lot.identities(places) for lot, places in pairs]),
        )


Material = Plain | Slurry | Electrode | Separator | Cell
