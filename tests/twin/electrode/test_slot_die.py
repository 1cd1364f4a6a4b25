"""The slot die: its coating window against the low-flow limit, its flaws against where it stands in the window."""

from __future__ import annotations

import pytest
from electrode_route import declared, run_route
from generic_lines import binomial_band

from twin import Line, turn
from twin.electrode.coating import Coating
from twin.electrode.mixing import Mixing, solid_density
from twin.electrode.slot_die import SlotDie, capillary_number, least_film, logistic, wet_film

PLANTS = ["lfp_prismatic_16gwh", "nmc811_pouch_10gwh", "cyl_4680_10gwh", "cyl_21700_5gwh", "pilot_line"]
MATURE = PLANTS[:-1]
UM = 1e-6


def coater(line: Line, electrode: str) -> tuple[Coating, SlotDie]:
    step = line.stations[f"{electrode}_coating"].step
    assert isinstance(step, Coating) and step.die is not None
    return step, step.die


def designed(line: Line, electrode: str) -> tuple[float, float]:
    """Return film [m] and viscosity [Pa s] of the recipe."""
    mixer = line.stations[f"{electrode}_mixing"].step
    assert isinstance(mixer, Mixing) and mixer.rheology is not None and line.cell is not None
    film = wet_film(line.cell.electrode(electrode).areal / 2, mixer.density, mixer.solids)
    solid = solid_density(mixer.density, mixer.solids, mixer.rheology.solvent_density)
    return film, mixer.rheology.viscosity(mixer.solids, solid)


@pytest.mark.parametrize("thinner", [2.0, 4.0, 10.0])
def test_the_low_flow_limit_is_where_theory_has_it(thinner: float) -> None:
    # at the limit Ca = 0.65 (2 / (G - 1))^(3/2), with G the gap over the film
    capillary = 0.65 * (2 / (thinner - 1)) ** 1.5
    assert least_film(200 * UM, capillary, 1.0) == pytest.approx(200 * UM / thinner)


def test_at_high_capillary_numbers_the_cap_decides() -> None:
    assert capillary_number(0.96, 1.0, 0.04) == pytest.approx(24)
    assert least_film(200 * UM, 24, 0.65) == pytest.approx(130 * UM)
    assert least_film(200 * UM, 0.1, 0.65) < 130 * UM


def test_two_hundred_grams_dry_of_a_heavy_slurry_are_a_film_of_an_eighth_of_a_millimetre() -> None:
    assert wet_film(0.2, 2300.0, 0.7) == pytest.approx(124.2 * UM, rel=1e-3)


def test_the_logistic_is_half_at_the_edge_and_odd_about_it() -> None:
    assert logistic(0) == 0.5 and logistic(800) == 1 and logistic(-800) == 0
    assert logistic(2.0) + logistic(-2.0) == pytest.approx(1)
    assert logistic(-8.0) / logistic(-9.0) == pytest.approx(2.718, rel=1e-3)


@pytest.mark.parametrize("electrode", ["cathode", "anode"])
@pytest.mark.parametrize("plant", PLANTS)
def test_declared_speeds_lie_in_the_window_and_twice_the_mature_ones_do_not(plant: str, electrode: str) -> None:
    line = declared(plant)
    step, die = coater(line, electrode)
    film, viscosity = designed(line, electrode)
    assert die.margin(film, film, viscosity, step.speed) > 0.15
    if plant in MATURE:
        assert die.margin(film, film, viscosity, 2 * step.speed) < 0


def test_a_slurry_that_waited_a_day_is_closer_to_dragging_air_along() -> None:
    line = declared("lfp_prismatic_16gwh")
    step, die = coater(line, "cathode")
    film, viscosity = designed(line, "cathode")
    speed = 1.15 * step.speed
    old = viscosity * (1 + die.growth * 24 * 3600)
    assert old == pytest.approx(1.48 * viscosity)
    assert die.margin(film, film, old, speed) < die.margin(film, film, viscosity, speed)


def test_a_film_thicker_than_the_gap_swells_out_of_the_window() -> None:
    line = declared("nmc811_pouch_10gwh")
    step, die = coater(line, "cathode")
    film, viscosity = designed(line, "cathode")
    assert die.margin(1.01 * die.gap * film, film, viscosity, step.speed) < 0


def test_flaws_are_born_as_often_as_the_rates_say() -> None:
    line = declared("lfp_prismatic_16gwh")
    step, die = coater(line, "anode")
    still = die.model_copy(update={"entrained": 0.0, "ribbing": 0.0, "sticking": 0.0, "fouling": 1e12})
    station = line.stations["anode_coating"].model_copy(update={"step": step.model_copy(update={"die": still})})
    line = line.model_copy(update={"stations": {**line.stations, "anode_coating": station}})
    route = run_route(line, "anode", 300, wait=0.0)
    metres = route.web["coating"] / step.lanes
    for mode, rate in (("air_bubbles_pinholes", still.bubbles * step.width), ("line_defects_streaks", still.streaks)):
        # a Poisson count, as a binomial one of many small pieces of web
        low, high = binomial_band(round(metres * 100), rate / 100)
        assert low <= route.places["coating", mode] <= high


@pytest.mark.parametrize(("knob", "values"), [("speed", ("70 m/min", "80 m/min")), ("gap", (1.25, 1.6))])
def test_leaving_the_window_multiplies_pinholes_and_streaks(knob: str, values: tuple[object, object]) -> None:
    found = []
    for value in values:
        line = turn(declared("lfp_prismatic_16gwh"), {f"cathode_coating.{knob}": value})
        route = run_route(line, "cathode", 60)
        found.append([route.places["coating", mode] for mode in ("air_bubbles_pinholes", "line_defects_streaks")])
    assert found[1][0] > 10 * found[0][0] and found[1][1] > 5 * found[0][1]


def test_an_unclean_die_draws_more_streaks() -> None:
    die = coater(declared("lfp_prismatic_16gwh"), "cathode")[1]
    clean, fouled = (die.rates(1.0, 0.0, 1.3, use).streaks for use in (0.0, die.fouling))
    assert fouled == pytest.approx(2 * clean, rel=1e-6)
