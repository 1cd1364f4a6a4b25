"""Control charts: when does a run of measurements say that something has changed?

Each works on standardised values ``z = (x - centre) / sd``. The functions judge whole arrays, for reports and tests;
``Watch`` judges one value after the other while the plant runs, and agrees with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from twin.declared import Declared
from twin.units import Positive, Seconds

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Chart(Declared):
    """A control chart over the means of lots.

    Attributes:
        kind: Shewhart with the Western Electric rules, EWMA or CUSUM.
        learn: lots from which centre and spread are learnt before it may alarm.
        limit: control limit [sd of the plotted value]; of a CUSUM its decision interval h.
        weight: weight of the newest value in an EWMA [-].
        slack: slack k of a CUSUM [sd].
        action: what an alarm does: hold the lot, stop the station for an adjustment, call an engineer, or only note it.
        takes: time of a hold, of a stop or of the engineer's look [s].
    """

    kind: Literal["shewhart", "ewma", "cusum"] = "shewhart"
    learn: int = Field(default=40, ge=2, le=10_000)
    limit: Positive = 3.0
    weight: Positive = Field(default=0.2, le=1.0)
    slack: Positive = 0.5
    action: Literal["note", "hold", "stop", "call"] = "note"
    takes: Seconds = 0.0


def shewhart(z: Floats, limit: float = 3.0) -> Flags:
    """Return where the Western Electric rules alarm. Shape (values,).

    One value beyond ``limit`` sd; two of three beyond two thirds of it on one side; four of five beyond one third;
    eight in a row on one side of the centre.

    Source: Western Electric, Statistical Quality Control Handbook (1956).
    """
    alarm = np.abs(z) > limit
    for side in (z, -z):
        alarm |= _of(side > limit * 2 / 3, 2, 3) | _of(side > limit / 3, 4, 5) | _of(side > 0, 8, 8)
    return np.asarray(alarm)


def _of(hit: Flags, least: int, last: int) -> Flags:
    """Return where a value is a hit and at least so many of the last ones are."""
    total = np.concatenate([np.zeros(last, np.intp), np.cumsum(hit)])
    return np.asarray(hit & (total[last:] - total[:-last] >= least))


def ewma(z: Floats, weight: float = 0.2) -> tuple[Floats, Floats]:
    """Return the exponentially weighted mean and its standard deviation. Each of shape (values,).

    ``e_t = w z_t + (1 - w) e_(t-1)``, ``sd_t = sqrt(w / (2 - w) (1 - (1 - w)^(2 t)))``.

    Source: Roberts, Technometrics 1 (1959) 239.
    """
    steps = np.arange(1, len(z) + 1)
    smooth, last = np.empty(len(z)), 0.0
    for place, value in enumerate(z.tolist()):
        last += weight * (value - last)
        smooth[place] = last
    return smooth, np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * steps)))


def cusum(z: Floats, slack: float = 0.5) -> tuple[Floats, Floats]:
    """Return the upper and the lower cumulative sum. Each of shape (values,).

    ``S_t = max(0, S_(t-1) + z_t - k)`` and the same of ``-z``.

    Source: Page, Biometrika 41 (1954) 100.
    """
    sums = []
    for side in (z, -z):
        total = np.concatenate([[0.0], np.cumsum(side - slack)])
        sums.append((total - np.minimum.accumulate(total))[1:])
    return sums[0], sums[1]


class Watch:
    """A chart at work: learns its centre and spread, then judges each value as it comes.

    Args:
        chart: what is declared.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.centre = self.sd = 0.0
        self._learnt = 0
        self._squares = 0.0
        self._restart()

    def _restart(self) -> None:
        """Begin anew after an alarm, with the same centre and spread."""
        self._recent: deque[float] = deque(maxlen=8)
        self._smooth, self._steps = 0.0, 0
        self._up = self._down = 0.0

    def alarms(self, value: float) -> bool:
        """Take the next value; return whether it is an alarm."""
        if self._learnt < self.chart.learn:
            self._learn(value)
            return False
        if self.sd <= 0:
            return False
        judge = {"shewhart": self._shewhart, "ewma": self._ewma, "cusum": self._cusum}[self.chart.kind]
        alarm = judge((value - self.centre) / self.sd)
        if alarm:
            self._restart()
        return alarm

    def learnt(self) -> dict[str, Any]:
        """Return all that it knows beside what is declared."""
        return {name: value for name, value in vars(self).items() if name != "chart"}

    def go_on(self, learnt: Mapping[str, Any]) -> None:
        """Go on with what another watch has learnt."""
        vars(self).update({name: learnt[name] for name in self.learnt()})

    def _learn(self, value: float) -> None:
        # Welford's running mean and squares
        self._learnt += 1
        step = value - self.centre
        self.centre += step / self._learnt
        self._squares += step * (value - self.centre)
        self.sd = sqrt(self._squares / max(self._learnt - 1, 1))

    def _shewhart(self, z: float) -> bool:
        limit, recent = self.chart.limit, self._recent
        recent.append(z)
        if abs(z) > limit:
            return True
        # only the side of the newest value can have become too full
        side = [value if z > 0 else -value for value in recent]
        two = side[-1] > limit * 2 / 3 and sum(value > limit * 2 / 3 for value in side[-3:]) >= 2
        four = side[-1] > limit / 3 and sum(value > limit / 3 for value in side[-5:]) >= 4
        return two or four or (len(side) == 8 and min(side) > 0)

    def _ewma(self, z: float) -> bool:
        weight = self.chart.weight
        self._steps += 1
        self._smooth += weight * (z - self._smooth)
        sd = sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * self._steps)))
        return abs(self._smooth) > self.chart.limit * sd

    def _cusum(self, z: float) -> bool:
        self._up = max(0.0, self._up + z - self.chart.slack)
        self._down = max(0.0, self._down - z - self.chart.slack)
        return max(self._up, self._down) > self.chart.limit
