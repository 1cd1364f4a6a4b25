"""The command line: what a user sees of a run, and what is refused with a reason and exit code 2."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from command import gigatwin, leave_out_reports
from traced_plant import plant_file

SHORT = ("--days", "3", "--warmup", "0", "--cells", "all")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_file(tmp_path_factory.mktemp("plant"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, plant: Path) -> tuple[Path, str]:
    """Return a run's folder and what was printed while it was made."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    code, said = gigatwin("simulate", str(plant), *SHORT, "--out", str(folder))
    assert code == 0, said
    return folder, said


@pytest.fixture
def copy(finished: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_reports(monkeypatch)


# what a user sees


def test_a_run_shows_day_cells_speed_and_time_left_then_figures_and_where_the_report_is(
    finished: tuple[Path, str],
) -> None:
    folder, said = finished
    kpi = json.loads((folder / "kpi.json").read_text(encoding="utf-8"))
    good = f"{kpi['good_cells']:,.0f}"
    assert "day 3 of 3" in said and f"{good} good cells" in said
    assert "days/s" in said and "left" in said
    assert f"good_cells {good}\n" in said
    assert said.endswith(f"report: {folder / 'report.html'}")
    assert (folder / "report.html").stat().st_size > 10_000


@pytest.mark.usefixtures("undrawn")
def test_a_quiet_run_prints_the_path_of_its_report_and_nothing_else(plant: Path, tmp_path: Path) -> None:
    code, said = gigatwin("simulate", str(plant), *SHORT, "--out", str(tmp_path), "--quiet")
    assert (code, said) == (0, str(tmp_path / "report.html"))


@pytest.mark.usefixtures("undrawn")
def test_runs_without_a_name_get_folders_of_their_own(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert gigatwin("simulate", str(plant), "--days", "1", "--warmup", "0", "--quiet")[0] == 0
    made = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert len(made) == 2
    assert all(name.startswith("traced_plant-") for name in made)


@pytest.mark.usefixtures("undrawn")
def test_knobs_are_turned(plant: Path, tmp_path: Path) -> None:
    turned = ("--set", "filling.servers=3", "--set", "stacking_filling.capacity=9")
    assert gigatwin("simulate", str(plant), *SHORT, *turned, "--out", str(tmp_path))[0] == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"] == {"filling.servers": 3, "stacking_filling.capacity": 9}
    assert manifest["line_declared"]["stations"]["filling"]["servers"] == 3


@pytest.mark.parametrize(("choice", "low", "high"), [("all", 1.0, 1.0), ("sample:10%", 0.08, 0.12), ("none", 0.0, 0.0)])
@pytest.mark.usefixtures("undrawn")
def test_the_cells_that_are_kept_are_chosen_and_counts_stay_exact(
    finished: tuple[Path, str], plant: Path, tmp_path: Path, choice: str, low: float, high: float
) -> None:
    assert gigatwin("simulate", str(plant), *SHORT[:4], "--cells", choice, "--out", str(tmp_path))[0] == 0
    everything = len(pd.read_parquet(finished[0] / "cells.parquet"))
    kept = len(pd.read_parquet(tmp_path / "cells.parquet"))
    assert low * everything <= kept <= high * everything
    assert (tmp_path / "kpi.json").read_bytes() == (finished[0] / "kpi.json").read_bytes()


# traces


def test_a_trace_tells_tray_stack_slurry_machines_times_and_measurements(finished: tuple[Path, str]) -> None:
    folder, _ = finished
    cells = pd.read_parquet(folder / "cells.parquet")
    cell = cells[cells.grade == 1].iloc[100]
    code, said = gigatwin("trace", str(folder), "--cell", str(cell.cell))
    assert code == 0
    assert f"cell {cell.cell:.0f}: good; tray" in said
    for word in ("stacking-", "cathode_slitting-", "cathode_mixing-", "anode_mixing-", "server", "arrived", "grading"):
        assert word in said
    assert f"capacity {cell.capacity_ah:.3f} Ah" in said and "grade A" in said


def test_a_recall_counts_the_cells_and_lists_them_in_a_file(finished: tuple[Path, str]) -> None:
    folder, _ = finished
    code, said = gigatwin("trace", str(folder), "--lot", "cathode_mixing-1")
    listed = pd.read_csv(folder / "recall-cathode_mixing-1.csv")
    good = int((listed.status == "good").sum())
    assert code == 0
    assert good > 100
    assert f"{len(listed):,} cells contain cathode_mixing-1" in said and f"{good:,} good" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cell", "12"), "no cell 12 was started in this run; see the table 'cells'"),
        (("--cell", "-1"), "no cell -1 was started"),
        (("--cell", "formation-3"), "valid integer"),
        (("--lot", "cathode_mixin-1"), "did you mean 'cathode_mixing'?"),
        (("--lot", "cathode_mixing-99999"), "cathode_mixing made 'cathode_mixing-0' to 'cathode_mixing-"),
        (("--lot", "../../etc/passwd-0"), "lots are named after the station that made them, such as"),
        ((), "give either --cell ID or --lot NAME"),
        (("--cell", "1", "--lot", "cathode_mixing-1"), "give either --cell ID or --lot NAME"),
    ],
)
def test_a_wrong_identity_is_refused_with_a_cure(finished: tuple[Path, str], words: tuple[str, ...], said: str) -> None:
    code, output = gigatwin("trace", str(finished[0]), *words)
    assert code == 2
    assert said in output


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def broken_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 1,', encoding="utf-8")


def table_cut_short(folder: Path) -> None:
    table = folder / "lots.parquet"
    table.write_bytes(table.read_bytes()[:-50])


@pytest.mark.parametrize("spoil", [no_manifest, broken_manifest, table_cut_short, shutil.rmtree])
@pytest.mark.parametrize("words", [("--cell", "1"), ("--lot", "cathode_mixing-1")])
def test_a_corrupt_run_is_not_traced(copy: Path, spoil: Callable[[Path], None], words: tuple[str, ...]) -> None:
    spoil(copy)
    code, said = gigatwin("trace", str(copy), *words)
    assert code == 2
    assert str(copy) in said
    assert any(word in said for word in ("is no run folder", "is corrupt", "no run folder"))


# folders that are taken


@pytest.mark.usefixtures("undrawn")
def test_an_existing_run_is_kept_until_overwrite_is_said(plant: Path, copy: Path) -> None:
    before = (copy / "visits.parquet").read_bytes()
    again = ("simulate", str(plant), *SHORT, "--seed", "2", "--out", str(copy))
    code, said = gigatwin(*again)
    assert (code, (copy / "visits.parquet").read_bytes()) == (2, before)
    assert "exists already; choose another --out, or say --overwrite" in said
    assert gigatwin(*again, "--overwrite")[0] == 0
    assert (copy / "visits.parquet").read_bytes() != before


def test_overwrite_spares_a_folder_whose_manifest_is_gone(plant: Path, copy: Path) -> None:
    no_manifest(copy)
    before = sorted(copy.iterdir())
    code, said = gigatwin("simulate", str(plant), *SHORT, "--out", str(copy), "--overwrite")
    assert code == 2
    assert "it is not overwritten, choose another --out" in said
    assert sorted(copy.iterdir()) == before


# bad input

REFUSED = {
    "no command": ((), "Usage:"),
    "unknown option": (("--bogus",), "No such option: --bogus"),
    "unknown command": (("simulat",), "Did you mean 'simulate'?"),
    "unknown option of a command": (("simulate", "PLANT", "--dayz", "3"), "--days"),
    "no plant": (("simulate",), "Missing argument"),
    "misspelt plant": (("simulate", "pilot_lin"), "no line file 'pilot_lin'; did you mean 'pilot_line'?"),
    "no such file": (("simulate", "nowhere/plant.yaml"), "no line file 'nowhere/plant.yaml'; expected one of"),
    "check nothing": (("check",), "Missing argument"),
    "check two that are not there": (("check", "cyl_468", "nmc"), "no line file 'nmc'"),
    "negative days": (("simulate", "PLANT", "--days", "-1"), "expected at least 1 day"),
    "no days": (("simulate", "PLANT", "--days", "0"), "expected at least 1 day"),
    "days in words": (("simulate", "PLANT", "--days", "abc"), "Invalid value for '--days'"),
    "part of a day": (("simulate", "PLANT", "--days", "1.5"), "Invalid value for '--days'"),
    "negative warm-up": (("simulate", "PLANT", "--warmup", "-3"), "expected a whole number of days, or 'auto'"),
    "warm-up in words": (("simulate", "PLANT", "--warmup", "long"), "expected a whole number of days, or 'auto'"),
    "setting without value": (("simulate", "PLANT", "--set", "nonsense"), "--set nonsense: expected KNOB=VALUE"),
    "setting nothing": (("simulate", "PLANT", "--set", "=3"), "no knob ''; every station has a knob"),
    "unknown knob": (("simulate", "PLANT", "--set", "a.b=3"), "no knob 'a.b'; every station has a knob"),
    "misspelt knob": (("simulate", "PLANT", "--set", "fillin.servers=3"), "did you mean 'filling.servers'?"),
    "no servers": (
        ("simulate", "PLANT", "--set", "filling.servers=0"),
        "filling.servers: 0 is too small, expected at least 1",
    ),
    "servers in words": (
        ("simulate", "PLANT", "--set", "filling.servers=two"),
        "filling.servers: 'two' is not a whole number",
    ),
    "too many servers": (
        ("simulate", "PLANT", "--set", "filling.servers=9999999"),
        "9999999 is too large, expected at most 100000",
    ),
    "no workers": (("simulate", "PLANT", "--workers", "0"), "Invalid value for '--workers'"),
    "no replications": (("simulate", "PLANT", "--replications", "0"), "Invalid value for '--replications'"),
    "negative seed": (("simulate", "PLANT", "--seed", "-1"), "seed -1: expected a whole number from 0"),
    "some cells": (("simulate", "PLANT", "--cells", "some"), "expected 'all', 'none' or a sample"),
    "more than all cells": (("simulate", "PLANT", "--cells", "sample:120%"), "expected 'all', 'none' or a sample"),
    "out is a file": (("simulate", "PLANT", "--out", "PLANT"), "is a file; choose a folder for --out"),
    "out in a file": (("simulate", "PLANT", "--out", "PLANT/run"), "cannot make the folder"),
    "out too long": (("simulate", "PLANT", "--out", "x" * 300), "File name too long"),
    "resume one run": (("simulate", "PLANT", "--resume"), "--resume goes with --replications"),
    "resume nowhere": (("simulate", "PLANT", "--resume", "--replications", "2"), "--resume needs --out"),
    "trace nowhere": (("trace", "nowhere", "--cell", "1"), "no run folder 'nowhere'; give the folder that a run has"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_bad_input_ends_with_code_2_and_a_reason(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    words, said = REFUSED[how]
    monkeypatch.chdir(tmp_path)
    code, output = gigatwin(*(word.replace("PLANT", str(plant)) for word in words))
    assert code == 2
    assert said in output
    assert not list(tmp_path.iterdir()), "nothing is made for a run that cannot be"


def test_a_folder_that_may_not_be_written_to_is_refused(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # asked of the system, since the superuser may write everywhere
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)
    code, said = gigatwin("simulate", str(plant), *SHORT, "--out", str(tmp_path))
    assert code == 2
    assert f"the folder {tmp_path} may not be written to; choose another --out" in said


@pytest.mark.usefixtures("undrawn")
def test_days_are_counted_after_the_warm_up_which_may_be_longer(plant: Path, tmp_path: Path) -> None:
    code, _ = gigatwin("simulate", str(plant), "--days", "1", "--warmup", "2", "--out", str(tmp_path))
    kpi = json.loads((tmp_path / "kpi.json").read_text(encoding="utf-8"))
    assert (code, kpi["days"], kpi["warmup_days"]) == (0, 1, 2)
