"""Knobs of the plants: all that is to be decided is one, its range holds, and what it costs is known or said."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from twin import Line, capacity, knobs, read_line, turn, unit_costs
from twin.line import Knob
from twin.read import known_lines
from twin.values import at, read

PLANTS = [path.stem for path in known_lines()]
UNKNOWN = "its price is not known"
DECIDED = """
    electrode.shifts formation.servers formed.capacity
    cathode_coating.speed cathode_coating.oven cathode_coating.target anode_coating.target
    cathode_calendering.porosity anode_calendering.porosity
    cathode_drying.time anode_drying.time cathode_drying.lots soaking.time soaking.temperature
    formation.c_rate formation.second_rate formation.charged formation.temperature formation.channels
    ageing.time ageing.charge ageing.k_limit
    cathode_coating.controller cathode_coating.gauge cathode_coating.gauge_distance cathode_coating.sensor
    testing.coverage testing.overhang testing.overhang_share cathode_coating.peel_tests
    grading.capacity_b grading.resistance_limit grading.guard_band
"""
# what these bring is in the cells: flaws found or made, grades, returns; each has a best value within its range
IN_THE_CELLS = """
    cathode_coating.gap anode_coating.gap cathode_coating.gain anode_coating.gain
    cathode_calendering.mode anode_calendering.mode cathode_calendering.porosity anode_calendering.porosity
    tab_welding.energy testing.overhang testing.overhang_share
    ageing.k_limit grading.capacity_b grading.resistance_limit grading.guard_band
"""


@cache
def plant(name: str) -> Line:
    return read_line(name)


def ends(knob: Knob) -> list[Any]:
    return list(knob.choices) or [knob.low, knob.high]


def furthest(line: Line, knob: Knob) -> Any:
    """Return the choice that is furthest from what is declared."""
    value, kind = at(line, knob.paths[0]) or (None, None)
    if knob.choices:
        return next(choice for choice in reversed(knob.choices) if choice != value)
    low, high = (read(kind, end)[0] or 0.0 for end in ends(knob))
    now = getattr(value, "value", value)
    return knob.high if high - now > now - low else knob.low


@pytest.mark.parametrize("name", PLANTS)
def test_all_that_a_study_decides_is_a_knob_in_every_plant(name: str) -> None:
    assert [knob for knob in DECIDED.split() if knob not in knobs(plant(name))] == []


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_declared_lies_in_the_range_of_its_knob_and_either_end_holds_together(name: str) -> None:
    line = plant(name)
    for word, knob in line.knobs.items():
        for path in knob.paths:
            value, kind = at(line, path) or (None, None)
            now = getattr(value, "value", value)
            if knob.choices:
                assert now in knob.choices, word
            else:
                low, high = (read(kind, end)[0] or 0.0 for end in ends(knob))
                assert low <= now <= high, word
        for end in ends(knob):
            assert turn(line, {word: end}).name == name


def test_what_a_knob_costs_is_in_machines_hours_energy_or_cells_or_else_its_title_says_so() -> None:
    line = plant("pilot_line")
    costs, able = unit_costs(line), {station: one.per_second for station, one in capacity(line).items()}
    unpriced = []
    for word, knob in line.knobs.items():
        turned = turn(line, {word: furthest(line, knob)})
        # what a station can make says how many machines a plant needs
        if unit_costs(turned) == costs and {name: one.per_second for name, one in capacity(turned).items()} == able:
            unpriced.append(word)
    said = [word for word, knob in line.knobs.items() if UNKNOWN in knob.title]
    assert sorted(unpriced) == sorted([*IN_THE_CELLS.split(), *said])
