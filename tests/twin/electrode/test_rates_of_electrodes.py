"""How often the electrodes of mature plants are flawed comes out of the physics, within the bands of the reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from electrode_route import Route, declared, run_route
from generic_lines import interval
from ruamel.yaml import YAML

MATURE = ["lfp_prismatic_16gwh", "nmc811_pouch_10gwh", "cyl_4680_10gwh", "cyl_21700_5gwh"]
WEBS = [(plant, electrode) for plant in MATURE for electrode in ("cathode", "anode")]
REPLICATIONS, BATCHES = 10, 150
REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "defects.yaml"

Counted = Callable[[Route, Any], float]


def of_lots(mode: str, *kinds: str) -> Counted:
    """Return how to count lots that have a mode as a whole."""
    return lambda route, _: sum(route.whole[kind, mode] / route.lots[kind] for kind in kinds)


def of_web(mode: str, kind: str) -> Counted:
    """Return how to count the share of the web that a mode spoils."""
    return lambda route, _: route.spoiled[kind, mode] / route.web[kind]


def of_area(mode: str, kind: str) -> Counted:
    """Return how to count flaws on 1000 m^2 of web."""
    return lambda route, coater: 1000 * route.places[kind, mode] / (route.web[kind] * coater.width / coater.lanes)


COUNTED: dict[str, Counted] = {
    "slurry_out_of_spec_viscosity_or_solids": of_lots("slurry_out_of_spec_viscosity_or_solids", "mixing"),
    "agglomerates": of_area("agglomerates", "coating"),
    "air_bubbles_pinholes": of_area("air_bubbles_pinholes", "coating"),
    # metres with a streak on a kilometre of web, whichever lane it lies in
    "line_defects_streaks": lambda route, coater: (
        1000 * coater.lanes * of_web("line_defects_streaks", "coating")(route, coater)
    ),
    "delamination_poor_adhesion_binder_migration": of_lots(
        "delamination_poor_adhesion_binder_migration", "coating", "drying"
    ),
    "residual_solvent_or_moisture_high": of_lots("residual_solvent_or_moisture_high", "coating", "drying"),
    "calender_thickness_or_density_error": of_web("calender_thickness_or_density_error", "calendering"),
    "electrode_corrugation_edge_wave_calender": of_web("electrode_corrugation_edge_wave_calender", "calendering"),
    # on a kilometre of edge; a lane has two
    "slitting_burr_over_limit": lambda route, _: (
        500 * route.places["slitting", "slitting_burr_over_limit"] / route.web["slitting"]
    ),
}


@cache
def band(mode: str) -> tuple[float, float]:
    if not REFERENCE.is_file():
        pytest.skip("the reference data are not here")
    rate = YAML(typ="safe").load(REFERENCE)["defects"][mode]["typical_rate"]
    return rate["low"], rate["high"]


@cache
def rates(plant: str, electrode: str) -> dict[str, list[float]]:
    """Return the rate of each mode in each replication; no two plants share their luck."""
    line = declared(plant)
    coater = line.stations[f"{electrode}_coating"].step
    first = 1 + REPLICATIONS * WEBS.index((plant, electrode))
    routes = [run_route(line, electrode, BATCHES, first + more) for more in range(REPLICATIONS)]
    return {mode: [count(route, coater) for route in routes] for mode, count in COUNTED.items()}


@pytest.mark.parametrize("mode", COUNTED)
def test_over_all_mature_plants_a_mode_is_as_frequent_as_in_the_reference(mode: str) -> None:
    low, high = band(mode)
    # of each replication, the mean over plants and electrodes
    samples = np.mean([rates(*web)[mode] for web in WEBS], axis=0)
    least, most = interval(list(samples), 0.99)
    assert low < least and most < high, f"{least:.3g} to {most:.3g} with 99 % confidence"


@pytest.mark.parametrize(("plant", "electrode"), WEBS)
def test_no_mature_plant_is_out_of_the_band_of_any_mode(plant: str, electrode: str) -> None:
    for mode, samples in rates(plant, electrode).items():
        low, high = band(mode)
        least, most = interval(samples)
        assert least < high and most > low, f"{mode}: {least:.3g} to {most:.3g} with 99.9 % confidence"


def test_every_mode_that_is_counted_here_is_computed() -> None:
    kinds = {"mixing", "coating", "calendering", "slitting", "vacuum_drying"}
    for plant in MATURE:
        steps = [station.step for station in declared(plant).stations.values() if station.step.kind in kinds]
        assert set(COUNTED) <= set().union(*(step.explains for step in steps))
