"""What is in doubt in the declared plants, and what their makers know because they chose it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from optimize.in_doubt import _CHOSEN, chosen, in_doubt
from twin import Line, inputs, knobs, read_line

LINES = Path(__file__).parents[2] / "lines"
PLANTS = ("pilot_line", "lfp_prismatic_16gwh", "cyl_4680_10gwh")


def declared_line(plant: str) -> Line:
    return read_line(LINES / f"{plant}.yaml")


@pytest.mark.parametrize("plant", PLANTS)
def test_nobody_doubts_what_may_be_chosen(plant: str) -> None:
    line = declared_line(plant)
    doubted = {one.path for one in in_doubt(line)}
    assert not doubted & {path for knob in knobs(line).values() for path in knob.paths}
    assert not doubted & {"cell.capacity", "stations.cathode_mixing.step.vessel", "stations.ageing.step.time"}
    # what was measured or guessed stays: a machine, a flaw, a price, a material, a gauge
    assert doubted >= {
        "stations.cathode_coating.failures.mtbf",
        "defects.separator_damage_or_fold.per_cell",
        "prices.electricity",
        "stations.cathode_mixing.step.rheology.base_viscosity",
        "stations.cathode_coating.step.loop.gauges.dry.noise",
        "stations.cathode_coating.step.loop.controllers.mpc.capital",
    }


def test_every_rule_leaves_something_out() -> None:
    declared = [one.path for plant in PLANTS for one in inputs(declared_line(plant)) if chosen(one.path)]
    idle = [pattern for pattern in _CHOSEN if not any(fnmatchcase(path, pattern) for path in declared)]
    assert not idle
