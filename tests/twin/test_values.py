"""Declared numbers: each comes with its range, and another value can stand in its place."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import pytest

from twin import InputError, Line, inputs, put, read_line, turn
from twin.read import known_lines
from twin.values import at, read

PLANTS = [path.stem for path in known_lines()]
TOGETHER = 12


@cache
def plant(name: str = "pilot_line") -> Line:
    return read_line(name)


def same(one: Line, other: Line) -> bool:
    """Return whether two plants are declared alike, whatever was turned on the way there."""
    return one._raw == other._raw and all(getattr(one, name) == getattr(other, name) for name in Line.model_fields)


def refusal(values: dict[str, object]) -> str:
    with pytest.raises(InputError) as caught:
        put(plant(), values)
    return str(caught.value)


@pytest.mark.parametrize("name", PLANTS)
def test_every_declared_number_lies_between_its_ends_in_any_unit(name: str) -> None:
    line = plant(name)
    known = inputs(line)
    assert len(known) == len({one.path for one in known}) == len(line._provenance) > 1000
    for one in known:
        found = at(line, one.path)
        assert found is not None, one.path
        low, value, high = (read(found[1], written)[0] for written in (one.low, one.value, one.high))
        assert low is not None and value is not None and high is not None, one
        assert low <= value * (1 + 1e-12) and value <= high * (1 + 1e-12), one


def test_an_input_is_written_as_the_file_writes_it() -> None:
    known = {one.path: one for one in inputs(plant())}
    speed = known["stations.cathode_coating.step.speed"]
    assert (speed.value, speed.low, speed.high) == ("15 m/min", "5 m/min", "25 m/min")
    assert (speed.source, speed.confidence) == (("est",), "estimate")
    fill = known["stations.cathode_mixing.step.fill"]
    assert (fill.value, fill.low, fill.high) == (0.75, 0.6, 0.85)


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_put_back_as_it_was_leaves_the_plant_as_it_was(name: str) -> None:
    line = plant(name)
    assert same(put(line, {one.path: one.value for one in inputs(line)}), line)
    assert put(line, {}) is line


@pytest.mark.parametrize("end", ["low", "high"])
def test_a_plant_holds_together_with_any_number_at_either_end_of_its_range(end: str) -> None:
    known = inputs(plant())
    groups = [known[first :: len(known) // TOGETHER] for first in range(len(known) // TOGETHER)]
    assert sum(map(len, groups)) == len(known)
    refused = {}
    # numbers from all over the plant are put together, which takes a twelfth of the time; one by one where they clash
    for group in groups:
        values = {one.path: getattr(one, end) for one in group}
        try:
            assert not same(put(plant(), values), plant())
        except InputError:
            for path, value in values.items():
                try:
                    put(plant(), {path: value})
                except InputError as error:
                    refused[path] = str(error)
    assert refused == {}


def test_a_price_is_put_in_any_unit_and_the_plant_as_declared_stays() -> None:
    cheap = put(plant(), {"prices.cell_price": "0.09 USD/Wh", "prices.materials.nmc811": "12 USD/kg"})
    assert cheap.prices is not None and plant().prices is not None
    assert cheap.prices.cell_price * 3.6e6 == pytest.approx(90)
    assert cheap.prices.materials["nmc811"].value == pytest.approx(12)
    assert plant().prices.cell_price * 3.6e6 != pytest.approx(90)  # type: ignore[union-attr]
    assert {one.path: one for one in inputs(cheap)}["prices.cell_price"].value == "0.09 USD/Wh"


def test_one_row_of_a_list_is_put_by_its_number() -> None:
    path = "stations.soaking.step.wetting.uptake.0.spreading"
    other = put(plant(), {path: "0.05 mm^2/s"})
    first, second = (at(line, path) for line in (other, plant()))
    assert first is not None and second is not None
    assert (first[0], second[0]) == pytest.approx((0.05e-6, 0.0398e-6))


@pytest.mark.parametrize(
    "values",
    [
        {"prices.wage": "31 USD/h"},
        {"stations.cathode_coating.step.speed": "11 m/min", "facilities.dry_room.energy.fixed_share": 0.5},
        {
            "defects.agglomerates.per_area": "0.1 1/m^2",
            "defects.slurry_out_of_spec_viscosity_or_solids.seen.0.pod": 0.5,
            "buffers.stacks.capacity": 3,
            "cell.weld_resistance": "0.05 mohm",
        },
    ],
)
def test_a_plant_read_in_part_is_the_plant_read_as_a_whole(values: dict[str, object]) -> None:
    line = plant()
    before = deepcopy(line._raw)
    other = put(line, values)
    assert line._raw == before, "the plant as declared stays"
    whole = Line.model_validate(other._raw)
    assert all(getattr(other, name) == getattr(whole, name) for name in Line.model_fields)


def test_knobs_turn_on_what_was_put_and_the_other_way_round() -> None:
    values, settings = {"prices.wage": "50 USD/h"}, {"cathode_coating.speed": "18 m/min", "formation.servers": 9}
    put_first, turned_first = turn(put(plant(), values), settings), put(turn(plant(), settings), values)
    assert same(put_first, turned_first)
    assert put_first._settings == turned_first._settings == {**values, **settings}
    # what a machine costs is remembered through both
    assert turned_first.stations["formation"].cost_servers == plant().stations["formation"].servers
    assert put_first.prices is not None and put_first.prices.wage * 3600 == pytest.approx(50)


def test_what_cannot_be_put_is_told_all_at_once_with_a_cure() -> None:
    assert refusal({"prices.cell_prise": "90 USD/kWh", "prices.wage": "3 m"}).splitlines() == [
        "prices.cell_prise: nothing stands there; did you mean 'prices.cell_price'?",
        "prices.wage: '3 m' is a length, expected a wage such as '25 USD/h'",
    ]
    assert "no number or quantity" in refusal({"stations.cathode_coating.step.kind": 3})
    assert "no number or quantity" in refusal({"stations.cathode_coating": 3})
    assert "nothing stands there" in refusal({"stations.soaking.step.wetting.uptake.99.spreading": "1 mm^2/s"})
    # a number that a file leaves out has not been declared
    assert plant().stations["cathode_mixing"].false_rejects == 0
    assert "nothing stands there" in refusal({"stations.cathode_mixing.false_rejects": 0.1})


def test_what_is_put_must_hold_together_with_the_rest() -> None:
    said = refusal({"prices.materials.nmc811": "3 USD/m^2"})
    assert said.startswith("prices.materials.nmc811=3 USD/m^2: cell: 'nmc811' is priced per m**2 but declared in kg")
    assert "is too small, expected at least 1" in refusal({"stations.ageing.batch.lots": 0})
