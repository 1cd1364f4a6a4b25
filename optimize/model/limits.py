"""Limits: what a plan may take at most, and how good it must be."""

from __future__ import annotations

from typing import Any

from optimize.model.products import MILLION
from optimize.plan_data import SECONDS_PER_YEAR, PlanData


def add_limits(model: Any, data: PlanData) -> None:
    """Add the limits that the study sets.

    Shares are limits on the good cells that are made, so that they stay linear::

        capital, floor, people <= limit
        drawn <= power * year
        escapes <= share * good
        first_pass >= share * good
        sum of chosen places <= limit
    """
    import pyomo.environ as pyo

    limits = data.limits
    taken = {"capital": model.capital, "floor": model.floor, "people": model.people, "drawn": model.drawn}
    most = {name: limits[name] / MILLION for name in ("capital", "floor", "people") if name in limits}
    if "power" in limits:
        most["drawn"] = limits["power"] * SECONDS_PER_YEAR / MILLION
    model.at_most = pyo.Constraint(
        list(most), rule=lambda m, name: taken[name] <= most[name], doc="a plan takes no more than it may [as it]"
    )
    if "escapes" in limits:
        model.few_escapes = pyo.Constraint(
            expr=model.escapes <= limits["escapes"] * model.good, doc="few flaws leave the plant [million/yr]"
        )
    if "first_pass" in limits:
        model.good_at_once = pyo.Constraint(
            expr=model.first_pass >= limits["first_pass"] * model.good,
            doc="enough starts pass everything at once [million cells/yr]",
        )
    if "places" in limits:
        chosen = [by * model.chosen[g, o] for g, added in data.places.added.items() for o, by in added.items()]
        model.room_for_buffers = pyo.Constraint(
            expr=data.places.base + pyo.quicksum(chosen) <= limits["places"], doc="lots that buffers hold [-]"
        )
