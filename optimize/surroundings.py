"""Everything around an answered study: what-ifs, second-best plans, doubt in the inputs, or what clashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from optimize.around import Around
from optimize.cache import Cache
from optimize.clash import clash
from optimize.front import POINTS, weigh
from optimize.pool import second_best
from optimize.refine import Plan
from optimize.tornado import tornado
from optimize.what_if import what_ifs
from optimize.workers import Pool, Tell

CHANGES = "what changes are worth"
FRONT = "both goals of the plans weighed"
DOUBT = "what the most uncertain inputs do"


def look_around(
    plan: Plan,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
    weighed: tuple[str, str] | None = None,
    points: int = POINTS,
) -> Iterator[Around]:
    """Yield ever more of what lies around a plan: what models say in seconds, in minutes, and what the twin is asked.

    Args:
        plan: an answered study; of one without a plan, what clashes is told.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done.
        cache: what the twin was asked before.
        weighed: two goals to weigh, of ``read_goals``.
        points: of their front.
    """
    if plan.chosen is None:
        yield _without_plan(plan)
        return
    doubted = [DOUBT] if plan.question.study.tornado else []
    weighing = weigh(plan, weighed, points, tell) if weighed else None
    twin = [FRONT, *doubted] if weighing else doubted
    known = Around(front=weighing.by_model() if weighing else None, pending=[CHANGES, *twin])
    yield known
    known = replace(known, what_ifs=what_ifs(plan, tell), second_best=second_best(plan, tell=tell), pending=twin)
    yield known
    if weighing:
        known = replace(known, front=weighing.in_twin(workers, tell, cache), pending=doubted)
        yield known
    if doubted:
        swings, screened = tornado(plan, workers, tell, cache)
        yield replace(known, tornado=swings, screened=screened, pending=())


def _without_plan(plan: Plan) -> Around:
    """Return what clashes in a study that has no plan."""
    if plan.status != "infeasible":
        return Around()
    found = clash(plan.question, plan.data, plan.solver)
    return Around(clash=found.words, nearest=found.nearest)
