"""Output analysis: how much of a run is warm-up, and what several replications say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin.calendar import DAY
from twin.journal import Journal

BATCH = 5
CONFIDENCE = 0.95


def mser5(series: ArrayLike) -> int:
    """Return how many first observations to leave out as warm-up.

    The marginal standard error rule on means of five: what is left out is what makes the standard error
    of the mean of the rest smallest, at most half of the series.

    Source: White, K. P. (1997), Simulation 69(6), 323-334.
    """
    values = np.asarray(series, np.float64)
    count = len(values) // BATCH
    if count < 2:
        return 0
    means = values[: count * BATCH].reshape(count, BATCH).mean(axis=1)
    left = count - np.arange(count // 2 + 1)
    # sums of the last ones, around the mean of all so that no digits are lost
    around = means - means.mean()
    total = np.cumsum(around[::-1])[::-1][: len(left)]
    squares = np.cumsum((around**2)[::-1])[::-1][: len(left)]
    statistic = (squares - total**2 / left) / left**2
    # a perfectly steady rest has no spread but rounding
    statistic[statistic < 1e-12 * squares[0]] = 0.0
    return int(np.argmin(statistic)) * BATCH


def settle(journal: Journal) -> int:
    """Set the warm-up of a journal by MSER-5 on its daily output; return it [d]."""
    finished = journal.columns("finished")
    days = round(journal.end / DAY)
    daily = np.bincount((finished["time"] // DAY).astype(np.int64), finished["units"], days)[:days]
    warmup = mser5(daily)
    journal.warmup = warmup * DAY
    return warmup


def summarise(found: Sequence[Mapping[str, Any]], coarse: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return the KPIs of independent replications as means with 95 % t-intervals.

    Every number becomes {mean, low, high}; of words the most frequent is kept; series are left out. A
    number that some replications do not have, such as the scrap of a rare defect, counts as 0 there.

    Args:
        found: KPIs of at least two replications.
        coarse: KPIs of more, but cheaper runs, control variates of them: the first ones have their seeds. A number
            that becomes surer by them also tells ``variance_left``.

    Raises:
        ValueError: fewer than two replications have no interval.
    """
    if len(found) < 2:
        raise ValueError(f"{len(found)} replication has no interval, expected at least 2")
    counts = {"replications": len(found), **({"coarse_runs": len(coarse)} if coarse else {})}
    return {**counts, **_summarised(found, coarse)}


def _summarised(found: Sequence[Mapping[str, Any]], coarse: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    together: dict[str, Any] = {}
    for name in dict.fromkeys(name for one in found for name in one):
        values = [one.get(name) for one in found]
        known = [value for value in values if value is not None]
        if not known or isinstance(known[0], list):
            continue
        if isinstance(known[0], Mapping):
            together[name] = _summarised([value or {} for value in values], [one.get(name) or {} for one in coarse])
        elif isinstance(known[0], bool):
            together[name] = all(known)
        elif isinstance(known[0], str):
            together[name] = Counter(known).most_common(1)[0][0]
        else:
            numbers, others = _numbers(found, name), _numbers(coarse, name)
            if len(numbers) == len(found) and len(others) == len(coarse) > len(found):
                together[name] = controlled_interval(numbers, others)
            elif len(numbers) > 1:
                together[name] = mean_interval(numbers)
    return together


def _numbers(found: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    """Return a figure of several runs: a missing key is none of it; a None is a ratio without a denominator."""
    return [float(one.get(name, 0.0)) for one in found if one.get(name, 0.0) is not None]


def mean_interval(values: Sequence[float]) -> dict[str, float]:
    """Return the mean of independent values and its 95 % t-interval."""
    from scipy.stats import t

    mean = float(np.mean(values))
    quantile = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
    half = quantile * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return {"mean": mean, "low": mean - half, "high": mean + half}


def controlled_interval(values: Sequence[float], coarse: Sequence[float]) -> dict[str, float]:
    """Return the mean of independent values and its 95 % interval, helped by cheaper ones where these go with them.

    The cheaper ones may be off, and to another scale: all that counts is how far those of the same seeds lie from the
    mean of all of them. They are used where the square of the correlation is above ``1 / (n - 2)``, from which on the
    degree of freedom that a slope costs is worth it; by that choice 95 % become
    94 % where the two have nothing in common.

    Args:
        values: at least four.
        coarse: more of them; the first ones belong to the values.

    Returns:
        ``mean``, ``low``, ``high`` and, where they are used, ``variance_left``: the variance of the mean over that
        without them [-].

    Source: Cochran, Sampling Techniques, 3rd ed. (1977), 12.6, double sampling with regression; Lavenberg and Welch,
    Management Science 27 (1981) 322, on what control variates cost.
    """
    from scipy.stats import t

    exact, cheap, size = np.asarray(values), np.asarray(coarse), len(values)
    beside, own = cheap[:size] - cheap[:size].mean(), exact - exact.mean()
    spread, variance = float(beside @ beside), float(own @ own) / (size - 1)
    if size < 4 or spread <= 0 or variance <= 0:
        return mean_interval(values)
    slope = float(beside @ own) / spread
    rest = max(0.0, float(own @ own) - slope * float(beside @ own)) / (size - 2)
    if slope * float(beside @ own) * (size - 2) <= float(own @ own):
        return mean_interval(values)
    shift = float(cheap.mean() - cheap[:size].mean())
    of_mean = rest * (1 / size + shift**2 / spread) + max(0.0, variance - rest) / len(cheap)
    mean = float(exact.mean()) + slope * shift
    half = float(t.ppf((1 + CONFIDENCE) / 2, size - 2)) * of_mean**0.5
    return {"mean": mean, "low": mean - half, "high": mean + half, "variance_left": of_mean * size / variance}
