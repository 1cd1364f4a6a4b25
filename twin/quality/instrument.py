"""A gauge at work: reads a lot, reports what it read and rejects what is out of its limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.machine_code import equation, loop
from twin.marks import ALL_LANES, FLAW, FOUND, LANE, LENGTH, START, marks_of
from twin.material import Cell, Electrode, Slurry
from twin.occasion import Occasion
from twin.quality.chart import Watch
from twin.quality.defect import Flaw
from twin.quality.gauge import Gauge
from twin.quality.inspection import FALSE_REJECT, FALSE_WEB

Floats = NDArray[np.float32]
_NORMAL = np.random.Generator.standard_normal


# mean, sd, least and largest true value [SI]; how many are out of the limits, of those passed, good ones rejected
Truth = tuple[float, float, float, float, int, int, int]


class Reading(NamedTuple):
    """What a gauge reported of one lot, and what was true of it.

    Attributes:
        gauge: number of the gauge.
        size: units or places measured.
        mean: of the reported values [SI].
        sd: of the reported values [SI].
        low: smallest reported value [SI].
        high: largest reported value [SI].
        outside: values out of the limits.
        truth: what was true, judged without guard band; None when nobody asks.
    """

    gauge: int
    size: int
    mean: float
    sd: float
    low: float
    high: float
    outside: int
    truth: Truth | None = None


class Instrument:
    """One gauge of a station at run time.

    Args:
        number: number of the gauge in the line.
        name: its name at the station, the key into the luck.
        gauge: as declared.
        flaws: the flaws of its mode.
        truth: whether to tell what was true as well.
    """

    def __init__(self, number: int, name: str, gauge: Gauge, flaws: Sequence[Flaw], truth: bool = False) -> None:
        self.number = number
        self.name = name
        self.gauge = gauge
        self.watch = Watch(gauge.chart) if gauge.chart else None
        self._flaws = [flaw.number for flaw in flaws]
        self._mask = sum(flaw.bit for flaw in flaws)
        self._low, self._high = gauge.limits
        self._rejects = gauge.mode is not None
        self._noise, self._bias = gauge.noise.value, gauge.bias.value
        self._stride = max(1, round(1 / gauge.share))
        self._truth = truth
        # what its numbers are drawn for: noise and bias
        self._purposes = f"gauge {name}", f"gauge bias {name}"

    def of_cells(self, cell: Cell, at: Occasion) -> tuple[Reading | None, list[tuple[int, int]]]:
        """Measure the cells of a lot that are there.

        Returns:
            The reading, None for nothing to measure, and the places of rejected cells with the flaw that is blamed.
        """
        what = self.gauge.measures
        shown = cell.measured.get(what)
        true = shown if shown is not None else cell.state.get(what)
        if true is None or cell.units <= 0:
            return None, []
        places = None
        if self._stride > 1 or cell.units < cell.size:
            places = np.empty(cell.size, np.intp)
            there = np.empty(cell.size, np.float32)
            count = _look_at(true, cell.alive, self._stride, there, places)
            true = there[:count]
        reading, outside = self._shown(true) if shown is not None else self._read(true, at)
        if outside is None or not self._rejects:
            return reading, []
        flaws = cell.flaws
        found = []
        for place in (outside if places is None else places[outside]).tolist():
            blamed = flaws.get(place, 0) & self._mask
            found.append((place, (blamed & -blamed).bit_length() - 1 if blamed else FALSE_REJECT))
        return reading, found

    def of_lot(self, material: Slurry | Electrode, at: Occasion) -> tuple[Reading | None, list[int]]:
        """Measure a batch, a roll or a lane; what is out of the limits along a web is marked.

        Returns:
            The reading, None for nothing to measure, and the flaws for which the whole is rejected.
        """
        true = self._true_of(material) if at.lot % self._stride == 0 else None
        if true is None:
            return None, []
        if self.gauge.every is not None and isinstance(material, Electrode):
            reading = self._traverse(material, np.atleast_2d(np.asarray(true, np.float32)), at)
        else:
            reading = self._once(float(true.mean()) if isinstance(true, np.ndarray) else true, at)
        material.measured[self.gauge.measures] = reading.mean
        if self.gauge.every is not None or not reading.outside or not self._rejects:
            return reading, []
        hit = [number for number in self._flaws if material.flaws >> number & 1]
        return reading, hit[:1] or [FALSE_REJECT]

    def _once(self, true: float, at: Occasion) -> Reading:
        """Read a batch, a roll or a lane at one place."""
        value = true + self.gauge.noise.value * at.luck.one(self._purposes[0], at.lot, _NORMAL)
        if self._bias:
            value += self._bias * at.luck.one(self._purposes[1], at.lot, _NORMAL)
        outside = not self._low <= value <= self._high
        truth = self._compared(np.array([true]), np.array([outside])) if self._truth else None
        return Reading(self.number, 1, value, 0.0, value, value, int(outside), truth)

    def _traverse(self, web: Electrode, true: Floats, at: Occasion) -> Reading:
        """Read a web with a traversing head and mark what is out of the limits."""
        assert self.gauge.every is not None
        count = max(1, int(web.length / self.gauge.every))
        step = web.length / count
        read = np.empty(count, np.float32)
        _traverse(true, web.begin, step, web.pitch, read)
        result, outside = self._read(read, at)
        if outside is not None and self._rejects:
            self._mark(web, web.begin + outside * step, outside % true.shape[1], step)
        return result

    def _true_of(self, material: Slurry | Electrode) -> float | Floats | None:
        """Return what is true of a batch or a web: of shape (segments, lanes), or a number when alike everywhere."""
        if self.gauge.measures == "loading" and isinstance(material, Electrode):
            # as the loop's gauge has it: relative to what the coater is set for
            return material.loading if material.target == 1 else material.loading / np.float32(material.target)
        return material.state.get(self.gauge.measures)

    def _mark(self, web: Electrode, starts: NDArray[np.floating], lanes: NDArray[np.intp], step: float) -> None:
        """Mark what was read out of the limits for cutting out: the flaw that is there, or good web."""
        marks = web.marks
        wrong: list[tuple[float, int]] = []
        ours = np.isin(marks[:, FLAW], self._flaws)
        for begin, lane in zip(starts.tolist(), lanes.tolist(), strict=True):
            across = (marks[:, LANE] == lane) | (marks[:, LANE] == ALL_LANES)
            hit = ours & across & (marks[:, START] < begin + step) & (marks[:, START] + marks[:, LENGTH] > begin)
            if hit.any():
                marks[hit, FOUND] = 1.0
            else:
                wrong.append((begin, lane))
        if wrong:
            start, lane_of = zip(*wrong, strict=True)
            false = marks_of(start, [step] * len(wrong), lane_of, [FALSE_WEB] * len(wrong))
            false[:, FOUND] = 1.0
            web.mark(false)

    def _read(self, true: Floats, at: Occasion) -> tuple[Reading, NDArray[np.intp] | None]:
        """Read true values; return the reading and which values are out of the limits, None for none."""
        noise, offset = self._purposes
        if at.again:
            noise, offset = f"{noise}{at.again}", f"{offset}{at.again}"
        drawn, values = at.luck.normal(noise, at.lot, len(true)), np.empty(len(true), np.float32)
        bias = self._bias * at.luck.one(offset, at.lot, _NORMAL) if self._bias else 0.0
        return self._reading(values, true, _read(true, drawn, self._noise, bias, self._low, self._high, values))

    def _shown(self, values: Floats) -> tuple[Reading, NDArray[np.intp] | None]:
        """Report values that a machine has measured by itself, as ``_read`` does."""
        return self._reading(values, values, _summary(values, self._low, self._high))

    def _reading(
        self, values: Floats, true: Floats, summary: tuple[float, float, float, float, int]
    ) -> tuple[Reading, NDArray[np.intp] | None]:
        count, out = summary[-1], None
        if count:
            out = (values < self._low) | (values > self._high)
        truth = self._compared(true, out) if self._truth else None
        return Reading(self.number, len(values), *summary, truth), None if out is None else np.flatnonzero(out)

    def _compared(self, true: Floats, out: NDArray[np.bool_] | None) -> Truth:
        """Return what is true of a lot, and how well it was judged."""
        gauge = self.gauge
        bad = np.zeros(len(true), np.bool_)
        if gauge.low is not None:
            bad |= true < gauge.low.value
        if gauge.high is not None:
            bad |= true > gauge.high.value
        rejected = np.zeros(len(true), np.bool_) if out is None else out
        passed_bad, rejected_good = np.count_nonzero(bad & ~rejected), np.count_nonzero(rejected & ~bad)
        return (*_moments(true), int(np.count_nonzero(bad)), int(passed_bad), int(rejected_good))


def _moments(values: Floats) -> tuple[float, float, float, float]:
    """Return mean, standard deviation, smallest and largest of some values."""
    return _summary(values, -np.inf, np.inf)[:4]


@loop
def _look_at(true: Floats, alive: NDArray[np.bool_], stride: int, there: Floats, places: NDArray[np.intp]) -> int:
    """Take what is true of every so many of the cells that are there, with their places; return how many they are."""
    count = met = 0
    for i in range(len(true)):
        if alive[i]:
            if met % stride == 0:
                there[count], places[count] = true[i], i
                count += 1
            met += 1
    return count


@loop
def _traverse(true: Floats, begin: float, step: float, pitch: float, read: Floats) -> None:
    """Take what is true of a web where a head meets it that goes on step by step, from lane to lane."""
    segments, lanes = true.shape
    for i in range(len(read)):
        read[i] = true[min(int((begin + (i + 0.5) * step) / pitch), segments - 1), i % lanes]


@loop
def _read(
    true: Floats, drawn: Floats, noise: float, bias: float, low: float, high: float, values: Floats
) -> tuple[float, float, float, float, int]:
    """Read values, true + bias + noise, and return their summary."""
    for i in range(len(true)):
        values[i] = true[i] + bias + noise * drawn[i]
    return summary(values, low, high)


@loop
def _summary(values: Floats, low: float, high: float) -> tuple[float, float, float, float, int]:
    return summary(values, low, high)


@equation
def summary(values: Floats, low: float, high: float) -> tuple[float, float, float, float, int]:
    """Return mean, standard deviation, smallest and largest of some values, and how many are out of limits."""
    total, squares, outside = 0.0, 0.0, 0
    least = most = first = float(values[0])
    for value in values:
        # taken from the first value, so that a small spread about a large mean is not lost
        away = value - first
        total += away
        squares += away * away
        least, most = min(least, value), max(most, value)
        outside += value < low or value > high
    mean = total / len(values)
    return first + mean, math.sqrt(max(squares / len(values) - mean * mean, 0.0)), least, most, outside
