"""Small planning questions with invented numbers, for tests only."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from optimize.effects import Factor, Sum
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_dues import Dues
from optimize.growth.expansion_outlook import Deadline, Outlook
from optimize.growth.expansion_terms import OperatingPoint, Purse, Risk
from optimize.plan_data import PER_CELL, PER_SERVER, PlanData


@pytest.fixture(name="merging_plant")
def _merging_plant() -> PlanData:
    return two_coaters_one_stacker()


def two_coaters_one_stacker() -> PlanData:
    """Cathode and anode meet at a stacker; the cathode may be coated slowly or fast, and tested or not.

    Fast coating is worse and tests find it: what they cut out is lost, what they leave in escapes. A tester needs a
    buffer of its own. There is a limit of every kind, none of them tight.
    """
    stations = ("cathode_coating", "anode_coating", "stacking")
    speed, tests = {"slow": 1.0, "fast": 0.94}, {"without": 1.0, "with": 0.98}
    return PlanData(
        goal="cost",
        demand=1.0e6,
        stations=stations,
        after={"cathode_coating": "stacking", "anode_coating": "stacking"},
        options={"speed": ("slow", "fast"), "tests": ("without", "with")},
        lowest=dict.fromkeys(stations, 1),
        highest=dict.fromkeys(stations, 8),
        kept={
            "cathode_coating": Factor(0.96, {"speed": speed, "tests": tests}),
            "anode_coating": Factor(0.96),
            "stacking": Factor(0.96, {"tests": {"without": 1.0, "with": 0.99}}),
        },
        use={
            "cathode_coating": Factor(1 / (60.0 * 8000), {"speed": {"slow": 1.0, "fast": 0.6}}),
            "anode_coating": Factor(1 / (100.0 * 8000)),
            "stacking": Factor(1 / (35.0 * 8000), {"tests": {"without": 1.0, "with": 1.1}}),
        },
        reach=Factor(0.95, {"tests": {"without": 1.0, "with": 1.01}}),
        per_cell={
            "material": Factor(45.0, {"speed": {"slow": 1.0, "fast": 1.03}, "tests": {"without": 1.0, "with": 1.02}}),
            "energy": Factor(0.8),
            "drawn": Factor(2.0e7, {"speed": {"slow": 1.0, "fast": 1.05}}),
            "revenue": Factor(60.0),
            "returns": Factor(0.5, {"tests": {"without": 1.0, "with": 0.1}}),
            "escapes": Factor(1e-3, {"speed": {"slow": 1.0, "fast": 2.5}, "tests": {"without": 1.0, "with": 0.1}}),
            "first_pass": Factor(0.93, {"speed": {"slow": 1.0, "fast": 0.95}}),
        },
        per_server={
            "owning": {
                "cathode_coating": Sum(1.2e6, {"tests": {"without": 0.0, "with": 1.5e5}}),
                "anode_coating": Sum(1.0e6),
                "stacking": Sum(3.0e5),
            },
            "staffing": dict.fromkeys(stations, Sum(1.0e5)),
            "capital": dict.fromkeys(stations, Sum(5.0e6)),
            "floor": dict.fromkeys(stations, Sum(400.0)),
            "people": dict.fromkeys(stations, Sum(6000.0)),
        },
        standing={"cost": 5.0e5, "capital": 1.0e7, "floor": 1.0e3, "people": 2.0e4, "drawn": 3.0e12},
        places=Sum(0.0, {"tests": {"without": 0.0, "with": 4.0}}),
        limits={
            "capital": 2e8,
            "floor": 2e4,
            "people": 3e5,
            "power": 1e7,
            "escapes": 0.01,
            "first_pass": 0.5,
            "places": 10.0,
        },
    )


def two_lines_two_futures() -> ExpansionData:
    """Three quarters, two lines run by few or many engineers, two futures, one of them poor."""
    ripe = np.array([[1.0, 2.0, 2.5], [1.5, 2.5, 2.5]])
    options = {
        name: OperatingPoint(
            good=ripe * kept,
            variable=np.array([[90.0, 130.0, 140.0], [100.0, 135.0, 140.0]]),
            capital=np.array([120.0, 100.0]),
            starts=((1, 2), (1, 2)),
            payments=(0.6, 0.3, 0.1),
            lead=1,
            fixed=np.full(3, people),
            staff=np.full((2, 3), 5.0),
            subsidy=np.array([[0.0, 12.0, 0.0], [0.0, 12.0, 0.0]]),
        )
        for name, kept, people in (("few engineers", 0.8, 2.0), ("many engineers", 0.9, 6.0))
    }
    return ExpansionData(
        quarters=3,
        options=options,
        outlook=Outlook(
            price=np.array([[[95.0, 92.0, 90.0], [80.0, 75.0, 70.0]], [[85.0, 82.0, 80.0], [85.0, 80.0, 75.0]]]),
            demand=np.array([[[3.0, 3.0, 3.0], [0.5, 0.6, 0.7]], [[3.0, 3.0, 3.0], [0.5, 0.6, 0.7]]]),
            penalty=np.array([[[5.0, 5.0, 5.0], [5.0, 5.0, 5.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]),
            probability=np.array([0.7, 0.3]),
            deadlines=(Deadline(1, 0.5, 2), None),
            material=np.array([[1.0, 1.0, 1.0], [1.1, 1.1, 1.1]]),
            capital=np.array([1.0, 1.25]),
        ),
        purse=Purse(
            cash=100.0,
            funds=np.array([0.0, 40.0, 0.0]),
            debt_limit=np.array([50.0, 60.0, 60.0]),
            interest=np.full(3, 0.02),
            discount=0.025,
            salvage=np.array([0.9, 0.8, 0.7]),
        ),
        risk=Risk(insolvency=0.3, floor=-100.0, tail=0.3),
        most_lines=2,
        least_lines=1,
        gap=1,
        spared=30.0,
        dues=Dues(0.25, 8.0, 0.1, 0.5, 0.4, 0.5, 1.0),
    )


@pytest.fixture(name="random_plant", params=range(16))
def _random_plant(request: pytest.FixtureRequest) -> PlanData:
    return four_random_stations(request.param)


def four_random_stations(seed: int, goal: str = "cost", **changes: Any) -> PlanData:
    """Return a plant of four stations, two of which feed the third, with two groups of options.

    Args:
        seed: of all numbers.
        goal: what is wanted.
        changes: fields that are given instead.
    """
    luck = random.Random(seed)
    stations = ("a", "b", "c", "d")
    options = {"recipe": ("x", "y", "z"), "tests": ("off", "on")}

    def by_option(low: float, high: float) -> dict[str, dict[str, float]]:
        chosen = {group: names for group, names in options.items() if luck.random() < 0.6}
        return {group: {name: luck.uniform(low, high) for name in names} for group, names in chosen.items()}

    def per_server(size: float) -> Mapping[str, Sum]:
        return {s: Sum(luck.uniform(0.1, 1.0) * size, by_option(0.0, 0.1 * size)) for s in stations}

    sizes = dict(zip(PER_CELL, (20.0, 1.0, 1e7, 40.0, 0.5, 1e-3, 0.92), strict=True))
    found: dict[str, Any] = {
        "goal": goal,
        "demand": luck.uniform(2e5, 9e5),
        "stations": stations,
        "after": {"a": "c", "b": "c", "c": "d"},
        "options": options,
        "lowest": dict.fromkeys(stations, 1),
        "highest": {s: luck.randint(3, 5) for s in stations},
        "kept": {s: Factor(luck.uniform(0.9, 1.0), by_option(0.93, 1.0)) for s in stations},
        "use": {s: Factor(1 / luck.uniform(2e5, 5e5), by_option(0.8, 1.25)) for s in stations},
        "reach": Factor(luck.uniform(0.8, 0.95), by_option(0.97, 1.03)),
        "per_cell": {what: Factor(size, by_option(0.9, 1.1)) for what, size in sizes.items()},
        "per_server": dict(zip(PER_SERVER, map(per_server, (2e6, 3e5, 1e7, 500.0, 8000.0)), strict=True)),
        "standing": {"cost": 1e6, "capital": 1e7},
    }
    return PlanData(**{**found, **changes})
