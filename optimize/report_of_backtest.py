"""What people see of a back-test: page, picture, JSON and table. It computes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from optimize import backtest_story as story
from optimize.backtest import Backtest
from optimize.report import new_table, write_page
from optimize.reported import METRICS

if TYPE_CHECKING:
    from rich.table import Table


def save_backtest(found: Backtest, folder: Path) -> Path:
    """Write backtest.json, the picture and report.html; return the page's path."""
    from optimize import pictures
    from optimize.pictures_of_backtest import draw_backtest

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "backtest.json").write_text(json.dumps(story.as_data(found), indent=1), encoding="utf-8")
    drawn = pictures.draw(folder / "pictures", {"bands": lambda: draw_backtest(found)})
    return write_page(
        folder,
        "backtest.html",
        found=found,
        story=story,
        metrics=METRICS,
        pictures=drawn,
        answer=list(story.answer(found)),
        unexplained=list(story.unexplained(found)),
        basis=story.basis(found),
        ranges=story.ranges(found),
    )


def table_of_backtest(found: Backtest) -> Table:
    """Return the back-test for the terminal: each report beside what is predicted."""
    shown = new_table(
        " ".join(story.answer(found)), "", "on", "reported", "predicted (90 % band)", "", "with it left out"
    )
    for known in found.cases:
        left_out = found.left_out.get(known.case.name, ())
        for place, held in enumerate(found.held[known.case.name]):
            metric = held.fact.point.metric
            unit = f" [{story.unit(metric)}]" if story.unit(metric) else ""
            shown.add_row(
                f"{known.case.name}: {METRICS[metric].title}{unit}",
                held.fact.point.date.isoformat(),
                story.reported(held),
                story.predicted(metric, held.band),
                f"{'inside' if held.inside else 'outside'}{', calibrated' if held.calibrated else ''}",
                story.predicted(metric, left_out[place].band) if left_out else "",
            )
        shown.add_section()
    return shown
