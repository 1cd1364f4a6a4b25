"""Grading: capacity, resistance and voltage of real electrodes, gauges with noise, limits with a guard band."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generic_lines import interval
from made_cells import array, cells, design_of, occasion, plant_of, response_of
from pydantic import ValidationError

from twin import Run, read_line, simulate
from twin.assembly.joining import Joining
from twin.calendar import DAY
from twin.formation.grading import Grading
from twin.journal import Journal
from twin.material import GRADE_A, GRADE_B, Cell
from twin.occasion import Made
from twin.read import known_lines

AH = 3600.0


def grading_of(chemistry: str) -> Grading:
    step = plant_of(chemistry).stations["grading"].step
    assert isinstance(step, Grading)
    return step


def without_noise(step: Grading) -> Grading:
    quiet = {"capacity_noise": 0.0, "resistance_noise": 0.0, "resistance_cv": 0.0, "guard_band": 0.0}
    voltage = step.voltage.model_copy(update={"noise": 0.0}) if step.voltage else None
    return step.model_copy(update={**quiet, "voltage": voltage})


def graded(step: Grading, lot: Cell, number: int = 0, chemistry: str = "nmc811") -> Made:
    return step.make([lot], occasion(chemistry, number))


def failing(made: Made) -> dict[str, list[int]]:
    return {reason: places.tolist() for reason, places in made.sorted_out}


@pytest.mark.parametrize(("chemistry", "reserve"), [("nmc811", 1.0135), ("lfp", 1.012)])
def test_a_cell_at_target_holds_a_little_more_than_promised(chemistry: str, reserve: float) -> None:
    lot = cells()
    graded(without_noise(grading_of(chemistry)), lot, chemistry=chemistry)
    nominal = design_of(chemistry).capacity
    assert lot.state["capacity"][0] / nominal == pytest.approx(reserve, abs=0.001)
    assert lot.measured["capacity_ah"][0] == pytest.approx(lot.state["capacity"][0] / AH, rel=1e-6)
    assert lot.grade is not None and lot.grade[0] == GRADE_A


def test_resistance_is_that_of_the_area() -> None:
    lot = cells()
    graded(without_noise(grading_of("nmc811")), lot)
    # some 29 ohm cm2 over both sides of 0.82 m2, and two welds of 0.03 mohm
    expected = response_of("nmc811").resistance / 1.64 + 2 * 3e-5
    assert lot.state["resistance"][0] == pytest.approx(expected, rel=0.01)
    assert 1.2e-3 < lot.state["resistance"][0] < 2.5e-3
    assert lot.measured["resistance_rel"][0] == pytest.approx(1, abs=0.01)


def test_gauges_report_truth_and_noise() -> None:
    step = grading_of("nmc811").model_copy(update={"resistance_cv": 0.0})
    lot = cells(np.ones(20_000))
    graded(step, lot)
    assert step.voltage is not None
    assert np.std(lot.measured["capacity_ah"] / 75) == pytest.approx(step.capacity_noise, rel=0.03)
    assert np.std(lot.measured["resistance_rel"]) == pytest.approx(step.resistance_noise, rel=0.03)
    assert np.std(lot.measured["voltage"]) == pytest.approx(step.voltage.noise, rel=0.03)
    assert np.ptp(lot.state["capacity"]) == 0 and np.ptp(lot.state["voltage"]) == 0


def test_a_cell_measured_again_has_the_same_truth_and_another_reading() -> None:
    step, first, again = grading_of("nmc811"), cells([1.0, 1.01]), cells([1.0, 1.01])
    step.make([first], occasion("nmc811"))
    step.make([again], occasion("nmc811")._replace(again=1))
    assert np.array_equal(first.state["resistance"], again.state["resistance"])
    assert not np.any(first.measured["capacity_ah"] == again.measured["capacity_ah"])


def test_lost_lithium_and_dry_electrode_cost_capacity() -> None:
    usual = response_of("nmc811").lithium_loss
    lot = cells(lithium_loss=usual + array([0, 0.01, 0]), wetted=[1, 1, 0.95])
    made = graded(without_noise(grading_of("nmc811")), lot)
    relative = lot.state["capacity"] / lot.state["capacity"][0]
    assert relative[1] == pytest.approx(1 - 0.0112, abs=0.001)
    assert relative[2] == pytest.approx(0.95)
    electrodes = lot.state["resistance"] - np.float32(2 * 3e-5)
    assert electrodes[2] / electrodes[0] == pytest.approx(1 / 0.95, rel=1e-4)
    assert failing(made)["low_capacity"] == [2]


def test_welds_add_to_resistance() -> None:
    lot = cells(weld_resistance=[6e-5, 3e-4])
    made = graded(without_noise(grading_of("nmc811")), lot)
    assert np.diff(lot.state["resistance"]) == pytest.approx([2.4e-4], rel=1e-3)
    assert failing(made)["high_dcir"] == [1]


@pytest.mark.parametrize("path", known_lines(), ids=lambda path: path.stem)
def test_the_welds_of_the_design_are_those_that_the_plant_makes(path: Path) -> None:
    line = read_line(path)
    welding = line.stations["tab_welding"].step
    assert isinstance(welding, Joining) and welding.weld is not None and line.cell is not None
    assert welding.weld.resistance == pytest.approx(line.cell.weld_resistance)


def test_a_voltage_off_its_band_is_graded_down_and_then_refused() -> None:
    step = without_noise(grading_of("nmc811"))
    loadings = 1 + np.linspace(0, 0.12, 25)
    lot = cells(1.0, loadings)
    made = graded(step, lot)
    off = np.abs(lot.state["voltage"] - np.float32(response_of("nmc811").voltage_as_designed(0.15)))
    assert step.voltage is not None and lot.grade is not None
    # what holds too little is told as that
    small = failing(made).get("low_capacity", [])
    wrong = [place for place in np.flatnonzero(off > step.voltage.band_b).tolist() if place not in small]
    assert failing(made)["wrong_ocv"] == wrong
    assert 0 < len(wrong) < 24
    assert (lot.grade[off > step.voltage.band_a] == GRADE_B).all() and lot.grade[0] == GRADE_A


def test_a_cell_fails_once_and_a_dead_one_never() -> None:
    lot = cells([0.5, 0.5])
    lot.remove(1)
    made = graded(grading_of("nmc811"), lot)
    assert [place for places in failing(made).values() for place in places] == [0]


def test_a_guard_band_lets_fewer_poor_cells_pass_and_costs_good_ones() -> None:
    poor_passed, good_lost = [], []
    for band in (0.0, 1.0, 2.0):
        step = grading_of("nmc811").model_copy(update={"guard_band": band})
        lot = cells(1 + 0.01 * np.random.default_rng(2).standard_normal(40_000))
        made = graded(step, lot)
        out = np.zeros(lot.size, np.bool_)
        out[failing(made)["low_capacity"]] = True
        poor = lot.state["capacity"] < step.capacity_b * design_of("nmc811").capacity
        poor_passed.append(int((poor & ~out).sum()))
        good_lost.append(int((~poor & out).sum()))
    assert poor_passed[0] > 2 * poor_passed[1] > 4 * poor_passed[2]
    assert good_lost[0] < good_lost[1] < good_lost[2]


def test_without_a_response_capacity_goes_with_loading_and_a_declared_spread() -> None:
    step = grading_of("nmc811").model_copy(update={"capacity_mean": 1.02, "capacity_cv": 0.008})
    lot = cells(np.full(20_000, 1.01))
    plain = design_of("nmc811").model_copy(update={"response": None})
    step.make([lot], occasion("nmc811")._replace(product=plain))
    assert lot.measured["capacity_ah"].mean() / 75 == pytest.approx(1.02 * 1.01, rel=2e-4)
    expected = np.hypot(0.008 * 1.02 * 1.01, step.capacity_noise)
    assert np.std(lot.measured["capacity_ah"] / 75) == pytest.approx(expected, rel=0.03)
    assert not lot.state and "voltage" not in lot.measured


def test_a_band_of_grade_a_wider_than_that_of_grade_b_is_refused() -> None:
    declared = grading_of("nmc811").model_dump(exclude={"loading"})
    voltage = {"charge": 0.15, "noise": "0.3 mV", "band_a": "20 mV", "band_b": "15 mV"}
    with pytest.raises(ValidationError, match="band_a <= band_b"):
        Grading.model_validate({**declared, "rate": "15 1/min", "voltage": voltage})


@pytest.fixture(scope="module")
def pilot() -> Journal:
    return simulate(Run(read_line("pilot_line"), days=20, warmup=20, seed=4, cells="all"))


def test_capacity_of_a_mature_line_varies_as_in_measured_cells(pilot: Journal) -> None:
    found = pilot.columns("cells")["capacity_ah"]
    found = found[np.isfinite(found)]
    assert len(found) > 50_000
    # pilot pouch cells 0.28 to 0.44 %, commercial 18650 by batch 0.67 to 0.92 %
    assert 0.0028 < found.std() / found.mean() < 0.0092


@pytest.mark.parametrize(("mode", "low", "high"), [("low_capacity", 0.002, 0.02), ("high_dcir", 0.001, 0.008)])
def test_rejects_emerge_at_the_rates_of_a_mature_plant(pilot: Journal, mode: str, low: float, high: float) -> None:
    visits, rejects = pilot.frame("visits"), pilot.frame("rejects")
    tested = visits[(visits.station == "grading") & (visits.finish > pilot.warmup)]
    out = rejects[(rejects.reason == mode) & (rejects.time > pilot.warmup)]
    # cells of a roll are alike, days are not
    daily = tested.entered.groupby((tested.finish // DAY).astype(int)).sum()
    counts = out.quantity.groupby((out.time // DAY).astype(int)).sum().reindex(daily.index, fill_value=0.0)
    sure = interval((counts / daily)[daily > 100].tolist(), 0.99)
    # band of the reference
    assert low < sure[0] and sure[1] < high, sure
