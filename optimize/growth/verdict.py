"""Strategies lived through the same futures, with the money counted: figures, paired differences, ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimize.figures import Interval, interval
from optimize.growth.life import Life
from optimize.growth.orders import lead_of
from optimize.growth.site import Site
from optimize.growth.strategy import Strategy
from optimize.money.books import Books, by_year
from optimize.money.capital import NEVER, Investment, staffed
from optimize.money.finance import keep_books
from optimize.money.funding import Funding
from optimize.money.sales import sell
from optimize.money.trading import Operations, Rates
from optimize.money.worth import insolvency_probability
from twin import Scenarios

Floats = NDArray[np.float64]

MONTHS_PER_QUARTER = 3
MONTHS_PER_YEAR = 12
_PROVED = 0.8
# futures that a mean is told of
_FEW = 3
PILOT = "pilot line"


@dataclass(frozen=True)
class Lived:
    """One strategy in all futures.

    Attributes:
        name: of it.
        strategy: as declared, or as planned.
        lives: what the plant made, future by future, as if its bills were always paid.
        books: the money, in which an insolvent plant makes nothing any more.
        ran: what was made of what the plant could make: nothing after insolvency, and no more than customers take [-].
            Shape (futures, months).
    """

    name: str
    strategy: Strategy
    lives: Sequence[Life]
    books: Books
    ran: Floats

    def stacked(self, what: str) -> Floats:
        """Return a monthly figure of all lives. Shape (futures, months) or with stations behind."""
        return np.stack([getattr(life, what) for life in self.lives])

    @property
    def npv(self) -> Interval:
        """Net present value [MUSD]."""
        return interval(self.books.npv_musd.tolist())

    @property
    def insolvency(self) -> Interval:
        """Share of futures in which the cash runs out, with its exact interval [-]."""
        return Interval(**insolvency_probability(self.books.insolvent))

    @property
    def peak_funding(self) -> Interval:
        """The most that owners and lenders have in at once [MUSD]."""
        return interval(self.books.peak_funding_musd.tolist())

    @cached_property
    def good_by_year(self) -> list[Interval]:
        """Good cells, both grades, until insolvency [GWh]."""
        return [interval(year.tolist()) for year in by_year(self.books.good).T]

    @cached_property
    def yield_by_quarter(self) -> list[Interval | None]:
        """Good cells of those whose fate was decided, as if bills were always paid [-]; None before there are any."""
        return [_of_known(quarter) for quarter in self.yields(MONTHS_PER_QUARTER).T]

    def yields(self, months: int) -> Floats:
        """Return the yield over so many months each, NaN where nothing was decided. Shape (futures, periods)."""
        good, decided = self.stacked("good") + self.stacked("grade_b"), self.stacked("decided")
        begins = np.arange(0, good.shape[1], months)
        made, all_ = (np.add.reduceat(values, begins, axis=1) for values in (good, decided))
        return np.asarray(np.divide(made, all_, out=np.full_like(made, np.nan), where=all_ > 0))

    def months_to_80(self, nameplate: float) -> Floats:
        """Return when 80 % of the nameplate of all lines that are ordered is made, over three months.

        Infinite for never. Shape (futures,).

        Args:
            nameplate: good cells of a mature line [GWh/yr].
        """
        ordered = np.array([[len(life.ordered)] for life in self.lives])
        made = np.cumsum(self.stacked("good") + self.stacked("grade_b"), axis=1)
        made[:, MONTHS_PER_QUARTER:] -= made[:, :-MONTHS_PER_QUARTER].copy()
        there = made * MONTHS_PER_YEAR / MONTHS_PER_QUARTER >= _PROVED * nameplate * np.maximum(ordered, 1)
        return np.where(there.any(axis=1), there.argmax(axis=1) + 1.0, np.inf)

    @cached_property
    def cost_by_year(self) -> list[Interval | None]:
        """Of a good kWh [USD/kWh]; None where hardly any future makes any."""
        return [_of_known(year) for year in self.books.cost_usd_per_kwh_by_year.T]

    @cached_property
    def revenue_by_year(self) -> list[Interval | None]:
        """For what a good kWh is sold, both grades [USD/kWh]; None where hardly any future makes any."""
        return [_of_known(year) for year in self.books.revenue_usd_per_kwh_by_year.T]

    @cached_property
    def lag(self) -> Interval | None:
        """Hours between birth and finding of a flaw of a hidden cause, over all of them [h]."""
        found, lag = (self.stacked(what).sum(axis=1) for what in ("found", "lag"))
        return _of_known(np.divide(lag, found, out=np.full_like(lag, np.nan), where=found > 0))


def _of_known(values: Floats) -> Interval | None:
    known = values[~np.isnan(values)]
    # two of many futures say hardly anything of the mean, and their interval less than nothing
    return interval(known.tolist()) if len(known) >= min(len(values), _FEW) and len(known) > 1 else None


@dataclass(frozen=True)
class Verdict:
    """What a board is told.

    Attributes:
        site: what the strategies share.
        funding: who pays.
        scenarios: the futures.
        lived: strategies by name.
    """

    site: Site
    funding: Funding
    scenarios: Scenarios
    lived: Mapping[str, Lived]

    @cached_property
    def ranking(self) -> list[str]:
        """Strategies by their mean net present value, the best first."""
        return sorted(self.lived, key=lambda name: -self.lived[name].npv.mean)

    def difference(self, first: str, second: str) -> Interval:
        """Return how much more one strategy is worth than another, future by future [MUSD]."""
        return interval((self.lived[first].books.npv_musd - self.lived[second].books.npv_musd).tolist())

    def decided(self, confidence: float = 0.95) -> bool:
        """Return whether the futures tell the best strategy from every other one.

        Args:
            confidence: of each t-interval of a paired difference [-].
        """
        from scipy.stats import t

        best, *others = (self.lived[name].books.npv_musd for name in self.ranking)
        reach = float(t.ppf((1 + confidence) / 2, len(best) - 1)) / len(best) ** 0.5
        ahead = [best - other for other in others]
        return all(float(more.mean()) > reach * float(more.std(ddof=1)) for more in ahead)


def capital_of(strategy: Strategy, site: Site) -> float:
    """Return what a line costs with the gauges, traceability and tests of a strategy [MUSD]."""
    terms, tests = site.ground.terms, strategy.tests.maker + strategy.tests.site
    more = terms.inline * strategy.inline + terms.genealogy * strategy.genealogy + terms.tests * tests
    return site.costs.capital * (1 + more)


def investments_of(lives: Sequence[Life], strategy: Strategy, site: Site) -> list[Investment]:
    """Return what a strategy buys, each line ordered in its month of each future."""
    terms, costs = site.ground.terms, site.costs
    cost, lead = capital_of(strategy, site), lead_of(strategy, site.ground)
    bought = []
    if strategy.pilot is not None:
        pilot = strategy.pilot
        standing = costs.standing * pilot.size
        bought.append(
            Investment(PILOT, cost * pilot.size * terms.pilot, strategy.wait, pilot.lead, costs.life, standing)
        )
    for line in range(max(len(life.ordered) for life in lives)):
        orders = np.array([life.ordered[line] if line < len(life.ordered) else NEVER for life in lives])
        alone = cost * _dearer(lives, line, site)
        bought.append(Investment(f"line {line + 1}", alone, orders, lead, costs.life, costs.standing))
    return bought


def _dearer(lives: Sequence[Life], line: int, site: Site) -> float:
    """Return what a line costs, ordered with so few others, to what it costs when all are ordered together [-].

    All lines together cost what the price list says of the plant; k of n lines cost (k / n)^scale of it.
    """
    together = [life.ordered.count(life.ordered[line]) for life in lives if line < len(life.ordered)]
    return float(np.mean([(site.ground.lines / count) ** (1 - site.ground.terms.scale) for count in together]))


def rates_of(site: Site) -> Rates:
    """Return what running a plant costs."""
    costs = site.costs
    return Rates(
        materials=costs.materials,
        recovery=costs.recovery,
        energy=costs.energy,
        person=costs.person,
        engineer=site.ground.terms.engineer,
        overhead_on_labour=costs.on_labour,
        overhead_on_depreciation=costs.on_depreciation,
        grade_b=costs.grade_b,
    )


def keep(
    name: str, strategy: Strategy, lives: Sequence[Life], site: Site, funding: Funding, futures: Scenarios
) -> Lived:
    """Return a strategy with its books."""
    bought = investments_of(lives, strategy, site)
    staff = np.zeros((futures.count, futures.months))
    for one in bought:
        size = strategy.pilot.size if strategy.pilot and one.name == PILOT else 1.0
        staff = staff + staffed(one, site.costs.staff * size, site.ground.terms.ahead, futures)
    names = ("started", "good", "grade_b", "engineers", "scrapped")
    made = {name: np.stack([getattr(life, name) for life in lives]) for name in names}
    # nobody makes cells that nobody will buy
    share = wanted_share(made["good"], made["grade_b"], futures, site.costs.grade_b)
    made |= {name: made[name] * share for name in ("started", "good", "grade_b", "scrapped")}
    books = keep_books(Operations(staff=staff, **made), bought, rates_of(site), futures, funding)
    return Lived(name, strategy, lives, books, share * books.alive)


def wanted_share(good: Floats, grade_b: Floats, futures: Scenarios, grade_b_price: float) -> Floats:
    """Return the share of what a plant could make that customers take, month by month [-]. Shape (futures, months).

    What contracts call off, until they are cancelled, and what the spot market takes.

    Args:
        good: grade A that it could make [GWh]. Shape (futures, months).
        grade_b: grade B [GWh]. Shape (futures, months).
        futures: with contracts.
        grade_b_price: relative to grade A's on the spot market [-].
    """
    cancelled = sell(good, grade_b, futures, grade_b_price).cancelled
    runs = (cancelled[:, :, None] == NEVER) | (np.arange(futures.months) <= cancelled[:, :, None])
    wanted = (futures.called * runs).sum(axis=0) + futures.spot_demand
    return np.asarray(np.minimum(np.divide(wanted, good, out=np.ones_like(good), where=good > 0), 1.0))
