"""Vacuum drying: water against first-order decay and published figures; and what lanes hand on to cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from electrode_route import declared

from twin.assembly.carry import carried
from twin.assembly.vacuum_drying import Heat, VacuumDrying, water_left
from twin.chemistry import arrhenius
from twin.material import Electrode
from twin.occasion import Born, Made, Occasion
from twin.randomness import Luck

HOUR, PPM = 3600.0, 1e-6
WET, LOOSE = "residual_solvent_or_moisture_high", "delamination_poor_adhesion_binder_migration"


@pytest.fixture(name="oven")
def _oven() -> VacuumDrying:
    step = declared("nmc811_pouch_10gwh").stations["anode_drying"].step
    assert isinstance(step, VacuumDrying)
    return step.model_copy(update={"water_cv": 0.0})


def dried(oven: VacuumDrying, residual: float = 0.0, adhesion: float = 8.0, **heat: float) -> tuple[Electrode, Made]:
    assert oven.heat is not None
    oven = oven.model_copy(update={"heat": oven.heat.model_copy(update=heat)})
    coil = Electrode("anode", 100.0, 0.3, 9.0, np.ones((8, 1), np.float32))
    coil.state |= {"residual_solvent": residual, "adhesion": adhesion}
    return coil, oven.make([coil], Occasion(Luck(1, "oven"), 0))


def test_water_halves_every_half_time_down_to_what_is_bound() -> None:
    rate = math.log(2) / (2.6 * HOUR)
    left = [water_left(2100 * PPM, 100 * PPM, rate, n * 2.6 * HOUR) / PPM for n in (0, 1, 3, 200)]
    assert left == pytest.approx([2100, 1100, 350, 100])


def test_ten_kelvin_more_dry_two_fifths_faster() -> None:
    # 45 kJ/mol around 110 degC
    assert arrhenius(45e3, 393.15, 383.15) == pytest.approx(1.43, abs=0.01)
    assert arrhenius(45e3, 383.15, 383.15) == 1


def test_a_coil_dries_to_what_is_bound_and_brings_its_solvent_along(oven: VacuumDrying) -> None:
    dry, wetter = dried(oven)[0].state["water"], dried(oven, residual=3000 * PPM)[0].state["water"]
    assert isinstance(dry, float) and isinstance(wetter, float)
    kept = 0.5 ** (18 / 2.6)
    assert dry == pytest.approx(180 * PPM + kept * (3000 - 180) * PPM)
    assert wetter - dry == pytest.approx(kept * 3000 * PPM)


def test_too_short_is_wet_and_too_hot_for_too_long_does_not_hold(oven: VacuumDrying) -> None:
    assert not dried(oven)[1].born
    assert dried(oven.model_copy(update={"time": 6 * HOUR}))[1].born == [Born(WET, whole=True)]
    hot, made = dried(oven.model_copy(update={"time": 48 * HOUR}), temperature=423.15)
    assert made.born == [Born(LOOSE, whole=True)]
    assert isinstance(hot.state["adhesion"], float) and hot.state["adhesion"] < 6


def test_a_coating_that_came_loose_before_is_not_born_again(oven: VacuumDrying) -> None:
    assert not dried(oven, adhesion=5.0)[1].born


def test_an_oven_of_which_no_more_is_known_leaves_the_water_it_is_said_to_leave(oven: VacuumDrying) -> None:
    plain = oven.model_copy(update={"heat": None})
    coil = Electrode("anode", 100.0, 0.3, 9.0, np.ones((8, 1), np.float32))
    made = plain.make([coil], Occasion(Luck(1, "oven"), 0))
    assert coil.state["water"] == pytest.approx(180 * PPM) and not made.born and not plain.explains
    assert Heat.model_fields


def lane(electrode: str, solids: float, water: float, porosity: float | np.ndarray) -> Electrode:
    web = Electrode(electrode, 120.0, 0.3, solids, np.ones((12, 1), np.float32))
    web.state |= {"water": water, "porosity": porosity}
    return web


def test_cells_get_the_porosity_of_their_own_piece_of_web() -> None:
    steps = np.repeat(np.float32([0.2, 0.3, 0.4]), 4)[:, None]
    state = carried(lane("cathode", 30.0, 0.0, steps), lane("anode", 15.0, 0.0, 0.25), 6)
    assert state["cathode_porosity"] == pytest.approx([0.2, 0.2, 0.3, 0.3, 0.4, 0.4])
    assert state["anode_porosity"] == pytest.approx([0.25] * 6)


def test_water_of_both_lanes_is_found_again_in_the_cells() -> None:
    cathode, anode = lane("cathode", 30.0, 150 * PPM, 0.3), lane("anode", 15.0, 300 * PPM, 0.3)
    moisture = carried(cathode, anode, 50)["moisture"]
    assert moisture.dtype == np.float32 and moisture.shape == (50,)
    per_cell = (30.0 + 15.0) / 50
    assert (moisture * per_cell).sum() == pytest.approx(30 * 150 * PPM + 15 * 300 * PPM, rel=1e-5)


def test_lanes_that_know_nothing_hand_on_nothing() -> None:
    bare = [Electrode(name, 120.0, 0.3, 30.0, np.ones((12, 1), np.float32)) for name in ("cathode", "anode")]
    assert carried(bare[0], bare[1], 6) == {}
