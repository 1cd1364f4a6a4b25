"""Cost: a plant worked out on paper, and accounts that close in every plant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from paper_plant import paper_plant

from twin import Journal, Line, Run, costs, read_line, simulate, turn, unit_costs
from twin.cost import energy_drawn
from twin.material_balance import Flows
from twin.measured import Measured

# a day worked out on paper


def test_scrap_is_lost_material_less_what_it_brings_back_and_the_work_in_it() -> None:
    journal = paper_plant()
    money = costs(journal.line, journal)["money_usd"]
    # 40 kg of lfp, 20 kg of graphite and 10 containers were lost; a quarter of their price comes back
    material = 40 * 10 + 20 * 4 + 10 * 3
    assert (money["material_in_scrap"], money["recovery"]) == pytest.approx((material, material / 4))
    # each station spends 20 dollars of labour and 10 of depreciation; grading 10.20 of electricity, half of it
    # for 104 cells tested and half for the 100 it is built for
    spent, graded = 30.0, 30.0 + 0.1 * (104 + 100) / 2
    shares = (20 / 120, 15 / 115, 20 / 120, 20 / 120, 10 / 110)
    work = spent * sum(shares) + graded * 4 / 104
    # the dry room burns 2 kWh of gas for each of 110 cells; it is wasted as the stations are on average
    gas = 110 * 2 * 0.05
    wasted = gas * work / (5 * spent + graded)
    assert money["scrap"] == pytest.approx(material * 3 / 4 + work + wasted)


def test_what_is_not_scrap_is_the_cost_of_the_good_cells() -> None:
    journal = paper_plant()
    found = costs(journal.line, journal)
    money, split = found["money_usd"], found["cost_usd_per_kwh"]
    # 100 cells of 1 kWh with 2 kg of lfp, 1 kg of graphite and a container
    assert split["material"] == pytest.approx(2 * 10 + 4 + 3)
    kept = 6 - 3 * 20 / 120 - 15 / 115 - 10 / 110 - 4 / 104
    assert (money["labour"], money["depreciation"]) == pytest.approx((20 * kept, 10 * kept))
    bought, work, energy = 240 * 10 + 120 * 4 + 110 * 3, 120 + 60, 10.2 + 11
    assert split["total"] == pytest.approx((bought - money["recovery"] + work + energy) / 100)
    assert money["revenue"] == pytest.approx((90 + 10 / 2) * 100)


# the accounts of a run


@cache
def run_of(plant: str) -> Journal:
    days, warmup = (30, 20) if plant == "pilot_line" else (3, 14)
    return simulate(Run(read_line(plant), days=days, warmup=warmup, cells="none"))


@pytest.fixture(name="journal", params=["pilot_line", "cyl_4680_10gwh"], scope="module")
def _journal(request: pytest.FixtureRequest) -> Journal:
    return run_of(request.param)


def test_cash_is_less_than_cost_and_cost_less_than_the_price(journal: Journal) -> None:
    found = costs(journal.line, journal)
    split = found["cost_usd_per_kwh"]
    assert all(value > 0 for value in split.values())
    assert found["cash_usd_per_kwh"] < split["total"] < found["price_usd_per_kwh"]["total"]


def test_energy_is_of_the_published_size(journal: Journal) -> None:
    energy = costs(journal.line, journal)["energy_kwh_per_kwh"]
    # Degen and Schuette 2022: 41.48 kWh/kWh, 21.38 of it gas, for a plant at its nameplate; V4 allows 15 %
    assert energy["total"] == pytest.approx(41.48, rel=0.15)
    assert energy["gas"] == pytest.approx(21.38, rel=0.15)


def test_material_yields_are_those_of_the_balance(journal: Journal) -> None:
    found = costs(journal.line, journal)
    for name, one in found["material_balance"].items():
        used = one["bought"] - one["stock"]
        assert found["material_yield"][name] == pytest.approx(one["good"] / used)


def test_material_yields_of_a_large_plant_are_near_the_published_ones() -> None:
    journal = run_of("cyl_4680_10gwh")
    found = costs(journal.line, journal)
    # BatPaC: 0.876 of the active material, 0.857 of the foil, 0.893 of the electrolyte end in cells
    for name, published in (("nmc811", 0.876), ("cu_foil", 0.857), ("electrolyte", 0.893)):
        assert found["material_yield"][name] == pytest.approx(published, abs=0.05), name


def test_a_run_without_good_cells_has_costs_and_nothing_per_kilowatt_hour() -> None:
    found = costs(*_of_two_days())
    assert found["money_usd"]["total"] > 0
    assert "cost_usd_per_kwh" not in found


def _of_two_days() -> tuple[Line, Journal]:
    line = read_line("pilot_line")
    return line, simulate(Run(line, days=2, warmup=0, cells="none"))


def test_dearer_material_costs_as_much_more_as_was_bought_of_it() -> None:
    journal = run_of("pilot_line")
    line = journal.line
    assert line.prices is not None
    price = line.prices.materials["nmc811"]
    dearer = line.prices.model_copy(
        update={"materials": {**line.prices.materials, "nmc811": type(price)(price.value + 1.0, price.unit)}}
    )
    balance = costs(line, journal)["material_balance"]["nmc811"]
    before = costs(line, journal)["money_usd"]["total"]
    after = costs(line.model_copy(update={"prices": dearer}), journal)["money_usd"]["total"]
    net = balance["good"] + balance["waste"] + balance["scrap"] * (1 - line.prices.recovery)
    assert after - before == pytest.approx(net)


# what one more machine, and one more cell, cost


def test_one_more_machine_costs_a_year_what_the_optimizer_is_told() -> None:
    journal = run_of("pilot_line")
    line = journal.line
    more = turn(line, {"formation.servers": line.stations["formation"].servers + 1})
    years = (journal.end - journal.warmup) / (365 * 86400.0)
    unit = unit_costs(line)
    before, after = (costs(plant, journal)["money_usd"]["total"] for plant in (line, more))
    assert after - before == pytest.approx((unit.owning["formation"] + unit.staffing["formation"]) * years)


def test_the_optimizer_is_told_all_that_does_not_depend_on_what_is_made() -> None:
    journal = run_of("pilot_line")
    line, unit = journal.line, unit_costs(journal.line)
    found = costs(line, journal)
    years = (journal.end - journal.warmup) / (365 * 86400.0)
    owned = sum((unit.owning[name] + unit.staffing[name]) * line.stations[name].servers for name in line.stations)
    money = found["money_usd"]
    fixed = money["all_labour"] + money["all_depreciation"] + money["all_overhead"]
    assert line.prices is not None and line.nameplate is not None
    energy = sum(
        place.energy.fixed_share
        * (place.energy.electricity * line.prices.electricity + place.energy.gas * line.prices.gas)
        for place in line.places.values()
    )
    standing = unit.standing * years - energy * line.nameplate * years * 365 * 86400.0
    assert owned * years + standing == pytest.approx(fixed)


MORE = {"formation.servers": 11, "grading.servers": 2}


@pytest.mark.parametrize(
    ("plant", "settings"), [("pilot_line", {}), ("pilot_line", MORE), ("cyl_4680_10gwh", {}), ("cyl_4680_10gwh", MORE)]
)
def test_servers_and_the_rest_add_up_to_the_plant_and_to_the_energy_it_drew(
    plant: str, settings: dict[str, int]
) -> None:
    journal = run_of(plant)
    # another number of machines is another plant, and the same work in this journal
    line = turn(journal.line, settings)
    unit, found = unit_costs(line), costs(line, journal)
    servers = {name: station.servers for name, station in line.stations.items()}

    def built(of_one: Mapping[str, float]) -> float:
        return sum(of_one[name] * servers[name] for name in servers)

    assert built(unit.capital) + unit.standing_capital == pytest.approx(found["capital_usd"]["total"])
    assert built(unit.floor) + unit.standing_floor == pytest.approx(found["floor_m2"])
    assert built(unit.labour) + unit.standing_labour == pytest.approx(found["labour_hours_per_year"])
    flows = Flows(Measured(journal))
    used = sum(unit.energy_used[name] * cells for name, cells in zip(flows.names, flows.worked.tolist(), strict=True))
    years = (journal.end - journal.warmup) / (365 * 86400.0)
    drawn = sum(sum(kind.values()) for kind in energy_drawn(line, flows))
    assert used + unit.standing_energy * years == pytest.approx(drawn)
