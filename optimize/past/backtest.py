"""The ramp held against real plants: calibrated on some of them, asked about the others.

Rejection sampling of approximate Bayesian computation (Beaumont, Zhang and Balding 2002, without their regression):
parameter sets are drawn evenly in the logarithms of their declared ranges, every case is simulated with each, and the
sets whose loss is smallest are kept, weighted by Epanechnikov's kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimize.cache import Cache
from optimize.explore import Asked
from optimize.past.calibration import Setup
from optimize.past.case import Known
from optimize.past.judging import SHARES, Band, Floats, Held, band, error, kernel
from optimize.past.past import Told, ask, ask_mature, trial
from optimize.workers import Pool, Tell, ask_all, hired
from twin import InputError, Mature

# fewer draws than this say nothing about ends of bands
FEWEST = 20


@dataclass(frozen=True)
class Posterior:
    """What calibrating leaves of the draws.

    Attributes:
        weights: of each draw, their sum is one; zero for those that were not kept. Shape (draws,).
        loss: mean over plants of the weighted mean of squared errors; zero without reports. Shape (draws,).
        parameters: calibrated numbers in their units, by name of the parameter and path.
    """

    weights: Floats
    loss: Floats
    parameters: Mapping[str, Mapping[str, Band]]

    @property
    def kept(self) -> int:
        """How many draws were kept."""
        return int(np.count_nonzero(self.weights))

    @property
    def effective(self) -> float:
        """How many equally weighted draws say as much."""
        return float(1 / (self.weights**2).sum())

    @property
    def best_loss(self) -> float:
        """The smallest loss of all draws."""
        return float(self.loss.min())


@dataclass(frozen=True)
class Backtest:
    """Cases held against their reports.

    Attributes:
        setup: what was calibrated, and how.
        cases: in their order.
        seed: key of the draws and of their luck.
        places: of the draws in the ranges. Shape (draws, parameters).
        told: what each draw says of each case, by name of the case.
        posterior: calibrated on what is declared to serve for it.
        held: reports of each case beside what that predicts.
        left_out: the same of each case, calibrated on all reports of the others; empty for a single case.
    """

    setup: Setup
    cases: tuple[Known, ...]
    seed: int
    places: Floats
    told: Mapping[str, Sequence[Told]]
    posterior: Posterior
    held: Mapping[str, tuple[Held, ...]]
    left_out: Mapping[str, tuple[Held, ...]]

    def bands(self, case: str, metric: str) -> list[Band]:
        """Return the predicted band of a metric at the end of each month."""
        curves = np.array([told.curves[metric] for told in self.told[case]])
        return [band(curves[:, month], self.posterior.weights) for month in range(curves.shape[1])]


def backtest(
    cases: Sequence[Known],
    setup: Setup,
    draws: int = 64,
    seed: int = 1,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
) -> Backtest:
    """Hold the ramp against real plants.

    Args:
        cases: what is known of them.
        setup: what is calibrated, and how.
        draws: parameter sets; each has a luck of its own.
        seed: key of the draws and of their luck.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done, how much of it is done and how much there is.
        cache: where the answers of the twin are looked up and kept.

    Raises:
        InputError: too few draws.
    """
    check_draws(draws)
    with hired(workers) as pool:
        mature = mature_lines(cases, setup, pool, tell, cache)
        places = setup.draws(draws, seed)
        trials = [
            trial(known, mature[known.case.line], *setup.put(place), seed + number)
            for number, place in enumerate(places.tolist())
            for known in cases
        ]
        answers = ask_all(ask, trials, pool, "young plants", tell, cache)
    told = {known.case.name: answers[place :: len(cases)] for place, known in enumerate(cases)}
    return judged(cases, setup, seed, places, told)


def check_draws(draws: int) -> None:
    """Refuse a back-test that could say nothing.

    Raises:
        InputError: too few draws.
    """
    if draws < FEWEST:
        raise InputError(f"--draws {draws} says nothing about the ends of a band, expected at least {FEWEST}")


def mature_lines(
    cases: Sequence[Known], setup: Setup, workers: int | Pool, tell: Tell | None = None, cache: Cache | None = None
) -> dict[str, Mature]:
    """Return what the plants that cases are told by are like once nothing is hidden in them, by name."""
    calibration = setup.calibration
    lines = {known.case.line: known.line for known in cases}
    asked = [Asked(line, {}, calibration.days, calibration.warmup, 1) for line in lines.values()]
    answers = ask_all(ask_mature, asked, workers, "mature lines", tell, cache)
    return {name: Mature.of_data(answer) for name, answer in zip(lines, answers, strict=True)}


def judged(
    cases: Sequence[Known], setup: Setup, seed: int, places: Floats, told: Mapping[str, Sequence[Told]]
) -> Backtest:
    """Return draws judged by what was reported.

    Args:
        cases: what is known.
        setup: what was calibrated, and how.
        seed: key of the draws.
        places: of the draws in the ranges. Shape (draws, parameters).
        told: what each draw says of each case, by name of the case.
    """
    declared = _used(cases)
    own = posterior(cases, setup, places, told, declared)
    held = {known.case.name: _held(known, told, own, declared) for known in cases}
    left_out = {}
    for known in cases if len(cases) > 1 else ():
        others = {(other.case.name, n) for other in cases if other is not known for n in range(len(other.facts))}
        found = posterior(cases, setup, places, told, others)
        left_out[known.case.name] = _held(known, told, found, others)
    return Backtest(setup, tuple(cases), seed, places, told, own, held, left_out)


Used = set[tuple[str, int]]


def _used(cases: Sequence[Known]) -> Used:
    """Return which reports are declared to serve to calibrate: case and number."""
    return {
        (known.case.name, number)
        for known in cases
        for number, point in enumerate(known.case.points)
        if point.use == "calibrate"
    }


def posterior(
    cases: Sequence[Known], setup: Setup, places: Floats, told: Mapping[str, Sequence[Told]], used: Used
) -> Posterior:
    """Return what some reports leave of the draws; all of them when there is none."""
    errors = []
    for known in cases:
        facts = [(n, fact) for n, fact in enumerate(known.facts) if (known.case.name, n) in used]
        if facts:
            off = [[error(fact, one.points[n]) ** 2 for one in told[known.case.name]] for n, fact in facts]
            # one plant says as much as another, however much was reported of it
            weights = [setup.calibration.weights[fact.confidence] for _, fact in facts]  # type: ignore[index]
            errors.append(np.average(np.array(off), axis=0, weights=weights))
    draws = len(places)
    loss = np.mean(errors, axis=0) if errors else np.zeros(draws)
    kept = kernel(np.sqrt(loss), setup.calibration.accepted) if errors else np.full(draws, 1 / draws)
    parameters = {
        parameter.name: {
            axis.path or parameter.name: band(np.array([axis.at(share) for share in places[:, column]]), kept)
            for axis in parameter.axes
        }
        for column, parameter in enumerate(setup.parameters)
    }
    return Posterior(kept, loss, parameters)


def _held(known: Known, told: Mapping[str, Sequence[Told]], found: Posterior, used: Used) -> tuple[Held, ...]:
    values = np.array([one.points for one in told[known.case.name]])
    even = np.full(len(values), 1 / len(values))
    return tuple(
        Held(
            fact,
            band(values[:, number], found.weights),
            band(values[:, number], even),
            (known.case.name, number) in used,
            {share: band(values[:, number], found.weights, share) for share in SHARES},
        )
        for number, fact in enumerate(known.facts)
    )
