"""An answered study as plain data, for plan.json and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimize.around import NOTHING, Around, Screened
from optimize.choices import settings_of
from optimize.figures import Interval
from optimize.pages.tables import binding
from optimize.refine import Plan
from optimize.rounds import Round

# the plant with the plan's settings, beside plan.json
LINE_FILE = "line.yaml"


def as_data(plan: Plan, around: Around = NOTHING) -> dict[str, Any]:
    """Return a plan as plain data.

    Args:
        plan: an answered study.
        around: what is known around it.

    Returns:
        ``status``, ``pending`` (what was asked and is not known yet), ``gap``, ``machines``, ``settings``,
        ``iterations`` (plans tried), ``simulations``, ``predicted`` and ``simulated`` figures, each with mean, low and
        high, and how they came about.
    """
    question, chosen = plan.question, plan.chosen
    study, demand = question.study, plan.data.demand
    return {
        "study": study.model_dump(mode="json"),
        "status": plan.status,
        "pending": list(around.pending),
        "goal": study.goal,
        "demand_gwh_per_year": None if demand is None else question.gwh(demand),
        "gap": plan.gap,
        "machines": dict(chosen.solution.servers) if chosen else {},
        "settings": settings_of(question.groups, chosen.solution.choice) if chosen else {},
        "iterations": len(plan.rounds),
        "simulations": plan.simulations,
        "predicted": _intervals(chosen.predicted) if chosen else {},
        "simulated": _simulated(chosen) if chosen else {},
        "binding": binding(plan, chosen) if chosen else [],
        **_around(around),
        "line_file": LINE_FILE if chosen else None,
        "solver": {
            "name": plan.solver.name,
            "gap": plan.solver.gap,
            "time_limit_s": plan.solver.time_limit,
            "versions": dict(chosen.solution.versions) if chosen else {},
        },
        "rounds": [_round(plan, tried) for tried in plan.rounds],
        "interpolation_error": dict(plan.effects.error),
    }


def _around(around: Around) -> dict[str, Any]:
    """Return what is known around a plan as plain data; what was not asked is left out."""
    found = {name: [row._asdict() for row in getattr(around, name)] for name in ("what_ifs", "second_best", "tornado")}
    found["pareto"] = [around.front._asdict()] if around.front else []
    found["screened"] = [_screened(around.screened)] if around.screened else []
    return {name: rows for name, rows in found.items() if rows} | (
        {"clash": list(around.clash)} if around.clash else {}
    )


def _screened(found: Screened) -> dict[str, Any]:
    """Return how inputs were screened as plain data."""
    rows = {name: [row._asdict() for row in getattr(found, name)] for name in ("unresolved", "stops")}
    return found._asdict() | rows


def _round(plan: Plan, tried: Round) -> dict[str, Any]:
    solution = tried.solution
    return {
        "machines": dict(solution.servers),
        "settings": settings_of(plan.question.groups, solution.choice),
        "promised": _intervals(tried.promised),
        "simulated": {name: tried.response.spread(name)._asdict() for name in tried.promised},
        "proof": {name: tried.proof.spread(name)._asdict() for name in tried.promised} if tried.proof else None,
        "missed": tried.missed(),
        "goal": tried.goal()._asdict(),
        "solver_status": solution.status,
        "solver_gap": solution.gap,
        "solver_bound": solution.bound,
        "build_seconds": solution.build_seconds,
        "solve_seconds": solution.seconds,
    }


def _simulated(tried: Round) -> dict[str, Any]:
    return _intervals({name: tried.simulated(name) for name in tried.predicted})


def _intervals(found: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: middle._asdict() for name, middle in found.items()}
