"""Coverage of inspection: what is not looked at is neither found nor rejected by mistake, and costs no machine time."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from generic_lines import binomial_band
from lots_of_cells import lot, occasion

from twin import InputError, Run, capacity, kpis, read_line, simulate, turn, unit_costs
from twin.material import Cell
from twin.quality.defect import DefectMode, Flaw
from twin.quality.inspection import FALSE_REJECT, Gate

FLAW = Flaw(3, "leak", "packaging", DefectMode(born=("packaging",), per_cell=0.1))
SIZE, LOTS, POD, FALSE = 2000, 10, 0.9, 0.02


def looked_at(coverage: float) -> tuple[set[tuple[int, int]], int]:
    """Return which flawed cells a gate finds, by lot and place, and how many good ones it rejects."""
    gate, line = Gate([(FLAW, POD)], FALSE, coverage), read_line("pilot_line")
    found, wrong = set(), 0
    for serial in range(LOTS):
        cell: Cell = lot(SIZE, dict.fromkeys(range(SIZE // 2), FLAW.bit))
        for place, number in gate.look_at_cells(cell, occasion(line, serial)):
            if number == FALSE_REJECT:
                wrong += 1
            else:
                found.add((serial, place))
    return found, wrong


@pytest.mark.parametrize("coverage", [1.0, 0.4, 0.05])
def test_a_gate_finds_and_rejects_in_proportion_to_its_coverage(coverage: float) -> None:
    found, wrong = looked_at(coverage)
    # 99.9 % bands, seed 1
    low, high = binomial_band(LOTS * SIZE // 2, coverage * POD)
    assert low <= len(found) <= high
    low, high = binomial_band(LOTS * SIZE - len(found), coverage * FALSE)
    assert low <= wrong <= high


def test_what_a_wider_coverage_misses_a_narrower_one_misses_too() -> None:
    wide, middle, narrow = (looked_at(coverage)[0] for coverage in (1.0, 0.5, 0.1))
    assert narrow < middle < wide


@cache
def pilot(coverage: float) -> dict[str, Any]:
    line = turn(read_line("pilot_line"), {"testing.coverage": coverage, "testing.overhang_share": 1})
    return kpis(simulate(Run(line, days=20, warmup=25, cells="none")))


def test_a_plant_that_tests_fewer_cells_lets_more_flaws_out_and_rejects_fewer_good_cells() -> None:
    full, fifth = pilot(1.0), pilot(0.2)
    assert fifth["escapes_ppm"] > full["escapes_ppm"]
    assert fifth["returns_usd_per_kwh"] > 1.3 * full["returns_usd_per_kwh"]
    wrong = [kpi["stations"]["testing"]["scrap"]["false_reject"] for kpi in (full, fifth)]
    # seed 1; a fifth of those that were rejected by mistake, within four standard deviations
    assert wrong[1] == pytest.approx(wrong[0] / 5, abs=4 * (wrong[0] / 5) ** 0.5)
    caught = [sum(kpi["stations"]["testing"]["scrap"].values()) for kpi in (full, fifth)]
    assert caught[1] < 0.35 * caught[0]
    # the tester is as good as before at what it does test
    assert fifth["stations"]["testing"]["busy"] == pytest.approx(full["stations"]["testing"]["busy"] / 5, rel=0.1)
    assert fifth["stations"]["testing"]["performance"] == pytest.approx(1, abs=0.01)


def test_cells_that_pass_by_take_neither_machine_time_nor_energy() -> None:
    line = read_line("lfp_prismatic_16gwh")
    half = turn(line, {"testing.coverage": 0.5})
    able, now = capacity(line), capacity(half)
    assert now["testing"].per_second == pytest.approx(2 * able["testing"].per_second)
    assert now["filling"] == able["filling"]
    energy, saved = unit_costs(line).energy_used, unit_costs(half).energy_used
    assert saved["testing"] == pytest.approx(energy["testing"] / 2)


def test_a_coverage_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="outside the knob's range"):
        turn(read_line("pilot_line"), {"testing.coverage": 0})
