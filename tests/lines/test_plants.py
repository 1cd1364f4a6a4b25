"""The plants that come with gigatwin: complete, large enough, and every number as the reference data has it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pint import UnitRegistry
from ruamel.yaml import YAML

from twin import Line, read_line
from twin.product import JOULES_PER_GWH
from twin.read import known_lines, lines_folder
from twin.read.document import load
from twin.sizing import SECONDS_PER_YEAR, capacity

PLANTS = {
    "cyl_21700_5gwh": (5, "cylindrical", 4.9),
    "cyl_4680_10gwh": (10, "cylindrical", 26.1),
    "lfp_prismatic_16gwh": (16, "prismatic", 280),
    "nmc811_pouch_10gwh": (10, "pouch", 75),
    "pilot_line": (0.3, "pouch", 75),
}
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"
REGISTRY: Any = UnitRegistry()
REGISTRY.define("cell = 1 count")
ENDS = ("value", "low", "high")
# how the reference data write units, and how pint does; what is not here is written alike
UNITS = {
    **dict.fromkeys(("-", "1/shift", "rel", "rolls", "cells", "kWh/kWh cell"), ""),
    **dict.fromkeys(("cells/min", "jelly rolls/min", "stacks/min"), "1/min"),
    "d": "day",
    "m2": "m^2",
    "Ah": "A*h",
    "ppm of cells": "ppm",
    "m of web per 1000 m": "m/km",
    "per 1000 m2 coated": "1/(1000 m^2)",
    "events per 100 km": "1/(100 km)",
    # a lane has two edges
    "per 1000 m edge": "2/(1000 m)",
    # degrees are compared as steps of a kelvin, for none of the two is turned into another unit
    **dict.fromkeys(("C", "degC"), "kelvin"),
}


@pytest.fixture(params=PLANTS)
def plant(request: pytest.FixtureRequest) -> Line:
    return read(request.param)


@cache
def read(name: str) -> Line:
    return read_line(name)


@cache
def reference() -> dict[str, Any]:
    """Return the reference data, with the defects under their name."""
    if not REFERENCE.is_dir():
        pytest.skip("the reference data are not here")
    whole, defects = (YAML(typ="safe").load(REFERENCE / f"{name}.yaml") for name in ("reference", "defects"))
    return {**whole, "defects": defects["defects"]}


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every sourced number, as a mapping, and every other value with its path."""
    if isinstance(node, dict) and "value" not in node:
        for key, value in node.items():
            yield from leaves(value, (*path, str(key)))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from leaves(value, (*path, str(place)))
    else:
        yield path, node


def sourced(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return every sourced number of a plant with its path, as it stands in the files; tables are none."""
    found = [(".".join(path), value) for path, value in leaves(declared(name)) if isinstance(value, dict)]
    return [(path, value) for path, value in found if not isinstance(value["value"], list)]


@cache
def declared(name: str) -> dict[str, Any]:
    """Return a plant as plain data after extends, before anything is read into it."""
    return load(lines_folder() / f"{name}.yaml").content


@cache
def sources() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(lines_folder() / "sources.yaml")["sources"]
    return found


def referred(ref: str) -> Any:
    """Return what stands at a place of the reference data; of a defect mode its typical rate."""
    node = reference()
    for part in ref.split("."):
        node = node[int(part) if isinstance(node, list) else part]
    return node.get("typical_rate", node) if isinstance(node, dict) else node


def test_there_are_these_plants_with_their_nameplate_and_cell() -> None:
    assert [path.stem for path in known_lines()] == sorted(PLANTS)
    for name, (gwh, shape, capacity_ah) in PLANTS.items():
        line = read(name)
        assert line.nameplate is not None and line.cell is not None
        assert line.name == name
        assert line.nameplate * SECONDS_PER_YEAR / JOULES_PER_GWH == pytest.approx(gwh)
        assert line.cell.format == shape
        assert line.cell.capacity / 3600 == pytest.approx(capacity_ah)


def test_a_plant_has_every_step_from_slurry_to_graded_cell(plant: Line) -> None:
    kinds = [station.step.kind for station in plant.stations.values()]
    each = ["mixing", "coating", "calendering", "slitting", "vacuum_drying"]
    # welded tabs need no notching: only the small wound cell has them
    if plant.name != "cyl_21700_5gwh":
        each.append("notching")
    assert {kind: kinds.count(kind) for kind in each} == dict.fromkeys(each, 2), "one for cathode and one for anode"
    once = ["joining", "packaging", "testing", "filling", "soaking", "formation", "ageing", "grading"]
    # a cylindrical cell is closed before formation for good
    if plant.cell is not None and plant.cell.format != "cylindrical":
        once.append("degassing")
    once.append("stacking" if plant.cell is not None and plant.cell.format == "pouch" else "winding")
    assert {kind: kinds.count(kind) for kind in once} == dict.fromkeys(once, 1)
    assert len(kinds) == 2 * len(each) + len(once) + 1, "and the separator's goods-in"


def test_the_route_begins_with_bought_material_and_ends_with_graded_cells(plant: Line) -> None:
    assert plant.sources == ["cathode_mixing", "anode_mixing", "separator_receiving"]
    assert plant.sinks == ["grading"]


def test_buffers_are_finite_and_what_spoils_has_a_shelf_life(plant: Line) -> None:
    assert [name for name, buffer in plant.buffers.items() if buffer.capacity is None] == []
    spoils = {"mixing", "vacuum_drying", "notching", "filling", "soaking"}
    for name, station in plant.stations.items():
        lives = [plant.buffers[box].shelf_life for box in plant.outboxes(name) if not plant.buffers[box].rework]
        assert station.step.kind not in spoils or all(lives), f"{name} hands over what does not keep for ever"


def test_stations_break_down_draw_energy_and_are_staffed(plant: Line) -> None:
    lasting = ("separator_receiving", "soaking", "ageing")
    assert {name for name, station in plant.stations.items() if station.failures is None} == set(lasting)
    idle = [name for name, one in plant.stations.items() if one.energy.electricity + one.energy.gas == 0]
    assert idle == ["separator_receiving"]
    used = {crew for one in plant.stations.values() for crew in one.crew}
    used |= {one.failures.crew for one in plant.stations.values() if one.failures is not None and one.failures.crew}
    assert used == set(plant.crews)
    chosen = {one.calendar for one in plant.stations.values()} - {None}
    # what is not in use can be chosen
    assert chosen | set(plant.knobs["electrode.shifts"].choices) == set(plant.calendars)


def test_whole_machines_reach_the_nameplate_with_room_for_what_is_lost(plant: Line) -> None:
    gwh = PLANTS[plant.name][0]
    assert all(isinstance(station.servers, int) and station.servers >= 1 for station in plant.stations.values())
    # what the plant must start is more than it delivers: of what is assembled some 5 % are lost in a mature plant
    share = {name: able.gwh_per_year / gwh for name, able in capacity(plant).items()}
    assert {name: round(of, 3) for name, of in share.items() if of < 1.05} == {}
    assert min(share.values()) < 1.5, "nothing limits it: a plant is not built so much too large"


def test_rated_speeds_alone_are_above_the_nameplate(plant: Line) -> None:
    assert plant.cell is not None and plant.nameplate is not None
    wanted = plant.nameplate / plant.cell.energy
    made: dict[str, float] = {}
    for name, station in plant.stations.items():
        step: Any = station.step
        if step.kind == "coating":
            made[name] = station.servers * step.speed * step.width / plant.cell.electrode(step.electrode).area
        elif step.kind in ("winding", "stacking"):
            made[name] = station.servers * step.rate / step.per_cell
        elif step.kind == "formation" and station.batch is not None and station.batch.units is not None:
            # as many channels as cells that are made while one is formed
            made[name] = station.servers * station.batch.units / (step.time + step.handling)
        elif hasattr(step, "rate"):
            made[name] = station.servers * step.rate
    assert len(made) >= 9
    # the pilot line coats in two shifts of eight hours
    share = {name: 2 / 3 if plant.stations[name].calendar == "two_shifts" else 1.0 for name in made}
    assert {name: cells / wanted for name, cells in made.items() if cells * share[name] < 1.05 * wanted} == {}


def test_every_sourced_number_lies_in_its_range_and_names_a_source(plant: Line) -> None:
    known = set(sources())
    records = plant._provenance
    assert len(records) == len(sourced(plant.name)) > 300
    for record in records:
        assert record.low is not None and record.high is not None, record
        assert record.low <= float(record.value.split()[0]) <= record.high, record
        assert record.source and set(record.source) <= known, record
        assert record.confidence in ("read", "memory", "estimate"), record
        # what rests on judgement or recall alone was not read
        assert record.source != ("est",) or record.confidence == "estimate", record
        assert record.source != ("mem",) or record.confidence in ("memory", "estimate"), record


@pytest.mark.parametrize("name", PLANTS)
def test_numbers_about_the_world_have_a_source(name: str) -> None:
    chosen = {"nameplate", "patience", "size", "value"}
    words = {"title", "effect", "method", "name", "note"}
    for path, value in leaves(declared(name)):
        # knobs and calendars are choices, and prices have their own tests
        if path[0] in ("knobs", "calendars", "prices") or path[-1] in chosen | words or isinstance(value, (dict, bool)):
            continue
        # what a network has learned comes out of the numbers that it was taught with
        if "weights" in path:
            continue
        assert not isinstance(value, float), f"{'.'.join(path)}: {value} has no source"
        assert not str(value)[:1].isdigit() or isinstance(value, int), f"{'.'.join(path)}: {value} has no source"


@pytest.mark.parametrize("name", PLANTS)
def test_numbers_are_those_of_the_reference_they_name(name: str) -> None:
    seen = 0
    for path, number in sourced(name):
        # a price list may be another year's or country's than the one it is compared with
        if "ref" not in number or path.startswith("prices.") or not applies(name, path):
            continue
        there, seen = referred(number["ref"]), seen + 1
        if not isinstance(there, dict):
            assert number["value"] == there, path
            continue
        same = in_unit(number, there["unit"], read(name)) == pytest.approx([there[end] for end in ENDS], rel=1e-9)
        if not same:
            assert number["confidence"] == "estimate" and number.get("note"), f"{path}: why is it not {there['value']}?"
            continue
        assert (number["confidence"], number["source"]) == (there["confidence"], there["source"]), path
    assert seen > 100


@pytest.mark.parametrize("name", PLANTS)
def test_every_reference_leads_somewhere(name: str) -> None:
    assert all(referred(number["ref"]) is not None for _, number in sourced(name) if "ref" in number)


def in_unit(number: dict[str, Any], unit: str, line: Line) -> list[float]:
    """Return value, low and high of a sourced number in a unit of the reference data."""
    assert line.cell is not None
    # the reference counts some flaws by the cell; a thousand cells hold so much electrode
    per_cells = f"1/({1000 * (line.cell.cathode.area + line.cell.anode.area)} m^2)"
    pint = {**UNITS, "per 1000 cells": per_cells}.get(unit, "" if unit.startswith("fraction of ") else unit)
    value, _, own = str(number["value"]).partition(" ")
    # the reference writes a C for C-rates and for degrees
    pint = own if own == "1/h" and unit == "C" else pint
    factor = (1 * REGISTRY(UNITS.get(own, own) or "1") / REGISTRY(pint or "1")).to("dimensionless").magnitude
    return [float(one) * factor for one in (value, number["low"], number["high"])]


def applies(name: str, path: str) -> bool:
    """Return whether a number is used in a plant: of defect modes only those of its format are."""
    parts, line = path.split("."), read(name)
    formats = line.defects[parts[1]].formats if parts[0] == "defects" else ()
    return not formats or (line.cell is not None and line.cell.format in formats)


def test_sources_are_described_and_read_as_in_the_reference() -> None:
    for key, source in sources().items():
        assert set(source) == {"citation", "locator", "access"}, key
        assert source["citation"] and source["access"] in ("read", "memory", "estimate"), key
        there = reference()["sources"].get(key)
        assert there is None or source["access"] == there["access"], key
