"""Replications: independent runs, summed up with intervals, the same for any number of workers, gone on with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import gigatwin, leave_out_reports, manifest_of
from scipy import stats
from traced_plant import plant_file

from twin import open_run, replicate

DAYS = ("--warmup", "0", "--days", "12", "--cells", "all", "--quiet")
REPLICATIONS = (*DAYS, "--replications", "3")
RUNS = ("replication-000", "replication-001", "replication-002")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_file(tmp_path_factory.mktemp("plant"))


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_reports(monkeypatch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, plant: Path) -> Path:
    """Return replications that one process made in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        leave_out_reports(patch)
        assert gigatwin("simulate", str(plant), *REPLICATIONS, "--out", str(folder))[0] == 0
    return folder


def kpi_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "kpi.json").read_text(encoding="utf-8"))
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a run but its manifests, which hold the wall time."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_answer_does_not_depend_on_the_number_of_workers(plant: Path, tmp_path: Path, undisturbed: Path) -> None:
    assert gigatwin("simulate", str(plant), *REPLICATIONS, "--workers", "2", "--out", str(tmp_path))[0] == 0
    one, two = contents(undisturbed), contents(tmp_path)
    assert {"kpi.json", "replication-000/kpi.json", "replication-002/visits.parquet"} <= one.keys()
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    for name in ("", *RUNS):
        manifests = [{**manifest_of(folder / name), "wall_s": 0} for folder in (undisturbed, tmp_path)]
        assert manifests[0] == manifests[1]


def test_replications_in_which_some_lots_are_evaluated_do_not_depend_on_the_number_of_workers(
    plant: Path, tmp_path: Path
) -> None:
    asked = (*DAYS, "--replications", "2", "--evaluate", "sample:10%")
    found = {}
    for workers in ("1", "2"):
        out = tmp_path / workers
        assert gigatwin("simulate", str(plant), *asked, "--workers", workers, "--out", str(out))[0] == 0
        found[workers] = contents(out)
    # both kinds of lots are there: some stand for others
    evaluated = open_run(tmp_path / "2" / "replication-001").columns("evaluated")
    assert 0 < (evaluated["others"] > 0).sum() < len(evaluated["others"])
    assert found["1"] == found["2"]


def test_each_replication_is_the_run_of_its_seed(plant: Path, tmp_path: Path, undisturbed: Path) -> None:
    assert gigatwin("simulate", str(plant), *DAYS, "--seed", "3", "--out", str(tmp_path))[0] == 0
    alone, third = contents(tmp_path), contents(undisturbed / RUNS[2])
    assert alone == third
    assert alone["visits.parquet"] != contents(undisturbed / RUNS[1])["visits.parquet"]


def test_intervals_are_students_of_the_runs(undisturbed: Path) -> None:
    together, runs = kpi_of(undisturbed), [kpi_of(undisturbed / name) for name in RUNS]
    assert together["replications"] == 3
    pairs = [(together[name], [run[name] for run in runs]) for name in ("good_cells", "first_pass_yield", "wip_cells")]
    pairs += [(together["stations"]["grading"]["busy"], [run["stations"]["grading"]["busy"] for run in runs])]
    for found, values in pairs:
        assert len(set(values)) == 3
        low, high = stats.t.interval(0.95, 2, loc=np.mean(values), scale=stats.sem(values))
        assert found == pytest.approx({"mean": np.mean(values), "low": low, "high": high}, rel=1e-12)


def stop_after(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the user stop after some simulated days, counted over all replications."""
    passed = iter(range(days))
    obey = replicate.obey

    def obey_or_stop(stop: Any) -> None:
        obey(stop)
        if next(passed, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr(replicate, "obey", obey_or_stop)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted_replications_are_gone_on_with_and_none_is_run_twice(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: Path, workers: str
) -> None:
    words = ("simulate", str(plant), *REPLICATIONS, "--out", str(tmp_path))
    with monkeypatch.context() as patch:
        stop_after(17, patch)
        assert gigatwin(*words)[0] == 1
    assert manifest_of(tmp_path)["complete"] is False
    done, half = tmp_path / "replication-000", tmp_path / "replication-001"
    assert open_run(done).complete is True
    assert open_run(half).complete is False
    before = {path: path.stat().st_mtime_ns for path in done.iterdir()}
    code, said = gigatwin(*words, "--resume", "--workers", workers)
    assert (code, said) == (0, str(tmp_path / "report.html"))
    assert {path: path.stat().st_mtime_ns for path in done.iterdir()} == before
    assert manifest_of(tmp_path)["complete"] is True
    assert contents(tmp_path) == contents(undisturbed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--seed", "2"), "answers another question: seed was 1, now it is 2"),
        (("--days", "13"), "answers another question: days was 12, now it is 13"),
        (("--set", "filling.servers=2"), "answers another question: line_sha256 was"),
        (("--cells", "none"), "answers another question: cells was all, now it is none"),
        (("--overwrite",), "--resume keeps what --overwrite removes"),
    ],
)
def test_another_question_is_not_gone_on_with(
    plant: Path, undisturbed: Path, changed: tuple[str, ...], said: str
) -> None:
    before = contents(undisturbed)
    code, output = gigatwin("simulate", str(plant), *REPLICATIONS, "--resume", "--out", str(undisturbed), *changed)
    assert code == 2
    assert said in output
    assert contents(undisturbed) == before


@pytest.mark.parametrize("file", ["manifest.json", "replication-001/manifest.json", "replication-001/kpi.json"])
def test_corrupt_replications_are_not_gone_on_with(plant: Path, tmp_path: Path, undisturbed: Path, file: str) -> None:
    copy = Path(shutil.copytree(undisturbed, tmp_path / "copy"))
    (copy / file).write_text("{", encoding="utf-8")
    code, said = gigatwin("simulate", str(plant), *REPLICATIONS, "--resume", "--out", str(copy))
    assert code == 2
    assert f"{copy / file} is corrupt" in said


def test_a_folder_of_replications_is_traced_by_one_of_them(undisturbed: Path) -> None:
    code, said = gigatwin("trace", str(undisturbed), "--cell", "1")
    assert code == 2
    assert f"holds 3 runs; open one, such as {undisturbed}/replication-000" in said
