"""The planning model against enumeration of every plan, and what must hold between its answers."""

from __future__ import annotations

import dataclasses
import itertools
from typing import NamedTuple

import pytest

from optimize.model import build
from optimize.plan_data import PlanData
from optimize.solve import Solver, solve
from tests.optimize.conftest import four_random_stations

EXACT = Solver(gap=1e-9)


class Best(NamedTuple):
    """The best of all plans."""

    goal: float
    choice: dict[str, str]
    servers: dict[str, int]


def by_hand(data: PlanData, choice: dict[str, str], servers: dict[str, int]) -> dict[str, float] | None:
    """Evaluate one plan step by step; None when it breaks a limit. Shares no code with the model or its data."""

    def product(factor: object) -> float:
        value = factor.base  # type: ignore[attr-defined]
        for group, change in factor.change.items():  # type: ignore[attr-defined]
            value = value * change[choice[group]]
        return float(value)

    def total(what: str) -> float:
        found = data.standing.get({"owning": "cost"}.get(what, what), 0.0)
        for station, takes in data.per_server[what].items():
            each = takes.base + sum(added[choice[group]] for group, added in takes.added.items())
            found += each * servers[station]
        return found

    entering: dict[str, float] = {}
    for station in reversed(data.stations):
        leaving = entering[data.after[station]] if station in data.after else 1.0
        entering[station] = leaving / product(data.kept[station])
    able = min(servers[s] / (entering[s] * product(data.use[s])) for s in data.stations) * product(data.reach)
    good = able if data.demand is None else min(able, data.demand)
    if data.goal in ("cost", "energy") and able < (data.demand or 0.0) * (1 - 1e-9):
        return None
    each = {what: product(factor) for what, factor in data.per_cell.items()}
    cost = total("owning") + total("staffing") - data.standing.get("staffing", 0.0)
    cost += (each["material"] + each["energy"]) * good
    drawn = each["drawn"] * good + data.standing.get("drawn", 0.0)
    places = data.places.base + sum(added[choice[group]] for group, added in data.places.added.items())
    taken = {name: total(name) for name in ("capital", "floor", "people")}
    taken |= {"power": drawn / (365 * 86400), "escapes": each["escapes"], "places": places}
    for name, limit in data.limits.items():
        if each["first_pass"] < limit if name == "first_pass" else taken[name] > limit * (1 + 1e-9):
            return None
    # a plant that loses with every cell makes none
    profit = max(
        (each["revenue"] - each["returns"]) * good - cost, -(cost - (each["material"] + each["energy"]) * good)
    )
    return {"cost": cost, "energy": drawn, "output": good, "profit": profit}


def best_by_enumeration(data: PlanData) -> Best | None:
    """Try every combination of options and machine counts."""
    best: Best | None = None
    sign = -1 if data.goal in ("cost", "energy") else 1
    counts = [range(data.lowest[s], data.highest[s] + 1) for s in data.stations]
    for options in itertools.product(*data.options.values()):
        choice = dict(zip(data.options, options, strict=True))
        for machines in itertools.product(*counts):
            servers = dict(zip(data.stations, machines, strict=True))
            found = by_hand(data, choice, servers)
            if found is not None and (best is None or sign * found[data.goal] > sign * best.goal):
                best = Best(found[data.goal], choice, servers)
    return best


@pytest.mark.parametrize("goal", ["cost", "profit", "output", "energy"])
@pytest.mark.parametrize("seed", range(6))
def test_the_plan_is_the_best_of_all_plans(goal: str, seed: int) -> None:
    data = four_random_stations(seed, goal)
    expected, solution = best_by_enumeration(data), solve(data, EXACT)
    if expected is None:
        assert solution.status == "infeasible"
    else:
        assert solution.status == "optimal"
        # what is left of a dollar a year for each machine, and the solver's tolerance
        assert solution.objective == pytest.approx(expected.goal, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "tight"), [("capital", 0.75), ("escapes", 0.95), ("first_pass", 1.03), ("people", 0.8)]
)
def test_under_a_limit_the_plan_is_the_best_of_those_that_keep_it(name: str, tight: float) -> None:
    differed = 0
    for seed in range(6):
        free = solve(four_random_stations(seed, "profit"), EXACT)
        data = four_random_stations(seed, "profit")
        limit = tight * data.measures(free.choice, free.servers, free.good)[name]
        limited = dataclasses.replace(data, limits={name: limit})
        expected, solution = best_by_enumeration(limited), solve(limited, EXACT)
        if expected is None:
            assert solution.status == "infeasible"
            continue
        assert solution.objective == pytest.approx(expected.goal, rel=1e-6, abs=1.0)
        differed += free.objective is not None and solution.objective < free.objective - 1.0
    assert differed > 0, "no limit was felt, so the test cannot fail"


def test_the_random_plants_hold_both_answers(merging_plant: PlanData) -> None:
    # keeps the tests above from passing on infeasible plants only
    small, large = (dataclasses.replace(merging_plant, demand=demand) for demand in (1e5, 1e8))
    assert best_by_enumeration(small) is not None
    assert best_by_enumeration(large) is None
    assert solve(large).status == "infeasible"
    assert not solve(large).found


def test_data_and_hand_say_the_same_of_a_plan(merging_plant: PlanData) -> None:
    choice, servers = {"speed": "fast", "tests": "with"}, dict.fromkeys(merging_plant.stations, 6)
    for goal in ("cost", "profit", "output", "energy"):
        data = dataclasses.replace(merging_plant, goal=goal)
        found = by_hand(data, choice, servers)
        good = min(data.demand or 0.0, data.output(choice, servers))
        assert found is not None
        assert data.goal_at(choice, servers, good) == pytest.approx(found[goal])


def test_no_plan_makes_more_than_the_bound_on_all_plans(random_plant: PlanData) -> None:
    most = random_plant.most_output()
    for options in itertools.product(*random_plant.options.values()):
        choice = dict(zip(random_plant.options, options, strict=True))
        assert random_plant.output(choice, random_plant.highest) <= most * (1 + 1e-12)


def test_the_plan_can_make_the_demand_and_not_with_one_machine_less(merging_plant: PlanData) -> None:
    solution = solve(merging_plant, EXACT)
    assert merging_plant.output(*solution.plan) >= merging_plant.demand * (1 - 1e-9)
    for station, servers in solution.servers.items():
        if servers > merging_plant.lowest[station]:
            fewer = {**solution.servers, station: servers - 1}
            assert merging_plant.output(solution.choice, fewer) < merging_plant.demand


def test_tests_are_bought_when_escapes_are_limited_and_not_before(merging_plant: PlanData) -> None:
    strict = dataclasses.replace(merging_plant, limits={"escapes": 5e-4})
    assert solve(merging_plant).choice["tests"] == "without"
    assert solve(strict).choice["tests"] == "with"


def test_cheap_material_favours_fast_coating_and_dear_material_slow_coating(merging_plant: PlanData) -> None:
    speeds = []
    for price in (0.0, 4.0):
        material = dataclasses.replace(merging_plant.per_cell["material"], base=45.0 * price)
        data = dataclasses.replace(merging_plant, per_cell={**merging_plant.per_cell, "material": material})
        speeds.append(solve(data, EXACT).choice["speed"])
    assert speeds == ["fast", "slow"]


def test_machines_that_cost_nothing_are_not_piled_up(merging_plant: PlanData) -> None:
    free = {
        what: {**by, "stacking": dataclasses.replace(by["stacking"], base=0.0)}
        for what, by in merging_plant.per_server.items()
    }
    data = dataclasses.replace(merging_plant, per_server=free)
    for goal in ("cost", "profit", "output", "energy"):
        solution = solve(dataclasses.replace(data, goal=goal), EXACT)
        fewer = {**solution.servers, "stacking": solution.servers["stacking"] - 1}
        assert data.output(solution.choice, fewer) < solution.good


def test_a_forbidden_plan_is_not_found_again_and_the_next_best_is(random_plant: PlanData) -> None:
    first = solve(random_plant, EXACT)
    if not first.found:
        pytest.skip("nothing is feasible here")
    second = solve(random_plant, EXACT, [first.plan])
    assert second.plan != first.plan
    assert second.objective is None or second.objective >= first.objective * (1 - 1e-9)
    lean = solve(random_plant, EXACT, [first.plan], only_more=True)
    same = lean.choice == first.choice
    assert not lean.found or not (same and all(lean.servers[s] >= n for s, n in first.servers.items()))


def test_a_time_limit_is_told_and_a_solver_that_is_not_there_too(merging_plant: PlanData) -> None:
    from optimize.solve import check_solver
    from twin import InputError

    assert solve(merging_plant, Solver(time_limit=0.0)).status in ("time limit", "optimal")
    with pytest.raises(InputError, match=r"--solver nosuch: Pyomo does not find it; expected 'highs'"):
        check_solver(Solver("nosuch"))


def test_every_component_says_what_it_is_and_in_which_unit(merging_plant: PlanData) -> None:
    import pyomo.environ as pyo

    for kind in (pyo.Var, pyo.Constraint, pyo.Expression, pyo.Objective):
        for component in build(
            merging_plant, [({"speed": "slow", "tests": "with"}, merging_plant.highest)]
        ).component_objects(kind):
            assert component.doc and component.doc.endswith("]"), component.name
