"""Pictures of strategies over time: ramps, cash, runway and insolvency, open causes, lag, and when lines come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Any, NamedTuple

from optimize.pages.pictures import BLUE, GREEN, GREY, ORANGE, PINK, SKY, WIDTH, axes_of
from optimize.pages.tables import Row

PALE, GRID, OCHRE = "#d4d4d4", "#ececec", "#a87900"
# eight that are told apart by everybody, by colour and by dashes
LOOKS: tuple[tuple[str, Any], ...] = (
    (BLUE, "-"),
    (ORANGE, "--"),
    (GREEN, "-."),
    (PINK, (0, (6, 1.5))),
    (SKY, (0, (3, 1, 1, 1, 1, 1))),
    (OCHRE, (0, (1, 1))),
    ("#5b2a86", (0, (8, 2, 1, 2))),
    ("#1d2430", (0, (2, 2))),
)
MONTHS_PER_YEAR = 12
_ROW = 1.75
# a longer runway is as good as this one [month]
LONG_RUNWAY = 36.0


class Known(NamedTuple):
    """What a picture knows of a strategy beside its rows.

    Attributes:
        title: what people call it.
        look: its colour and its dashes, in all pictures the same.
    """

    title: str
    look: tuple[str, Any]

    @property
    def colour(self) -> str:
        """Its colour."""
        return self.look[0]


Strategies = Mapping[str, Known]


def known(titles: Mapping[str, str]) -> dict[str, Known]:
    """Return strategies with their looks, in the order in which they are declared."""
    return {name: Known(title, LOOKS[place % len(LOOKS)]) for place, (name, title) in enumerate(titles.items())}


def by_strategy(rows: Sequence[Row], name: str) -> list[Row]:
    """Return the rows of one strategy."""
    return [row for row in rows if row["strategy"] == name]


def _line(rows: Sequence[Row], column: str, scale: float) -> tuple[list[float], list[float]]:
    """Return years and values of a column where there are any."""
    there = [row for row in rows if row[column] != ""]
    return [row["month"] / MONTHS_PER_YEAR for row in there], [scale * row[column] for row in there]


def draw_fans(rows: Sequence[Row], of: Strategies, what: str, label: str, scale: float = 1.0, **mark: Any) -> Any:
    """Draw a quarterly figure of each strategy with its band of nine in ten futures, the others' medians behind it.

    Args:
        rows: of the quarters.
        of: the strategies, in the order of the panels.
        what: column.
        label: of its axis.
        scale: from the column to the axis.
        mark: ``at`` and ``text`` of a level that is drawn dashed.
    """
    figure, axes = panels(len(of))
    for axis, (name, one) in zip(axes, of.items(), strict=False):
        for other in of:
            if other != name:
                axis.plot(*_line(by_strategy(rows, other), f"{what}_p50", scale), color=PALE, lw=1)
        own = by_strategy(rows, name)
        year, low = _line(own, f"{what}_p5", scale)
        axis.fill_between(year, low, _line(own, f"{what}_p95", scale)[1], color=one.colour, alpha=0.25, lw=0)
        axis.plot(year, _line(own, f"{what}_p50", scale)[1], color=one.colour, lw=1.8)
        if mark:
            axis.axhline(mark["at"], color=GREY, lw=0.9, ls="--", zorder=0)
        axis.set_title(over_a_panel(one), color=one.colour, fontsize=10)
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
    outer_labels(figure, axes, len(of), label)
    if mark:
        figure.suptitle(f"dashed: {mark['text']}", x=0.99, ha="right", fontsize=9, color=GREY)
    return figure


def panels(count: int) -> tuple[Any, list[Any]]:
    """Return small axes in two columns, all with the same scales."""
    rows = -(-count // 2)
    figure, grid = axes_of(WIDTH, 0.7 + _ROW * rows, rows, 2, squeeze=False)
    axes = list(grid.flat)
    for axis in axes[1:]:
        axis.sharex(axes[0])
        axis.sharey(axes[0])
    for axis in axes[count:]:
        axis.set_visible(False)
    return figure, axes


def outer_labels(figure: Any, axes: Sequence[Any], count: int, label: str) -> None:
    """Label the axes at the left and at the bottom alone."""
    for place, axis in enumerate(axes[:count]):
        axis.tick_params(labelsize=9, labelleft=place % 2 == 0, labelbottom=place + 2 >= count)
    figure.supxlabel("year", fontsize=10)
    figure.supylabel(label, fontsize=10)


def draw_runway(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw how long the money lasts, and in which share of the futures it has run out."""
    figure, (above, below) = axes_of(WIDTH, 4.8 + legend_height(of), 2, 1)
    for name, one in of.items():
        own = by_strategy(rows, name)
        year, runway = _line(own, "runway_months_median", 1.0)
        above.plot(year, [min(months, LONG_RUNWAY) for months in runway], color=one.colour, ls=one.look[1], lw=1.6)
        below.plot(*_line(own, "insolvent", 100.0), color=one.colour, ls=one.look[1], lw=1.6)
    above.set_title(f"Runway, median of futures [months]; {LONG_RUNWAY:.0f} stands for that or more", fontsize=10)
    above.set_ylim(-1, LONG_RUNWAY * 1.06)
    below.set_title("Insolvent futures [%]", fontsize=10)
    below.set_ylim(-3, 103)
    finish(figure, (above, below), of)
    return figure


def draw_causes(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw hidden causes that act, cases that wait, and what engineers do, mean of the futures."""
    columns: Mapping[str, tuple[str, Callable[[Row], float]]] = {
        "acting": ("Hidden causes that act", lambda row: row["acting"]),
        "waiting": ("Cases that wait for an engineer", lambda row: row["waiting"]),
        "busy": (
            "Engineers at work on causes, of those paid [%]",
            lambda row: 100 * min(row["working"] / row["engineers"], 1) if row["engineers"] > 0 else 0.0,
        ),
    }
    figure, axes = axes_of(WIDTH, 6.6 + legend_height(of), len(columns), 1)
    for axis, (title, value) in zip(axes, columns.values(), strict=True):
        for name, one in of.items():
            own = by_strategy(rows, name)
            year = [row["month"] / MONTHS_PER_YEAR for row in own]
            axis.plot(year, [value(row) for row in own], color=one.colour, ls=one.look[1], lw=1.6)
        axis.set_title(title, fontsize=10)
        axis.set_ylim(bottom=0)
    finish(figure, axes, of)
    return figure


def draw_lag(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw how long it takes until a flaw of a hidden cause is found, year by year."""
    figure, axis = axes_of(WIDTH, 2.7 + legend_height(of), 1, 1)
    for name, one in of.items():
        own = [row for row in by_strategy(rows, name) if row["lag_hours"] != ""]
        hours = [row["lag_hours"] for row in own]
        axis.plot([row["year"] for row in own], hours, color=one.colour, ls=one.look[1], lw=1.6, marker="o", ms=3)
    axis.set_title("From birth to discovery, mean of flaws found [h]", fontsize=10)
    axis.set_ylim(bottom=0)
    finish(figure, (axis,), of)
    return figure


def finish(figure: Any, axes: Sequence[Any], of: Strategies) -> None:
    """Give axes over years their grid, and a picture of strategies its legend."""
    from matplotlib.lines import Line2D

    for axis in axes:
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
    axes[-1].set_xlabel("year")
    lines = [Line2D([], [], color=one.colour, ls=one.look[1], lw=1.8) for one in of.values()]
    titles = [one.title for one in of.values()]
    figure.legend(
        lines, titles, loc="outside upper center", ncols=columns_of(titles), frameon=False, fontsize=9, handlelength=3
    )


def columns_of(titles: Sequence[str]) -> int:
    """Return into how many columns a legend with such titles goes."""
    longest = max(map(len, titles))
    return max(1, min(3, len(titles), 60 // (longest + 6)))


def legend_height(of: Strategies) -> float:
    """Return the height that a legend of strategies takes [in]."""
    titles = [one.title for one in of.values()]
    return 0.19 * -(-len(titles) // columns_of(titles))


def over_a_panel(one: Known) -> str:
    """Return the title of a strategy on lines as wide as a panel."""
    return fill(one.title, 28)


def draw_lines(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw when each line is ordered and makes its first cells, medians of the futures; in pale when not in all."""
    from optimize.pages.pictures_of_worth import folded

    places, labels = [], []
    place = 0.0
    total = sum(max(len(by_strategy(rows, name)), 1) + 0.6 for name in of)
    figure, axis = axes_of(WIDTH, 1.0 + 0.2 * total, 1, 1)
    for name, one in of.items():
        own = by_strategy(rows, name)
        places.append(place + max(len(own) - 1, 0) / 2)
        labels.append(folded(one.title))
        for row in own:
            begin, start = (row[f"{what}_month_p50"] / MONTHS_PER_YEAR for what in ("ordered", "starts"))
            pale = 1.0 if row["futures_with_it"] == 1 else 0.4
            axis.barh(place, start - begin, 0.7, left=begin, color=one.colour, alpha=pale)
            spread = [row[f"starts_month_{end}"] / MONTHS_PER_YEAR for end in ("p5", "p95")]
            axis.plot(spread, [place, place], color="black", lw=1)
            axis.plot([start], [place], "|", color="black", ms=7, mew=1.6)
            place += 1
        if not own:
            axis.text(0.05, place, "builds nothing in these futures", va="center", fontsize=9)
            place += 1
        place += 0.6
    axis.set_yticks(places, labels, fontsize=9)
    axis.set_ylim(place - 0.6, -0.9)
    axis.set_xlim(left=0)
    axis.set_xlabel("year")
    axis.set_title(
        "bar: order to first cells; black: first cells in 9 of 10 futures", loc="right", fontsize=9, weight="normal"
    )
    axis.grid(axis="x", color=GRID)
    axis.set_axisbelow(True)
    return figure
