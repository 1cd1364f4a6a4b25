"""The page of a run: whole in one file, true to the KPIs, with nothing clipped or drawn over."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from generic_lines import always, exponential, line_of, run_days, serial_line, timed
from hand_made_journal import hand_made_journal

from twin import read_line
from twin.journal import Journal
from twin.kpi import kpis, summarise
from twin.report import pictures, product_pictures, write_report
from twin.report.flow_of_run import sankey
from twin.report.page import cards
from twin.report.style import draw, number, percent, short

DRAWINGS = (
    pictures.states,
    pictures.bottleneck,
    pictures.stock,
    pictures.output,
    pictures.scrap_by_defect,
    pictures.scrap_by_cause,
    product_pictures.cost,
    product_pictures.energy,
)
COSTS = {
    "cost_usd_per_kwh": {
        "total": 91.5,
        "material": 60.0,
        "energy": 2.0,
        "labour": 4.5,
        "depreciation": 9.0,
        "scrap": 6.0,
        "overhead": 10.0,
    },
    "energy_kwh_per_kwh": {"total": 40.0, "by_step": {"stacking": 10.0, "grading": 5.0, "dry_room": 25.0}},
}


@cache
def thirty_stations() -> Journal:
    """Return a few days of a long generic line whose stations have long names."""
    stations = {
        f"station_with_a_rather_long_name_{number}": timed(always(60 + number), scrap=0.01) for number in range(30)
    }
    names = list(stations)
    line = line_of(stations, [f"{one} > {other}: 2" for one, other in pairwise(names)])
    return run_days(line, 2)


@cache
def two_stations() -> Journal:
    """Return a few days of the smallest line with a buffer."""
    return run_days(serial_line([always(600), always(300)], [2]), 3)


@cache
def three_arms() -> Journal:
    """Return a few days of a generic line where three arms meet."""
    stations = {name: timed(always(600), scrap=0.02) for name in ("left", "middle", "right", "join", "pack")}
    return run_days(line_of(stations, ["left > join: 2", "middle > join: 2", "right > join: 2", "join > pack: 2"]), 3)


@cache
def pilot_line() -> Journal:
    """Return a few days of a whole cell plant."""
    return run_days(read_line("pilot_line"), 3, warmup=20)


JOURNALS = {f.__name__: f for f in (hand_made_journal, two_stations, three_arms, thirty_stations, pilot_line)}


@pytest.fixture(name="journal", params=JOURNALS)
def _journal(request: pytest.FixtureRequest) -> Journal:
    return JOURNALS[request.param]()


@pytest.fixture(name="page", params=["hand_made_journal", "three_arms"])
def _page(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    journal = JOURNALS[request.param]()
    return write_report(kpis(journal), journal, tmp_path)


def test_the_page_is_whole_and_its_pictures_are_also_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!data:)', text) == []
    assert "url(" not in text and "@import" not in text and "<script" not in text
    names = {file.name for file in (page.parent / "pictures").iterdir()}
    assert len(names) == 2 * text.count("<img ")
    assert {"flow.png", "flow.svg", "states.png", "bottleneck.svg"} <= names


def test_the_page_says_what_was_made_and_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "other"):
        journal = hand_made_journal()
        pages.append(write_report(kpis(journal), journal, tmp_path / name).read_text(encoding="utf-8"))
    assert "In 2 days the plant made 190 good cells" in pages[0]
    assert "The bottleneck was stacking, busy 83 % of its staffed time." in pages[0]
    assert "91.4 %" in pages[0]  # 181 of 198 cells passed at the first attempt
    assert "interrupted" not in pages[0]
    assert pages[0] == pages[1]


def test_a_generic_line_speaks_of_lots_and_shows_no_cells(tmp_path: Path) -> None:
    journal = two_stations()
    page = write_report(kpis(journal), journal, tmp_path).read_text(encoding="utf-8")
    assert "the line finished 431 lots" in page
    assert "GWh" not in page and not (tmp_path / "pictures" / "capacity.png").exists()


def test_an_interrupted_run_is_marked_and_names_are_text_not_markup(tmp_path: Path) -> None:
    journal = hand_made_journal()
    journal.complete = False
    journal.line = journal.line.model_copy(update={"title": "<b>A & B</b>"})
    page = write_report(kpis(journal), journal, tmp_path).read_text(encoding="utf-8")
    assert "was interrupted" in page
    assert "<h1>&lt;b&gt;A &amp; B&lt;/b&gt;</h1>" in page


def test_replications_show_their_intervals(tmp_path: Path) -> None:
    journals = [run_days(serial_line([exponential(600), exponential(300)], [2]), 3, seed=seed) for seed in (1, 2, 3)]
    found = [kpis(journal) for journal in journals]
    together = summarise(found)
    page = write_report(found[0], journals[0], tmp_path, together).read_text(encoding="utf-8")
    throughput = together["throughput_per_hour"]
    assert f"95 % interval {number(throughput['low'])} to {number(throughput['high'])}" in page
    assert "means of 3 replications." in page
    helped = write_report(found[0], journals[0], tmp_path, summarise(found, found * 2)).read_text(encoding="utf-8")
    assert "means of 3 replications, made surer by 6 cheaper runs that share their luck." in helped


def test_the_share_of_the_nameplate_is_that_of_the_mean_which_stands_beside_it() -> None:
    journal, kpi = pilot_line(), {**kpis(pilot_line()), "good_gwh_per_year": 0.3}
    others = [{**kpi, "good_gwh_per_year": rate} for rate in (0.3, 0.21, 0.21)]
    shown = [[card.value for card in cards(kpi, journal, told)][:2] for told in ({}, summarise(others))]
    # the pilot line is built for 0.3 GWh a year
    assert shown == [[number(0.3), "100 %"], [number(0.24), "80 %"]]


def texts_of(figure: Any) -> list[tuple[str, Any]]:
    """Return every visible text of a figure with its box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    hidden = {id(label) for axis in figure.axes for label in _out_of_view(axis)}
    texts = [
        text
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and id(text) not in hidden
    ]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


def _out_of_view(axes: Any) -> list[Any]:
    """Return tick labels that are not drawn because their ticks lie outside of what is shown."""
    labels = []
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                labels += [tick.label1, tick.label2]
    return labels


def assert_readable(figure: Any) -> None:
    width, height = figure.bbox.width, figure.bbox.height
    found = texts_of(figure)
    for text, box in found:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, f"'{text}' is clipped"
    for (one, box), (other, its) in combinations(found, 2):
        # letters may touch by a pixel, words may not lie on each other
        apart = box.x1 <= its.x0 + 1 or its.x1 <= box.x0 + 1 or box.y1 <= its.y0 + 1 or its.y1 <= box.y0 + 1
        assert apart, f"'{one}' and '{other}' overlap"


def test_nothing_is_clipped_and_no_texts_overlap(journal: Journal) -> None:
    kpi = kpis(journal)
    if journal.line.cell is not None:
        kpi |= COSTS
    # a year of a plant a hundred times as large has longer numbers
    for station in kpi["stations"].values():
        station["tried"] *= 1e4
    for drawing in DRAWINGS:
        figure = draw(drawing, kpi)
        if figure is not None:
            assert_readable(figure)
    assert_readable(draw(sankey, kpi, journal.line))


def test_capacity_is_drawn_by_grade() -> None:
    figure = draw(product_pictures.capacity, hand_made_journal())
    assert_readable(figure)
    legend = [text for text, _ in texts_of(figure)]
    assert "grade A: 90" in legend and "grade B: 6" in legend


def test_the_waterfall_ends_at_the_total() -> None:
    figure = draw(product_pictures.cost, COSTS)
    steps = figure.axes[0].patches
    assert steps[-1].get_width() == 91.5
    # each step begins where the one before it ends, and the last one ends at the total
    for one, other in pairwise(steps[:-1]):
        assert other.get_x() == pytest.approx(one.get_x() + one.get_width())
    assert steps[-2].get_x() + steps[-2].get_width() == pytest.approx(91.5)


def test_numbers_are_written_for_people() -> None:
    assert [number(value) for value in (0, 0.01234, 12, 999.6, 17_203_456, None)] == [
        "0",
        "0.0123",
        "12.0",
        "1,000",
        "17,203,456",
        "–",
    ]
    assert [short(value) for value in (431, 9999, 12_345, 17_203_456)] == ["431", "9,999", "12.3 k", "17.2 M"]
    assert [percent(0.9142), percent(None), percent(0.5, 0)] == ["91.4 %", "–", "50 %"]
