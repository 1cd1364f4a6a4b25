"""Same run, same journal; another plant, the same luck for every lot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cell_lines import FILLING, TESTING, cell_line
from generic_lines import exponential, line_of, run_days, timed, visits

from twin import Line, Run, run_in_folder, simulate
from twin.journal import TABLES

DEFECTS = """
defects:
  pinhole:
    {born: [cathode_coating], per_area: 0.002 1/m^2, extent: 0.01 m, action: cut, seen: [{at: slitting, pod: 0.7}]}
  leak: {born: [filling], per_cell: 0.01, seen: [{at: testing, pod: 0.9}]}
  tilt: {born: [stacking], per_cell: 0.02, seen: [{at: testing, pod: 0.5}]}
"""


def small_plant(filling: str = FILLING) -> Line:
    return cell_line(
        {"filling": filling, "testing": TESTING}, ["stacking > filling: 4", "filling > testing: 4"], DEFECTS
    )


def generic() -> Line:
    return line_of(
        {"a": timed(exponential(40.0), scrap=0.1), "b": timed(exponential(70.0), 2), "c": timed(exponential(30.0))},
        ["a > b: 3", "b > c: 0"],
    )


@pytest.mark.parametrize("line", [small_plant, generic])
def test_equal_runs_write_equal_files(line: object, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
        run_in_folder(Run(line(), days=5, warmup=1, seed=7, cells="all"), folder)
    for table in TABLES:
        first, second = ((folder / f"{table}.parquet").read_bytes() for folder in folders)
        assert first == second, table


def test_another_seed_gives_another_journal() -> None:
    first, second = (run_days(generic(), days=1, seed=seed).columns("visits") for seed in (1, 2))
    assert not np.array_equal(first["finish"][:100], second["finish"][:100])


def test_a_run_on_disk_is_the_run_in_memory(tmp_path: Path) -> None:
    run = Run(small_plant(), days=3, warmup=0, seed=7, cells="all")
    memory, disk = simulate(run), run_in_folder(run, tmp_path)
    for table in TABLES:
        for name, column in memory.columns(table).items():
            np.testing.assert_array_equal(column, disk.columns(table)[name], err_msg=f"{table}.{name}")


def test_speeding_one_station_up_leaves_every_lots_service_times_elsewhere_unchanged() -> None:
    def line(mean: float) -> Line:
        return line_of(
            {"a": timed(exponential(40.0), scrap=0.1), "b": timed(exponential(mean), 2), "c": timed(exponential(30.0))},
            ["a > b: 3", "b > c: 0"],
        )

    slow, fast = run_days(line(200.0), days=2), run_days(line(20.0), days=2)
    for station in ("a", "c"):
        before, after = (
            dict(zip(v["lot"].tolist(), (v["finish"] - v["start"]).tolist(), strict=True))
            for v in (visits(slow, station), visits(fast, station))
        )
        both = before.keys() & after.keys()
        assert len(both) > 500
        assert all(before[lot] == pytest.approx(after[lot], abs=1e-6) for lot in both)
    scrapped = [set(journal.columns("rejects")["lot"].tolist()) for journal in (slow, fast)]
    reached = int(visits(slow, "a")["lot"].max())
    assert {lot for lot in scrapped[1] if lot <= reached} == scrapped[0]
    assert len(visits(fast, "c")["lot"]) > 1.5 * len(visits(slow, "c")["lot"])


def test_speeding_filling_up_leaves_every_cells_flaws_elsewhere_unchanged() -> None:
    slow = run_days(small_plant(), days=4)
    fast = run_days(small_plant("{servers: 3, step: {kind: filling, rate: 30 cell/min}}"), days=4)
    fates = []
    for journal in (slow, fast):
        frame = journal.frame("cells")
        fates.append(frame.set_index("cell")[["reason", "grade"]])
    both = fates[0].index.intersection(fates[1].index)
    assert len(both) > 5000
    assert fates[0].loc[both].equals(fates[1].loc[both])
    assert (fates[0]["reason"] != "").sum() > 50
