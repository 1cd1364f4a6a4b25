"""How draws are judged: errors, kernel weights, bands, and a report beside its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimize.past.case import Fact
from optimize.past.reported import METRICS

Floats = NDArray[np.float64]

# of the kept draws, in a band as it is told, and in narrower and wider ones against which reports are counted
WITHIN = 0.9
SHARES = (0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Band:
    """Values of draws: the middle, and the ends within which a share of them lies."""

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
        bands: predicted, by the share of the kept draws that they hold.
    """

    fact: Fact
    band: Band
    before: Band
    calibrated: bool
    bands: Mapping[float, Band] = field(default_factory=dict)

    @property
    def inside(self) -> bool:
        """Whether what was reported, with its range, is in the band; of a bound that the band goes as far."""
        return self._in(self.band)

    @property
    def inside_before(self) -> bool:
        """Whether it was in the band of all draws."""
        return self._in(self.before)

    def within(self, share: float) -> bool:
        """Whether it is in the band that holds a share of the kept draws."""
        return self._in(self.bands[share])

    @property
    def width(self) -> float:
        """How wide the predicted band is: its high end over its low one, of a share the difference between them."""
        low, high = self.band.low, self.band.high
        return high - low if METRICS[self.fact.point.metric].in_percent else high / max(low, 1e-9)

    def _in(self, band: Band) -> bool:
        low = -np.inf if self.fact.point.bound == "at_most" else self.fact.low
        high = np.inf if self.fact.point.bound == "at_least" else self.fact.high
        return bool(low <= band.high and band.low <= high)


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


def band(values: Floats, weights: Floats, share: float = WITHIN) -> Band:
    """Return weighted quantiles: the middle, and the ends within which a share of the weight lies."""
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0]
    weight = weights[order]
    # each value stands in the middle of its weight
    at = np.cumsum(weight) - weight / 2
    edges = (0.5 - share / 2, 0.5, 0.5 + share / 2)
    return Band(*(float(np.interp(edge, at, values[order])) for edge in edges))
