"""The journal: everything that happened, in order, kept as columns and written as Parquet.

One journal, two writers (the simulator, later the plant), many readers. Rows are collected in plain
lists, turned into columns a block at a time and, when a folder is given, written as the run goes, so
that memory stays bounded. Times are seconds since the start of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from twin.line import Line

Columns = dict[str, NDArray[Any]]


class State(IntEnum):
    """What a server is doing: the six states of SEMI E10, standby told apart by its cause."""

    PRODUCTIVE = 0
    STARVED = 1
    BLOCKED = 2
    NO_CREW = 3
    NO_REPAIR_CREW = 4
    ENGINEERING = 5
    SETUP = 6
    MAINTENANCE = 7
    REPAIR = 8
    OFF_SHIFT = 9


SEMI_E10 = {
    "productive": (State.PRODUCTIVE,),
    "standby": (State.STARVED, State.BLOCKED, State.NO_CREW, State.NO_REPAIR_CREW),
    "engineering": (State.ENGINEERING,),
    "scheduled_downtime": (State.SETUP, State.MAINTENANCE),
    "unscheduled_downtime": (State.REPAIR,),
    "non_scheduled": (State.OFF_SHIFT,),
}


class Action(IntEnum):
    """What happened to a rejected unit."""

    SCRAP = 0
    DOWNGRADE = 1
    CURED = 2
    SENT_BACK = 3
    LOSS = 4


UNITS = ("lot", "kg", "m", "m**2", "cell")

_STATES = {state.name.lower(): "f8" for state in State}

# name of each table, its columns and what numpy keeps them as
TABLES: dict[str, dict[str, str]] = {
    # one lot through one server
    "visits": {
        "lot": "i8",  # serial number within its family
        "family": "i2",  # station that made the lot
        "station": "i2",
        "server": "i4",
        "arrive": "f8",  # into the inbox, the last lot where several were needed; start at a source
        "start": "f8",
        "finish": "f8",
        "leave": "f8",  # finish plus the time it was blocked
        "entered": "f8",  # worked on, in the station's unit
        "tried": "f8",  # begun, in the unit of what leaves
        "passed": "f8",  # handed on, in the unit of what leaves
    },
    # one flaw, loss or cell that did not go on as planned
    "rejects": {
        "time": "f8",
        "station": "i2",  # where it was found
        "reason": "i2",  # number in Journal.reasons
        "action": "i1",
        "unit": "i1",  # number in UNITS
        "family": "i2",
        "lot": "i8",
        "cell": "i8",  # identity of the cell, -1 for what is no cell
        "quantity": "f8",  # in unit
        "cathode_kg": "f8",  # dry coating in it
        "anode_kg": "f8",
    },
    # the family tree: one row for each parent of a new lot, parent -1 for bought material
    "lots": {"lot": "i8", "family": "i2", "parent": "i8", "parent_family": "i2", "time": "f8", "units": "f8"},
    # one row for each cell that is kept
    "cells": {
        "cell": "i8",
        "family": "i2",
        "lot": "i8",
        "time": "f8",  # when its fate was decided
        "station": "i2",
        "grade": "i1",  # 1 is A, 2 is B, 0 is scrap
        "reason": "i2",  # of scrap, -1 for none
        "capacity_ah": "f4",
        "resistance_rel": "f4",
    },
    # one row for each lot that is finished
    "finished": {
        "time": "f8",
        "family": "i2",
        "lot": "i8",
        "units": "f8",
        "grade_a": "f8",
        "grade_b": "f8",
        "cathode_kg": "f8",
        "anode_kg": "f8",
    },
    # seconds of all servers of a station in each state, day by day
    "states": {"day": "i4", "station": "i2", **_STATES},
    # mean and largest number of lots in each buffer, day by day
    "levels": {"day": "i4", "buffer": "i2", "mean_lots": "f8", "max_lots": "i4"},
    # what is in the plant at the end of each day; place is a station, or a buffer counted after the stations
    "stock": {
        "day": "i4",
        "place": "i2",
        "unit": "i1",
        "lots": "i8",
        "units": "f8",
        "cathode_kg": "f8",
        "anode_kg": "f8",
    },
    # one stop of one server that is long enough to be told apart
    "stops": {"station": "i2", "server": "i4", "state": "i1", "begin": "f8", "seconds": "f8"},
}

_BLOCK = 65_536
# a cell's identity tells the lot in which it was started, and its place there
_LOTS_OF_A_FAMILY = 10**9
_CELLS_OF_A_LOT = 10**5


def first_cell(family: int, lot: int) -> int:
    """Return the identity of the first cell of the lot in which it was started."""
    return (family * _LOTS_OF_A_FAMILY + lot) * _CELLS_OF_A_LOT


def birthplace(cell: int) -> tuple[int, int, int]:
    """Return family and number of the lot in which a cell was started, and its place in it."""
    lot, place = divmod(cell, _CELLS_OF_A_LOT)
    return (*divmod(lot, _LOTS_OF_A_FAMILY), place)


def came_back(lot: Any) -> Any:
    """Return whether lots are trays of cells that were sent back for rework; those are numbered apart."""
    return lot >= _LOTS_OF_A_FAMILY


class Table:
    """One table of the journal while it grows.

    Args:
        name: key in ``TABLES``.
        folder: where finished blocks are written; None keeps them in memory.
    """

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self.name = name
        self._columns = TABLES[name]
        self._width = len(self._columns)
        self._folder = folder
        self._flat: list[float] = []
        self._limit = _BLOCK * self._width
        self._arrays: list[Sequence[Any]] = []
        self._arrays_rows = 0
        # plain rows that there were before each of the arrays
        self._before: list[int] = []
        self._blocks: list[Columns] = []
        self._parts = 0
        self.add = self._flat.extend

    def add_rows(self, *columns: Any) -> None:
        """Append several rows at once: each column an array, or one value for all. At least one is an array."""
        self._arrays.append(columns)
        self._before.append(len(self._flat) // self._width)
        self._arrays_rows += _rows_of(columns)

    def full(self) -> bool:
        """Return whether a block is ready to be put away."""
        return len(self._flat) >= self._limit or self._arrays_rows >= _BLOCK

    def put_away(self) -> None:
        """Turn the collected rows into columns and write or keep them; rows that cannot be written stay here."""
        if not self._flat and not self._arrays:
            return
        whole = np.array(self._flat, np.float64).reshape(-1, self._width).T
        if self._arrays:
            sizes = [_rows_of(columns) for columns in self._arrays]
            places = np.repeat(self._before, sizes)
            whole = np.insert(whole, places, _stacked(self._arrays, sizes), axis=1)
        columns = {name: whole[place].astype(kind) for place, (name, kind) in enumerate(self._columns.items())}
        if self._folder is None:
            self._blocks.append(columns)
        else:
            _write(self._folder / "parts" / f"{self.name}-{self._parts:05d}.parquet", [columns])
        # numbered last: what is interrupted before is written again over the same file
        self._flat.clear()
        self._arrays.clear()
        self._before.clear()
        self._arrays_rows = 0
        self._parts += 1

    def keep(self, columns: Columns) -> None:
        """Take a whole table that was read from disk."""
        self._blocks.append(columns)

    def columns(self) -> Columns:
        """Return the whole table."""
        self.put_away()
        if self._folder is not None:
            return read_table(self._folder, self.name)
        empty = {name: np.zeros(0, kind) for name, kind in self._columns.items()}
        return {name: np.concatenate([empty[name], *(block[name] for block in self._blocks)]) for name in empty}


def _rows_of(group: Sequence[Any]) -> int:
    return max([len(column) for column in group if isinstance(column, np.ndarray)])


def _stacked(groups: Sequence[Sequence[Any]], sizes: Sequence[int]) -> NDArray[np.float64]:
    """Return groups of rows, whose columns are arrays or one value for all, as one array. Shape (columns, rows)."""
    stacked = np.empty((len(groups[0]), sum(sizes)))
    for place, column in enumerate(zip(*groups, strict=True)):
        if any(isinstance(part, np.ndarray) for part in column):
            parts = zip(column, sizes, strict=True)
            np.concatenate(
                [part if isinstance(part, np.ndarray) else np.full(size, part, np.float64) for part, size in parts],
                out=stacked[place],
            )
        else:
            stacked[place] = np.repeat(np.array(column, np.float64), sizes)
    return stacked


class Journal:
    """What happened in one run.

    Attributes:
        stations: station names; a station's number is its place here.
        buffers: buffer names.
        reasons: reasons of rejects: first the line's flaws as "mode@station", then "false_reject", then
            whatever else was lost and why.
        flaws: how many of the reasons are flaws.
        warmup: seconds that are not counted [s].
        end: when the run ended [s].
        safe: until when everything has been put away [s].
        complete: False when it was interrupted.
        tables: the tables.
        line: the plant.
        folder: where it is written; None for memory.
    """

    line: Line

    def __init__(self, stations: Sequence[str], buffers: Sequence[str], flaws: Sequence[str], folder: Path | None):
        self.stations = tuple(stations)
        self.buffers = tuple(buffers)
        self.reasons = [*flaws, "false_reject"]
        self.flaws = len(flaws)
        self.warmup = 0.0
        self.end = 0.0
        self.safe = 0.0
        self.complete = False
        self.folder = folder
        self.tables = {name: Table(name, folder) for name in TABLES}
        self._reason_numbers = {name: number for number, name in enumerate(self.reasons)}
        if folder is not None:
            (folder / "parts").mkdir(parents=True, exist_ok=True)

    def reason(self, name: str) -> int:
        """Return the number of a reason, a new one when it was not met before."""
        number = self._reason_numbers.get(name)
        if number is None:
            number = self._reason_numbers[name] = len(self.reasons)
            self.reasons.append(name)
        return number

    def columns(self, table: str) -> Columns:
        """Return a table as arrays by column name, in the order things happened."""
        return self.tables[table].columns()

    def frame(self, table: str) -> pd.DataFrame:
        """Return a table as a pandas frame, with station, buffer and reason names in place of numbers."""
        return self.named(self.columns(table))

    def named(self, columns: Columns) -> pd.DataFrame:
        """Return some rows of a table as a pandas frame, with names in place of numbers."""
        import pandas as pd

        frame = pd.DataFrame(columns)
        makers = ("station", "family", "parent_family")
        named = {**dict.fromkeys(makers, self.stations), "buffer": self.buffers, "reason": self.reasons}
        for column, names in named.items():
            if column in frame:
                # -1 stands for none
                frame[column] = np.array([*names, ""], object)[frame[column].to_numpy()]
        return frame

    def put_away(self, everything: bool = False) -> None:
        """Write everything there is once a block is full, or at once, so that no table is ahead of the others."""
        if everything or any(table.full() for table in self.tables.values()):
            for table in self.tables.values():
                table.put_away()
            self.safe = self.end


def _write(path: Path, blocks: Iterable[Columns]) -> None:
    """Write blocks of columns as one Parquet file, a row group each; whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    draft = path.with_suffix(".tmp")
    writer = None
    try:
        for block in blocks:
            # what was not measured is null: sums in SQL leave it out, and NaN would defeat the statistics of a file
            table = pa.table({name: pa.array(values, from_pandas=True) for name, values in block.items()})
            writer = writer or pq.ParquetWriter(draft, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
            draft.replace(path)
    finally:
        # on a full disk half a file would only be in the way
        draft.unlink(missing_ok=True)


def _parts(folder: Path, name: str) -> list[Path]:
    return sorted((folder / "parts").glob(f"{name}-*.parquet"))


def merge_parts(folder: Path) -> None:
    """Join the parts of each table of a finished run to one file, and remove them."""
    import pyarrow.parquet as pq

    for name, kinds in TABLES.items():
        parts = _parts(folder, name)
        empty = {column: np.zeros(0, kind) for column, kind in kinds.items()}
        blocks = (_as_columns(pq.read_table(part)) for part in parts) if parts else iter([empty])
        _write(folder / f"{name}.parquet", blocks)
        for part in parts:
            part.unlink()
    (folder / "parts").rmdir()


def _as_columns(table: Any) -> Columns:
    return {name: table.column(name).to_numpy() for name in table.column_names}


def read_table(folder: Path, name: str) -> Columns:
    """Read a table of a run folder, finished or not.

    Raises:
        OSError, ValueError: the files cannot be read as Parquet.
    """
    import pyarrow.parquet as pq

    whole = folder / f"{name}.parquet"
    files = [whole] if whole.exists() else _parts(folder, name)
    pieces = [_as_columns(pq.read_table(file)) for file in files]
    empty = {column: np.zeros(0, kind) for column, kind in TABLES[name].items()}
    return {column: np.concatenate([empty[column], *(piece[column] for piece in pieces)]) for column in empty}
