"""Limits: what a plan may take at most, and how good it must be."""

from __future__ import annotations

from math import log
from typing import Any

from optimize.effects import Factor
from optimize.model.products import MILLION, TERA
from optimize.plan_data import SECONDS_PER_YEAR, PlanData

# nothing has no logarithm
_NOTHING = 1e-12


def add_limits(model: Any, data: PlanData) -> None:
    """Add the limits that the study sets.

    Shares are products of chosen options, so that their logarithms are sums over the options::

        capital, floor, people <= limit
        drawn <= power * year
        log(escapes) <= log(limit)
        log(first_pass) >= log(limit)
        sum of chosen places <= limit
    """
    import pyomo.environ as pyo

    limits = data.limits
    taken = {"capital": model.capital, "floor": model.floor, "people": model.people, "drawn": model.drawn}
    most = {name: limits[name] / MILLION for name in ("capital", "floor", "people") if name in limits}
    if "power" in limits:
        most["drawn"] = limits["power"] * SECONDS_PER_YEAR / TERA
    model.at_most = pyo.Constraint(
        list(most), rule=lambda m, name: taken[name] <= most[name], doc="a plan takes no more than it may [as it]"
    )
    if "escapes" in limits:
        model.few_escapes = pyo.Constraint(
            expr=_log_of(model, data.per_cell["escapes"]) <= _log(limits["escapes"]),
            doc="few flaws leave the plant [log of a share]",
        )
    if "first_pass" in limits:
        model.good_at_once = pyo.Constraint(
            expr=_log_of(model, data.per_cell["first_pass"]) >= _log(limits["first_pass"]),
            doc="enough starts pass everything at once [log of a share]",
        )
    if "places" in limits:
        chosen = [by[o] * model.chosen[g, o] for g, by in data.places.added.items() for o in data.options[g]]
        model.room_for_buffers = pyo.Constraint(
            expr=data.places.base + pyo.quicksum(chosen) <= limits["places"], doc="lots that buffers hold [-]"
        )


def _log_of(model: Any, factor: Factor) -> Any:
    """Return the logarithm of a share under the chosen options."""
    import pyomo.environ as pyo

    changes = [
        log(by) * model.chosen[group, option]
        for group, change in factor.change.items()
        for option, by in change.items()
    ]
    # a constraint needs an expression, also where no option changes anything
    return _log(factor.base) + pyo.quicksum(changes) + 0.0 * model.good


def _log(share: float) -> float:
    return log(max(share, _NOTHING))
