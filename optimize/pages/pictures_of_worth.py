"""Pictures of what strategies are worth: value and risk, cost of a kWh, paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from optimize.figures import Interval
from optimize.pages.pictures import BLUE, GREEN, GREY, ORANGE, SKY, WIDTH, axes_of, leave_room, number, whiskers
from optimize.pages.pictures_of_strategies import (
    GRID,
    OCHRE,
    Strategies,
    by_strategy,
    columns_of,
    legend_height,
    outer_labels,
    over_a_panel,
    panels,
)
from optimize.pages.tables import Row
from optimize.words import decimals_of_column

_LABEL = 20
# points nearer than this would lie on each other, and are moved so far apart [%]
_NEAR, _APART = 2.0, 1.3
# what is drawn of the cost of a kWh, to the least there is
_DEAREST = 100.0
PART_COLOURS = {
    "materials": "#c8c8c8",
    "energy": SKY,
    "labour": GREEN,
    "overhead": OCHRE,
    "depreciation": BLUE,
    "scrap": ORANGE,
}


def folded(title: str) -> str:
    """Return a title on lines that fit beside an axis."""
    return fill(title, _LABEL)


def _middle(row: Row, name: str) -> Interval:
    return Interval(*(row[f"{name}_{part}"] for part in Interval._fields))


def draw_ranking(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw what each strategy is worth and in how many futures its cash runs out, the best first."""
    figure, (worth, risk) = axes_of(WIDTH, 1.0 + 0.48 * len(rows), 1, 2)
    places = {"npv_musd": decimals_of_column([_middle(row, "npv_musd") for row in rows]), "insolvency_probability": 0}
    for place, row in enumerate(rows):
        colour = of[row["strategy"]].colour
        for axis, name, scale in ((worth, "npv_musd", 1.0), (risk, "insolvency_probability", 100.0)):
            middle = Interval(*(scale * value for value in _middle(row, name)))
            axis.errorbar([middle.mean], [place], xerr=whiskers([middle]), fmt="o", color=colour, capsize=4, ms=6)
            text = number(round(middle.mean, places[name]))
            axis.annotate(text, (middle.mean, place), (0, 6), textcoords="offset points", ha="center", fontsize=9)
    worth.axvline(0, color=GREY, lw=1, zorder=0)
    worth.set_yticks(range(len(rows)), [folded(of[row["strategy"]].title) for row in rows], fontsize=9)
    risk.set_yticks(range(len(rows)), [""] * len(rows))
    leave_room(worth, [0.0, *(row[f"npv_musd_{end}"] for row in rows for end in ("low", "high"))], "x")
    low, high = worth.get_xlim()
    side = "right" if -low > high else "left"
    worth.text(0, len(rows) - 0.53, " build nothing ", ha=side, va="bottom", fontsize=9, color=GREY)
    worth.xaxis.get_major_locator().set_params(nbins=4)
    risk.set_xlim(-8, 108)
    worth.set_title("Net present value [MUSD]", fontsize=10)
    risk.set_title("Insolvent futures [%]", fontsize=10)
    for axis in (worth, risk):
        axis.set_ylim(len(rows) - 0.5, -0.8)
        axis.tick_params(axis="x", labelsize=9)
        axis.grid(axis="x", color=GRID)
        axis.set_axisbelow(True)
    return figure


def draw_frontier(rows: Sequence[Row], planned: Sequence[Row], of: Strategies, plans: Sequence[Row] = ()) -> Any:
    """Draw expected value against the chance of insolvency, as lived, and as planned where that was asked.

    Args:
        rows: strategies as lived; points in the same place are moved apart.
        planned: of the frontier: the best plan for each chance that may be taken.
        of: the strategies.
        plans: of the same strategies that were lived in some futures; the one that was taken is among the rows.
    """
    figure, axes = axes_of(WIDTH, (5.6 if planned else 3.2) + legend_height(of), 2 if planned else 1, 1, squeeze=False)
    lived, *others = axes.flat
    handles, titles = _lived_points(lived, rows, of)
    others_lived = [row for row in plans if not row["taken"]]
    for row in others_lived:
        middle, risk = _middle(row, "npv_musd"), _middle(row, "insolvency_probability").mean
        lived.plot([100 * risk], [middle.mean], "o", mfc="none", mec=of[row["strategy"]].colour, ms=6)
    means = [row["npv_musd_mean"] for row in others_lived]
    leave_room(lived, [0.0, *means, *(row[f"npv_musd_{end}"] for row in rows for end in ("low", "high"))])
    lived.set_title("As lived", fontsize=10)
    lived.set_xlabel("insolvent futures [%]; points in one place are moved apart", fontsize=10)
    lived.set_ylabel("net present value [MUSD]", fontsize=10)
    for axis in others:
        for name, one in of.items():
            own = [row for row in by_strategy(planned, name) if row["npv_musd"] != ""]
            risks, values = [100 * row["allowed_insolvency"] for row in own], [row["npv_musd"] for row in own]
            axis.step(risks, values, where="post", color=one.colour, ls=one.look[1], lw=1.8)
        axis.set_title("As planned, the best that builds", fontsize=10)
        axis.set_ylabel("net present value [MUSD]", fontsize=10)
        axis.set_xlabel("insolvency allowed [%]", fontsize=10)
        leave_room(axis, [0.0, *(row["npv_musd"] for row in planned if row["npv_musd"] != "")])
    for axis in (lived, *others):
        axis.set_xlim(-4, 104)
        axis.axhline(0, color=GREY, lw=1, zorder=0)
        axis.tick_params(labelsize=9)
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
    figure.legend(handles, titles, loc="outside upper center", ncols=columns_of(titles), frameon=False, fontsize=9)
    return figure


def _lived_points(axis: Any, rows: Sequence[Row], of: Strategies) -> tuple[list[Any], list[str]]:
    """Draw what was lived; return what goes into the legend."""
    drawn: list[tuple[float, Interval]] = []
    handles: list[Any] = []
    for row in rows:
        one = of[row["strategy"]]
        middle, risk = _middle(row, "npv_musd"), 100 * _middle(row, "insolvency_probability").mean
        # how many are hidden behind it: they go a little to the right and to the left in turn
        behind = sum(abs(risk - x) < _NEAR and middle.low < o.high and o.low < middle.high for x, o in drawn)
        drawn.append((risk, middle))
        x = risk + (behind + 1) // 2 * (_APART if behind % 2 else -_APART)
        axis.errorbar([x], [middle.mean], yerr=whiskers([middle]), fmt="none", color=one.colour, capsize=3, lw=1.2)
        handles += axis.plot([x], [middle.mean], "o", color=one.colour, ms=7, ls=one.look[1])
    return handles, [of[row["strategy"]].title for row in rows]


def draw_waiting(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw what it is worth to order everything later."""
    figure, axis = axes_of(WIDTH, 0.9 + 0.45 * len(rows), 1, 1)
    for place, row in enumerate(rows):
        middle, colour = _middle(row, "gain_musd"), of[row["strategy"]].colour
        axis.errorbar([middle.mean], [place], xerr=whiskers([middle]), fmt="o", color=colour, capsize=4)
        axis.annotate(
            number(round(middle.mean), "+"),
            (middle.mean, place),
            (0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    axis.axvline(0, color=GREY, lw=1, zorder=0)
    leave_room(axis, [0.0, *(row[f"gain_musd_{end}"] for row in rows for end in ("low", "high"))], "x")
    labels = [folded(f"{of[row['strategy']].title}, {row['months']} months later") for row in rows]
    axis.set_yticks(range(len(rows)), labels, fontsize=9)
    axis.set_ylim(len(rows) - 0.5, -0.8)
    axis.set_xlabel("change of net present value [MUSD]")
    axis.grid(axis="x", color=GRID)
    axis.set_axisbelow(True)
    return figure


def draw_cost_by_year(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw what a good kWh costs year by year, median and band of the futures that make any, and what it brings.

    The scale is logarithmic: a first year with hardly a cell costs a hundred times as much as a mature one.
    """
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    figure, axes = panels(len(of))
    seen = []
    for axis, (name, one) in zip(axes, of.items(), strict=False):
        own = [row for row in by_strategy(rows, name) if row["cost_usd_per_kwh_p50"] != ""]
        year = [row["year"] for row in own]
        low, middle, high = ([row[f"cost_usd_per_kwh_{end}"] for row in own] for end in ("p5", "p50", "p95"))
        sold = [row for row in own if row["revenue_usd_per_kwh_mean"] != ""]
        axis.fill_between(year, low, high, color=one.colour, alpha=0.25, lw=0)
        axis.plot(year, middle, color=one.colour, lw=1.8, marker="o", ms=3)
        axis.plot([row["year"] for row in sold], [row["revenue_usd_per_kwh_mean"] for row in sold], color="black", lw=1)
        axis.set_title(over_a_panel(one), color=one.colour, fontsize=10)
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
        seen += [*low, *middle, *(row["revenue_usd_per_kwh_mean"] for row in sold)]
    if seen:
        axes[0].set_yscale("log")
        axes[0].set_ylim(0.8 * min(seen), 1.25 * min(max(seen), _DEAREST * min(seen)))
    for axis in axes if seen else ():
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
    axes[0].set_xlim(0.7, max((row["year"] for row in rows), default=1) + 0.3)
    outer_labels(figure, axes, len(of), "of a good kWh [USD/kWh]")
    figure.suptitle("black: what it brings", x=0.99, ha="right", fontsize=9, color=GREY)
    return figure


def draw_cost_parts(rows: Sequence[Row], of: Strategies, revenue: Mapping[str, float]) -> Any:
    """Draw the parts of what a good kWh costs in the last whole year, and a mark where it is sold."""
    having = [name for name in of if by_strategy(rows, name)]
    figure, axis = axes_of(WIDTH, 1.5 + 0.5 * len(having), 1, 1)
    most = max([*revenue.values(), *(sum(r["usd_per_kwh"] for r in by_strategy(rows, name)) for name in having)])
    for place, name in enumerate(having):
        left = 0.0
        for row in by_strategy(rows, name):
            size = row["usd_per_kwh"]
            axis.barh(place, size, 0.6, left=left, color=PART_COLOURS[row["part"]])
            if size > 0.055 * most:
                dark = row["part"] in ("materials", "energy")
                axis.text(
                    left + size / 2,
                    place,
                    f"{size:.1f}",
                    ha="center",
                    va="center",
                    fontsize=9,
                    color="black" if dark else "white",
                )
            left += size
        # beyond the axis, where no mark can cross it
        axis.text(
            1.0, place, f"{left:.1f}", transform=axis.get_yaxis_transform(), va="center", fontsize=9, weight="bold"
        )
        if name in revenue:
            axis.plot([revenue[name]] * 2, [place - 0.38, place + 0.38], color="black", lw=2)
    axis.set_yticks(range(len(having)), [folded(of[name].title) for name in having], fontsize=9)
    axis.set_ylim(len(having) - 0.5, -0.6)
    axis.set_xlim(0, 1.04 * most)
    axis.set_xlabel("of a good kWh [USD/kWh]; black: what it brings; right: all parts")
    bars = [axis.barh(0, 0, color=colour) for colour in PART_COLOURS.values()]
    figure.legend(
        bars,
        list(PART_COLOURS),
        loc="outside upper center",
        ncols=6,
        frameon=False,
        fontsize=9,
        handlelength=1,
        columnspacing=1,
    )
    return figure


def draw_differences(rows: Sequence[Row], of: Strategies, best: str) -> Any:
    """Draw by how much the best strategy is ahead of each other one, with the interval."""
    figure, axis = axes_of(WIDTH, 1.0 + 0.5 * len(rows), 1, 1)
    for place, row in enumerate(rows):
        middle, colour = _middle(row, "behind_musd"), of[row["strategy"]].colour
        axis.errorbar([middle.mean], [place], xerr=whiskers([middle]), fmt="o", color=colour, capsize=4)
        axis.annotate(
            number(round(middle.mean, 1 if abs(middle.mean) < 10 else 0), "+"),
            (middle.mean, place),
            (0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    axis.axvline(0, color=GREY, lw=1, zorder=0)
    leave_room(axis, [0.0, *(row[f"behind_musd_{end}"] for row in rows for end in ("low", "high"))], "x")
    axis.set_yticks(range(len(rows)), [folded(of[row["strategy"]].title) for row in rows], fontsize=9)
    axis.set_ylim(len(rows) - 0.5, -0.8)
    axis.set_xlabel(f"by how much {of[best].title} is worth more [MUSD]")
    axis.grid(axis="x", color=GRID)
    axis.set_axisbelow(True)
    return figure
