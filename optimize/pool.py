"""The second-best plans: the model solved again without those that are known."""

from __future__ import annotations

from collections.abc import Iterator

from optimize.around import SecondBest
from optimize.model import Chosen
from optimize.refine import Plan
from optimize.solve import solve
from optimize.words import station
from optimize.workers import Tell

POOL = 5


def second_best(plan: Plan, count: int = POOL, tell: Tell | None = None) -> tuple[SecondBest, ...]:
    """Return the plans that follow the chosen one, best first.

    Plans that only add machines to a better one are not told: there is always one with a spare mixer.

    Args:
        plan: with a chosen plan.
        count: how many at most.
        tell: called with what is being done.
    """
    assert plan.chosen is not None
    data, chosen = plan.data, plan.chosen.solution.plan
    sold = data.output(*chosen) if data.demand is None else min(data.demand, data.output(*chosen))
    best = data.goal_at(*chosen, data.demand if data.goal in ("cost", "energy") and data.demand else sold)
    known: list[Chosen] = [chosen]
    found = []
    for number in range(count):
        if tell is not None:
            tell("second-best plans", number, count)
        solution = solve(data, plan.solver, known, only_more=True)
        if solution.objective is None:
            break
        known.append(solution.plan)
        sign = 1 if data.goal in ("cost", "energy") else -1
        worse = sign * (solution.objective - best) / max(abs(best), 1e-12)
        found.append(SecondBest("; ".join(_differences(chosen, solution.plan)), solution.objective, worse))
    if tell is not None:
        tell("second-best plans", count, count)
    return tuple(found)


def _differences(one: Chosen, other: Chosen) -> Iterator[str]:
    """Yield in words what another plan has that one has not."""
    for group, option in other[0].items():
        if option != one[0][group]:
            yield f"{group} {option} instead of {one[0][group]}"
    for name, count in other[1].items():
        more = count - one[1][name]
        if more:
            yield f"{abs(more)} {'more' if more > 0 else 'fewer'} at {station(name)}"
