"""The report a board decides on: its sentences, tables and pictures, from strategies lived on a small line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from board_lives import FUTURES, MONTHS, STUDY, compared, with_lead
from command import is_self_contained

from optimize.figures import Interval
from optimize.growth.probes import Waited
from optimize.growth.read_scale_up import read_scale_up
from optimize.growth.verdict import keep
from optimize.money.books import by_year
from optimize.pages import board_story
from optimize.pages.board_plant import engineers, narrowest
from optimize.pages.board_report import middle, save_strategies, table_of_strategies
from optimize.pages.board_tables import costs, lines, quarters, tables_of
from twin import sample_futures
from twin.read import lines_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("board")
    save_strategies(compared(), found)
    return found


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> list[float]:
    """Return all numbers of a text."""
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", "")
    return [float(found) for found in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])", plain)]


def test_the_page_stands_alone_and_shows_every_picture(folder: Path) -> None:
    assert is_self_contained(folder / "report.html")
    page = (folder / "report.html").read_text(encoding="utf-8")
    drawn = {picture.stem for picture in (folder / "pictures").glob("*.svg")}
    assert drawn == {
        *("ranking", "frontier", "differences", "tornado", "worth", "good", "yield", "lines", "cash", "runway"),
        *(
            "cost_by_year",
            "cost_parts",
            "scrap_born",
            "scrap_flow",
            "scrap_mode",
            "scrap_lost",
            "flow",
            "narrowest",
            "inside",
            "lag",
            "causes",
        ),
    }
    assert page.count("<svg") == len(drawn)
    # each chapter but those of words and of assumptions has a picture
    chapters = page.split("<h2>")[1:]
    bare = [chapter.partition("<")[0] for chapter in chapters if "<svg" not in chapter]
    assert bare == ["What the hypothesis survives", "What is assumed"]
    assert all(len(row.split("</td>")) > 1 for row in page.split("<tr>")[2:] if "<td" in row)


def test_the_answer_says_what_compare_json_says(folder: Path) -> None:
    data = json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    best = data["strategies"][data["ranking"][0]]
    worth, insolvency, reached, cost, _ = board_story.answer(compared())

    def near(found: list[float], figures: Sequence[float], digits: float) -> None:
        assert found[: len(figures)] == pytest.approx(figures, rel=digits, abs=0.5 * digits)

    assert f"{best['title']}, with 2 lines" in worth and ("loses least" in worth) == (best["npv_musd"]["mean"] < 0)
    worth = worth.partition("net present value of")[2]
    lead = data["lead_of_the_best_musd"][data["ranking"][1]]
    near(numbers(worth), [best["npv_musd"][name] for name in ("mean", "low", "high")], 0.2)
    assert (f"{FUTURES} futures decide it" in worth) == data["decided"] == (lead["low"] > 0)
    share = best["insolvency_probability"]
    assert numbers(insolvency)[:2] == [round(share["mean"] * FUTURES), FUTURES]
    near(numbers(insolvency)[2:], [100 * share[name] for name in ("mean", "low", "high")], 0.05)
    months = best["months_to_80_percent_of_nameplate"]
    nameplate = data["nameplate_gwh_per_year"] * best["lines"]["mean"] / STUDY["lines"]
    assert numbers(reached)[1:3] == pytest.approx([best["lines"]["mean"], nameplate], rel=0.01)
    if months["mean"] is not None:
        near(numbers(reached)[3:], [months[name] for name in ("mean", "low", "high")], 0.1)
    year = MONTHS // 12 - 1
    near(numbers(cost)[1:], [best["cost_usd_per_kwh_by_year"][year][name] for name in ("mean", "low", "high")], 0.2)
    price = best["revenue_usd_per_kwh_by_year"][year]
    near(numbers(cost)[4:], [price[name] for name in ("mean", "low", "high")], 0.2)


def test_the_parts_of_a_kilowatt_hour_add_up_to_its_cost() -> None:
    verdict = compared().verdict
    for name, lived in verdict.lived.items():
        parts = [row["usd_per_kwh"] for row in costs(compared()) if row["strategy"] == name]
        middle = lived.cost_by_year[MONTHS // 12 - 1]
        assert middle is not None
        assert sum(parts) == pytest.approx(middle.mean)


def test_an_input_turns_the_best_strategy_worthless_where_its_value_crosses_nothing() -> None:
    """At the declared value of the cell price all else is as drawn; what it is worth there is reckoned anew."""
    found = compared()
    best, study = found.verdict.ranking[0], found.verdict.site.study
    (price,) = (one for one in found.swings if one.what == "cell_price.start")
    held = found.verdict.site.futures.held({"cell_price.start": price.low})
    futures = sample_futures(held, study.months, FUTURES, study.seed)
    own = found.verdict.lived[best]
    books = keep(best, own.strategy, own.lives, found.verdict.site, found.verdict.funding, futures).books
    assert price.worth[0] == pytest.approx(books.npv_musd.mean())
    for one in found.swings:
        ends = list(zip((one.low, one.value, one.high), one.worth, strict=True))
        crossed = [(left, right) for left, right in pairwise(ends) if left[1] * right[1] < 0]
        assert (one.even_at is None) == (not crossed)
        assert one.even_at is None or any(left[0] < one.even_at < right[0] for left, right in crossed)
    even = [one for one in found.swings if one.even_at is not None]
    assert even and ("building nothing is better when" in board_story.answer(found)[4]) == (own.npv.mean >= 0)


def test_shares_of_the_stations_that_bind_add_up_while_lines_run() -> None:
    for name, lived in compared().verdict.lived.items():
        shares = np.zeros(MONTHS // 3)
        for row in narrowest(compared()):
            if row["strategy"] == name:
                shares[row["quarter"] - 1] += row["share"]
        running = np.add.reduceat(lived.stacked("running").sum(axis=0), np.arange(0, MONTHS, 3)) > 0
        assert shares == pytest.approx(np.where(running, 1.0, 0.0))


def test_energy_of_a_good_kwh_adds_up_to_what_lines_draw() -> None:
    """Without throughput the standing use of two lines is all: 2 * 5 GWh a year."""
    found = compared()
    costs_ = replace(found.verdict.site.costs, energy_use=0.0)
    calm = replace(found, verdict=replace(found.verdict, site=replace(found.verdict.site, costs=costs_)))
    last = [row for row in quarters(calm) if row["strategy"] == "fast"][-1]
    lived = found.verdict.lived["fast"]
    drawn = 2 * costs_.standing_use / 4 * lived.books.alive[:, -3:].mean(axis=1)
    assert last["energy_kwh_per_kwh"] == pytest.approx(drawn.sum() / lived.books.good[:, -3:].sum())


def test_engineers_remove_no_more_causes_than_they_close_cases() -> None:
    for row in engineers(compared()):
        assert 0 < row["with_nothing_behind"] < row["cases_closed"]
        assert row["waited_days"] >= 0 and row["worked_days"] > 0


def test_the_years_of_the_table_hold_all_good_cells(folder: Path) -> None:
    for name, lived in compared().verdict.lived.items():
        made = sum(float(row["good_gwh_mean"]) for row in rows_of(folder, "years") if row["strategy"] == name)
        assert made == pytest.approx(by_year(lived.books.good).sum(axis=1).mean())


def test_every_assumption_of_the_study_names_its_source(folder: Path) -> None:
    found = rows_of(folder, "assumptions")
    assert {"learning", "futures", "finance"} <= {row["of"] for row in found}
    assert all(row["source"] and row["confidence"] in ("read", "memory", "estimate") for row in found)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count('class="bad">estimate') == sum(row["confidence"] == "estimate" for row in found)


def test_a_declared_study_brings_the_sources_of_its_terms() -> None:
    study, _ = read_scale_up(lines_folder() / "studies" / "scale_up.yaml")
    found = {record.path: record for record in study._provenance}
    assert {f"terms.{name}" for name in ("engineer", "expert", "inline", "pilot")} <= set(found)
    assert found["lead"].low == 18


def test_words_do_not_hide_that_every_strategy_loses() -> None:
    dear = compared(materials=150.0)
    assert all(one.npv.mean < 0 for one in dear.verdict.lived.values())
    assert board_story.answer(dear)[0].startswith("Every strategy loses money on average; ")


def test_words_say_when_cash_always_runs_out(tmp_path: Path) -> None:
    ruined = compared(capital=3000.0)
    assert all(one.books.insolvent.all() for one in ruined.verdict.lived.values())
    _, insolvency, reached, cost, _ = board_story.answer(ruined)
    assert insolvency.startswith(f"Its cash runs out in {FUTURES} of {FUTURES} futures (a chance of 100 %, ")
    assert "as in all other strategies" in insolvency
    assert "too few of its futures" in cost and "were all bills paid" in reached
    # a page without a single kWh still holds together, and says first that it is better to build nothing
    page = save_strategies(ruined, tmp_path)
    assert is_self_contained(page)
    text = page.read_text(encoding="utf-8")
    best = ruined.verdict.lived[ruined.verdict.ranking[0]].strategy.title
    assert 0 < text.index("<td>Build nothing</td>") < text.index(f"<td>{best}</td>")
    assert board_story.beside_nothing(ruined) in text


def test_words_say_when_nobody_reaches_the_nameplate() -> None:
    large = compared(nameplate=3.0)
    months = large.verdict.scenarios.months
    text = board_story.answer(large)[2]
    assert text.startswith("No strategy reaches 80 % of the nameplate") and f"{months} months" in text


@pytest.mark.parametrize(("shift", "said"), [(0.0, "do not tell it from"), (1000.0, "decide it")])
def test_words_tell_a_decided_lead_from_an_open_one(shift: float, said: str) -> None:
    assert said in board_story.answer(with_lead(shift))[0]


def test_where_the_lead_is_open_words_say_by_how_much_all_others_are_behind() -> None:
    """Two within half a million of each other, and one that lies a thousand below the first."""
    found, far = with_lead(0.1), with_lead(-1000.0)
    lived = {**found.verdict.lived, "far": replace(far.verdict.lived["seen"], name="far")}
    said = board_story.answer(replace(found, verdict=replace(found.verdict, lived=lived)))[0]
    assert "do not tell it from" in said
    assert said.endswith("; the other is told from it, 1,000 MUSD behind.")


def test_lines_come_in_the_order_of_their_orders() -> None:
    found = [row for row in lines(compared()) if row["strategy"] == "seen"]
    assert [row["ordered_month_p50"] for row in found] == [0, 6]
    assert all(row["starts_month_p5"] >= row["ordered_month_p95"] + 8 for row in found)


def test_the_terminal_shows_every_strategy_the_best_first() -> None:
    table = table_of_strategies(compared())
    titles = [compared().verdict.lived[name].strategy.title for name in compared().verdict.ranking]
    assert list(table.columns[0].cells) == titles


def test_what_waiting_is_worth_is_drawn_and_told(tmp_path: Path) -> None:
    found = replace(compared(), waited=(Waited("fast", 3, Interval(-4.0, -9.0, 1.0), FUTURES),))
    page = save_strategies(found, tmp_path).read_text(encoding="utf-8")
    assert "The price of waiting" in page and (tmp_path / "pictures" / "waiting.svg").exists()
    assert [float(row["gain_musd_mean"]) for row in rows_of(tmp_path, "waiting")] == [-4.0]


def test_a_column_is_written_in_the_steps_that_a_quarter_of_its_intervals_support() -> None:
    found = [{f"x_{part}": value for part, value in zip(Interval._fields, one, strict=True)} for one in COLUMN]
    assert middle(found[0], "x", found) == "641 (290 to 985)"
    assert middle(found[1], "x", found) == "\N{MINUS SIGN}3 (\N{MINUS SIGN}9 to 4)"


# alone, the first would be written in hundreds, and the last in hundredths
COLUMN = ((641.2, 289.8, 985.1), (-2.7, -9.4, 4.1), (50.0, 20.0, 80.0), (12.0, 5.0, 19.0), (1.28, 1.02, 1.53))


def test_every_table_of_the_page_is_a_file(folder: Path) -> None:
    written = {path.stem for path in (folder / "tables").glob("*.csv")}
    assert {name for name, rows in tables_of(compared()).items() if rows} | {"claims"} == written


def test_tables_hold_every_strategy() -> None:
    found = tables_of(compared())
    for name in ("strategies", "years", "quarters", "scrap"):
        assert {row["strategy"] for row in found[name]} == {"fast", "seen"}
