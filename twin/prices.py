"""What things cost: a cost table in BatPaC's structure, prices and overhead rates, as declared."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from twin.declared import Declared
from twin.units import (
    Area,
    Charge,
    Fraction,
    HoursPerYear,
    Lifetime,
    MaterialPrice,
    Money,
    MoneyPerArea,
    MoneyPerEnergy,
    MoneyPerHour,
    Number,
    Positive,
)

SECONDS_PER_YEAR = 365 * 86400.0
HOURS_PER_YEAR = 8760.0

Driver = Literal["energy", "cathode_area", "anode_area", "cathode_active", "anode_active", "cells"]


class Factors(NamedTuple):
    """What a step or a plant takes.

    Attributes:
        labour: direct labour [h/yr].
        equipment: installed [USD].
        area: floor [m^2].
        upkeep: service and parts beyond labour [USD/yr].
    """

    labour: float = 0.0
    equipment: float = 0.0
    area: float = 0.0
    upkeep: float = 0.0

    def times(self, share: float) -> Factors:
        """Return a share of it."""
        return Factors(*(share * part for part in self))

    def plus(self, other: Factors) -> Factors:
        """Return both together."""
        return Factors(*(one + two for one, two in zip(self, other, strict=True)))


class Accounts(NamedTuple):
    """A sum of money, split as a plant's accounts are [USD].

    Attributes:
        labour: direct labour.
        depreciation: of equipment and building.
        overhead: variable overhead, upkeep, and general, sales and administration.
        r_and_d: research and development.
        profit: on investment, launch cost and working capital.
        warranty: on everything before it.
    """

    labour: float
    depreciation: float
    overhead: float
    r_and_d: float
    profit: float
    warranty: float


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
        p_charge: exponent of all three over the capacity of one cell [-].
    """

    driver: Driver
    labour: HoursPerYear
    capital: Money
    area: Area
    p_labour: Positive
    p_capital: Positive
    p_area: Positive
    p_charge: Number = 0.0

    def sized(self, size: float, charge: float) -> Factors:
        """Return what the step takes at another size: ``F = F_base size^p charge^p_charge``.

        Args:
            size: driver over that of the baseline plant [-].
            charge: capacity of a cell over that of the baseline plant's cell [-].

        Source: batpac5_repo; each of labour, capital and area has its own exponent.
        """
        same = charge**self.p_charge
        return Factors(
            self.labour * HOURS_PER_YEAR * size**self.p_labour * same,
            self.capital * size**self.p_capital * same,
            self.area * size**self.p_area * same,
        )


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
    equipment_life: Lifetime
    building_life: Lifetime

    def accounts(
        self,
        labour: float,
        equipment: float,
        building: float,
        bought: float,
        years: float = 1.0,
        upkeep: float = 0.0,
    ) -> Accounts:
        """Return what some time costs beyond what is bought.

        ``depreciation = equipment / life + building / life``; variable overhead is a share of labour and of
        depreciation; general, sales and administration a share of each with its overhead; research a share of
        depreciation; profit a share of investment, of the launch and of the working capital; warranty a share of
        everything. Written as factors on labour, equipment, building and material it is BatPaC's 1.86648,
        0.253704, 0.153252 and 1.06656.

        Args:
            labour: direct labour [USD].
            equipment: installed [USD].
            building: built [USD].
            bought: material and energy [USD].
            years: how much time [yr].
            upkeep: service and parts [USD]; a variable overhead that is known by itself.

        Source: batpac5_repo.
        """
        lives = equipment / self.equipment_life + building / self.building_life
        depreciation = lives * SECONDS_PER_YEAR * years
        on_labour, on_depreciation = self.variable_labour * labour, self.variable_depreciation * depreciation
        general = self.gsa_labour * (labour + on_labour) + self.gsa_depreciation * (depreciation + on_depreciation)
        research = self.r_and_d * depreciation
        running = labour + on_labour + on_depreciation + upkeep
        launch = self.launch_labour * running + self.launch_material * bought
        invested = (equipment + building) * years + launch + self.working_capital * (running + bought)
        profit = self.profit * invested
        overhead = on_labour + on_depreciation + upkeep + general
        before = labour + depreciation + overhead + research + profit + bought
        return Accounts(labour, depreciation, overhead, research, profit, self.warranty * before)


class Prices(Declared):
    """Prices, the baseline plant's cost table and the overhead rates.

    Attributes:
        baseline: size of the baseline plant by driver: energy [GWh/yr], areas [m^2/yr, single side],
            active masses [kg/yr], cells [1/yr].
        design_yield: share of what a driver counts that ends in good cells, by driver; 1 where nothing is said.
            Plants are laid out with these, so that they compare with the baseline plant [-].
        baseline_charge: capacity of the baseline plant's cell [A s]; needed where a step has ``p_charge``.
        steps: the baseline plant's steps.
        overheads: overhead rates.
        equipment_level: price of equipment relative to the table [-].
        wage: direct labour [USD/s].
        building: floor [USD/m^2].
        electricity: [USD/J].
        gas: [USD/J].
        materials: by material [USD per kg, m^2 or piece].
        recovery: share of its price that scrapped material brings back [-].
        cell_price: what a grade A cell sells for [USD/J].
        grade_b: price of grade B relative to grade A [-].
        returned: what a cell costs that a customer sends back [USD].
    """

    baseline: dict[Driver, Positive]
    design_yield: dict[Driver, Positive] = Field(default_factory=dict)
    baseline_charge: Charge | None = None
    steps: dict[str, CostRow]
    overheads: Overheads
    equipment_level: Positive = 1.0
    wage: MoneyPerHour
    building: MoneyPerArea
    electricity: MoneyPerEnergy
    gas: MoneyPerEnergy
    materials: dict[str, MaterialPrice]
    recovery: Fraction = 0.0
    cell_price: MoneyPerEnergy
    grade_b: Fraction
    returned: Money = 0.0

    @model_validator(mode="after")
    def _complete(self) -> Prices:
        for name, row in self.steps.items():
            if row.driver not in self.baseline:
                raise ValueError(f"step '{name}' scales with {row.driver}, which 'baseline' does not give")
            if row.p_charge and self.baseline_charge is None:
                raise ValueError(f"step '{name}' has p_charge, so 'baseline_charge' is needed, such as '68 Ah'")
        return self

    def accounts(self, takes: Factors, bought: float, years: float = 1.0) -> Accounts:
        """Return what some time costs beyond what is bought.

        Args:
            takes: labour a year, equipment, floor and upkeep a year.
            bought: material and energy [USD].
            years: how much time [yr].
        """
        labour = takes.labour * 3600.0 * self.wage * years
        building, upkeep = takes.area * self.building, takes.upkeep * years
        return self.overheads.accounts(labour, takes.equipment, building, bought, years, upkeep)
