"""Value: what a year costs."""

from __future__ import annotations

from typing import Any

from optimize.plan_data import PlanData


def add_value(model: Any, data: PlanData) -> None:
    """Add the cost of a year, split as a plant's accounts are, and the wish for the least of it."""
    import pyomo.environ as pyo

    pairs = [(s, r) for s in data.stations for r in data.recipes]

    def owned(cost: Any) -> Any:
        return pyo.quicksum(cost[s] * model.servers[s] for s in data.stations)

    model.capital_cost = pyo.Expression(expr=owned(data.capital), doc="owning the machines [USD/yr]")
    model.labour_cost = pyo.Expression(expr=owned(data.labour), doc="staffing the machines [USD/yr]")
    energy = pyo.quicksum(data.energy[s] * model.flow[s, r] for s, r in pairs)
    material = pyo.quicksum(data.net_material(s, r) * model.flow[s, r] for s, r in pairs)
    model.energy_cost = pyo.Expression(expr=energy, doc="energy [USD/yr]")
    model.material_cost = pyo.Expression(expr=material, doc="bought material, less what scrap brings back [USD/yr]")
    model.standing_cost = pyo.Expression(expr=data.standing, doc="what no choice changes [USD/yr]")
    model.cost_of_a_year = pyo.Objective(
        expr=model.capital_cost + model.labour_cost + model.energy_cost + model.material_cost + model.standing_cost,
        sense=pyo.minimize,
        doc="cost of making the demand [USD/yr]",
    )
