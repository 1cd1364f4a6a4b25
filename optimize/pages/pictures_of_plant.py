"""Pictures of what happens in the plants of strategies: scrap and its flow, what limits lines, stock and energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from textwrap import fill
from typing import Any

from optimize.pages.pictures import BLUE, GREEN, ORANGE, PINK, SKY, WIDTH, axes_of
from optimize.pages.pictures_of_strategies import (
    GRID,
    MONTHS_PER_YEAR,
    OCHRE,
    PALE,
    Strategies,
    by_strategy,
    columns_of,
    finish,
    legend_height,
    outer_labels,
    over_a_panel,
    panels,
)
from optimize.pages.tables import Row
from optimize.words import station
from twin import FlowWords, Line, draw_flow

_MOST_STATIONS = 6
STATION_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, OCHRE)
_MONTHS = 3
# energy of a first quarter with hardly a good cell would hide all others: so many times the median is enough
_HIGH = 2.5


def _largest(rows: Sequence[Row], column: str, most: int, key: str = "station") -> list[str]:
    """Return the stations, or what else a key names, with most of something over strategies and time, largest first."""
    totals: dict[str, float] = {}
    for row in rows:
        totals[row[key]] = totals.get(row[key], 0.0) + row[column]
    there = [name for name, total in totals.items() if total > 0]
    return sorted(there, key=lambda name: -totals[name])[:most]


def draw_scrap(rows: Sequence[Row], of: Strategies, key: str, side: str = "", most: int = 9) -> Any:
    """Draw scrap of each strategy as a Pareto: the dearest first, the others together.

    In brackets stands what the first strategy loses by it and by all above.

    Args:
        rows: of scrap.
        of: the strategies, the best first.
        key: column by which scrap is told apart: "station" or "mode".
        side: what columns begin with: "lost_" for stations that found it, "born_" for those where it went wrong.
        most: bars that something has of its own.
    """
    largest = _largest(rows, f"{side}musd", most, key)
    rest = {row[key] for row in rows} - set(largest)
    groups = {name: {name} for name in largest} | ({"all others": rest} if rest else {})
    figure, (mass, money) = axes_of(WIDTH, 0.7 + legend_height(of) + (0.11 * len(of) + 0.14) * len(groups), 1, 2)
    height = 0.8 / len(of)
    for shift, (name, one) in enumerate(of.items()):
        own = by_strategy(rows, name)
        places = [place + (shift - (len(of) - 1) / 2) * height for place in range(len(groups))]
        for axis, column, scale in ((mass, f"{side}tonnes", 1e-3), (money, f"{side}musd", 1.0)):
            sizes = [scale * sum(row[column] for row in own if row[key] in names) for names in groups.values()]
            axis.barh(places, sizes, height * 0.9, color=one.colour, label=one.title)
    first = by_strategy(rows, next(iter(of)))
    lost = [sum(row[f"{side}musd"] for row in first if row[key] in names) for names in groups.values()]
    shares = [100 * part / (sum(lost) or 1.0) for part in accumulate(lost)]
    labels = [f"{fill(_called(name), 26)} ({share:.0f} %)" for name, share in zip(groups, shares, strict=True)]
    mass.set_yticks(range(len(groups)), labels, fontsize=9)
    money.set_yticks(range(len(groups)), [""] * len(groups))
    for axis, title in ((mass, "Scrap [1,000 t]"), (money, "Material lost [MUSD]")):
        axis.set_ylim(len(groups) - 0.5, -0.5)
        axis.set_title(title, fontsize=10)
        axis.tick_params(axis="x", labelsize=9)
        axis.grid(axis="x", color=GRID)
        axis.set_axisbelow(True)
    handles, titles = mass.get_legend_handles_labels()
    figure.legend(handles, titles, loc="outside upper center", ncols=columns_of(titles), frameon=False, fontsize=9)
    return figure


def _called(name: str) -> str:
    """Return what people call a station or a defect mode."""
    return station(name) or "no flaw, way of working"


def draw_started_to_good(flow: Mapping[str, Mapping[str, float]], lost: Mapping[str, Row], line: Line) -> Any:
    """Draw what a strategy starts, loses at each station and finishes, with tonnes and money.

    Args:
        flow: what goes in, out and is lost at each station [GWh].
        lost: rows of scrap by station.
        line: the plant.
    """
    titles = {name: line.stations[name].title or station(name) for name in flow}
    losses = {}
    for name, at in flow.items():
        row = lost[name]
        share = at["lost"] / at["in"] if at["in"] > 0 else 0.0
        text = f"{100 * share:.2f} %: {short(row['lost_tonnes'] / 1000)} kt, {short(row['lost_musd'])} MUSD"
        losses[name] = f"\N{MINUS SIGN}{text}" if at["lost"] > 0 else ""
    end = sum(flow[name]["out"] for name in line.sinks if name in flow)
    # web for one electrode counts half until the two come together
    sources = {name: f"material for {2 * at['in']:.0f} GWh" for name, at in flow.items()}
    return draw_flow(flow, line, FlowWords(titles, losses, sources, f"{end:.0f} GWh of good cells"))


def short(value: float) -> str:
    """Return a size as it stands beside a ribbon: to one decimal below ten."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def draw_narrowest(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw by quarter which stations decided how much the running lines could start."""
    import numpy as np

    chosen = _largest(rows, "share", _MOST_STATIONS)
    names = [*chosen, "all others"]
    figure, axes = panels(len(of))
    areas: list[Any] = []
    for axis, (name, one) in zip(axes, of.items(), strict=False):
        own = by_strategy(rows, name)
        quarters = max((row["quarter"] for row in own), default=0)
        shares = np.zeros((len(names), quarters))
        for row in own:
            place = chosen.index(row["station"]) if row["station"] in chosen else len(chosen)
            shares[place, row["quarter"] - 1] += 100 * row["share"]
        year = (np.arange(quarters) + 0.5) * _MONTHS / MONTHS_PER_YEAR
        colours = [*STATION_COLOURS[: len(chosen)], PALE]
        running = shares.sum(axis=0) > 0
        areas = axis.stackplot(year[running], shares[:, running], colors=colours, lw=0)
        axis.set_ylim(0, 100)
        axis.set_xlim(0, quarters * _MONTHS / MONTHS_PER_YEAR)
        axis.set_title(over_a_panel(one), color=one.colour, fontsize=10)
    outer_labels(figure, axes, len(of), "share of running lines [%]")
    titles = [station(name) for name in names]
    figure.legend(areas, titles, loc="outside upper center", ncols=columns_of(titles), frameon=False, fontsize=9)
    return figure


def draw_inside(rows: Sequence[Row], of: Strategies) -> Any:
    """Draw the cells in the plant and the energy that a good kWh takes, quarter by quarter."""
    figure, (stock, energy) = axes_of(WIDTH, 4.8 + legend_height(of), 2, 1)
    seen = sorted(row["energy_kwh_per_kwh"] for row in rows if row["energy_kwh_per_kwh"] != "")
    most = min(seen[-1], _HIGH * seen[len(seen) // 2]) if seen else 1.0
    for name, one in of.items():
        own = by_strategy(rows, name)
        look = {"color": one.colour, "ls": one.look[1], "lw": 1.6}
        stock.plot([row["month"] / MONTHS_PER_YEAR for row in own], [row["within_gwh"] for row in own], **look)
        there = [row for row in own if row["energy_kwh_per_kwh"] != ""]
        year = [row["month"] / MONTHS_PER_YEAR for row in there]
        energy.plot(year, [row["energy_kwh_per_kwh"] for row in there], **look)
    stock.set_title("Cells between start and end of the line, mean of futures [GWh]", fontsize=10)
    stock.set_ylim(bottom=0)
    energy.set_title("Energy that a good kWh takes [kWh/kWh]", fontsize=10)
    energy.set_ylim(0, 1.05 * most)
    energy.set_xlim(stock.get_xlim())
    finish(figure, (stock, energy), of)
    return figure
