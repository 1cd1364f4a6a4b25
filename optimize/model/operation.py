"""Operation: one recipe is run, and what each station hands on is what the next one works on."""

from __future__ import annotations

from typing import Any

from optimize.plan_data import PlanData


def add_operation(model: Any, data: PlanData) -> None:
    """Add the choice of a recipe and the flow of cells under it.

    The flow is split over the recipes and only the chosen one may carry any, so that flow times yield and flow
    times machine-hours stay linear::

        sum_r chosen[r] = 1
        flow[s, r] <= demand * load[s, r] * chosen[r]
        flow[next(s), r] = kept[s, r] * flow[s, r]
        sum_r kept[end, r] * flow[end, r] = demand
    """
    import pyomo.environ as pyo

    load = {recipe: data.load(recipe) for recipe in data.recipes}
    model.chosen = pyo.Var(model.recipes, domain=pyo.Binary, doc="recipe is the one that is run [-]")
    model.flow = pyo.Var(
        model.stations, model.recipes, domain=pyo.NonNegativeReals, doc="cells that a station works on [cell/yr]"
    )
    model.one_recipe = pyo.Constraint(
        expr=pyo.quicksum(model.chosen[r] for r in data.recipes) == 1, doc="exactly one recipe is run [-]"
    )

    # a route needs no more than this for the demand, so the bound is as tight as one can be
    def only_chosen(m: Any, s: str, r: str) -> Any:
        return m.flow[s, r] <= data.demand * load[r][s] * m.chosen[r]

    def balance(m: Any, s: str, r: str) -> Any:
        if s not in data.after:
            return pyo.Constraint.Skip
        return m.flow[data.after[s], r] == data.kept[s, r] * m.flow[s, r]

    model.only_the_chosen_recipe_flows = pyo.Constraint(
        model.stations, model.recipes, rule=only_chosen, doc="a recipe that is not chosen makes nothing [cell/yr]"
    )
    model.flow_balance = pyo.Constraint(
        model.stations, model.recipes, rule=balance, doc="what is handed on is what the next station gets [cell/yr]"
    )
    model.demand_met = pyo.Constraint(
        expr=pyo.quicksum(data.kept[data.end, r] * model.flow[data.end, r] for r in data.recipes) == data.demand,
        doc="good cells are what is wanted [cell/yr]",
    )
