"""Two goals weighed: what is refused, and the front against trying every plan."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from optimize.front import pareto, read_goals
from optimize.question import read_study
from optimize.refine import Plan, optimize
from optimize.solve import Solver
from twin import InputError

sys.path.insert(0, str(Path(__file__).parents[1]))
from theory.every_plan import best_plan

PLANT = Path(__file__).parent / "small_plant.yaml"
STUDY = f"""\
gigatwin: 1
name: small_study
line: {PLANT}
demand: 0.6 GWh/yr
knobs: {{"*.servers": {{low: 1, high: 3}}, cathode_coating.speed: {{levels: [6 m/min, 12 m/min], between: 1}}}}
days: 30
warmup: 5
replications: 2
"""


@pytest.fixture(scope="module", name="plan")
def _plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("study") / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return optimize(read_study(path), solver=Solver(gap=1e-9))


@pytest.mark.parametrize("second", ["capital", "yield", "energy"])
def test_each_point_is_the_cheapest_plan_that_is_as_good_in_the_other_goal(plan: Plan, second: str) -> None:
    front = pareto(plan, ("cost", second), points=4)
    assert front.points
    limit, scale, more = {
        "capital": ("capital", 1e6, 1),
        "yield": ("first_pass", 0.01, -1),
        "energy": ("power", 1.0, 1),
    }[second]
    for cost, other in front.points:
        value = other * (3.6e12 / (365 * 86400) if second == "energy" else scale)
        held = replace(plan.data, limits={limit: value * (1 + 1e-7 * more)})
        best = best_plan(held)
        assert best is not None
        assert cost * 1e6 == pytest.approx(best.goal, rel=1e-5)
    costs = [cost for cost, _ in front.points]
    assert costs == sorted(costs), "a better second goal costs more"


def test_every_plan_of_a_front_is_simulated(plan: Plan) -> None:
    front = pareto(plan, ("cost", "output"), points=3)
    assert len(front.simulated) == len(front.points) == len(front.plans)
    for (_, promised), both in zip(front.points, front.simulated, strict=True):
        assert both is not None
        # a plan makes what is asked of it, and what its whole machines can beyond
        assert both[1].high >= 0.95 * promised


@pytest.mark.parametrize(
    ("text", "points", "said"),
    [
        ("cost,yeild", 5, "did you mean 'yield'?"),
        ("cost,cost", 5, "expected two different goals such as cost,yield"),
        ("cost", 5, "expected two different goals"),
        ("capital,floor", 5, "cannot be weighed; take cost, profit or energy"),
        ("cost,yield", 1, "--points 1: a front has two ends"),
    ],
)
def test_goals_that_cannot_be_weighed_are_told(text: str, points: int, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        read_goals(text, points)


def test_the_goal_that_a_model_can_ask_for_comes_first() -> None:
    assert read_goals("yield, cost") == ("cost", "yield")
