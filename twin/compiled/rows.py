"""Rows of the journal as compiled code writes them: typed, a block at a time."""

from __future__ import annotations

import numpy as np

from twin.compiled.state import JOURNALLED, ROW, Records, World
from twin.journal import TABLES, Journal

# days of which the tables of days hold the rows
DAYS = 64


class Rows:
    """Room for rows that wait to become part of the journal.

    Args:
        world: the state in which compiled code finds the room.
        journal: the journal.
        size: rows of each table that events fill.
    """

    def __init__(self, world: World, journal: Journal, size: int) -> None:
        self._root = world.root
        self._journal = journal
        self.size = size
        # a reason gets its number when it is first met
        scrap = "scrap" in journal.reasons
        self._root["scrap"] = journal.reasons.index("scrap") if scrap else len(journal.reasons)
        stations, buffers = len(journal.stations), len(journal.buffers)
        daily = {"states": DAYS * stations, "levels": DAYS * buffers, "stock": DAYS * (stations + buffers)}
        self._tables = {name: np.empty(daily.get(name, size), ROW[name]) for name in JOURNALLED[1:]}
        for name, table in self._tables.items():
            self._root[f"{name}_rows"] = table.ctypes.data
        self._visits = self._new_visits()
        self._root["budget"] = size

    def _new_visits(self) -> dict[str, Records]:
        columns = {name: np.empty(self.size, kind) for name, kind in TABLES["visits"].items()}
        for name, column in columns.items():
            self._root[f"visit_{name}"] = column.ctypes.data
        return columns

    def hand_over(self) -> None:
        """Give the journal all rows there are."""
        used = {name: int(self._root[f"{name}_used"][0]) for name in JOURNALLED}
        for name, table in self._tables.items():
            if used[name]:
                columns = {column: table[column][: used[name]].copy() for column in TABLES[name]}
                self._journal.tables[name].add_block(columns)
        if used["visits"]:
            columns = {column: values[: used["visits"]] for column, values in self._visits.items()}
            self._journal.tables["visits"].add_block(columns)
            # the journal keeps the columns themselves
            self._visits = self._new_visits()
        for name in JOURNALLED:
            self._root[f"{name}_used"] = 0
        self._root["budget"] = self.size
