"""Material: the true physical state of what moves through the plant, as arrays over its units.

What is here is the truth. Gauges see it imperfectly (``twin/quality``); controllers and the journal
get measurements only. Electrode making moves webs (one array entry per metre segment and lane),
assembly and formation move cells (one entry per cell). Flaws are rare and kept sparsely: bit ``n`` of
a cell's mask is set when the line's flaw ``n`` is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.marks import ALL_LANES, LANE, LENGTH, NO_MARKS, START, Marks, in_order

Floats = NDArray[np.float32]

# one bit each of a signed 64-bit mask
MOST_FLAWS = 63
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
        repeats: how often it has come back for rework.
    """

    units: float = 1.0
    repeats: int = 0


@dataclass(slots=True)
class Slurry:
    """One batch of slurry.

    Attributes:
        electrode: "cathode" or "anode".
        solids: dry mass of active material, binder and additive [kg].
        offset: relative error that this batch gives the coating's areal loading [-].
        flaws: bits of the defect modes in it that nobody has found.
        state: what else is true of it, by name, such as "viscosity" [Pa s].
        measured: what gauges reported of it, by name.
    """

    electrode: str
    solids: float
    offset: float = 0.0
    flaws: int = 0
    state: dict[str, float] = field(default_factory=dict)
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def units(self) -> float:
        """Dry mass [kg]."""
        return self.solids


@dataclass(slots=True)
class Electrode:
    """A roll of coated web, or one slit lane of it.

    Attributes:
        electrode: "cathode" or "anode".
        length: web that is left [m].
        width: coated width of all its lanes [m].
        solids: dry coating on it [kg].
        loading: areal loading relative to the design [-]. Shape (segments, lanes), float32.
        marks: its flaws. Shape (marks, 5).
        begin: where it begins, from where the coating of the roll began [m].
        pitch: length of web that one segment of the arrays stands for [m].
        state: what else is true of it, by name, such as "thickness" [-] or "water" [kg/kg]; each a number for all of
            it, or an array of shape (segments, lanes).
        flaws: bits of the modes that spoil the whole of it and that nobody has found.
        cut: web that its found marks cost where they are cut out, in all and by flaw [m]; None until somebody has
            worked it out.
        measured: means of what gauges reported of it, or of the roll that it was cut from, by name.
        target: areal loading that it was coated for, relative to the design [-].
    """

    electrode: str
    length: float
    width: float
    solids: float
    loading: Floats
    marks: Marks = field(default_factory=lambda: NO_MARKS)
    begin: float = 0.0
    pitch: float = 0.0
    state: dict[str, float | Floats] = field(default_factory=dict)
    flaws: int = 0
    cut: tuple[float, dict[int, float]] | None = None
    measured: dict[str, float] = field(default_factory=dict)
    target: float = 1.0

    def __post_init__(self) -> None:
        self.pitch = self.pitch or self.length / len(self.loading)

    @property
    def units(self) -> float:
        """Length of web [m]."""
        return self.length

    @property
    def lanes(self) -> int:
        """Number of lanes that lie side by side."""
        return int(self.loading.shape[1])

    def mark(self, marks: Marks) -> None:
        """Add flaws in places, in the order of the web."""
        self.marks = in_order([self.marks, marks]) if len(self.marks) else marks

    def lane(self, number: int, share: float) -> Electrode:
        """Return one lane of it, slit off with a share of its width and coating [-]."""
        marks = self.marks
        if len(marks):
            # what goes through all lanes may be found in one and missed in another, so each lane has its own
            lanes = marks[:, LANE]
            marks = marks[(lanes == number) | (lanes == ALL_LANES)]
            marks[:, LANE] = number
        sizes = (self.length, self.width * share, self.solids * share)
        here = slice(number, number + 1)
        state = {name: value[:, here] if isinstance(value, np.ndarray) else value for name, value in self.state.items()}
        slit = Electrode(
            self.electrode, *sizes, self.loading[:, here], marks, self.begin, self.pitch, state, self.flaws
        )
        slit.measured, slit.target = dict(self.measured), self.target
        return slit

    def shortened(self, metres: float) -> Electrode:
        """Return what is left when some web is cut off its beginning [m]."""
        left = self.length - metres
        marks = self.marks
        if len(marks) and marks[0, START] < self.begin + metres:
            marks = marks[marks[:, START] + marks[:, LENGTH] > self.begin + metres]
        solids = self.solids * left / self.length
        along = (self.begin + metres, self.pitch, self.state, self.flaws)
        rest = Electrode(self.electrode, left, self.width, solids, self.loading, marks, *along)
        rest.measured, rest.target = self.measured, self.target
        return rest


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
        flaws: bits of the flaws that nobody has found, by place of the few cells that have some.
        cathode_loading: mean areal loading of its cathode relative to target [-]. Shape (cells,).
        anode_loading: the same of its anode [-]. Shape (cells,).
        cathode_kg: dry cathode coating in one cell, mean of the lot [kg].
        anode_kg: dry anode coating in one cell, mean of the lot [kg].
        repeats: how often this lot has come back for rework.
        measured: what gauges reported, by name. Each of shape (cells,).
        state: what else is true of the cells, by name, such as "moisture". Each of shape (cells,).
        grade: ``GRADE_A`` or ``GRADE_B`` once decided. Shape (cells,).
        first: identity of the first cell; the others follow one by one while ``ids`` is None.
        ids: identity of each cell of a lot that was mixed. Shape (cells,).
        units: cells still in the plant; counted by itself.
    """

    alive: NDArray[np.bool_]
    flaws: dict[int, int]
    cathode_loading: Floats
    anode_loading: Floats
    cathode_kg: float
    anode_kg: float
    repeats: int = 0
    measured: dict[str, Floats] = field(default_factory=dict)
    grade: NDArray[np.int8] | None = None
    first: int = 0
    ids: NDArray[np.int64] | None = None
    units: float = -1.0
    state: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.units = float(len(self.alive)) if self.units < 0 else self.units

    @property
    def size(self) -> int:
        """Number of cells started in this lot."""
        return len(self.alive)

    def known(self, name: str, otherwise: float) -> Floats:
        """Return what is true of the cells, the same for all where no step has worked it out. Shape (cells,)."""
        known = self.state.get(name)
        return np.full(self.size, otherwise, np.float32) if known is None else known

    def remove(self, place: int) -> None:
        """Take the cell at a place out of the lot; no gauge can find anything in it any more."""
        self.alive[place] = False
        self.flaws.pop(place, None)
        self.units -= 1.0

    def identity(self, place: int) -> int:
        """Return who the cell at a place is."""
        return self.first + place if self.ids is None else int(self.ids[place])

    def identities(self) -> NDArray[np.int64]:
        """Return who the cells are, dead or alive. Shape (cells,)."""
        return self.first + counting(self.size) if self.ids is None else self.ids

    def taken(self, places: Sequence[int]) -> Cell:
        """Return a lot of only the cells at some places, alive, as they come back for rework."""
        chosen = np.asarray(places, np.intp)
        return Cell(
            np.ones(len(places), np.bool_),
            {new: self.flaws[old] for new, old in enumerate(places) if old in self.flaws},
            self.cathode_loading[chosen],
            self.anode_loading[chosen],
            self.cathode_kg,
            self.anode_kg,
            self.repeats + 1,
            {name: values[chosen] for name, values in self.measured.items()},
            None if self.grade is None else self.grade[chosen],
            ids=self.identities()[chosen],
            state={name: values[chosen] for name, values in self.state.items()},
        )


Material = Plain | Slurry | Electrode | Separator | Cell
