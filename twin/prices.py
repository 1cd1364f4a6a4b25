"""What things cost: a cost table in BatPaC's structure, prices and overhead rates, as declared."""

from __future__ import annotations

from typing import Literal

from twin.declared import Declared
from twin.units import (
    Area,
    Fraction,
    HoursPerYear,
    MaterialPrice,
    Money,
    MoneyPerArea,
    MoneyPerEnergy,
    MoneyPerHour,
    Number,
    Positive,
    Seconds,
)

Driver = Literal["energy", "cathode_area", "anode_area", "cathode_active", "anode_active", "cells"]


class CostRow(Declared):
    """One step of the baseline plant and how it scales.

    Attributes:
        driver: what its size is measured by.
        labour: direct labour [h/yr, as a fraction of a year].
        capital: installed equipment [USD].
        area: floor [m^2].
        p_labour: exponent of labour over the driver [-].
        p_capital: exponent of capital [-].
        p_area: exponent of floor [-].
    """

    driver: Driver
    labour: HoursPerYear
    capital: Money
    area: Area
    p_labour: Positive
    p_capital: Positive
    p_area: Positive


class Overheads(Declared):
    """BatPaC's overhead rates.

    Attributes:
        variable_labour: variable overhead on direct labour [-].
        variable_depreciation: variable overhead on depreciation [-].
        gsa_labour: general, sales and administration on labour and its overhead [-].
        gsa_depreciation: the same on depreciation and its overhead [-].
        r_and_d: research and development on depreciation [-].
        profit: profit on investment [-].
        launch_labour: launch cost on a year's labour and overhead [-].
        launch_material: launch cost on a year's material [-].
        working_capital: on a year's variable cost [-].
        warranty: on price [-].
        equipment_life: straight-line life of equipment [s].
        building_life: straight-line life of buildings [s].
    """

    variable_labour: Fraction
    variable_depreciation: Fraction
    gsa_labour: Fraction
    gsa_depreciation: Fraction
    r_and_d: Fraction
    profit: Fraction
    launch_labour: Fraction
    launch_material: Fraction
    working_capital: Fraction
    warranty: Fraction
    equipment_life: Seconds
    building_life: Seconds


class Prices(Declared):
    """Prices, the baseline plant's cost table and the overhead rates.

    Attributes:
        baseline: size of the baseline plant by driver: energy [GWh/yr], areas [m^2/yr, single side],
            active masses [kg/yr], cells [1/yr].
        steps: the baseline plant's steps.
        overheads: overhead rates.
        wage: direct labour [USD/s].
        building: floor [USD/m^2].
        electricity: [USD/J].
        gas: [USD/J].
        materials: by material [USD per kg, m^2 or piece].
        recovery: share of its price that scrapped material brings back [-].
        cell_price: what a grade A cell sells for [USD/J].
        grade_b: price of grade B relative to grade A [-].
    """

    baseline: dict[Driver, Number]
    steps: dict[str, CostRow]
    overheads: Overheads
    wage: MoneyPerHour
    building: MoneyPerArea
    electricity: MoneyPerEnergy
    gas: MoneyPerEnergy
    materials: dict[str, MaterialPrice]
    recovery: Fraction = 0.0
    cell_price: MoneyPerEnergy
    grade_b: Fraction
