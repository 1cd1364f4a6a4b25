"""The hand-written line and the twin's must do the same work, else their ratio says nothing."""

from __future__ import annotations

import pytest
from generic_lines import always, line_of, timed
from speed.plain import plain_line

from twin import Run, simulate

DAY = 86400.0


@pytest.mark.parametrize("slow", [0, 1, 2])
def test_both_lines_finish_the_same_turns(slow: int) -> None:
    seconds = [61.0 + 30.0 * (place == slow) for place in range(3)]
    stations = {f"s{place}": timed(always(each), servers=2) for place, each in enumerate(seconds)}
    line = line_of(stations, ["s0 > s1: 5", "s1 > s2: 5"])
    visits = simulate(Run(line, days=1, warmup=0, seed=1)).columns("visits")
    by_hand = plain_line([lambda each=each: each for each in seconds], 2, 5, DAY)
    assert int((visits["finish"] < DAY).sum()) == by_hand.turns
