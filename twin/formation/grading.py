"""End-of-line test and grading: what a cell is worth is measured and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from twin.declared import Declared
from twin.formation.balance import capacity, inputs, quadratics, rest_voltage, window
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
        resistance = self._spread(at, "resistance", cell.size, self.resistance_cv)
        if product.response is None:
            capacity = self._spread(at, "capacity", cell.size, self.capacity_cv)
            capacity *= cell.cathode_loading
            capacity *= np.float32(self.capacity_mean)
        else:
            capacity = self._answer(cell, product, product.response, resistance)
        capacity = _reported(at, "capacity", capacity, self.capacity_noise)
        resistance = _reported(at, "resistance", resistance, self.resistance_noise)
        cell.measured["capacity_ah"] = capacity * np.float32(product.capacity / SECONDS_PER_HOUR)
        cell.measured["resistance_rel"] = resistance
        sure = self.guard_band * self.capacity_noise
        grade = (capacity < self.capacity_a + sure).astype(np.int8) + np.int8(GRADE_A)
        sorted_out: Failing = []
        # failing is rare: most lots need no second look
        if capacity.min() < self.capacity_b + sure:
            sorted_out.append(("low_capacity", np.flatnonzero(capacity < self.capacity_b + sure)))
        limit = self.resistance_limit - self.guard_band * self.resistance_noise
        if resistance.max() > limit:
            sorted_out.append(("high_dcir", np.flatnonzero(resistance > limit)))
        if self.voltage is not None and product.response is not None:
            self._grade_voltage(cell, at, product.response, self.voltage, grade, sorted_out)
        cell.grade = grade if cell.grade is None else np.maximum(cell.grade, grade)
        return Made([cell], cell.units, cell.units, sorted_out=_once(cell, sorted_out))

    def _spread(self, at: Occasion, what: str, cells: int, cv: float) -> Floats:
        """Return a true property relative to its mean, with a declared spread. Shape (cells,)."""
        true: Floats = at.luck.normal(what, at.lot, cells) * np.float32(cv)
        true += 1
        return true

    def _answer(self, cell: Cell, product: CellDesign, response: CellResponse, resistance: Floats) -> Floats:
        """Return the true capacity relative to nominal, and bring the response into resistance, in place [-]."""
        loss = lithium_loss(cell, response)
        ends, z = window(response, cell.cathode_loading, cell.anode_loading, loss), inputs(response, cell, loss)
        rate, resisting = quadratics(response, ("rate_factor", "resistance_factor"), z)
        true = capacity(response, cell.anode_loading, ends, rate)
        resistance *= resisting
        wetted = cell.state.get("wetted")
        if wetted is not None:
            true *= wetted
            resistance /= wetted
        welds = cell.state.get("weld_resistance", np.float32(product.welds * product.weld_resistance))
        resistance *= np.float32(response.resistance / (2 * product.cathode.area))
        resistance += welds
        cell.state["resistance"] = resistance.copy()
        resistance *= np.float32(1 / product.resistance)
        cell.state["capacity"] = true * np.float32(product.capacity)
        if self.voltage is not None:
            cell.state["voltage"] = rest_voltage(response, cell, loss, ends, self.voltage.charge)
        return true

    def _grade_voltage(
        self, cell: Cell, at: Occasion, response: CellResponse, test: VoltageTest, grade: NDArray[np.int8], out: Failing
    ) -> None:
        """Measure the open-circuit voltage; lower grades and add rejects, in place."""
        noise = at.luck.normal(_gauge("voltage", at), at.lot, cell.size) * np.float32(test.noise)
        noise += cell.state["voltage"]
        cell.measured["voltage"] = noise
        off = np.abs(noise - np.float32(response.voltage_as_designed(test.charge)))
        sure = self.guard_band * test.noise
        if off.max() > test.band_a - sure:
            grade[off > test.band_a - sure] = GRADE_B
            out.append(("wrong_ocv", np.flatnonzero(off > test.band_b - sure)))


def lithium_loss(cell: Cell, response: CellResponse) -> Floats:
    """Return the lithium that formation took, as a part of the anode's charge [-]; as declared if nobody knows it."""
    loss = cell.state.get("lithium_loss")
    return np.full(cell.size, response.lithium_loss, np.float32) if loss is None else loss


def _gauge(what: str, at: Occasion) -> str:
    return f"{what} gauge{at.again}" if at.again else f"{what} gauge"


def _reported(at: Occasion, what: str, true: Floats, noise: float) -> Floats:
    """Return a property as its gauge reports it, noise relative to nominal. Shape (cells,)."""
    measured: Floats = at.luck.normal(_gauge(what, at), at.lot, len(true)) * np.float32(noise)
    measured += true
    return measured


def _once(cell: Cell, failing: Failing) -> Failing:
    """Return who fails so that no cell is told twice and none that has left."""
    left, found = cell.alive.copy() if failing else cell.alive, []
    for reason, places in failing:
        fresh = places[left[places]]
        left[fresh] = False
        if len(fresh):
            found.append((reason, fresh))
    return found
