"""Wetting: how far electrolyte creeps in some hours, and what stays dry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cell_lines import cell_line
from generic_lines import binomial_band, run_days, visits
from lots_of_cells import lot, occasion
from scipy.stats import norm

from twin import InputError, Line, put, read_line, turn
from twin.flow.lot import REWORK
from twin.formation.soaking import UNWETTED, Soaking, Wetting, reach, spreading_at
from twin.journal import Action

HOUR = 3600.0


@pytest.fixture(scope="module")
def line() -> Line:
    return read_line("pilot_line")


def soaking(line: Line, hours: float | None = None, **changed: object) -> tuple[Soaking, Wetting]:
    step = line.stations["soaking"].step
    assert isinstance(step, Soaking) and step.wetting is not None
    # what is changed stands in for what was computed of it once
    wetting = step.wetting.model_copy(update=changed)
    wetting.__dict__.pop("factor", None)
    time = step.time if hours is None else hours * HOUR
    return step.model_copy(update={"time": time, "wetting": wetting}), wetting


def hours_to(width: float, wetting: Wetting, porosity: float) -> float:
    """Return the hours until a width is wet [m], by what an hour brings."""
    hour = reach(spreading_at(wetting.table, porosity), HOUR, wetting.factor, 0.0, 0.0)
    return float((width / hour) ** 2)


@pytest.mark.parametrize(("porosity", "hours"), [(0.20, 63), (0.25, 32), (0.30, 18)])
def test_95_mm_are_wet_after_the_hours_that_were_computed_at_25_degrees(
    line: Line, porosity: float, hours: float
) -> None:
    _, cold = soaking(line, temperature=298.15, vacuum=1.0, tightness=1.0)
    assert hours_to(0.095, cold, porosity) == pytest.approx(hours, abs=0.5)


@pytest.mark.parametrize(("porosity", "hours"), [(0.20, 11), (0.25, 5.5), (0.30, 3)])
def test_warmth_and_vacuum_shorten_that_by_more_than_five(line: Line, porosity: float, hours: float) -> None:
    _, warm = soaking(line, temperature=318.15, vacuum=2.0, tightness=1.0)
    assert hours_to(0.095, warm, porosity) == pytest.approx(hours, abs=0.5)


def test_pressing_a_little_helps_and_pressing_much_hurts_as_measured(line: Line) -> None:
    _, cold = soaking(line, temperature=298.15, vacuum=1.0, tightness=1.0)
    k = {porosity: 0.095 / math.sqrt(hours_to(0.095, cold, porosity) * HOUR) * 1e3 for porosity in (0.209, 0.39, 0.45)}
    # Sheng et al. 2014, in mm/s^0.5, pressed to 0.695, 0.90 and 1 of the thickness of 45 % porosity
    assert k == pytest.approx({0.209: 0.206, 0.39: 0.589, 0.45: 0.375}, rel=0.06)


def test_a_room_that_is_half_as_warm_above_its_surroundings_takes_half_the_heat(line: Line) -> None:
    # 45 degC in a hall of 20 degC as declared
    use = line.stations["soaking"].draws
    assert use == line.stations["soaking"].energy and use.gas > 0
    cooler, cold = (
        turn(line, {"soaking.temperature": degrees}).stations["soaking"] for degrees in ("32.5 degC", "20 degC")
    )
    assert cooler.draws.gas == pytest.approx(use.gas / 2) and cold.draws.gas == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputError, match="'energy_temperature' is above 'ambient_temperature'"):
        put(line, {"stations.soaking.step.wetting.ambient_temperature": "50 degC"})


def test_four_times_the_hours_reach_twice_as_far() -> None:
    for drawn in (-3.0, 0.0, 3.0):
        once, later = (reach(1e-7, time, 1.0, drawn, 0.1) for time in (HOUR, 4 * HOUR))
        assert later / once == pytest.approx(2.0)


@pytest.mark.parametrize("hours", [8.0, 12.0, 16.0])
def test_cells_stay_dry_inside_as_often_as_a_lognormal_reach_falls_short(line: Line, hours: float) -> None:
    step, wetting = soaking(line, hours)
    cell = lot(50_000, dose=0.12)
    (born,) = step.make([cell], occasion(line)).born
    needed = hours_to(wetting.half_width, wetting, min(wetting.cathode_porosity, wetting.anode_porosity))
    chance = norm.cdf(math.log(math.sqrt(needed / hours)) / wetting.spread)
    low, high = binomial_band(cell.size, chance)
    assert born.mode == UNWETTED and low <= len(born.places) <= high, "99.9 %, seed 1"
    assert list(born.places) == np.flatnonzero(cell.state["wetted"] < 1).tolist()


def test_the_electrode_that_is_slower_decides(line: Line) -> None:
    step, wetting = soaking(line, 8.0)
    lots = [lot(3, dose=0.12, cathode_porosity=c, anode_porosity=a) for c, a in ((0.2, 0.3), (0.3, 0.2), (0.2, 0.2))]
    for cell in lots:
        step.make([cell], occasion(line))
    wetted = [cell.state["wetted"].tolist() for cell in lots]
    assert wetted[0] == wetted[1] == wetted[2] and max(wetted[0]) < 1
    # as the declared table has it for a porosity of 0.2
    assert spreading_at(wetting.table, 0.2) == pytest.approx(0.0398e-6)


def test_what_was_not_filled_in_cannot_wet(line: Line) -> None:
    assert line.cell is not None
    step, wetting = soaking(line, 500.0)
    nominal = line.cell.parts["electrolyte"].value
    cell = lot(10, dose=0.9 * wetting.needed * nominal)
    (born,) = step.make([cell], occasion(line)).born
    assert cell.state["wetted"] == pytest.approx(np.full(10, 0.9)) and len(born.places) == 10


def test_soaking_again_goes_on_where_it_had_come(line: Line) -> None:
    step, _ = soaking(line, 8.0)
    cell = lot(1000, dose=0.12)
    step.make([cell], occasion(line))
    once = cell.state["wetted"]
    cell.repeats = 1
    step.make([cell], occasion(line, serial=7))
    assert once.min() < 0.8 and cell.state["wetted"] == pytest.approx(np.minimum(once * math.sqrt(2), 1))


def test_more_hours_and_more_warmth_leave_fewer_cells_dry(line: Line) -> None:
    dry = {}
    for settings in ({}, {"soaking.time": "12 h"}, {"soaking.temperature": "25 degC"}, {"soaking.time": "48 h"}):
        step = turn(line, settings).stations["soaking"].step
        born = step.make([lot(10_000, dose=0.12)], occasion(line)).born
        dry[str(settings)] = sum(len(one.places) for one in born)
    declared, short, cold, long = dry.values()
    assert short > 1000 < cold and 0 < declared < 60 and long == 0


def test_a_dry_cell_found_in_formation_soaks_again_and_is_good() -> None:
    # half of all cells are dry after the first 8 h, none after the second; seed 3
    wetting = (
        "half_width: 0.1 m, uptake: [{porosity: 0.25, spreading: 0.347 mm^2/s}], reference: 298 K, temperature: 298 K, "
        "activation: 15 kJ/mol, vacuum: 1, tightness: 1, spread: 0.05, cathode_porosity: 0.25, anode_porosity: 0.25, "
        "needed: 0.9"
    )
    looping = cell_line(
        {
            "soaking": f"{{servers: 20, step: {{kind: soaking, time: 8 h, wetting: {{{wetting}}}}}}}",
            "formation": "{servers: 4, step: {kind: formation, c_rate: 0.5 1/h}}",
        },
        ["stacking > soaking: 8", "soaking > formation: 8", "formation > soaking: 20, rework: true"],
        "defects: {incomplete_wetting: {born: [soaking], per_cell: 0.9, seen: [{at: formation, pod: 1}], "
        "rework: {to: soaking, times: 1}}}",
    )
    journal = run_days(looping, days=4, seed=3)
    rejects = journal.frame("rejects")
    rejects = rejects[rejects["reason"] == f"{UNWETTED}@soaking"]
    assert set(rejects["action"]) == {Action.SENT_BACK}, "nothing is dry twice"
    formed = visits(journal, "formation")
    low, high = binomial_band(int(formed["tried"][formed["lot"] < REWORK].sum()), 0.5)
    assert low < len(rejects) < high, "99.9 %"
    assert formed["tried"][formed["lot"] >= REWORK].sum() > 100, "and many have come back"
