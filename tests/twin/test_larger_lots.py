"""Lots that move k at a time: what is made is counted as ever, and nothing is lost on the way."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from command import gigatwin
from generic_lines import always, line_of, timed
from traced_plant import traced_plant

from twin import InputError, Journal, Run, kpis, read_line, simulate
from twin.calendar import DAY
from twin.coarse import coarser
from twin.journal import UNITS, Action, State
from twin.read import known_lines
from twin.sizing import capacity

STAYS = (Action.DOWNGRADE, Action.CURED, Action.SENT_BACK)
PLANTS = [path.stem for path in known_lines()]
DAYS = 25


@lru_cache(maxsize=4)
def run_of(plant: str, lots: int) -> Journal:
    line = traced_plant() if plant == "traced" else read_line(plant)
    return simulate(Run(line, days=DAYS, warmup=0, seed=3, cells="none", lot_scale=lots))


@pytest.mark.parametrize("lots", [3, 8])
@pytest.mark.parametrize("plant", ["pilot_line", "traced"])
def test_every_cell_that_is_begun_has_one_end(plant: str, lots: int) -> None:
    journal = run_of(plant, lots)
    visits, rejects, stock = (journal.columns(name) for name in ("visits", "rejects", "stock"))
    stacking = list(journal.stations).index("stacking")
    begun = visits["entered"][visits["station"] == stacking].sum()
    cells = UNITS.index("cell")
    gone = rejects["quantity"][(rejects["unit"] == cells) & ~np.isin(rejects["action"], STAYS)].sum()
    here = stock["units"][(stock["unit"] == cells) & (stock["day"] == DAYS - 1)].sum()
    assert begun > 5000 and begun == journal.columns("finished")["units"].sum() + gone + here


@pytest.mark.parametrize("lots", [3, 8])
def test_every_kilogram_of_coating_is_in_cells_lost_or_in_the_plant(lots: int) -> None:
    journal = run_of("pilot_line", lots)
    visits, rejects, stock, done = (journal.columns(name) for name in ("visits", "rejects", "stock", "finished"))
    for electrode in ("cathode", "anode"):
        mixing = list(journal.stations).index(f"{electrode}_mixing")
        column = f"{electrode}_kg"
        charged = visits["entered"][visits["station"] == mixing].sum()
        gone = rejects[column][~np.isin(rejects["action"], STAYS)].sum()
        here = stock[column][stock["day"] == DAYS - 1].sum()
        assert charged == pytest.approx(done[column].sum() + gone + here, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("lots", [3, 8])
def test_every_second_of_every_declared_server_is_in_one_state(lots: int) -> None:
    journal = run_of("pilot_line", lots)
    states = journal.columns("states")
    seconds = sum(states[state.name.lower()] for state in State)
    servers = np.array([journal.line.stations[name].servers for name in journal.stations])
    np.testing.assert_allclose(seconds, servers[states["station"]] * DAY, rtol=1e-12)


def test_cents_add_up_whatever_the_lots() -> None:
    for lots in (1, 8):
        cost = kpis(run_of("pilot_line", lots))["cost_usd_per_kwh"]
        parts = sum(value for name, value in cost.items() if name != "total")
        assert cost["total"] == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize("lots", [2, 4, 8, 16])
@pytest.mark.parametrize("plant", ["lfp_prismatic_16gwh", "nmc811_pouch_10gwh", "cyl_4680_10gwh"])
def test_larger_lots_leave_every_station_the_capacity_that_it_has(plant: str, lots: int) -> None:
    line = read_line(plant)
    coarse = coarser(line, lots)
    here = capacity(coarse.line)
    for name, able in capacity(line).items():
        found, pace, failures = here[name], coarse.pace[name], line.stations[name].failures
        # sizing knows the step's own time; the work of a turn takes longer by the pace, its set-ups do not
        turn_takes = found.seconds / found.availability * line.staffed(line.stations[name].calendar)
        work = found.seconds * (1 + failures.mttr / failures.mtbf if failures is not None else 1)
        per_second = found.per_second * turn_takes / (turn_takes + (pace - 1) * work)
        # set-ups by the metre fall due after whole rolls
        assert per_second == pytest.approx(able.per_second, rel=0.02), name


@pytest.mark.parametrize("lots", [2, 8, 16])
def test_lots_rest_as_long_where_there_are_many_places(lots: int) -> None:
    coarse = coarser(read_line("lfp_prismatic_16gwh"), lots)
    for name in ("soaking", "formation", "ageing", "cathode_drying"):
        assert coarse.pace[name] == pytest.approx(1, abs=0.06), name
    assert coarse.line.stations["ageing"].servers == round(2280 / lots)


def test_people_and_storage_hold_what_they_held() -> None:
    line = read_line("lfp_prismatic_16gwh")
    coarse = coarser(line, 8)
    for name, station in line.stations.items():
        other = coarse.line.stations[name]
        for crew, people in station.crew.items():
            assert other.crew[crew] * other.servers == pytest.approx(people * station.servers)
    for name, buffer in line.buffers.items():
        held, kept = buffer.capacity, coarse.line.buffers[name].capacity
        assert held is not None and kept is not None and abs(8 * kept - held) <= max(4, 8 - held)


def test_fewer_lots_are_followed_and_as_many_cells_made() -> None:
    fine, coarse = run_of("traced", 1), run_of("traced", 4)
    visits = [len(journal.columns("visits")["lot"]) for journal in (fine, coarse)]
    assert visits[0] == pytest.approx(4 * visits[1], rel=0.1)
    good = [kpis(journal)["good_cells"] for journal in (fine, coarse)]
    assert good[1] == pytest.approx(good[0], rel=0.05)


def test_one_lot_is_one_lot() -> None:
    line = read_line("pilot_line")
    assert coarser(line, 1).line is line


@pytest.mark.parametrize(("lots", "said"), [(0, "whole number from 1"), (1001, "whole number from 1")])
def test_a_number_of_lots_that_cannot_be_is_refused(lots: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        simulate(Run(traced_plant(), days=1, lot_scale=lots))


def test_lots_that_hold_nothing_cannot_be_larger() -> None:
    line = line_of({"pressing": timed(always(60.0))}, [])
    with pytest.raises(InputError, match="hold no cells"):
        simulate(Run(line, days=1, lot_scale=2))


def test_lots_that_would_grow_too_old_are_refused_before_anything_is_made() -> None:
    with pytest.raises(InputError, match=r"'cathode_slurry' may keep a lot for 24 h.*choose 11 or less"):
        simulate(Run(read_line("pilot_line"), days=1, lot_scale=16))
    assert coarser(read_line("pilot_line"), 11).lots == 11


def test_the_command_refuses_them_with_exit_code_2() -> None:
    code, said = gigatwin("simulate", "pilot_line", "--lot-scale", "0")
    assert code == 2 and "--lot-scale 0: expected" in said
