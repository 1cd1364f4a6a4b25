"""Ageing: cells rest at a state of charge until self-discharge shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from twin.declared import Declared
from twin.machine_code import equation, loop
from twin.material import Cell, Floats, Material
from twin.occasion import Made, Occasion
from twin.product import CellDesign
from twin.shapes import ForTime
from twin.units import Current, Fraction, PerTime, Positive, Voltage

HIGH_K = "high_k_value"
# the standard deviation of a normal distribution is so many of its median absolute deviations
SD_PER_MAD = 1.4826
_NORMAL = NormalDist()


class Short(Declared):
    """The leak through a soft short that a defect mode makes, lognormal.

    Attributes:
        current: median [A].
        spread: standard deviation of its logarithm [-].
    """

    current: Current = Field(gt=0)
    spread: Positive


class SelfDischarge(Declared):
    """Self-discharge, and the test that looks for it.

    True afterwards: ``state["leak"]``, current that discharges a cell from inside [A].
    Measured: ``measured["k_value"]``, fall of the open-circuit voltage [V/s].

    Attributes:
        charge: state of charge at which cells age [-].
        slope: how steeply the open-circuit voltage rises there, 100 times what one per cent adds [V]; None takes it
            from the potentials of the cell's electrodes.
        base: self-discharge of a faultless cell, as a share of its capacity [1/s].
        base_cv: its coefficient of variation [-].
        noise: of one measurement of voltage, temperature of the cell included, sd [V].
        limit: how far above the median of its lot a K-value may be, in standard deviations as estimated from the
            median absolute deviation [-].
        shorts: leaks by defect mode.
        energy_charge: state of charge for which the station's energy is declared [-]; None where it does not change.
        recovery: share of that charge which comes back when cells are discharged for shipping [-].
    """

    charge: Fraction
    slope: Voltage | None = None
    base: PerTime
    base_cv: Fraction
    noise: Voltage
    limit: Positive
    shorts: dict[str, Short] = Field(default_factory=dict)
    energy_charge: Fraction | None = None
    recovery: Fraction = 1.0

    def slope_of(self, cell: CellDesign) -> float:
        """Return the slope of the open-circuit voltage where cells age [V]."""
        if self.slope is not None or cell.response is None:
            return self.slope or 0.0
        return cell.response.slope_as_designed(self.charge)

    def leak(self, cell: Cell, at: Occasion) -> dict[int, int]:
        """Leave each cell's leak in its state; return, by place of those with soft shorts, the flaw that leaks most."""
        assert at.product is not None
        leak = np.empty(cell.size, np.float32)
        _faultless(at.luck.normal("leak", at.lot, cell.size), self.base * at.product.capacity, self.base_cv, leak)
        worst: dict[int, int] = {}
        shorts = _by_bit(at.modes, tuple(self.shorts))
        mask = sum([1 << number for number, _ in shorts])
        for place, bits in cell.flaws.items():
            if not bits & mask:
                continue
            most = 0.0
            for number, name in shorts:
                if bits >> number & 1:
                    current = _current(self.shorts[name], at.luck.toss(f"short {number}", at.lot, place))
                    leak[place] += current
                    if current > most:
                        most, worst[place] = current, number
        cell.state["leak"] = leak
        return worst


class Ageing(ForTime):
    """Ageing.

    Attributes:
        self_discharge: the physics of leaks and of the K-value; without it, only declared gauges look.
    """

    kind: Literal["ageing"]
    self_discharge: SelfDischarge | None = None

    @property
    def charging(self) -> float:
        """Electricity beyond what is declared: of a higher charge, what does not come back [J/J]."""
        rest = self.self_discharge
        if rest is None or rest.energy_charge is None:
            return 0.0
        return (rest.charge - rest.energy_charge) * (1 - rest.recovery)

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Let every cell of the lot rest, measure its K-value and sort out those that stand out of the lot."""
        made = super().make(inputs, at)
        rest = self.self_discharge
        if rest is None or at.product is None or not self.time > 0:
            return made
        (cell,) = inputs
        assert isinstance(cell, Cell)
        made.blamed = rest.leak(cell, at)
        drawn, k = at.luck.normal("k value", at.lot, cell.size), np.empty(cell.size, np.float32)
        slope, capacity = rest.slope_of(at.product), at.product.capacity
        _k_values(cell.state["leak"], capacity, slope, drawn, rest.noise, self.time, k)
        cell.measured["k_value"] = k
        high = np.empty(cell.size, np.bool_)
        # a dead cell is not measured
        if _stand_out(k, robust_limit(k, rest.limit), cell.alive, high):
            made.sorted_out = [(HIGH_K, np.flatnonzero(high))]
        return made


@loop
def _faultless(drawn: Floats, base: float, spread: float, leak: Floats) -> None:
    for i in range(len(leak)):
        leak[i] = base * (1 + spread * drawn[i])


@equation
def k_value(leak: float, capacity: float, slope: float, drawn: float, noise: float, time: float) -> float:
    """Return the K-value, fall of voltage by leak, I / C dV/dq, with sqrt(2) sd / t of noise [V/s].

    Args:
        leak: current I of the cell [A].
        capacity: C [A s].
        slope: dV/dq over the state of charge, as if it went on from empty to full [V].
        drawn: standard normal number.
        noise: sd of one of the two measurements of voltage [V].
        time: t between them [s].
    """
    return leak * (slope / capacity) + drawn * (math.sqrt(2) * noise / time)


@loop
def _k_values(leak: Floats, capacity: float, slope: float, drawn: Floats, noise: float, time: float, k: Floats) -> None:
    for i in range(len(k)):
        k[i] = k_value(leak[i], capacity, slope, drawn[i], noise, time)


@loop
def robust_limit(values: Floats, limit: float) -> float:
    """Return the median and so many standard deviations, these from the median absolute deviation."""
    median = middle_of(values.copy())
    return median + limit * SD_PER_MAD * middle_of(np.abs(values - median))


@equation
def middle_of(values: Floats) -> float:
    """Return the middle one of some values, whose order it changes (Hoare's selection)."""
    first, last, middle = 0, len(values) - 1, len(values) // 2
    while first < last:
        pivot, low, high = values[middle], first, last
        while low <= high:
            while values[low] < pivot:
                low += 1
            while pivot < values[high]:
                high -= 1
            if low <= high:
                values[low], values[high] = values[high], values[low]
                low, high = low + 1, high - 1
        if high < middle:
            first = low
        if middle < low:
            last = high
    return float(values[middle])


@loop
def _stand_out(k: Floats, limit: float, alive: NDArray[np.bool_], high: NDArray[np.bool_]) -> int:
    """Mark the cells over a limit; return how many there are."""
    count = 0
    for i in range(len(k)):
        high[i] = alive[i] and k[i] > limit
        count += high[i]
    return count


def _current(short: Short, drawn: float) -> float:
    """Return the leak of one soft short, from a number in [0, 1) [A]."""
    return short.current * math.exp(short.spread * _NORMAL.inv_cdf(max(drawn, 1e-12)))


@lru_cache(maxsize=16)
def _by_bit(modes: tuple[str, ...], leaking: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """Return number and name of the flaws that leak."""
    return tuple((number, name) for number, name in enumerate(modes) if name in leaking)
