"""Electrolyte doses: their spread, their window and pumps that wear."""

from __future__ import annotations

import numpy as np
import pytest
from cell_lines import cell_line
from generic_lines import binomial_band
from lots_of_cells import lot, occasion, visits
from scipy.stats import chi2, norm

from twin import InputError, Line, read_line, turn
from twin.assembly.filling import DOSE_ERROR, Filling

CELLS = 100_000


@pytest.fixture(scope="module")
def line() -> Line:
    return read_line("nmc811_pouch_10gwh")


def filler(line: Line, **changed: float) -> Filling:
    step = line.stations["filling"].step
    assert isinstance(step, Filling) and step.dosing is not None
    return step.model_copy(update={"dosing": step.dosing.model_copy(update=changed)})


def test_fill_mass_spreads_as_that_of_39_measured_pilot_cells(line: Line) -> None:
    cell = lot(CELLS)
    filler(line).make([cell], occasion(line))
    dose = cell.state["dose"]
    # the interval of 99 % of a variation of 0.71 % estimated from 39 cells
    low, high = 0.0071 * np.sqrt(38 / chi2.ppf([0.995, 0.005], 38))
    assert low < dose.std() / dose.mean() < high


def test_cells_outside_the_window_are_a_normal_law_s_tails(line: Line) -> None:
    assert line.cell is not None
    step, cell = filler(line, drift=0.0), lot(CELLS)
    assert step.dosing is not None
    (born,) = step.make([cell], occasion(line)).born
    chance = 2 * norm.sf(step.dosing.window / step.dosing.cv)
    low, high = binomial_band(CELLS, chance)
    assert born.mode == DOSE_ERROR and low <= len(born.places) <= high, "99.9 %, seed 1"
    deviation = cell.state["dose"] / line.cell.parts["electrolyte"].value - 1
    assert np.abs(deviation[list(born.places)]).min() > step.dosing.window - 1e-6
    assert np.sum(np.abs(deviation) > step.dosing.window + 1e-6) <= len(born.places)


def test_pumps_that_wear_dose_less_until_they_are_calibrated(line: Line) -> None:
    assert line.cell is not None
    step = filler(line, drift=1e-6, nozzles=8)
    means = []
    for use in (0.0, 80_000.0):
        cell = lot(800)
        step.make([cell], occasion(line, use=use))
        means.append(float(cell.state["dose"].mean(dtype=np.float64)))
    # 10,000 doses of each pump, at a millionth each, under the same luck
    assert 1 - means[1] / means[0] == pytest.approx(0.01, rel=0.02)


def test_pumps_calibrated_ten_times_less_often_miss_the_window_more(line: Line) -> None:
    wrong = {}
    for every in (24, 240):
        turned, count, cells = turn(line, {"filling.calibration": every}), 0, 0
        for cell, at in visits(turned, "filling", 60_000):
            cells += cell.size
            count += sum(len(born.places) for born in turned.stations["filling"].step.make([cell], at).born)
        wrong[every] = count / cells
    assert wrong[240] > 10 * wrong[24] > 0


def test_without_declared_pumps_the_declared_rate_holds(line: Line) -> None:
    plain = filler(line).model_copy(update={"dosing": None})
    assert plain.explains == frozenset() and filler(line).explains == {DOSE_ERROR}
    assert not plain.make([lot(10)], occasion(line)).born


def test_pumps_need_to_know_the_dose() -> None:
    filling = (
        "{servers: 1, step: {kind: filling, rate: 6 cell/min, dosing: {cv: 0, drift: 0, nozzles: 1, window: 0.1}}}"
    )
    with pytest.raises(InputError, match="'filling' doses electrolyte"):
        cell_line({"filling": filling}, ["stacking > filling: 4"])
