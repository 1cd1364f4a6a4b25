"""optimize and compare with answers that are kept: asked once, gone on with, and never in the way of results."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import optimize.explore
from optimize.__main__ import app

HOME = Path(__file__).parents[2]
PLANT = Path(__file__).parent / "small_plant.yaml"
# only ends a test that has failed anyway
PATIENCE = 60.0


def study_of(folder: Path, days: int = 10) -> Path:
    path = folder / "study.yaml"
    path.write_text(
        f"""\
gigatwin: 1
name: small_study
line: {PLANT}
demand: 0.6 GWh/yr
knobs: {{"*.servers": {{low: 1, high: 6}}}}
days: {days}
warmup: 3
replications: 3
rounds: 2
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out pictures, which take longer than the runs."""
    monkeypatch.setattr(
        "optimize.pages.pictures.draw",
        lambda folder, wanted: folder.mkdir(exist_ok=True) or dict.fromkeys(wanted, "<svg/>"),
    )


def interrupt(*what: Any) -> None:
    raise KeyboardInterrupt


def gigatwin(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert "Traceback" not in result.output
    return result.exit_code, " ".join(result.output.split())


def planned(folder: Path, *more: str) -> tuple[int, str]:
    return gigatwin("optimize", str(study_of(folder)), "--workers", "1", "--out", str(folder / "out"), *more)


def kept(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*.json") if path.is_file()}


def wait_for(event: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not event():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def no_simulation(*what: Any) -> None:
    raise AssertionError("simulated again")


# answers


def test_a_study_that_was_answered_asks_the_twin_nothing(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = planned(tmp_path)
    assert code == 0, said
    first = (tmp_path / "out" / "plan.json").read_text(encoding="utf-8")
    # the plant as declared and at least one plan, three times each
    assert len(kept(cache_folder)) >= 6
    monkeypatch.setattr(optimize.explore, "simulated", no_simulation)
    code, said = planned(tmp_path, "--overwrite")
    assert code == 0, said
    assert timeless(first) == timeless((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))


def timeless(plan: str) -> Any:
    """Return a plan without how long it took."""

    def without(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: without(value) for name, value in node.items() if "seconds" not in name}
        return [without(one) for one in node] if isinstance(node, list) else node

    return without(json.loads(plan))


def test_a_comparison_that_was_made_asks_the_twin_nothing(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"extends: {PLANT}\nname: two\nstations: {{stacking: {{servers: 2}}}}\n", encoding="utf-8")
    words = ("compare", str(PLANT), str(other), "--days", "5", "--warmup", "2", "--replications", "2", "--workers", "1")
    assert gigatwin(*words, "--out", str(tmp_path / "first"))[0] == 0
    assert len(kept(cache_folder)) == 4
    monkeypatch.setattr("optimize.comparison.simulated", no_simulation)
    assert gigatwin(*words, "--out", str(tmp_path / "again"))[0] == 0
    first, again = (json.loads((tmp_path / name / "compare.json").read_text("utf-8")) for name in ("first", "again"))
    assert first == again


def test_answers_are_kept_where_the_user_says(tmp_path: Path, cache_folder: Path) -> None:
    code, said = planned(tmp_path, "--cache", str(tmp_path / "mine"))
    assert code == 0, said
    assert kept(tmp_path / "mine")
    assert not cache_folder.exists()


def test_no_cache_simulates_anew_and_keeps_nothing(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert planned(tmp_path)[0] == 0
    before = kept(cache_folder)
    really, runs = optimize.explore.simulated, []
    monkeypatch.setattr(optimize.explore, "simulated", lambda asked: runs.append(asked) or really(asked))
    assert planned(tmp_path, "--no-cache", "--overwrite")[0] == 0
    assert len(runs) == len(before)
    assert kept(cache_folder) == before


def test_a_cache_and_none_is_refused(tmp_path: Path) -> None:
    code, said = planned(tmp_path, "--no-cache", "--cache", str(tmp_path / "mine"))
    assert code == 2
    assert "say one of them" in said
    assert not (tmp_path / "out").exists()


def test_a_cache_that_cannot_be_written_is_told_and_the_study_answered(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = planned(tmp_path, "--cache", str(tmp_path / "file"))
    assert code == 0
    assert f"cannot keep answers of the twin in {tmp_path / 'file'} (File exists)" in said
    assert (tmp_path / "out" / "plan.json").is_file()


# accidents


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_says_what_is_kept_and_the_same_command_goes_on(
    tmp_path: Path, cache_folder: Path, workers: str
) -> None:
    study = str(study_of(tmp_path, days=50))
    command = [sys.executable, "-m", "optimize", "optimize", study, "--quiet", "--workers", workers]
    command += ["--out", str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, cwd=HOME
    ) as run:
        try:
            wait_for(lambda: bool(kept(cache_folder)))
            os.killpg(run.pid, signal.SIGINT)
            said = run.communicate(timeout=PATIENCE)[0].strip()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
    assert said == (
        "interrupted; no results were written; what the twin has answered is in "
        f"{cache_folder}, the same command goes on from there"
    )
    assert run.returncode == 1
    assert not (tmp_path / "out").exists()
    before = {path: path.stat().st_mtime_ns for path in kept(cache_folder)}
    assert gigatwin(*command[3:])[0] == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_killed_worker_says_what_is_kept_and_what_helps(tmp_path: Path, cache_folder: Path) -> None:
    def kill() -> None:
        wait_for(lambda: bool(kept(cache_folder) and multiprocessing.active_children()))
        os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    words = ("--workers", "2", "--out", str(tmp_path / "out"))
    code, said = gigatwin("optimize", str(study_of(tmp_path, days=50)), "--quiet", *words)
    killer.join()
    assert code == 1
    assert said == (
        "a worker process was killed; often the machine has run out of memory; no results were written; what the twin "
        f"has answered is in {cache_folder}, the same command goes on from there; --workers 1 needs less memory"
    )
    assert multiprocessing.active_children() == []


def test_bad_input_leaves_no_folder_and_old_results_alone(tmp_path: Path) -> None:
    assert planned(tmp_path)[0] == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    code, _ = gigatwin("compare", str(PLANT), "no_such_plant", "--overwrite", "--out", str(tmp_path / "out"))
    assert code == 2
    assert {path: path.read_bytes() for path in before} == before
    code, _ = gigatwin("compare", str(PLANT), "no_such_plant", "--out", str(tmp_path / "new"))
    assert code == 2
    assert not (tmp_path / "new").exists()


def test_a_folder_of_the_user_stays_when_there_are_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(optimize.explore, "simulated", interrupt)
    code, said = planned(tmp_path, "--quiet")
    assert code == 1
    assert said.startswith("interrupted; no results were written; what the twin has answered is in")
    assert list((tmp_path / "out").iterdir()) == []


def test_results_that_were_begun_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimize.pages.pictures.draw", interrupt)
    code, said = planned(tmp_path, "--quiet", "--no-cache")
    assert code == 1
    assert said == (
        f"interrupted; what was written so far is in {tmp_path / 'out'}, and what the twin has answered is not kept"
    )
    # interrupted once more, and not refused
    assert planned(tmp_path, "--overwrite")[0] == 1


def test_a_plan_is_there_while_the_twin_is_asked_about_it_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("optimize.front.ask_all", interrupt)
        assert planned(tmp_path, "--quiet", "--pareto", "cost,capital", "--points", "3")[0] == 1
    begun = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert begun["machines"] and begun["what_ifs"]
    assert begun["pending"] == ["both goals of the plans weighed", "what the most uncertain inputs do"]
    assert begun["pareto"][0]["points"] and not begun["pareto"][0]["simulated"]
    page = tmp_path / "out" / "report.html"
    assert "not known yet when this page was written: both goals of the plans weighed, " in page.read_text("utf-8")

    # the same command goes on, and nothing is missing then
    assert planned(tmp_path, "--overwrite", "--pareto", "cost,capital", "--points", "3")[0] == 0
    whole = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert whole["pending"] == []
    assert whole["pareto"][0]["points"] == begun["pareto"][0]["points"]
    assert len(whole["pareto"][0]["simulated"]) == len(whole["pareto"][0]["points"])
    assert "Incomplete" not in page.read_text("utf-8")


# results that are there already


def test_results_are_replaced_as_a_whole(tmp_path: Path) -> None:
    assert planned(tmp_path)[0] == 0
    (tmp_path / "out" / "pictures" / "of_yesterday.png").touch()
    code, said = planned(tmp_path)
    assert code == 2
    assert "exists already; choose another --out, or say --overwrite" in said
    assert planned(tmp_path, "--overwrite")[0] == 0
    assert not (tmp_path / "out" / "pictures" / "of_yesterday.png").exists()


@pytest.mark.parametrize("name", ["thesis.docx", ".git", "manifest.json"])
def test_what_no_study_wrote_is_never_removed(tmp_path: Path, name: str) -> None:
    assert planned(tmp_path)[0] == 0
    (tmp_path / "out" / name).touch()
    code, said = planned(tmp_path, "--overwrite")
    assert code == 2
    assert "is not overwritten: no run wrote" in said
    assert (tmp_path / "out" / "plan.json").is_file()


@pytest.mark.parametrize("content", [None, "{", "[]", '{"name": "a plan of mine"}'])
def test_a_folder_without_a_plan_of_ours_is_never_emptied(tmp_path: Path, content: str | None) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("mine", encoding="utf-8")
    if content is not None:
        (out / "plan.json").write_text(content, encoding="utf-8")
    code, said = planned(tmp_path, "--overwrite")
    assert code == 2
    assert "holds no plan" in said
    assert (out / "report.html").read_text(encoding="utf-8") == "mine"
