"""The measured part of a journal: what happened after the warm-up, as arrays and sums by station."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.calendar import DAY
from twin.journal import UNITS, Action, Journal, State
from twin.line import Line
from twin.table import Columns

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CELL = UNITS.index("cell")


class Measured:
    """What a journal tells about the time from the end of the warm-up to the end of the run.

    Args:
        journal: the journal.

    Attributes:
        line: the plant.
        first_day: the first measured day, counted from the start of the run.
        days: measured days.
        begin: when the measured time begins [s].
        servers: machines of each station. Shape (stations,).
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.line: Line = journal.line
        self.first_day = round(journal.warmup / DAY)
        self.begin = journal.warmup
        self.seconds = max(0.0, journal.end - journal.warmup)
        self.days = self.seconds / DAY
        declared = [self.line.stations[name] for name in journal.stations]
        self.servers = np.array([station.servers for station in declared], np.float64)
        self.size = len(journal.stations)

    def _rows(self, table: str, time: str) -> Columns:
        """Return the rows of a table in the measured time; an interrupted run may have rows of a day not over."""
        columns = self.journal.columns(table)
        times = columns[time]
        last_day = self.first_day + self.whole_days
        begin, end = (self.first_day, last_day) if time == "day" else (self.begin, self.journal.end)
        keep = (times >= begin) & (times < end)
        return columns if keep.all() else {name: values[keep] for name, values in columns.items()}

    @cached_property
    def visits(self) -> Columns:
        """Visits that were finished in the measured time."""
        return self._rows("visits", "finish")

    @cached_property
    def rejects(self) -> Columns:
        """Rejects found in the measured time."""
        return self._rows("rejects", "time")

    @cached_property
    def finished(self) -> Columns:
        """Lots finished in the measured time."""
        return self._rows("finished", "time")

    @cached_property
    def measurements(self) -> Columns:
        """What gauges reported in the measured time."""
        return self._rows("measurements", "time")

    @cached_property
    def alarms(self) -> Columns:
        """Alarms of control charts in the measured time."""
        return self._rows("alarms", "time")

    @cached_property
    def escaped(self) -> Columns:
        """Flaws in the cells finished in the measured time."""
        return self._rows("escapes", "time")

    @cached_property
    def states(self) -> Floats:
        """Seconds of all servers of each station in each state, day by day. Shape (days, stations, states)."""
        rows = self._rows("states", "day")
        by_day = np.zeros((self.whole_days, self.size, len(State)))
        for state in State:
            np.add.at(by_day[:, :, state], (rows["day"] - self.first_day, rows["station"]), rows[state.name.lower()])
        return by_day

    @property
    def whole_days(self) -> int:
        """Measured days that are over."""
        return round(self.days)

    @cached_property
    def gone(self) -> Flags:
        """Which rejects left the plant: scrapped, or lost by the way of working. Shape (rejects,)."""
        action = self.rejects["action"]
        return np.asarray((action == Action.SCRAP) | (action == Action.LOSS))

    @cached_property
    def lost(self) -> Floats:
        """Each reject in equivalents of what the plant makes. Shape (rejects,)."""
        rows = self.rejects
        return self.equivalents(rows["unit"], rows["quantity"], rows["cathode_kg"], rows["anode_kg"])

    def equivalents(self, unit: Any, quantity: Floats, cathode_kg: Floats, anode_kg: Floats) -> Floats:
        """Return quantities as lots of a generic line, or as cells: coating for one electrode is half a cell.

        Args:
            unit: numbers in ``UNITS``. Shape (rows,).
            quantity: in that unit. Shape (rows,).
            cathode_kg: dry cathode coating [kg]. Shape (rows,).
            anode_kg: dry anode coating [kg]. Shape (rows,).
        """
        cell = self.line.cell
        if cell is None:
            return quantity
        coating = (cathode_kg / cell.cathode.solids + anode_kg / cell.anode.solids) / 2
        return np.where(unit == CELL, quantity, coating)

    def by_station(self, rows: Columns, weights: Floats | str, where: Flags | None = None) -> Floats:
        """Return the sums of a column, or of any weights, by station. Shape (stations,)."""
        values = rows[weights] if isinstance(weights, str) else weights
        stations = rows["station"]
        if where is not None:
            values, stations = values[where], stations[where]
        return np.asarray(np.bincount(stations, values, self.size), np.float64)

    def stock_on(self, day: int) -> Columns:
        """Return what was in the plant at the end of a day; nothing before the first."""
        columns = self.journal.columns("stock")
        keep = columns["day"] == day
        return {name: values[keep] for name, values in columns.items()}

    @cached_property
    def opening(self) -> Columns:
        """What was in the plant when the measured time began."""
        return self.stock_on(self.first_day - 1)

    @cached_property
    def closing(self) -> Columns:
        """What was in the plant at the end."""
        return self.stock_on(self.first_day + self.whole_days - 1)

    @cached_property
    def makes_cells(self) -> Flags:
        """Which stations start cells: those that put other things together to cells. Shape (stations,)."""
        steps = [self.line.stations[name].step for name in self.journal.stations]
        return np.array([step.makes == "cell" and bool(step.merges) for step in steps])

    @cached_property
    def is_sink(self) -> Flags:
        """Which stations are the last on their route. Shape (stations,)."""
        sinks = set(self.line.sinks)
        return np.array([name in sinks for name in self.journal.stations])
