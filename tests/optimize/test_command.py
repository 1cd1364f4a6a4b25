"""The command line: what it answers, what it refuses, what it leaves on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import is_self_contained
from typer.testing import CliRunner

import optimize
from optimize.__main__ import app

PLANT = Path(__file__).parent / "small_plant.yaml"
STUDY = f"""\
gigatwin: 1
name: small_study
line: {PLANT}
demand: 0.6 GWh/yr
knobs: {{"*.servers": {{low: 1, high: 6}}}}
days: 20
warmup: 5
replications: 3
"""


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def test_a_study_leaves_plan_pictures_and_page(tmp_path: Path) -> None:
    study, out = tmp_path / "study.yaml", tmp_path / "out"
    study.write_text(STUDY, encoding="utf-8")
    code, said = run("optimize", str(study), "--out", str(out), "--workers", "1")
    assert code == 0, said
    assert f"report: {out / 'report.html'}" in said
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"
    for told in ("predicted", "simulated"):
        for figure in ("good_gwh_per_year", "cost_usd_per_kwh"):
            found = plan[told][figure]
            assert found["low"] <= found["mean"] <= found["high"]
    assert plan["machines"]["stacking"] == 2
    assert is_self_contained(out / "report.html")
    assert {"promise.png", "servers.png"} <= {picture.name for picture in (out / "pictures").iterdir()}


def test_a_comparison_leaves_json_pictures_and_page(tmp_path: Path) -> None:
    other, out = tmp_path / "other.yaml", tmp_path / "out"
    other.write_text(
        f"extends: {PLANT}\nname: two_stackers\nstations: {{stacking: {{servers: 2}}}}\n", encoding="utf-8"
    )
    options = ("--days", "10", "--warmup", "3", "--replications", "3", "--workers", "1", "--out", str(out))
    code, said = run("compare", str(PLANT), str(other), *options)
    assert code == 0, said
    found = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert found["plants"] == ["small_plant", "two_stackers"]
    assert found["figures"]["good_gwh_per_year"]["difference_to_first"]["two_stackers"]["low"] > 0
    assert is_self_contained(out / "report.html")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("optimize", "no_such_study.yaml"), "no file 'no_such_study.yaml' in studies; expected one of first_study, "),
        (("optimize", "scale_up"), "is a study of strategies: 'gigatwin compare' lives them"),
        (("compare", "no_such_plant", "another"), "no line file 'no_such_plant'"),
        (("compare", str(PLANT)), "is a plant: 'gigatwin simulate' runs it, 'gigatwin compare' takes two or more"),
    ],
)
def test_bad_input_ends_with_code_2_and_a_reason(words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 2
    assert said in result.output + result.stderr


def test_results_are_not_overwritten_unless_told(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(STUDY, encoding="utf-8")
    code, _ = run("optimize", str(study), "--out", str(tmp_path))
    assert code == 2
    assert not (tmp_path / "plan.json").exists()


def test_the_twins_commands_are_there_too() -> None:
    code, said = run("--help")
    assert code == 0
    for command in ("lines", "check", "schema", "simulate", "trace", "optimize", "compare"):
        assert command in said


def test_public_names_are_pinned_and_resolve() -> None:
    assert optimize.__all__ == [
        "Books",
        "Comparison",
        "Funding",
        "Investment",
        "Operations",
        "Plan",
        "Question",
        "Rates",
        "Solver",
        "Study",
        "compare",
        "insolvency_probability",
        "keep_books",
        "optimize",
        "pareto",
        "read_funding",
        "read_study",
        "save_comparison",
        "save_plan",
    ]
    for name in optimize.__all__:
        assert callable(getattr(optimize, name))
