"""What takes lives of its own to know: the price of waiting, and inputs of learning that may turn the ranking round.

The two leading strategies are lived once more in the first of the futures, with all else as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import log, prod
from typing import NamedTuple

from optimize.figures import Interval, interval
from optimize.growth.bench import Bench
from optimize.growth.site import Site
from optimize.growth.strategy import Strategy
from optimize.growth.swings import Swing, swing
from optimize.growth.verdict import Lived, Verdict
from optimize.ranges import declared_range
from twin import Priors

SECONDS_PER_DAY = 86400.0
# a quarter and a year
WAITS = (3, 12)
_NEW = ("new_product", "new_equipment", "new_people")
Strategies = Mapping[str, Strategy]
Range = tuple[float, float, float]


@dataclass(frozen=True)
class Waited:
    """What it is worth to order everything later, within the same horizon.

    Attributes:
        strategy: which one.
        months: that everything is ordered later.
        gain: in net present value, future by future [MUSD].
        futures: in which it was lived.
    """

    strategy: str
    months: int
    gain: Interval
    futures: int


class Probe(NamedTuple):
    """An input that only more lives can tell of.

    Attributes:
        range: its low end, its value as declared and its high end.
        put: returns site and strategies with another value of it.
    """

    range: Callable[[Site], Range]
    put: Callable[[Site, Strategies, float], tuple[Site, Strategies]]


class Leaders:
    """The two leading strategies in the first of the futures.

    Args:
        verdict: over all futures.
        bench: what it takes to live them.
        count: futures that are taken.
    """

    def __init__(self, verdict: Verdict, bench: Bench, count: int) -> None:
        self._bench, self._site = bench, verdict.site
        self._futures = verdict.scenarios.only(range(min(count, verdict.scenarios.count)))
        self._names = verdict.ranking[:2]
        self._strategies = {name: verdict.lived[name].strategy for name in self._names}
        self._npv = {name: verdict.lived[name].books.npv_musd[: self._futures.count] for name in self._names}

    def waiting(self) -> list[Waited]:
        """Return what it is worth to each of them to wait."""
        found = []
        for months in WAITS:
            later = {n: one.model_copy(update={"wait": one.wait + months}) for n, one in self._strategies.items()}
            lived = self._lived(self._site, later, f"{months} months later")
            for name in self._names:
                gain = interval((lived[name].books.npv_musd - self._npv[name]).tolist())
                found.append(Waited(name, months, gain, self._futures.count))
        return found

    def swings(self) -> list[Swing]:
        """Return what the lead of the first over the second depends on, of all that ``PROBES`` holds."""
        now = {name: float(self._npv[name].mean()) for name in self._names}
        found = []
        for what, probe in PROBES.items():
            low, value, high = probe.range(self._site)
            if low < high:
                worth = [now if end == value else self._worth(what, probe, end) for end in (low, value, high)]
                found.append(swing(what, (low, value, high), worth, self._names[0], self._futures.count))
        return found

    def _worth(self, what: str, probe: Probe, value: float) -> dict[str, float]:
        """Return what each of them is worth with an input at some value [MUSD]."""
        site, strategies = probe.put(self._site, self._strategies, value)
        lived = self._lived(site, strategies, f"{what} at {value:.3g}")
        return {name: float(lived[name].books.npv_musd.mean()) for name in self._names}

    def _lived(self, site: Site, strategies: Strategies, what: str) -> dict[str, Lived]:
        return self._bench.at(site).lived(strategies, self._futures, what)


def _new(site: Site) -> dict[str, Range]:
    """Return the ranges of what each thing that is new does to the number of causes [-]."""
    priors = site.ground.priors
    return {name: declared_range(priors._provenance, f"causes.{name}", getattr(priors.causes, name)) for name in _NEW}


def _range_of_novelty(site: Site) -> Range:
    """Return by which factor a plant where all is new has more causes than one where nothing is [-]."""
    low, value, high = (prod(ends) for ends in zip(*_new(site).values(), strict=True))
    return low, value, high


def _put_novelty(site: Site, strategies: Strategies, factor: float) -> tuple[Site, Strategies]:
    """Put each of the three factors as far from its value to an end of its range as their product is asked to be."""
    low, value, high = _range_of_novelty(site)
    end, way = (0, low) if factor < value else (2, high)
    share = log(factor / value) / log(way / value) if way != value else 0.0
    factors = {name: one[1] * (one[end] / one[1]) ** share for name, one in _new(site).items()}
    priors = site.ground.priors
    causes = priors.causes.model_copy(update=factors)
    held = {f"causes.{name}" for name in _NEW}
    return _with_priors(site, priors.model_copy(update={"causes": causes}), held), strategies


def _range_of_effort(site: Site) -> Range:
    """Return what an engineer needs for each station that may be to blame [d]."""
    priors = site.ground.priors
    ends = declared_range(priors._provenance, "engineers.per_candidate", priors.engineers.per_candidate)
    low, value, high = (end / SECONDS_PER_DAY for end in ends)
    return low, value, high


def _put_effort(site: Site, strategies: Strategies, days: float) -> tuple[Site, Strategies]:
    priors = site.ground.priors
    engineers = priors.engineers.model_copy(update={"per_candidate": days * SECONDS_PER_DAY})
    held = {"engineers.per_candidate"}
    return _with_priors(site, priors.model_copy(update={"engineers": engineers}), held), strategies


def _range_of_engineers(site: Site) -> Range:
    """Return which numbers of engineers are tried, relative to those of the strategy [-]."""
    factors = site.study.engineers
    return min(1.0, *factors), 1.0, max(1.0, *factors)


def _put_engineers(site: Site, strategies: Strategies, factor: float) -> tuple[Site, Strategies]:
    return site, {
        name: one.model_copy(update={"engineers": max(1, round(one.engineers * factor))})
        for name, one in strategies.items()
    }


def _with_priors(site: Site, priors: Priors, held: set[str]) -> Site:
    """Return a site with other priors, of which some are the same in all futures."""
    return replace(site, ground=site.ground.with_priors(priors), held=frozenset(held))


PROBES = {
    "novelty": Probe(_range_of_novelty, _put_novelty),
    "engineers": Probe(_range_of_engineers, _put_engineers),
    "effort": Probe(_range_of_effort, _put_effort),
}
