"""Pictures of how the plant ran: states, bottleneck, stock, output and scrap."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.report.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PALE,
    PINK,
    SKY,
    SOFT,
    VERMILLION,
    YELLOW,
    bars,
    blank,
    percent,
    short,
    thousands,
)

_STATES = {
    "productive": ("productive", GREEN),
    "scheduled_downtime": ("scheduled downtime", ORANGE),
    "unscheduled_downtime": ("unscheduled downtime", VERMILLION),
    "engineering": ("engineering", BLACK),
    "no_repair_crew": ("standby: repair crew busy", YELLOW),
    "starved": ("standby: starved", SKY),
    "blocked": ("standby: blocked", BLUE),
    "no_crew": ("standby: no operators", PINK),
    "non_scheduled": ("not staffed", PALE),
}
_MOST_BARS = 16
_LETTERS = 28


def titles(kpi: Mapping[str, Any]) -> list[str]:
    """Return what people call the stations, in factory order."""
    return [short_title(station["title"]) for station in kpi["stations"].values()]


def short_title(title: str) -> str:
    """Return a title that fits beside a picture, cut between words."""
    title = title[:1].upper() + title[1:]
    if len(title) <= _LETTERS:
        return title
    kept = title[:_LETTERS].rsplit(" ", 1)[0].rstrip(" ,")
    return kept.removesuffix(" and").removesuffix(" of") + " …"


def states(kpi: Mapping[str, Any]) -> Any:
    """Draw the SEMI E10 states of each station as stacked bars."""
    figure, axis = bars(0.25, titles(kpi), 1.25)
    shares = [{**station["states"], **station["standby"]} for station in kpi["stations"].values()]
    left = np.zeros(len(shares))
    for name, (label, colour) in _STATES.items():
        widths = np.array([100 * share[name] for share in shares])
        if widths.max() > 0:
            axis.barh(range(len(shares)), widths, left=left, color=colour, label=label, height=0.74)
        left += widths
    axis.set_xlim(0, 100)
    axis.grid(False)
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.set_xlabel("share of time [%]")
    figure.legend(loc="outside upper center", ncols=2, columnspacing=1.2, handlelength=1.2)
    return figure


def bottleneck(kpi: Mapping[str, Any]) -> Any:
    """Draw how busy each station was, week by week, and mark the busiest."""
    weekly = np.array(list(kpi["weekly"]["busy"].values()))
    if not weekly.size:
        return None
    figure, axis = bars(0.22, titles(kpi), 1.05)
    weeks = weekly.shape[1]
    edges = np.arange(weeks + 1) + 0.5
    mesh = axis.pcolormesh(edges, np.arange(len(weekly) + 1) - 0.5, 100 * weekly, cmap="cividis_r", vmin=0, vmax=100)
    mesh.set_edgecolor("face")
    busiest = weekly.argmax(axis=0)
    axis.plot(range(1, weeks + 1), busiest, "o", color=VERMILLION, mec="white", mew=0.6, ms=5 if weeks < 30 else 3.6)
    axis.grid(False)
    axis.set_ylim(len(weekly) - 0.5, -0.5)
    axis.set_xlabel("week of the measured time")
    axis.set_xticks(range(1, weeks + 1, 1 + weeks // 10))
    figure.colorbar(mesh, location="top", label="busy share of staffed time [%]", aspect=40, shrink=0.9, pad=0.02)
    return figure


def stock(kpi: Mapping[str, Any]) -> Any:
    """Draw what was in the plant over time, by stage."""
    stages = kpi["daily"]["wip"]
    figure, axis = blank(2.9)
    colours = (BLUE, ORANGE, GREEN, VERMILLION)
    for (name, amounts), colour, line in zip(stages.items(), colours, ("-", "--", "-.", "-"), strict=False):
        axis.plot(np.arange(1, len(amounts) + 1), amounts, color=colour, ls=line, lw=1.6, label=name)
    _from_zero(axis)
    axis.set_xlabel("day of the measured time")
    axis.set_ylabel("work in progress [lots]" if "lots" in stages else "work in progress [cell equivalents]")
    if len(stages) > 1:
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def output(kpi: Mapping[str, Any]) -> Any:
    """Draw what was finished each day, and the mean."""
    made = kpi["daily"]["good"]
    if not made:
        return None
    figure, axis = blank(2.4)
    mean = sum(made) / len(made)
    axis.bar(np.arange(1, len(made) + 1), made, width=1.0 if len(made) > 60 else 0.8, color=SKY)
    axis.axhline(mean, color=BLUE, lw=1.4, label=f"mean {short(mean)} a day")
    _from_zero(axis)
    axis.set_xlabel("day of the measured time")
    axis.set_ylabel("finished lots a day" if "finished_lots" in kpi else "good cells a day")
    figure.legend(loc="outside upper right")
    return figure


def _from_zero(axis: Any) -> None:
    axis.set_ylim(bottom=0)
    axis.margins(x=0.01)
    thousands(axis.yaxis)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.grid(axis="y")


def scrap_by_defect(kpi: Mapping[str, Any]) -> Any:
    """Draw what was lost, by defect and way of working."""
    return _pareto({words(name): value for name, value in kpi["scrap"]["by_defect"].items()}, kpi, VERMILLION)


def scrap_by_cause(kpi: Mapping[str, Any]) -> Any:
    """Draw what was lost, by the station that caused it."""
    stations = kpi["stations"]
    return _pareto({stations[name]["title"]: value for name, value in kpi["scrap"]["by_cause"].items()}, kpi, BLUE)


def _two_lines(title: str) -> str:
    """Return a title as a label that fits beside a bar, on two lines when it is long."""
    return textwrap.fill(title[:1].upper() + title[1:], _LETTERS, max_lines=2, placeholder=" …")


def words(name: str) -> str:
    """Return a name from a file as words."""
    return name.replace("_", " ")


def _pareto(amounts: Mapping[str, float], kpi: Mapping[str, Any], colour: str) -> Any:
    """Draw the largest amounts as bars with their share, the rest as one."""
    total = sum(amounts.values())
    if not total > 0:
        return None
    largest = dict(list(amounts.items())[:_MOST_BARS])
    rest = total - sum(largest.values())
    others = len(amounts) - len(largest)
    values = list(largest.values())
    names = [_two_lines(name) for name in largest]
    if others:
        names.append(f"{others} others" if others > 1 else "1 other")
        values.append(rest)
    figure, axis = bars(0.38, names, 0.6)
    axis.barh(range(len(names)), values, color=[colour] * len(largest) + [SOFT] * bool(others), height=0.7)
    for place, value in enumerate(values):
        axis.annotate(
            f"{short(value)}  ({percent(value / total)})",
            (value, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    axis.set_xlim(0, max(values) * 1.5)
    thousands(axis.xaxis, most=4)
    axis.set_xlabel(f"lost [{kpi['scrap']['unit']}]")
    return figure
