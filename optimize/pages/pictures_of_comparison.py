"""Pictures of plants side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimize.comparison import Comparison
from optimize.figures import FIGURES, Interval
from optimize.pages.pictures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    SKY,
    WIDTH,
    axes_of,
    leave_room,
    number,
    thousands,
    whiskers,
)

PLANT_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, GREY)


def draw_figures(comparison: Comparison) -> Any:
    """Draw each headline figure, plant by plant, with its interval."""
    names, plants = list(comparison.values), comparison.plants
    figure, axes = axes_of(WIDTH, len(names) * (0.75 + 0.27 * len(plants)), len(names), 1)
    for axis, name in zip(axes, names, strict=True):
        found = [comparison.mean(name, plant) for plant in plants]
        _bars(axis, plants, found, PLANT_COLOURS)
        axis.set_title(f"{FIGURES[name].title} [{FIGURES[name].unit}]")
        axis.set_xlim(0, max(interval.high for interval in found) * 1.22 or 1)
        thousands(axis)
        for place, middle in enumerate(found):
            axis.text(middle.high, place, f"  {number(middle.mean)}", va="center", fontsize=9)
    return figure


def draw_differences(comparison: Comparison) -> Any:
    """Draw how much more or less than the first plant each other one has, pair by pair with the same luck."""
    names, others = list(comparison.values), comparison.plants[1:]
    figure, axes = axes_of(WIDTH, len(names) * (0.75 + 0.27 * len(others)), len(names), 1)
    for axis, name in zip(axes, names, strict=True):
        found = [comparison.difference(name, plant) for plant in others]
        for place, (middle, colour) in enumerate(zip(found, _colours(len(found), 1), strict=True)):
            axis.errorbar([middle.mean], [place], xerr=whiskers([middle]), fmt="o", color=colour, capsize=5)
            axis.annotate(
                number(middle.mean, "+"),
                (middle.mean, place),
                (0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                # over the line at zero, not crossed by it
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
        axis.axvline(0, color=GREY, lw=1, zorder=0)
        leave_room(axis, [0.0, *(edge for middle in found for edge in (middle.low, middle.high))], "x")
        thousands(axis)
        axis.set_ylim(len(others) - 0.4, -0.9)
        axis.set_yticks(range(len(others)), others)
        axis.set_title(f"{FIGURES[name].title}: more than {comparison.plants[0]} [{FIGURES[name].unit}]")
    return figure


def _bars(axis: Any, names: Sequence[str], found: Sequence[Interval], colours: Sequence[str]) -> None:
    chosen = [colours[place % len(colours)] for place in range(len(names))]
    axis.barh(
        range(len(names)),
        [middle.mean for middle in found],
        color=chosen,
        height=0.65,
        xerr=whiskers(found),
        capsize=4,
    )
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()


def _colours(size: int, first: int = 0) -> list[str]:
    return [PLANT_COLOURS[(first + place) % len(PLANT_COLOURS)] for place in range(size)]
