"""A small plant that is so dear that no plan of it pays, and a strategy for it."""

from __future__ import annotations

from dataclasses import replace

from young_lines import shipped_priors, small_line

from optimize.growth.line_costs import LineCosts
from optimize.growth.read_scale_up import read_scale_up
from optimize.growth.site import Ground, MustBuild, Site
from optimize.growth.strategy import Strategy
from twin import find_declared, read_futures

STUDY, PLANT = read_scale_up(find_declared("studies", "scale_up"))
# so dear that no plan pays
COSTS = LineCosts(900.0, 10.8, 2.0, 200, 80.0, 0.1, 1.7, 44_000.0, 0.75, 0.9, 0.6, 30.0, 5.0)
MONTHS, LINES, FUTURES = 48, 2, 3
MUST = MustBuild(lines=1, within=0)


def site() -> Site:
    ground = Ground(
        replace(small_line(), started=14_000.0, energy=8.96e-7),
        0.02,
        shipped_priors(),
        LINES,
        MONTHS,
        12,
        1,
        STUDY.terms,
    )
    more = {
        "months": MONTHS,
        "lines": LINES,
        "planned": FUTURES,
        "replications": FUTURES,
        "engineers": (0.5, 1.0),
        "must_build": MUST,
    }
    return Site(STUDY.model_copy(update=more), PLANT, ground, COSTS, read_futures("order_book"))


def strategy() -> Strategy:
    return Strategy.model_validate({"title": "one", "build": {"rule": "phased", "gap": 12}, "engineers": 4})
