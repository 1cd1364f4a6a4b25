"""Pictures of what was made: capacity and grades, cost, energy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.journal import Journal
from twin.material import GRADE_A, GRADE_B
from twin.report.pictures import short_title, words
from twin.report.style import BLUE, GREEN, ORANGE, PINK, SKY, SOFT, VERMILLION, YELLOW, bars, blank, number, thousands

_COST = {
    "material": BLUE,
    "energy": YELLOW,
    "labour": SKY,
    "depreciation": GREEN,
    "scrap": VERMILLION,
    "overhead": PINK,
}
_BINS = 40
_MOST_BARS = 14


def capacity(journal: Journal) -> Any:
    """Draw the measured capacity of the cells that were kept, by grade."""
    cells = journal.columns("cells")
    kept = (cells["time"] >= journal.warmup) & np.isfinite(cells["capacity_ah"])
    ampere_hours, grade = cells["capacity_ah"][kept], cells["grade"][kept]
    if journal.line.cell is None or len(ampere_hours) < 2:
        return None
    figure, axis = blank(2.7)
    low, high = np.quantile(ampere_hours, (0.0005, 0.9995))
    edges = np.linspace(low, max(high, low * 1.001), _BINS + 1)
    groups = [ampere_hours[grade == one] for one in (GRADE_A, GRADE_B)]
    names = [f"grade {letter}: {len(group):,}" for letter, group in zip("AB", groups, strict=True)]
    axis.hist(groups, edges, stacked=True, color=[BLUE, ORANGE], label=names)
    nominal = journal.line.cell.capacity / 3600
    if low <= nominal <= high:
        axis.axvline(nominal, color=SOFT, ls="--", lw=1.2, label=f"nominal {nominal:g} Ah")
    axis.set_xlim(edges[0], edges[-1])
    thousands(axis.yaxis)
    axis.set_xlabel("measured capacity [Ah]")
    axis.set_ylabel("cells in the sample")
    figure.legend(loc="outside upper center", ncols=3, columnspacing=1.0, handlelength=1.2)
    return figure


def cost(kpi: Mapping[str, Any]) -> Any:
    """Draw the cost of a good kilowatt-hour as a waterfall."""
    split = {name: value for name, value in kpi.get("cost_usd_per_kwh", {}).items() if name in _COST}
    if not split:
        return None
    names = [*split, "total"]
    figure, axis = bars(0.34, names, 0.6)
    total = kpi["cost_usd_per_kwh"]["total"]
    left = 0.0
    edge = max(total, sum(max(value, 0.0) for value in split.values()))
    for place, (name, value) in enumerate(split.items()):
        axis.barh(place, value, left=left, color=_COST[name], height=0.66)
        _beside(axis, max(left, left + value), place, number(value))
        left += value
        axis.plot([left, left], [place - 0.33, place + 1.33], color=SOFT, lw=0.8)
    axis.barh(len(split), total, color=SOFT, height=0.66)
    _beside(axis, total, len(split), number(total))
    axis.set_xlim(0, edge * 1.16)
    axis.set_xlabel("cost [USD per kWh of good cells]")
    return figure


def energy(kpi: Mapping[str, Any]) -> Any:
    """Draw the site energy of a good kilowatt-hour by step."""
    split = kpi.get("energy_kwh_per_kwh", {}).get("by_step", {})
    split = {name: value for name, value in split.items() if value > 0}
    if not split:
        return None
    ranked = sorted(split.items(), key=lambda item: -item[1])
    shown, rest = ranked[:_MOST_BARS], ranked[_MOST_BARS:]
    if rest:
        shown.append((f"{len(rest)} others", sum(value for _, value in rest)))
    stations = kpi["stations"]
    names = [short_title(stations[name]["title"] if name in stations else words(name)) for name, _ in shown]
    figure, axis = bars(0.26, names, 0.6)
    values = [value for _, value in shown]
    axis.barh(range(len(names)), values, color=GREEN, height=0.7)
    for place, value in enumerate(values):
        _beside(axis, value, place, number(value))
    axis.set_xlim(0, max(values) * 1.18)
    axis.set_xlabel("site energy [kWh per kWh of good cells]")
    return figure


def _beside(axis: Any, x: float, y: float, text: str) -> None:
    axis.annotate(text, (x, y), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
