"""What disturbs the areal loading of a web, and its averages in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.declared import Declared
from twin.machine_code import loop
from twin.randomness import Streams
from twin.units import Fraction, Metres, PerLength, Positive

Values = NDArray[np.float64]


class Web(NamedTuple):
    """Disturbances of many rolls, on a grid of one metre.

    Attributes:
        total: relative loading error that nobody has corrected [-]. Shape (metres, rolls).
        slurry: the part of it that comes with the slurry: batch and slow drift [-]. Shape (metres, rolls).
        offsets: the batch part [-]. Shape (rolls,).
    """

    total: Values
    slurry: Values
    offsets: Values


class Disturbance(Declared):
    """Sources of error of the loading, as standard deviations relative to the target if not said otherwise.

    Attributes:
        batch: offset of a roll [-].
        ramp: drift along a roll, its spread between rolls [1/m].
        slow: slow wandering, Ornstein-Uhlenbeck [-].
        slow_length: its correlation length [m].
        fast: fast wandering [-].
        fast_length: its correlation length [m].
        pulsation: amplitude of the pump's pulsation [-].
        pulsation_length: web between two strokes [m].
        steps: sudden changes per length of web [1/m].
        step: size of one [-].
        start: error at the beginning of a roll [-].
        start_length: web over which it decays [m].
        lanes: profile across the web, between its lanes [-].
        lanes_length: web along which the profile changes [m].
        white: from one metre to the next [-].
    """

    batch: Fraction
    ramp: PerLength
    slow: Fraction
    slow_length: Metres
    fast: Fraction
    fast_length: Metres
    pulsation: Fraction
    pulsation_length: Metres
    steps: PerLength
    step: Fraction
    start: Fraction
    start_length: Metres
    lanes: Fraction
    lanes_length: Metres
    white: Fraction

    def scaled(self, by: Positive) -> Disturbance:
        """Return the same with every error scaled; lengths and how often steps come stay."""
        sizes = ("batch", "ramp", "slow", "fast", "pulsation", "step", "start", "lanes", "white")
        return self.model_copy(update={name: by * getattr(self, name) for name in sizes})

    def web(self, streams: Streams, rolls: int, metres: int) -> Web:
        """Draw rolls of web; a longer web only adds to its end what is drawn metre by metre.

        Args:
            streams: one stream of random numbers for each part.
            rolls: how many.
            metres: how long.
        """
        shape, place = (metres, rolls), np.arange(0.5, metres)[:, None]
        # quantiles in any order instead of draws: the bank is to hold all offsets that come
        offsets = self.batch * normal_quantiles(rolls)[streams("batch").permutation(rolls)]
        slurry = offsets + wandering(streams("slow").standard_normal(shape), self.slow, self.slow_length)
        total = slurry + wandering(streams("fast").standard_normal(shape), self.fast, self.fast_length)
        total += self.ramp * streams("ramp").standard_normal(rolls) * place
        total += self.start * streams("start").standard_normal(rolls) * _decay(place, self.start_length)
        total += self.white * streams("white").standard_normal(shape)
        total += self._pulsation(streams("pulsation").random(rolls), place)
        total += self._steps(streams("steps"), shape)
        return Web(total, slurry, offsets)

    def _pulsation(self, phase: Values, place: Values) -> Values:
        """Return the mean of a sine over each metre; it is ``sinc(1 m / length)`` of the sine in its middle."""
        if not self.pulsation_length:
            return np.zeros((len(place), len(phase)))
        mean = self.pulsation * np.sinc(1 / self.pulsation_length)
        wave: Values = mean * np.sin(2 * np.pi * (place / self.pulsation_length + phase))
        return wave

    def _steps(self, draws: np.random.Generator, shape: tuple[int, int]) -> Values:
        """Return steps that come as a Poisson process and stay."""
        metres, rolls = shape
        jumps = np.zeros(shape)
        counts = draws.poisson(self.steps * metres, rolls)
        size = int(counts.sum())
        where = draws.integers(metres, size=size)
        np.add.at(jumps, (where, np.repeat(np.arange(rolls), counts)), self.step * draws.standard_normal(size))
        total: Values = np.cumsum(jumps, axis=0)
        return total


def wandering(draws: Values, sd: float, length: float) -> Values:
    """Return an Ornstein-Uhlenbeck process on a grid of one metre, from its stationary beginning. Shape of ``draws``.

    ``x[i] = p x[i-1] + sd sqrt(1 - p^2) e[i]`` with ``p = exp(-1 m / length)``.

    Args:
        draws: standard normal numbers. Shape (metres, ...).
        sd: standard deviation [-].
        length: correlation length [m].
    """
    keep = float(np.exp(-1 / length)) if length else 0.0
    found: Values = np.multiply(draws, float(sd * np.sqrt(1 - keep**2)), order="C")
    found[0] = sd * draws[0]
    _keep(found.reshape(len(found), -1), keep)
    return found


@loop
def _keep(web: Values, keep: float) -> None:
    """Let each metre keep a share of the one before, in place. Shape (metres, rolls)."""
    for here in range(1, web.shape[0]):
        for roll in range(web.shape[1]):
            web[here, roll] += keep * web[here - 1, roll]


def variance_of_mean(sd: float, length: float, over: float) -> float:
    """Return the variance of the mean of an Ornstein-Uhlenbeck process over a piece of web [-].

    ``sd^2 (2 l/L - 2 (l/L)^2 (1 - exp(-L/l)))``, with l the correlation length and L the piece, both in metres.
    """
    ratio = length / over
    return float(sd**2 * (2 * ratio - 2 * ratio**2 * (1 - np.exp(-1 / ratio))))


def least_variance(disturbance: Disturbance, blind: float) -> float:
    """Return the variance that no feedback can go below [-].

    What comes anew while web runs from the die to the gauge cannot be corrected, even by who knows the past of each
    part without noise: ``sum sd^2 (1 - exp(-2 b/l))`` of both wanderings, steps, and all of the white part. What is
    certain from the past (offset, ramp, pulsation) is left out.

    Args:
        disturbance: what disturbs.
        blind: web between die and gauge [m].

    Source: the minimum-variance benchmark of Astrom (1970) and Harris (1989), with the parts seen one by one.
    """
    parts = ((disturbance.slow, disturbance.slow_length), (disturbance.fast, disturbance.fast_length))
    wander = sum(sd**2 * (1 - np.exp(-2 * blind / length)) for sd, length in parts if length)
    return float(wander + disturbance.steps * blind * disturbance.step**2 + disturbance.white**2)


def normal_quantiles(size: int) -> Values:
    """Return the quantiles of a standard normal number in the middle of ``size`` equal classes. Shape (size,)."""
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf((place + 0.5) / size) for place in range(size)])


def _decay(place: Values, length: float) -> Values:
    found: Values = np.exp(-place / length) if length else np.zeros_like(place)
    return found
