"""What money over time is worth, and how sure it is: present value, rate of return, chance of insolvency."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from optimize.money.capital import MONTHS_PER_YEAR, Floats

_STEPS = 80
_LOWEST, _HIGHEST = -0.99, 100.0


def npv(flows: ArrayLike, rate: float) -> Floats:
    """Return the net present value of monthly flows, the first of them today. Shape (futures,).

    ``sum_m flow_m / (1 + rate)^(m / 12)``

    Args:
        flows: by month. Shape (futures, months).
        rate: of discount [1/yr].
    """
    found = np.asarray(flows, np.float64)
    return np.asarray(found @ (1 + rate) ** (-np.arange(found.shape[1]) / MONTHS_PER_YEAR))


def irr(flows: ArrayLike) -> Floats:
    """Return the yearly rate at which monthly flows are worth nothing today. Shape (futures,).

    By bisection between -99 % and 10,000 %. Flows that change their sign more than once may have several such
    rates; one of them is found. Where the present value has one sign at both ends there is none: NaN.

    Args:
        flows: by month. Shape (futures, months).
    """
    found = np.asarray(flows, np.float64)
    month = np.arange(found.shape[1]) / MONTHS_PER_YEAR

    def worth(rate: Floats) -> Floats:
        # scaled so that rates close to -100 % do not overflow
        discount = np.exp(-np.log1p(rate)[:, None] * (month - month[-1] * (rate < 0)[:, None]))
        return np.asarray((found * discount).sum(axis=1))

    low, high = np.full(len(found), _LOWEST), np.full(len(found), _HIGHEST)
    start, end = worth(low), worth(high)
    none = (np.sign(start) * np.sign(end) >= 0) | ~np.isfinite(start) | ~np.isfinite(end)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        same = np.sign(worth(middle)) == np.sign(start)
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.where(none, np.nan, (low + high) / 2)


def insolvency_probability(insolvent: ArrayLike, confidence: float = 0.95) -> dict[str, float]:
    """Return the share of insolvent futures with its exact interval.

    Args:
        insolvent: whether each future ends so. Shape (futures,).
        confidence: of the interval [-].

    Source: Clopper, C. J., Pearson, E. S. (1934), Biometrika 26(4), 404-413.
    """
    from scipy.stats import beta

    found = np.asarray(insolvent, bool)
    count, hits, tail = len(found), int(found.sum()), (1 - confidence) / 2
    low = float(beta.ppf(tail, hits, count - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, count - hits)) if hits < count else 1.0
    return {"mean": hits / count, "low": low, "high": high}
