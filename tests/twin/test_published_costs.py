"""Cost of plants by BatPaC's published table: its baseline, its multipliers, and what is bought once."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import InputError, read_line, turn, unit_costs
from twin.plant_cost import drivers, plant_factors, table_sized, whole
from twin.prices import Factors, Prices
from twin.read import known_lines, lines_folder

PLANTS = [path.stem for path in known_lines()]
NOT_OF_CELLS = ("module_assembly", "pack_assembly")


def prices_of(plant: str = "lfp_prismatic_16gwh") -> Prices:
    prices = read_line(plant).prices
    assert prices is not None
    return prices


def table_of(gwh: float, prices: Prices, cells_only: bool) -> Factors:
    """Return the sum of the cost table with all drivers scaled together."""
    sizes = {driver: size * gwh / 50 for driver, size in prices.baseline.items()}
    rows = table_sized(prices, sizes)
    return whole({name: row for name, row in rows.items() if not cells_only or name not in NOT_OF_CELLS})


def test_the_baseline_plant_has_the_published_totals() -> None:
    # REPORT.md section 8, V1: exact to rounding
    total = table_of(50, prices_of(), cells_only=False)
    assert total.equipment == pytest.approx(4206.6e6, abs=0.05e6)
    assert total.labour == pytest.approx(3.649e6, abs=500)
    assert total.area == pytest.approx(303_700, abs=50)


@pytest.mark.parametrize(
    ("gwh", "equipment", "building", "labour_share", "capital_share", "building_share", "per_kwh"),
    [
        (2, 199, 35, 6.32, 25.24, 2.70, 34.25),
        (5, 468, 84, 5.10, 23.74, 2.58, 31.42),
        (10, 894, 162, 4.36, 22.67, 2.49, 29.52),
        (16, 1386, 254, 3.93, 21.98, 2.43, 28.34),
        (50, 4019, 749, 3.09, 20.39, 2.30, 25.77),
        (100, 7682, 1447, 2.68, 19.49, 2.22, 24.39),
    ],
)
def test_cell_plants_of_all_sizes_cost_what_is_published(
    gwh: float,
    equipment: float,
    building: float,
    labour_share: float,
    capital_share: float,
    building_share: float,
    per_kwh: float,
) -> None:
    # REPORT.md section 2: conversion with profit, research and warranty
    prices = prices_of()
    takes = table_of(gwh, prices, cells_only=True)
    assert takes.equipment / 1e6 == pytest.approx(equipment, abs=0.5)
    assert takes.area * prices.building / 1e6 == pytest.approx(building, abs=0.5)
    parts = (Factors(takes.labour), Factors(equipment=takes.equipment), Factors(area=takes.area))
    shares = [sum(prices.accounts(part, 0.0)) / (gwh * 1e6) for part in parts]
    assert shares == pytest.approx([labour_share, capital_share, building_share], abs=0.0051)
    assert sum(prices.accounts(takes, 0.0)) / (gwh * 1e6) == pytest.approx(per_kwh, abs=0.0051)


def test_a_unit_of_each_factor_costs_the_published_multiplier() -> None:
    rates = prices_of().overheads
    labour = sum(rates.accounts(1.0, 0.0, 0.0, 0.0))
    capital = sum(rates.accounts(0.0, 1.0, 0.0, 0.0))
    building = sum(rates.accounts(0.0, 0.0, 1.0, 0.0))
    bought = 1.0 + sum(rates.accounts(0.0, 0.0, 0.0, 1.0))
    assert (labour, capital, building) == pytest.approx((1.86648, 0.253704, 0.153252), abs=5e-7)
    assert bought == pytest.approx(1.06656, abs=5e-6)


def test_three_times_the_machines_cost_three_times_as_much() -> None:
    line = read_line("pilot_line")
    more = turn(line, {"cathode_coating.servers": 3 * line.stations["cathode_coating"].servers})
    before, after = (plant_factors(plant)["cathode_coating"] for plant in (line, more))
    assert after == pytest.approx(before.times(3))


@pytest.mark.parametrize("plant", PLANTS)
def test_half_as_many_towers_with_twice_the_channels_cost_the_same(plant: str) -> None:
    line = read_line(plant)
    tower = line.stations["formation"]
    assert tower.batch is not None
    large = turn(line, {"formation.channels": 2 * tower.batch.size})
    fewer = turn(large, {"formation.servers": tower.servers // 2})
    before, twice, after = (plant_factors(one)["formation"] for one in (line, large, fewer))
    # one tower is over where their number is odd
    share = tower.servers // 2 * 2 / tower.servers
    assert twice == pytest.approx(before.times(2)) and after == pytest.approx(before.times(share))
    assert unit_costs(large).capital["formation"] == pytest.approx(2 * unit_costs(line).capital["formation"])


def test_a_file_that_makes_ovens_larger_than_those_of_its_plant_pays_for_it(tmp_path: Path) -> None:
    file = tmp_path / "larger.yaml"
    file.write_text(
        f"extends: {lines_folder().resolve()}/pilot_line.yaml\nstations: {{anode_drying: {{batch: {{lots: 9}}}}}}\n",
        encoding="utf-8",
    )
    larger, pilot = (plant_factors(line)["anode_drying"] for line in (read_line(file), read_line("pilot_line")))
    assert larger.equipment == pytest.approx(pilot.equipment * 9 / 6)
    assert larger.area == pytest.approx(pilot.area * 9 / 6)


@pytest.mark.parametrize("plant", PLANTS)
def test_every_row_of_the_table_is_bought_once(plant: str) -> None:
    line = read_line(plant)
    assert line.prices is not None and line.cell is not None
    named = {row for place in line.places.values() for row in place.cost}
    # the tabs of a 21700 are welded on bare foil, so that plant has no notching
    spared = {f"{side}_notching" for side in ("cathode", "anode") if f"{side}_notching" not in line.stations}
    assert spared == ({"cathode_notching", "anode_notching"} if plant == "cyl_21700_5gwh" else set())
    assert named == set(line.prices.steps) - set(NOT_OF_CELLS) - spared
    rows = table_sized(line.prices, drivers(line), line.cell.capacity)
    bought = whole({name: rows[name] for name in named})
    # the loops of the coaters and the gauges stand in no row
    stations = line.stations.values()
    capital, upkeep = (sum(one.servers * one.extras[part] for one in stations) for part in (0, 1))
    assert capital > 0 and upkeep > 0
    loops = Factors(equipment=capital, upkeep=upkeep * 365 * 86400)
    assert whole(plant_factors(line)) == pytest.approx(bought.plus(loops))


def test_a_plant_in_china_costs_what_is_reported_from_there(tmp_path: Path) -> None:
    lines, overlaid = lines_folder().resolve(), tmp_path / "overlaid.yaml"
    plant = f"extends: [{lines}/lfp_prismatic_16gwh.yaml, {lines}/prices/china_2025.yaml]"
    overlaid.write_text(f"{plant}\nname: overlaid\n", encoding="utf-8")
    line = read_line(overlaid)
    assert line.prices is not None
    takes = whole(plant_factors(line))
    # REPORT.md section 3: about 68 million dollars a GWh, from one secondary report
    assert (takes.equipment + takes.area * line.prices.building) / 16e6 == pytest.approx(68, rel=0.05)


def test_prices_without_a_size_of_the_plant_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "sizeless.yaml"
    file.write_text(f"extends: [{lines_folder().resolve()}/pilot_line.yaml]\nnameplate: null\n", encoding="utf-8")
    with pytest.raises(InputError, match="nameplate"):
        read_line(file)
