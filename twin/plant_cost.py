"""What a plant costs as it is declared: labour, equipment and floor by station, and what one machine or one cell adds.

Structure and exponents are BatPaC's: each row of the cost table is scaled from the baseline plant by its driver,
which is laid out for the nameplate with the design yields of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twin.bought import Entry, entries, starts, upstream
from twin.equipment import EnergyUse, Station
from twin.line import Facility, Line
from twin.prices import SECONDS_PER_YEAR, Accounts, Driver, Factors, Prices
from twin.problems import InputError
from twin.product import JOULES_PER_GWH, CellDesign, ElectrodeDesign

SIDES = 2


@dataclass(frozen=True)
class UnitCosts:
    """What one more machine, and one more cell worked on, add to a year's cost and to what the plant takes.

    Attributes:
        owning: depreciation and upkeep of one server with its overhead, by station [USD/yr].
        staffing: labour of one server with its overhead, by station [USD/yr].
        energy: that comes with throughput, by station; that of facilities where cells are started [USD/cell].
        material: bought there, by station [USD/cell].
        returned: what the scrap of a cell brings back, by the station at which it is lost [USD/cell].
        standing: facilities, and energy that is drawn whatever is made [USD/yr].
        capital: equipment of one server and the building of its floor, by station [USD].
        floor: of one server, by station [m^2].
        labour: direct, of one server, by station [h/yr].
        energy_used: electricity and gas that come with throughput, by station; that of facilities where cells are
            started [J/cell].
        standing_capital: facilities, with their building [USD].
        standing_floor: of facilities [m^2].
        standing_labour: of facilities [h/yr].
        standing_energy: drawn whatever is made, by stations and facilities [J/yr].
        standing_energy_cost: of it, part of ``standing`` [USD/yr].
    """

    owning: Mapping[str, float]
    staffing: Mapping[str, float]
    energy: Mapping[str, float]
    material: Mapping[str, float]
    returned: Mapping[str, float]
    standing: float
    capital: Mapping[str, float]
    floor: Mapping[str, float]
    labour: Mapping[str, float]
    energy_used: Mapping[str, float]
    standing_capital: float
    standing_floor: float
    standing_labour: float
    standing_energy: float
    standing_energy_cost: float


def priced(line: Line) -> tuple[CellDesign, Prices, float]:
    """Return product, prices and nameplate [W] of a plant that has all three.

    Raises:
        InputError: it has not.
    """
    if line.cell is None or line.prices is None or line.nameplate is None:
        raise InputError(f"{line.name} has no cost; expected 'cell', 'prices' and 'nameplate' in its file")
    return line.cell, line.prices, line.nameplate


def drivers(line: Line) -> dict[Driver, float]:
    """Return the size of a plant at its nameplate by driver, in the units of ``Prices.baseline``.

    What good cells hold, over the share of it that ends in good cells by design. The active material of an
    electrode is the one with the most mass.
    """
    cell, prices, nameplate = priced(line)
    good = nameplate * SECONDS_PER_YEAR / cell.energy
    sizes: dict[Driver, float] = {
        "energy": good * cell.energy / JOULES_PER_GWH,
        "cathode_area": SIDES * good * cell.cathode.area,
        "anode_area": SIDES * good * cell.anode.area,
        "cathode_active": good * _active(cell.cathode),
        "anode_active": good * _active(cell.anode),
        "cells": good,
    }
    return {driver: size / prices.design_yield.get(driver, 1.0) for driver, size in sizes.items()}


def _active(electrode: ElectrodeDesign) -> float:
    return max(amount.value for amount in electrode.materials.values())


def table_sized(prices: Prices, sizes: Mapping[Driver, float], charge: float | None = None) -> dict[str, Factors]:
    """Return what each row of a cost table takes in a plant of some size.

    Args:
        prices: with the table.
        sizes: of the plant, by driver.
        charge: capacity of its cell [A s]; None for that of the baseline plant.
    """
    base = prices.baseline_charge or 0.0
    relative = charge / base if charge and base else 1.0
    found = {}
    for name, row in prices.steps.items():
        takes = row.sized(sizes[row.driver] / prices.baseline[row.driver], relative)
        found[name] = takes._replace(equipment=takes.equipment * prices.equipment_level)
    return found


def plant_factors(line: Line) -> dict[str, Factors]:
    """Return labour, equipment, floor and upkeep of each station and facility.

    A row that several stations or facilities name is bought once and split between them by weight. What a
    station takes at the nameplate buys its ``cost_servers``; more, fewer or larger servers cost in proportion, and
    so does labour in longer shifts than those of its ``cost_calendar``. What a station has beyond the rows, such as
    the loop of a coater or a gauge, comes with each server.
    """
    cell, prices, _ = priced(line)
    rows = table_sized(prices, drivers(line), cell.capacity)
    places = line.places
    weights: dict[str, float] = {}
    for place in places.values():
        for row, weight in place.cost.items():
            weights[row] = weights.get(row, 0.0) + weight
    found = {}
    for name, place in places.items():
        takes = Factors()
        for row, weight in place.cost.items():
            takes = takes.plus(rows[row].times(weight / weights[row]))
        found[name] = takes
    for name, station in line.stations.items():
        rows_buy = found[name].times(station.machines)
        hours = line.staffed(station.calendar) / line.staffed(station.cost_calendar or station.calendar)
        rows_buy = rows_buy._replace(labour=rows_buy.labour * hours)
        extras = station.extras
        with_it = Factors(equipment=extras.capital, upkeep=extras.upkeep * SECONDS_PER_YEAR)
        found[name] = rows_buy.plus(with_it.times(station.servers))
    return found


def whole(factors: Mapping[str, Factors]) -> Factors:
    """Return what all stations and facilities take together."""
    total = Factors()
    for takes in factors.values():
        total = total.plus(takes)
    return total


def unit_costs(line: Line) -> UnitCosts:
    """Return what one server, and one cell worked on, cost at each station of a plant.

    The same accounts as those of ``costs``: without research, profit and warranty.

    Raises:
        InputError: the plant has no product, prices or nameplate.
    """
    prices = priced(line)[1]
    takes = plant_factors(line)
    one = {name: takes[name].times(1 / station.servers) for name, station in line.stations.items()}
    served = whole({name: takes[name] for name in line.facilities})
    material, returned = _material(line, prices)
    drawn_anyway = _standing(line, lambda use: _energy_price(use, prices))
    return UnitCosts(
        owning={name: _kept(prices.accounts(each._replace(labour=0.0), 0.0)) for name, each in one.items()},
        staffing={name: _kept(prices.accounts(Factors(each.labour), 0.0)) for name, each in one.items()},
        energy=_per_cell(line, lambda use: _energy_price(use, prices)),
        material=material,
        returned=returned,
        standing=_kept(prices.accounts(served, 0.0)) + drawn_anyway,
        capital={name: _invested(each, prices) for name, each in one.items()},
        floor={name: each.area for name, each in one.items()},
        labour={name: each.labour for name, each in one.items()},
        energy_used=_per_cell(line, _energy),
        standing_capital=_invested(served, prices),
        standing_floor=served.area,
        standing_labour=served.labour,
        standing_energy=_standing(line, _energy),
        standing_energy_cost=drawn_anyway,
    )


def _invested(takes: Factors, prices: Prices) -> float:
    """Return equipment and the building of its floor [USD]."""
    return takes.equipment + takes.area * prices.building


def _per_cell(line: Line, value: Callable[[EnergyUse], float]) -> dict[str, float]:
    """Return what comes with throughput by station, that of facilities where cells are started [value/cell].

    Args:
        line: the plant.
        value: of an energy use [1/J of cells].
    """
    energy = priced(line)[0].energy
    found = {name: (1 - use.fixed_share) * value(use) * energy for name, use in _uses(line.stations).items()}
    served = sum((1 - use.fixed_share) * value(use) * energy for use in _uses(line.facilities).values())
    for name in starts(line):
        found[name] += served
    return found


def _standing(line: Line, value: Callable[[EnergyUse], float]) -> float:
    """Return what is drawn whatever is made, at the nameplate's level [value/yr]."""
    level = sum(use.fixed_share * value(use) for use in _uses(line.places).values())
    return level * priced(line)[2] * SECONDS_PER_YEAR


def _uses(places: Mapping[str, Station | Facility]) -> dict[str, EnergyUse]:
    return {name: place.draws for name, place in places.items()}


def _energy(use: EnergyUse) -> float:
    """Return electricity and gas together [J per J of cells]."""
    return use.electricity + use.gas


def _energy_price(use: EnergyUse, prices: Prices) -> float:
    """Return what some energy use costs [USD per J of cells]."""
    return use.electricity * prices.electricity + use.gas * prices.gas


def _kept(accounts: Accounts) -> float:
    return accounts.labour + accounts.depreciation + accounts.overhead


def _material(line: Line, prices: Prices) -> tuple[dict[str, float], dict[str, float]]:
    """Return what a cell worked on buys at each station, and what its scrap there brings back [USD/cell]."""
    before = upstream(line)
    found = entries(line)
    bought = {
        name: sum(_price(entry, prices) / entry.at[name] for entry in found if name in entry.at)
        for name in line.stations
    }
    returned = {
        name: prices.recovery
        * sum(_price(entry, prices) for entry in found if before[name].intersection(entry.at) or name in entry.at)
        for name in line.stations
    }
    return bought, returned


def _price(entry: Entry, prices: Prices) -> float:
    return entry.per_cell * prices.materials[entry.material].value
