"""Small planning questions with invented numbers, for tests only."""

from __future__ import annotations

import random

import pytest

from optimize.plan_data import PlanData


@pytest.fixture(name="merging_plant")
def _merging_plant() -> PlanData:
    return two_coaters_one_stacker()


def two_coaters_one_stacker() -> PlanData:
    """Cathode and anode meet at a stacker; the cathode may be coated slowly and well, or fast."""
    stations = ("cathode_coating", "anode_coating", "stacking")
    recipes = ("slow", "fast")
    rate = {(s, r): 100.0 for s in stations for r in recipes}
    rate |= {("cathode_coating", "slow"): 60.0, ("cathode_coating", "fast"): 90.0, ("stacking", "fast"): 35.0}
    rate |= {("stacking", "slow"): 35.0}
    kept = {(s, r): 0.96 for s in stations for r in recipes} | {("cathode_coating", "fast"): 0.90}
    return PlanData(
        demand=1.0e6,
        stations=stations,
        after={"cathode_coating": "stacking", "anode_coating": "stacking"},
        recipes=recipes,
        lowest=dict.fromkeys(stations, 1),
        highest=dict.fromkeys(stations, 8),
        hours=dict.fromkeys(stations, 8000.0),
        rate=rate,
        kept=kept,
        capital={"cathode_coating": 1.2e6, "anode_coating": 1.0e6, "stacking": 3.0e5},
        labour=dict.fromkeys(stations, 1.0e5),
        energy={"cathode_coating": 0.4, "anode_coating": 0.3, "stacking": 0.1},
        material={"cathode_coating": 20.0, "anode_coating": 10.0, "stacking": 15.0},
        returned={"cathode_coating": 2.0, "anode_coating": 1.0, "stacking": 4.5},
        standing=5.0e5,
        derate=0.95,
    )


@pytest.fixture(name="random_plant", params=range(12))
def _random_plant(request: pytest.FixtureRequest) -> PlanData:
    return four_random_stations(request.param)


def four_random_stations(seed: int) -> PlanData:
    """Return a plant of four stations, two of which feed the third, with two recipes."""
    luck = random.Random(seed)
    stations, recipes = ("a", "b", "c", "d"), ("x", "y")
    pairs = [(s, r) for s in stations for r in recipes]
    return PlanData(
        demand=luck.uniform(2e5, 9e5),
        stations=stations,
        after={"a": "c", "b": "c", "c": "d"},
        recipes=recipes,
        lowest=dict.fromkeys(stations, 1),
        highest={s: luck.randint(3, 6) for s in stations},
        hours={s: luck.uniform(5000.0, 8760.0) for s in stations},
        rate={pair: luck.uniform(30.0, 80.0) for pair in pairs},
        kept={pair: luck.uniform(0.80, 1.0) for pair in pairs},
        capital={s: luck.uniform(1e5, 2e6) for s in stations},
        labour={s: luck.uniform(0.0, 3e5) for s in stations},
        energy={s: luck.uniform(0.0, 1.0) for s in stations},
        material={s: luck.uniform(0.0, 20.0) for s in stations},
        returned={s: luck.uniform(0.0, 5.0) for s in stations},
        derate=luck.uniform(0.7, 1.0),
    )
