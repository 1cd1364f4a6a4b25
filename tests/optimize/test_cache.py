"""Answers that are kept: found again by what was asked, never taken for another, never in the way."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from counted_questions import Reply, asked_so_far, questions, reply

import optimize.cache
from optimize.cache import Cache, code_sha256, default_folder
from optimize.explore import Asked, ask
from optimize.workers import ask_all
from twin import read_line, turn

HOME = Path(__file__).parents[2]
PLANT = Path(__file__).parent / "small_plant.yaml"


@pytest.fixture(scope="module", name="asked")
def _asked() -> Asked:
    return Asked(read_line(PLANT), {"cathode_coating.speed": "12 m/min", "stacking.servers": 2}, 5, 2, 1)


def key(asked: Asked, function: Any = ask) -> str:
    return Cache().of(function).key(asked)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# what decides an answer


@pytest.mark.parametrize(
    "change",
    [
        {"days": 6},
        {"warmup": 3},
        {"seed": 2},
        {"settings": {"cathode_coating.speed": "12 m/min", "stacking.servers": 3}},
        {"settings": {"cathode_coating.speed": "13 m/min", "stacking.servers": 2}},
        {"settings": {"stacking.servers": 2}},
    ],
)
def test_another_question_has_another_key(asked: Asked, change: dict[str, Any]) -> None:
    assert key(replace(asked, **change)) != key(asked)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("mttr: 20 min", "mttr: 21 min"),
        ("electricity: 0.1 USD/kWh", "electricity: 0.11 USD/kWh"),
        ("coating speed}", "speed}"),
        ("low: 5 m/min", "low: 6 m/min"),
    ],
)
def test_another_plant_has_another_key(asked: Asked, tmp_path: Path, was: str, now: str) -> None:
    text = PLANT.read_text(encoding="utf-8")
    assert text.count(was) == 1
    other = tmp_path / "plant.yaml"
    other.write_text(text.replace(was, now), encoding="utf-8")
    assert key(replace(asked, line=read_line(other))) != key(asked)


def test_the_order_of_declaration_decides_too(asked: Asked, tmp_path: Path) -> None:
    # it is the order in which stations look into their boxes
    cathode, anode = (
        f"  {side}_rolls: {{from: {side}_coating, to: stacking, capacity: 6}}\n" for side in ("cathode", "anode")
    )
    text = PLANT.read_text(encoding="utf-8")
    assert cathode + anode in text
    other = tmp_path / "plant.yaml"
    other.write_text(text.replace(cathode + anode, anode + cathode), encoding="utf-8")
    assert read_line(other) == asked.line
    assert key(replace(asked, line=read_line(other))) != key(asked)


def test_the_same_plant_read_twice_has_the_same_key(asked: Asked) -> None:
    assert key(replace(asked, line=read_line(PLANT))) == key(asked)


def test_the_order_of_settings_does_not_matter(asked: Asked) -> None:
    assert key(replace(asked, settings=dict(reversed(asked.settings.items())))) == key(asked)


def test_what_is_declared_and_set_again_is_no_change(asked: Asked) -> None:
    again = {**asked.settings, "cathode_coating.servers": 1, "stacks.capacity": 6}
    assert key(replace(asked, settings=again)) == key(asked)


def test_a_knob_that_was_turned_before_can_be_turned_back(asked: Asked) -> None:
    turned = turn(asked.line, {"stacking.servers": 3})
    back, there = (replace(asked, line=turned, settings={"stacking.servers": count}) for count in (1, 3))
    assert key(back) != key(there)


def test_who_asks_decides_too(asked: Asked) -> None:
    from optimize.comparison import _ask

    assert key(asked, _ask) != key(asked)


def test_other_processes_find_the_same_key(asked: Asked) -> None:
    program = (
        "from optimize.cache import Cache; from optimize.explore import Asked, ask; from twin import read_line;"
        f"print(Cache().of(ask).key(Asked(read_line({str(PLANT)!r}), {dict(asked.settings)!r}, 5, 2, 1)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=HOME)
    assert said.stdout.strip() == key(asked)


def test_versions_decide_too(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(asked)
    monkeypatch.setattr(optimize.cache, "versions", lambda: {"numpy": "0.1"})
    optimize.cache.fingerprint.cache_clear()
    try:
        assert key(asked) != before
    finally:
        optimize.cache.fingerprint.cache_clear()


@pytest.mark.parametrize(
    ("changed", "decides"),
    [
        ("twin/flow/station.py", True),
        ("twin/quality/gauge.py", True),
        ("optimize/explore.py", True),
        ("optimize/figures.py", True),
        ("optimize/pages/report.py", False),
        ("optimize/solve.py", False),
    ],
)
def test_the_code_that_answers_decides_and_no_other(tmp_path: Path, changed: str, decides: bool) -> None:
    for package in ("twin", "optimize"):
        shutil.copytree(HOME / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    here, copy = (
        lambda home=home: code_sha256(home, home / "optimize" / "explore.py")  # type: ignore[misc]
        for home in (HOME, tmp_path)
    )
    assert copy() == here()
    with (tmp_path / changed).open("a", encoding="utf-8") as file:
        file.write("# another line\n")
    assert (copy() != here()) == decides


# nothing is asked twice


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_answered_is_not_asked_again(tmp_path: Path, workers: int) -> None:
    marks, folder = tmp_path / "marks", tmp_path / "cache"
    first = ask_all(reply, questions(marks, 6), workers, "first", cache=Cache(folder))
    again = ask_all(reply, questions(marks, 8), workers, "again", cache=Cache(folder))
    assert asked_so_far(marks) == list(range(8))
    assert again[:6] == first


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("folder", [None, "cache"])
def test_equal_questions_are_asked_once(tmp_path: Path, workers: int, folder: str | None) -> None:
    marks = tmp_path / "marks"
    twice = [*questions(marks, 3), *reversed(questions(marks, 3))]
    cache = Cache(tmp_path / folder) if folder else None
    assert [found.number for found in ask_all(reply, twice, workers, "twice", cache=cache)] == [0, 1, 2, 2, 1, 0]
    assert asked_so_far(marks) == [0, 1, 2]


def test_a_cache_without_a_folder_remembers_until_it_is_gone(tmp_path: Path) -> None:
    marks, cache = tmp_path / "marks", Cache()
    for _ in range(2):
        ask_all(reply, questions(marks, 2), 1, "memory", cache=cache)
    assert asked_so_far(marks) == [0, 1]
    ask_all(reply, questions(marks, 2), 1, "forgotten", cache=Cache())
    assert asked_so_far(marks) == [0, 0, 1, 1]


def test_answers_of_the_twin_are_the_same_kept_or_not(asked: Asked, tmp_path: Path) -> None:
    runs = [replace(asked, seed=seed) for seed in (1, 2)]
    plain = [ask(run) for run in runs]
    kept = ask_all(ask, runs, 1, "kept", cache=Cache(tmp_path))
    found = ask_all(ask, runs, 2, "found", cache=Cache(tmp_path))
    assert len(files(tmp_path)) == 2
    assert found == kept == plain
    assert [repr(one) for one in found] == [repr(one) for one in kept]


def test_numbers_come_back_to_the_last_bit(tmp_path: Path) -> None:
    awkward = {"tiny": 5e-324, "third": 1 / 3, "huge": 1.7976931348623157e308, "minus": -0.0, "endless": math.inf}
    given = Reply(3, {**awkward, "none": math.nan}, ("a", "b"))
    Cache(tmp_path).of(reply).keep("k" * 64, given)
    found = Cache(tmp_path).of(reply).find("k" * 64)
    assert found is not None
    assert [value.hex() for value in found.parts.values()] == [value.hex() for value in given.parts.values()]
    assert (found.number, found.names) == (3, ("a", "b"))


# files


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
        lambda text: text.replace('"third": 0.0', '"third": 0.5'),
        lambda text: text.replace('"number": 0', '"number": "zero"'),
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
