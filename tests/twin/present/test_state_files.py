"""Files of saved plants: which are refused, and how the command line saves and goes on."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import gigatwin, leave_out_reports, manifest_of
from generic_lines import DAY, exponential, serial_line
from saved_plants import branch, saved
from traced_plant import plant_file

from twin import InputError, Line

LINE = """gigatwin: 1
name: two
stations:
  a: {step: {kind: timed, time: {distribution: exponential, mean: 60 s}}, servers: 1}
  b: {step: {kind: timed, time: {distribution: exponential, mean: 50 s}}, servers: 1}
buffers:
  a_b: {from: a, to: b, capacity: 3}
"""


def two() -> Line:
    return serial_line([exponential(60.0), exponential(50.0)], [3])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "plant.state"
    saved(two(), 0.5 * DAY, file, days=1)
    return file


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    leave_out_reports(monkeypatch)
    (tmp_path / "two.yaml").write_text(LINE, encoding="utf-8")
    return str(tmp_path / "two.yaml")


def refused(file: Path, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as found:
        branch(two(), file)
    assert str(file) in str(found.value)


def test_a_file_that_is_not_there_or_is_something_else_is_refused(file: Path, tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "no such file")
    text = tmp_path / "text"
    text.write_text("gigatwin: 1\n", encoding="utf-8")
    refused(text, "that is no state of a plant; give a file that --save-state has written")
    np.savez(tmp_path / "arrays.npz", a=np.zeros(3))
    refused(tmp_path / "arrays.npz", "that is no state of a plant")


def test_a_file_that_was_cut_or_changed_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    refused(file, "no state of a plant")
    # one bit in the middle of an array
    file.write_bytes(whole)
    with zipfile.ZipFile(file) as parts:
        part = parts.getinfo("now.lots.npy")
    place = part.header_offset + 30 + len(part.filename) + part.compress_size // 2
    file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
    refused(file, "damaged")


def test_a_newer_file_and_one_with_other_parts_are_refused(file: Path) -> None:
    with np.load(file) as stored:
        arrays = dict(stored)
    header = json.loads(arrays["header"].tobytes())
    newer = json.dumps({**header, "gigatwin_state": 99}).encode()
    np.savez(file.open("wb"), **{**arrays, "header": np.frombuffer(newer, np.uint8)})
    refused(file, "it has format 99, this gigatwin reads format 2")
    fewer = {name: array for name, array in arrays.items() if name != "now.clocks"}
    np.savez(file.open("wb"), **fewer)
    refused(file, "another version of gigatwin has saved it")


def test_a_state_says_of_which_plant_and_moment_it_is(file: Path) -> None:
    assert zipfile.is_zipfile(file)
    with np.load(file) as stored:
        header = json.loads(stored["header"].tobytes())
    assert (header["gigatwin_state"], header["time"], header["seed"], header["line"]) == (2, 0.5 * DAY, 1, "test_line")
    assert len(header["line_sha256"]) == 64


def test_the_command_goes_on_where_it_saved_with_the_same_seed_and_no_warm_up(plant: str, tmp_path: Path) -> None:
    state, whole, tail = tmp_path / "noon.state", tmp_path / "whole", tmp_path / "tail"
    save = ("--seed", "7", "--save-state", str(state), "--at", "36 h", "--out", str(whole))
    assert gigatwin("simulate", plant, "--days", "4", "--warmup", "0", *save)[0] == 0
    assert gigatwin("simulate", plant, "--days", "2", "--from-state", str(state), "--out", str(tail))[0] == 0
    theirs, ours = (pd.read_parquet(folder / "finished.parquet") for folder in (whole, tail))
    assert len(ours) > 3000
    pd.testing.assert_frame_equal(ours, theirs.iloc[-len(ours) :].reset_index(drop=True))
    manifest = manifest_of(tail)
    assert (manifest["seed"], manifest["warmup_s"], manifest["end_s"]) == (7, 2 * DAY, 4 * DAY)
    assert len(manifest["from_state"]) == 64
    kpi = json.loads((tail / "kpi.json").read_text(encoding="utf-8"))
    assert kpi["days"] == 2


def test_branches_with_other_luck_begin_with_one_plant(plant: str, tmp_path: Path) -> None:
    state, out = tmp_path / "end.state", tmp_path / "branches"
    assert gigatwin("simulate", plant, "--days", "1", "--warmup", "0", "--save-state", str(state))[0] == 0
    many = ("--from-state", str(state), "--replications", "3", "--workers", "2", "--out", str(out))
    assert gigatwin("simulate", plant, "--days", "1", *many)[0] == 0
    first = [pd.read_parquet(out / f"replication-00{n}" / "stock.parquet") for n in range(3)]
    # one and the same plant before the first day, different ones after it
    assert all(stock[stock.day == 0].equals(first[0][first[0].day == 0]) for stock in first)
    made = [len(pd.read_parquet(out / f"replication-00{n}" / "finished.parquet")) for n in range(3)]
    assert len(set(made)) == 3


def test_what_is_not_said_of_a_branch_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_reports(monkeypatch)
    cells, state = str(plant_file(tmp_path)), tmp_path / "cells.state"
    whole, tail = tmp_path / "whole", tmp_path / "tail"
    sampled = ("--evaluate", "sample:20%", "--seed", "3", "--save-state", str(state), "--at", "1.4 d")
    assert gigatwin("simulate", cells, "--days", "4", "--warmup", "0", *sampled, "--out", str(whole))[0] == 0
    assert gigatwin("simulate", cells, "--days", "2", "--from-state", str(state), "--out", str(tail))[0] == 0
    assert (manifest_of(tail)["evaluate"], manifest_of(tail)["seed"]) == ("sample:20%", 3)
    theirs, ours = (pd.read_parquet(folder / "finished.parquet") for folder in (whole, tail))
    assert len(ours) > 20
    pd.testing.assert_frame_equal(ours, theirs.iloc[-len(ours) :].reset_index(drop=True))


REFUSED = {
    "a moment without a file": (("--at", "1 d"), "--at says when --save-state saves the plant; give that too"),
    "a moment without a unit": (
        ("--save-state", "NEW", "--at", "12"),
        "--at '12' has no unit, expected a time such as",
    ),
    "a moment after the end": (("--save-state", "NEW", "--at", "9 d"), "the plant cannot be saved on day 9"),
    "the very beginning": (("--save-state", "NEW", "--at", "0 d"), "the plant cannot be saved on day 0"),
    "a file that is there": (("--save-state", "PLANT"), "the file exists already; choose another, or say --overwrite"),
    "a folder": (("--save-state", "."), "that is a folder; give the name of a file"),
    "a folder that is not there": (("--save-state", "nowhere/x.state"), "there is no folder"),
    "many runs": (("--save-state", "NEW", "--replications", "2"), "--save-state saves the plant of one run"),
    "no state": (("--from-state", "PLANT"), "that is no state of a plant"),
    "nothing": (("--from-state", "NEW"), "no such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_saved_or_gone_on_with_is_refused_before_anything_is_made(
    case: str, plant: str, tmp_path: Path
) -> None:
    words, reason = REFUSED[case]
    new, out = tmp_path / "new.state", tmp_path / "out"
    words = tuple({"PLANT": plant, "NEW": str(new)}.get(word, word) for word in words)
    code, said = gigatwin("simulate", plant, "--days", "2", "--warmup", "0", *words, "--out", str(out))
    assert code == 2
    assert reason in said
    assert not new.exists() and not out.exists()


def test_a_plant_that_goes_on_has_no_warm_up_to_find(plant: str, tmp_path: Path) -> None:
    state = tmp_path / "end.state"
    assert gigatwin("simulate", plant, "--days", "1", "--warmup", "0", "--save-state", str(state))[0] == 0
    code, said = gigatwin("simulate", plant, "--from-state", str(state), "--warmup", "auto")
    assert (code, "after a saved state give a number of days" in said) == (2, True)
