"""The ramp held against real plants: calibrated on some of them, asked about the others.

Rejection sampling of approximate Bayesian computation (Beaumont, Zhang and Balding 2002, without their regression):
parameter sets are drawn evenly in the logarithms of their declared ranges, every case is simulated with each, and the
sets whose loss is smallest are kept, weighted by Epanechnikov's kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimize.cache import Cache
from optimize.calibration import Setup
from optimize.case import Fact, Known
from optimize.explore import Asked
from optimize.past import Told, ask, ask_mature, trial
from optimize.reported import METRICS
from optimize.workers import Pool, Tell, ask_all, hired
from twin import InputError, Mature

Floats = NDArray[np.float64]

# fewer draws than this say nothing about ends of bands
FEWEST = 20
_EDGES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Band:
    """Values of draws: the middle, and the ends within which nine in ten of them lie."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Held:
    """One reported value beside what is predicted.

    Attributes:
        fact: what was reported.
        band: predicted.
        before: the same from all draws, before anything is calibrated.
        calibrated: whether it served to calibrate.
    """

    fact: Fact
    band: Band
    before: Band
    calibrated: bool

    @property
    def inside(self) -> bool:
        """Whether what was reported, with its range, is in the band; of a bound that the band goes as far."""
        low = -np.inf if self.fact.point.bound == "at_most" else self.fact.low
        high = np.inf if self.fact.point.bound == "at_least" else self.fact.high
        return bool(low <= self.band.high and self.band.low <= high)


@dataclass(frozen=True)
class Posterior:
    """What calibrating leaves of the draws.

    Attributes:
        weights: of each draw, their sum is one; zero for those that were not kept. Shape (draws,).
        loss: weighted mean of squared errors of each draw; of those to which no report speaks, zero. Shape (draws,).
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
    errors, weights = [], []
    for known in cases:
        for number, fact in enumerate(known.facts):
            if (known.case.name, number) in used:
                errors.append([error(fact, one.points[number]) ** 2 for one in told[known.case.name]])
                weights.append(setup.calibration.weights[fact.confidence])  # type: ignore[index]
    draws = len(places)
    loss = np.average(np.array(errors), axis=0, weights=weights) if errors else np.zeros(draws)
    kept = kernel(np.sqrt(loss), setup.calibration.accepted) if errors else np.full(draws, 1 / draws)
    parameters = {
        parameter.name: {
            axis.path or parameter.name: band(np.array([axis.at(share) for share in places[:, column]]), kept)
            for axis in parameter.axes
        }
        for column, parameter in enumerate(setup.parameters)
    }
    return Posterior(kept, loss, parameters)


def error(fact: Fact, value: float) -> float:
    """Return how far a simulated value is from what was reported: in logarithms, of a share in those of its odds.

    On the right side of a bound there is no error.
    """
    metric = METRICS[fact.point.metric]
    off = metric.scaled(value) - metric.scaled(fact.point.reported)
    if fact.point.bound == "at_least":
        return min(off, 0.0)
    return max(off, 0.0) if fact.point.bound == "at_most" else off


def kernel(distance: Floats, share: float) -> Floats:
    """Return the weight of each draw by Epanechnikov's kernel, as wide as the first draw that is not kept.

    Args:
        distance: of each draw. Shape (draws,).
        share: of the draws that is kept [-].
    """
    kept = min(len(distance) - 1, max(1, round(share * len(distance))))
    width = np.sort(distance)[kept]
    found: Floats = np.maximum(0.0, 1 - (distance / width) ** 2) if width > 0 else (distance <= 0).astype(np.float64)
    # draws that are all as far away say as much
    found = found if found.sum() > 0 else (distance <= width).astype(np.float64)
    return np.asarray(found / found.sum(), np.float64)


def band(values: Floats, weights: Floats) -> Band:
    """Return weighted quantiles: the middle, and the ends within which nine in ten of the weight lies."""
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0]
    share = weights[order]
    # each value stands in the middle of its weight
    at = np.cumsum(share) - share / 2
    return Band(*(float(np.interp(edge, at, values[order])) for edge in _EDGES))


def _held(known: Known, told: Mapping[str, Sequence[Told]], found: Posterior, used: Used) -> tuple[Held, ...]:
    values = np.array([one.points for one in told[known.case.name]])
    even = np.full(len(values), 1 / len(values))
    return tuple(
        Held(
            fact,
            band(values[:, number], found.weights),
            band(values[:, number], even),
            (known.case.name, number) in used,
        )
        for number, fact in enumerate(known.facts)
    )
