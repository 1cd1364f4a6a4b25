"""The scribe: what happens on the floor becomes rows of the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twin.flow.deck import GOLDEN, WORD
from twin.flow.lot import Lot
from twin.flow.turn import CELL, Rejection, Turn
from twin.journal import Action, Journal, State
from twin.material import GRADE_A, GRADE_B, UNGRADED, Cell

_GOLDEN = np.uint64(GOLDEN)
_NOTHING = float("nan")


class RowTaker(Protocol):
    """What takes the rows of a table, as ``twin.table.Table`` does."""

    def add(self, row: Sequence[float]) -> None:
        """Take a row: one number for each column."""

    def add_rows(self, *columns: Any) -> None:
        """Take several rows: each column an array, or one value for all."""


class Recorder:
    """Writes one run's journal.

    Attributes:
        kept_below: a cell's row is kept when its identity times the golden ratio is below this.

    Args:
        journal: the journal.
        share: share of cells whose rows are kept [-].
        tables: what takes rows in place of the journal's tables, by their names.
    """

    def __init__(self, journal: Journal, share: float, tables: Mapping[str, RowTaker] = MappingProxyType({})) -> None:
        tables = {**journal.tables, **tables}
        self._visit = tables["visits"].add
        self._reject = tables["rejects"].add
        self._kin = tables["lots"].add
        self._cells = tables["cells"]
        self._finish = tables["finished"].add
        self._stop = tables["stops"].add
        self._measure = tables["measurements"].add
        self._alarm = tables["alarms"].add
        self._escape = tables["escapes"].add
        self._truth = tables["truth"].add
        self._evaluated = tables["evaluated"].add
        self._shelf_life = journal.reason("shelf_life")
        self._share = share
        # by station where batches begin: whether they are of cathode (0) or anode (1); see ``evaluated``
        self.sides: dict[int, int] = {}
        self.kept_below = int(min(share, 1.0) * (2**64 - 2048))
        self._threshold = np.uint64(self.kept_below)
        self.good = 0.0

    def visit(self, station: int, server: int, turn: Turn, start: float, finish: float, leave: float) -> None:
        """Write one turn of a server; a merge is one visit of the lot that it makes."""
        family, lot = turn.key
        arrive = turn.arrive if turn.arrive >= 0 else start
        row = (lot, family, station, server, arrive, start, finish, leave, turn.entered, turn.tried, turn.passed)
        self._visit(row)

    def kin(self, lots: Sequence[Lot], parents: Sequence[Lot], time: float) -> None:
        """Write the parents of new lots; bought material has none."""
        for lot in lots:
            for parent in parents:
                self._kin((lot.serial, lot.family, parent.serial, parent.family, time, lot.units))
            if not parents:
                self._kin((lot.serial, lot.family, -1, -1, time, lot.units))

    def stop(self, station: int, server: int, state: State, begin: float, seconds: float) -> None:
        """Write one stop of a server."""
        self._stop((station, server, state, begin, seconds))

    def rejects(self, station: int, time: float, rejections: Sequence[Rejection]) -> None:
        """Write what did not go on as planned."""
        add = self._reject
        for rejection in rejections:
            add((time, station, *rejection))
            if rejection[1] == Action.SCRAP and rejection[5] >= 0 and self._share > 0:
                reason, _, _, family, lot, cell, *_ = rejection
                if cell * GOLDEN & WORD < self.kept_below or self._share >= 1:
                    self._cells.add((cell, family, lot, time, station, UNGRADED, reason, _NOTHING, _NOTHING))

    def readings(self, station: int, time: float, turn: Turn) -> None:
        """Write what the gauges of a station reported, and the alarms of their charts."""
        for family, lot, reading, action in turn.readings or ():
            gauge, *reported, truth = reading
            self._measure((time, station, gauge, family, lot, *reported))
            if truth is not None:
                self._truth((time, station, gauge, family, lot, reading.size, *truth))
            if action >= 0:
                self._alarm((time, station, gauge, family, lot, action))

    def evaluated(self, station: int, time: float, turn: Turn, last: bool) -> None:
        """Write what became of a lot, where only a share of the lots is evaluated.

        Args:
            station: the station.
            time: when the turn is over [s].
            turn: the turn.
            last: whether what comes out is finished.
        """
        if turn.root is not None:
            self._fate(station, time, turn, turn.root, last)
        ends = [lot for lot in turn.lots if lot.root != turn.root] if len(turn.lots) > 1 else []
        for lot in (*ends, *(turn.outputs if last else ())):
            if lot.root is None:
                continue
            if lot.like is not None:
                self._evaluated((time, station, lot.family, lot.serial, *lot.root, *[0.0] * 8, 1.0))
            elif lot.root != turn.root:
                kept = lot.coating[self.sides[lot.root[0]]]
                self._evaluated((time, station, lot.family, lot.serial, *lot.root, *[0.0] * 6, kept, 0.0, 0.0))

    def _fate(self, station: int, time: float, turn: Turn, root: tuple[int, int], last: bool) -> None:
        """Write what became of an evaluated lot in one turn."""
        side = self.sides[root[0]]
        gone = [row for row in turn.rejections if row[1] in (Action.SCRAP, Action.LOSS)]
        scrapped = sum([row[6] for row in gone if row[2] == CELL])
        done = [row[1] for row in turn.rejections]
        good, first, kept = 0.0, -float(done.count(Action.CURED)), 0.0
        for lot in turn.outputs if last else ():
            good += lot.units
            first += lot.units - worse_of(lot)
            kept += lot.coating[side]
        fate = (turn.seconds, turn.tried, good, first, scrapped, float(done.count(Action.SENT_BACK)))
        lost = sum([row[7 + side] for row in gone])
        self._evaluated((time, station, *turn.key, *root, *fate, kept, lost, 0.0))

    def expired(self, station: int, time: float, lot: Lot) -> None:
        """Write a lot that grew too old in its buffer."""
        key, cell = (lot.family, lot.serial), lot.material
        if isinstance(cell, Cell):
            sides = (cell.cathode_kg, cell.anode_kg)
            ids = cell.identities()[cell.alive].tolist()
            rows: list[Rejection] = [(self._shelf_life, Action.SCRAP, CELL, *key, one, 1.0, *sides) for one in ids]
        else:
            rows = [(self._shelf_life, Action.SCRAP, lot.unit, *key, -1, lot.units, *lot.coating)]
        self.rejects(station, time, rows)
        if lot.root is not None and lot.like is None:
            lost, cells = lot.coating[self.sides[lot.root[0]]], lot.units if isinstance(cell, Cell) else 0.0
            self._evaluated((time, station, *key, *lot.root, *[0.0] * 4, cells, 0.0, 0.0, lost, 0.0))

    def finished(self, station: int, time: float, lot: Lot) -> None:
        """Write a lot that has come to the end of its route."""
        cell = lot.material
        grade_b = worse_of(lot)
        grade_a = lot.units - grade_b
        self.good += lot.units
        self._finish((time, lot.family, lot.serial, lot.units, grade_a, grade_b, *lot.coating))
        if isinstance(cell, Cell) and cell.flaws:
            self._escaped(time, lot, cell)
        if isinstance(cell, Cell) and self._share > 0:
            self._keep(station, time, lot, cell)

    def _escaped(self, time: float, lot: Lot, cell: Cell) -> None:
        """Write which flaws leave the plant in how many cells of a lot."""
        escaped: dict[int, int] = {}
        for bits in cell.flaws.values():
            while bits:
                number = (bits & -bits).bit_length() - 1
                escaped[number] = escaped.get(number, 0) + 1
                bits &= bits - 1
        for number, cells in escaped.items():
            self._escape((time, lot.family, lot.serial, number, cells))

    def _keep(self, station: int, time: float, lot: Lot, cell: Cell) -> None:
        ids = cell.identities()
        places = np.flatnonzero(self._kept(ids) & cell.alive)
        if not places.size:
            return
        nothing = np.full(cell.size, np.nan, np.float32)
        measured = [cell.measured.get(name, nothing)[places] for name in ("capacity_ah", "resistance_rel")]
        grade = GRADE_A if cell.grade is None else cell.grade[places]
        self._cells.add_rows(ids[places], lot.family, lot.serial, time, station, grade, -1, *measured)

    def _kept(self, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Choose cells by their identity alone, evenly over each lot, so that every run keeps the same ones."""
        if self._share >= 1:
            return np.ones(len(cells), np.bool_)
        # multiples of the golden ratio fill the circle more evenly than random numbers would
        kept: NDArray[np.bool_] = cells.view(np.uint64) * _GOLDEN < self._threshold
        return kept


def worse_of(lot: Lot) -> float:
    """Return the cells of a lot that are grade B."""
    cell = lot.material
    if not isinstance(cell, Cell) or cell.grade is None:
        return 0.0
    return float(np.count_nonzero((cell.grade == GRADE_B) & cell.alive))
