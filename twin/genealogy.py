"""Genealogy: cell <- stack <- lanes <- rolls <- slurry batches, both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin.journal import Action, Journal, birthplace, first_cell
from twin.problems import InputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[int, int]


@dataclass(frozen=True)
class Ancestry:
    """Where one cell comes from.

    Attributes:
        cell: its identity.
        lots: every lot that it was in or that went into it, youngest first: name, parents, time and units.
        visits: the turns of those lots: station, server, times.
        measured: its row in the table of kept cells; empty when it was not kept.
        rejected: what was found on it.
        tray: its tray and place there; empty for a product without trays.
    """

    cell: int
    lots: pd.DataFrame
    visits: pd.DataFrame
    measured: pd.DataFrame
    rejected: pd.DataFrame
    tray: str


class Genealogy:
    """The family tree of all lots of a journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lots = journal.columns("lots")
        keys = list(zip(self._lots["family"].tolist(), self._lots["lot"].tolist(), strict=True))
        parents = list(zip(self._lots["parent_family"].tolist(), self._lots["parent"].tolist(), strict=True))
        self._parents: dict[Key, list[Key]] = {}
        self._children: dict[Key, list[Key]] = {}
        for key, parent in zip(keys, parents, strict=True):
            known = self._parents.setdefault(key, [])
            if parent[0] >= 0:
                known.append(parent)
                self._children.setdefault(parent, []).append(key)

    def name(self, key: Key) -> str:
        """Return a lot's name, such as "cathode_coating-41"."""
        return f"{self._journal.stations[key[0]]}-{key[1]}"

    def key(self, name: str) -> Key:
        """Return the lot of a name.

        Raises:
            InputError: no lot of that name was made.
        """
        station, _, serial = name.rpartition("-")
        if station not in self._journal.stations:
            known = sorted({self._journal.stations[family] for family, _ in self._parents})
            raise InputError(
                f"no lot '{name}': lots are named after the station that made them{did_you_mean(station, known)}"
            )
        key = (self._journal.stations.index(station), int(serial) if serial.isdigit() else -1)
        if key not in self._parents:
            last = max((lot for family, lot in self._parents if family == key[0]), default=-1)
            raise InputError(f"no lot '{name}'; {station} made {last + 1} lots, '{station}-0' to '{station}-{last}'")
        return key

    def ancestors(self, key: Key) -> list[Key]:
        """Return a lot and everything that went into it, youngest first."""
        return _reach([key], self._parents)

    def descendants(self, key: Key) -> list[Key]:
        """Return a lot and everything that it went into."""
        return _reach([key], self._children)


def _reach(start: Iterable[Key], step: dict[Key, list[Key]]) -> list[Key]:
    found = dict.fromkeys(start)
    queue = list(found)
    while queue:
        for key in step.get(queue.pop(0), ()):
            if key not in found:
                found[key] = None
                queue.append(key)
    return list(found)


def trace_cell(journal: Journal, cell: int) -> Ancestry:
    """Return where a cell comes from.

    Raises:
        InputError: no such cell was started.
    """
    tree = Genealogy(journal)
    family, lot, place = birthplace(cell)
    lots = journal.frame("lots")
    columns = journal.columns("lots")
    if not _was_started(journal, family, lot, place):
        raise InputError(f"no cell {cell} was started in this run; see the table 'cells' for those that were kept")
    kept = journal.frame("cells")
    rejects = journal.frame("rejects")
    mine = kept[kept.cell == cell]
    found = rejects[rejects.cell == cell]
    later = [(journal.stations.index(row.family), int(row.lot)) for row in [*mine.itertuples(), *found.itertuples()]]
    keys = _reach([*later, *tree.ancestors((family, lot))], tree._parents)
    codes = {_code(key) for key in keys}
    visits = journal.frame("visits")
    numbers = journal.columns("visits")
    of_lots = np.isin(_codes(columns["family"], columns["lot"]), list(codes))
    of_visits = np.isin(_codes(numbers["family"], numbers["lot"]), list(codes))
    return Ancestry(
        cell,
        lots[of_lots].sort_values("time", ascending=False),
        visits[of_visits].sort_values("start"),
        mine,
        found,
        _tray(journal, place),
    )


def recall(journal: Journal, lot: str) -> pd.DataFrame:
    """Return every cell that contains a lot, with what became of it.

    Columns: cell, lot, status ("good", "scrapped" or "in plant"), reason of scrap.

    Raises:
        InputError: no lot of that name was made.
    """
    import pandas as pd

    tree = Genealogy(journal)
    codes = {_code(key) for key in tree.descendants(tree.key(lot))}
    visits = journal.columns("visits")
    makers = [n for n, name in enumerate(journal.stations) if journal.line.stations[name].step.merges]
    made = np.isin(visits["station"], makers) & np.isin(_codes(visits["family"], visits["lot"]), list(codes))
    pieces = []
    for family, serial, cells in zip(
        visits["family"][made].tolist(), visits["lot"][made].tolist(), visits["tried"][made].tolist(), strict=True
    ):
        ids = first_cell(family, serial) + np.arange(int(cells))
        pieces.append(pd.DataFrame({"cell": ids, "lot": tree.name((family, serial))}))
    found = pd.concat(pieces) if pieces else pd.DataFrame({"cell": np.zeros(0, np.int64), "lot": []})
    rejects = journal.frame("rejects")
    scrapped = rejects[(rejects.action == Action.SCRAP) & (rejects.cell >= 0)].set_index("cell")["reason"]
    found["reason"] = found.cell.map(scrapped).fillna("")
    finished = {_code(key) for key in _finished(journal)}
    done = np.isin([_code(birthplace(cell)[:2]) for cell in found.cell], list(finished))
    found["status"] = np.where(found.reason != "", "scrapped", np.where(done, "good", "in plant"))
    return found.reset_index(drop=True)


def _finished(journal: Journal) -> list[Key]:
    columns = journal.columns("finished")
    return list(zip(columns["family"].tolist(), columns["lot"].tolist(), strict=True))


def _code(key: tuple[int, ...]) -> int:
    return first_cell(key[0], key[1])


def _codes(family: np.ndarray, lot: np.ndarray) -> np.ndarray:
    return first_cell(family.astype(np.int64), lot)  # type: ignore[arg-type,return-value]


def _was_started(journal: Journal, family: int, lot: int, place: int) -> bool:
    """Return whether a merge began a cell at this place of this lot."""
    if not 0 <= family < len(journal.stations) or not journal.line.stations[journal.stations[family]].step.merges:
        return False
    visits = journal.columns("visits")
    made = (visits["station"] == family) & (visits["family"] == family) & (visits["lot"] == lot)
    return bool((visits["tried"][made] > place).any())


def _tray(journal: Journal, place: int) -> str:
    cell = journal.line.cell
    return f"tray {place // cell.tray + 1}, place {place % cell.tray + 1}" if cell else ""
