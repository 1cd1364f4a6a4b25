"""A plant saved in the middle goes on as if nothing had happened, and a branch differs in what was changed alone."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
from generic_lines import DAY, always, exponential, line_of, serial_line, timed, visits
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from saved_plants import assert_goes_on, assert_like, assert_tail, branch, saved
from two_engines import lines

from twin import Deadlock, InputError, Line, Run, Save, simulate, turn
from twin.flow.downtime import DRAWN
from twin.journal import State

# whole minutes and midnight let the moment meet events
MOMENTS = st.one_of(st.floats(1.0, 0.999 * DAY), st.integers(1, 1439).map(lambda minute: 60.0 * minute), st.just(DAY))


# two days of a plant take too long to look for the smallest plant that fails
FAST = settings(deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
# which engine saves a plant, and which goes on with it
ENGINES = st.tuples(*[st.sampled_from(["simpy", "compiled"])] * 2)


@given(line=lines(), at=MOMENTS, seed=st.integers(0, 1000), engines=ENGINES)
@settings(
    max_examples=80, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_a_branch_in_which_nothing_is_changed_is_the_run_without_a_break(
    line: Line, at: float, seed: int, engines: tuple[str, str]
) -> None:
    assert_goes_on(line, at, seed, engines)


def test_a_branch_of_a_branch_is_still_the_same_run(tmp_path: Path) -> None:
    line = serial_line([exponential(50.0), exponential(45.0), exponential(55.0)], [3, 0])
    first, second = tmp_path / "first.state", tmp_path / "second.state"
    whole = saved(line, 0.4 * DAY, first, days=3)
    between = Run(line, days=1, warmup=0, engine="simpy", from_state=first)
    simulate(between, state=Save(second, 1.3 * DAY))
    assert_tail(whole, branch(line, second, end=3), 1.3 * DAY)


@pytest.mark.parametrize("engines", [("compiled", "compiled"), ("compiled", "simpy"), ("simpy", "compiled")])
def test_a_machine_that_has_failed_hundreds_of_times_fails_on_as_it_would_have(engines: tuple[str, str]) -> None:
    lathe = timed(always(100.0), 2, more="failures: {mtbf: 100 s, mttr: 5 s, shape: 1.5}")
    line = line_of({"source": timed(always(60.0)), "lathe": lathe}, ["source > lathe: 3"])
    # each of the two works for 100 s of 120 s: more failures than are drawn at once
    assert 0.9 * DAY * 100 / 120 / 100 > 9 * DRAWN
    assert_goes_on(line, 0.9 * DAY, engines=engines)


def test_a_turn_that_has_begun_ends_as_it_was_decided_and_later_ones_take_their_new_time(tmp_path: Path) -> None:
    line = serial_line([always(1000.0), always(1000.0)], [2])
    file = tmp_path / "plant.state"
    saved(line, 10_500.0, file)
    slower = serial_line([always(2500.0), always(1000.0)], [2])
    here = visits(branch(slower, file), "s0")
    assert here["finish"][:3].tolist() == [11_000.0, 13_500.0, 16_000.0]


def test_another_seed_changes_only_what_has_not_begun(tmp_path: Path) -> None:
    line = serial_line([exponential(600.0)], [])
    file = tmp_path / "plant.state"
    whole = saved(line, 0.5 * DAY, file)
    same, other = branch(line, file), branch(line, file, seed=2)
    assert other.columns("visits")["finish"][0] == same.columns("visits")["finish"][0]
    later = [journal.columns("visits")["finish"][1:20] for journal in (same, other)]
    assert np.all(later[0] != later[1])
    # what comes is what a run with that seed would have met
    begun = len(whole.columns("visits")["lot"]) - len(same.columns("visits")["lot"])
    alike = simulate(Run(line, days=2, warmup=0, seed=2)).columns("visits")
    theirs = other.columns("visits")
    rows = slice(begun + 1, begun + 20)
    seconds = (alike["finish"] - alike["start"])[rows]
    np.testing.assert_allclose((theirs["finish"] - theirs["start"])[1:20], seconds, rtol=1e-9)


def test_planned_work_falls_due_when_it_was_due_before_its_interval_was_changed(tmp_path: Path) -> None:
    def line(every: str) -> Line:
        clean = f"maintenance: {{clean: {{every: {every}, takes: 60 s}}}}"
        return line_of({"source": timed(always(600.0), more=clean)}, [])

    file = tmp_path / "plant.state"
    saved(line("2 h"), 3.0 * 3600, file)
    begins = branch(line("1 h"), file).columns("stops")["begin"]
    # due at 4 h, then every hour, each time after the turn that runs
    assert np.all((begins - 3600.0 * np.arange(4, 4 + len(begins)) >= 0) & (np.diff(begins, prepend=0) > 0))
    assert np.all(begins - 3600.0 * np.arange(4, 4 + len(begins)) < 600.0)


def test_a_branch_counts_its_days_from_the_first_midnight(tmp_path: Path) -> None:
    line, file = serial_line([always(600.0)], []), tmp_path / "plant.state"
    saved(line, 0.5 * DAY, file)
    journal = simulate(Run(line, days=2, warmup=1, from_state=file))
    assert (journal.warmup, journal.end) == (2 * DAY, 4 * DAY)
    assert set(journal.columns("states")["day"]) == {0, 1, 2, 3}


def test_what_is_in_the_plant_at_the_beginning_of_a_branch_closes_its_balance(tmp_path: Path) -> None:
    line = serial_line([always(60.0), exponential(70.0)], ["endless"])
    file = tmp_path / "plant.state"
    saved(line, DAY, file)
    journal = branch(line, file)
    stock = journal.columns("stock")
    before, after = (stock["units"][stock["day"] == day].sum() for day in (0, 1))
    made, gone = len(visits(journal, "s0")["lot"]), journal.columns("finished")["units"].sum()
    assert before > 100
    # a lot that the first station is at is not there yet
    assert before + made - gone == after


@st.composite
def settings_of(draw: st.DrawFn, line: Line) -> dict[str, int]:
    """Draw more servers, and more or less room, for some of a line."""
    more = {f"{name}.servers": at.servers + draw(st.integers(0, 2)) for name, at in line.stations.items()}
    rooms = {name: box.capacity for name, box in line.buffers.items() if box.capacity is not None}
    # a station that waits for a full load for ever needs room for it
    takers = {name: line.stations[line.buffers[name].to] for name in rooms}
    full = {name: takers[name].batch or takers[name].combine > 1 or room < 3 for name, room in rooms.items()}
    least = {name: room if full[name] else 1 for name, room in rooms.items()}
    return more | {f"{name}.capacity": max(least[name], draw(st.integers(0, 6))) for name in rooms}


@given(data=st.data(), line=lines(), at=MOMENTS, seed=st.integers(0, 1000))
@settings(
    max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_both_engines_go_on_alike_with_more_servers_and_other_rooms(
    data: st.DataObject, line: Line, at: float, seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plant.state"
        with contextlib.suppress(Deadlock):
            saved(line, at, file, seed)
        if not file.exists():
            return
        changed = turn(line, data.draw(settings_of(line)))
        assert_like(changed, file, seed + 1)


def test_a_machine_that_is_added_works_from_that_moment_on(tmp_path: Path) -> None:
    line, file = line_of({"a": timed(always(60.0)), "b": timed(always(100.0))}, ["a > b: endless"]), tmp_path / "state"
    saved(line, 30_030.0, file)
    journal = branch(turn(line, {"b.servers": 3}), file)
    here = visits(journal, "b")
    assert [here["start"][here["server"] == number].min() for number in (1, 2)] == [30_030.0, 30_030.0]
    # three of them are faster than what comes
    assert len(here["lot"]) > 150 + (2 * DAY - 30_030) / 60
    states, b = journal.columns("states"), journal.stations.index("b")
    whole = sum(states[state.name.lower()][(states["station"] == b)] for state in State)
    np.testing.assert_allclose(whole, [DAY + 2 * (DAY - 30_030.0), 3 * DAY])


def test_lots_that_wait_for_room_come_in_when_there_is_more_of_it(tmp_path: Path) -> None:
    stations = {"a": timed(always(10.0), 4), "b": timed(always(1000.0))}
    file = tmp_path / "plant.state"
    saved(line_of(stations, ["a > b: 2"]), 0.5 * DAY, file)
    journal = branch(line_of(stations, ["a > b: 9"]), file)
    leave = visits(journal, "a")["leave"]
    # four that waited come in at once, after ten seconds three more fill the room, and one comes in at each lot taken
    assert leave[:7].tolist() == [43_200.0] * 4 + [43_210.0] * 3
    assert np.all(np.diff(leave[7:50]) == 1000.0)


BASE = {"a": timed(always(60.0)), "b": timed(always(70.0), 2)}
OTHERS = {
    "another split": ({**BASE, "a": timed(always(60.0), split=2)}, 5, "split of station 'a' was 1, now it is 2"),
    "another station": ({**BASE, "c": BASE["a"]}, 5, "station 'c' was not in the saved plant"),
    "fewer servers": ({**BASE, "b": timed(always(70.0))}, 5, "servers of station 'b'"),
    "another order": ({"b": BASE["b"], "a": BASE["a"]}, 5, "the stations stand in another order"),
    "failures": (
        {**BASE, "a": timed(always(60.0), more="failures: {mtbf: 2 h, mttr: 60 s}")},
        5,
        "failures of station 'a' was none, now it is declared",
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_may_not_differ_in_a_branch_is_refused_by_name(other: str, tmp_path: Path) -> None:
    file = tmp_path / "plant.state"
    slow = line_of({**BASE, "b": timed(always(700.0), 2)}, ["a > b: 4"])
    saved(slow, 0.5 * DAY, file)
    stations, room, reason = OTHERS[other]
    buffers = [f"a > b: {room}"] + (["b > c: 3"] if "c" in stations else [])
    with pytest.raises(InputError, match=reason):
        branch(line_of(stations, buffers), file)


def test_a_knob_that_changes_no_structure_may_be_turned(tmp_path: Path) -> None:
    line, file = line_of(BASE, ["a > b: 4"]), tmp_path / "plant.state"
    saved(line, 0.5 * DAY, file)
    assert branch(turn(line, {"a_b.capacity": 9}), file).complete
