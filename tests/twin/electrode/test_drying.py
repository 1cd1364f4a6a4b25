"""Drying: what is left of the solvent against the drying curve integrated step by step, and the dryer's limits."""

from __future__ import annotations

import math
from typing import Any

import pytest
from electrode_route import declared, run_route

from twin import Line, turn, unit_costs
from twin.electrode.coating import Coating
from twin.electrode.drying import (
    Dryer,
    crack_share,
    drying_rate,
    heat_of_drying,
    peel_strength,
    residual_solvent,
    solvent_load,
)
from twin.product import JOULES_PER_KWH

WET, LOOSE = "residual_solvent_or_moisture_high", "delamination_poor_adhesion_binder_migration"
# latent heat of evaporation [J/kg]: water at 70 degC, NMP at its boiling point (CRC Handbook)
LATENT = {"anode": 2.33e6, "cathode": 4.4e5}


def dried_step_by_step(load: float, rate: float, time: float, falling: float) -> float:
    """Return the solvent left, from the law of both periods in small steps."""
    left, step = load, time / 200_000
    for _ in range(200_000):
        left -= step * rate * min(1.0, left / (falling * load))
    return left


@pytest.mark.parametrize("time", [10.0, 45.0, 60.0, 90.0])
def test_what_is_left_is_the_drying_curve_integrated(time: float) -> None:
    found = residual_solvent(0.12, 2.2e-3, time, 0.15)
    assert found == pytest.approx(dried_step_by_step(0.12, 2.2e-3, time, 0.15), rel=1e-3)


def test_without_a_falling_rate_the_dryer_takes_what_its_rate_and_length_allow() -> None:
    # 50 s at 2 g/(m^2 s) take 100 g/m^2: all of 100, and all but 20 of 120
    left = [residual_solvent(load, 2e-3, 50.0, 0.0) for load in (0.08, 0.1, 0.12)]
    assert left == pytest.approx([0, 0, 0.02], abs=1e-12)


def test_less_than_half_of_the_time_takes_most_of_the_solvent() -> None:
    # ANL (OSTI 1431318): 90 % of the solvent leaves in less than half of the time that drying takes
    line = declared("nmc811_pouch_10gwh")
    coater, dryer = parts(line, "cathode")
    assert line.cell is not None
    load = solvent_load(line.cell.cathode.areal / 2, 0.7)
    time = dryer.length / coater.speed
    rate = drying_rate(dryer.temperature, dryer.rate, dryer.rate_temperature, dryer.sensitivity)
    left = residual_solvent(load, rate, 0.6 * time, dryer.falling) / load
    assert 0.85 < 1 - left < 0.95


def test_the_rate_doubles_every_twenty_five_kelvin() -> None:
    rates = [drying_rate(383.15 + more, 2.2e-3, 383.15, 0.028) for more in (0, math.log(2) / 0.028)]
    assert rates == pytest.approx([2.2e-3, 4.4e-3])


def test_seventy_percent_solids_hold_three_sevenths_of_solvent() -> None:
    assert solvent_load(0.21, 0.7) == pytest.approx(0.09)


def test_binder_migration_halves_the_peel_strength_at_its_rate_and_spares_slow_drying() -> None:
    strengths = [peel_strength(rate, 20.0, 2e-3) for rate in (0.0, 2e-3, 8e-3)]
    assert strengths == pytest.approx([20, 10, 20 / 9])


def test_half_of_a_coating_cracks_at_the_critical_loading_and_faster_drying_lowers_it() -> None:
    assert crack_share(0.32, 2e-3, 0.32, 2e-3, 0.04, 0.25) == pytest.approx(0.5)
    shares = [crack_share(0.3, rate, 0.32, 2e-3, 0.04, 0.25) for rate in (1e-3, 2e-3, 4e-3)]
    assert shares[0] < shares[1] < 0.5 < shares[2]


def test_heat_goes_with_the_solvent_and_with_how_hot_the_air_is() -> None:
    nominal = heat_of_drying(0.12, 383.15, 383.15, 10 * JOULES_PER_KWH, 293.15)
    assert nominal == pytest.approx(1.2 * JOULES_PER_KWH)
    assert heat_of_drying(0.06, 383.15, 383.15, 10 * JOULES_PER_KWH, 293.15) == pytest.approx(nominal / 2)
    assert heat_of_drying(0.12, 392.15, 383.15, 10 * JOULES_PER_KWH, 293.15) == pytest.approx(1.1 * nominal)


def parts(line: Line, electrode: str) -> tuple[Coating, Dryer]:
    step = line.stations[f"{electrode}_coating"].step
    assert isinstance(step, Coating) and step.dryer is not None
    return step, step.dryer


@pytest.mark.parametrize("plant", ["lfp_prismatic_16gwh", "nmc811_pouch_10gwh", "cyl_4680_10gwh", "cyl_21700_5gwh"])
def test_declared_cathodes_evaporate_the_solvent_of_the_reference(plant: str) -> None:
    # BatPaC: 0.12 kg of NMP per square metre and side, 0.08 to 0.16
    line = declared(plant)
    mixer: Any = line.stations["cathode_mixing"].step
    assert line.cell is not None
    assert 0.08 < solvent_load(line.cell.cathode.areal / 2, mixer.solids) < 0.16


@pytest.mark.parametrize("electrode", ["cathode", "anode"])
@pytest.mark.parametrize("plant", ["lfp_prismatic_16gwh", "nmc811_pouch_10gwh", "cyl_4680_10gwh", "cyl_21700_5gwh"])
def test_declared_energy_of_drying_is_above_the_heat_of_evaporation_and_below_ten_kilowatt_hours_a_kilo(
    plant: str, electrode: str
) -> None:
    line = declared(plant)
    assert line.cell is not None
    design, use = line.cell.electrode(electrode), line.stations[f"{electrode}_coating"].energy
    mixer: Any = line.stations[f"{electrode}_mixing"].step
    solvent = design.area * 2 * solvent_load(design.areal / 2, mixer.solids)
    per_solvent = use.gas * line.cell.energy / solvent
    assert LATENT[electrode] < per_solvent < 10 * JOULES_PER_KWH


@pytest.mark.parametrize("electrode", ["cathode", "anode"])
@pytest.mark.parametrize("plant", ["lfp_prismatic_16gwh", "nmc811_pouch_10gwh", "pilot_line"])
def test_as_declared_every_oven_draws_the_declared_heat(plant: str, electrode: str) -> None:
    for station in (declared(plant).stations[f"{electrode}_{step}"] for step in ("coating", "drying")):
        assert station.energy.gas > 0 and station.draws == station.energy


def test_an_oven_a_tenth_further_above_the_hall_draws_a_tenth_more_gas() -> None:
    plant = declared("lfp_prismatic_16gwh")
    # 96 K above 20 degC as declared
    hotter = turn(plant, {"cathode_coating.oven": "125.6 degC"}).stations["cathode_coating"]
    assert hotter.draws.gas == pytest.approx(1.1 * plant.stations["cathode_coating"].energy.gas)
    assert hotter.draws.electricity == hotter.energy.electricity


def test_a_hotter_oven_and_shorter_vacuum_drying_are_seen_in_what_a_cell_costs() -> None:
    plant = declared("lfp_prismatic_16gwh")
    turned = turn(plant, {"cathode_coating.oven": "125.6 degC", "anode_drying.time": "9 h"})
    before, after = (unit_costs(line).energy for line in (plant, turned))
    changed = {name for name in before if after[name] != pytest.approx(before[name], rel=1e-12)}
    assert changed == {"cathode_coating", "anode_drying"}
    assert after["cathode_coating"] > before["cathode_coating"] and after["anode_drying"] < before["anode_drying"]


def share(line: Line, kind: str, mode: str) -> float:
    route = run_route(line, "cathode", 80)
    return route.whole[kind, mode] / route.lots[kind]


def test_beyond_the_limit_of_the_dryer_nearly_every_roll_is_wet() -> None:
    plant = declared("lfp_prismatic_16gwh")
    wet = [share(turn(plant, {"cathode_coating.speed": speed}), "coating", WET) for speed in ("60 m/min", "85 m/min")]
    assert wet[0] == 0 and wet[1] > 0.9


def test_a_hotter_oven_dries_more_and_holds_less_so_that_there_is_a_best_temperature() -> None:
    plant = declared("lfp_prismatic_16gwh")
    lines = [turn(plant, {"cathode_coating.oven": f"{hot} degC"}) for hot in (108, 116, 128)]
    wet, loose = ([share(line, "coating", mode) for line in lines] for mode in (WET, LOOSE))
    assert wet[0] > 0.5 and wet[2] == 0
    assert loose[0] == 0 and loose[2] > 0.3
    assert wet[1] + loose[1] < 0.1


def test_a_faster_coater_is_helped_by_a_hotter_oven() -> None:
    plant = declared("lfp_prismatic_16gwh")
    fast = turn(plant, {"cathode_coating.speed": "80 m/min"})
    both = turn(plant, {"cathode_coating.speed": "80 m/min", "cathode_coating.oven": "121 degC"})
    assert share(both, "coating", WET) < 0.1 < share(fast, "coating", WET)
