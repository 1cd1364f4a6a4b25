"""The cheapest serial line at a fixed output by a label-setting dynamic programme.

Source: the method is that of resource-constrained shortest paths, for instance Irnich and Desaulniers, Shortest path
problems with resource constraints (2005).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from optimize.plan_data import PlanData

# machines are whole up to this, as solvers see it
WHOLE = 1e-9


class Label(NamedTuple):
    """What is known of a part of the line, from its end up to some station.

    Attributes:
        load: cells that enter it for one good cell [-].
        material: what its options multiply the material of a good cell by [-].
        owned: what its machines cost [USD/yr].
    """

    load: float
    material: float
    owned: float


def least_cost(data: PlanData) -> float | None:
    """Return the least cost of making the demand [USD/yr], None when no plan makes it.

    For serial lines where each option is one station's: of its yield, its time, its machines' cost and what material
    a cell takes. Going upstream, a label is dropped when another one needs no more flow, no more material and no
    more machines: whatever stands further up, it cannot become the better one.
    """
    assert data.goal == "cost" and data.demand is not None and not data.limits and not data.reach.change
    labels = [Label(1.0, 1.0, 0.0)]
    for station in reversed(data.stations):
        mine = [group for group in data.options if group in data.kept[station].change]
        assert len(mine) == 1, f"{station} has {len(mine)} groups of options, expected one"
        group = mine[0]
        longer = [
            found
            for label in labels
            for option in data.options[group]
            if (found := _with_station(data, station, group, option, label)) is not None
        ]
        labels = undominated(longer)
    running = data.per_cell["material"].base * data.demand
    return min((label.owned + running * label.material for label in labels), default=None)


def _with_station(data: PlanData, station: str, group: str, option: str, label: Label) -> Label | None:
    """Return a label that is longer by one station; None when that would need more machines than it may have."""
    assert data.demand is not None
    load = label.load / (data.kept[station].base * data.kept[station].change[group][option])
    use = data.use[station].base * data.use[station].change[group][option]
    needed = max(data.lowest[station], math.ceil(data.demand / data.reach.base * load * use - WHOLE))
    if needed > data.highest[station]:
        return None
    each = data.per_server["owning"][station]
    cost = each.base + each.added.get(group, {}).get(option, 0.0)
    return Label(load, label.material * data.per_cell["material"].change[group][option], label.owned + needed * cost)


def undominated(labels: list[Label]) -> list[Label]:
    """Return the labels that no other one beats or equals in everything."""
    kept: list[Label] = []
    for label in sorted(labels):
        if not any(other.material <= label.material and other.owned <= label.owned for other in kept):
            kept.append(label)
    return kept
