"""Pictures of what the verdict depends on: the tornado of the lead, and that of what the best strategy is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Any, NamedTuple

from optimize.growth.swings import Swing
from optimize.pages.board_inputs import quantity_in_words
from optimize.pages.pictures import BLUE, GREY, ORANGE, WIDTH, axes_of


class Bars(NamedTuple):
    """What a tornado shows of each input.

    Attributes:
        label: of its axis.
        ends: returns it at the low and at the high end [MUSD].
        turns: returns at which value it turns round; None for nowhere.
        said: what is said of that value.
    """

    label: str
    ends: Callable[[Swing], tuple[float, float]]
    turns: Callable[[Swing], float | None]
    said: str


LEAD = Bars(
    "lead over the strategy that comes second there [MUSD]",
    lambda one: (one.at_low, one.at_high),
    lambda one: one.flips_at,
    "flips at",
)
WORTH = Bars(
    "net present value of the best strategy [MUSD]",
    lambda one: (one.worth[0], one.worth[-1]),
    lambda one: one.even_at,
    "0 at",
)


def draw_tornado(swings: Sequence[Swing], titles: Mapping[str, str], bars: Bars, most: int = 10) -> Any:
    """Draw something at both ends of the inputs that move it most."""

    def width(swing: Swing) -> float:
        low, high = bars.ends(swing)
        return abs(high - low)

    shown = sorted(swings, key=width, reverse=True)[:most]
    figure, axis = axes_of(WIDTH, 1.1 + 0.62 * len(shown), 1, 1)
    sizes = [size for swing in shown for size in bars.ends(swing)]
    for place, swing in enumerate(shown):
        at_low, at_high = bars.ends(swing)
        ends = ((-0.19, at_low, swing.low, BLUE), (0.19, at_high, swing.high, ORANGE))
        for shift, size, value, colour in ends:
            axis.barh(place + shift, size, 0.36, color=colour)
            side, away = ("left", 3) if size >= 0 else ("right", -3)
            text = quantity_in_words(swing.what, value)
            axis.annotate(
                text, (size, place + shift), (away, 0), textcoords="offset points", ha=side, va="center", fontsize=8
            )
    low, high = min(0.0, *sizes), max(0.0, *sizes)
    room = 0.3 * ((high - low) or 1.0)
    axis.axvline(0, color=GREY, lw=1)
    axis.set_xlim(low - room, high + room)
    labels = [_turning(swing, titles[swing.what], bars) for swing in shown]
    axis.set_yticks(range(len(shown)), labels, fontsize=9)
    for label, swing in zip(axis.get_yticklabels(), shown, strict=True):
        label.set_weight("bold" if bars.turns(swing) is not None else "normal")
    axis.set_ylim(len(shown) - 0.4, -0.6)
    axis.set_xlabel(bars.label)
    axis.set_title("blue: low end, orange: high end of its range", loc="right", fontsize=9, weight="normal")
    return figure


def _turning(swing: Swing, title: str, bars: Bars) -> str:
    """Return what people call an input, and where it turns round what a tornado shows."""
    text, value = fill(title, 24), bars.turns(swing)
    return text if value is None else f"{text}\n{bars.said} {quantity_in_words(swing.what, value)}"
