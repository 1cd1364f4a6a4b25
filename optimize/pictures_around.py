"""Pictures of what lies around a plan: what-ifs, what doubt in the inputs does, and the front of two goals."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from optimize.around import Swing
from optimize.figures import Interval
from optimize.pictures import BLUE, GREY, ORANGE, WIDTH, axes_of, leave_room, number, whiskers

# letters on one line beside an axis
_LABEL = 30


def draw_what_ifs(changes: Sequence[tuple[str, float]], unit: str) -> Any:
    """Draw what each change is worth: bars to both sides of nothing."""
    figure, axis = axes_of(WIDTH, 0.9 + 0.36 * len(changes), 1, 1)
    sizes = [size for _, size in changes]
    axis.barh(range(len(sizes)), sizes, 0.6, color=[ORANGE if size > 0 else BLUE for size in sizes])
    for place, size in enumerate(sizes):
        _at_end(axis, size, place, number(size, "+"))
    axis.set_yticks(range(len(sizes)), [fill(name, _LABEL) for name, _ in changes], fontsize=9)
    _finish(axis, sizes, len(sizes), f"change of the goal [{unit}]")
    return figure


def draw_tornado(swings: Sequence[Swing], scale: float, unit: str) -> Any:
    """Draw what each input does to the goal at the low and at the high end of its range, with 95 % intervals."""
    figure, axis = axes_of(WIDTH, 1.2 + 0.6 * len(swings), 1, 1)
    sizes = [0.0]
    for place, swing in enumerate(swings):
        # one above the other: both ends may lie on the same side
        for shift, change, error, text, colour in (
            (-0.19, swing.at_low, swing.low_error, swing.low, BLUE),
            (0.19, swing.at_high, swing.high_error, swing.high, ORANGE),
        ):
            size, half = scale * (change or 0.0), scale * error
            axis.barh(place + shift, size, 0.36, color=colour)
            if half:
                axis.errorbar([size], [place + shift], xerr=[[half], [half]], color=GREY, lw=1, capsize=2)
            end = size + half if size >= 0 else size - half
            sizes.append(end)
            _at_end(axis, end, place + shift, text if change is not None else f"{text}: makes nothing")
    axis.set_yticks(range(len(swings)), [fill(swing.title or swing.path, _LABEL) for swing in swings], fontsize=9)
    axis.set_title("blue: low end, orange: high end, line: 95 %", loc="right", fontsize=9, weight="normal")
    _finish(axis, sizes, len(swings), f"change of the goal [{unit}]")
    return figure


def draw_front(
    points: Sequence[tuple[float, float]],
    titles: tuple[str, str],
    simulated: Sequence[tuple[Interval, Interval] | None] = (),
) -> Any:
    """Draw the plans between which two goals have to be weighed; machines are whole, so the front has steps."""
    figure, axis = axes_of(WIDTH, 3.8, 1, 1)
    ordered = sorted(points)
    for both in simulated:
        if both is not None:
            (x, y) = both
            arms = {"xerr": whiskers([x]), "yerr": whiskers([y])}
            axis.errorbar([x.mean], [y.mean], **arms, fmt="s", color=ORANGE, ms=4, lw=1, capsize=2)
    if any(simulated):
        axis.set_title("blue: model, orange: twin", loc="right", fontsize=9, weight="normal")
    axis.step([x for x, _ in ordered], [y for _, y in ordered], where="post", color=BLUE, lw=1.2)
    axis.plot([x for x, _ in ordered], [y for _, y in ordered], "o", color=BLUE, ms=5)
    shown = [*points, *(end for both in simulated if both for end in zip(both[0][1:], both[1][1:], strict=True))]
    leave_room(axis, [x for x, _ in shown], "x")
    leave_room(axis, [y for _, y in shown])
    axis.set_xlabel(titles[0])
    axis.set_ylabel(titles[1])
    axis.grid(color="#ececec")
    return figure


def _finish(axis: Any, sizes: Sequence[float], rows: int, label: str) -> None:
    """Draw nothing's line, and leave room for the words at the ends of bars."""
    low, high = min(0.0, *sizes), max(0.0, *sizes)
    # words at the end of a bar take about this much of the axis
    room = 0.45 * ((high - low) or 1.0)
    axis.axvline(0, color=GREY, lw=1)
    axis.set_xlim(low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0))
    axis.set_ylim(rows - 0.4, -0.6)
    axis.set_xlabel(label)


def _at_end(axis: Any, size: float, place: float, text: str) -> None:
    """Write beside the end of a bar, away from nothing."""
    side, away = ("left", 3) if size >= 0 else ("right", -3)
    axis.annotate(text, (size, place), (away, 0), textcoords="offset points", ha=side, va="center", fontsize=9)
