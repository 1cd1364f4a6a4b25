"""Rows of the journal as compiled code writes them: typed, a block at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.compiled.state import JOURNALLED, NONE, REASONS, ROW, Records, World
from twin.compiled.woven import WovenRows
from twin.journal import TABLES, Journal

# rows of a table that there is room for, at first and at most, each a multiple of eight so that columns are aligned
FEW, MANY = 8192, 262_144
# days of which the tables of days hold the rows
DAYS = 64


class Rows:
    """Room for rows that wait to become part of the journal.

    Args:
        world: the state in which compiled code finds the room.
        journal: the journal.
        size: rows of each table that events fill.
        woven: rows that Python writes between them, by table.
    """

    def __init__(self, world: World, journal: Journal, size: int, woven: Mapping[str, WovenRows]) -> None:
        self._root = world.root
        self._journal = journal
        self._woven = woven
        self.size = -(-size // 8) * 8
        self._root["shelf_life"] = journal.reason("shelf_life")
        # these get their numbers when they are first met
        for name in REASONS:
            self._root[name] = journal.reasons.index(name) if name in journal.reasons else NONE
        self._root["reasons"] = len(journal.reasons)
        stations, buffers = len(journal.stations), len(journal.buffers)
        daily = {"states": DAYS * stations, "levels": DAYS * buffers, "stock": DAYS * (stations + buffers)}
        self._tables = {name: np.empty(daily.get(name, self.size), ROW[name]) for name in JOURNALLED[1:]}
        for name, table in self._tables.items():
            self._root[f"{name}_rows"] = table.ctypes.data
        self._visits = self._new_visits()
        self._root["budget"] = self.size

    def _new_visits(self) -> dict[str, Records]:
        """Return room for the columns of visits, all in one piece: large pieces of memory come in large pages."""
        kinds = {name: np.dtype(kind) for name, kind in TABLES["visits"].items()}
        whole, begin = np.empty(self.size * sum(kind.itemsize for kind in kinds.values()), np.uint8), 0
        columns = {}
        for name, kind in kinds.items():
            end = begin + self.size * kind.itemsize
            columns[name] = whole[begin:end].view(kind)
            self._root[f"visit_{name}"] = columns[name].ctypes.data
            begin = end
        return columns

    def name_reasons(self) -> None:
        """Let the journal know the reasons that have been met, in the order in which they were."""
        numbers = {int(self._root[name][0]): name for name in REASONS}
        for number in sorted(numbers.keys() - {NONE}):
            self._journal.reason(numbers[number])

    def hand_over(self) -> None:
        """Give the journal all rows there are, and names to the reasons in them."""
        self.name_reasons()
        used = {name: int(self._root[f"{name}_used"][0]) for name in JOURNALLED}
        for name, table in self._tables.items():
            columns = {column: table[column][: used[name]].copy() for column in TABLES[name]}
            if name in self._woven:
                columns = self._woven[name].woven_into(columns)
            if len(columns[next(iter(columns))]):
                self._journal.tables[name].add_block(columns)
        if used["visits"]:
            columns = {column: values[: used["visits"]] for column, values in self._visits.items()}
            if used["visits"] < self.size // 2:
                # new memory takes longer to come than a few rows take to be copied, and would stay as long as these
                columns = {column: values.copy() for column, values in columns.items()}
            else:
                # the journal keeps the columns themselves
                self._visits = self._new_visits()
            self._journal.tables["visits"].add_block(columns)
        for name in JOURNALLED:
            self._root[f"{name}_used"] = 0
        self._root["budget"] = self.size
