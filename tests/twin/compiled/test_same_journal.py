"""Both engines write the same journal: random small lines, and the cases in which they would differ first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generic_lines import DAY, always, exponential, finished, line_of, serial_line, timed, visits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from two_engines import assert_same, lines

from twin import Deadlock, Line, Run, open_run, run_in_folder, simulate
from twin.journal import TABLES


@given(line=lines(), seed=st.integers(0, 1000))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_machine_code_writes_the_journal_of_simpy(line: Line, seed: int) -> None:
    # lots that come back may fill a circle
    with suppress(Deadlock):
        assert_same(line, days=2, seed=seed)


@pytest.mark.parametrize("holds", [0, 1, 4, "endless"])
def test_simultaneous_events_keep_their_order(holds: int | str) -> None:
    # all times are multiples of 20 s, so that nearly everything happens together with something else
    stations = {
        "a": timed(always(40.0), 2),
        "b": timed(always(20.0)),
        "both": timed(always(20.0), 2),
        "last": timed(always(60.0), 3),
    }
    line = line_of(stations, [f"a > both: {holds}", f"b > both: {holds}", f"both > last: {holds}"])
    assert finished(assert_same(line)) == pytest.approx(DAY / 20, abs=10)


def test_a_load_whose_patience_is_over_starts_alike() -> None:
    oven = timed(always(100.0), 2, more="batch: {lots: 9, patience: 250 s}")
    here = visits(assert_same(line_of({"source": timed(always(100.0)), "oven": oven}, ["source > oven: 20"])), "oven")
    assert set(np.unique(here["start"], return_counts=True)[1]) == {3}


def test_split_lots_are_combined_again_alike() -> None:
    stations = {
        "source": timed(exponential(60.0)),
        "cut": timed(always(10.0), split=5),
        "pack": timed(exponential(30.0), 2, more="combine: 5"),
        "last": timed(always(30.0), scrap=0.2),
    }
    journal = assert_same(line_of(stations, ["source > cut: 2", "cut > pack: 7", "pack > last: 0"]))
    parents = journal.columns("lots")
    packed = parents["family"] == journal.stations.index("pack")
    assert set(np.unique(parents["lot"][packed], return_counts=True)[1]) == {5}
    assert len(set(parents["parent"][packed])) == packed.sum() > 5000


def test_a_turn_longer_than_hundreds_of_lives_fails_as_often() -> None:
    oven = timed(always(20000.0), 2, more="failures: {mtbf: 10 s, mttr: 1 s, shape: 1.5}")
    journal = assert_same(serial_and(oven))
    worked = visits(journal, "oven")
    # 2000 failures in each turn
    assert (worked["finish"] - worked["start"] - 20000.0).mean() == pytest.approx(2000.0, rel=0.1)


def serial_and(station: str) -> Line:
    """Return a source that is always in time, and a station called oven."""
    return line_of({"source": timed(always(100.0)), "oven": station}, ["source > oven: 3"])


def test_a_plant_of_very_many_lots_is_the_same() -> None:
    # more lots than there are records for at first, more rows than fit in a block
    line = line_of({"source": timed(always(2.0)), "slow": timed(exponential(5.0))}, ["source > slow: endless"])
    journal = assert_same(line, days=3)
    assert len(journal.columns("visits")["lot"]) > 150_000


def test_very_many_lots_that_grow_too_old_at_once_are_the_same() -> None:
    # over the weekend more lots grow too old than there is room for rows at first
    days = "calendars: {week: {shifts: [{days: [0, 1, 2, 3, 4], start: 0 h, hours: 24 h}]}}"
    stations = {"source": timed(always(5.0)), "slow": timed(exponential(5.0), more="calendar: week")}
    line = line_of(stations, ["source > slow: endless, shelf_life: 1 h"], days)
    journal = assert_same(line, days=8)
    rejects, times = journal.columns("rejects"), journal.columns("rejects")["time"]
    assert {journal.reasons[number] for number in set(rejects["reason"])} == {"shelf_life"}
    assert np.unique(times, return_counts=True)[1].max() > 30_000


def test_machines_that_share_fitters_are_repaired_in_the_order_in_which_they_broke_down() -> None:
    fails = timed(always(50.0), 3, more="failures: {mtbf: 5 min, mttr: 4 min, crew: fitters}")
    line = line_of({"first": fails, "second": fails}, ["first > second: 2"], "crews: {fitters: {size: 2}}")
    stops = assert_same(line).columns("stops")
    # never more than two at once, and both nearly always busy
    at_work = [((stops["begin"] <= t) & (t < stops["begin"] + stops["seconds"])).sum() for t in range(9000, 72000, 500)]
    assert max(at_work) == 2
    assert np.mean(at_work) > 1.5


def test_a_plant_that_stands_still_is_named_alike() -> None:
    # three in the buffer and one that waits for room are fewer than five
    line = serial_and(timed(always(100.0), more="batch: {units: 5}"))
    with pytest.raises(Deadlock, match="oven is starved"):
        assert_same(line)


def test_a_run_on_disk_is_the_run_in_memory(tmp_path: Path) -> None:
    line = serial_line([exponential(5.0), exponential(4.0), exponential(6.0)], [3, 0])
    run = Run(line, days=12, warmup=0, engine="compiled")
    memory, disk = simulate(run), run_in_folder(run, tmp_path)
    assert len(memory.columns("visits")["lot"]) > 200_000
    for table in TABLES:
        for name, column in memory.columns(table).items():
            np.testing.assert_array_equal(column, disk.columns(table)[name], err_msg=f"{table}.{name}")
    assert open_run(tmp_path).complete


def test_an_interrupted_run_keeps_the_days_that_are_safe(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(day: object) -> None:
        if getattr(day, "day", 0) == 15:
            raise Stop

    run = Run(serial_line([exponential(50.0)] * 2, [3]), days=30, warmup=0, engine="compiled")
    with pytest.raises(Stop):
        run_in_folder(run, tmp_path, stop)
    journal, whole = open_run(tmp_path), simulate(replace(run, days=15))
    assert (journal.complete, journal.safe) == (False, 15 * DAY)
    for table in TABLES:
        for name, column in whole.columns(table).items():
            np.testing.assert_array_equal(journal.columns(table)[name], column, err_msg=f"{table}.{name}")
