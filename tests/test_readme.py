"""What the README promises: its commands and its script are taken from its text and run, on fewer days."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import tomllib
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from command import gigatwin, leave_out_reports
from traced_plant import plant_file

import optimize.__main__  # its commands are gigatwin's too
from twin.__main__ import simulate_command

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
FIRST, ONE, TESTS, WORTH, ASKED = (text.strip() for language, text in BLOCKS if language != "python")
[SCRIPT] = [text for language, text in BLOCKS if language == "python"]
# command and what is said of it, by the words that come first
ROWS = dict(re.findall(r"^\| `(gigatwin [^`]+)` \| (.*) \|$", README, re.MULTILINE))
SHORT = ("--days", "2", "--warmup", "0")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_file(tmp_path_factory.mktemp("plant"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, plant: Path) -> Path:
    folder = tmp_path_factory.mktemp("run")
    assert gigatwin("simulate", str(plant), *SHORT, "--cells", "all", "--out", str(folder))[0] == 0
    return folder


def test_ci_runs_the_second_command_in_an_environment_of_its_own() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    steps = iter(re.sub(r'"\$environment/venv([^"]*)"', r".venv\1", ci).splitlines())
    # looking for one uses up the lines before it, so the order counts too
    assert [step for step in TESTS.split(" && ") if step not in steps] == []


def test_the_first_command_installs_what_ci_installs_and_compares_strategies() -> None:
    """The comparison takes minutes; that it needs no argument is seen from its options."""
    *install, compare = FIRST.split(" && ")
    assert install == [step.replace("'.[test]'", ".") for step in TESTS.split(" && ")[:-1]]
    program, *words = shlex.split(compare)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts[Path(program).name] == f"{optimize.__main__.__name__}:{optimize.__main__.main.__name__}"
    assert words == ["compare"]
    wanted = inspect.signature(optimize.__main__.compare_command).parameters.values()
    assert all(one.default is not inspect.Parameter.empty for one in wanted)
    assert gigatwin(*words, "--help")[0] == 0


def test_the_second_command_simulates_a_plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, *words = shlex.split(ONE)
    leave_out_reports(monkeypatch)
    monkeypatch.chdir(ROOT)
    code, said = gigatwin(*words, "--days", "1", "--warmup", "0", "--out", str(tmp_path))
    assert code == 0
    assert said.endswith(f"report: {tmp_path / 'report.html'}")
    assert json.loads((tmp_path / "kpi.json").read_text(encoding="utf-8"))["line"] == Path(words[-1]).stem


def test_what_control_is_worth_is_asked_by_commands_that_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_reports(monkeypatch)
    controllers = []
    for number, command in enumerate(WORTH.splitlines()):
        words = shlex.split(command)[1:]
        # the last of an option counts
        code, said = gigatwin(*words, *SHORT, "--out", str(tmp_path / str(number)))
        assert code == 0, said
        manifest = json.loads((tmp_path / str(number) / "manifest.json").read_text(encoding="utf-8"))
        steps = [manifest["line_declared"]["stations"][f"{side}_coating"]["step"] for side in ("cathode", "anode")]
        controllers.append({step["loop"]["controller"] for step in steps})
    assert controllers == [{"open"}, {"pi"}]


@pytest.mark.parametrize("row", ROWS)
def test_every_command_of_the_table_is_there_and_takes_what_the_table_says(
    row: str, plant: Path, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out_reports(monkeypatch)
    _, command, *arguments = row.split()
    if command in ("optimize", "compare", "backtest"):
        # they are run by the tests of the optimizer
        code, said = gigatwin(command, "--help")
        assert (code, len(arguments) > 0) == (0, True)
    else:
        cell = pd.read_parquet(run / "cells.parquet").cell.iloc[-1]
        # control needs a plant with a loading loop
        values = {
            "FILE...": plant,
            "FILE": plant,
            "LINE": "pilot_line",
            "RUN": run,
            "ID": cell,
            "NAME": "cathode_mixing-1",
            "SQL": "select station, count(*) as turns from visits group by station order by turns",
        }
        words = [str(values.get(word, word)) for word in arguments]
        short = {"simulate": (*SHORT, "--out", str(tmp_path)), "control": ("--rolls", "5", "--out", str(tmp_path))}
        code, said = gigatwin(command, *words, *short.get(command, ()))
        assert code == 0
    assert len(said) > 100


def test_the_options_of_simulate_are_as_the_table_says(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out_reports(monkeypatch)
    text = re.findall(r"`(--[^`]+)`", ROWS["gigatwin simulate FILE"])[0]
    parameters = inspect.signature(simulate_command).parameters
    said = {name: value for name, value in re.findall(r"--(\w+) ([\w:%]+)", text) if name in parameters}
    for name in ("days", "warmup", "seed", "cells"):
        assert said[name] == str(parameters[name].default)
    values = {"365": "2", "30": "0", "KNOB=VALUE": "filling.servers=2", "N": "2", "DIR": str(tmp_path / "run")}
    words = [values.get(word, word) for word in text.split()]
    for other in ("--resume", "--overwrite"):
        code, output = gigatwin("simulate", str(plant), *(word for word in words if word != other))
        assert (code, output) == (0, str(tmp_path / "run" / "report.html"))


def test_the_script_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    short = SCRIPT.replace("days=20, warmup=30", "days=6, warmup=16")
    assert short != SCRIPT
    exec(compile(short, "README.md", "exec"), {})
    before, after, *scrap = capsys.readouterr().out.splitlines()
    coaters = [int(line.split(" coaters: ")[0]) for line in (before, after)]
    assert coaters[1] == coaters[0] + 1
    assert all(
        re.search(r": 0\.\d{3} GWh a year, first-pass yield \d\d\.\d%, bottleneck \w+$", x) for x in (before, after)
    )
    assert scrap[0] == "reason" and len(scrap) == 7


def test_a_run_leaves_behind_what_the_readme_lists(run: Path) -> None:
    table = README.split("What a run leaves behind:")[1].split("\n\n")[1]
    named = {name.rstrip("/") for row in table.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert named == {path.name for path in run.iterdir() if not path.name.startswith("recall-")}


def test_the_query_of_the_readme_reads_the_journal(run: Path) -> None:
    [query] = re.findall(r"`(select [^`]+)`", README)
    rows = duckdb.sql(query.replace("runs/x", str(run))).fetchall()
    assert len(rows) == len(pd.read_parquet(run / "visits.parquet")) > 100


@pytest.mark.parametrize("command", ASKED.splitlines())
def test_the_questions_in_sql_of_the_readme_are_answered(run: Path, command: str) -> None:
    _, *words = shlex.split(command)
    code, said = gigatwin(*(word.replace("runs/open", str(run)) for word in words))
    assert code == 0
    assert len(said.splitlines()) >= 3
