"""The report of a study: a page that stands alone, says first how the study ended, and has the numbers of plan.json."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from optimize.figures import Interval
from optimize.knob_effects import paired
from optimize.pages.report import save_plan, table_of_plan
from optimize.pages.story import answer
from optimize.pages.tables import binding, machines
from optimize.question import read_study
from optimize.refine import Plan, optimize
from optimize.words import decimals
from twin import read_line, unit_costs

SMALL = Path(__file__).parent / "small_plant.yaml"
STUDY = f"""\
gigatwin: 1
name: small_study
title: Which machines for 0.6 GWh a year?
line: {SMALL}
demand: 0.6 GWh/yr
knobs:
  "*.servers": {{low: 1, high: 6}}
  cathode_coating.speed: {{levels: [8 m/min, 14 m/min, 20 m/min], between: 1}}
days: 10
warmup: 3
replications: 3
"""
# an oven that takes as long as it is told, whatever the luck
BENCH = """\
gigatwin: 1
name: bench
stations:
  pressing: {servers: 1, step: {kind: timed, time: {distribution: deterministic, mean: 6 min}}}
  baking: {servers: 1, step: {kind: timed, time: {distribution: deterministic, mean: 1 h}}}
buffers:
  pressed: {from: pressing, to: baking, capacity: 8}
knobs:
  baking.time: {path: stations.baking.step.time.mean, low: 10 min, high: 2 h}
"""
BENCH_STUDY = """\
gigatwin: 1
name: bench
line: bench.yaml
goal: output
knobs: {baking.time: {levels: [30 min, 60 min, 90 min], between: 0}}
days: 10
warmup: 1
replications: 2
"""
WORDS = {
    "optimal": "Optimal",
    "time limit": "ran out of time",
    "not settled": "Not settled",
    "misses the demand": "less than the demand",
    "misses a limit": "misses a limit",
    "infeasible": "clashes",
}


@pytest.fixture(name="plan", scope="module")
def _plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    study = tmp_path_factory.mktemp("study") / "study.yaml"
    study.write_text(STUDY, encoding="utf-8")
    return optimize(read_study(study))


@pytest.fixture(name="saved", scope="module")
def _saved(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    save_plan(plan, folder)
    return folder


@pytest.fixture(name="undrawn")
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out pictures, which take longer than the words."""
    monkeypatch.setattr("optimize.pages.pictures.draw", lambda folder, wanted: {})


def words_of(folder: Path) -> str:
    """Return the text of a page as people read it, without its pictures."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<svg.*?</svg>", " ", page[page.index("<body>") :], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def data_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return found


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_page_loads_nothing_from_elsewhere(saved: Path) -> None:
    page = (saved / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)[^"']+|@import|url\((?!#)""", page)
    assert "<script" not in page


def test_the_plant_with_the_plan_lies_beside_the_page(saved: Path, plan: Plan) -> None:
    assert plan.chosen is not None
    found = read_line(saved / "line.yaml")
    assert {name: station.servers for name, station in found.stations.items()} == plan.chosen.solution.servers
    assert "line.yaml" in words_of(saved)


def test_the_page_says_first_how_the_study_ended(saved: Path, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert words_of(saved).startswith("Which machines for 0.6 GWh a year? Optimal:")


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("status", WORDS)
def test_each_end_of_a_study_has_its_words_first(plan: Plan, tmp_path: Path, status: str) -> None:
    chosen = None if status == "infeasible" else plan.chosen
    save_plan(replace(plan, status=status, chosen=chosen), tmp_path)
    said = words_of(tmp_path).removeprefix("Which machines for 0.6 GWh a year? ")
    assert WORDS[status] in said[:120]
    assert all(word not in said[:120] for other, word in WORDS.items() if other != status)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ('class="lead good"' in page) == (status == "optimal")


@pytest.mark.usefixtures("undrawn")
def test_a_plan_that_misses_says_what_it_misses(plan: Plan, tmp_path: Path) -> None:
    assert plan.chosen is not None
    harder = replace(plan.data, demand=1.5 * (plan.data.demand or 0.0), limits={"capital": 1e6})
    chosen = replace(plan.chosen, data=harder)
    save_plan(replace(plan, status="misses the demand", chosen=chosen, data=harder, bound=None), tmp_path)
    said = words_of(tmp_path)
    assert "It misses the demand of 0.9 GWh a year and capital at most 1 MUSD" in said
    assert "No bound is known" in said


def test_the_numbers_of_the_page_are_those_of_plan_json(saved: Path) -> None:
    data, said = data_of(saved), words_of(saved)
    for name, unit in (("good_gwh_per_year", " GWh/yr"), ("cost_usd_per_kwh", " USD/kWh")):
        made, promised = Interval(**data["simulated"][name]), Interval(**data["predicted"][name])
        mean, low, high = (f"{value:.{decimals(made)}f}" for value in made)
        assert f"{mean}{unit} ({low} to {high})" in said
        assert f"{promised.mean:.{decimals(promised)}f} ({promised.low:.{decimals(promised)}f} to" in said
    for name, count in data["machines"].items():
        assert re.search(rf"{name.replace('_', ' ')} \d {count} \d+ %", said)
    assert f"cathode coating speed {data['settings']['cathode_coating.speed']} (declared 10 m/min)" in said


def test_every_table_lies_beside_the_page(saved: Path) -> None:
    data = data_of(saved)
    assert {row["station"]: int(row["plan"]) for row in rows_of(saved, "machines")} == data["machines"]
    assert {row["knob"]: row["plan"] for row in rows_of(saved, "settings")} == data["settings"]
    for row in rows_of(saved, "figures"):
        for which in ("predicted", "simulated"):
            assert {part: float(row[f"{which}_{part}"]) for part in ("mean", "low", "high")} == data[which][
                row["figure"]
            ]
    assert len(rows_of(saved, "rounds")) == data["iterations"]
    assert [row["option"] for row in rows_of(saved, "explored")] == ["14 m/min", "20 m/min"]


def test_the_kinds_of_cost_add_up_to_the_cost(saved: Path) -> None:
    data = data_of(saved)
    total = sum(float(row["plan_usd_per_kwh"]) for row in rows_of(saved, "costs"))
    assert total == pytest.approx(data["simulated"]["cost_usd_per_kwh"]["mean"], rel=2e-3)


def test_the_plan_takes_the_capital_of_all_its_machines(saved: Path, plan: Plan) -> None:
    assert plan.chosen is not None
    takes = {row["need"]: float(row["plan_mean"]) for row in rows_of(saved, "needs")}
    costs = unit_costs(read_line(saved / "line.yaml"))
    counts = plan.chosen.solution.servers
    whole = sum(costs.capital[name] * count for name, count in counts.items()) + costs.standing_capital
    assert takes["capital"] == pytest.approx(whole / 1e6)


def test_every_picture_is_a_file_and_stands_in_the_page(saved: Path) -> None:
    page = (saved / "report.html").read_text(encoding="utf-8")
    names = {"promise", "servers", "effects", "costs"}
    assert {file.name for file in (saved / "pictures").iterdir()} == {
        f"{n}.{kind}" for n in names for kind in ("png", "svg")
    }
    assert page.count("<svg") == page.count("<figure") == len(names)


def test_plan_json_has_the_keys_that_others_read(saved: Path) -> None:
    data = data_of(saved)
    assert list(data) == [
        "study",
        "status",
        "pending",
        "goal",
        "demand_gwh_per_year",
        "gap",
        "machines",
        "settings",
        "iterations",
        "simulations",
        "predicted",
        "simulated",
        "binding",
        "line_file",
        "solver",
        "rounds",
        "interpolation_error",
    ]
    for which in ("predicted", "simulated"):
        for name in ("good_gwh_per_year", "cost_usd_per_kwh"):
            assert list(data[which][name]) == ["mean", "low", "high"]
    assert data["line_file"] == "line.yaml"


def test_the_slowest_station_binds_and_limits_that_are_nearly_reached_do(plan: Plan) -> None:
    assert plan.chosen is not None
    choice, servers = plan.chosen.solution.plan
    allowed = plan.data.allowed(choice, servers)
    capital = plan.data.measures(choice, servers, 1.0)["capital"]
    for limit, names in ((1.5 * capital, []), (1.01 * capital, ["capital"])):
        near = replace(plan.data, limits={"capital": limit})
        slow, *limits = binding(replace(plan, data=near), replace(plan.chosen, data=near))
        assert slow["name"] == min(allowed, key=lambda name: allowed[name])
        assert [row["name"] for row in limits] == names


def test_a_mean_below_the_demand_is_told_though_its_interval_reaches_it(plan: Plan) -> None:
    assert plan.chosen is not None
    made = plan.chosen.output()
    assert "below the demand" not in " ".join(answer(plan))
    harder = replace(plan.data, demand=(made.mean + made.high) / 2)
    told = " ".join(answer(replace(plan, data=harder, chosen=replace(plan.chosen, data=harder))))
    assert "below the demand, which is within its interval" in told


def test_load_is_the_share_of_machine_hours_that_the_demand_takes(plan: Plan) -> None:
    assert plan.chosen is not None and plan.data.demand is not None
    choice, servers = plan.chosen.solution.plan
    loads = plan.data.loads(choice)
    for row in machines(plan, plan.chosen):
        hours = plan.data.demand * loads[row["station"]] * plan.data.use[row["station"]].at(choice)
        assert row["load"] == pytest.approx(hours / servers[row["station"]])


def test_changes_are_paired_by_luck(plan: Plan) -> None:
    base, option = plan.explored.base, plan.explored.options["cathode_coating.speed"]["14 m/min"]
    found = paired(base, option, "good_gwh_per_year")
    for change, old, new in zip(found, base.answers, option.answers, strict=False):
        assert change == pytest.approx(new.output / old.output - 1, rel=1e-9)
    assert len(found) == 2


def test_a_line_without_a_product_has_lots_and_no_costs(tmp_path: Path) -> None:
    (tmp_path / "bench.yaml").write_text(BENCH, encoding="utf-8")
    study = tmp_path / "study.yaml"
    study.write_text(BENCH_STUDY, encoding="utf-8")
    save_plan(optimize(read_study(study)), tmp_path / "out")
    said = words_of(tmp_path / "out")
    # 60 min are the hour that the line declares
    assert "the declared plant makes 1.000 1/h" in said and "baking.time 30 min (declared 1 h)" in said
    assert "allows [lots/yr]" in said and "USD" not in said
    assert not (tmp_path / "out" / "tables" / "costs.csv").exists()


def test_the_terminal_shows_only_what_changes_and_wraps_no_name(plan: Plan) -> None:
    from rich.console import Console

    console = Console(width=80, markup=False, record=True, file=io.StringIO())
    console.print(table_of_plan(plan))
    rows = console.export_text().splitlines()
    said = {row.split()[0]: row.split()[1:] for row in rows if row.split()}
    assert said["stacking.servers"] == ["1", "2"]
    assert "grading.servers" not in said
    assert max(map(len, rows)) <= 80
