"""Traces: from a cell to its slurry batches, and from a lot to every cell that contains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.genealogy import Codes, Genealogy, Stay, code, key_of, stays
from twin.journal import Action, Journal, birthplace, came_back, first_cell
from twin.problems import InputError
from twin.table import Columns

if TYPE_CHECKING:
    import pandas as pd

Cells = NDArray[np.int64]


@dataclass(frozen=True)
class Ancestry:
    """Where one cell comes from.

    Attributes:
        cell: its identity.
        status: "good", "scrapped" or "in plant".
        lots: every lot that it was in or that went into it, youngest first: a row for each parent.
        visits: the turns of those lots while it was in them: station, server, times.
        readings: what gauges reported of those lots meanwhile.
        measured: its row in the table of kept cells; empty when it was not kept.
        rejected: what was found on it.
        tray: its tray and place there when it was stacked or wound.
    """

    cell: int
    status: str
    lots: pd.DataFrame
    visits: pd.DataFrame
    readings: pd.DataFrame
    measured: pd.DataFrame
    rejected: pd.DataFrame
    tray: str


def trace_cell(journal: Journal, cell: int) -> Ancestry:
    """Return where a cell comes from.

    Raises:
        InputError: no such cell was started.
    """
    makers = _makers(journal)
    family, serial, place = birthplace(cell)
    if family not in makers or place >= _started(journal, makers).get(int(code(family, serial)), 0):
        raise InputError(f"no cell {cell} was started in this run; see the table 'cells' for those that were kept")
    tree = Genealogy(journal)
    rejects = journal.columns("rejects")
    mine = _rows(rejects, rejects["cell"] == cell)
    way = stays(tree, cell, mine)
    lots = np.concatenate([[stay.lot for stay in way], tree.ancestors(way[0].lot)])
    # a tray holds cells of several stacks: those of the others are no family
    kin = np.isin(tree.child, lots) & ((tree.parent < 0) | np.isin(tree.parent, lots))
    kept = journal.columns("cells")
    tray = journal.line.cell.tray if journal.line.cell else 1
    return Ancestry(
        cell,
        _status(journal, way, mine),
        journal.named(_rows(tree.lots, kin)).sort_values("time", ascending=False, kind="stable"),
        journal.named(_visits(tree, lots, way)).sort_values("start", kind="stable"),
        journal.named(_readings(journal, lots, way)).sort_values("time", kind="stable"),
        journal.named(_rows(kept, kept["cell"] == cell)),
        journal.named(mine),
        f"tray {place // tray + 1}, place {place % tray + 1}",
    )


def recall(journal: Journal, lot: str) -> pd.DataFrame:
    """Return every cell that contains a lot or was in it, with what became of it.

    Columns: cell, lot (in which it was stacked or wound), status ("good", "scrapped" or "in plant"),
    reason of scrap.

    Raises:
        InputError: no lot of that name was made, or the plant makes no cells.
    """
    import pandas as pd

    makers = _makers(journal)
    tree = Genealogy(journal)
    found = tree.find(lot)
    started = _started(journal, makers)
    if journal.line.stations[journal.stations[key_of(found)[0]]].step.makes == "cell":
        cells = _cells_in(tree, found, started)
    else:
        born = [one for one in tree.descendants(found).tolist() if one in started]
        cells = np.concatenate([np.zeros(0, np.int64), *(_cells_born(one, started) for one in born)])
    cells = np.sort(cells)
    rejects = journal.columns("rejects")
    fates = _fates(tree, cells, _rows(rejects, np.isin(rejects["cell"], cells)))
    names = {one: tree.name(one) for one in {_birth(cell) for cell in cells.tolist()}}
    stacks = [names[_birth(cell)] for cell in cells.tolist()]
    return pd.DataFrame({"cell": cells, "lot": stacks, "status": fates[0], "reason": fates[1]})


def _readings(journal: Journal, lots: Codes, way: list[Stay]) -> Columns:
    """Return what gauges reported of some lots, of those that the cell was in while it was there."""
    rows = journal.columns("measurements")
    lot = code(rows["family"], rows["lot"])
    keep = np.isin(lot, lots)
    for stay in way:
        keep &= (lot != stay.lot) | (rows["time"] <= stay.until)
    return _rows(rows, keep)


def _rows(columns: Columns, keep: NDArray[Any]) -> Columns:
    return {name: values[keep] for name, values in columns.items()}


def _birth(cell: int) -> int:
    """Return the lot in which a cell was started."""
    family, serial, _ = birthplace(cell)
    return int(code(family, serial))


def _makers(journal: Journal) -> list[int]:
    """Return the stations that put other things together to cells.

    Raises:
        InputError: there are none.
    """
    steps = [journal.line.stations[name].step for name in journal.stations]
    makers = [number for number, step in enumerate(steps) if step.makes == "cell" and step.merges]
    if not makers:
        raise InputError(f"{journal.line.name} makes no cells, so there is nothing to trace")
    return makers


def _started(journal: Journal, makers: list[int]) -> dict[int, int]:
    """Return how many cells were started in each lot that began some."""
    visits = journal.columns("visits")
    made = np.isin(visits["station"], makers) & (visits["station"] == visits["family"])
    lots = code(visits["family"][made], visits["lot"][made])
    return dict(zip(lots.tolist(), visits["tried"][made].astype(np.int64).tolist(), strict=True))


def _cells_born(lot: int, started: dict[int, int]) -> Cells:
    return first_cell(*key_of(lot)) + np.arange(started[lot], dtype=np.int64)


def _cells_in(tree: Genealogy, lot: int, started: dict[int, int]) -> Cells:
    """Return every cell that was in a lot of cells: started there, sent back in it, or joined from others."""
    if lot in started:
        return _cells_born(lot, started)
    parents = tree.parents(lot)
    rejects = tree.journal.columns("rejects")
    left = np.isin(rejects["action"], (Action.SCRAP, Action.SENT_BACK))
    left &= np.isin(code(rejects["family"], rejects["lot"]), parents) & (rejects["cell"] >= 0)
    if came_back(key_of(lot)[1]):
        sent = np.unique(rejects["cell"][left & (rejects["action"] == Action.SENT_BACK)])
        mine = _by_cell(_rows(rejects, np.isin(rejects["cell"], sent)))
        return np.array([cell for cell in sent.tolist() if _was_in(tree, cell, mine[cell], lot)], np.int64)
    cells = [_cells_in(tree, one, started) for one in parents.tolist()]
    return np.setdiff1d(np.concatenate([np.zeros(0, np.int64), *cells]), rejects["cell"][left])


def _was_in(tree: Genealogy, cell: int, rejects: Columns, lot: int) -> bool:
    return any(stay.lot == lot for stay in stays(tree, cell, rejects))


def _by_cell(rejects: Columns) -> dict[int, Columns]:
    """Return the rejects of each cell, in the order they happened."""
    order = np.argsort(rejects["cell"], kind="stable")
    cells, first = np.unique(rejects["cell"][order], return_index=True)
    pieces = np.split(order, first[1:]) if cells.size else []
    return {cell: _rows(rejects, piece) for cell, piece in zip(cells.tolist(), pieces, strict=True)}


def _fates(tree: Genealogy, cells: Cells, rejects: Columns) -> tuple[list[str], list[str]]:
    """Return what became of cells, and the reason of scrap."""
    journal = tree.journal
    mine = _by_cell(_rows(rejects, np.isin(rejects["action"], (Action.SCRAP, Action.SENT_BACK))))
    nothing = _rows(rejects, np.zeros(len(rejects["cell"]), np.bool_))
    finished = _finished(journal)
    ends: dict[int, str] = {}
    statuses, reasons = [], []
    for cell in cells.tolist():
        own = mine.get(cell)
        if own is None:
            # all cells of a stack that nobody rejects go the same way
            stack = _birth(cell)
            if stack not in ends:
                ends[stack] = _end(stays(tree, cell, nothing)[-1], finished)
            status, reason = ends[stack], ""
        elif own["action"][-1] == Action.SCRAP:
            status, reason = "scrapped", journal.reasons[int(own["reason"][-1])]
        else:
            status, reason = _end(stays(tree, cell, own)[-1], finished), ""
        statuses.append(status)
        reasons.append(reason)
    return statuses, reasons


def _finished(journal: Journal) -> set[int]:
    columns = journal.columns("finished")
    return set(code(columns["family"], columns["lot"]).tolist())


def _end(last: Stay, finished: set[int]) -> str:
    return "good" if last.to < 0 and last.lot in finished else "in plant"


def _status(journal: Journal, way: list[Stay], rejects: Columns) -> str:
    if (rejects["action"] == Action.SCRAP).any():
        return "scrapped"
    return _end(way[-1], _finished(journal))


def _visits(tree: Genealogy, lots: Codes, way: list[Stay]) -> Columns:
    """Return the turns that made lots and those that lots went through, while the cell was in them."""
    visits = tree.journal.columns("visits")
    where = code(visits["family"], visits["lot"])
    # a station that makes lots of its own counts its turns, each of which may make several lots
    counts_turns = (visits["station"] == visits["family"]) & ~came_back(visits["lot"])
    through = np.flatnonzero(np.isin(where, lots) & ~counts_turns)
    until = {stay.lot: stay.until for stay in way}
    gone = np.array([until.get(lot, np.inf) for lot in where[through].tolist()])
    own = np.flatnonzero(counts_turns)
    births = [_birth_visit(tree, lot, visits, own) for lot in np.unique(lots).tolist()]
    rows = np.unique(np.concatenate([through[visits["start"][through] < gone], *births]))
    return _rows(visits, rows)


def _birth_visit(tree: Genealogy, lot: int, visits: Columns, own: Codes) -> Codes:
    """Return the row of the turn that made a lot at a station that counts its turns; nothing elsewhere."""
    family, serial = key_of(lot)
    here = tree.lots["family"] == family
    time = tree.lots["time"][here & (tree.lots["lot"] == serial)][:1]
    rows: Codes = own[(visits["station"][own] == family) & np.isin(visits["finish"][own], time)]
    if len(rows) > 1:
        # several machines were ready at once, and each has made as many lots
        together = np.unique(tree.lots["lot"][here & np.isin(tree.lots["time"], time)])
        rows = rows[visits["lot"][rows] == serial // max(1, len(together) // len(rows))]
    return rows
