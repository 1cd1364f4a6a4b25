"""Files of a cache: damaged, full, shared, too many; none of it is ever in the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from counted_questions import Reply, asked_so_far, questions, reply

import optimize.cache
from optimize.cache import Cache, default_folder
from optimize.workers import ask_all

HOME = Path(__file__).parents[2]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def kept(tmp_path: Path) -> tuple[Path, Path]:
    """Return the folder of a cache with one answer, and the file of it."""
    ask_all(reply, questions(tmp_path / "marks", 1), 1, "keep", cache=Cache(tmp_path / "cache"))
    (file,) = files(tmp_path / "cache")
    return tmp_path / "cache", file


def ask_again(tmp_path: Path) -> list[int]:
    (found,) = ask_all(reply, questions(tmp_path / "marks", 1), 1, "again", cache=Cache(tmp_path / "cache"))
    assert found == Reply(0, {"third": 0.0, "tenth": 0.0}, ("third", "tenth"))
    return asked_so_far(tmp_path / "marks")


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"third":0.0', '"third": 0.5'),
        lambda text: text.replace('"number":0', '"number": "zero"'),
        lambda text: "\0" * len(text),
        lambda text: "[]",
        lambda text: "null",
        lambda text: "[" * 100_000,
        lambda text: json.dumps({"format": 1}),
    ],
)
def test_a_damaged_file_counts_as_absent(tmp_path: Path, harm: Any) -> None:
    _, file = kept(tmp_path)
    whole = file.read_text(encoding="utf-8")
    assert harm(whole) != whole
    file.write_text(harm(whole), encoding="utf-8")
    assert ask_again(tmp_path) == [0, 0]
    assert file.read_text(encoding="utf-8") == whole


def test_the_answer_to_another_question_under_this_name_counts_as_absent(tmp_path: Path) -> None:
    folder, file = kept(tmp_path)
    ask_all(reply, questions(tmp_path / "marks", 2)[1:], 1, "other", cache=Cache(folder))
    (other,) = set(files(folder)) - {file}
    shutil.copy(other, file)
    assert ask_again(tmp_path) == [0, 0, 1]


def test_a_folder_in_place_of_the_file_costs_no_more_than_the_cache(tmp_path: Path) -> None:
    _, file = kept(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.warns(UserWarning, match="cannot keep answers of the twin"):
        assert ask_again(tmp_path) == [0, 0]


def test_a_folder_that_cannot_be_is_told_in_words_and_not_missed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    told: list[str] = []
    cache = Cache(tmp_path / "file" / "cache", told.append)
    assert cache.folder is None
    assert len(told) == 1
    assert f"cannot keep answers of the twin in {tmp_path / 'file' / 'cache'}" in told[0]
    assert "choose another folder with --cache or GIGATWIN_CACHE" in told[0]
    assert len(ask_all(reply, questions(tmp_path / "marks", 2), 1, "anyway", cache=cache)) == 2
    assert len(told) == 1


def test_a_disk_that_is_full_is_told_once_and_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*what: Any) -> None:
        raise OSError(28, "No space left on device")

    told: list[str] = []
    cache = Cache(tmp_path / "cache", told.append)
    monkeypatch.setattr(optimize.cache, "_write", full)
    assert len(ask_all(reply, questions(tmp_path / "marks", 3), 1, "anyway", cache=cache)) == 3
    assert len(told) == 1
    assert "(No space left on device)" in told[0]


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    marks, folder = tmp_path / "marks", tmp_path / "cache"
    questions(marks, 0)
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from counted_questions import questions, reply\n"
        "from optimize.cache import Cache\n"
        "from optimize.workers import ask_all\n"
        f"print(ask_all(reply, questions(Path({str(marks)!r}), 60), 1, 'share', cache=Cache(Path({str(folder)!r}))))"
    )
    both = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=HOME) for _ in range(2)]
    one, other = (process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert one == other
    assert set(asked_so_far(marks)) == set(range(60))
    assert len(files(folder)) == 60
    # all of it is whole
    before = len(asked_so_far(marks))
    ask_all(reply, questions(marks, 60), 1, "whole", cache=Cache(folder))
    assert len(asked_so_far(marks)) == before


def test_a_folder_that_is_too_large_forgets_other_code_first_and_then_the_oldest(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    marks = tmp_path / "marks"
    ask_all(reply, questions(marks, 4), 1, "fill", cache=Cache(folder))
    mine = sorted(files(folder))
    for age, file in enumerate(mine):
        os.utime(file, (time.time() - 1000 - age,) * 2)
    size = mine[0].stat().st_size
    other = folder / ("0" * 16) / mine[0].relative_to(folder).parts[1] / mine[0].name
    other.parent.mkdir(parents=True)
    shutil.copyfile(mine[0], other)
    foreign = folder / "mine" / "and" / "yours.json"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("x" * 10 * size, encoding="utf-8")

    def grow(number: int, limit: float) -> set[Path]:
        ask_all(reply, questions(marks, number)[-1:], 1, "grow", cache=Cache(folder, limit=int(limit * size)))
        return set(files(folder))

    assert other not in grow(5, 4.5)
    assert set(mine) < set(files(folder))
    # five are there: the two oldest go
    left = grow(6, 3.5)
    assert set(mine) & left == set(mine[:2])
    assert foreign in left


def test_the_folder_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIGATWIN_CACHE", str(tmp_path / "here"))
    assert default_folder() == tmp_path / "here"


@pytest.mark.skipif(sys.platform != "linux", reason="where the platform keeps caches")
@pytest.mark.parametrize("chosen", [None, ""])
def test_the_folder_is_where_the_platform_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chosen: str | None
) -> None:
    monkeypatch.delenv("GIGATWIN_CACHE")
    if chosen is not None:
        monkeypatch.setenv("GIGATWIN_CACHE", chosen)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "gigatwin"


def test_a_function_that_does_not_say_what_it_returns_cannot_be_asked() -> None:
    def silent(asked):  # type: ignore[no-untyped-def]
        return asked

    with pytest.raises(TypeError, match="silent does not say what it returns"):
        Cache().of(silent)
