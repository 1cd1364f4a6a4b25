"""One line executed by both engines, and random small lines on which they are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from generic_lines import always, exponential, line_of, timed
from hypothesis import strategies as st

from twin import Deadlock, Journal, Line, Run, simulate
from twin.journal import TABLES


def assert_same(line: Line, days: int = 1, seed: int = 1, **more: Any) -> Journal:
    """Check that both engines write the same journal, row by row and bit by bit, or end in the same deadlock.

    Args:
        line: the plant.
        days: how long it runs.
        seed: key of all luck.
        more: whatever else decides a run.
    """
    run = Run(line, days=days, warmup=0, seed=seed, **more)
    simpy, compiled = (replace(run, engine=engine) for engine in ("simpy", "compiled"))
    try:
        first = simulate(simpy)
    except Deadlock as expected:
        with pytest.raises(Deadlock) as found:
            simulate(compiled)
        assert (str(found.value), found.value.stations) == (str(expected), expected.stations)
        raise
    try:
        second = simulate(compiled)
    except Deadlock as wrong:
        raise AssertionError("only machine code finds a deadlock") from wrong
    assert first.reasons == second.reasons
    for table in TABLES:
        theirs, ours = first.columns(table), second.columns(table)
        for name, column in theirs.items():
            assert column.dtype == ours[name].dtype
            np.testing.assert_array_equal(ours[name], column, err_msg=f"{table}.{name}")
    return second


# whole seconds make many events simultaneous
_SECONDS = st.sampled_from([0.0, 200.0, 300.0, 400.0, 600.0, 900.0])
_TIMES = st.one_of(
    _SECONDS.map(always),
    st.sampled_from([300.0, 500.0, 800.0]).map(exponential),
    st.sampled_from(
        [
            "{distribution: gamma, mean: 400 s, cv: 0.5}",
            "{distribution: lognormal, mean: 500 s, cv: 1.2}",
            "{distribution: triangular, low: 100 s, mode: 200 s, high: 900 s}",
            "{distribution: empirical, observed: [200 s, 300 s, 600 s]}",
        ]
    ),
)
_FAILURES = st.sampled_from(
    [
        "",
        "",
        "failures: {mtbf: 2 h, mttr: 10 min}",
        "failures: {mtbf: 100 s, mttr: 30 s, shape: 2.5}",
        "failures: {mtbf: 1 h, mttr: 15 min, crew: fitters}",
        "failures: {mtbf: 150 s, mttr: 20 s, crew: menders}",
    ]
)
_CALENDARS = st.sampled_from(["", "", "", "calendar: days", "calendar: nights", "calendar: breaks", "calendar: all"])
# a tenth of a person is a little more than a third of three tenths
_CREWS = st.sampled_from(["", "", "", "crew: {people: 1}", "crew: {people: 1.5}", "crew: {few: 0.1}"])
# shifts that follow each other, run into the next day or the next week, overlap, or end within a lot's time
_PEOPLE = """
calendars:
  days: {shifts: [{days: [0, 1, 3, 6], start: 6 h, hours: 8 h}, {days: [0, 2, 3], start: 14 h, hours: 8 h}]}
  nights: {shifts: [{days: [0, 1, 6], start: 22 h, hours: 10 h}, {start: 5 h, hours: 4.1 h}]}
  breaks: {shifts: [{start: 0 h, hours: 0.2 h}, {start: 0.3 h, hours: 5 h}, {start: 6 h, hours: 17.5 h}]}
  all: {shifts: [{start: 0 h, hours: 24 h}]}
crews: {fitters: {size: 1}, menders: {size: 2}, people: {size: 2.5}, few: {size: 0.3}}
"""
_UPKEEP = st.sampled_from(
    [
        "",
        "setups: {tool: {every_lots: 7, takes: 300 s}}",
        "setups: {tool: {every_lots: 3, takes: 200 s}, knife: {every_metres: 5 m, takes: 100 s}}",
        "maintenance: {clean: {every: 2 h, takes: 900 s}}",
        "maintenance: {clean: {every: 3 h, takes: 600 s}, trial: {every: 5 h, takes: 300 s, state: engineering}}",
    ]
)
_LOADS = st.sampled_from(
    [
        "",
        "",
        "batch: {lots: 3}",
        "batch: {lots: 4, patience: 900 s}",
        "batch: {units: 5, patience: 1200 s}",
        "combine: 2",
        "combine: 3",
    ]
)
_ROOM = st.sampled_from([0, 1, 2, 3, 5, "endless"])
_WAYS_BACK = st.sampled_from([0, 2, 10, "endless"])
_SHELF_LIVES = st.sampled_from(["", "", "", ", shelf_life: 600 s", ", shelf_life: 1700 s", ", shelf_life: 5 h"])


@st.composite
def stations(draw: st.DrawFn, loads: bool = False) -> str:
    """Draw a station; one with full loads stands behind a buffer of one kind or another."""
    load = draw(_LOADS) if loads else ""
    more = ", ".join(part for part in (load, draw(_FAILURES), draw(_UPKEEP), draw(_CALENDARS), draw(_CREWS)) if part)
    servers, scrap, split = draw(st.integers(1, 3)), draw(st.sampled_from([0.0, 0.0, 0.1])), draw(st.integers(1, 2))
    # a source that takes no time would make lots for ever
    time = draw(_TIMES if loads else _TIMES.filter(lambda text: text != always(0.0)))
    return timed(time, servers, scrap, split, more)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Draw up to three branches of up to two stations, which one station merges, and up to three stations after it."""
    found: dict[str, str] = {}
    buffers: list[str] = []

    def connect(source: str, to: str) -> None:
        wanted = next((n for n in (4, 3, 2) if f"combine: {n}" in found[to] or f"lots: {n}" in found[to]), 0)
        room = draw(_ROOM)
        if wanted and isinstance(room, int) and "patience" not in found[to]:
            room = max(room, wanted)
        buffers.append(f"{source} > {to}: {room}{draw(_SHELF_LIVES)}")

    ends = []
    for branch in range(draw(st.integers(1, 3))):
        last = ""
        for place in range(draw(st.integers(1, 2))):
            name = f"b{branch}{place}"
            found[name] = draw(stations(loads=bool(place)))
            if last:
                connect(last, name)
            last = name
        ends.append(last)
    before = ends
    for place in range(draw(st.integers(1, 3))):
        name = f"m{place}"
        found[name] = draw(stations(loads=len(before) == 1))
        for end in before:
            connect(end, name)
        before = [name]
    for end in range(draw(st.sampled_from([0, 0, 1, 2]))):
        _send_back(draw, found, buffers, end)
    return line_of(found, buffers, _PEOPLE)


def _send_back(draw: st.DrawFn, found: dict[str, str], buffers: list[str], end: int) -> None:
    """Let a station after the merge send lots back to itself or to one before it, where that is allowed."""
    source, to = f"m{end}", f"m{draw(st.integers(0, end))}"
    loop = [f"m{place}" for place in range(int(to[1:]), end + 1)]
    if any("split: 1" not in found.get(name, "") for name in loop) or "batch" in found[to] or "combine" in found[to]:
        return
    chance, times = draw(st.sampled_from([0.1, 0.3])), draw(st.integers(1, 3))
    found[source] = found[source].replace("split: 1", f"split: 1, rework: {chance}, times: {times}")
    buffers.append(f"{source} > {to}: {draw(_WAYS_BACK)}, rework: true{draw(_SHELF_LIVES)}")
