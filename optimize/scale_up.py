"""Ways of scaling up, compared: each lived through the same futures until the best is told from the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from optimize.at_best import AtBest, better, plan_of, strategy_of, variants
from optimize.cache import Cache
from optimize.funding import Funding, read_funding
from optimize.life import Life, ask_life, of_data
from optimize.orders import Asked, Future
from optimize.site import MatureRun, ScaleUp, Site, mature_plant, site_of
from optimize.strategy import Strategy
from optimize.verdict import Lived, Verdict, keep
from optimize.workers import Pool, Tell, ask_all, hired
from twin import QUANTITIES, InputError, Line, Scenarios, sample_futures, split


class Swing(NamedTuple):
    """How much the best strategy is ahead of the second when one input is at an end of its range.

    Attributes:
        what: the input.
        low: one end of its range.
        high: the other.
        at_low: lead in net present value there, mean over futures [MUSD].
        at_high: the same at the other end.
        flips_at: value at which another strategy would be best; None where none in the range does.
        instead: that strategy.
        leads: over each other strategy at the low end, at the declared value and at the high end [MUSD].
    """

    what: str
    low: float
    high: float
    at_low: float
    at_high: float
    flips_at: float | None
    instead: str
    leads: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Compared:
    """What came of a comparison of strategies.

    Attributes:
        verdict: strategies in all futures.
        swings: what the verdict depends on, the widest first.
        at_best: what planning made of each strategy, by name; nothing where none was planned.
    """

    verdict: Verdict
    swings: tuple[Swing, ...]
    at_best: Mapping[str, AtBest] = field(default_factory=dict)


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

    def lives(self, strategies: Mapping[str, Strategy], futures: Scenarios, what: str) -> dict[str, list[Life]]:
        """Return what becomes of some strategies in some futures."""
        asked = [
            Asked(self.site.ground, strategy, future) for strategy in strategies.values() for future in _of(futures)
        ]
        answers = [of_data(one) for one in ask_all(ask_life, asked, self._pool, what, self._tell, self._cache)]
        count = futures.count
        return {name: answers[place * count :][:count] for place, name in enumerate(strategies)}

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


def read_until(text: str) -> float:
    """Return a confidence such as "95%" as a number.

    Raises:
        InputError: it is none.
    """
    number, unit = split(text) or (-1.0, "")
    if unit not in ("", "%") or not 0.5 <= (found := number / (100 if unit else 1)) < 1:
        raise InputError(f"--until {text}: expected a confidence from 50% to below 100%, such as 95%")
    return found


def compare_strategies(
    study: ScaleUp,
    line: Line,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
    until: float | None = None,
) -> Compared:
    """Live every strategy of a study through the same futures.

    Args:
        study: what was asked.
        line: its plant.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done, how much is over and how much there is.
        cache: where answers are looked up and kept.
        until: confidence at which the best strategy is to be told from all others: futures are added until it is, or
            until the study allows no more; None takes as many as the study says [-].

    Raises:
        InputError: a declared file of the study is missing or wrong.
    """
    funding = read_funding(study.finance)
    with hired(workers) as pool:
        asked = MatureRun(line, study.days, study.warmup, study.seed)
        site = site_of(study, line, ask_all(mature_plant, [asked], 1, "mature plant", tell, cache)[0])
        bench = Bench(site, funding, pool, tell, cache)
        count, verdict = study.replications, None
        best = at_best(study, bench) if study.planned else {}
        chosen = {name: best[name].strategy if best else one for name, one in study.strategies.items()}
        while verdict is None or (until is not None and not verdict.decided(until) and count < study.most):
            # more futures add to the first ones and change none of them
            count = count if verdict is None else min(2 * count, study.most)
            futures = sample_futures(site.futures, study.months, count, study.seed)
            lived = bench.lived(chosen, futures, f"{count} futures")
            verdict = Verdict(site, funding, futures, lived)
        return Compared(verdict, tuple(swings(verdict, bench)), best)


def at_best(study: ScaleUp, bench: Bench) -> dict[str, AtBest]:
    """Plan each strategy on ramps of its own, live the plan, and return what goes into the comparison."""
    futures = sample_futures(bench.site.futures, study.months, study.planned, study.seed)
    tried = {name: variants(strategy, study.engineers) for name, strategy in study.strategies.items()}
    lives = {
        name: bench.lives(tried[name], futures, f"ramps of {strategy.title.lower()}")
        for name, strategy in study.strategies.items()
    }
    plans = {
        name: plan_of(strategy, tried[name], lives[name], bench.site, bench.funding, futures, study.risk)
        for name, strategy in study.strategies.items()
    }
    planned = {
        name: found
        for name, plan in plans.items()
        if (found := strategy_of(plan, study.strategies[name], tried[name], bench.site, futures)) is not None
    }
    declared = bench.lived(study.strategies, futures, "as declared")
    lived = bench.lived(planned, futures, "as planned")
    return {name: better(plan, declared[name], lived.get(name)) for name, plan in plans.items()}


# these decide what a plant makes, and differ between the futures: the lead is fitted to them instead of held
_OF_LIFE = ("equipment_delay", "disturbance")


def swings(verdict: Verdict, bench: Bench) -> list[Swing]:
    """Return what the lead of the best strategy depends on, the widest first.

    What only decides what is earned is held at both ends of its range, all else as drawn. To what decides what
    is made, a straight line is fitted over the futures.
    """
    futures = verdict.site.futures
    found = []
    for what in [one for one in QUANTITIES if futures.range(one)[0] < futures.range(one)[1]]:
        low, high = futures.range(what)
        values = (low, futures.value(what), high)
        fitted = what in _OF_LIFE
        leads = _fitted(verdict, what, values) if fitted else [_held(verdict, bench, what, value) for value in values]
        flip, instead = _flip(values, leads)
        over = {name: tuple(lead[name] for lead in leads) for name in leads[0]}
        found.append(Swing(what, low, high, min(leads[0].values()), min(leads[-1].values()), flip, instead, over))
    return sorted(found, key=lambda swing: -abs(swing.at_high - swing.at_low))


def _held(verdict: Verdict, bench: Bench, what: str, value: float) -> dict[str, float]:
    """Return how much the best strategy is ahead of each other one when a quantity is held [MUSD]."""
    study, best = verdict.site.study, verdict.ranking[0]
    held = verdict.site.futures.held({what: value})
    futures = sample_futures(held, study.months, verdict.scenarios.count, study.seed)
    worth = {
        name: float(keep(name, one.strategy, one.lives, bench.site, bench.funding, futures).books.npv_musd.mean())
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


def as_data(compared: Compared) -> dict[str, object]:
    """Return everything as plain data, for compare.json."""
    verdict = compared.verdict
    nameplate = verdict.site.ground.nameplate
    best = verdict.ranking[0]
    return {
        "study": verdict.site.study.name,
        "nameplate_gwh_per_year": nameplate,
        "ranking": verdict.ranking,
        "decided": verdict.decided(),
        "replications": verdict.scenarios.count,
        "strategies": {name: _figures(lived, nameplate) for name, lived in verdict.lived.items()},
        "lead_of_the_best_musd": {
            name: verdict.difference(best, name)._asdict() for name in verdict.ranking if name != best
        },
        "at_best": {name: _planned(one) for name, one in compared.at_best.items()},
        "flip_points": [swing._asdict() for swing in compared.swings],
    }


def _figures(lived: Lived, nameplate: float) -> dict[str, object]:
    reached = lived.months_to_80(nameplate)
    there = reached[np.isfinite(reached)]
    quartiles = np.quantile(there, (0.5, 0.025, 0.975)).tolist() if there.size else [None] * 3
    return {
        "title": lived.strategy.title,
        "npv_musd": lived.npv._asdict(),
        "insolvency_probability": lived.insolvency._asdict(),
        "peak_funding_musd": lived.peak_funding._asdict(),
        "good_gwh_by_year": [one._asdict() for one in lived.good_by_year],
        "first_pass_yield_by_quarter": [one and one._asdict() for one in lived.yield_by_quarter],
        # the median of the futures in which it is reached, with the range of 95 of 100 of them
        "months_to_80_percent_of_nameplate": {
            **dict(zip(("mean", "low", "high"), quartiles, strict=True)),
            "reached": float(there.size / len(reached)),
        },
        "cost_usd_per_kwh_by_year": [one and one._asdict() for one in lived.cost_by_year],
        "revenue_usd_per_kwh_by_year": [one and one._asdict() for one in lived.revenue_by_year],
        "lag_hours_birth_to_discovery": lived.lag and lived.lag._asdict(),
    }


def _planned(one: AtBest) -> dict[str, object]:
    return {
        "status": one.plan.status,
        "gap": one.plan.gap,
        "option": one.plan.option,
        "start_quarters": list(one.plan.start_quarters),
        "why": one.plan.why,
        "chosen": "plan" if one.planned else "declared",
        "predicted_npv_musd": one.predicted,
        "simulated_npv_musd": one.simulated and one.simulated._asdict(),
        "declared_npv_musd": one.declared._asdict(),
    }
