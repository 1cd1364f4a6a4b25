"""Pictures of what lies around a plan: what-ifs, what doubt in the inputs does, and the front of two goals."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from textwrap import fill
from typing import Any

from optimize.around import Swing
from optimize.figures import Interval
from optimize.pages.pictures import BLUE, GREY, ORANGE, WIDTH, axes_of, leave_room, number, whiskers

# letters on one line beside an axis
_LABEL = 30
# bars of a tornado are cut where they are so many times as long as those that three quarters of the inputs exceed
_CUT = 4.0


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
    """Draw what each input does to the goal at the low and at the high end of its range, with 95 % intervals.

    Bars much longer than most are cut, and their size is written beside them.
    """
    figure, axis = axes_of(WIDTH, 1.2 + 0.6 * len(swings), 1, 1)
    ends = [
        (place + shift, change if change is None else scale * change, scale * error, text, colour)
        for place, swing in enumerate(swings)
        # one above the other: both ends may lie on the same side
        for shift, change, error, text, colour in (
            (-0.19, swing.at_low, swing.low_error, swing.low, BLUE),
            (0.19, swing.at_high, swing.high_error, swing.high, ORANGE),
        )
    ]
    widest = [max(abs(swing.at_low or 0.0), abs(swing.at_high or 0.0)) for swing in swings]
    most = _CUT * scale * sorted(widest)[len(widest) // 4] or inf
    shown = [0.0]
    for place, size, error, text, colour in ends:
        inside = max(-most, min(most, size or 0.0))
        axis.barh(place, inside, 0.36, color=colour, hatch="" if inside == (size or 0.0) else "//", edgecolor="white")
        if error and inside == size:
            axis.errorbar([size], [place], xerr=[[error], [error]], color=GREY, lw=1, capsize=2)
            inside += error if size >= 0 else -error
        elif size is None:
            text = f"{text}: makes nothing"
        elif inside != size:
            axis.annotate(
                number(size, "+"),
                (inside / 2, place),
                fontsize=9,
                ha="center",
                va="center",
                bbox={"fc": "white", "lw": 0},
            )
        shown.append(inside)
        _at_end(axis, inside, place, text)
    axis.set_yticks(range(len(swings)), [fill(swing.title or swing.path, _LABEL) for swing in swings], fontsize=9)
    axis.set_title("blue: low end, orange: high end, line: 95 %", loc="right", fontsize=9, weight="normal")
    _finish(axis, shown, len(swings), f"change of the goal [{unit}]")
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
    room = 0.45 * ((high - low) or 1.0)
    axis.axvline(0, color=GREY, lw=1)
    axis.set_xlim(low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0))
    axis.set_ylim(rows - 0.4, -0.6)
    axis.set_xlabel(label)


def _at_end(axis: Any, size: float, place: float, text: str) -> None:
    """Write beside the end of a bar, away from nothing."""
    side, away = ("left", 3) if size >= 0 else ("right", -3)
    axis.annotate(text, (size, place), (away, 0), textcoords="offset points", ha=side, va="center", fontsize=9)
