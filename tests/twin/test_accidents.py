"""Ctrl-C, a full disk and a killed worker: what was made so far is kept, marked incomplete and told in one line."""

from __future__ import annotations

import errno
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

import pandas as pd
import pyarrow.parquet as pq
import pytest
from command import gigatwin, leave_out_reports, manifest_of
from traced_plant import plant_file

from twin import kpis, open_run

DAY = 86400.0
# only ends a test that has failed anyway
PATIENCE = 60.0
# as long as it takes to be interrupted
LONG = ("--warmup", "0", "--days", "5000", "--quiet")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_file(tmp_path_factory.mktemp("plant"))


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_reports(monkeypatch)


def has_days(folder: Path) -> bool:
    """Return whether some days of a run are safe on disk."""
    return (folder / "manifest.json").exists() and bool(manifest_of(folder)["end_s"])


def wait_for(event: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not event():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def visits_on_disk(folder: Path) -> pd.DataFrame:
    """Read visits as any user of pandas would: one file, or the parts of a run that was killed."""
    whole = folder / "visits.parquet"
    files = [whole] if whole.exists() else sorted((folder / "parts").glob("visits-*.parquet"))
    return pd.concat([pd.read_parquet(file) for file in files])


def has_what_was_made(folder: Path, days: float) -> None:
    """Check that a run is marked incomplete and has at least some days of turns and cells."""
    left = open_run(folder)
    assert left.complete is False
    assert manifest_of(folder)["complete"] is False
    assert left.end >= days * DAY
    visits = visits_on_disk(folder)
    assert left.end - DAY / 2 < visits.finish.max()
    assert len(visits) == len(left.columns("visits")["lot"])
    assert kpis(left)["good_cells"] > 1000 * (days - 1)


# one run


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_leaves_what_was_made_and_one_line(plant: Path, tmp_path: Path, workers: str) -> None:
    several = ("--replications", "2", "--workers", workers) if workers != "1" else ()
    command = [sys.executable, "-m", "twin", "simulate", str(plant), *LONG, *several, "--out", str(tmp_path / "run")]
    first = tmp_path / "run" / "replication-000" if several else tmp_path / "run"
    # in a session of its own, as a terminal has it: the signal reaches the workers too
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as run:
        try:
            wait_for(lambda: has_days(first))
            os.killpg(run.pid, signal.SIGINT)
            said = run.communicate(timeout=PATIENCE)[0].strip()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
    go_on = f"; add --resume --out {tmp_path}/run to go on from there" if several else ""
    assert said == f"interrupted; what was made so far is in {tmp_path}/run, marked incomplete{go_on}"
    assert run.returncode == 1
    assert manifest_of(tmp_path / "run")["complete"] is False
    has_what_was_made(first, days=10)
    assert not (first / "parts").exists()


def full_disk(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Let a disk be full after some blocks of rows."""
    writes = iter(range(room))
    write = pq.ParquetWriter.write_table

    def write_while_there_is_room(self: Any, *what: Any, **how: Any) -> None:
        if next(writes, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, *what, **how)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_while_there_is_room)


@pytest.mark.parametrize("room", [20, 31])
def test_a_full_disk_leaves_what_was_made_and_one_line(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    with monkeypatch.context() as patch:
        full_disk(patch, room)
        code, said = gigatwin("simulate", str(plant), *LONG, "--out", str(tmp_path))
    assert code == 1
    assert said == f"No space left on device; what was made so far is in {tmp_path}, marked incomplete"
    has_what_was_made(tmp_path, days=20)


def test_a_disk_that_is_full_when_the_report_is_drawn_leaves_a_complete_journal(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*what: Any) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "report.html")

    monkeypatch.setattr("twin.report.write_report", draw)
    code, said = gigatwin("simulate", str(plant), "--warmup", "0", "--days", "2", "--quiet", "--out", str(tmp_path))
    assert code == 1
    assert said == f"No space left on device: report.html; the journal in {tmp_path} is complete, its report is not"
    assert open_run(tmp_path).complete is True


# several processes


def test_a_killed_worker_leaves_what_was_made_and_one_line(plant: Path, tmp_path: Path) -> None:
    first = tmp_path / "replication-000"

    def kill() -> None:
        wait_for(lambda: has_days(first))
        pid = multiprocessing.active_children()[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    words = ("--replications", "2", "--workers", "2", "--out", str(tmp_path))
    code, said = gigatwin("simulate", str(plant), *LONG, *words)
    killer.join()
    assert code == 1
    assert said == (
        "a worker process was killed; often the machine has run out of memory; what was made so far is in "
        f"{tmp_path}, marked incomplete; add --resume --out {tmp_path} to go on from there"
    )
    assert manifest_of(tmp_path)["complete"] is False
    has_what_was_made(first, days=10)
    assert multiprocessing.active_children() == []
