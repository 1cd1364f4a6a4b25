"""Everything around an answered study: what-ifs, second-best plans, doubt in the inputs, or what clashes."""

from __future__ import annotations

from optimize.around import Around
from optimize.cache import Cache
from optimize.clash import clash
from optimize.front import POINTS, pareto
from optimize.pool import second_best
from optimize.refine import Plan
from optimize.tornado import tornado
from optimize.what_if import what_ifs
from optimize.workers import Pool, Tell


def look_around(
    plan: Plan,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
    weighed: tuple[str, str] | None = None,
    points: int = POINTS,
) -> Around:
    """Return what lies around a plan; of a study without one, what clashes.

    Args:
        plan: an answered study.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done.
        cache: what the twin was asked before.
        weighed: two goals to weigh, of ``read_goals``.
        points: of their front.
    """
    if plan.chosen is None:
        if plan.status != "infeasible":
            return Around()
        found = clash(plan.question, plan.data, plan.solver)
        return Around(clash=found.words, nearest=found.nearest)
    front = pareto(plan, weighed, points, workers, tell, cache) if weighed else None
    swings, screened = tornado(plan, workers, tell, cache)
    return Around(
        what_ifs=what_ifs(plan, tell),
        second_best=second_best(plan, tell=tell),
        tornado=swings,
        screened=screened,
        front=front,
    )
