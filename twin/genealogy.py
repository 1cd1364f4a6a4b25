"""Genealogy: the family tree of all lots, and the lots that one cell was in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.journal import Action, Journal, birthplace, came_back
from twin.problems import InputError, did_you_mean
from twin.table import Columns

Key = tuple[int, int]
Codes = NDArray[np.int64]

# a lot as one number: its family, then its serial number
_SERIAL_BITS = 40
_FOR_EVER = float("inf")


def code(family: Any, lot: Any) -> Any:
    """Return lots as one number each, -1 for none."""
    return (np.asarray(family, np.int64) << _SERIAL_BITS) | np.asarray(lot, np.int64)


def key_of(lot: int) -> Key:
    """Return family and serial number of a lot given as one number."""
    return int(lot) >> _SERIAL_BITS, int(lot) & ((1 << _SERIAL_BITS) - 1)


class Index:
    """Rows of a table by the lot in one of its columns.

    Args:
        lots: the column, as numbers of ``code``. Shape (rows,).
    """

    def __init__(self, lots: Codes) -> None:
        self._order = np.argsort(lots, kind="stable")
        self._sorted = lots[self._order]

    def rows(self, lots: Codes) -> NDArray[np.int64]:
        """Return the numbers of all rows of some lots."""
        first, last = (np.searchsorted(self._sorted, lots, side) for side in ("left", "right"))
        count = last - first
        begin = np.repeat(first - np.cumsum(count) + count, count)
        return np.asarray(self._order[begin + np.arange(count.sum())], np.int64)


class Genealogy:
    """The family tree of all lots of a journal.

    Lots are given as numbers of ``code``.

    Args:
        journal: the journal.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.lots = journal.columns("lots")
        self.child = code(self.lots["family"], self.lots["lot"])
        self.parent = code(self.lots["parent_family"], self.lots["parent"])

    @cached_property
    def by_child(self) -> Index:
        """Rows by the lot that was made."""
        return Index(self.child)

    @cached_property
    def by_parent(self) -> Index:
        """Rows by the lot that went into another."""
        return Index(self.parent)

    def name(self, lot: int) -> str:
        """Return a lot's name, such as "cathode_coating-41"."""
        family, serial = key_of(lot)
        return f"{self.journal.stations[family]}-{serial}"

    def find(self, name: str) -> int:
        """Return the lot of a name.

        Raises:
            InputError: no lot of that name was made.
        """
        station, _, serial = name.rpartition("-")
        families = np.unique(self.lots["family"])
        makers = [self.journal.stations[family] for family in families]
        if station not in makers:
            known = "lots are named after the station that made them, such as"
            example = f"{makers[0]}-0" if makers else "mixing-0"
            raise InputError(f"no lot '{name}': {known} {example}{did_you_mean(station, makers)}")
        family = self.journal.stations.index(station)
        serials = self.lots["lot"][self.lots["family"] == family]
        if not serial.isdecimal() or int(serial) not in serials:
            made = f"'{station}-{serials.min()}' to '{station}-{_last(serials)}'"
            raise InputError(f"no lot '{name}'; {station} made {made}")
        return int(code(family, int(serial)))

    def parents(self, lot: int) -> Codes:
        """Return what a lot was made of; nothing for bought material."""
        found = np.unique(self.parent[self.by_child.rows(np.array([lot]))])
        return found[found >= 0]

    def first_station(self, lot: int) -> str:
        """Return the name of the station that a lot came to first; empty while it is on its way."""
        visits = self.journal.columns("visits")
        mine = np.flatnonzero(code(visits["family"], visits["lot"]) == lot)
        first = visits["station"][mine[np.argmin(visits["start"][mine])]] if mine.size else -1
        return self.journal.stations[first] if mine.size else ""

    def ancestors(self, lot: int) -> Codes:
        """Return a lot and everything that went into it, youngest first."""
        return _reach(lot, self.by_child, self.parent)

    def descendants(self, lot: int) -> Codes:
        """Return a lot and everything that it went into."""
        return _reach(lot, self.by_parent, self.child)


def _last(serials: NDArray[np.int64]) -> int:
    """Return the largest serial number, of trays for rework only where there is nothing else."""
    own = serials[~came_back(serials)]
    return int((own if own.size else serials).max())


def _reach(start: int, index: Index, other: Codes) -> Codes:
    found = front = np.array([start])
    while front.size:
        following = np.unique(other[index.rows(front)])
        front = following[(following >= 0) & ~np.isin(following, found)]
        found = np.concatenate([found, front])
    return found


@dataclass(frozen=True)
class Stay:
    """A lot that a cell was in.

    Attributes:
        lot: the lot, as a number of ``code``.
        until: when it was taken out [s]; infinite for where it still is, or left the plant with its lot.
        to: station at which it waits to be sent back in a new tray; -1 for none.
    """

    lot: int
    until: float = _FOR_EVER
    to: int = -1


def stays(tree: Genealogy, cell: int, rejects: Columns) -> list[Stay]:
    """Return the lots that a cell was in, one after the other: its stack, and trays joined or sent back.

    Args:
        tree: the family tree.
        cell: its identity.
        rejects: the rejects of this cell, in the order they happened.
    """
    family, serial, _ = birthplace(cell)
    lot, found = int(code(family, serial)), []
    leaving = np.isin(rejects["action"], (Action.SCRAP, Action.SENT_BACK))
    where = code(rejects["family"], rejects["lot"])
    while True:
        mine = np.flatnonzero(leaving & (where == lot))
        if mine.size:
            row = int(mine[0])
            sent = rejects["action"][row] == Action.SENT_BACK
            following = _tray_sent_back(tree, lot, rejects, row) if sent else -1
            waits = int(rejects["station"][row]) if sent and following < 0 else -1
            found.append(Stay(lot, float(rejects["time"][row]), waits))
        else:
            rows = tree.by_parent.rows(np.array([lot]))
            rows = rows[~came_back(tree.lots["lot"][rows])]
            following = int(tree.child[rows[0]]) if rows.size else -1
            found.append(Stay(lot, float(tree.lots["time"][rows[0]]) if rows.size else _FOR_EVER))
        if following < 0:
            return found
        lot = following


def _tray_sent_back(tree: Genealogy, lot: int, rejects: Columns, row: int) -> int:
    """Return the tray in which a rejected cell went back; -1 while it waits for one."""
    rows = tree.by_parent.rows(np.array([lot]))
    trays = tree.child[rows[came_back(tree.lots["lot"][rows]) & (tree.lots["family"][rows] == rejects["station"][row])]]
    if len(trays) > 1:
        # a station may send back to several: the flaw tells where to
        rework = tree.journal.line.flaws[int(rejects["reason"][row])].mode.rework
        trays = [tray for tray in trays if rework and tree.first_station(tray) == rework.to]
    return int(trays[0]) if len(trays) else -1
