"""What the optimizers are compared by: the value, the space, and which plants count as reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from speed.contest import DAYS_PER_YEAR, OWN, Job, incumbents, profit_of, search, space_of, tried, yearly_profit
from speed.optimizers import Outcome

from optimize import read_study
from twin import Line, Run, knobs, kpis, read_line, simulate, turn

HERE = Path(__file__).parent
SMALL = HERE.parent / "optimize" / "small_plant.yaml"
DAYS = 10
# as declared, and what a run of it gave
Plant = tuple[Line, dict[str, Any]]


@pytest.fixture(name="plant", scope="module")
def _plant() -> Plant:
    line = read_line(SMALL)
    return line, kpis(simulate(Run(line, DAYS, 5, 1, cells="none")))


def test_a_plant_that_sells_all_it_makes_earns_revenue_less_cost_and_returns(
    plant: tuple[Line, dict[str, Any]],
) -> None:
    line, kpi = plant
    money, returns = kpi["money_usd"], sum(row["cost_usd"] for row in kpi["escapes"])
    expected = (money["revenue"] - money["total"] - returns) * DAYS_PER_YEAR / DAYS / 1e6
    assert yearly_profit(line, kpi, DAYS, 2 * kpi["good_gwh_per_year"]) == pytest.approx(expected)


def test_what_cannot_be_sold_is_not_made_but_the_plant_is_paid_for(plant: Plant) -> None:
    # nothing in the small plant draws energy that does not come with cells
    line, kpi = plant
    money = kpi["money_usd"]
    standing = sum(money[f"all_{kind}"] for kind in ("labour", "depreciation", "overhead"))
    standing *= DAYS_PER_YEAR / DAYS / 1e6
    full, half, none = (yearly_profit(line, kpi, DAYS, share * kpi["good_gwh_per_year"]) for share in (1.0, 0.5, 0.0))
    assert none == pytest.approx(-standing)
    assert half == pytest.approx((full + none) / 2)


@pytest.mark.parametrize("study", sorted(HERE.glob("grow_*.yaml")), ids=lambda path: path.stem)
def test_every_search_starts_from_the_declared_plant(study: Path) -> None:
    question = read_study(study)
    space, line = space_of(question), question.line
    turned, known = turn(line, space.settings(space.start)), knobs(line)
    for name in space.choices:
        assert all(_at(turned, path) == _at(line, path) for path in known[name].paths), name
    assert len(space.choices) == len(line.stations) + 5


def _at(line: Line, path: str) -> Any:
    node: Any = line
    for part in path.split("."):
        node = node[part] if isinstance(node, dict) else getattr(node, part)
    return getattr(node, "value", node)


def test_gigatwins_own_loop_is_charged_for_every_simulation(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(
        f"""\
gigatwin: 1
name: small_study
line: {SMALL}
goal: profit
demand: 0.6 GWh/yr
knobs:
  "*.servers": {{low: 1, high: 4}}
  cathode_coating.speed: {{levels: [10 m/min, 12 m/min], between: 0}}
days: 10
warmup: 5
replications: 2
explore: 2
rounds: 3
""",
        encoding="utf-8",
    )
    found = search(Job(str(study), OWN, 1, 60, str(tmp_path / "answers")))
    # two runs of the declared plant, two of its other speed and two of a plan, before there is anything to hold
    assert found[0].simulations == 6
    assert [held.simulations for held in found] == sorted(held.simulations for held in found)
    assert not search(Job(str(study), OWN, 1, 5, str(tmp_path / "answers")))
    question = read_study(study)
    # what it takes for the profit of a plan is what all are compared by, over the same two runs
    ours = [profit_of(tried(question, found[0].settings, 1000 + seed)) for seed in range(2)]
    assert found[0].value == pytest.approx(sum(ours) / 2, rel=1e-6)


def test_only_what_was_the_best_when_it_was_tried_counts() -> None:
    found = incumbents({(0,): 1.0, (1,): 0.5, (2,): 3.0, (3,): 3.0, (4,): 4.0})
    assert found == [(1, (0,), 1.0), (3, (2,), 3.0), (5, (4,), 4.0)]


def test_a_curve_stands_at_the_declared_plant_until_there_is_something_better() -> None:
    found = Outcome("a plant", "a method", 60, 3.0, [[(5, 7.0), (9, 6.5)], [(1, 3.0)]])
    assert [found.after(spent)[0] for spent in (1, 4, 5, 8, 9, 60)] == [3.0, 3.0, 7.0, 7.0, 6.5, 6.5]
    assert found.after(60) == [6.5, 3.0]
