"""Slitting: burrs of knives that wear."""

from __future__ import annotations

import numpy as np
import pytest
from electrode_route import declared, run_route
from generic_lines import binomial_band

from twin import turn
from twin.electrode.slitting import BURR, Slitting, particles_of, share_above, worn_burr
from twin.material import Electrode
from twin.occasion import Made, Occasion
from twin.randomness import Luck

KM, UM = 1000.0, 1e-6


@pytest.fixture(name="slitter")
def _slitter() -> Slitting:
    step = declared("lfp_prismatic_16gwh").stations["cathode_slitting"].step
    assert isinstance(step, Slitting)
    return step


def slit(slitter: Slitting, lot: int, use: float, luck: Luck) -> Made:
    roll = Electrode("cathode", 3000.0, 1.3, 900.0, np.ones((64, 4), np.float32))
    return slitter.make([roll], Occasion(luck, lot, use=use))


def test_burrs_grow_with_the_web_that_was_cut() -> None:
    assert worn_burr(6 * UM, 0.0, 120 * KM, 1.2) == 6 * UM
    assert worn_burr(6 * UM, 120 * KM, 120 * KM, 1.0) == pytest.approx(12 * UM)
    assert worn_burr(6 * UM, 120 * KM, 120 * KM, 1.2) == pytest.approx(6 * UM * 2**1.2)


def test_the_share_above_a_limit_is_that_of_drawn_lognormal_burrs() -> None:
    drawn = np.exp(np.random.default_rng(3).normal(np.log(5.0) - 0.25**2 / 2, 0.25, 400_000))
    assert drawn.mean() == pytest.approx(5.0, rel=1e-3)
    for limit in (5.0, 8.0):
        low, high = binomial_band(len(drawn), share_above(limit, 5.0, 0.25))
        assert low <= np.count_nonzero(drawn > limit) <= high


def test_particles_grow_faster_than_the_burr() -> None:
    assert particles_of(2.0, 4 * UM, 2 * UM) == pytest.approx(2 * 2**1.5)


def test_each_lane_has_its_burrs_as_often_as_its_two_edges_say(slitter: Slitting) -> None:
    assert slitter.knives is not None
    luck, count, use = Luck(5, "slitter"), 0, 78 * KM
    for lot in range(400):
        made = slit(slitter, lot, use, luck)
        for born in made.born:
            assert born.mode == BURR
            assert all(mark[2] == born.output and 0 <= mark[0] < 2995 for mark in born.marks)
            count += len(born.marks)
    mean = slitter.knives.mean_burr(use + 2995 / 2)
    edges = 400 * 2995 * 4 * 2
    low, high = binomial_band(edges, slitter.knives.over_limit(mean))
    assert low <= count <= high


def test_lanes_know_the_mean_burr_of_their_knives(slitter: Slitting) -> None:
    sharp, worn = (slit(slitter, 0, use, Luck(1, "slitter")).outputs[0] for use in (0.0, 80 * KM))
    assert isinstance(sharp, Electrode) and isinstance(worn, Electrode)
    assert 2 * UM < sharp.state["burr"] < 2.05 * UM
    assert worn.state["burr"] > 3.6 * UM


def test_knives_changed_late_cut_more_burrs() -> None:
    plant = declared("lfp_prismatic_16gwh")
    found = []
    for life in ("30 km", "80 km", "160 km"):
        route = run_route(turn(plant, {"cathode_slitting.knife_life": life}), "cathode", 400)
        found.append(route.places["slitting", BURR])
    assert found[0] < found[1] / 5 and found[1] < found[2] / 5
