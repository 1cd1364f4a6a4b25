"""Why there is no plan: which demands and limits clash, and how far they could be met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimize.plan_data import PlanData
from optimize.question import Question
from optimize.solve import Solver, solve
from optimize.words import limit_in_words, number, station

# as good as no bound on a machine count
_MANY = 100


@dataclass(frozen=True)
class Clash:
    """Demands and limits of which no plan meets all.

    Attributes:
        words: each in words; with any one of them dropped there is a plan.
        nearest: what could be made within the limits, in words.
    """

    words: tuple[str, ...]
    nearest: str = ""


Relax = Callable[[PlanData], PlanData]


def clash(question: Question, data: PlanData, solver: Solver) -> Clash:
    """Return an irreducible set of what clashes, found by dropping one wish after the other.

    A wish without which there is still no plan has no part in it and stays dropped; one without which there is a plan
    is part of it and is kept.

    Args:
        question: the study and its plant.
        data: numbers of which no plan meets all wishes.
        solver: how models are solved.
    """
    wishes = _wishes(question, data)
    counts = {name: relax for name, relax in wishes.items() if name.startswith("at most") and "machines at" in name}
    without = data
    for relax in counts.values():
        without = relax(without)
    if not solve(without, solver).found:
        # machine counts have no part in it, which saves one solve for each station
        data, wishes = without, {name: relax for name, relax in wishes.items() if name not in counts}
    kept = []
    for name, relax in wishes.items():
        relaxed = relax(data)
        if solve(relaxed, solver).found:
            kept.append(name)
        else:
            data = relaxed
    return Clash(tuple(kept), _nearest(question, data, solver))


def _wishes(question: Question, data: PlanData) -> dict[str, Relax]:
    """Return what drops each demand and limit, by its words."""
    found: dict[str, Relax] = {}
    if data.demand is not None and data.goal in ("cost", "energy"):
        found[f"a demand of {number(question.gwh(data.demand))} GWh a year"] = _without_demand
    for name, limit in data.limits.items():
        found[limit_in_words(name, limit)] = _without_limit(name)
    for name, high in data.highest.items():
        found[f"at most {high:,} machines at {station(name)}"] = _with_many(name)
    return found


def _without_demand(data: PlanData) -> PlanData:
    return replace(data, demand=1.0)


def _without_limit(name: str) -> Relax:
    return lambda data: replace(data, limits={other: limit for other, limit in data.limits.items() if other != name})


def _with_many(name: str) -> Relax:
    return lambda data: data.counted(name, data.lowest[name], _MANY * data.highest[name])


def _nearest(question: Question, data: PlanData, solver: Solver) -> str:
    """Say how much could be made within the limits."""
    most = solve(replace(data, goal="output", demand=None), solver)
    if not most.found or question.line.cell is None:
        return ""
    return f"Within the other limits at most {number(question.gwh(most.good), 3)} GWh a year can be made."
