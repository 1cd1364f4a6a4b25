"""Answers that are kept: found again by what was asked, never taken for another, never in the way."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from counted_questions import Reply, asked_so_far, questions, reply

import optimize.cache
from optimize.cache import Cache, code_sha256
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
