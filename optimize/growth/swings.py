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
        worth: of the best strategy at the low end, at the declared value and at the high end [MUSD].
        even_at: value at which it is worth as much as building nothing; None where it is so nowhere in the range.
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
    worth: tuple[float, ...]
    even_at: float | None


# these decide what a plant makes, and differ between the futures: the lead is fitted to them instead of held
_OF_LIFE = ("equipment_delay", "disturbance")
SCALE = "scale"


def swings(verdict: Verdict) -> list[Swing]:
    """Return what the lead of the best strategy depends on without living anything once more, the widest first.

    What only decides what is earned or paid is held at both ends of its range, all else as drawn. To what decides
    what is made, a straight line is fitted over the futures.
    """
    futures, best = verdict.site.futures, verdict.ranking[0]
    found = []
    for what in [one for one in QUANTITIES if futures.range(one)[0] < futures.range(one)[1]]:
        low, high = futures.range(what)
        values = (low, futures.value(what), high)
        fitted = what in _OF_LIFE
        worth = _fitted(verdict, what, values) if fitted else _held(verdict, what, values)
        found.append(swing(what, values, worth, best, verdict.scenarios.count))
    low, value, high = declared_range(verdict.site.study._provenance, "terms.scale", verdict.site.ground.terms.scale)
    if low < high:
        worth = [_at_scale(verdict, one) for one in (low, value, high)]
        found.append(swing(SCALE, (low, value, high), worth, best, verdict.scenarios.count))
    return widest_first(found)


def widest_first(found: Sequence[Swing]) -> list[Swing]:
    """Return swings in the order in which they stand in a tornado."""
    return sorted(found, key=lambda one: -abs(one.at_high - one.at_low))


def swing(what: str, values: Sequence[float], worth: Sequence[Mapping[str, float]], best: str, futures: int) -> Swing:
    """Return what an input does to the best strategy and to its lead.

    Args:
        what: the input.
        values: its low end, its declared value and its high end.
        worth: what strategies are worth at each of them, mean over futures [MUSD].
        best: which of them is the best.
        futures: that are meant.
    """
    low, value, high = values
    leads = [{name: one[best] - npv for name, npv in one.items() if name != best} for one in worth]
    flip, instead = _flip(values, leads)
    over = {name: tuple(lead[name] for lead in leads) for name in leads[0]}
    own = tuple(one[best] for one in worth)
    even = min(crossings(values, own), key=lambda one: abs(one - value), default=None)
    ends = (min(leads[0].values()), min(leads[-1].values()))
    return Swing(what, low, value, high, *ends, flip, instead, over, futures, own, even)


def crossings(values: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return where a line of straight parts crosses zero."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(zip(values, heights, strict=True)):
        if y0 * y1 < 0:
            found.append(x0 + (x1 - x0) * y0 / (y0 - y1))
    return found


def _held(verdict: Verdict, what: str, values: Sequence[float]) -> list[dict[str, float]]:
    """Return what each strategy is worth when a quantity is held [MUSD]."""
    study, found = verdict.site.study, []
    for value in values:
        held = verdict.site.futures.held({what: value})
        futures = sample_futures(held, study.months, verdict.scenarios.count, study.seed)
        found.append(_kept(verdict, verdict.site, futures))
    return found


def _at_scale(verdict: Verdict, scale: float) -> dict[str, float]:
    """Return what each strategy is worth with another exponent of capital [MUSD]."""
    ground = verdict.site.ground
    terms = ground.terms.model_copy(update={"scale": scale})
    site = replace(verdict.site, ground=replace(ground, terms=terms))
    return _kept(verdict, site, verdict.scenarios)


def _kept(verdict: Verdict, site: Site, futures: Scenarios) -> dict[str, float]:
    """Return what strategies are worth when what was lived brings other money [MUSD]."""
    return {
        name: float(keep(name, one.strategy, one.lives, site, verdict.funding, futures).books.npv_musd.mean())
        for name, one in verdict.lived.items()
    }


def _fitted(verdict: Verdict, what: str, values: Sequence[float]) -> list[dict[str, float]]:
    """Return what each strategy is worth at some values of a quantity, by a line through all futures [MUSD]."""
    drawn = verdict.scenarios.drawn[what]
    lines = {name: np.polynomial.Polynomial.fit(drawn, one.books.npv_musd, 1) for name, one in verdict.lived.items()}
    return [{name: float(line(value)) for name, line in lines.items()} for value in values]


def _flip(values: Sequence[float], leads: Sequence[Mapping[str, float]]) -> tuple[float | None, str]:
    """Return the value nearest to the middle one at which another strategy draws level, and that strategy."""
    found = [(value, name) for name in leads[0] for value in crossings(values, [lead[name] for lead in leads])]
    return min(found, key=lambda one: abs(one[0] - values[1])) if found else (None, "")
