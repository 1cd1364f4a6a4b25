"""Plants with physics: whichever engine has saved one, either goes on with it as if nothing had happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from busy_plant import busy_plant
from cell_lines import MIXING, cell_line
from generic_lines import DAY
from saved_plants import assert_same, broken, doings
from traced_plant import GRADING

from twin import InputError, Line, Run, Save, read_line, simulate, turn
from twin.flow import Plant
from twin.journal import Action, State
from twin.present import read_present

HOUR = 3600.0
# the engines that take turns: each goes on with what the other has saved, and with what it has saved itself
ENGINES = ("compiled", "compiled", "simpy", "simpy")


def test_engines_take_turns_in_the_middle_of_all_that_may_befall_a_machine(tmp_path: Path) -> None:
    run, seen, parts = Run(busy_plant(), days=4, warmup=0, seed=2, cells="all"), set(), [0]

    def look(plant: Plant) -> None:
        seen.update(doings(plant))
        parts[0] += sum(bool(station.put_by()) for station in plant.stations)

    # also at midnight, and at minutes at which shifts begin
    moments = [*np.arange(5.3 * HOUR, 4 * DAY, 5.3 * HOUR), 2 * DAY, 2.25 * DAY]
    found = broken(run, moments, tmp_path / "plant.state", look, ENGINES)
    assert_same(found, simulate(replace(run, engine="simpy")))
    for state in (State.PRODUCTIVE, State.BLOCKED, State.REPAIR, State.NO_REPAIR_CREW):
        assert (state, False, True) in seen
    # a machine that is set up and one that stands still for an alarm, one out of its shift, half a tray for rework
    assert {state for state, _, turns in seen if turns} & {State.SETUP, State.ENGINEERING}
    assert any(off for _, off, _ in seen) and parts[0] > 0
    assert (found.columns("rejects")["action"] == Action.SENT_BACK).any()


def test_engines_take_turns_with_lots_that_are_only_counted(tmp_path: Path) -> None:
    run = Run(busy_plant(), days=4, warmup=0, seed=2, cells="all", evaluate="sample:30%")
    found = broken(run, np.arange(0.55, 4, 0.55) * DAY, tmp_path / "plant.state", engines=ENGINES)
    assert_same(found, simulate(replace(run, engine="simpy")))
    rejects, others = found.columns("rejects"), found.columns("evaluated")["others"]
    assert (rejects["action"] == Action.SENT_BACK).any() and 0 < (others > 0).sum() < len(others)


@pytest.mark.parametrize("evaluate", ["all", "sample:5%"])
def test_the_pilot_line_is_handed_from_engine_to_engine(evaluate: str, tmp_path: Path) -> None:
    run = Run(read_line("pilot_line"), days=18, warmup=0, seed=3, cells="all", evaluate=evaluate)
    # while coaters follow their loops and the first cells are formed, and with cells in ageing and in grading
    moments = [6.31 * DAY, 12 * DAY, 17.77 * DAY]
    found = broken(run, moments, tmp_path / "plant.state", engines=ENGINES)
    assert_same(found, simulate(replace(run, engine="simpy")))
    assert len(found.columns("finished")["lot"]) > 5
    assert (found.columns("evaluated")["others"] > 0).any() == (evaluate != "all")


def test_a_large_plant_with_larger_lots_is_handed_from_engine_to_engine(tmp_path: Path) -> None:
    line = read_line("lfp_prismatic_16gwh")
    run = Run(line, days=4, warmup=0, cells="all", lot_scale=4, evaluate="sample:5%")
    found = broken(run, [2.4 * DAY, 2.8 * DAY], tmp_path / "plant.state", engines=("compiled", "simpy", "compiled"))
    assert_same(found, simulate(replace(run, engine="simpy")))
    assert (found.columns("evaluated")["others"] > 0).any()


MORE = {"filling.servers": 3, "ageing.servers": 6, "stacking_testing.capacity": 9, "formation_ageing.capacity": 9}
BRANCHES: dict[str, tuple[Line, int]] = {
    "nothing but luck": (busy_plant(), 9),
    "machines and room": (turn(busy_plant(), MORE), 2),
    "less room": (turn(busy_plant(), {"testing_filling.capacity": 1}), 2),
    "a slower machine": (busy_plant(filling="2 cell/min"), 2),
    "a gauge": (busy_plant(gauge="early: {measures: loading, noise: 0.005}"), 2),
}


@pytest.fixture(scope="module", params=["all", "sample:30%"])
def states(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Path]]:
    """Return what is evaluated, and a plant at midnight as each engine has saved it."""
    folder, found = tmp_path_factory.mktemp("branches"), {}
    for engine in ("simpy", "compiled"):
        found[engine] = folder / f"{engine}.state"
        run = Run(busy_plant(), days=2, warmup=0, seed=2, engine=engine, evaluate=request.param)
        simulate(run, state=Save(found[engine]))
    return request.param, found


@pytest.mark.parametrize("change", BRANCHES)
def test_a_branch_is_the_same_whichever_engine_saves_and_whichever_goes_on(
    change: str, states: tuple[str, dict[str, Path]]
) -> None:
    (line, seed), (evaluate, files) = BRANCHES[change], states
    run = Run(line, days=1, warmup=0, seed=seed, evaluate=evaluate, cells="all")
    first, *others = [
        simulate(replace(run, engine=engine, from_state=file)) for file in files.values() for engine in files
    ]
    assert len(first.columns("finished")["lot"]) > 10
    for one in others:
        assert_same(one, first)


def test_both_engines_tell_how_far_machines_have_lived(states: tuple[str, dict[str, Path]]) -> None:
    first, second = (read_present(file).worn for file in states[1].values())
    assert len(first) > 2
    np.testing.assert_array_equal(first, second)


def test_a_state_that_is_damaged_is_refused_in_machine_code_too(
    states: tuple[str, dict[str, Path]], tmp_path: Path
) -> None:
    evaluate, files = states
    file = tmp_path / "plant.state"
    with np.load(files["simpy"]) as stored:
        arrays = dict(stored)
    said = arrays["things.nodes"].tobytes()
    # a machine that is not there goes on next
    begin = said.index(b'["tuple",172')
    end = said.index(b"]", begin)
    number = said[begin:end].rsplit(b",", 1)[1]
    said = said[: end - len(number)] + b"9" * len(number) + said[end:]
    arrays["things.nodes"] = np.frombuffer(said, np.uint8)
    np.savez(file.open("wb"), **arrays)
    with pytest.raises(InputError, match=r"the file is damaged \(there is no server"):
        simulate(Run(busy_plant(), days=1, warmup=0, seed=2, engine="compiled", evaluate=evaluate, from_state=file))


def quick_plant() -> Line:
    """Return a plant of small batches, whose cells age so long that many batches are forgotten meanwhile."""

    def mixing(side: str, vessel: int) -> str:
        step = f"kind: mixing, electrode: {side}, vessel: {vessel} L, {MIXING.replace('1 h', '6 min')}"
        return f"{{servers: 1, step: {{{step}}}}}"

    stations = {"cathode_mixing": mixing("cathode", 60), "anode_mixing": mixing("anode", 30)}
    ageing = "{servers: 300, step: {kind: ageing, time: 30 h}}"
    return cell_line(
        {**stations, "ageing": ageing, "grading": GRADING}, ["stacking > ageing: 500", "ageing > grading: 6"]
    )


def test_lots_go_on_like_others_that_their_stations_have_forgotten(tmp_path: Path) -> None:
    run, forgotten = Run(quick_plant(), days=3, warmup=0, seed=2, cells="all", evaluate="sample:60%"), [0]

    def look(plant: Plant) -> None:
        decks = [station.deck for station in plant.stations if station.deck is not None]
        turns = [turn for deck in decks for batch in deck.batches for turn in batch]
        known = {id(made) for turn in turns for _, made in turn.outputs}
        lots = [lot for _, server in plant.servers for lot in server.lots]
        forgotten[0] += sum(lot.like is not None and id(lot.like) not in known for lot in lots)

    moments = [2.1 * DAY, 2.4 * DAY]
    found = broken(run, moments, tmp_path / "plant.state", look, ("compiled", "simpy", "compiled"))
    assert_same(found, simulate(replace(run, engine="simpy")))
    assert forgotten[0] > 5
