"""Gauges: what they report, reject and let through is what two normal distributions say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import multivariate_normal, norm

from twin import read_line, turn
from twin.marks import ALL_LANES, FLAW, FOUND, LENGTH, START, marks_of
from twin.material import Cell, Electrode, Slurry
from twin.occasion import Occasion
from twin.plant_cost import plant_factors, unit_costs
from twin.quality.defect import DefectMode, Flaw
from twin.quality.gauge import Gauge
from twin.quality.inspection import FALSE_REJECT, FALSE_WEB
from twin.quality.instrument import Instrument, Reading
from twin.randomness import Luck
from twin.read import lines_folder

LOTS, SIZE = 400, 500
FLAW_OF_WELD = Flaw(5, "weld", "tab_welding", DefectMode(born=("joining",), per_cell=0.1))
RESISTANCE, SPREAD, NOISE = 1e-3, 0.05e-3, 0.02e-3


def gauge_of(**what: object) -> Gauge:
    return Gauge.model_validate({"measures": "weld_resistance", "noise": "0.02 mohm", "mode": "weld", **what})


def at(lot: int, seed: int = 3) -> Occasion:
    return Occasion(Luck(seed, "tab_welding"), lot)


def cells(size: int, **state: np.ndarray) -> Cell:
    ones = np.ones(size, np.float32)
    return Cell(np.ones(size, np.bool_), {}, ones, ones, 1.0, 1.0, state=state)


def measured_lots(gauge: Gauge, truth: bool = True) -> list[tuple[Reading, int]]:
    """Return the readings of many lots, and how many rejects of each were blamed on no flaw."""
    instrument = Instrument(0, "ohm", gauge, [FLAW_OF_WELD], truth)
    luck = Luck(3, "tab_welding")
    found = []
    for lot in range(LOTS):
        true = np.random.default_rng((7, lot)).normal(RESISTANCE, SPREAD, SIZE).astype(np.float32)
        cell = cells(SIZE, weld_resistance=true)
        bad = np.flatnonzero(true > gauge.high.value) if gauge.high else []
        cell.flaws = {int(place): FLAW_OF_WELD.bit for place in bad}
        reading, rejected = instrument.of_cells(cell, Occasion(luck, lot))
        assert reading is not None
        assert {number for _, number in rejected} <= {FLAW_OF_WELD.number, FALSE_REJECT}
        found.append((reading, sum(number == FALSE_REJECT for _, number in rejected)))
    return found


def test_what_is_reported_has_the_spread_of_parts_and_gauge_together() -> None:
    # a study of repeatability: the same cells, once with each noise
    gauge = Gauge.model_validate({"measures": "weld_resistance", "noise": "0.02 mohm", "bias": "0.01 mohm"})
    readings = [reading for reading, _ in measured_lots(gauge)]
    within = np.sqrt(np.mean([reading.sd**2 for reading in readings]) * SIZE / (SIZE - 1))
    # 200,000 values, seed 3: the sd of an sd is 0.16 %; four of them
    assert within == pytest.approx(np.hypot(SPREAD, NOISE), rel=0.0064)
    between = np.std([reading.mean for reading in readings], ddof=1)
    assert between == pytest.approx(np.hypot(0.01e-3, np.hypot(SPREAD, NOISE) / SIZE**0.5), rel=4 / (2 * LOTS) ** 0.5)


@pytest.mark.parametrize("guard", [0.0, 1.0])
def test_escapes_and_false_rejects_are_those_of_the_bivariate_normal(guard: float) -> None:
    high = RESISTANCE + 2 * SPREAD
    readings = measured_lots(gauge_of(high=f"{high * 1e3} mohm", guard=guard))
    seen, cells_in_all = np.hypot(SPREAD, NOISE), LOTS * SIZE
    both = multivariate_normal([0, 0], [[SPREAD**2, SPREAD**2], [SPREAD**2, seen**2]])
    limit = (high - RESISTANCE, high - RESISTANCE - guard * NOISE)
    good_and_passed = float(both.cdf(np.array(limit)))
    escape = norm.cdf(limit[1] / seen) - good_and_passed
    false = norm.cdf(limit[0] / SPREAD) - good_and_passed
    truths = np.array([reading.truth for reading, _ in readings])
    for counted, chance in ((truths[:, 5].sum(), escape), (truths[:, 6].sum(), false)):
        # seed 3, 99.99 % of a binomial of 200,000 cells
        assert counted == pytest.approx(cells_in_all * chance, abs=3.9 * np.sqrt(cells_in_all * chance))
    # what is rejected without a flaw in it is what was good in truth
    assert truths[:, 6].sum() == sum(false for _, false in readings)


def test_dead_cells_are_not_measured_and_a_share_is_a_share() -> None:
    true = np.full(100, RESISTANCE, np.float32)
    cell = cells(100, weld_resistance=true)
    for place in range(10):
        cell.remove(place)
    whole, _ = Instrument(0, "ohm", gauge_of(high="2 mohm"), []).of_cells(cell, at(0))
    tenth, _ = Instrument(0, "ohm", gauge_of(high="2 mohm", share=0.1), []).of_cells(cell, at(0))
    assert whole is not None and tenth is not None
    assert (whole.size, tenth.size) == (90, 9)


def test_a_gauge_reads_what_a_tester_has_reported_as_it_is() -> None:
    cell = cells(3)
    cell.measured["capacity_ah"] = np.array([99.0, 100.0, 101.0], np.float32)
    gauge = Gauge.model_validate({"measures": "capacity_ah", "noise": 1.0})
    reading, rejected = Instrument(0, "tester", gauge, []).of_cells(cell, at(0))
    assert reading == Reading(0, 3, 100.0, pytest.approx((2 / 3) ** 0.5), 99.0, 101.0, 0) and not rejected


def test_nothing_is_read_of_what_the_material_does_not_have() -> None:
    instrument = Instrument(0, "ohm", gauge_of(high="2 mohm"), [])
    assert instrument.of_cells(cells(3), at(0)) == (None, [])
    assert instrument.of_lot(Slurry("anode", 10.0), at(0)) == (None, [])


def web_gauge(noise: float) -> tuple[Instrument, Flaw]:
    flaw = Flaw(2, "areal", "coating", DefectMode(born=("coating",), per_lot=0.1))
    declared = {"measures": "loading", "noise": noise, "low": 0.97, "high": 1.03, "every": "10 m", "mode": "areal"}
    return Instrument(0, "beta", Gauge.model_validate(declared), [flaw]), flaw


def test_a_traversing_gauge_marks_the_flaw_that_lies_where_it_read_out_of_limits() -> None:
    loading = np.ones((100, 2), np.float32)
    loading[20:30] = 1.1
    roll = Electrode("anode", 1000.0, 1.0, 100.0, loading)
    instrument, flaw = web_gauge(0.0)
    roll.mark(marks_of([200.0, 700.0], [100.0, 5.0], [ALL_LANES, 0], [flaw.number] * 2))
    reading, rejected = instrument.of_lot(roll, at(0))
    assert reading is not None and (reading.size, reading.outside) == (100, 10) and not rejected
    assert roll.marks[:, FOUND].tolist() == [1.0, 0.0], "the second lies within the limits: nothing to be seen there"


def test_good_web_that_is_read_out_of_limits_is_marked_as_a_false_reject() -> None:
    roll = Electrode("anode", 1000.0, 1.0, 100.0, np.ones((100, 2), np.float32))
    instrument, _ = web_gauge(0.02)
    reading, _ = instrument.of_lot(roll, at(0))
    assert reading is not None and reading.outside > 0
    assert roll.marks[:, FLAW].tolist() == [FALSE_WEB] * reading.outside
    assert roll.marks[:, FOUND].all() and (np.diff(roll.marks[:, START]) > 0).all()
    assert roll.marks[:, LENGTH].tolist() == [10.0] * reading.outside


def test_a_batch_is_read_once_and_blamed_as_a_whole() -> None:
    flaw = Flaw(2, "slurry", "mixing", DefectMode(born=("mixing",), per_lot=0.1))
    declared = {"measures": "viscosity", "noise": "0.01 Pa*s", "high": "5 Pa*s", "mode": "slurry"}
    instrument = Instrument(0, "rheometer", Gauge.model_validate(declared), [flaw])
    bad, thick = Slurry("anode", 10.0, flaws=flaw.bit, state={"viscosity": 8.0}), {"viscosity": 8.0}
    assert instrument.of_lot(bad, at(0))[1] == [flaw.number]
    assert instrument.of_lot(Slurry("anode", 10.0, state=thick), at(0))[1] == [FALSE_REJECT]
    assert instrument.of_lot(Slurry("anode", 10.0, state={"viscosity": 3.0}), at(0))[1] == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"measures": "weld_resistanse", "noise": "1 mohm"}, "did you mean 'weld_resistance'"),
        ({"measures": "weld_resistance", "noise": "1 mm"}, "expected ohm, as in mΩ"),
        ({"measures": "weld_resistance", "noise": "-1 mohm"}, "expected at least 0"),
        ({"measures": "weld_resistance", "noise": "1 mohm", "mode": "weld"}, "give 'low', 'high' or both"),
        (
            {
                "measures": "weld_resistance",
                "noise": "1 mohm",
                "low": "1 mohm",
                "high": "2 mohm",
                "guard": 2,
                "mode": "weld",
            },
            "guard band leaves nothing",
        ),
        ({"measures": "weld_resistance", "noise": "quite small"}, "is no quantity"),
        ({"measures": "weld_resistance", "noise": "1 mohm", "share": 0}, "more than 0"),
    ],
)
def test_a_gauge_that_cannot_be_is_refused_in_words(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Gauge.model_validate(wrong)


def test_limits_without_a_mode_are_a_yardstick_and_reject_nothing() -> None:
    cell = cells(50, weld_resistance=np.full(50, 3 * RESISTANCE, np.float32))
    reading, rejected = Instrument(0, "ohm", gauge_of(high="2 mohm", mode=None), []).of_cells(cell, at(0))
    assert reading is not None and reading.outside == 50 and not rejected


def test_every_server_pays_for_its_gauges(tmp_path: Path) -> None:
    """Capital and upkeep come with the machines, in the plant's cost and in that of one machine more."""
    path = tmp_path / "gauged.yaml"
    gauge = "{measures: loading, noise: 0.3 %, capital: 0.5 MUSD, upkeep: 20000 USD/yr}"
    station = f"cathode_slitting: {{servers: 3, gauges: {{head: {gauge}}}}}"
    path.write_text(
        f"extends: {lines_folder()}/pilot_line.yaml\nname: gauged\nstations:\n  {station}\n", encoding="utf-8"
    )
    gauged = read_line(path)
    bare = turn(read_line("pilot_line"), {"cathode_slitting.servers": 3})
    one, other = (plant_factors(line)["cathode_slitting"] for line in (gauged, bare))
    assert one.upkeep == pytest.approx(3 * 20000)
    assert one.equipment == pytest.approx(other.equipment + 3 * 0.5e6)
    # a tenth of its capital each year at least, and its upkeep
    assert unit_costs(gauged).owning["cathode_slitting"] > unit_costs(bare).owning["cathode_slitting"] + 0.5e5 + 20000
