"""Cases that cannot be used are refused with their place, before anything long starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from past_plants import CASE, PLANT, run


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("metric: cells_per_week", "metric: cells_a_week", ":17: points.1.metric: 'cells_a_week' is not known"),
        ("date: 2020-08-30", "date: 2019-12-30", ":16: points.1.date: 2019-12-30 is -2 days after the start"),
        ("date: 2020-08-30", "date: soon", ":16: points.1.date: 'soon' is not a day, expected one such as"),
        ("start: 2020-01-01\nnovelty", "start: 2020-01-02\nnovelty", ":5: start: 2020-01-02 is the day of the first"),
        ("product: 1,", "product: 2,", ":6: novelty.product: 2 is outside its physical range"),
        ("source: [mem]", "source: [nobody]", "no source 'nobody' in sources.yaml"),
        ("bound: at_least", "bound: about", ":19: points.1.bound: 'about' is not known"),
        (f"line: {PLANT}", "line: no_such_plant", ":4: line: no line file 'no_such_plant'"),
        (
            "reported: {value: 0.2, low: 0.1, high: 0.4, source: [est], confidence: estimate}",
            "reported: 0.2",
            ":14: points.0.reported: 0.2 has no source",
        ),
    ],
)
def test_a_bad_case_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert CASE.count(old) == 1, old
    path = tmp_path / "bad.yaml"
    path.write_text(CASE.replace(old, new), encoding="utf-8")
    code, told = run("backtest", str(path), "--out", str(tmp_path / "out"))
    assert code == 2
    assert said in told.replace("\n", " ") or said in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("northvolt_et",), "did you mean 'northvolt_ett'?"),
        (("--draws", "5"), "--draws 5 says nothing about the ends of a band"),
    ],
)
def test_a_bad_question_is_refused_at_once(words: tuple[str, ...], said: str) -> None:
    code, told = run("backtest", *words)
    assert code == 2
    assert said in told
