"""Plans: what the twin says is what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from optimize.explore import Asked, ask, explore
from optimize.plan_data import plan_data
from optimize.refine import Plan, corrected, makes, optimize
from optimize.study import Question, read_study
from twin import InputError

PLANT = Path(__file__).parent / "small_plant.yaml"


def question(folder: Path, demand: float = 0.6, most: int = 6) -> Question:
    """Return a small study of the small plant; demand in GWh/yr."""
    return read_study(study_of(PLANT, folder, demand, most))


def study_of(plant: Path, folder: Path, demand: float = 0.6, most: int = 6, rounds: int = 6, days: int = 30) -> Path:
    path = folder / "study.yaml"
    path.write_text(
        f"""\
gigatwin: 1
name: small_study
line: {plant}
demand: {demand} GWh/yr
knobs:
  "*.servers": {{low: 1, high: {most}}}
  cathode_coating.speed: {{levels: [6 m/min, 12 m/min]}}
days: {days}
warmup: 5
replications: 3
rounds: {rounds}
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return optimize(question(tmp_path_factory.mktemp("study")))


def test_the_twin_makes_the_demand_with_an_optimal_plan(plan: Plan) -> None:
    assert plan.status == "optimal"
    assert plan.chosen is not None
    # 3 replications, seeds 1 to 3, 95 % interval
    assert plan.chosen.output().high >= plan.data.demand


def test_model_and_twin_agree_on_the_output_of_the_plan(plan: Plan) -> None:
    # measured 0.5 % apart; 5 % is what 30 days of a plant with failures may scatter
    assert plan.chosen is not None
    promised = plan.chosen.predicted["good_gwh_per_year"]
    assert plan.chosen.simulated("good_gwh_per_year").mean == pytest.approx(promised, rel=0.05)


def test_model_and_twin_agree_on_the_cost_of_the_plan(plan: Plan) -> None:
    # measured 0.03 % apart; 0.7 % when web that stacking cuts out is not counted as lost
    assert plan.chosen is not None
    promised = plan.chosen.predicted["cost_usd_per_kwh"]
    assert promised == pytest.approx(plan.chosen.simulated("cost_usd_per_kwh").mean, rel=0.003)


def test_one_stacker_less_misses_the_demand_in_the_twin(plan: Plan) -> None:
    # a stacker makes 1 cell/min for 92 % of its time, 0.43 GWh a year: 0.6 GWh a year need two
    assert plan.chosen is not None
    assert plan.chosen.solution.servers["stacking"] == 2
    run = Asked(plan.question.line, {**plan.chosen.response.settings, "stacking.servers": 1}, 30, 5, 1)
    assert ask(run).output < plan.data.demand


def test_the_answer_does_not_depend_on_the_number_of_processes(plan: Plan, tmp_path: Path) -> None:
    again = optimize(question(tmp_path), workers=2)
    assert [tried.plan for tried in again.rounds] == [tried.plan for tried in plan.rounds]
    assert [tried.response for tried in again.rounds] == [tried.response for tried in plan.rounds]


def test_hours_for_a_cell_are_those_of_the_declared_step(tmp_path: Path) -> None:
    # a batch of 600 L x 0.8 x 2 kg/L x 0.5 = 480 kg takes 3 h; 2 % is lost in vessel and die, and 10 m of the
    # web of 1960 m at the splice; a cell holds 2 kg, and what a lot is short of a whole cell is lost
    asked = question(tmp_path)
    answer = ask(Asked(asked.line, {}, 60, 10, 1))
    cells = 480 * 0.99 * 0.99 * (1950 / 1960) / 2
    assert answer.hours_per_cell["cathode_mixing"] == pytest.approx(3.0 / cells, rel=0.02)


def test_faster_coating_takes_fewer_coater_hours_and_changes_no_other_station(tmp_path: Path) -> None:
    slow, fast = explore(question(tmp_path)).values()
    assert fast.mean("hours_per_cell", "cathode_coating") < 0.7 * slow.mean("hours_per_cell", "cathode_coating")
    assert fast.mean("hours_per_cell", "grading") == pytest.approx(slow.mean("hours_per_cell", "grading"), rel=0.03)


def test_a_demand_beyond_any_plan_names_place_limit_and_cure(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        optimize(question(tmp_path, demand=3.0, most=2))
    told = str(caught.value)
    assert f"{tmp_path / 'study.yaml'}:4: demand: 3 GWh/yr is beyond any plan" in told
    assert "2 servers of stacking allow 0.8" in told
    assert "raise 'high' of stacking.servers" in told


def test_a_plan_that_the_twin_does_not_make_is_not_called_optimal(tmp_path: Path) -> None:
    # coating and stacking take about as long as each other, each stops now and then, and without buffers they wait
    # for each other, which the hours that a cell takes do not tell; one machine each is all there is
    balanced = tmp_path / "balanced.yaml"
    boxes = ", ".join(f"{name}: {{capacity: 0}}" for name in read_study(study_of(PLANT, tmp_path)).line.buffers)
    stops = "failures: {mtbf: 5 h, mttr: 1 h}"
    stations = f"stations: {{stacking: {{step: {{rate: 1.5 cell/min}}, {stops}}}, cathode_coating: {{{stops}}}}}"
    balanced.write_text(f"extends: {PLANT}\nname: balanced\n{stations}\nbuffers: {{{boxes}}}\n", encoding="utf-8")
    asked = read_study(study_of(balanced, tmp_path, demand=0.5, most=1, rounds=2, days=90))
    data = plan_data(asked, explore(asked))
    limit = max(asked.gwh(data.output(recipe, data.highest)) for recipe in data.recipes)

    found = optimize(
        read_study(study_of(balanced, tmp_path, demand=round(0.995 * limit, 4), most=1, rounds=2, days=90))
    )
    assert found.status == "misses demand"
    assert found.chosen is not None
    assert found.chosen.predicted["good_gwh_per_year"] >= found.question.gwh(found.data.demand) * 0.999
    assert found.chosen.output().high < found.data.demand


def test_a_miss_is_corrected_by_half_so_that_machines_do_not_flip(plan: Plan) -> None:
    assert plan.chosen is not None
    tried = plan.chosen
    optimistic = replace(plan.data, derate=2 * tried.output().mean / plan.data.output(*choice(plan)) * plan.data.derate)
    after = corrected(optimistic, tried).output(*choice(plan))
    # promised twice of what was made: halved in the geometric mean
    assert after == pytest.approx(2**0.5 * tried.output().mean)
    assert not makes(tried, replace(plan.data, demand=1.5 * tried.output().mean))


def choice(plan: Plan) -> tuple[str, Mapping[str, int]]:
    assert plan.chosen is not None
    return plan.chosen.solution.recipe, plan.chosen.solution.servers
