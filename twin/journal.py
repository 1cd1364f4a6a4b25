"""The journal: everything that happened, in order, kept as columns and written as Parquet.

One journal, two writers (the simulator, later the plant), many readers. Rows are collected in plain
lists, turned into columns a block at a time and, when a folder is given, written as the run goes, so
that memory stays bounded. Times are seconds since the start of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.table import Columns, Table, merge, read

if TYPE_CHECKING:
    import pandas as pd

    from twin.line import Line


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
ACTIONS = ("note", "hold", "stop", "call")

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
    # what one gauge reported of one lot
    "measurements": {
        "time": "f8",
        "station": "i2",
        "gauge": "i2",  # number in Line.gauges
        "family": "i2",
        "lot": "i8",
        "size": "i4",  # units or places measured
        "mean": "f8",  # SI
        "sd": "f8",
        "low": "f8",
        "high": "f8",
        "outside": "i4",  # values out of the limits
    },
    # alarms of control charts, and what was done: number in ``ACTIONS``
    "alarms": {"time": "f8", "station": "i2", "gauge": "i2", "family": "i2", "lot": "i8", "action": "i1"},
    # flaws in finished cells: what customers will send back, the plant learns of it only then
    "escapes": {"time": "f8", "family": "i2", "lot": "i8", "reason": "i2", "cells": "i8"},
    # what was true of a lot where a gauge measured it; empty unless a study asks
    "truth": {
        "time": "f8",
        "station": "i2",
        "gauge": "i2",
        "family": "i2",
        "lot": "i8",
        "size": "i4",
        "mean": "f8",
        "sd": "f8",
        "low": "f8",
        "high": "f8",
        "bad": "i4",  # truly out of the limits
        "passed_bad": "i4",
        "rejected_good": "i4",
    },
    # what became of evaluated lots, turn by turn, and which stood for others; empty where all are evaluated
    "evaluated": {
        "time": "f8",
        "station": "i2",
        "family": "i2",
        "lot": "i8",
        "root_family": "i2",  # batch that it comes of
        "root": "i8",
        "seconds": "f8",  # of work, without failures
        "tried": "f8",
        "good": "f8",  # cells finished
        "first": "f8",  # of them grade A, less those cured here
        "scrapped": "f8",  # cells
        "back": "f8",  # cells sent back for rework
        "kept_kg": "f8",  # dry coating of the batch's electrode that was finished, or handed to another batch's cells
        "lost_kg": "f8",
        "others": "f8",  # lots that came to their end, or to another batch's cells, as one of this batch did
    },
    # one stop of one server that is long enough to be told apart
    "stops": {"station": "i2", "server": "i4", "state": "i1", "begin": "f8", "seconds": "f8"},
}

# a cell's identity tells the lot in which it was started, and its place there
LOTS_OF_A_FAMILY = 10**9
CELLS_OF_A_LOT = 10**5


def first_cell(family: int, lot: int) -> int:
    """Return the identity of the first cell of the lot in which it was started."""
    return (family * LOTS_OF_A_FAMILY + lot) * CELLS_OF_A_LOT


def birthplace(cell: int) -> tuple[int, int, int]:
    """Return family and number of the lot in which a cell was started, and its place in it."""
    lot, place = divmod(cell, CELLS_OF_A_LOT)
    return (*divmod(lot, LOTS_OF_A_FAMILY), place)


def came_back(lot: Any) -> Any:
    """Return whether lots are trays of cells that were sent back for rework; those are numbered apart."""
    return lot >= LOTS_OF_A_FAMILY


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
        self.tables = {name: Table(name, kinds, folder) for name, kinds in TABLES.items()}
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


def merge_parts(folder: Path) -> None:
    """Join the parts of each table of a finished run to one file, and remove them."""
    for name, kinds in TABLES.items():
        merge(folder, name, kinds)
    (folder / "parts").rmdir()


def read_table(folder: Path, name: str) -> Columns:
    """Read a table of a run folder, finished or not.

    Raises:
        OSError, ValueError: the files cannot be read as Parquet.
    """
    return read(folder, name, TABLES[name])
