"""Capacity: whole machines, and the time that the flow takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optimize.model.products import MILLION, Amount, bounded, product
from optimize.plan_data import PlanData


def add_capacity(model: Any, data: PlanData, flows: Mapping[str, Amount]) -> None:
    """Add the machine counts and the time they have.

    A station's machines are enough for its flow::

        use[s] * flow[s] <= servers[s]
    """
    import pyomo.environ as pyo

    def enough(m: Any, s: str) -> Any:
        use = data.use[s]
        of_a_million = replace(use, base=use.base * MILLION)
        return bounded(m, f"time at {s}", product(m, f"time at {s}", flows[s], of_a_million)) <= m.servers[s]

    model.servers = pyo.Var(
        list(data.stations),
        domain=pyo.Integers,
        bounds=lambda _, s: (data.lowest[s], data.highest[s]),
        doc="machines at a station [-]",
    )
    model.machine_time = pyo.Constraint(
        list(data.stations), rule=enough, doc="the flow takes no more time than the machines have [machines]"
    )
