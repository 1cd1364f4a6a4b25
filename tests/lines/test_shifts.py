"""Shifts of electrode making: more hours make more, and cost as many more hours of labour."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from twin import Line, Run, capacity, kpis, read_line, simulate, turn, unit_costs
from twin.plant_cost import plant_factors
from twin.read import known_lines, lines_folder

PLANTS = [path.stem for path in known_lines()]
ELECTRODE = {
    f"{side}_{kind}" for side in ("cathode", "anode") for kind in ("mixing", "coating", "calendering", "slitting")
}


@cache
def plant(name: str) -> Line:
    return read_line(name)


def other_shifts(line: Line) -> tuple[Line, float]:
    """Return a plant with the other shifts in electrode making, and how many times as long they are."""
    two = line.stations["cathode_coating"].calendar == "two_shifts"
    turned = turn(line, {"electrode.shifts": "around_the_clock" if two else "two_shifts"})
    return turned, 24 / 16 if two else 16 / 24


@pytest.mark.parametrize("name", PLANTS)
def test_labour_and_capacity_of_electrode_making_follow_its_hours_and_nothing_else_does(name: str) -> None:
    line = plant(name)
    turned, longer = other_shifts(line)
    before, after, able, now = plant_factors(line), plant_factors(turned), capacity(line), capacity(turned)
    for station in line.stations:
        times = longer if station in ELECTRODE else 1.0
        assert after[station].labour == pytest.approx(times * before[station].labour)
        assert after[station]._replace(labour=0.0) == before[station]._replace(labour=0.0)
        assert now[station].per_second == pytest.approx(times * able[station].per_second)
    # and there and back is where it was
    assert plant_factors(other_shifts(turned)[0]) == before
    assert unit_costs(turned).labour["anode_coating"] == pytest.approx(
        longer * unit_costs(line).labour["anode_coating"]
    )


def test_a_second_machine_in_more_shifts_costs_both() -> None:
    line = plant("pilot_line")
    more = turn(line, {"electrode.shifts": "around_the_clock", "cathode_coating.servers": 2})
    one, other = (plant_factors(each)["cathode_coating"] for each in (line, more))
    assert (other.labour, other.equipment) == pytest.approx((2 * 1.5 * one.labour, 2 * one.equipment))


def test_a_file_that_adds_a_shift_to_a_plant_pays_for_it(tmp_path: Path) -> None:
    file = tmp_path / "longer.yaml"
    pilot = lines_folder().resolve() / "pilot_line.yaml"
    file.write_text(
        f"extends: {pilot}\nstations: {{anode_coating: {{calendar: around_the_clock}}}}\n", encoding="utf-8"
    )
    longer, line = plant_factors(read_line(file)), plant_factors(plant("pilot_line"))
    assert longer["anode_coating"].labour == pytest.approx(1.5 * line["anode_coating"].labour)
    assert longer["cathode_coating"] == line["cathode_coating"]


def test_where_electrodes_are_what_is_missing_a_third_shift_makes_more_cells() -> None:
    # the rest of the plant has twice the machines, so that coaters limit it
    rest = [name for name in plant("pilot_line").stations if name not in ELECTRODE]
    wide = turn(
        plant("pilot_line"), {f"{name}.servers": 2 * plant("pilot_line").stations[name].servers for name in rest}
    )
    made, staffed = {}, {}
    for shifts in ("two_shifts", "around_the_clock"):
        kpi = kpis(simulate(Run(turn(wide, {"electrode.shifts": shifts}), days=8, warmup=22, cells="none")))
        made[shifts], staffed[shifts] = kpi["good_gwh_per_year"], kpi["labour_hours_per_year"]
        off = kpi["stations"]["cathode_coating"]["states"]["non_scheduled"]
        assert off == pytest.approx(1 / 3 if shifts == "two_shifts" else 0.0, abs=1e-6)
    # seed 1; longer shifts give at most half as much again, and stops eat some of it
    assert 1.25 < made["around_the_clock"] / made["two_shifts"] < 1.55
    assert staffed["around_the_clock"] > staffed["two_shifts"]
