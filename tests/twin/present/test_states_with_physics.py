"""A plant with physics, saved in the middle of anything, goes on as if nothing had happened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from busy_plant import busy_plant
from generic_lines import DAY
from numpy.typing import NDArray
from saved_plants import assert_same, assert_tail, branch, broken, doings, saved
from traced_plant import traced_plant

from twin import InputError, Journal, Run, Save, kpis, read_line, simulate, turn
from twin.flow import Plant
from twin.flow.deck import Deck
from twin.journal import UNITS, Action, State
from twin.table import Columns

HOUR = 3600.0


def test_a_plant_is_saved_in_the_middle_of_all_that_may_befall_a_machine(tmp_path: Path) -> None:
    run, seen, many = Run(busy_plant(), days=4, warmup=0, cells="all"), set(), [0, 0]

    def look(plant: Plant) -> None:
        seen.update(doings(plant))
        many[0] += sum(server.handed < len(server.turns) for _, server in plant.servers if server.handed)
        many[1] += sum(bool(station.put_by()) for station in plant.stations)

    # also at midnight, and at the minute at which shifts begin and end
    moments = [*np.arange(4.3 * HOUR, 4 * DAY, 4.3 * HOUR), *np.arange(1, 4) * DAY, 1.25 * DAY, 3 * DAY + 14 * HOUR]
    found = broken(run, moments, tmp_path / "plant.state", look)
    assert_same(found, simulate(run))
    # planned work and set-ups before a turn, the engineer and the adjustment after one
    for state in (State.ENGINEERING, State.SETUP):
        assert {(state, False, False), (state, False, True)} <= seen
    for state in (State.PRODUCTIVE, State.BLOCKED, State.REPAIR, State.NO_REPAIR_CREW):
        assert (state, False, True) in seen
    assert {(State.MAINTENANCE, False, False), (State.NO_CREW, False, False), (State.STARVED, False, False)} <= seen
    assert {(State.PRODUCTIVE, True, True), (State.SETUP, True, True)} <= seen
    # a batch of which some lots wait for room while others are not handed over, and half a tray for rework
    assert many[0] > 0 and many[1] > 0


def test_a_large_plant_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    line, file, at = read_line("lfp_prismatic_16gwh"), tmp_path / "plant.state", 1.63 * DAY
    whole = saved(line, at, file, engine="auto", days=3)
    tail = branch(line, file, 3, engine="auto")
    assert_tail(whole, tail, at)
    # cells are made, and the first of them lie in formation
    assert len(tail.columns("visits")["lot"]) > 1000


def test_a_plant_whose_lots_stand_for_several_goes_on_too(tmp_path: Path) -> None:
    run = Run(busy_plant(), days=3, warmup=0, cells="all", lot_scale=2)
    assert_same(broken(run, [1.1 * DAY, 2.3 * DAY], tmp_path / "plant.state"), simulate(run))


def test_an_estimate_from_a_branch_takes_batches_that_it_has_seen_from_their_beginning(tmp_path: Path) -> None:
    line, file, sample = busy_plant(), tmp_path / "plant.state", "sample:30%"
    simulate(Run(line, days=2, warmup=0, evaluate=sample), state=Save(file))
    tail = simulate(Run(line, days=4, warmup=0, from_state=file, evaluate=sample))
    told, visits = kpis(tail)["estimated"], tail.columns("visits")
    begun = np.isin(visits["station"], [tail.stations.index(f"{side}_mixing") for side in ("cathode", "anode")])
    chosen = sum(Deck(0.3).chooses(int(serial)) for serial in visits["lot"][begun])
    # a batch that waits in its mixer at the moment was begun before it, as its turn was written down
    assert told["of_batches"] == begun.sum() and chosen - 3 <= told["batches"] <= chosen
    older = tail.columns("evaluated")["root"].min() < visits["lot"][begun].min()
    assert older and told["good_cells"]["low"] < told["good_cells"]["mean"] < told["good_cells"]["high"]


def test_what_changes_in_a_branch_changes_nothing_that_had_begun(tmp_path: Path) -> None:
    line, file = busy_plant(), tmp_path / "plant.state"
    whole = simulate(Run(line, days=4, warmup=0))
    theirs, fills = whole.columns("visits"), whole.stations.index("filling")
    # in the middle of a turn at filling
    begins = theirs["start"][theirs["station"] == fills]
    at = float(begins[begins > 2.3 * DAY][0]) + 60.0
    saved(line, at, file, engine="simpy", days=3)
    ours = branch(busy_plant(filling="2 cell/min"), file, 4, engine="simpy").columns("visits")

    def turns(rows: Columns, begun: bool) -> NDArray[np.void]:
        """Return lot, start and finish of the turns of filling that end after the moment."""
        here = (rows["station"] == fills) & (rows["finish"] > at) & ((rows["start"] < at) == begun)
        return np.sort(np.rec.fromarrays([rows[name][here] for name in ("lot", "start", "finish")]))

    assert len(turns(ours, True)) == 1
    np.testing.assert_array_equal(turns(ours, True), turns(theirs, True))
    # what begins afterwards takes three to four times as long: stops of the machine come upon both
    later, before = turns(ours, False), turns(theirs, False)
    assert later["f2"][0] - later["f1"][0] == pytest.approx(4 * (before["f2"][0] - before["f1"][0]), rel=1e-9)


def test_a_gauge_that_is_new_in_a_branch_changes_nothing_that_others_report(tmp_path: Path) -> None:
    line, file, at = busy_plant(), tmp_path / "plant.state", 2.4 * DAY
    whole = saved(line, at, file, engine="simpy", days=4)
    tail = branch(busy_plant(gauge="early: {measures: loading, noise: 0.005}"), file, 4, engine="simpy")

    def reported(journal: Journal) -> list[tuple[str, float, float]]:
        """Return what gauges reported after the moment, by their stations."""
        rows = journal.columns("measurements")
        names = [f"{station}.{name}" for station, name, _ in journal.line.gauges]
        found = zip(rows["gauge"].tolist(), rows["time"].tolist(), rows["mean"].tolist(), strict=True)
        return [(names[gauge], time, mean) for gauge, time, mean in found if time > at]

    ours = reported(tail)
    assert [row for row in ours if row[0] != "cathode_coating.early"] == reported(whole) != ours
    # what had been measured in turns that ran then is among it
    visits = tail.columns("visits")
    watched = np.isin(
        visits["station"], [tail.stations.index(f"cathode_{name}") for name in ("calendering", "slitting")]
    )
    assert (visits["start"][watched] < at).any()


def test_another_seed_is_another_future_of_what_has_not_begun(tmp_path: Path) -> None:
    line, file, at = busy_plant(), tmp_path / "plant.state", 2.4 * DAY
    saved(line, at, file, engine="simpy", days=3)
    same, other = (branch(line, file, 4, seed, "simpy") for seed in (1, 2))

    def begun(journal: Journal) -> list[tuple[str, int, float, float]]:
        """Return the turns that had begun, but for those that may wait for who mends them."""
        rows = journal.frame("visits")
        rows = rows[(rows.start < at) & ~rows.station.isin(["cathode_coating", "cathode_calendering"])]
        return sorted(rows[["station", "lot", "start", "finish"]].itertuples(index=False, name=None))

    def failures(journal: Journal) -> set[float]:
        """Return when the coater of the cathode fails in turns that had not begun."""
        coats, stops = (journal.frame(name).query("station == 'cathode_coating'") for name in ("visits", "stops"))
        first = coats.start[coats.start >= at].min()
        return set(stops.begin[(stops.state == State.REPAIR) & (stops.begin > first)].round(6))

    assert begun(same) == begun(other) != []
    assert min(len(failures(same)), len(failures(other))) > 10 and not failures(same) & failures(other)


def test_more_machines_and_room_come_at_the_moment_and_no_cell_is_lost(tmp_path: Path) -> None:
    line, file, at = busy_plant(), tmp_path / "plant.state", 2 * DAY
    saved(line, at, file, engine="simpy", days=2)
    more = {"filling.servers": 3, "ageing.servers": 6, "stacking_testing.capacity": 9, "formation_ageing.capacity": 9}
    tail = branch(turn(line, more), file, 5, engine="simpy")
    visits, states = tail.frame("visits"), tail.frame("states")
    first = visits[(visits.station == "filling") & (visits.server > 0)].start.min()
    assert at <= first < at + 6 * HOUR
    for station, servers in (("filling", 3), ("ageing", 6)):
        seconds = states[states.station == station].iloc[:, 2:].sum(axis=1)
        np.testing.assert_allclose(seconds, servers * DAY)
    stock, rejects = tail.frame("stock"), tail.frame("rejects")
    cells = stock[stock.unit == UNITS.index("cell")].groupby("day").units.sum()
    # what is on the stacking machines at the beginning becomes cells when it is over
    made = visits[visits.station == "stacking"].passed.sum()
    gone = rejects[(rejects.unit == UNITS.index("cell")) & (rejects.action == Action.SCRAP)].quantity.sum()
    assert cells[1] + made == tail.columns("finished")["units"].sum() + gone + cells[4]


def test_a_branch_has_its_figures(tmp_path: Path) -> None:
    line, file = busy_plant(), tmp_path / "plant.state"
    saved(line, 2 * DAY, file, engine="simpy", days=2)
    found = kpis(branch(line, file, 5, engine="simpy"))
    assert found["wip_cells_start"] > 0 and found["good_cells"] > 5000


def changed(file: Path, change: Callable[[Any], Any]) -> None:
    """Change what a state says of its things."""
    with np.load(file) as stored:
        arrays = dict(stored)
    said = json.loads(arrays["things.nodes"].tobytes())
    arrays["things.nodes"] = np.frombuffer(json.dumps(change(said) or said).encode(), np.uint8)
    np.savez(file.open("wb"), **arrays)


DAMAGES: dict[str, Callable[[Any], Any]] = {
    "another kind": lambda said: said["nodes"][0].__setitem__(0, "os.system"),
    "a later thing": lambda said: said["nodes"].__setitem__(0, ["list", [99999]]),
    "no things": lambda said: {"nodes": [["list"]], "top": [0]},
    "not enough numbers": lambda said: said["nodes"].__setitem__(0, ["array", "float64", 0, [10**9], True, True]),
    "words for lots": lambda said: said["nodes"].__setitem__(0, ["list", "a", "b"]),
}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "plant.state"
    saved(busy_plant(), 0.8 * DAY, file, engine="simpy", days=1)
    return file


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_says_something_else_is_refused(damage: str, state: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(state, tmp_path / "plant.state"))
    changed(file, DAMAGES[damage])
    with pytest.raises(InputError, match="the file is damaged"):
        branch(busy_plant(), file, 2, engine="simpy")


def test_another_plant_is_refused_by_what_differs(state: Path) -> None:
    with pytest.raises(InputError, match="station 'testing' of the saved plant is missing"):
        branch(traced_plant(), state, 2, engine="simpy")
    with pytest.raises(InputError, match="flaw 'leak@filling' of the saved plant is missing"):
        branch(busy_plant(leak="drip"), state, 2, engine="simpy")
    with pytest.raises(InputError, match="--evaluate was all in the saved plant, now it is sample:50%"):
        simulate(Run(busy_plant(), days=1, warmup=0, from_state=state, evaluate="sample:50%"))
    with pytest.raises(InputError, match="--lot-scale was 1 in the saved plant, now it is 2"):
        simulate(Run(busy_plant(), days=1, warmup=0, from_state=state, lot_scale=2))
