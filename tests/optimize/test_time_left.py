"""Bars of progress: how much is done, what was known before, how long the rest takes."""

from __future__ import annotations

import time
from io import StringIO

import pytest
from rich.console import Console

from optimize.progress import bars, time_left


@pytest.mark.parametrize(
    ("made", "rest", "took", "since", "said"),
    [
        (2, 18, 10.0, 0.0, "about 1.5 min left"),
        (4, 16, 20.0, 0.0, "about 80 s left"),
        (4, 16, 20.0, 3.0, "about 77 s left"),
        (4, 1, 20.0, 9.0, "about 0 s left"),
        (10, 9000, 10.0, 0.0, "about 2.5 h left"),
        (10, 9000, 100.0, 0.0, "about 25 h left"),
    ],
)
def test_what_is_left_takes_as_long_as_what_was_made(
    made: int, rest: int, took: float, since: float, said: str
) -> None:
    assert time_left(made, rest, took, since) == said


def test_a_bar_tells_what_was_known_and_leaves_it_out_of_what_is_left() -> None:
    drawn = StringIO()
    with bars(Console(file=drawn, width=200, force_terminal=True), 2, False) as tell:
        tell("explore", 40, 60)
        tell("explore", 41, 60)
        # one of two workers has answered: nobody knows
        assert "left" not in drawn.getvalue()
        tell("explore", 44, 60)
        time.sleep(0.3)
        tell("explore", 60, 60)
    *_, last = (line for line in drawn.getvalue().splitlines() if "explore" in line)
    assert "about" in drawn.getvalue()
    assert "60/60" in last
    assert "40 known" in last
    assert "left" not in last


def test_what_is_done_a_second_time_begins_anew() -> None:
    drawn = StringIO()
    with bars(Console(file=drawn, width=200, force_terminal=True), 2, False) as tell:
        tell("explore", 0, 6)
        tell("explore", 6, 6)
        tell("explore", 3, 9)
    *_, last = (line for line in drawn.getvalue().splitlines() if "explore" in line)
    assert "3/9" in last
    assert "3 known" in last
