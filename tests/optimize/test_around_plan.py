"""What lies around a plan: what-ifs, second-best plans and clashes against trying every plan."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from optimize.clash import clash
from optimize.pool import second_best
from optimize.question import Question, read_study
from optimize.refine import Plan, optimize
from optimize.solve import Solver
from optimize.what_if import what_ifs

sys.path.insert(0, str(Path(__file__).parents[1]))
from theory.every_plan import best_plan, every_plan

PLANT = Path(__file__).parent / "small_plant.yaml"
SPEEDS = "cathode_coating.speed: {levels: [6 m/min, 12 m/min], between: 1}"
KNOBS = f'{{"*.servers": {{low: 1, high: 3}}, {SPEEDS}}}'
FEW_STACKERS = f'{{"*.servers": {{low: 1, high: 3}}, stacking.servers: {{low: 1, high: 2}}, {SPEEDS}}}'
EXACT = Solver(gap=1e-9)


def question(folder: Path, **said: Any) -> Question:
    """Return a study with 3^6 machine counts times 3 options, few enough to try them all."""
    lines = {
        "gigatwin": 1,
        "name": "small_study",
        "line": PLANT,
        "demand": "0.6 GWh/yr",
        "knobs": KNOBS,
        "days": 30,
        "warmup": 5,
        "replications": 2,
        **said,
    }
    path = folder / "study.yaml"
    path.write_text("\n".join(f"{name}: {value}" for name, value in lines.items()), "utf-8")
    return read_study(path)


@pytest.fixture(scope="module", name="plan")
def _plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    found = optimize(question(tmp_path_factory.mktemp("study")), solver=EXACT)
    assert found.chosen is not None
    return found


def worth(plan: Plan, data: Any) -> float | None:
    """Return by how much the best of all plans of a changed question is dearer than that of the question."""
    best, changed = best_plan(plan.data), best_plan(data)
    assert best is not None
    return None if changed is None else changed.goal - best.goal


def test_one_machine_more_or_fewer_is_worth_what_trying_every_plan_says(plan: Plan) -> None:
    assert plan.chosen is not None
    rows = {row.what: row for row in what_ifs(plan)}
    seen = set()
    for name, count in plan.chosen.solution.servers.items():
        for step, word in ((1, "one more machine"), (-1, "one machine fewer")):
            row = rows.get(f"{word} at {name.replace('_', ' ')}")
            if row is None:
                assert count + step < 1
                continue
            data = replace(
                plan.data,
                lowest={**plan.data.lowest, name: count + step},
                highest={**plan.data.highest, name: count + step},
            )
            expected = worth(plan, data)
            seen.add(expected is None)
            # a dollar a year for each machine breaks ties, and differences within both gaps are called none
            assert row.change == (None if expected is None else pytest.approx(expected, abs=20.0 + 2e-5 * 1e8)), row
    assert seen == {True, False}, "some change must be possible and some not"


def test_one_step_of_a_setting_and_of_demand_is_worth_what_trying_every_plan_says(plan: Plan) -> None:
    rows = {row.what: row for row in what_ifs(plan)}
    assert plan.chosen is not None
    here = plan.chosen.solution.choice["cathode_coating.speed"]
    checked = 0
    for option in plan.data.options["cathode_coating.speed"]:
        row = rows.get(f"cathode_coating.speed at {option} instead of {here}")
        if row is not None:
            expected = worth(plan, plan.data.only("cathode_coating.speed", option))
            assert row.change == (None if expected is None else pytest.approx(expected, abs=50.0, rel=1e-3))
            checked += 1
    assert checked
    more = rows["0.006 GWh a year more demand"]
    assert more.change == pytest.approx(
        worth(plan, replace(plan.data, demand=1.01 * (plan.data.demand or 0))), rel=1e-3
    )
    assert "USD for each kWh more" in more.remark


def test_the_next_plans_are_those_that_trying_every_plan_finds(plan: Plan) -> None:
    assert plan.chosen is not None
    rest = sorted(every_plan(plan.data), key=lambda one: one.goal)
    better = [plan.chosen.solution.plan]
    expected = []
    for one in rest:
        only_adds = any(
            dict(one.choice) == dict(choice) and all(one.servers[s] >= n for s, n in servers.items())
            for choice, servers in better
        )
        if not only_adds:
            better.append((one.choice, one.servers))
            expected.append(one.goal)
    found = second_best(plan)
    assert len(found) == min(5, len(expected))
    assert [row.goal for row in found] == pytest.approx(expected[: len(found)], rel=1e-5)
    assert all(row.different for row in found)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"demand": "0.9 GWh/yr", "knobs": FEW_STACKERS}, "at most 2 machines at stacking"),
        ({"limits": "{capital: 5 MUSD}"}, "capital"),
        ({"limits": "{first_pass_yield: 0.9999, floor: 5000000 m^2}"}, "first-pass yield"),
    ],
)
def test_a_clash_names_what_no_plan_meets_together_and_nothing_else(
    plan: Plan, tmp_path: Path, said: dict[str, Any], expected: str
) -> None:
    asked = question(tmp_path, **said)
    limits = {"capital": asked.study.limits.capital, "floor": asked.study.limits.floor}
    limits["first_pass"] = asked.study.limits.first_pass_yield
    data = replace(
        plan.data,
        demand=asked.demand,
        highest={name: servers.high for name, servers in asked.servers.items()},
        limits={name: float(at) for name, at in limits.items() if at is not None},
    )
    assert best_plan(data) is None
    found = clash(asked, data, EXACT)
    assert any(expected in words for words in found.words), found
    if expected in ("capital", "first-pass yield"):
        # no plan keeps the limit more closely than told, and one does what is told
        said_of, scale = {"capital": ("capital", 1e6), "first-pass yield": ("first_pass", 0.01)}[expected]
        told = re.search(rf"there is a plan with {expected} at (?:most|least) ([\d.]+) ", found.nearest)
        assert told, found.nearest
        can, cannot = (
            replace(data, limits={**data.limits, said_of: float(told.group(1)) * scale * share})
            for share in ((1, 0.97) if expected == "capital" else (1, 1.03))
        )
        assert best_plan(can) is not None and best_plan(cannot) is None
    # a limit that anybody can keep has no part in it
    assert not any("floor" in words for words in found.words)


def test_an_infeasible_study_says_so_and_a_feasible_one_has_a_plan(tmp_path: Path) -> None:
    found = optimize(question(tmp_path, limits="{capital: 5 MUSD}"))
    assert (found.status, found.chosen) == ("infeasible", None)
    words = clash(found.question, found.data, found.solver).words
    assert any("capital" in word for word in words)
