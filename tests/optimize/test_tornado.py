"""Doubt in declared numbers: what the accounts say, what the twin says, and what is no doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest

from optimize.around import Screened, Swing
from optimize.question import read_study
from optimize.refine import Plan, optimize
from optimize.tornado import tornado

PLANT = Path(__file__).parent / "small_plant.yaml"
KNOWN = "source: [est], confidence: estimate, note: invented"
LINE = f"""\
extends: {PLANT}
name: doubtful
stations:
  cathode_coating:
    step: {{speed: {{value: 10 m/min, low: 5, high: 20, {KNOWN}}}}}
    failures: {{mttr: {{value: 1 h, low: 0.2, high: 1.5, {KNOWN}}}}}
  stacking:
    failures: {{mttr: {{value: 20 min, low: 1, high: 200, {KNOWN}}}}}
  grading:
    step:
      resistance_limit: {{value: 2, low: 1.9, high: 2.1, {KNOWN}}}
      capacity_noise: {{value: 0.0, low: 0, high: 0.002, {KNOWN}}}
      resistance_cv: {{value: 0.0, low: 0, high: 0.01, {KNOWN}}}
  cathode_mixing:
    step: {{residue: {{value: 0.01, low: 0, high: 0.05, {KNOWN}}}}}
prices:
  electricity: {{value: 0.1 USD/kWh, low: 0.05, high: 0.15, {KNOWN}}}
  wage: {{value: 25 USD/h, low: 24.9, high: 25.1, {KNOWN}}}
  materials: {{lfp: {{value: 10 USD/kg, low: 9, high: 12, {KNOWN}}}}}
"""
STUDY = """\
gigatwin: 1
name: small_study
line: doubtful.yaml
demand: 0.6 GWh/yr
knobs: {"*.servers": {low: 1, high: 4}, cathode_coating.speed: {levels: [6 m/min, 12 m/min]}}
days: 30
warmup: 5
replications: 2
"""


@pytest.fixture(scope="module", name="plan")
def _plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("study")
    (folder / "doubtful.yaml").write_text(LINE, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return optimize(read_study(folder / "study.yaml"))


@pytest.fixture(scope="module", name="told")
def _told(plan: Plan) -> tuple[dict[str, Swing], Screened]:
    swings, screened = tornado(plan)
    assert screened is not None
    return {swing.path: swing for swing in swings}, screened


Told = tuple[dict[str, Swing], Screened]


def test_a_dearer_kilowatt_hour_costs_what_the_plant_draws(plan: Plan, told: Told) -> None:
    assert plan.chosen is not None
    found, line = told[0]["prices.electricity"], plan.question.line
    # electricity of each station for a kWh of cells, times what must enter it for a good one
    loads = plan.data.loads(plan.chosen.solution.choice)
    drawn = sum(line.stations[name].energy.electricity * load for name, load in loads.items())
    expected = 0.05 * drawn * 0.6e6
    assert found.at_high == pytest.approx(expected, rel=0.02)
    assert found.at_low == pytest.approx(-expected, rel=0.02)
    assert (found.low, found.high) == ("0.05 USD/kWh", "0.15 USD/kWh")


def test_a_plant_that_falls_short_is_counted_as_so_much_larger(plan: Plan, told: Told) -> None:
    found = told[0]["stations.stacking.failures.mttr"]
    assert plan.chosen is not None
    # its machines, people and buildings, by what is missing of the demand; cells cost what they did
    fixed = sum(plan.chosen.data.cost(*plan.chosen.solution.plan, 0.0).values())
    assert plan.data.demand is not None
    made = found.high_makes * mean(answer.output for answer in plan.chosen.response.answers)
    assert made < plan.data.demand
    assert found.at_high == pytest.approx(fixed * (plan.data.demand / made - 1), rel=0.1)


def test_a_plan_that_may_answer_loses_less(told: Told) -> None:
    found = told[0]["stations.stacking.failures.mttr"]
    assert found.high_again is not None
    assert found.at_high is not None
    assert 0 < found.high_again < found.at_high


def test_an_input_without_effect_is_not_among_those_that_matter(told: Told) -> None:
    swings, screened = told
    # no cell has a resistance of twice the mean, however much they scatter
    assert "stations.grading.step.resistance_cv" not in swings
    assert screened.still >= 1


def test_what_is_chosen_is_no_doubt(told: Told) -> None:
    swings, screened = told
    # a knob, and a limit that somebody wrote into a specification
    assert not {"stations.cathode_coating.step.speed", "stations.grading.step.resistance_limit"} & set(swings)
    assert screened.inputs == 8
    assert screened.counted == 3
    assert screened.runs <= screened.budget


def test_swings_do_not_depend_on_the_number_of_processes(plan: Plan, told: Told) -> None:
    swings, screened = tornado(plan, workers=2)
    assert {swing.path: swing for swing in swings} == told[0]
    assert screened == told[1]


def test_no_inputs_are_asked_for(plan: Plan) -> None:
    study = plan.question.study.model_copy(update={"tornado": 0})
    assert tornado(replace(plan, question=replace(plan.question, study=study))) == ((), None)
