"""The planning model against enumeration of every plan, and against its golden LP file."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from pathlib import Path

import pytest

from optimize.model import build
from optimize.plan_data import PlanData
from optimize.solve import solve

GOLDEN = Path(__file__).parent / "golden" / "plan.lp"


def cheapest_by_enumeration(data: PlanData) -> float | None:
    """Try every recipe with every machine count; return the least cost [USD/yr], None when nothing is enough."""
    best = None
    counts = [range(data.lowest[s], data.highest[s] + 1) for s in data.stations]
    for recipe in data.recipes:
        entering: dict[str, float] = {}
        for s in reversed(data.stations):
            leaving = entering[data.after[s]] if s in data.after else data.demand
            entering[s] = leaving / data.kept[s, recipe]
        running = data.standing + sum(entering[s] * (data.energy[s] + data.material[s]) for s in data.stations)
        running -= sum(entering[s] * (1 - data.kept[s, recipe]) * data.returned[s] for s in data.stations)
        for machines in itertools.product(*counts):
            enough = all(
                entering[s] / data.rate[s, recipe] <= data.derate * data.hours[s] * n
                for s, n in zip(data.stations, machines, strict=True)
            )
            owning = sum(n * (data.capital[s] + data.labour[s]) for s, n in zip(data.stations, machines, strict=True))
            if enough and (best is None or running + owning < best):
                best = running + owning
    return best


def test_the_plan_is_the_cheapest_of_all_plans(random_plant: PlanData) -> None:
    expected = cheapest_by_enumeration(random_plant)
    solution = solve(random_plant)
    if expected is None:
        assert solution.status == "infeasible"
    else:
        assert solution.status == "optimal"
        assert solution.objective == pytest.approx(expected, rel=1e-6)


def test_the_random_plants_hold_both_answers(merging_plant: PlanData) -> None:
    # keeps the test above from passing on infeasible plants only
    small, large = (dataclasses.replace(merging_plant, demand=demand) for demand in (1e5, 1e8))
    assert cheapest_by_enumeration(small) is not None
    assert cheapest_by_enumeration(large) is None
    assert solve(large).status == "infeasible"
    assert solve(large).objective is None


def test_costs_by_kind_add_up_to_the_objective(merging_plant: PlanData) -> None:
    solution = solve(merging_plant)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective)


def test_the_plan_can_make_the_demand_and_not_with_one_machine_less(merging_plant: PlanData) -> None:
    solution = solve(merging_plant)
    assert merging_plant.output(solution.recipe, solution.servers) >= merging_plant.demand
    for station, servers in solution.servers.items():
        if servers > merging_plant.lowest[station]:
            fewer = {**solution.servers, station: servers - 1}
            assert merging_plant.output(solution.recipe, fewer) < merging_plant.demand


def test_cheap_material_favours_fast_coating_and_dear_material_slow_coating(merging_plant: PlanData) -> None:
    cheap = dataclasses.replace(merging_plant, material=dict.fromkeys(merging_plant.stations, 0.0))
    dear = dataclasses.replace(merging_plant, material=dict.fromkeys(merging_plant.stations, 50.0))
    assert (solve(cheap).recipe, solve(dear).recipe) == ("fast", "slow")


def test_dearer_capital_never_buys_more_machines(merging_plant: PlanData) -> None:
    dear = {s: 10 * cost for s, cost in merging_plant.capital.items()}
    before, after = solve(merging_plant), solve(dataclasses.replace(merging_plant, capital=dear))
    spent = [sum(merging_plant.capital[s] * n for s, n in plan.servers.items()) for plan in (before, after)]
    assert spent[1] <= spent[0]


def test_every_component_says_what_it_is_and_in_which_unit(merging_plant: PlanData) -> None:
    import pyomo.environ as pyo

    for kind in (pyo.Var, pyo.Constraint, pyo.Expression, pyo.Objective):
        for component in build(merging_plant).component_objects(kind):
            assert component.doc and component.doc.endswith("]"), component.name


def test_the_model_is_the_golden_one(merging_plant: PlanData) -> None:
    assert lp_text(merging_plant) == GOLDEN.read_text(encoding="utf-8")


def lp_text(data: PlanData) -> str:
    """Return the model as an LP file with readable names."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.lp"
        build(data).write(str(path), io_options={"symbolic_solver_labels": True})
        return path.read_text(encoding="utf-8")
