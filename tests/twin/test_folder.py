"""Run folders: what they hold, what survives an accident, what is never removed."""

from __future__ import annotations

import errno
import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from traced_plant import traced_plant

from twin import InputError, Journal, Run, kpis, open_run, run_in_folder, simulate, turn
from twin.folder import RUN, read_manifest
from twin.journal import TABLES
from twin.results import new_folder

DAY = 86400.0
DAYS = 12


def run_of(days: int = DAYS) -> Run:
    return Run(turn(traced_plant(), {"filling.servers": 2}), days=days, warmup=0, seed=5, cells="all")


@pytest.fixture(scope="module")
def memory() -> Journal:
    return simulate(run_of())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run")
    run_in_folder(run_of(), path)
    return path


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def time_of(table: str) -> str:
    return {"visits": "leave", "stops": "begin"}.get(table, "day" if "day" in TABLES[table] else "time")


def same_until(end: float, one: Journal, other: Journal) -> None:
    """Compare all rows of two journals before a moment; those that wait for their end are written late."""
    for table in TABLES:
        name = time_of(table)
        limit = end / DAY if name == "day" else end
        before, after = (
            {n: v[c[name] < limit] for n, v in c.items()} for c in (one.columns(table), other.columns(table))
        )
        for column in before:
            np.testing.assert_array_equal(before[column], after[column], err_msg=f"{table}.{column}")


# what it holds


def test_an_opened_run_is_the_run_in_memory(folder: Path, memory: Journal) -> None:
    opened = open_run(folder)
    same_until(float("inf"), memory, opened)
    assert (opened.complete, opened.end, opened.warmup) == (True, memory.end, memory.warmup)
    assert (opened.stations, opened.buffers, opened.reasons) == (memory.stations, memory.buffers, memory.reasons)
    first, second = kpis(memory), kpis(opened)
    # how sure the declared numbers are is not kept
    assert {**first, "assumptions": {}} == {**second, "assumptions": {}}


def test_the_manifest_says_what_was_asked_and_of_what(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    declared = json.dumps(manifest["line_declared"], sort_keys=True).encode()
    assert manifest["line_sha256"] == sha256(declared).hexdigest()
    assert manifest["line_declared"]["stations"]["filling"]["servers"] == 2
    assert manifest["settings"] == {"filling.servers": 2}
    assert (manifest["days"], manifest["warmup_days"], manifest["seed"], manifest["cells"]) == (DAYS, 0, 5, "all")
    assert {"python", "gigatwin", "simpy", "numpy", "pandas", "pyarrow"} <= manifest["versions"].keys()
    assert manifest["complete"] is True
    assert manifest["wall_s"] > 0


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_and_pandas_read_every_table(folder: Path, memory: Journal, table: str) -> None:
    file = folder / f"{table}.parquet"
    rows = len(memory.columns(table)[next(iter(TABLES[table]))])
    assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == [(rows,)]
    for column in TABLES[table]:
        known = memory.columns(table)[column].astype(np.float64)
        counted = int(np.count_nonzero(~np.isnan(known)))
        [found] = duckdb.sql(f"select count({column}), coalesce(sum({column}), 0) from '{file}'").fetchall()
        assert found == (counted, pytest.approx(float(np.nansum(known)), rel=1e-9))
    assert list(pd.read_parquet(file).columns) == list(TABLES[table])


# accidents


def test_a_killed_run_keeps_what_was_made_up_to_its_last_checkpoint(tmp_path: Path, memory: Journal) -> None:
    def snapshot(now: Any) -> None:
        if now.day == DAYS - 1:
            shutil.copytree(tmp_path / "run", tmp_path / "killed")

    run_in_folder(run_of(), tmp_path / "run", snapshot)
    killed = open_run(tmp_path / "killed")
    assert killed.complete is False
    assert killed.end == 10 * DAY
    same_until(killed.end, memory, killed)
    assert kpis(killed)["good_cells"] > 10_000


def test_an_interrupted_run_keeps_every_day_that_was_over(tmp_path: Path, memory: Journal) -> None:
    def interrupt(now: Any) -> None:
        if now.day == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_folder(run_of(), tmp_path / "run", interrupt)
    stopped = open_run(tmp_path / "run")
    assert (stopped.complete, stopped.end) == (False, 7 * DAY)
    same_until(stopped.end, memory, stopped)
    assert not (tmp_path / "run" / "parts").exists()
    # it is what a run of as many days would have been, with the turns whose lots still waited to leave
    assert {**kpis(stopped), "assumptions": {}} == {**kpis(simulate(run_of(7))), "assumptions": {}, "complete": False}


@pytest.mark.parametrize("room", [0, 3, 9, 14])
def test_a_full_disk_keeps_what_was_written_whole(
    tmp_path: Path, memory: Journal, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    writes = iter(range(room))
    write = pq.ParquetWriter.write_table

    def write_while_there_is_room(self: Any, *what: Any, **how: Any) -> None:
        if next(writes, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, *what, **how)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_while_there_is_room)
    with pytest.raises(OSError, match="No space left"):
        run_in_folder(run_of(), tmp_path / "run")
    monkeypatch.undo()
    left = open_run(tmp_path / "run")
    assert left.complete is False
    # a checkpoint writes each table that has rows
    written = sum(1 for name in TABLES if len(next(iter(memory.columns(name).values()))))
    assert left.end == (10 * DAY if room >= written else 0)
    same_until(left.end, memory, left)
    kpis(left)
    assert not list((tmp_path / "run").rglob("*.tmp"))


# what is corrupt


def manifest_with(**changes: Any) -> Any:
    def spoil(folder: Path) -> None:
        file = folder / "manifest.json"
        manifest = {**json.loads(file.read_text(encoding="utf-8")), **changes}
        file.write_text(json.dumps({k: v for k, v in manifest.items() if v is not ...}), encoding="utf-8")

    return spoil


def other_columns(folder: Path) -> None:
    pd.DataFrame({"lot": [1]}).to_parquet(folder / "visits.parquet")


def shortened(name: str) -> Any:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-100])


SPOILED = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "it has no manifest.json"),
    "broken JSON": (shortened("manifest.json"), "manifest.json is corrupt"),
    "no object": (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest.json is corrupt"),
    "binary": (lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe\x00"), "manifest.json is corrupt"),
    "of something else": (lambda folder: (folder / "manifest.json").write_text('{"name": "x"}'), "is not gigatwin's"),
    "other format": (manifest_with(format=1), "has format 1, this gigatwin reads format 3"),
    "no stations": (manifest_with(stations=...), "manifest.json is corrupt: KeyError 'stations'"),
    "stations of another plant": (manifest_with(stations=["a"]), "are not those of its plant"),
    "no end": (manifest_with(end_s=None), "manifest.json is corrupt"),
    "plant refused": (manifest_with(line_declared={"gigatwin": 1}), "its plant is refused"),
    "table cut short": (shortened("visits.parquet"), "visits.parquet is corrupt"),
    "table missing": (lambda folder: (folder / "lots.parquet").unlink(), "lots.parquet is missing"),
    "table empty": (lambda folder: (folder / "cells.parquet").write_bytes(b""), "cells.parquet is corrupt"),
    "other columns": (other_columns, "columns are not those of the table 'visits'"),
    "empty folder": (lambda folder: [f.unlink() for f in folder.iterdir()], "it has no manifest.json"),
    "no folder": (shutil.rmtree, "no run folder"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_corrupt_run_is_refused_in_words(copy: Path, how: str) -> None:
    spoil, said = SPOILED[how]
    spoil(copy)
    with pytest.raises(InputError) as refused:
        open_run(copy)
    assert said in str(refused.value)
    assert str(copy) in str(refused.value)


def test_a_table_with_broken_pages_is_refused_when_it_is_read(copy: Path) -> None:
    file = copy / "visits.parquet"
    content = bytearray(file.read_bytes())
    content[100:5000] = bytes(4900)
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"visits\.parquet is corrupt"):
        kpis(open_run(copy))


# what is never removed


def test_a_folder_that_holds_something_is_refused_without_overwrite(copy: Path) -> None:
    with pytest.raises(InputError, match="exists already; choose another --out, or say --overwrite"):
        new_folder(copy)
    assert read_manifest(copy)["complete"]
    with pytest.raises(InputError, match="exists already"):
        run_in_folder(run_of(1), copy)


def test_overwrite_empties_a_run(copy: Path) -> None:
    (copy / "pictures").mkdir()
    (copy / "recall-cathode_mixing-1.csv").touch()
    assert not list(new_folder(copy, overwrite=RUN).iterdir())


@pytest.mark.parametrize("name", ["thesis.docx", ".git", "visits.csv"])
def test_overwrite_never_removes_what_no_run_wrote(copy: Path, name: str) -> None:
    (copy / name).touch()
    before = sorted(copy.iterdir())
    with pytest.raises(InputError, match=f"no run wrote .*{name}"):
        new_folder(copy, overwrite=RUN)
    assert sorted(copy.iterdir()) == before


@pytest.mark.parametrize("manifest", [None, '{"name": "a web page", "version": "1"}', "{"])
def test_overwrite_never_removes_a_folder_that_is_no_run(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "report.html").write_text("mine", encoding="utf-8")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(InputError, match="it is not overwritten"):
        new_folder(tmp_path, overwrite=RUN)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("mine", encoding="utf-8")
    for path in (file, file / "run"):
        with pytest.raises(InputError, match="choose"):
            new_folder(path, overwrite=RUN)
    assert file.read_text(encoding="utf-8") == "mine"
