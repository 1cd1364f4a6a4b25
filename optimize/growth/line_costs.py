"""What one line of a plant costs, from the price list of the whole and a run of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from twin import Line, unit_costs

MUSD = 1e6
JOULES_PER_GWH = 3.6e12


@dataclass(frozen=True)
class LineCosts:
    """What one line costs; a plant is some of them.

    Attributes:
        capital: [MUSD].
        life: over which it is written down [yr].
        standing: energy that is drawn whatever is made [MUSD/yr].
        staff: people.
        materials: bought for what is started [USD/kWh].
        recovery: share of it that scrap brings back [-].
        energy: that comes with throughput [USD/kWh started].
        person: pay of one of the staff [USD/yr].
        on_labour: overhead on labour [-].
        on_depreciation: overhead and research on depreciation [-].
        grade_b: price of grade B relative to grade A [-].
        energy_use: electricity and gas that come with throughput [GWh per GWh started].
        standing_use: drawn by a line whatever is made [GWh/yr].
    """

    capital: float
    life: float
    standing: float
    staff: float
    materials: float
    recovery: float
    energy: float
    person: float
    on_labour: float
    on_depreciation: float
    grade_b: float
    energy_use: float
    standing_use: float


def line_costs(line: Line, found: Mapping[str, Any], lines: int, hours: float) -> LineCosts:
    """Return what one of the lines of a plant costs.

    Args:
        line: the whole plant as declared.
        found: money and counts of a run of it.
        lines: equal ones that it is built in.
        hours: that one of the staff works in a year [h].
    """
    costs, prices, money, counts = unit_costs(line), line.prices, found["money"], found["counts"]
    assert prices is not None and line.cell is not None
    years = counts["days"] / 365
    servers = {name: station.servers for name, station in line.stations.items()}
    capital = costs.standing_capital + sum(costs.capital[name] * count for name, count in servers.items())
    labour = costs.standing_labour + sum(costs.labour[name] * count for name, count in servers.items())
    started = counts["started_cells"] * line.cell.energy / JOULES_PER_GWH
    bought = money["material_bought"] - money["material_to_stock"]
    flowing = money["all_energy"] - costs.standing_energy_cost * years
    drawn_anyway = costs.standing_energy / JOULES_PER_GWH
    rates = prices.overheads
    return LineCosts(
        capital=capital / MUSD / lines,
        life=capital / (money["all_depreciation"] / years),
        standing=costs.standing_energy_cost / MUSD / lines,
        staff=ceil(labour / hours / lines),
        materials=bought / MUSD / started,
        recovery=money["recovery"] / max(money["material_in_scrap"], 1e-9),
        energy=flowing / MUSD / started,
        person=money["all_labour"] / years / labour * hours,
        on_labour=rates.variable_labour + rates.gsa_labour * (1 + rates.variable_labour),
        on_depreciation=rates.variable_depreciation
        + rates.gsa_depreciation * (1 + rates.variable_depreciation)
        + rates.r_and_d,
        grade_b=prices.grade_b,
        energy_use=(counts["energy_gwh"] - drawn_anyway * years) / started,
        standing_use=drawn_anyway / lines,
    )
