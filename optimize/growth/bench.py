"""What it takes to live strategies through futures, and to count their money."""

from __future__ import annotations

from collections.abc import Mapping

from optimize.cache import Cache
from optimize.growth.learning_doubt import ground_in
from optimize.growth.life import Life, ask_life, of_data
from optimize.growth.orders import Asked, Future
from optimize.growth.site import Site
from optimize.growth.strategy import Strategy
from optimize.growth.verdict import Lived, keep
from optimize.money.funding import Funding
from optimize.workers import Pool, Tell, ask_all
from twin import Scenarios


class Bench:
    """What it takes to live strategies through futures.

    Args:
        site: what they share.
        funding: who pays.
        pool: worker processes.
        tell: called with what is being done.
        cache: where answers are looked up and kept.
    """

    def __init__(self, site: Site, funding: Funding, pool: Pool, tell: Tell | None, cache: Cache | None) -> None:
        self.site, self.funding = site, funding
        self._pool, self._tell, self._cache = pool, tell, cache

    def at(self, site: Site) -> Bench:
        """Return the same for another site."""
        return Bench(site, self.funding, self._pool, self._tell, self._cache)

    def lives(self, strategies: Mapping[str, Strategy], futures: Scenarios, what: str) -> dict[str, list[Life]]:
        """Return what becomes of some strategies in some futures."""
        # all strategies learn alike in a future, and share its luck: what is drawn for one is there for the next
        grounds = [(ground_in(self.site, future.number), future) for future in _of(futures)]
        asked = [Asked(ground, strategy, future) for ground, future in grounds for strategy in strategies.values()]
        answers = [of_data(one) for one in ask_all(ask_life, asked, self._pool, what, self._tell, self._cache)]
        return {name: answers[place :: len(strategies)] for place, name in enumerate(strategies)}

    def lived(self, strategies: Mapping[str, Strategy], futures: Scenarios, what: str) -> dict[str, Lived]:
        """Return strategies with their books."""
        lives = self.lives(strategies, futures, what)
        return {
            name: keep(name, strategy, lives[name], self.site, self.funding, futures)
            for name, strategy in strategies.items()
        }


def _of(futures: Scenarios) -> list[Future]:
    columns = zip(futures.numbers, futures.equipment_delay, futures.disturbance, strict=True)
    return [Future(int(number), float(delay), float(disturbance)) for number, delay, disturbance in columns]
