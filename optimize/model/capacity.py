"""Capacity: whole machines, and the hours that the flow takes of them."""

from __future__ import annotations

from typing import Any

from optimize.plan_data import PlanData


def add_capacity(model: Any, data: PlanData) -> None:
    """Add the machine counts and the hours they have.

    A station's machine-hours are enough for its flow::

        sum_r flow[s, r] / rate[s, r] <= derate * hours[s] * servers[s]
    """
    import pyomo.environ as pyo

    def bounds(_: Any, s: str) -> tuple[int, int]:
        return data.lowest[s], data.highest[s]

    def hours(m: Any, s: str) -> Any:
        busy = pyo.quicksum(m.flow[s, r] / data.rate[s, r] for r in data.recipes)
        return busy <= data.derate * data.hours[s] * m.servers[s]

    model.servers = pyo.Var(model.stations, domain=pyo.Integers, bounds=bounds, doc="machines at a station [-]")
    model.machine_hours = pyo.Constraint(
        model.stations, rule=hours, doc="the flow takes no more hours than the machines have [h/yr]"
    )
