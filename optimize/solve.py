"""The only file that meets a solver: HiGHS through Pyomo, with its word checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from optimize.model import build
from optimize.plan_data import PlanData

COSTS = ("capital", "labour", "energy", "material", "standing")


@dataclass(frozen=True)
class Solution:
    """What the solver answered.

    Attributes:
        status: "optimal", "infeasible", "time_limit" or the solver's own word for anything else.
        servers: machines by station; empty when there is no plan.
        recipe: the chosen recipe; "" when there is no plan.
        cost: of a year, by kind [USD/yr].
        objective: cost of a year [USD/yr]; None when there is no plan.
        bound: no plan costs less than this [USD/yr]; None when unknown.
        gap: how far the plan may be from the best, relative to its cost [-]; None when unknown.
        seconds: time of building and solving [s].
        versions: of what solved it.
    """

    status: str
    servers: Mapping[str, int] = field(default_factory=dict)
    recipe: str = ""
    cost: Mapping[str, float] = field(default_factory=dict)
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)


def solve(data: PlanData, time_limit: float = 60.0, gap: float = 1e-9) -> Solution:
    """Return the plan of least cost.

    Args:
        data: the question.
        time_limit: longest time for the solver [s].
        gap: relative gap to the bound at which it stops [-].
    """
    from pyomo.contrib.appsi.solvers import Highs

    begin = perf_counter()
    model = build(data)
    highs = Highs()
    highs.config.load_solution = False
    highs.config.time_limit = time_limit
    highs.config.mip_gap = gap
    results = highs.solve(model)
    status = _status(results.termination_condition)
    seconds = perf_counter() - begin
    objective = results.best_feasible_objective
    if status not in ("optimal", "time_limit") or objective is None:
        return Solution(status, seconds=seconds, versions=_versions())
    results.solution_loader.load_vars()
    bound = results.best_objective_bound
    return Solution(
        status,
        servers={s: round(model.servers[s].value) for s in data.stations},
        recipe=max(data.recipes, key=lambda r: model.chosen[r].value),
        cost={kind: _value(model.component(f"{kind}_cost")) for kind in COSTS},
        objective=objective,
        bound=bound,
        gap=None if bound is None else abs(objective - bound) / max(abs(objective), 1e-12),
        seconds=seconds,
        versions=_versions(),
    )


def _value(component: Any) -> float:
    import pyomo.environ as pyo

    return float(pyo.value(component))


def _status(condition: Any) -> str:
    """Return the solver's last word, in ours where it is one of the three that a user meets."""
    word = str(condition.name)
    return {"infeasibleOrUnbounded": "infeasible", "maxTimeLimit": "time_limit"}.get(word, word)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {package: version(package) for package in ("pyomo", "highspy")}
