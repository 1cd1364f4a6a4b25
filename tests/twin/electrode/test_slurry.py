"""Slurry: rheology against suspension theory, batches against their window."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import pytest
from cell_lines import MIXING, cell_line
from electrode_route import declared
from generic_lines import binomial_band

from twin.electrode.mixing import (
    Mixing,
    Rheology,
    agglomerates,
    krieger_dougherty,
    slurry_density,
    solid_density,
    volume_fraction,
)
from twin.material import Slurry
from twin.occasion import Made, Occasion
from twin.problems import InputError
from twin.randomness import Luck

NMP, NMC = 1030.0, 4700.0


@pytest.fixture(name="mixer")
def _mixer() -> Mixing:
    step = declared("nmc811_pouch_10gwh").stations["cathode_mixing"].step
    assert isinstance(step, Mixing)
    return step


def rheology(mixer: Mixing, **changes: float) -> Mixing:
    """Return a mixer whose slurry is otherwise."""
    assert mixer.rheology is not None
    return mixer.model_copy(update={"rheology": mixer.rheology.model_copy(update=changes)})


def mixed(mixer: Mixing, lot: int, luck: Luck) -> tuple[Slurry, Made]:
    made = mixer.make([], Occasion(luck, lot))
    (slurry,) = made.outputs
    assert isinstance(slurry, Slurry)
    return slurry, made


@pytest.mark.parametrize("packing", [0.58, 0.62, 0.68])
def test_a_thin_suspension_follows_einstein(packing: float) -> None:
    # Einstein 1906: eta = eta_b (1 + 2.5 phi), exact to first order for spheres
    assert krieger_dougherty(0.0, 0.25, packing, 2.5) == 0.25
    slope = (krieger_dougherty(1e-6, 0.25, packing, 2.5) / 0.25 - 1) / 1e-6
    assert slope == pytest.approx(2.5, rel=1e-4)


def test_viscosity_grows_without_end_towards_the_densest_packing() -> None:
    steps = [krieger_dougherty(0.62 - gap, 1.0, 0.62, 2.5) for gap in (0.1, 0.01, 0.001)]
    assert [b / a for a, b in pairwise(steps)] == pytest.approx([10**1.55] * 2, rel=1e-9)


def test_seven_kilos_of_powder_and_three_of_solvent_weigh_ten_and_take_up_their_volumes() -> None:
    litres = 7 / NMC + 3 / NMP
    assert slurry_density(0.7, NMC, NMP) == pytest.approx(10 / litres)
    assert volume_fraction(0.7, NMC, NMP) == pytest.approx(7 / NMC / litres)
    assert solid_density(10 / litres, 0.7, NMP) == pytest.approx(NMC)


def test_every_dispersing_energy_more_leaves_one_in_e_of_the_agglomerates() -> None:
    assert agglomerates(0.0, 12.0, 40.0) == 40.0
    assert agglomerates(36.0, 12.0, 40.0) == pytest.approx(40 / math.e**3)


def test_a_batch_without_spread_is_the_recipe(mixer: Mixing) -> None:
    exact = rheology(mixer, solids_sd=0, viscosity_sd=0, temperature_sd=0, power_sd=0)
    exact = exact.model_copy(update={"offset_sd": 0.0})
    slurry, made = mixed(exact, 0, Luck(1, "mixer"))
    assert slurry.offset == pytest.approx(0, abs=1e-12) and not made.born
    assert slurry.state["solids_fraction"] == mixer.solids
    assert slurry.state["density"] == pytest.approx(mixer.density)
    # a filled solvent of 0.25 Pa s with a third of its volume powder: (1 - 0.33/0.62)^-1.55 is about 3.3
    assert slurry.state["viscosity"] == pytest.approx(0.81, rel=0.01)


def test_a_drier_batch_gives_more_loading_by_the_dry_matter_in_a_litre(mixer: Mixing) -> None:
    only_solids = rheology(mixer, viscosity_sd=0, temperature_sd=0).model_copy(update={"offset_sd": 0.0})
    luck = Luck(1, "mixer")
    for lot in range(20):
        slurry, _ = mixed(only_solids, lot, luck)
        litre = slurry.state["density"] * slurry.state["solids_fraction"] / (mixer.density * mixer.solids)
        assert slurry.offset == pytest.approx(litre - 1, rel=1e-9)
        # the drier batch is also the thicker one
        assert (slurry.offset > 0) == (slurry.state["viscosity"] > 0.8122)


def test_shorter_mixing_leaves_more_agglomerates_and_the_same_viscosity(mixer: Mixing) -> None:
    assert mixer.rheology is not None
    short = mixer.model_copy(update={"time": mixer.time / 2})
    now, before = (mixed(one, 5, Luck(3, "mixer"))[0].state for one in (short, mixer))
    assert now["viscosity"] == before["viscosity"]
    saved = mixer.rheology.power * mixer.time / 2 / mixer.rheology.dispersing_energy
    gained = math.log(now["agglomerates"] / before["agglomerates"])
    # the power of this batch is a little off, by some 10 %
    assert gained == pytest.approx(saved, rel=0.4)


def test_batches_leave_the_window_as_often_as_the_lognormal_law_says(mixer: Mixing) -> None:
    only_viscosity = rheology(mixer, solids_sd=0, temperature_sd=0, viscosity_sd=0.05, viscosity_limit=0.1)
    law, batches = NormalDist(0, 0.05), 8000
    expected = 1 - law.cdf(math.log(1.1)) + law.cdf(math.log(0.9))
    luck = Luck(7, "mixer")
    failed = sum(bool(mixed(only_viscosity, lot, luck)[1].born) for lot in range(batches))
    low, high = binomial_band(batches, expected)
    assert low <= failed <= high


def test_a_mixer_that_says_nothing_of_its_slurry_explains_no_defects(mixer: Mixing) -> None:
    assert mixer.explains == {"slurry_out_of_spec_viscosity_or_solids"}
    silent = mixer.model_copy(update={"rheology": None})
    assert not silent.explains and not mixed(silent, 0, Luck(1, "mixer"))[0].state


def test_a_coater_that_computes_its_film_needs_a_slurry_that_can_be_computed() -> None:
    dryer = (
        "{length: 20 m, temperature: 110 degC, temperature_sd: 1 K, rate: 2.2 g/(m^2*s), rate_temperature: 110 degC, "
        "sensitivity: 0.028 1/K, falling: 0.15, residual_limit: 0.003, adhesion: 20 N/m, adhesion_sd: 0.1, "
        "adhesion_limit: 6 N/m, migration_rate: 2 g/(m^2*s), migration_loading: 200 g/m^2, "
        "crack_loading: 320 g/m^2, crack_spread: 0.04, crack_power: 0.25, "
        "ambient: 20 degC, energy_temperature: 110 degC}"
    )
    coater = (
        "{servers: 1, step: {kind: coating, electrode: cathode, speed: 40 m/min, width: 0.6 m, lanes: 2, "
        "slurry_loss: 0.01, splice: 4 m, start_stop: 5 m, roll_change: 5 min, roll_sd: 0.004, lane_sd: 0.003, "
        f"web_sd: 0.005, dryer: {dryer}}}}}"
    )
    with pytest.raises(InputError, match="'cathode_coating' has a dryer; declare the slurry's 'rheology'"):
        cell_line({"cathode_coating": coater}, [])
    assert "rheology" not in MIXING and Rheology.model_fields
