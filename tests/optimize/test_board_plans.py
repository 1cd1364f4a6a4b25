"""What the board is told of the plans of a strategy: how it builds, and which plan was taken."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from board_lives import compared
from growing_plants import random_growth

from optimize.figures import Interval
from optimize.growth.at_best import AtBest
from optimize.growth.expansion import ExpansionPlan
from optimize.growth.finals import Finalist
from optimize.growth.strategy import Scheduled, Strategy
from optimize.pages import board_story
from optimize.pages.board_plans import built
from optimize.pages.board_report import save_strategies


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ({"rule": "at_once"}, "4 lines at once"),
        ({"rule": "phased", "gap": 6}, "4 lines, 6 months apart"),
        ({"rule": "when_proved", "output": 0.7}, "up to 4 lines, the next when 70 % is made"),
        ({"rule": "scheduled", "orders": (3,)}, "1 line"),
        ({"rule": "scheduled", "orders": (0, 0)}, "2 lines at once"),
        ({"rule": "scheduled", "orders": (0, 12, 60)}, "3 lines, ordered in months 0, 12 and 60"),
    ],
)
def test_how_a_strategy_builds_is_said_in_words(build: dict[str, Any], said: str) -> None:
    one = Strategy.model_validate({"title": "one", "build": build, "engineers": 4})
    assert built(one, 4) == said


def test_the_page_tells_which_plan_was_taken_and_what_is_left_of_its_promise(tmp_path: Path) -> None:
    """Planned in one future, where it was worth 100 more than in the mean of all three; another plan lost."""
    found = compared()
    lived = found.verdict.lived["fast"]
    plan = ExpansionPlan("optimal", random_growth(1))
    values = lived.books.npv_musd
    few = np.array([values.mean() + 100, *values[1:]])
    safe, ruined = Interval(0.0, 0.0, 0.7), Interval(2 / 3, 0.1, 1.0)
    alone = lived.strategy.model_copy(update={"build": Scheduled(rule="scheduled", orders=(0,)), "engineers": 7})
    ends = (Finalist(lived.strategy, few, 1, safe), Finalist(alone, few - 500, 1, ruined))
    best = AtBest(plan, lived.strategy, False, None, None, lived.npv, {3: lived.npv}, finals=ends)
    told = replace(found, at_best={"fast": best})
    assert "changes by \N{MINUS SIGN}100 MUSD on average" in board_story.kept(told)
    # the one is better in every future, so that nothing was chosen by luck
    assert "flatters none by more than 0 MUSD" in board_story.kept(told)
    save_strategies(told, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Which plan is taken" in page and "1 line, 7 engineers" in page and "67<br>" in page
    first, second = rows_of(tmp_path, "finalists")
    assert (first["taken"], second["taken"]) == ("True", "False")
    assert float(second["npv_musd_mean"]) == pytest.approx(few.mean() - 500)
    data_told = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))["at_best"]["fast"]
    assert [one["futures"] for one in data_told["finalists"]] == [3, 3] and data_told["flattered_musd"] == 0
