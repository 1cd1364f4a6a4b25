"""Calendering: the compaction law and its inverse, both modes, and the marks where a web is off."""

from __future__ import annotations

import numpy as np
import pytest
from electrode_route import declared, run_route

from twin import Line, turn
from twin.electrode.calendering import Calendering, Press, load_for, porosity_under
from twin.electrode.web import stretches
from twin.marks import ALL_LANES
from twin.material import Electrode
from twin.occasion import Occasion
from twin.randomness import Luck

AREAL = 0.5
FLAT = np.ones((4, 2), np.float32)
NONE = np.zeros((4, 2), np.float32)


def station(plant: str, electrode: str) -> tuple[Line, Calendering, Press]:
    line = declared(plant)
    step = line.stations[f"{electrode}_calendering"].step
    assert isinstance(step, Calendering) and step.press is not None
    return line, step, step.press


@pytest.fixture(name="press")
def _press() -> Press:
    return station("nmc811_pouch_10gwh", "cathode")[2]


def test_porosity_falls_exponentially_with_line_load() -> None:
    loads = np.array([0.0, 350e3 * np.log(2), 350e3 * np.log(4), 1e9])
    assert porosity_under(loads, 0.5, 0.2, 350e3) == pytest.approx([0.5, 0.35, 0.275, 0.2])


def test_the_line_load_of_a_porosity_gives_that_porosity() -> None:
    porosity = np.linspace(0.21, 0.5, 30)
    loads = np.array([load_for(one, 0.5, 0.2, 350e3, 0.0) for one in porosity])
    assert porosity_under(loads, 0.5, 0.2, 350e3) == pytest.approx(porosity)


def test_what_springs_back_must_be_pressed_harder(press: Press) -> None:
    stiff = press.model_copy(update={"springback": 0.0})
    wanted = 0.28
    assert press.line_load(wanted) > stiff.line_load(wanted)
    # 3 % more thickness behind the rolls: 1 - 0.72 * 1.03 under them
    assert press.line_load(wanted) == pytest.approx(stiff.line_load(0.2584))


def test_at_a_fixed_gap_a_percent_of_loading_is_seven_tenths_of_a_point_of_porosity(press: Press) -> None:
    at_gap = press.model_copy(update={"mode": "gap", "porosity": 0.3})
    thick, porosity = at_gap.pressed(AREAL, np.float32(1.01) * FLAT, NONE)
    assert thick == pytest.approx(at_gap.thickness(AREAL))
    assert porosity == pytest.approx(0.3 - 0.007, abs=1e-5)


def test_at_a_fixed_load_thickness_follows_loading_and_porosity_stays(press: Press) -> None:
    at_load = press.model_copy(update={"mode": "load"})
    thick, porosity = at_load.pressed(AREAL, np.float32(1.01) * FLAT, NONE)
    assert thick == pytest.approx(1.01 * at_load.thickness(AREAL))
    assert porosity == pytest.approx(at_load.porosity, abs=1e-6)


def test_a_gap_that_follows_the_measured_loading_keeps_the_density_and_gives_up_the_thickness(press: Press) -> None:
    follows = press.model_copy(update={"mode": "gap", "feed_forward": 1.0})
    heavy = Electrode("cathode", 100.0, 1.0, 30.0, np.float32(1.02) * FLAT, measured={"loading": 1.02})
    thick, porosity = follows.pressed(AREAL, heavy.loading, NONE, follows.gap(heavy))
    assert porosity == pytest.approx(press.porosity, abs=1e-6)
    assert thick == pytest.approx(1.02 * press.thickness(AREAL))
    # what no gauge has reported cannot be followed, and half of it is halfway
    heavy.measured = {}
    assert follows.gap(heavy) == 1.0
    heavy.measured = {"loading": 1.02}
    assert press.model_copy(update={"feed_forward": 0.5}).gap(heavy) == pytest.approx(1.01)


@pytest.mark.parametrize("mode", ["gap", "load"])
def test_pressing_neither_makes_nor_loses_coating(press: Press, mode: str) -> None:
    lots = np.random.default_rng(1)
    loading = lots.normal(1, 0.02, (64, 4)).astype(np.float32)
    errors = lots.normal(0, 0.01, (64, 4)).astype(np.float32)
    either = press.model_copy(update={"mode": mode})
    thick, porosity = either.pressed(AREAL, loading, errors)
    assert thick * (1 - porosity) * either.solid_density == pytest.approx(AREAL * loading, rel=1e-5)


@pytest.mark.parametrize(
    ("plant", "electrode", "low", "high"),
    [
        ("lfp_prismatic_16gwh", "cathode", 2300, 2650),
        ("nmc811_pouch_10gwh", "cathode", 3200, 3600),
        ("nmc811_pouch_10gwh", "anode", 1500, 1750),
        ("lfp_prismatic_16gwh", "anode", 1500, 1750),
    ],
)
def test_declared_coatings_have_the_density_of_the_trade(plant: str, electrode: str, low: float, high: float) -> None:
    press = station(plant, electrode)[2]
    assert low < press.solid_density * (1 - press.porosity) < high


def test_stretches_are_the_runs_of_bad_segments_one_by_one() -> None:
    for seed in range(50):
        bad = np.random.default_rng(seed).random((12, 3)) < 0.4
        web = Electrode("cathode", 110.0, 1.0, 1.0, np.ones((12, 3), np.float32), begin=10.0, pitch=10.0)
        covered = np.zeros((11, 3), np.bool_)
        for start, length, lane in stretches(bad, web):
            first, count = round(start / 10), round(length / 10)
            assert not covered[first : first + count, lane].any()
            covered[first : first + count, lane] = True
            # a run ends where good web begins
            assert first + count == 11 or not bad[1 + first + count, lane]
        # the first segment has been cut off
        np.testing.assert_array_equal(covered, bad[1:])


def test_a_stretch_of_the_whole_width_is_one_mark() -> None:
    web = Electrode("cathode", 40.0, 1.0, 1.0, np.ones((4, 3), np.float32))
    assert stretches(np.array([False, True, True, False]), web) == [(10.0, 20.0, ALL_LANES)]


def pressed(step: Calendering, line: Line, loading: np.ndarray) -> tuple[Electrode, dict[str, list[tuple[float, ...]]]]:
    roll = Electrode("cathode", 3000.0, 1.3, 900.0, loading.astype(np.float32))
    made = step.make([roll], Occasion(Luck(1, "press"), 0, product=line.cell))
    (web,) = made.outputs
    assert isinstance(web, Electrode)
    return web, {born.mode: list(born.marks) for born in made.born}


def test_marks_lie_where_the_web_is_off_and_nowhere_else() -> None:
    line, step, press = station("lfp_prismatic_16gwh", "cathode")
    loading = np.ones((60, 4))
    loading[20:23, 1] = 1.04
    loading[50, 3] = 0.96
    exact = press.model_copy(update={"segment_sd": 0.0, "profile_sd": 0.0, "elongation_sd": 0.0})
    step = step.model_copy(update={"press": exact, "thickness_sd": 0.0, "threading": 0.0})
    web, marks = pressed(step, line, loading)
    assert marks == {
        "calender_thickness_or_density_error": [(1000.0, 150.0, 1), (2500.0, 50.0, 3)],
    }
    porosity = web.state["porosity"]
    assert isinstance(porosity, np.ndarray)
    # 4 % more coating in the same gap
    assert porosity[21, 1] == pytest.approx(1 - 0.73 * 1.04, abs=1e-5)


def test_heavy_web_in_a_gap_is_stretched_until_it_waves() -> None:
    line, step, press = station("lfp_prismatic_16gwh", "cathode")
    exact = press.model_copy(update={"segment_sd": 0.0, "profile_sd": 0.0, "elongation_sd": 0.0, "porosity_limit": 1.0})
    step = step.model_copy(update={"press": exact, "thickness_sd": 0.0, "threading": 0.0})
    loading = np.ones((60, 4))
    loading[30:32] = 1.03
    assert pressed(step, line, loading)[1] == {"electrode_corrugation_edge_wave_calender": [(1500.0, 100.0, ALL_LANES)]}
    even = exact.model_copy(update={"mode": "load", "thickness_limit": 1.0})
    assert not pressed(step.model_copy(update={"press": even}), line, loading)[1]


def test_the_mode_of_a_press_is_a_knob() -> None:
    line = declared("lfp_prismatic_16gwh")
    spreads = []
    for mode in ("gap", "load"):
        route = run_route(turn(line, {"cathode_calendering.mode": mode}), "cathode", 30)
        of_coils = [(np.std(coil.state["porosity"]), np.std(coil.state["thickness"])) for coil in route.coils]
        spreads.append(np.mean(of_coils, axis=0))
    # at a fixed load the spread of the loading is in the thickness, else in the porosity
    assert spreads[1][0] < spreads[0][0] and spreads[1][1] > spreads[0][1]
