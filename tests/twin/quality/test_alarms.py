"""Alarms of control charts: what they hold, stop and cost in time, and that nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from watched_plant import pilot_with

from twin import Journal, Line, Run, simulate
from twin.equipment import Station
from twin.journal import ACTIONS, State
from twin.quality.chart import Watch

DAYS, TAKES = 20, 600.0


def run(line: Line) -> Journal:
    return simulate(Run(line, days=DAYS, warmup=0, seed=2))


def seconds_in(journal: Journal, station: str, state: State) -> float:
    states = journal.frame("states")
    return float(states[states.station == station][state.name.lower()].sum())


def test_an_alarm_is_written_with_its_lot_and_what_was_done(tmp_path: Path) -> None:
    journal = run(pilot_with(tmp_path, "note"))
    alarms, measured = journal.columns("alarms"), journal.columns("measurements")
    assert 10 < len(alarms["time"]) < len(measured["time"]) / 2
    assert set(alarms["action"]) == {ACTIONS.index("note")}
    # the chart judged the lots in the order in which they were measured
    number = [(station, name) for station, name, _ in journal.line.gauges].index(("cathode_slitting", "head"))
    chart = journal.line.gauges[number][2].chart
    assert chart is not None
    ours, watch = measured["gauge"] == number, Watch(chart)
    expected = [
        lot for lot, mean in zip(measured["lot"][ours], measured["mean"][ours], strict=True) if watch.alarms(mean)
    ]
    assert sorted(alarms["lot"][alarms["gauge"] == number]) == sorted(expected)


def test_each_call_of_an_engineer_stands_in_the_journal_and_in_the_states(tmp_path: Path) -> None:
    called, plain = run(pilot_with(tmp_path, "call")), run(pilot_with(tmp_path, "note"))
    alarms = called.frame("alarms").query("station == 'cathode_slitting'")
    stops = called.frame("stops").query("station == 'cathode_slitting'")
    looks = int((stops.state == State.ENGINEERING).sum())
    # lanes of one roll that alarm together stop the machine once; the last stop may not be over
    wanted = alarms.time.nunique()
    assert wanted - 1 <= looks <= wanted and wanted > 5
    assert seconds_in(called, "cathode_slitting", State.ENGINEERING) == pytest.approx(TAKES * looks, abs=TAKES)
    assert seconds_in(plain, "cathode_slitting", State.ENGINEERING) == 0


def test_a_held_lot_is_worked_on_for_longer(tmp_path: Path) -> None:
    held, plain = (run(pilot_with(tmp_path, action)) for action in ("hold", "note"))
    first = {}
    for name, journal in (("held", held), ("plain", plain)):
        visits = journal.frame("visits").query("station == 'cathode_slitting'")
        first[name] = dict(zip(visits.lot, visits.finish - visits.start, strict=True))
    alarms = held.frame("alarms").query("station == 'cathode_slitting'")
    # slit lanes are numbered four to a roll, and the roll is the lot that was worked on
    longer = [lot for lot in first["held"] if first["held"][lot] > first["plain"].get(lot, 1e9) + 1]
    assert longer and len(longer) <= len(alarms)


def test_a_stop_renews_what_wears(tmp_path: Path) -> None:
    """Knives are changed after so many metres; a plant that stops for alarms changes them less often by the metre."""
    stopped, plain = run(pilot_with(tmp_path, "stop")), run(pilot_with(tmp_path, "note"))
    station: Station = plain.line.stations["cathode_slitting"]
    (setup,) = station.setups.values()

    def by_metre(journal: Journal) -> int:
        stops = journal.frame("stops").query("station == 'cathode_slitting'")
        return int(((stops.state == State.SETUP) & np.isclose(stops.seconds, setup.takes)).sum())

    assert by_metre(stopped) < by_metre(plain)
