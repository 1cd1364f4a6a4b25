"""A run asked in SQL: what pandas says of the same journal, in names; it only reads; errors name their cure."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command import gigatwin, leave_out_reports
from traced_plant import plant_file, traced_plant

from twin import InputError, Journal, Run, open_run, run_in_folder
from twin.journal import TABLES
from twin.query import query

RUN = Run(traced_plant(), days=3, warmup=0, seed=5, cells="all")
SEEDS = (5, 6, 7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked")
    run_in_folder(RUN, path)
    return path


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replications as a user makes them."""
    home = tmp_path_factory.mktemp("several")
    with pytest.MonkeyPatch.context() as patch:
        leave_out_reports(patch)
        words = ("--days", "2", "--warmup", "0", "--seed", "5", "--replications", "3", "--cells", "all")
        assert gigatwin("simulate", str(plant_file(home)), *words, "--out", str(home / "runs"))[0] == 0
    return home / "runs"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def found(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    return list(query(folder, sql).rows())


def framed(folder: Path, sql: str) -> pd.DataFrame:
    answer = query(folder, sql)
    return pd.DataFrame(list(answer.rows()), columns=list(answer.columns))


def scrap_by_reason(journal: Journal) -> dict[tuple[str, str], float]:
    rejects = journal.frame("rejects")
    scrap = rejects[(rejects.cell >= 0) & (rejects.action == 0)]
    sums: dict[tuple[str, str], float] = scrap.groupby(["station", "reason"]).quantity.sum().to_dict()
    return sums


SCRAP = "station, reason, sum(quantity) from rejects where unit = 'cell' and action = 'scrap' group by all"


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_all_its_rows_in_order_with_the_names_that_the_journal_gives(folder: Path, table: str) -> None:
    frame, answer = open_run(folder).frame(table), framed(folder, f"select * from {table}")
    assert list(answer.columns) == list(frame.columns)
    assert len(answer) == len(frame)
    for column in set(frame.columns) - {"gauge", "action", "unit", "place", "state"}:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            assert answer[column].fillna("").tolist() == frame[column].tolist()
        else:
            pd.testing.assert_series_equal(answer[column], frame[column], check_dtype=False)


def test_scrap_by_reason_is_what_pandas_counts(folder: Path) -> None:
    expected = scrap_by_reason(open_run(folder))
    assert len(expected) > 1
    assert {(station, reason): n for station, reason, n in found(folder, f"select {SCRAP}")} == expected


def test_stock_is_told_by_station_and_by_buffer(folder: Path) -> None:
    journal = open_run(folder)
    places = [*journal.stations, *journal.buffers]
    stock = journal.frame("stock")
    expected = {(places[place], lots) for place, lots in zip(stock.place, stock.lots, strict=True)}
    assert set(found(folder, "select place, lots from stock")) == expected
    assert {place for place, _ in expected} & set(journal.buffers)


def test_each_replication_keeps_its_own_numbers_of_reasons(several: Path) -> None:
    runs = {number: open_run(several / f"replication-{number:03d}") for number in range(3)}
    rows = found(several, f"select replication, {SCRAP}")
    for number, journal in runs.items():
        mine = {(station, reason): n for which, station, reason, n in rows if which == number}
        assert mine == scrap_by_reason(journal)


def test_reasons_that_replications_met_in_another_order_are_told_apart(several: Path, tmp_path: Path) -> None:
    # the numbers stay in the tables, so the names must follow the manifest of each
    home = Path(shutil.copytree(several, tmp_path / "runs"))
    manifest = home / "replication-001" / "manifest.json"
    said = json.loads(manifest.read_text(encoding="utf-8"))
    renamed = {name: f"{name} again" for name in said["reasons"]}
    manifest.write_text(json.dumps({**said, "reasons": list(renamed.values())}), encoding="utf-8")
    before = {row for row in found(several, f"select replication, {SCRAP}") if row[0] == 1}
    after = found(home, f"select replication, {SCRAP}")
    assert {row for row in after if row[0] == 1} == {(1, s, renamed[reason], n) for _, s, reason, n in before}
    assert not any(row[2].endswith("again") for row in after if row[0] != 1)


def test_a_run_whose_tables_are_still_in_parts_is_asked_like_any_other(tmp_path: Path) -> None:
    def snapshot(now: Any) -> None:
        if now.day == 11:
            shutil.copytree(tmp_path / "run", tmp_path / "killed")

    run_in_folder(replace(RUN, days=12), tmp_path / "run", snapshot)
    killed = tmp_path / "killed"
    assert not list(killed.glob("*.parquet"))
    journal = open_run(killed)
    assert found(killed, "select count(*) from visits") == [(len(journal.frame("visits")),)]
    assert found(killed, "select count(*) from truth") == [(0,)], "nothing was written of it"
    assert query(killed, "show tables").missing == f"{killed} is not finished: its tables end with day 10"


def test_a_folder_with_a_pattern_in_its_name_is_read_as_it_is_called(folder: Path, tmp_path: Path) -> None:
    odd = Path(shutil.copytree(folder, tmp_path / "run [a*] 'b'"))
    assert found(odd, "select count(*) from visits") == found(folder, "select count(*) from visits")


def test_of_replications_those_that_are_there_are_asked_and_the_rest_is_told(several: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(several, tmp_path / "runs"))
    shutil.rmtree(home / "replication-001")
    code, said = gigatwin("query", str(home), "select distinct replication from visits order by 1")
    assert code == 0
    assert said.splitlines() == [f"{home} is not finished: 2 of 3 replications are", "replication", "0", "2"]


# what it prints


def test_a_program_gets_every_row_and_every_digit(folder: Path) -> None:
    code, said = gigatwin("query", str(folder), "select lot, leave / 3 as third from visits")
    frame = open_run(folder).frame("visits")
    assert code == 0
    head, *rows = said.splitlines()
    assert head.split() == ["lot", "third"]
    assert [tuple(row.split()) for row in rows] == [
        (str(lot), repr(float(leave) / 3)) for lot, leave in zip(frame.lot, frame.leave, strict=True)
    ]


def test_a_csv_file_is_read_back_as_what_was_asked(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    words = ("query", str(folder), "select * from visits", "--csv")
    assert gigatwin(*words, str(file)) == (0, "")
    pd.testing.assert_frame_equal(pd.read_csv(file), framed(folder, "select * from visits"), check_dtype=False)
    assert gigatwin(*words, "-") == (0, file.read_text(encoding="utf-8").strip())
    code, said = gigatwin(*words, str(file))
    assert (code, said) == (2, f"{file} exists already; choose another --csv, or say --overwrite")
    assert gigatwin(*words, str(file), "--overwrite")[0] == 0
    assert gigatwin(*words, str(tmp_path / "nowhere" / "x.csv"))[0] == 2
    assert sorted(tmp_path.iterdir()) == [file]


# what it refuses

REFUSED = {
    "misspelt table": ("select * from visit", "no table 'visit' in this run; did you mean 'visits'?"),
    "unknown table": ("select * from orders", "no table 'orders' in this run; expected one of alarms, cells,"),
    "misspelt column": ("select statio from visits", "no column 'statio' in visits; did you mean 'station'?"),
    "misspelt column by name": ("select v.leav from visits v", "no column 'leav' in visits; did you mean 'leave'?"),
    "no SQL": ("selec * from visits", 'syntax error at or near "selec"'),
    "nothing": ("", "is not one statement that reads"),
    "two statements": ("select 1; select 2", "is not one statement that reads"),
    "dropping a table": ("drop view visits", "is not one statement that reads"),
    "writing a file": ("copy visits to 'visits.csv'", "is not one statement that reads"),
    "text in place of a number": ("select lot from visits where server = 'two'", "Could not convert string 'two'"),
    "a file that is not there": ("select * from 'other.parquet'", "No files found that match"),
    "something of the internet": ("select * from 'https://localhost/x.csv'", "requires the extension httpfs"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_cannot_be_asked_is_refused_with_a_cure_and_changes_nothing(
    copy: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    sql, words = REFUSED[how]
    monkeypatch.chdir(copy)
    before = {path: path.read_bytes() for path in copy.iterdir()}
    code, said = gigatwin("query", str(copy), sql)
    assert code == 2
    assert words in said
    assert {path: path.read_bytes() for path in copy.iterdir()} == before


def test_what_is_no_run_or_a_corrupt_one_is_refused(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run folder"):
        query(tmp_path / "nowhere", "show tables")
    table = copy / "lots.parquet"
    table.write_bytes(table.read_bytes()[:-50])
    with pytest.raises(InputError, match="is corrupt"):
        query(copy, "show tables")


def test_replications_of_which_none_has_begun_are_told(several: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((several / "manifest.json").read_bytes())
    with pytest.raises(InputError, match="holds no replication yet"):
        query(tmp_path, "show tables")
