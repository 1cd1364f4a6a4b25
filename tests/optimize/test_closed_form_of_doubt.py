"""Doubt in a line of two stations whose output has a closed form."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize.around import Swing
from optimize.doubt import Held
from optimize.question import read_study
from optimize.refine import optimize
from optimize.tornado import tornado

KNOWN = "source: [est], confidence: estimate, note: invented"
LINE = f"""\
gigatwin: 1
name: two_stations
stations:
  slow:
    step: {{kind: timed, time: {{distribution: deterministic, mean: {{value: 10 min, low: 8, high: 12, {KNOWN}}}}}}}
    servers: 1
  quick:
    step:
      kind: timed
      time: {{distribution: deterministic, mean: {{value: 5 min, low: 4, high: 6, {KNOWN}}}}}
      scrap: {{value: 0.1, low: 0.0, high: 0.2, {KNOWN}}}
    servers: 1
buffers:
  between: {{from: slow, to: quick, capacity: 4}}
"""
STUDY = """\
gigatwin: 1
name: how_much
line: two_stations.yaml
goal: output
knobs: {quick.servers: {low: 1, high: 2}}
days: 300
warmup: 1
replications: 2
"""
A_YEAR = 365 * 24 * 60


@pytest.fixture(scope="module", name="swings")
def _swings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Swing]:
    folder = tmp_path_factory.mktemp("study")
    (folder / "two_stations.yaml").write_text(LINE, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    found, _ = tornado(optimize(read_study(folder / "study.yaml")))
    return {swing.path: swing for swing in found}


def test_the_time_of_the_slowest_station_divides_the_output(swings: dict[str, Swing]) -> None:
    found = swings["stations.slow.step.time.mean"]
    assert found.at_low == pytest.approx(0.9 * A_YEAR * (1 / 8 - 1 / 10), rel=0.01)
    assert found.at_high == pytest.approx(0.9 * A_YEAR * (1 / 12 - 1 / 10), rel=0.01)
    assert found.low_makes == pytest.approx(10 / 8, rel=0.01)


def test_scrap_takes_its_share_of_the_output(swings: dict[str, Swing]) -> None:
    found = swings["stations.quick.step.scrap"]
    assert found.at_low == pytest.approx(0.1 * A_YEAR / 10, rel=0.02)
    # 43,200 lots in 300 days: a share of 0.1 is known to 1.4 % (one sd); two such runs, seed 1
    assert found.at_high == pytest.approx(-0.1 * A_YEAR / 10, rel=0.05)
    assert found.clear


def test_a_small_plant_of_the_same_make_tells_changes_in_the_size_of_the_plan(tmp_path: Path) -> None:
    many = LINE.replace("servers: 1", "servers: 8").replace("capacity: 4", "capacity: 32")
    (tmp_path / "two_stations.yaml").write_text(many, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(STUDY.replace("{low: 1, high: 2}", "{low: 8, high: 9}"), encoding="utf-8")
    plan = optimize(read_study(tmp_path / "study.yaml"))
    assert plan.chosen is not None
    held = Held(plan, plan.chosen, plan.chosen.solution.servers, plan.chosen.response.answers, None)
    small = held.smaller()
    assert small.share == 8 and small.machines == 2
    assert [one.asked(plan.question.line, 0).days for one in (small, small.quicker())] == [300, 45]
    # eight machines, told by one
    for one in (small, small.quicker()):
        (change,) = one.changes([({"stations.slow.step.time.mean": "8 min"}, 0)])
        assert change == pytest.approx(8 * 0.9 * A_YEAR * (1 / 8 - 1 / 10), rel=0.02)


def test_the_time_of_a_station_that_waits_changes_nothing(swings: dict[str, Swing]) -> None:
    assert "stations.quick.step.time.mean" not in swings
