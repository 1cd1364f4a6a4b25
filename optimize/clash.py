"""Why there is no plan: which demands and limits clash, and how far they could be met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optimize.plan_data import PlanData
from optimize.question import Question
from optimize.solve import Solver, solve
from optimize.words import limit_in_words, number, station

# as good as no bound on a machine count
_MANY = 100
# how closely a limit that can be kept is told, and by how much more, so that what is read can be kept too [-]
_CLOSE, _SAFE = 0.01, 1e-3


@dataclass(frozen=True)
class Clash:
    """Demands and limits of which no plan meets all.

    Attributes:
        words: each in words; with any one of them dropped there is a plan.
        nearest: how far the wishes could be met, in words.
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
    wishes, asked = _wishes(question, data), data
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
    said = _nearest(question, data, solver), _nearest_limits(asked, kept, solver)
    return Clash(tuple(kept), " ".join(filter(None, said)))


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


def _nearest_limits(data: PlanData, kept: Sequence[str], solver: Solver) -> str:
    """Say how closely limits that clash could be kept, each with all other wishes."""
    clashing = {name: limit for name, limit in data.limits.items() if limit_in_words(name, limit) in kept}
    reached = {name: _within_reach(data, name, solver) for name in clashing}
    found = [limit_in_words(name, limit) for name, limit in reached.items() if limit is not None]
    return f"All else kept, there is a plan with {', and one with '.join(found)}." if found else ""


def _within_reach(data: PlanData, name: str, solver: Solver) -> float | None:
    """Return about the closest to a limit that a plan can keep, in the limit's unit; None when none keeps all else."""
    refused, kept = data.limits[name], _reached(_without_limit(name)(data), name, solver)
    while kept is not None and abs(kept - refused) > _CLOSE * abs(kept):
        middle = (kept + refused) / 2
        reached = _reached(replace(data, limits={**data.limits, name: middle}), name, solver)
        if reached is None:
            refused = middle
        else:
            kept = reached
    return None if kept is None else kept * (1 - _SAFE if name == "first_pass" else 1 + _SAFE)


def _reached(data: PlanData, name: str, solver: Solver) -> float | None:
    """Return what the best plan has of what a limit is about; None when there is no plan."""
    found = solve(data, solver)
    return data.measures(*found.plan, found.good)[name] if found.found else None
