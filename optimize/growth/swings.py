"""What the lead of the best strategy depends on: one input after another at both ends of its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from optimize.growth.site import Site
from optimize.growth.verdict import Verdict, keep
from optimize.ranges import declared_range
from twin import QUANTITIES, Scenarios, sample_futures


class Swing(NamedTuple):
    """How much the best strategy is ahead of the second when one input is at an end of its range.

    Attributes:
        what: the input.
        low: one end of its range.
        value: as declared.
        high: the other end.
        at_low: lead in net present value there, mean over futures [MUSD].
        at_high: the same at the other end.
        flips_at: value at which another strategy would be best; None where none in the range does.
        instead: that strategy.
        leads: over other strategies at the low end, at the declared value and at the high end [MUSD].
        futures: that the leads are means of.
    """

    what: str
    low: float
    value: float
    high: float
    at_low: float
    at_high: float
    flips_at: float | None
    instead: str
    leads: Mapping[str, tuple[float, ...]]
    futures: int


# these decide what a plant makes, and differ between the futures: the lead is fitted to them instead of held
_OF_LIFE = ("equipment_delay", "disturbance")
SCALE = "scale"


def swings(verdict: Verdict) -> list[Swing]:
    """Return what the lead of the best strategy depends on without living anything once more, the widest first.

    What only decides what is earned or paid is held at both ends of its range, all else as drawn. To what decides
    what is made, a straight line is fitted over the futures.
    """
    futures = verdict.site.futures
    found = []
    for what in [one for one in QUANTITIES if futures.range(one)[0] < futures.range(one)[1]]:
        low, high = futures.range(what)
        values = (low, futures.value(what), high)
        fitted = what in _OF_LIFE
        leads = _fitted(verdict, what, values) if fitted else _held(verdict, what, values)
        found.append(swing(what, values, leads, verdict.scenarios.count))
    low, value, high = declared_range(verdict.site.study._provenance, "terms.scale", verdict.site.ground.terms.scale)
    if low < high:
        leads = [_at_scale(verdict, one) for one in (low, value, high)]
        found.append(swing(SCALE, (low, value, high), leads, verdict.scenarios.count))
    return widest_first(found)


def widest_first(found: Sequence[Swing]) -> list[Swing]:
    """Return swings in the order in which they stand in a tornado."""
    return sorted(found, key=lambda one: -abs(one.at_high - one.at_low))


def swing(what: str, values: Sequence[float], leads: Sequence[Mapping[str, float]], futures: int) -> Swing:
    """Return what leads over other strategies at the low end, the declared value and the high end come to."""
    low, value, high = values
    flip, instead = _flip(values, leads)
    over = {name: tuple(lead[name] for lead in leads) for name in leads[0]}
    return Swing(what, low, value, high, min(leads[0].values()), min(leads[-1].values()), flip, instead, over, futures)


def _held(verdict: Verdict, what: str, values: Sequence[float]) -> list[dict[str, float]]:
    """Return how much the best strategy is ahead of each other one when a quantity is held [MUSD]."""
    study, found = verdict.site.study, []
    for value in values:
        held = verdict.site.futures.held({what: value})
        futures = sample_futures(held, study.months, verdict.scenarios.count, study.seed)
        found.append(_kept(verdict, verdict.site, futures))
    return found


def _at_scale(verdict: Verdict, scale: float) -> dict[str, float]:
    """Return how much the best strategy is ahead of each other one with another exponent of capital [MUSD]."""
    ground = verdict.site.ground
    terms = ground.terms.model_copy(update={"scale": scale})
    site = replace(verdict.site, ground=replace(ground, terms=terms))
    return _kept(verdict, site, verdict.scenarios)


def _kept(verdict: Verdict, site: Site, futures: Scenarios) -> dict[str, float]:
    """Return the leads of the best strategy when what was lived brings other money [MUSD]."""
    best = verdict.ranking[0]
    worth = {
        name: float(keep(name, one.strategy, one.lives, site, verdict.funding, futures).books.npv_musd.mean())
        for name, one in verdict.lived.items()
    }
    return {name: worth[best] - npv for name, npv in worth.items() if name != best}


def _fitted(verdict: Verdict, what: str, values: Sequence[float]) -> list[dict[str, float]]:
    """Return the lead over each other strategy at some values of a quantity, by a line through all futures [MUSD]."""
    drawn, best = verdict.scenarios.drawn[what], verdict.ranking[0]
    ahead = verdict.lived[best].books.npv_musd
    lines = {
        name: np.polynomial.Polynomial.fit(drawn, ahead - one.books.npv_musd, 1)
        for name, one in verdict.lived.items()
        if name != best
    }
    return [{name: float(line(value)) for name, line in lines.items()} for value in values]


def _flip(values: Sequence[float], leads: Sequence[Mapping[str, float]]) -> tuple[float | None, str]:
    """Return the value nearest to the middle one at which another strategy draws level, and that strategy."""
    found = []
    for name in leads[0]:
        places = list(zip(values, [lead[name] for lead in leads], strict=True))
        for (x0, y0), (x1, y1) in pairwise(places):
            if y0 * y1 < 0:
                found.append((x0 + (x1 - x0) * y0 / (y0 - y1), name))
    return min(found, key=lambda one: abs(one[0] - values[1])) if found else (None, "")
