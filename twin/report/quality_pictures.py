"""Pictures of quality: control charts, and the way from where flaws are born to where they are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.quality.properties import PROPERTIES
from twin.report.pictures import short_title
from twin.report.style import BLUE, PALE, SOFT, VERMILLION, WIDTH

_MOST_CHARTS = 8


def control_charts(kpi: Mapping[str, Any]) -> Any:
    """Draw the control charts of the least capable gauges: means of lots, three sd about their centre, alarms."""
    from matplotlib.figure import Figure

    chosen = [gauge for gauge in kpi["capability"] if f"{gauge['station']}.{gauge['gauge']}" in kpi["charts"]]
    if not chosen:
        return None
    # those without limits have no capability and come last
    chosen = sorted(chosen, key=lambda gauge: np.inf if gauge["ppk"] is None else gauge["ppk"])[:_MOST_CHARTS]
    rows = -(-len(chosen) // 2)
    figure = Figure(figsize=(WIDTH, 0.5 + 1.45 * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, 2 if len(chosen) > 1 else 1, sharex=True)).ravel()
    for axis, gauge in zip(axes, chosen, strict=False):
        _chart(axis, gauge, kpi["charts"][f"{gauge['station']}.{gauge['gauge']}"])
    for axis in axes[len(chosen) :]:
        axis.set_visible(False)
    for axis in axes[max(0, len(chosen) - 2) : len(chosen)]:
        axis.tick_params(labelbottom=True)
    figure.supxlabel("day of the measured time", fontsize=9)
    return figure


def _chart(axis: Any, gauge: Mapping[str, Any], chart: Mapping[str, Any]) -> None:
    day, mean, alarm = (np.array(chart[name]) for name in ("day", "mean", "alarm"))
    low, high = chart["centre"] - 3 * chart["sd"], chart["centre"] + 3 * chart["sd"]
    axis.axhspan(low, high, color=PALE, lw=0)
    axis.axhline(chart["centre"], color=SOFT, lw=0.8)
    axis.plot(day, mean, color=BLUE, lw=0.9)
    axis.plot(day[alarm], mean[alarm], "o", color=VERMILLION, ms=3.2)
    station = short_title(gauge["station"].replace("_", " "))
    axis.set_title(station, loc="left", fontsize=8.5)
    unit = PROPERTIES[gauge["measures"]].shown
    axis.set_ylabel(f"{gauge['title']}\n[{unit}]" if unit else gauge["title"], fontsize=7.5)
    axis.locator_params(axis="y", nbins=4)
    axis.ticklabel_format(axis="y", useOffset=False)
    axis.tick_params(labelsize=7.5)
