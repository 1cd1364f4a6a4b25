"""Defects of assembly come out of physics as often as the reference data say of a mature plant."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from generic_lines import interval
from lots_of_cells import LOTS, visits
from ruamel.yaml import YAML

from twin import Line, read_line
from twin.assembly.stacking import Stacking, Winding

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "defects.yaml"
CELLS = 120_000
MODES = {
    "assembly": ("stack_or_winding_misalignment_overhang",),
    "tab_welding": ("weld_fault_cold_or_burnt", "weld_spatter_particle"),
    "filling": ("electrolyte_dose_error",),
    "soaking": ("incomplete_wetting",),
}


@cache
def band(mode: str) -> tuple[float, float]:
    """Return the lowest and highest rate of a mature line, as a share of cells, or of welds."""
    if not REFERENCE.is_file():
        pytest.skip("the reference data are not here")
    rate: dict[str, Any] = YAML(typ="safe").load(REFERENCE)["defects"][mode]["typical_rate"]
    factor = 1e-6 if rate["unit"].startswith("ppm") else 1.0
    return rate["low"] * factor, rate["high"] * factor


def shares(line: Line, station: str, mode: str) -> list[float]:
    """Return the share of cells with a mode, or of welds, in ten parts of many lots."""
    step: Any = line.stations[station].step
    assert mode in step.explains
    counts, sizes = [0] * 10, [0] * 10
    for number, (cell, at) in enumerate(visits(line, station, CELLS)):
        is_stack = isinstance(step, Stacking | Winding)
        born = step.alignment.place(cell, step.per_cell, at) if is_stack else step.make([cell], at).born
        counts[number % 10] += sum(len(one.places) for one in born if one.mode == mode)
        sizes[number % 10] += cell.size
    assert line.cell is not None
    each = line.cell.welds if mode == "weld_fault_cold_or_burnt" else 1
    return [count / size / each for count, size in zip(counts, sizes, strict=True)]


@pytest.mark.parametrize("mode", [mode for modes in MODES.values() for mode in modes])
@pytest.mark.parametrize("name", LOTS)
def test_a_mode_is_as_frequent_as_in_a_mature_plant(name: str, mode: str) -> None:
    line = read_line(name)
    station = next(one for one, modes in MODES.items() if mode in modes)
    if station == "assembly":
        station = "stacking" if "stacking" in line.stations else "winding"
    low, high = band(mode)
    # the whole 99 % interval of the mean lies in the band; seed 1
    least, most = interval(shares(line, station, mode), 0.99)
    assert low < least and most < high
