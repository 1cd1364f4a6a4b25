"""Two strategies lived on a small line, and compared: what the board is told of is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from generic_lines import always, line_of, timed
from young_lines import shipped_priors, small_line

from optimize.growth.bench import Bench
from optimize.growth.life import Life
from optimize.growth.line_costs import LineCosts
from optimize.growth.scale_up import Compared
from optimize.growth.site import Ground, ScaleUp, Site
from optimize.growth.swings import swings
from optimize.growth.verdict import Verdict, keep
from optimize.money.funding import read_funding
from twin import Line, Scenarios, read_futures, sample_futures

FUTURES, MONTHS = 3, 36
STUDY: dict[str, Any] = {
    "gigatwin": 1,
    "name": "tiny",
    "title": "A tiny study",
    "line": "lfp_prismatic_16gwh",
    "lines": 2,
    "months": MONTHS,
    "lead": 8,
    "days": 1,
    "warmup": 0,
    "replications": FUTURES,
    "terms": {
        "engineer": "140000 USD",
        "expert": "350000 USD",
        "hours": 1760,
        "inline": 0.03,
        "genealogy": 0.01,
        "tests": 0.01,
        "pilot": 3,
        "ahead": 3,
        "learns": 24,
    },
    "strategies": {
        "fast": {"title": "All at once", "build": {"rule": "at_once"}, "engineers": 3},
        "seen": {
            "title": "Gauges first",
            "build": {"rule": "phased", "gap": 6},
            "engineers": 3,
            "inline": True,
            "genealogy": True,
        },
    },
}


@cache
def plant() -> Line:
    """Return a line with the stations of the small mature line in a row."""
    names = small_line().stations
    ways = [f"{source} > {to}: 5" for source, to in pairwise(names)]
    return line_of({name: timed(always(60.0)) for name in names}, ways)


@cache
def lived_through() -> tuple[Site, Mapping[str, Sequence[Life]]]:
    """Return what two strategies share on a small line, and what becomes of them."""
    study = ScaleUp.model_validate(STUDY)
    ground = Ground(small_line(), 0.02, shipped_priors(), 2, MONTHS, 8, 1, study.terms)
    prices = LineCosts(60.0, 10.0, 1.0, 40, 50.0, 0.1, 2.0, 44_000.0, 0.5, 0.5, 0.6, 30.0, 5.0)
    site = Site(study, plant(), ground, prices, read_futures("default"))
    bench = Bench(site, read_funding("default"), 1, None, None)  # type: ignore[arg-type]
    return site, bench.lives(study.strategies, scenarios_of(site), "")


def scenarios_of(site: Site) -> Scenarios:
    return sample_futures(site.futures, MONTHS, FUTURES, 1)


@cache
def compared(capital: float = 60.0, materials: float = 50.0, nameplate: float = 1.0) -> Compared:
    """Return the strategies compared; dear lines and material, or a larger nameplate, change what is said of them."""
    site, lives = lived_through()
    mature = replace(site.ground.mature, started=nameplate * site.ground.mature.started)
    prices = replace(site.costs, capital=capital, materials=materials)
    site = replace(site, ground=replace(site.ground, mature=mature), costs=prices)
    funding, futures = read_funding("default"), scenarios_of(site)
    lived = {name: keep(name, one, lives[name], site, funding, futures) for name, one in site.study.strategies.items()}
    verdict = Verdict(site, funding, futures, lived)
    return Compared(verdict, tuple(swings(verdict)))


def with_lead(shift: float) -> Compared:
    """Return the comparison with gauges ahead by some money in every future, give or take half a million by turns."""
    found = compared()
    fast, seen = (found.verdict.lived[name] for name in ("fast", "seen"))
    free = fast.books.free_cash.copy()
    free[:, 0] += shift + 0.5 * (-1.0) ** np.arange(FUTURES)
    books = replace(seen.books)
    object.__setattr__(books, "free_cash", free)
    lived = {"fast": fast, "seen": replace(seen, books=books)}
    return replace(found, verdict=replace(found.verdict, lived=lived))
