"""What people see of a back-test: page, picture, JSON and table. It computes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from optimize.pages import backtest_story as story
from optimize.pages.report import new_table, write_page
from optimize.past.backtest import Backtest
from optimize.past.calibrated import calibrated_priors

if TYPE_CHECKING:
    from rich.table import Table


def save_backtest(found: Backtest, folder: Path) -> Path:
    """Write backtest.json, the calibrated priors, the picture and report.html; return the page's path."""
    from optimize.pages import pictures
    from optimize.pages.pictures_of_backtest import draw_backtest

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "backtest.json").write_text(json.dumps(story.as_data(found), indent=1), encoding="utf-8")
    (folder / "calibrated.yaml").write_text(calibrated_priors(found), encoding="utf-8")
    drawn = pictures.draw(folder / "pictures", {"bands": lambda: draw_backtest(found)})
    return write_page(
        folder,
        "backtest.html",
        found=found,
        story=story,
        pictures=drawn,
        answer=list(story.answer(found)),
        unexplained=list(story.unexplained(found)),
        basis=story.basis(found),
        ranges=story.ranges(found),
    )


def table_of_backtest(found: Backtest) -> Table:
    """Return the back-test for the terminal: each report beside what is predicted."""
    title = "\n".join((*story.answer(found), *story.unexplained(found)))
    shown = new_table(title, "* calibrated", "month", "reported", "predicted (90 %)", "", "left out")
    for known in found.cases:
        shown.add_row(known.name)
        left_out = found.left_out.get(known.case.name, ())
        for place, held in enumerate(found.held[known.case.name]):
            point = held.fact.point
            shown.add_row(
                f"  {story.titled(point.metric)}{' *' if held.calibrated else ''}",
                f"{point.date:%Y-%m}",
                story.reported(held),
                story.predicted(point.metric, held.band),
                "inside" if held.inside else "outside",
                ("inside" if left_out[place].inside else "outside") if left_out else "",
            )
        shown.add_section()
    return shown
