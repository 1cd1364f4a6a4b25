"""Value: what machines and cells cost and bring, and the wish for the best of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimize.effects import Sum
from optimize.model.products import MILLION, TERA, bounded, good_cells, product
from optimize.plan_data import PER_SERVER, PlanData

# [million USD/yr]
_A_DOLLAR = 1e-6
_YEARLY = ("material", "energy", "drawn", "revenue", "returns")


def add_value(model: Any, data: PlanData) -> None:
    """Add what a year takes and brings, split as a plant's accounts are.

    What a server takes may depend on the options, so its station's servers are split over them like a flow::

        sum_o servers_under[s, g, o] = servers[s]
        servers_under[s, g, o] <= highest[s] * chosen[g, o]
        takes = sum_s base[s] * servers[s] + sum_g sum_o added[s, g, o] * servers_under[s, g, o]
    """
    import pyomo.environ as pyo

    _split_servers(model, data)
    taken = {what: _taken(model, data, what) for what in PER_SERVER}
    yearly = {what: _yearly(model, data, what) for what in _YEARLY}
    model.capital_cost = pyo.Expression(expr=taken["owning"] / MILLION, doc="owning the machines [million USD/yr]")
    model.labour_cost = pyo.Expression(expr=taken["staffing"] / MILLION, doc="staffing the machines [million USD/yr]")
    model.energy_cost = pyo.Expression(expr=yearly["energy"], doc="energy that comes with cells [million USD/yr]")
    model.material_cost = pyo.Expression(
        expr=yearly["material"], doc="material, less what scrap brings [million USD/yr]"
    )
    standing = data.standing.get("cost", 0.0) / MILLION
    model.standing_cost = pyo.Expression(expr=standing, doc="what no choice changes [million USD/yr]")
    model.cost = pyo.Expression(
        expr=model.capital_cost + model.labour_cost + model.energy_cost + model.material_cost + model.standing_cost,
        doc="cost of a year [million USD/yr]",
    )
    model.income = pyo.Expression(
        expr=yearly["revenue"] - yearly["returns"], doc="revenue, less what customers send back [million USD/yr]"
    )
    drawn = yearly["drawn"] + data.standing.get("drawn", 0.0) / TERA
    model.drawn = pyo.Expression(expr=drawn, doc="energy of a year [TJ/yr]")
    model.capital = pyo.Expression(expr=_with_standing(taken, data, "capital"), doc="investment [million USD]")
    model.floor = pyo.Expression(expr=_with_standing(taken, data, "floor"), doc="floor [million m^2]")
    model.people = pyo.Expression(expr=_with_standing(taken, data, "people"), doc="direct labour [million h/yr]")
    _add_goal(model, data)


def _add_goal(model: Any, data: PlanData) -> None:
    import pyomo.environ as pyo

    # machines that cost nothing, such as racks, are not wanted without need
    model.thrift = pyo.Expression(
        expr=model.cost + _A_DOLLAR * pyo.quicksum(model.servers[s] for s in data.stations),
        doc="cost of a year with a dollar more for each machine [million USD/yr]",
    )
    wish, sense, doc = {
        "cost": (model.thrift, pyo.minimize, "cost of making the demand [million USD/yr]"),
        "energy": (model.drawn, pyo.minimize, "energy for making the demand [TJ/yr]"),
        "output": (model.good, pyo.maximize, "good cells [million cells/yr]"),
        "profit": (model.income - model.thrift, pyo.maximize, "profit of a year [million USD/yr]"),
    }[data.goal]
    model.goal = pyo.Objective(expr=wish, sense=sense, doc=doc)


def prefer_cheap(model: Any, data: PlanData, best: float, gap: float) -> None:
    """Ask for the cheapest of the plans that are as good as the best one.

    Output and energy leave machine counts open: many plans are equally good.

    Args:
        model: solved for its goal.
        data: its numbers.
        best: value of the goal.
        gap: how much of it may be given up, relative [-].
    """
    import pyomo.environ as pyo

    wish = model.good >= best * (1 - gap) if data.goal == "output" else model.drawn <= best * (1 + gap)
    model.as_good = pyo.Constraint(expr=wish, doc="as good as the best plan [as the goal]")
    model.goal.deactivate()
    model.cheapest = pyo.Objective(expr=model.thrift, doc="cost among the best plans [million USD/yr]")


def _split_servers(model: Any, data: PlanData) -> None:
    """Add the servers of a station under each option, where what a server takes depends on the option."""
    import pyomo.environ as pyo

    groups = {
        (station, group)
        for what in data.per_server.values()
        for station, takes in what.items()
        for group in takes.added
    }
    split = sorted(groups)
    model.servers_under = pyo.Var(
        [(s, g, o) for s, g in split for o in data.options[g]],
        domain=pyo.NonNegativeReals,
        doc="machines at a station under one option [-]",
    )
    model.servers_add_up = pyo.Constraint(
        split,
        rule=lambda m, s, g: pyo.quicksum(m.servers_under[s, g, o] for o in data.options[g]) == m.servers[s],
        doc="the machines under all options are the machines [-]",
    )
    model.only_chosen_servers = pyo.Constraint(
        list(model.servers_under.keys()),
        rule=lambda m, s, g, o: m.servers_under[s, g, o] <= data.highest[s] * m.chosen[g, o],
        doc="an option that is not chosen has no machines [-]",
    )


def _taken(model: Any, data: PlanData, what: str) -> Any:
    """Return what all servers take together."""
    import pyomo.environ as pyo

    def of(station: str, takes: Sum) -> Any:
        under = [
            by[option] * model.servers_under[station, group, option]
            for group, by in takes.added.items()
            for option in data.options[group]
        ]
        return takes.base * model.servers[station] + pyo.quicksum(under)

    return pyo.quicksum(of(station, takes) for station, takes in data.per_server.get(what, {}).items())


def _yearly(model: Any, data: PlanData, what: str) -> Any:
    """Return what all good cells bring or take together, in millions; what they draw in TJ."""
    factor = data.per_cell.get(what)
    if factor is None or not factor.base:
        return 0.0
    if what == "drawn":
        # in TJ for a million cells: coefficients of a billion mislead solvers
        factor = replace(factor, base=factor.base * MILLION / TERA)
    return bounded(model, what, product(model, what, good_cells(model), factor))


def _with_standing(taken: Any, data: PlanData, what: str) -> Any:
    return (taken[what] + data.standing.get(what, 0.0)) / MILLION
