"""What a run cost: money, energy and material of the measured time, and of each good kilowatt-hour.

Three sums that must not be confused. *Cost* is what the plant spends on what it makes, with depreciation: material,
energy, labour, overhead. *Cash cost* is the same without depreciation. *Price* is BatPaC's sum, which adds research,
profit and warranty. Grade B counts as good.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.journal import Journal
from twin.line import Line
from twin.material_balance import Flows
from twin.measured import Floats, Measured
from twin.plant_cost import plant_factors, priced, unit_costs, whole
from twin.prices import SECONDS_PER_YEAR, Factors, Prices
from twin.product import JOULES_PER_KWH

# columns of what each station and facility spends
ENERGY, LABOUR, DEPRECIATION, OVERHEAD = range(4)


def costs(line: Line, journal: Journal) -> dict[str, Any]:
    """Return cost, energy and material of the measured time of a run.

    Labour, depreciation and overhead are those of the plant as it stands, whatever it makes. What is spent on
    material that is still in the plant is no cost of the time; the work in it is. Scrap is the material in
    everything that was lost after it came in, less what it brings back, and the share of each station's energy,
    labour, depreciation and overhead that went into it; neither is counted elsewhere::

        scrap = sum_m price_m (1 - recovery) lost_m + sum_s spent_s lost_s / worked_s

    ``lost_s`` is what was lost at station s or later, in cells. Facilities are wasted as the stations are on average.

    Args:
        line: the plant, with prices and nameplate.
        journal: of a run of it.

    Returns:
        For ``kpi.json``. Without good cells nothing is given per kWh.

    Raises:
        InputError: the plant has no product, prices or nameplate.

    Source: batpac5_repo (structure, exponents, overheads).
    """
    cell, prices, _ = priced(line)
    flows = Flows(Measured(journal))
    takes, balances = plant_factors(line), flows.balances
    total = whole(takes)
    building = total.area * prices.building
    electricity, gas = energy_drawn(line, flows)
    money = _money(line, flows, takes)
    found: dict[str, Any] = {
        "capital_usd": {"total": total.equipment + building, "equipment": total.equipment, "building": building},
        "labour_hours_per_year": total.labour,
        "floor_m2": total.area,
        "material_yield": {name: one.good / one.used for name, one in balances.items() if one.used > 0},
        "material_balance": {name: dict(vars(one)) for name, one in balances.items()},
        "money_usd": money,
    }
    good = float(flows.measured.finished["units"].sum()) * cell.energy / JOULES_PER_KWH
    if good > 0:
        found["cost_usd_per_kwh"] = {name: money[name] / good for name in ("total", *_SPLIT)}
        found["cash_usd_per_kwh"] = (money["total"] - money["all_depreciation"]) / good
        found["price_usd_per_kwh"] = {
            "total": sum(money[name] for name in _PRICE) / good,
            **{"cost" if name == "total" else name: money[name] / good for name in _PRICE},
        }
        drawn = {name: (electricity[name] + gas[name]) / JOULES_PER_KWH / good for name in takes}
        found["energy_kwh_per_kwh"] = {
            "total": sum(drawn.values()),
            "electricity": sum(electricity.values()) / JOULES_PER_KWH / good,
            "gas": sum(gas.values()) / JOULES_PER_KWH / good,
            "by_step": drawn,
        }
    return found


_SPLIT = ("material", "energy", "labour", "depreciation", "overhead", "scrap")
_PRICE = ("total", "r_and_d", "profit", "warranty")


def energy_drawn(line: Line, flows: Flows) -> tuple[dict[str, float], dict[str, float]]:
    """Return the electricity and the gas that each facility and station drew [J].

    ``e ((1 - f) E_throughput + f E_nameplate)``: the fixed share f is drawn whatever is made. Throughput of a
    facility is the cells that were started.

    Source: degen_schutte2022 (e by step), dunn2015 (fixed load of dry rooms).
    """
    cell, _, nameplate = priced(line)
    at_nameplate = nameplate * flows.measured.seconds
    through = dict.fromkeys(line.facilities, flows.started * cell.energy)
    through |= {name: float(cells) * cell.energy for name, cells in zip(flows.names, flows.worked, strict=True)}
    electricity, gas = {}, {}
    for name, use in line.places.items():
        draws = use.draws
        fixed = draws.fixed_share
        drawn = (1 - fixed) * through[name] + fixed * at_nameplate
        electricity[name], gas[name] = draws.electricity * drawn, draws.gas * drawn
    return electricity, gas


def spent_per_cell(line: Line, journal: Journal) -> dict[str, float]:
    """Return the material and work that each station puts into one cell that it works on [USD].

    Args:
        line: the plant, with prices and nameplate.
        journal: of a run of it.
    """
    flows, takes = Flows(Measured(journal)), plant_factors(line)
    work = dict(zip(takes, _spent(line, flows, takes).sum(axis=1), strict=True))
    material = unit_costs(line).material
    return {
        name: material[name] + (float(work[name] / cells) if cells > 0 else 0.0)
        for name, cells in zip(flows.names, flows.worked.tolist(), strict=True)
    }


def _spent(line: Line, flows: Flows, takes: Mapping[str, Factors]) -> Floats:
    """Return what each place spent on energy, labour, depreciation and overhead [USD]. Shape (places, 4)."""
    prices = priced(line)[1]
    years = flows.measured.seconds / SECONDS_PER_YEAR
    electricity, gas = energy_drawn(line, flows)
    energy = {name: electricity[name] * prices.electricity + gas[name] * prices.gas for name in takes}
    return np.array([(energy[name], *_of_place(prices, takes[name], years)) for name in takes])


def _money(line: Line, flows: Flows, takes: Mapping[str, Factors]) -> dict[str, float]:
    """Return the accounts of the measured time [USD]; ``total`` is the sum of the six in ``_SPLIT``."""
    cell, prices, _ = priced(line)
    years = flows.measured.seconds / SECONDS_PER_YEAR
    names, spent = list(takes), _spent(line, flows, takes)
    wasted = _wasted(names, flows, spent.sum(axis=1))[:, None]
    kept, lost = (spent * (1 - wasted)).sum(axis=0), float((spent * wasted).sum())
    bought, good, scrap, waste, stock = _material(prices, flows)
    recovery = prices.recovery * scrap
    split = {
        "material": good + waste,
        "energy": kept[ENERGY],
        "labour": kept[LABOUR],
        "depreciation": kept[DEPRECIATION],
        "overhead": kept[OVERHEAD],
        "scrap": scrap - recovery + lost,
    }
    net = good + waste + scrap - recovery + float(spent[:, ENERGY].sum())
    beyond = prices.accounts(whole(takes), net, years)
    finished = flows.measured.finished
    sold = finished["grade_a"].sum() + prices.grade_b * finished["grade_b"].sum()
    return {
        name: float(value)
        for name, value in {
            **split,
            "total": sum(split.values()),
            "all_energy": spent[:, ENERGY].sum(),
            "all_labour": spent[:, LABOUR].sum(),
            "all_depreciation": spent[:, DEPRECIATION].sum(),
            "all_overhead": spent[:, OVERHEAD].sum(),
            "material_bought": bought,
            "material_in_good": good,
            "material_in_scrap": scrap,
            "material_waste": waste,
            "material_to_stock": stock,
            "recovery": recovery,
            "r_and_d": beyond.r_and_d,
            "profit": beyond.profit,
            "warranty": beyond.warranty,
            "revenue": sold * cell.energy * prices.cell_price,
        }.items()
    }


def _of_place(prices: Prices, takes: Factors, years: float) -> tuple[float, float, float]:
    accounts = prices.accounts(takes, 0.0, years)
    return accounts.labour, accounts.depreciation, accounts.overhead


def _wasted(names: list[str], flows: Flows, spent: Floats) -> Floats:
    """Return the share of what each station and facility spent that went into scrap. Shape (names,)."""
    known = dict(zip(flows.names, flows.wasted, strict=True))
    station = np.array([name in known for name in names])
    share = np.array([float(known.get(name, 0.0)) for name in names])
    work = spent[station].sum()
    share[~station] = (share * spent)[station].sum() / work if work > 0 else 0.0
    return share


def _material(prices: Prices, flows: Flows) -> tuple[float, float, float, float, float]:
    """Return the money in what was bought, is good, scrap, waste, and in grown stock [USD]."""
    table = [
        [prices.materials[name].value * part for part in vars(one).values()] for name, one in flows.balances.items()
    ]
    bought, good, scrap, waste, stock = np.array(table).sum(axis=0)
    return float(bought), float(good), float(scrap), float(waste), float(stock)
