"""What a plant costs as it is declared: labour, equipment and floor by station, and what one machine or one cell adds.

Structure and exponents are BatPaC's: each row of the cost table is scaled from the baseline plant by its driver,
which is laid out for the nameplate with the design yields of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin.bought import Entry, entries, starts, upstream
from twin.equipment import EnergyUse
from twin.line import Line
from twin.prices import SECONDS_PER_YEAR, Accounts, Driver, Factors, Prices
from twin.problems import InputError
from twin.product import JOULES_PER_GWH, CellDesign, ElectrodeDesign

SIDES = 2


@dataclass(frozen=True)
class UnitCosts:
    """What one more machine, and one more cell worked on, add to a year's cost.

    Attributes:
        owning: depreciation and upkeep of one server with its overhead, by station [USD/yr].
        staffing: labour of one server with its overhead, by station [USD/yr].
        energy: that comes with throughput, by station; that of facilities where cells are started [USD/cell].
        material: bought there, by station [USD/cell].
        returned: what the scrap of a cell brings back, by the station at which it is lost [USD/cell].
        standing: facilities, and energy that is drawn whatever is made [USD/yr].
    """

    owning: Mapping[str, float]
    staffing: Mapping[str, float]
    energy: Mapping[str, float]
    material: Mapping[str, float]
    returned: Mapping[str, float]
    standing: float


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
    station takes at the nameplate buys its ``cost_servers``; more or fewer servers cost in proportion. What a station
    has beyond the rows, such as the loop of a coater or a gauge, comes with each server.
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
        rows_buy = found[name].times(station.servers / (station.cost_servers or station.servers))
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
    cell, prices, nameplate = priced(line)
    takes = plant_factors(line)
    owning, staffing = {}, {}
    for name, station in line.stations.items():
        one = takes[name].times(1 / station.servers)
        owning[name] = _kept(prices.accounts(one._replace(labour=0.0), 0.0))
        staffing[name] = _kept(prices.accounts(Factors(one.labour), 0.0))
    standing = sum(_kept(prices.accounts(takes[name], 0.0)) for name in line.facilities)
    energy = {name: _per_joule(station.draws, prices) * cell.energy for name, station in line.stations.items()}
    served = sum(_per_joule(facility.draws, prices) for facility in line.facilities.values()) * cell.energy
    for name in starts(line):
        energy[name] += served
    for place in line.places.values():
        fixed = place.draws.fixed_share * _energy_price(place.draws, prices)
        standing += fixed * nameplate * SECONDS_PER_YEAR
    material, returned = _material(line, prices)
    return UnitCosts(owning, staffing, energy, material, returned, standing)


def _energy_price(use: EnergyUse, prices: Prices) -> float:
    """Return what some energy use costs [USD per J of cells]."""
    return use.electricity * prices.electricity + use.gas * prices.gas


def _per_joule(use: EnergyUse, prices: Prices) -> float:
    return (1 - use.fixed_share) * _energy_price(use, prices)


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
