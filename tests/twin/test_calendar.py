"""Staffed time: how much of it lies before a moment, and the staffed stretch at a moment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.calendar import DAY, WEEK, Calendar

HOUR = 3600.0


def calendar(*shifts: tuple[list[int], float, float]) -> Calendar:
    return Calendar.model_validate(
        {"shifts": [{"days": days, "start": f"{start} h", "hours": f"{hours} h"} for days, start, hours in shifts]}
    )


SHIFT = st.tuples(st.lists(st.integers(0, 6), min_size=1, unique=True), st.integers(0, 23), st.integers(1, 24))
CALENDARS = st.lists(SHIFT, min_size=1, max_size=4).map(lambda shifts: calendar(*shifts))
MOMENTS = st.integers(0, 4 * 168 * 4).map(lambda quarters: quarters * HOUR / 4)


def staffed_by_the_quarter(of: Calendar) -> np.ndarray:
    """Return for each quarter of an hour of a week whether some shift covers it."""
    covered = np.zeros(168 * 4, bool)
    for shift in of.shifts:
        for day in shift.days:
            first = round((day * DAY + shift.start) / HOUR * 4)
            covered[np.arange(first, first + round(shift.hours / HOUR * 4)) % len(covered)] = True
    return covered


def test_five_days_of_two_shifts_are_eighty_hours_a_week() -> None:
    two_shifts = calendar(([0, 1, 2, 3, 4], 6, 8), ([0, 1, 2, 3, 4], 14, 8))
    assert two_shifts.staffed(WEEK) == pytest.approx(80 * HOUR)
    assert two_shifts.staffed(3 * WEEK + 7 * HOUR) == pytest.approx(241 * HOUR)
    assert two_shifts.stretch(5 * DAY) == (WEEK + 6 * HOUR, WEEK + 22 * HOUR)


def test_a_night_shift_of_the_last_day_runs_into_the_first_one() -> None:
    night = calendar(([6], 22, 8))
    assert night.staffed(6 * HOUR) == pytest.approx(6 * HOUR)
    assert night.staffed(WEEK) == pytest.approx(8 * HOUR)
    assert night.stretch(WEEK - HOUR)[0] == WEEK - 2 * HOUR


@given(CALENDARS, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_staffed_time_is_the_quarters_that_some_shift_covers(of: Calendar, moment: float) -> None:
    quarters = np.tile(staffed_by_the_quarter(of), 5)
    assert of.staffed(moment) == pytest.approx(quarters[: round(moment / HOUR * 4)].sum() * HOUR / 4)


@given(CALENDARS, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_a_stretch_is_staffed_throughout_and_nothing_is_staffed_before_it(of: Calendar, moment: float) -> None:
    begin, end = of.stretch(moment)
    assert end > moment
    assert of.staffed(end) - of.staffed(begin) == pytest.approx(end - begin)
    # either the moment lies in the stretch, or all between is unstaffed
    assert begin <= moment or of.staffed(begin) == pytest.approx(of.staffed(moment))


@given(CALENDARS, MOMENTS, st.integers(1, 3000))
@settings(max_examples=100, deadline=None)
def test_walking_from_stretch_to_stretch_works_off_exactly_the_staffed_time(
    of: Calendar, moment: float, minutes: int
) -> None:
    left, now = minutes * 60.0, moment
    while left > 1e-6:
        begin, end = of.stretch(now)
        part = min(left, end - max(begin, now))
        now, left = max(begin, now) + part, left - part
    assert of.staffed(now) - of.staffed(moment) == pytest.approx(minutes * 60.0)


@pytest.mark.parametrize(
    "shift",
    [
        {"days": [7], "start": "0 h", "hours": "8 h"},
        {"start": "25 h", "hours": "8 h"},
        {"start": "0 h", "hours": "25 h"},
    ],
)
def test_shifts_outside_day_or_week_are_refused(shift: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"0 to 6|at most 24 h"):
        Calendar.model_validate({"shifts": [shift]})
