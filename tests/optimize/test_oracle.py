"""The planning model against answers worked out without it: every plan tried, and a dynamic programme.

Plants are drawn with the seeds named; money, yields and machines are invented.
"""

from __future__ import annotations

import pytest
from planning_plants import large_plant, random_plant, serial_plant
from theory.every_plan import Best, best_of_a_large_plant, best_plan, best_plans, every_plan, worth
from theory.label_setting import least_cost

from optimize.solve import Solver, solve

SEEDS = range(48)
EXACT = Solver(gap=1e-9)
# what a solver may be wrong by in a row, on numbers of a million
CLOSE = 1e-5


@pytest.fixture(name="answers", scope="module")
def _answers() -> list[Best | None]:
    return [best_plan(random_plant(seed)) for seed in SEEDS]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_of_all_is_better_than_the_models(seed: int, answers: list[Best | None]) -> None:
    data, expected = random_plant(seed), answers[seed]
    found = solve(data, EXACT)
    if expected is None:
        assert found.status == "infeasible"
        assert not found.found
        return
    assert found.status == "optimal"
    assert found.objective == pytest.approx(expected.goal, rel=CLOSE)
    # and the plan that it names is worth what it says, without the model's own arithmetic
    assert worth(data, found.choice, found.servers) == pytest.approx(expected.goal, rel=CLOSE)


@pytest.mark.parametrize("seed", range(12))
def test_plans_that_are_not_wanted_again_leave_the_next_best(seed: int) -> None:
    data = random_plant(seed)
    tried = []
    for expected in best_plans(data, 4):
        found = solve(data, EXACT, tried)
        assert found.objective == pytest.approx(expected.goal, rel=CLOSE)
        assert worth(data, found.choice, found.servers) == pytest.approx(expected.goal, rel=CLOSE)
        assert found.plan not in tried
        tried.append(found.plan)


@pytest.mark.parametrize("seed", range(12))
def test_plans_that_only_add_machines_to_a_tried_one_can_be_left_out_too(seed: int) -> None:
    data = random_plant(seed)
    first = solve(data, EXACT)
    if not first.found:
        return
    others = [
        plan
        for plan in every_plan(data)
        if plan.choice != first.choice or any(plan.servers[s] < first.servers[s] for s in data.stations)
    ]
    pick = min if data.goal in ("cost", "energy") else max
    found = solve(data, EXACT, [first.plan], only_more=True)
    if not others:
        assert found.status == "infeasible"
    else:
        assert found.objective == pytest.approx(pick(plan.goal for plan in others), rel=CLOSE)


@pytest.mark.parametrize("seed", range(8))
def test_no_plan_of_a_plant_of_real_size_is_better_than_the_models(seed: int) -> None:
    # 20 stations, five knobs that each change a little of everything, and numbers as large as those of a plant
    data = large_plant(seed)
    expected, found = best_of_a_large_plant(data), solve(data, Solver(gap=1e-4))
    assert expected is not None
    assert found.status == "optimal"
    assert found.objective == pytest.approx(expected.goal, rel=2e-4)
    assert worth(data, found.choice, found.servers) is not None


@pytest.mark.parametrize(("seed", "stations", "recipes"), [(0, 8, 3), (1, 8, 4), (2, 12, 4), (3, 20, 3)])
def test_a_long_line_costs_what_the_dynamic_programme_says(seed: int, stations: int, recipes: int) -> None:
    # 20 stations with 3 recipes and up to 8 machines each: 10 to the 27th plans
    data = serial_plant(seed, stations, recipes)
    found = solve(data, EXACT)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(least_cost(data), rel=CLOSE)
