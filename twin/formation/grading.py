"""End-of-line test and grading: what a cell is worth is measured and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from twin.declared import Declared
from twin.formation.balance import charge_between, quadratics, rest_voltage, window
from twin.machine_code import loop
from twin.material import GRADE_A, GRADE_B, Cell, Floats, Material
from twin.occasion import Made, Occasion
from twin.product import CellDesign
from twin.response import CellResponse
from twin.shapes import AtRate
from twin.units import Fraction, Positive, Voltage

SECONDS_PER_HOUR = 3600.0

Failing = list[tuple[str, NDArray[np.intp]]]


class VoltageTest(Declared):
    """The open-circuit voltage of cells that were discharged and charged again by a fixed charge.

    Attributes:
        charge: that charge, relative to nominal capacity [-].
        noise: repeatability of the meter, with the temperature of the cell [V].
        band_a: largest deviation from the design's voltage of grade A [V].
        band_b: largest deviation that is no reject [V].
    """

    charge: Fraction
    noise: Voltage
    band_a: Voltage
    band_b: Voltage


class Grading(AtRate):
    """A grading line: capacity, resistance and open-circuit voltage against limits.

    Where the cell's response is declared, what is measured comes out of loadings, porosities and lithium loss, and
    ``state`` gets the truth: "capacity" at C/3 [A s], "resistance" after 10 s [ohm] and "voltage" at rest [V]. What the
    electrolyte has not reached ("wetted" is less than 1) takes no part. Else capacity goes with the cathode's loading,
    with a declared spread.

    Attributes:
        capacity_mean: capacity of a faultless cell at target loading, relative to nominal, without a response [-].
        capacity_cv: spread of capacity that loading does not explain, without a response [-].
        capacity_noise: repeatability of the capacity test [-].
        capacity_a: least capacity of grade A, relative to nominal [-].
        capacity_b: least capacity of grade B, relative to nominal [-].
        resistance_cv: spread of the 10 s resistance that electrodes do not explain: contacts, temperature [-].
        resistance_noise: repeatability of the resistance test [-].
        resistance_limit: largest resistance that is good, relative to nominal [-].
        voltage: the test of the open-circuit voltage; None for none.
        guard_band: standard deviations of the test by which a measured value must be better than its limit [-].
    """

    kind: Literal["grading"]
    capacity_mean: Positive = 1.0
    capacity_cv: Fraction = 0.0
    capacity_noise: Fraction
    capacity_a: Positive
    capacity_b: Positive
    resistance_cv: Fraction
    resistance_noise: Fraction
    resistance_limit: Positive
    voltage: VoltageTest | None = None
    guard_band: Fraction = 0.0

    @model_validator(mode="after")
    def _limits(self) -> Grading:
        if self.voltage is not None and self.voltage.band_a > self.voltage.band_b:
            raise ValueError("grade A has a wider band of voltage than grade B, expected band_a <= band_b")
        return self

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Measure and grade every cell of the lot."""
        (cell,) = inputs
        product = at.product
        assert isinstance(cell, Cell) and product is not None
        sorted_out: Failing = []
        if product.response is None:
            grade = self._measure(cell, at, *self._as_loaded(cell, at), (1.0, 1.0), sorted_out)
        else:
            true = self._answer(cell, at, product, product.response)
            grade = self._measure(cell, at, *true, (product.capacity, product.resistance), sorted_out)
            if self.voltage is not None:
                self._grade_voltage(cell, at, product.response, self.voltage, grade, sorted_out)
        cell.grade = grade if cell.grade is None else np.maximum(cell.grade, grade)
        return Made([cell], cell.units, cell.units, sorted_out=_once(cell, sorted_out))

    def _as_loaded(self, cell: Cell, at: Occasion) -> tuple[Floats, Floats]:
        """Return true capacity and resistance relative to nominal, without a response. Each of shape (cells,)."""
        capacity = 1 + self.capacity_cv * at.luck.normal("capacity", at.lot, cell.size)
        resistance = 1 + self.resistance_cv * at.luck.normal("resistance", at.lot, cell.size)
        return self.capacity_mean * cell.cathode_loading * capacity, resistance

    def _answer(self, cell: Cell, at: Occasion, product: CellDesign, response: CellResponse) -> tuple[Floats, Floats]:
        """Return true capacity [A s] and resistance [ohm] by the response, and leave them in the cells' state."""
        state, size = cell.state, cell.size
        loss = cell.known("lithium_loss", response.lithium_loss)
        ends = window(response, cell.cathode_loading, cell.anode_loading, loss)
        factors = quadratics(response, ("rate_factor", "resistance_factor"), cell, loss)
        wetted, welds = (
            cell.known("wetted", 1.0),
            cell.known("weld_resistance", product.welds * product.weld_resistance),
        )
        capacity, resistance = np.empty(size, np.float32), np.empty(size, np.float32)
        _answers(
            cell.anode_loading,
            *ends,
            factors,
            wetted,
            welds,
            at.luck.normal("resistance", at.lot, size),
            self.resistance_cv,
            response.anode_charge * product.capacity,
            response.resistance / (2 * product.cathode.area),
            capacity,
            resistance,
        )
        state["capacity"], state["resistance"] = capacity, resistance
        if self.voltage is not None:
            state["voltage"] = rest_voltage(response, cell, loss, ends, self.voltage.charge)
        return capacity, resistance

    def _measure(
        self,
        cell: Cell,
        at: Occasion,
        capacity: Floats,
        resistance: Floats,
        nominal: tuple[float, float],
        out: Failing,
    ) -> NDArray[np.int8]:
        """Measure capacity and resistance, note them in the cells and add rejects; return the grades. Shape (cells,).

        Args:
            cell: the cells.
            at: the occasion.
            capacity: true one.
            resistance: true one.
            nominal: what both are relative to.
            out: cells that fail, with the reason.
        """
        assert at.product is not None
        size = cell.size
        grade, measured = np.empty(size, np.int8), np.empty((2, size), np.float32)
        drawn = (
            at.luck.normal(_gauge("capacity", at), at.lot, size),
            at.luck.normal(_gauge("resistance", at), at.lot, size),
        )
        sure, hours = self.guard_band * self.capacity_noise, at.product.capacity / SECONDS_PER_HOUR
        true, noises = (capacity, resistance), (self.capacity_noise, self.resistance_noise)
        lowest, highest = _measurements(true, nominal, drawn, noises, self.capacity_a + sure, grade, measured)
        # failing is rare: most lots need no second look
        if lowest < self.capacity_b + sure:
            out.append(("low_capacity", np.flatnonzero(measured[0] < self.capacity_b + sure)))
        limit = self.resistance_limit - self.guard_band * self.resistance_noise
        if highest > limit:
            out.append(("high_dcir", np.flatnonzero(measured[1] > limit)))
        cell.measured["capacity_ah"] = measured[0] * np.float32(hours)
        cell.measured["resistance_rel"] = measured[1]
        return grade

    def _grade_voltage(
        self, cell: Cell, at: Occasion, response: CellResponse, test: VoltageTest, grade: NDArray[np.int8], out: Failing
    ) -> None:
        """Measure the open-circuit voltage; lower grades and add rejects, in place."""
        drawn = at.luck.normal(_gauge("voltage", at), at.lot, cell.size)
        measured, usual = np.empty(cell.size, np.float32), response.voltage_as_designed(test.charge)
        sure = self.guard_band * test.noise
        off = _voltages(cell.state["voltage"], drawn, test.noise, usual, test.band_a - sure, measured, grade)
        cell.measured["voltage"] = measured
        if off > test.band_b - sure:
            out.append(("wrong_ocv", np.flatnonzero(np.abs(measured - usual) > test.band_b - sure)))


@loop
def _answers(
    anode: Floats,
    bottom: Floats,
    top: Floats,
    factors: Floats,
    wetted: Floats,
    welds: Floats,
    drawn: Floats,
    spread: float,
    anode_charge: float,
    ohmic: float,
    capacity: Floats,
    resistance: Floats,
) -> None:
    for i in range(len(anode)):
        rate_factor, resistance_factor = factors[0, i], factors[1, i]
        capacity[i] = charge_between(bottom[i], top[i], anode[i] * anode_charge) * rate_factor * wetted[i]
        resistance[i] = (1 + spread * drawn[i]) * resistance_factor * ohmic / wetted[i] + welds[i]


@loop
def _measurements(
    true: tuple[Floats, Floats],
    nominal: tuple[float, float],
    drawn: tuple[Floats, Floats],
    noise: tuple[float, float],
    least: float,
    grade: NDArray[np.int8],
    measured: Floats,
) -> tuple[float, float]:
    """Measure both relative to nominal and grade by capacity; return the lowest of the one and highest of the other."""
    lowest, highest = np.inf, -np.inf
    for i in range(len(grade)):
        measured[0, i] = true[0][i] / nominal[0] + noise[0] * drawn[0][i]
        measured[1, i] = true[1][i] / nominal[1] + noise[1] * drawn[1][i]
        grade[i] = GRADE_A if measured[0, i] >= least else GRADE_B
        lowest, highest = min(lowest, measured[0, i]), max(highest, measured[1, i])
    return lowest, highest


@loop
def _voltages(
    true: Floats, drawn: Floats, noise: float, usual: float, band: float, measured: Floats, grade: NDArray[np.int8]
) -> float:
    """Measure voltages and lower the grade of those out of a band; return how far off the worst is."""
    worst = 0.0
    for i in range(len(true)):
        measured[i] = true[i] + noise * drawn[i]
        off = abs(measured[i] - usual)
        if off > band:
            grade[i] = GRADE_B
        worst = max(worst, off)
    return worst


def _gauge(what: str, at: Occasion) -> str:
    return f"{what} gauge{at.again}" if at.again else f"{what} gauge"


def _once(cell: Cell, failing: Failing) -> Failing:
    """Return who fails so that no cell is told twice and none that has left."""
    left, found = cell.alive.copy() if failing else cell.alive, []
    for reason, places in failing:
        fresh = places[left[places]]
        left[fresh] = False
        if len(fresh):
            found.append((reason, fresh))
    return found
