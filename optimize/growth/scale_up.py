"""Ways of scaling up, compared: each lived through the same futures until the best is told from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimize.cache import Cache
from optimize.growth.at_best import AtBest, variants
from optimize.growth.bench import Bench
from optimize.growth.correcting import plan_and_correct
from optimize.growth.finals import finals
from optimize.growth.probes import Leaders, Waited
from optimize.growth.site import MatureRun, ScaleUp, mature_plant, site_of
from optimize.growth.swings import Swing, swings, widest_first
from optimize.growth.verdict import Verdict
from optimize.money.funding import read_funding
from optimize.workers import Pool, Tell, ask_all, hired
from twin import InputError, Line, sample_futures, split


@dataclass(frozen=True)
class Compared:
    """What came of a comparison of strategies.

    Attributes:
        verdict: strategies in all futures.
        swings: what the verdict depends on, the widest first.
        at_best: what planning made of each strategy, by name; nothing where none was planned.
        waited: what it is worth to the two leading strategies to wait; nothing where it was not asked.
    """

    verdict: Verdict
    swings: tuple[Swing, ...]
    at_best: Mapping[str, AtBest] = field(default_factory=dict)
    waited: tuple[Waited, ...] = ()


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
        found, waited = swings(verdict), []
        if study.probed:
            leaders = Leaders(verdict, bench, study.probed)
            waited, found = leaders.waiting(), widest_first([*found, *leaders.swings()])
        return Compared(verdict, tuple(found), best, tuple(waited))


def at_best(study: ScaleUp, bench: Bench) -> dict[str, AtBest]:
    """Plan each strategy on ramps of its own, live the plan, and return what goes into the comparison."""
    futures = sample_futures(bench.site.futures, study.months, max(study.planned, study.replications), study.seed)
    first = futures.only(range(study.planned))
    tried = {name: variants(strategy, study.engineers) for name, strategy in study.strategies.items()}
    lives = {
        name: bench.lives(tried[name], first, f"ramps of {strategy.title.lower()}")
        for name, strategy in study.strategies.items()
    }
    found = {
        name: plan_and_correct(strategy, tried[name], lives[name], bench, first)
        for name, strategy in study.strategies.items()
    }
    ends = finals({name: one.pool for name, one in found.items()}, bench, futures)
    return {name: one.taking(ends[name]) for name, one in found.items()}
