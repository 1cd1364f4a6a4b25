"""Doubt in declared numbers: what the accounts say, what the twin says, and what is no doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

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
  stacking:
    failures: {{mttr: {{value: 20 min, low: 1, high: 200, {KNOWN}}}}}
prices:
  electricity: {{value: 0.1 USD/kWh, low: 0.05, high: 0.15, {KNOWN}}}
  wage: {{value: 25 USD/h, low: 24.9, high: 25.1, {KNOWN}}}
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


def test_a_dearer_kilowatt_hour_costs_what_the_plant_draws(plan: Plan) -> None:
    assert plan.chosen is not None
    swings = {swing.path: swing for swing in tornado(plan)}
    found, line = swings["prices.electricity"], plan.question.line
    # electricity of each station for a kWh of cells, times what must enter it for a good one
    loads = plan.data.loads(plan.chosen.solution.choice)
    drawn = sum(line.stations[name].energy.electricity * load for name, load in loads.items())
    expected = 0.05 * drawn * 0.6e6
    assert found.at_high == pytest.approx(expected, rel=0.02)
    assert found.at_low == pytest.approx(-found.at_high)
    assert (found.low, found.high) == ("0.05 USD/kWh", "0.15 USD/kWh")


def test_the_widest_come_first_and_what_the_plan_turns_is_no_doubt(plan: Plan) -> None:
    swings = tornado(plan)
    # repairs that take ten times as long are simulated, and matter more than a wage that is known
    assert {swing.path for swing in swings} == {
        "prices.electricity",
        "prices.wage",
        "stations.stacking.failures.mttr",
    }
    widths = {swing.path: swing.width for swing in swings}
    assert widths["prices.electricity"] > widths["prices.wage"] > 0


def test_swings_do_not_depend_on_the_number_of_processes(plan: Plan) -> None:
    assert tornado(plan, workers=2) == tornado(plan)
