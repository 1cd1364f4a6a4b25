"""Which plan of a strategy goes into the comparison: those that did best in few futures are lived in more of them.

Few futures misjudge a plan, and flatter the one that is chosen in them. Plans of one strategy meet the same futures
with the same luck, so less of it is left in their differences. The best ones are lived in twice as many futures, fewer
of them each time and without those that are told to be behind, until all futures have been lived or one is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimize.figures import Interval, interval
from optimize.growth.bench import Bench
from optimize.growth.expansion_terms import Floats
from optimize.growth.strategy import Strategy
from optimize.growth.verdict import Lived, keep
from twin import Scenarios

# as many go on to the end, where they are not told apart
_FEWEST = 2
# of being behind, with which a plan goes [-]
_TOLD = 0.9
# the best of many plans owes its place to the futures that it was chosen in: fewer than these tell it from none
_ENOUGH = 8
# of futures, to tell how much a choice flatters
_DRAWS = 1000


@dataclass(frozen=True)
class Finalist:
    """One plan of a strategy, as far as it came.

    Attributes:
        strategy: with its orders and engineers.
        values: net present value in the futures that it was lived in [MUSD]. Shape (futures,).
        first: how many of those it had been planned in.
        insolvency: share of those futures in which the cash runs out [-].
    """

    strategy: Strategy
    values: Floats
    first: int
    insolvency: Interval

    @property
    def npv(self) -> Interval:
        """Net present value in all those futures [MUSD]."""
        return interval(self.values.tolist())

    @property
    def at_first(self) -> float:
        """Its mean in the futures that it had been planned in [MUSD]."""
        return float(self.values[: self.first].mean())


def finals(pools: Mapping[str, Sequence[Lived]], bench: Bench, futures: Scenarios) -> dict[str, list[Finalist]]:
    """Return how far the plans of each strategy came, the one that is taken first.

    Args:
        pools: plans of each strategy, lived in the first of the futures.
        bench: what it takes to live more.
        futures: all of them.
    """
    most, first = bench.site.study.finalists, len(next(iter(pools.values()))[0].lives)
    left = {name: abreast(list(pool), most) for name, pool in pools.items()}
    fallen: dict[str, list[Lived]] = {name: [] for name in pools}
    count = first
    while count < futures.count and any(len(pool) > 1 for pool in left.values()):
        begun, count, most = count, min(2 * count, futures.count), max(most // 2, _FEWEST)
        rivals = {name: pool for name, pool in left.items() if len(pool) > 1}
        for name, pool in _lived_on(rivals, bench, futures, begun, count).items():
            left[name] = abreast(pool, most)
            fallen[name] = [one for one in pool if all(one is not other for other in left[name])] + fallen[name]
    return {
        name: [
            Finalist(one.strategy, one.books.npv_musd, first, one.insolvency) for one in (*left[name], *fallen[name])
        ]
        for name in pools
    }


def _lived_on(
    pools: Mapping[str, Sequence[Lived]], bench: Bench, futures: Scenarios, begun: int, count: int
) -> dict[str, list[Lived]]:
    """Return plans lived in more futures.

    Args:
        pools: of each strategy, lived in the first futures.
        bench: what it takes to live more.
        futures: all of them.
        begun: how many they were lived in.
        count: how many they are to be lived in.
    """
    asked = {f"{name} {place}": one for name, pool in pools.items() for place, one in enumerate(pool)}
    later = futures.only(range(begun, count))
    more = bench.lives({key: one.strategy for key, one in asked.items()}, later, f"finals in {count} futures")
    some = futures.only(range(count))
    found: dict[str, list[Lived]] = {}
    for name, pool in pools.items():
        for place, one in enumerate(pool):
            lives = [*one.lives, *more[f"{name} {place}"]]
            kept = keep(name, one.strategy, lives, bench.site, bench.funding, some)
            found.setdefault(name, []).append(kept)
    return found


def abreast(pool: Sequence[Lived], most: int) -> list[Lived]:
    """Return the plans that are not told to be behind the best one, the best first; of equal orders the best only.

    What more engineers bring is told by few futures, as all else is the same; what more lines bring is not.

    Args:
        pool: plans in the same futures.
        most: of them.
    """
    ranked = sorted(pool, key=lambda one: -one.npv.mean)
    kept = ranked[:1]
    for one in ranked[1:]:
        new = all(one.strategy.build != other.strategy.build for other in kept)
        if new and len(kept) < most and _within_reach(ranked[0].books.npv_musd - one.books.npv_musd):
            kept.append(one)
    return kept


def _within_reach(behind: Floats) -> bool:
    """Return whether a difference may be chance, by Student's t."""
    from scipy.stats import t

    count = len(behind)
    return count < _ENOUGH or float(behind.mean()) <= float(t.ppf(_TOLD, count - 1) * behind.std(ddof=1)) / count**0.5


def flattered(found: Sequence[Finalist]) -> float:
    """Return by how much the best plan looks better for having been chosen in the futures that it is told of [MUSD].

    Futures are drawn anew from those there are, and the best plan is chosen in each draw: how much better it is there
    than the one that is best in all, beyond what it is in all, in the mean of the draws.

    Source: Efron, B. (1983), Estimating the error rate of a prediction rule, J. Am. Stat. Assoc. 78, 316.
    """
    most = max(len(one.values) for one in found)
    values = np.array([one.values for one in found if len(one.values) == most])
    behind = values - values[values.mean(axis=1).argmax()]
    drawn = behind[:, np.random.default_rng(0).integers(0, most, (_DRAWS, most))].mean(axis=2)
    chosen = drawn.argmax(axis=0)
    return float((drawn.max(axis=0) - behind.mean(axis=1)[chosen]).mean())
