"""Calendars: which seconds of the week a station is staffed."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from pydantic import Field, model_validator

from twin.declared import Declared
from twin.units import Seconds

DAY = 86400.0
WEEK = 7 * DAY


class Shift(Declared):
    """One staffed stretch, repeated on some days of the week.

    Attributes:
        days: days of the week, 0 is the first day of the run.
        start: after midnight [s].
        hours: how long it lasts [s]; it may run into the next day.
    """

    days: tuple[int, ...] = Field(default=(0, 1, 2, 3, 4, 5, 6), min_length=1)
    start: Seconds
    hours: Seconds

    @model_validator(mode="after")
    def _in_the_week(self) -> Shift:
        if any(not 0 <= day <= 6 for day in self.days):
            raise ValueError("days are numbers from 0 to 6")
        if not 0 < self.hours <= DAY or self.start >= DAY:
            raise ValueError("a shift starts within the day and lasts at most 24 h")
        return self


class Calendar(Declared):
    """A repeating week of shifts.

    Attributes:
        shifts: staffed stretches; they may overlap.
    """

    shifts: tuple[Shift, ...] = Field(min_length=1)

    @cached_property
    def _on(self) -> list[tuple[float, float]]:
        """Staffed stretches of one week, in order and merged [s]."""
        pieces: list[tuple[float, float]] = []
        for shift in self.shifts:
            for day in shift.days:
                begin = day * DAY + shift.start
                end = begin + shift.hours
                pieces.append((begin, min(end, WEEK)))
                if end > WEEK:
                    pieces.append((0.0, end - WEEK))
        merged: list[tuple[float, float]] = []
        for begin, end in sorted(pieces):
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        return merged

    @cached_property
    def _edges(self) -> tuple[list[float], list[float]]:
        """Beginnings of the staffed stretches, and staffed seconds before each."""
        before, total = [], 0.0
        for begin, end in self._on:
            before.append(total)
            total += end - begin
        return [begin for begin, _ in self._on], before

    @cached_property
    def share(self) -> float:
        """Staffed share of the week [-]."""
        return sum(end - begin for begin, end in self._on) / WEEK

    def staffed(self, time: float) -> float:
        """Return the staffed seconds from the start of the run to ``time`` [s]."""
        weeks, rest = divmod(time, WEEK)
        begins, before = self._edges
        place = bisect_right(begins, rest) - 1
        inside = 0.0
        if place >= 0:
            begin, end = self._on[place]
            inside = before[place] + min(rest, end) - begin
        return weeks * self.share * WEEK + inside

    def stretch(self, time: float) -> tuple[float, float]:
        """Return beginning and end of the staffed stretch at ``time``, or else of the next one [s]."""
        weeks, rest = divmod(time, WEEK)
        for begin, end in self._on:
            if rest < end:
                return weeks * WEEK + begin, weeks * WEEK + end
        begin, end = self._on[0]
        return (weeks + 1) * WEEK + begin, (weeks + 1) * WEEK + end
