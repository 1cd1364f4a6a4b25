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
    def stretches(self) -> list[tuple[float, float]]:
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
    def before(self) -> list[float]:
        """Staffed seconds of the week before each of those stretches."""
        before, total = [], 0.0
        for begin, end in self.stretches:
            before.append(total)
            total += end - begin
        return before

    @cached_property
    def _begins(self) -> list[float]:
        return [begin for begin, _ in self.stretches]

    @cached_property
    def share(self) -> float:
        """Staffed share of the week [-]."""
        return sum(end - begin for begin, end in self.stretches) / WEEK

    def staffed(self, time: float) -> float:
        """Return the staffed seconds from the start of the run to ``time`` [s]."""
        weeks, rest = divmod(time, WEEK)
        place = bisect_right(self._begins, rest) - 1
        inside = 0.0
        if place >= 0:
            begin, end = self.stretches[place]
            inside = self.before[place] + min(rest, end) - begin
        return weeks * self.share * WEEK + inside

    def stretch(self, time: float) -> tuple[float, float]:
        """Return beginning and end of the staffed stretch at ``time``, or else of the next one [s]."""
        weeks, rest = divmod(time, WEEK)
        for begin, end in self.stretches:
            if rest < end:
                return weeks * WEEK + begin, weeks * WEEK + end
        begin, end = self.stretches[0]
        return (weeks + 1) * WEEK + begin, (weeks + 1) * WEEK + end
