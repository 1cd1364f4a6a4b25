"""What is reported of plants, read from a simulated ramp in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from twin import Ramp

Floats = NDArray[np.float64]

_DAYS_PER_YEAR = 365
_MONTHS_PER_YEAR = 12
_DAYS_PER_WEEK = 7
# what has gone wrong entirely is told as this, because it has no logarithm
_LEAST_SHARE = 1e-3
_LEAST = 1e-6


@dataclass(frozen=True)
class Seen:
    """A simulated plant, month by month.

    Attributes:
        good: energy of the good cells [GWh]. Shape (months,).
        shipped: of those that customers take, because they have released the product [GWh]. Shape (months,).
        passed: good cells of those whose fate was decided [-]. Shape (months,).
        nameplate: of what was accepted, mean [GWh/yr]. Shape (months,).
        days: of each month [d]. Shape (months,).
        cell: energy of a cell as it is counted [GWh].
    """

    good: Floats
    shipped: Floats
    passed: Floats
    nameplate: Floats
    days: Floats
    cell: float


def seen_of(ramp: Ramp, energy: float, nameplate: Floats, days: Floats, cell: float) -> Seen:
    """Return what can be reported of a ramp.

    Args:
        ramp: as simulated.
        energy: of a good cell of the line [GWh].
        nameplate: of what was accepted, mean [GWh/yr]. Shape (months,).
        days: of each month [d]. Shape (months,).
        cell: energy of a cell as it is counted [GWh].
    """
    finished, decided = ramp.finished.sum(axis=1), ramp.decided.sum(axis=1)
    shipped = ramp.shipped.sum(axis=1) * energy
    return Seen(finished * energy, shipped, finished / np.maximum(decided, 1e-9), nameplate, days, cell)


@dataclass(frozen=True)
class Metric:
    """Something that is reported of plants.

    Attributes:
        title: what people call it.
        unit: in which it is reported, "" for a share.
        at: its value at some months after the start, from a simulated plant.
        share: whether it is below one; errors are then those of log(p / (1 - p)), else of the logarithm.
        earliest: days after the start before which it says nothing.
        in_percent: whether people read it so.
    """

    title: str
    unit: str
    at: Callable[[Seen, float], float]
    share: bool = False
    earliest: int = 0
    in_percent: bool = False

    def scaled(self, value: float) -> float:
        """Return a value on the scale on which errors are equally bad."""
        if self.share:
            inside = min(max(value, _LEAST_SHARE), 1 - _LEAST_SHARE)
            return log(inside / (1 - inside))
        return log(max(value, _LEAST))


def months(day: int) -> float:
    """Return how many months after the start a day is."""
    return day * _MONTHS_PER_YEAR / _DAYS_PER_YEAR


def counted(seen: Seen, shipped: bool) -> Seen:
    """Return a plant of which only what it ships is counted, where that is asked for."""
    return replace(seen, good=seen.shipped) if shipped else seen


def curve(metric: str, seen: Seen) -> Sequence[float]:
    """Return a metric at the end of each month."""
    return [METRICS[metric].at(seen, float(month + 1)) for month in range(len(seen.good))]


def _month(seen: Seen, at: float) -> int:
    # the end of a month belongs to it
    return min(max(0, int(np.ceil(at)) - 1), len(seen.good) - 1)


def _yield(seen: Seen, at: float) -> float:
    return float(seen.passed[_month(seen, at)])


def _rate(seen: Seen, at: float) -> float:
    month = _month(seen, at)
    return float(seen.good[month] / seen.days[month]) * _DAYS_PER_YEAR


def _weekly(seen: Seen, at: float) -> float:
    month = _month(seen, at)
    return float(seen.good[month] / seen.days[month]) * _DAYS_PER_WEEK / seen.cell


def _cumulative(seen: Seen, at: float) -> float:
    so_far = np.concatenate([[0.0], np.cumsum(seen.good)])
    return float(np.interp(at, np.arange(len(so_far)), so_far)) / seen.cell


def _utilisation(seen: Seen, at: float) -> float:
    last = _month(seen, at) + 1
    year = slice(max(0, last - _MONTHS_PER_YEAR), last)
    able = seen.nameplate[year] @ seen.days[year] / _DAYS_PER_YEAR
    return float(seen.good[year].sum() / max(able, 1e-9))


# cells are some weeks on their way, and those that are scrapped are decided first
METRICS = {
    "yield": Metric("Yield", "", _yield, share=True, earliest=60, in_percent=True),
    "good_gwh_per_year": Metric("Good cells", "GWh/yr", _rate, earliest=31),
    "cells_per_week": Metric("Cells a week", "", _weekly, earliest=31),
    "cells": Metric("Cells so far", "", _cumulative, earliest=31),
    "utilisation": Metric("Utilisation over a year", "", _utilisation, earliest=365, in_percent=True),
}
