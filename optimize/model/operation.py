"""Operation: what each station hands on is what the next one works on, and yields multiply along the route."""

from __future__ import annotations

from typing import Any

from optimize.model.products import MILLION, Amount, good_cells, product
from optimize.plan_data import PlanData


def add_operation(model: Any, data: PlanData) -> dict[str, Amount]:
    """Add the flow of cells.

    Machines must be able to carry more than what is made, because stations starve and block each other::

        flow[end] * kept[end] = good / reach
        flow[s] * kept[s] = flow[next(s)]

    Returns:
        The flow into each station.
    """
    import pyomo.environ as pyo

    model.flow = pyo.Var(
        list(data.stations),
        domain=pyo.NonNegativeReals,
        doc="cells that a station's machines must be able to work on [million cells/yr]",
    )
    model.flow_balance = pyo.Constraint(
        pyo.Any, doc="what is handed on is what the next station works on [million cells/yr]"
    )
    leaving = product(model, "pace", good_cells(model), data.reach.inverse())
    flows: dict[str, Amount] = {}
    for station in data.against_flow:
        needed = flows[data.after[station]] if station in data.after else leaving
        load = product(model, station, needed, data.kept[station].inverse())
        model.flow_balance[station] = model.flow[station] == load.value
        flows[station] = Amount(model.flow[station], load.each)
    if data.demand is not None and data.goal in ("cost", "energy"):
        model.demand_met = pyo.Constraint(
            expr=model.good == data.demand / MILLION, doc="good cells are what is wanted [million cells/yr]"
        )
    return flows
