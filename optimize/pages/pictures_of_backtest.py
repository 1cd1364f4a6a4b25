"""Pictures of a back-test: predicted bands over time against what was reported."""

from __future__ import annotations

from typing import Any

from optimize.pages.backtest_story import metrics_of, titled
from optimize.pages.pictures import BLUE, GREY, ORANGE, WIDTH, axes_of
from optimize.past.backtest import Backtest
from optimize.past.case import Known
from optimize.past.judging import Held
from optimize.past.reported import METRICS, months

_MARKERS = {"exact": "o", "at_least": "^", "at_most": "v"}
_HEIGHT = 2.1


def draw_backtest(found: Backtest) -> Any:
    """Draw a panel for each plant and metric: the band of the kept draws, and the reports, filled when used."""
    panels = [(known, metric) for known in found.cases for metric in metrics_of(known)]
    rows = (len(panels) + 1) // 2
    figure, axes = axes_of(WIDTH * 1.25, rows * _HEIGHT + 0.4, rows, 2, squeeze=False)
    for axis, (known, metric) in zip(axes.flat, panels, strict=False):
        _band(axis, found, known, metric)
        for held in found.held[known.case.name]:
            if held.fact.point.metric == metric:
                _report(axis, known, held)
        _dress(axis, known, metric)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    return figure


def _band(axis: Any, found: Backtest, known: Known, metric: str) -> None:
    bands, scale = found.bands(known.case.name, metric), _scale(metric)
    at = [month + 1 for month in range(len(bands))]
    low, middle, high = ([scale * getattr(band, edge) for band in bands] for edge in ("low", "middle", "high"))
    axis.fill_between(at, low, high, color=BLUE, alpha=0.25, lw=0)
    axis.plot(at, middle, color=BLUE, lw=1.2)


def _report(axis: Any, known: Known, held: Held) -> None:
    point, scale = held.fact.point, _scale(held.fact.point.metric)
    value, colour = scale * point.reported, ORANGE if held.inside is False else GREY
    arms = [[max(0.0, value - scale * held.fact.low)], [max(0.0, scale * held.fact.high - value)]]
    axis.errorbar(
        [months(known.case.day(point.date))],
        [value],
        yerr=arms,
        fmt=_MARKERS[point.bound],
        color=colour,
        mfc=colour if held.calibrated else "white",
        capsize=3,
        ms=6,
        zorder=3,
    )


def _scale(metric: str) -> float:
    return 100.0 if METRICS[metric].in_percent else 1.0


def _dress(axis: Any, known: Known, metric: str) -> None:
    from matplotlib.ticker import EngFormatter

    axis.set_title(f"{known.name}\n{titled(metric)}", fontsize=8.5)
    axis.tick_params(labelsize=8)
    axis.set_xlim(left=0)
    if METRICS[metric].in_percent:
        axis.set_ylim(0, max(105.0, axis.get_ylim()[1]))
    elif axis.get_ylim()[1] >= 1000:
        # what is made and what was reported may lie orders of magnitude apart
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter(EngFormatter(sep=""))
    else:
        axis.set_ylim(bottom=0)
    axis.set_xlabel("months after the first cell", fontsize=8)
