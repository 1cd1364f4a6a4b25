"""What lies around a plan, as its report tells it: what-ifs, second-best plans, doubt, two goals, a clash."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from optimize.around import Around, Front, Screened, SecondBest, Stop, Swing, Unresolved, WhatIf
from optimize.pages.report import save_plan
from optimize.question import read_study
from optimize.refine import Plan, optimize
from optimize.words import in_column

SMALL = Path(__file__).parent / "small_plant.yaml"
STUDY = f"""\
gigatwin: 1
name: small_study
line: {SMALL}
demand: 0.6 GWh/yr
knobs: {{"*.servers": {{low: 1, high: 6}}}}
days: 10
warmup: 3
replications: 2
"""
AROUND = Around(
    what_ifs=[
        WhatIf("one more machine at stacking", 421_000.0),
        WhatIf("wages a tenth lower", -1_300_000.0, "labour is a tenth of the cost"),
        WhatIf("one machine fewer at grading", None, "the demand is out of reach"),
    ],
    second_best=[SecondBest("anode coating 2 (was 1)", 26.4e6, 0.031)],
    tornado=[
        Swing(
            "prices.wage",
            "20 USD/h",
            "30 USD/h",
            -0.3e6,
            0.4e6,
            title="wage",
            value="25 USD/h",
            source="est",
            confidence="estimate",
        ),
        # both ends on the same side
        Swing("prices.materials.lfp", "6 USD/kg", "14 USD/kg", 2.5e6, 0.5e6),
    ],
    screened=Screened(
        *(900, 200, 77, 120, 12, 0.02e6, ("cell.weld_resistance",)),
        *((Unresolved(("stations.a.step.x", "stations.a.step.y"), 0.3e6),), 500, (), True),
        stops=(Stop("stations.a.step.dryer.rate", "a: dryer, rate", "2 g/m^2/s", ("1 g/m^2/s",), "est", "estimate"),),
    ),
    front=Front(
        ("Cost [MUSD/yr]", "First-pass yield [%]"), [(25.1, 99.0), (26.0, 99.5)], ["as chosen", "slower coating"]
    ),
)


@pytest.fixture(name="plan", scope="module")
def _plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    study = tmp_path_factory.mktemp("study") / "study.yaml"
    study.write_text(STUDY, encoding="utf-8")
    return optimize(read_study(study))


def words_of(folder: Path) -> str:
    page = (folder / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<svg.*?</svg>", " ", page[page.index("<body>") :], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_what_lies_around_a_plan_is_on_its_page_in_the_units_of_its_goal(plan: Plan, tmp_path: Path) -> None:
    save_plan(plan, tmp_path, AROUND)
    said = words_of(tmp_path)
    assert "goal [MUSD/yr] one more machine at stacking +0.421 wages a tenth lower labour is a tenth" in said
    assert "of the cost −1.30 one machine fewer at grading the demand is out of reach no plan" in said
    assert "2 anode coating 2 (was 1) 26.40 3.1 %" in said
    assert "slower coating 26 99.5" in said
    assert "wage prices. wage 25 USD/h 20 USD/h to 30 USD/h estimate: est −0.300 +0.400" in said
    assert "The other 700 were screened with 77 short runs (120 allowed)" in said
    assert "A change below 0.02 MUSD/yr may be luck in these runs; inside it lie cell.weld_resistance." in said
    assert "2 ends of ranges were not taken apart, in one group, because" in said
    assert "a: dryer, rate stations. a. step. dryer. rate 2 g/m^2/s 1 g/m^2/s estimate: est" in said
    names = {file.stem for file in (tmp_path / "pictures").iterdir()}
    assert {"what_ifs", "tornado", "pareto"} <= names


@pytest.mark.usefixtures("undrawn")
def test_what_lies_around_a_plan_is_in_plan_json_and_in_tables(plan: Plan, tmp_path: Path) -> None:
    save_plan(plan, tmp_path, AROUND)
    data = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert data["what_ifs"][0] == {"what": "one more machine at stacking", "change": 421_000.0, "remark": ""}
    assert data["second_best"][0]["worse"] == 0.031
    assert [swing["path"] for swing in data["tornado"]] == ["prices.wage", "prices.materials.lfp"]
    with (tmp_path / "tables" / "tornado.csv").open(encoding="utf-8", newline="") as file:
        # the widest on top: from nothing to 2.5 is wider than from -0.3 to 0.4
        assert [row["path"] for row in csv.DictReader(file)] == ["prices.materials.lfp", "prices.wage"]


@pytest.mark.usefixtures("undrawn")
def test_what_was_not_asked_is_nowhere(plan: Plan, tmp_path: Path) -> None:
    save_plan(plan, tmp_path)
    data = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert not {"what_ifs", "second_best", "tornado", "pareto", "clash"} & set(data)
    assert not {"what_ifs.csv", "tornado.csv"} & {file.name for file in (tmp_path / "tables").iterdir()}
    said = words_of(tmp_path)
    assert all(title not in said for title in ("What if", "next best", "What doubt", "Two goals"))


@pytest.mark.usefixtures("undrawn")
def test_an_infeasible_study_says_which_limits_clash(plan: Plan, tmp_path: Path) -> None:
    clash = Around(clash=["0.6 GWh a year", "capital at most 5 MUSD"])
    save_plan(replace(plan, status="infeasible", chosen=None), tmp_path, clash)
    said = words_of(tmp_path)
    assert "These clash: 0.6 GWh a year and capital at most 5 MUSD. Without any one of them there is a plan." in said
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["clash"] == list(clash.clash)
    alone = replace(clash, clash=clash.clash[1:], nearest="All else kept, there is a plan with 26 MUSD.")
    save_plan(replace(plan, status="infeasible", chosen=None), tmp_path, alone)
    told = "What no plan can keep: capital at most 5 MUSD. Without it there is one. All else kept, there is a plan with"
    assert told in words_of(tmp_path)


@pytest.fixture(name="undrawn")
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimize.pages.pictures.draw", lambda folder, wanted: {})


COLUMN = [(0.4, "0.400"), (0.395, "0.395"), (0.0, "0"), (1263.7, "1,260"), (-0.0483, "-0.0483")]


@pytest.mark.parametrize(("value", "shown"), COLUMN)
def test_numbers_of_a_column_keep_the_zeros_at_their_end(value: float, shown: str) -> None:
    assert in_column(value) == shown
