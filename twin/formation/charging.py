"""Formation: the first charge, which takes lithium and time, makes gas and may plate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from twin.chemistry import FARADAY, WATER, arrhenius
from twin.declared import Declared, DeclaredStep
from twin.formation.balance import quadratics
from twin.machine_code import equation, loop
from twin.material import Cell, Floats, Material
from twin.occasion import Born, Made, Occasion
from twin.response import CellResponse
from twin.units import CRate, EnergyPerAmount, Fraction, GasPerCharge, PerVolt, Positive, Seconds, Temperature

PER_HOUR = 1 / 3600

GAS, PLATING = "gas_or_swelling_after_formation", "lithium_plating"


class FirstCycle(Declared):
    """What the first charge costs a cell: lithium, gas, plated lithium.

    Attributes:
        floor: part of the first charge that never comes back, however it is charged [-].
        growth: more of it through growth of the SEI over the time of a charge at 1C, at the usual temperature [-].
        growth_energy: activation energy of that [J/mol].
        kinetic: more of it because lithium does not keep up, at 1C and the usual temperature [-].
        kinetic_power: how that grows with the rate [-].
        kinetic_energy: activation energy of what lithium passes [J/mol].
        lasting: part of a change in the first-cycle loss that a cell misses for good [-].
        usual_rate: mean rate of the first charge for which the cell's lithium loss is declared [1/s].
        usual_temperature: temperature for which it is, and the fits are [K].
        usual_moisture: water in the coating for which it is [kg/kg].
        spread: standard deviation of the lithium loss from cell to cell [-].
        plated: lithium lost for each volt by which the anode falls below lithium [1/V].
        gas: gas for each charge of lithium lost [m^3/(A s)].
        gas_cv: spread of that from cell to cell [-].
        gas_limit: gas that the thickness gauge tells from what is usual, per nominal capacity [m^3/(A s)].
    """

    floor: Fraction
    growth: Fraction
    growth_energy: EnergyPerAmount
    kinetic: Fraction
    kinetic_power: Positive
    kinetic_energy: EnergyPerAmount
    lasting: Fraction
    usual_rate: CRate
    usual_temperature: Temperature
    usual_moisture: Fraction
    spread: Fraction
    plated: PerVolt
    gas: GasPerCharge
    gas_cv: Fraction
    gas_limit: GasPerCharge

    def loss(self, rate: float, temperature: float) -> float:
        """Return which part of the first charge does not come back in the first discharge [-].

        floor + growth C^-1/2 exp(-E (1/T - 1/T0) / R) + kinetic C^n exp(E' (1/T - 1/T0) / R), with the mean rate C of
        the whole first charge relative to 1C: the SEI grows with the root of time and faster in the warmth; what the
        charge leaves behind in a hurry is less in the warmth. Fitted to 178 cells of the SLAC-Toyota formation study.
        Valid for C of 0.015 to 0.9 and 25 to 55 degC.

        Args:
            rate: mean rate of the first charge [1/s].
            temperature: of the cell [K].
        """
        c = rate / PER_HOUR
        growth = self.growth * self.warmth(-self.growth_energy, temperature) / math.sqrt(c)
        kinetic = self.kinetic * self.warmth(self.kinetic_energy, temperature) * math.pow(c, self.kinetic_power)
        return self.floor + growth + kinetic

    def warmth(self, energy: float, temperature: float) -> float:
        """Return Arrhenius' factor exp(E (1/T - 1/T0) / R) against the usual temperature [-]: what falls in warmth."""
        return arrhenius(-energy, temperature, self.usual_temperature)

    def lasting_loss(self, rate: float, temperature: float) -> float:
        """Return by how much more of the anode's charge in lithium is lost than usual [-].

        The anode is nearly full after the first charge, so parts of the one are taken for parts of the other.
        """
        usual = self.loss(self.usual_rate, self.usual_temperature)
        return self.lasting * (self.loss(rate, temperature) - usual)


def charging_time(shares: Sequence[float], rates: Sequence[float]) -> float:
    """Return how long a charge of several steps takes: the sum of charge over rate [s].

    Args:
        shares: of the charge, step by step, relative to capacity [-].
        rates: of each step, relative to capacity [1/s].
    """
    return float(sum(share / rate for share, rate in zip(shares, rates, strict=True)))


@equation
def plating_margin(full: float, end: float, margin_at_1c: float, load: float) -> float:
    """Return the anode's least potential against lithium at the end of a charging step [V].

    end - (full - margin at 1C) load: the overpotential, known from a charge at 1C to the top, goes with the current.
    Lithium plates below 0. Valid up to about 1C, where the overpotential is linear (checked against PyBaMM at 1C only).

    Args:
        full: resting potential of the anode of a full cell [V].
        end: resting potential at which the step ends [V].
        margin_at_1c: least potential in a charge at 1C [V].
        load: current per wetted area relative to 1C, with the factor of temperature [-].
    """
    return end - (full - margin_at_1c) * load


class Formation(DeclaredStep):
    """Formation: the first charge, on one channel a cell; its stations take lots by channels.

    With ``first_cycle`` it makes ``state``: "lithium_loss" (part of the anode's charge [-]), "plating_margin" (least
    potential of the anode against lithium [V]) and "gas" [m^3]. It reads "wetted" (part of the electrodes that the
    electrolyte has reached [-]), "moisture" (water in the coating [kg/kg]) and porosities where steps before have
    worked them out.

    Attributes:
        c_rate: rate at which the first charge begins, relative to capacity [1/s].
        charged: state of charge to which it goes at that rate [-].
        second_rate: rate of the rest of the first charge [1/s]; None for the same.
        temperature: of the cells [K]; needed with ``first_cycle``.
        rest: everything after the first charge: rests and further cycles [s].
        handling: time to bring a lot in and out [s].
        first_cycle: what the first charge costs a cell; None leaves cells as they are.
    """

    kind: Literal["formation"]
    c_rate: CRate
    charged: Fraction = 1.0
    second_rate: CRate | None = None
    temperature: Temperature | None = None
    rest: Seconds = 0.0
    handling: Seconds = 0.0
    first_cycle: FirstCycle | None = None

    by_time: ClassVar[bool] = True

    @model_validator(mode="after")
    def _warm(self) -> Formation:
        if self.first_cycle is not None and self.temperature is None:
            raise ValueError("what the first cycle costs depends on temperature, expected one such as '25 degC'")
        return self

    @property
    def explains(self) -> frozenset[str]:
        """Gas and plating, where the first cycle is declared."""
        return frozenset({GAS, PLATING} if self.first_cycle is not None else ())

    @cached_property
    def steps(self) -> tuple[tuple[float, float], ...]:
        """State of charge at the end [-] and rate [1/s] of each step of the first charge."""
        return (self.charged, self.c_rate), (1.0, self.second_rate or self.c_rate)

    @cached_property
    def first_charge(self) -> float:
        """How long the first charge takes [s]."""
        return charging_time((self.charged, 1 - self.charged), [rate for _, rate in self.steps])

    @cached_property
    def time(self) -> float:
        """How long formation itself takes [s]."""
        return self.first_charge + self.rest

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return how long a lot occupies its channels [s]."""
        return self.time + self.handling

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Charge every cell of the lot for the first time."""
        cell, units = inputs[0], inputs[0].units
        made = Made([cell], units, units)
        response = at.product.response if at.product else None
        if self.first_cycle is not None and response is not None and isinstance(cell, Cell):
            made.born = self._form(cell, at, response, self.first_cycle)
        return made

    def _form(self, cell: Cell, at: Occasion, response: CellResponse, first: FirstCycle) -> list[Born]:
        """Take lithium from every cell of a lot, in place; return what has gone wrong."""
        assert at.product is not None and self.temperature is not None
        size, nominal, born = cell.size, at.product.capacity, []
        anode_charge = response.anode_charge * nominal
        loss, margin, gas = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
        water, usual = cell.known("moisture", first.usual_moisture), first.usual_moisture
        # an electron for each molecule: H2O + e + Li -> LiOH + H2 / 2
        per_water = (cell.cathode_kg + cell.anode_kg) / WATER * FARADAY
        drawn, mean = at.luck.normal("lithium loss", at.lot, size), response.lithium_loss + self._more
        _lose(drawn, mean, first.spread, water, usual, per_water, cell.anode_loading, anode_charge, loss)
        (at_1c,) = quadratics(response, ("plating_margin",), cell, loss)
        wetted = cell.known("wetted", 1.0)
        if _plate(at_1c, wetted, *self._hardest(response, first), first.plated, loss, margin) < 0:
            born.append(Born(PLATING, np.flatnonzero((margin < 0) & cell.alive).tolist()))
        drawn, limit = at.luck.normal("gas", at.lot, size), first.gas_limit * nominal
        if _make_gas(drawn, first.gas, first.gas_cv, loss, cell.anode_loading, anode_charge, gas) > limit:
            born.append(Born(GAS, np.flatnonzero((gas > limit) & cell.alive).tolist()))
        cell.state.update(lithium_loss=loss, plating_margin=margin, gas=gas)
        return born

    @cached_property
    def _more(self) -> float:
        """By how much more lithium this way of charging takes than the usual one [-]."""
        assert self.first_cycle is not None and self.temperature is not None
        return self.first_cycle.lasting_loss(1 / self.first_charge, self.temperature)

    def _hardest(self, response: CellResponse, first: FirstCycle) -> tuple[float, float, float]:
        """Return of the step of the first charge that is hardest on the anode what ``plating_margin`` wants.

        That is the anode's potential when it is full and when the step ends [V], and the load relative to 1C [-].
        """
        assert self.temperature is not None
        if not self._kept or self._kept[0][0] is not response:
            cold = first.warmth(first.kinetic_energy, self.temperature)
            bottom, top = response.as_designed
            full, usual = response.anode_potential_at(top), response.plating_margin[0][0]
            ends = [response.anode_potential_at(bottom + charged * (top - bottom)) for charged, _ in self.steps]
            steps = [(full, end, rate / PER_HOUR * cold) for end, (_, rate) in zip(ends, self.steps, strict=True)]
            hardest = min(steps, key=lambda step: plating_margin(full, step[1], usual, step[2]))
            self._kept[:] = [(response, hardest)]
        return self._kept[0][1]

    @cached_property
    def _kept(self) -> list[tuple[CellResponse, tuple[float, float, float]]]:
        """The hardest step for the cell that was asked for last."""
        return []


@loop
def _lose(
    drawn: Floats,
    mean: float,
    spread: float,
    moisture: Floats,
    usual_moisture: float,
    per_water: float,
    anode: Floats,
    anode_charge: float,
    loss: Floats,
) -> None:
    """Take lithium from each cell: what is usual, its spread, and what water binds."""
    for i in range(len(loss)):
        water = (moisture[i] - usual_moisture) * per_water / (anode[i] * anode_charge)
        loss[i] = mean + spread * drawn[i] + water


@loop
def _plate(
    at_1c: Floats, wetted: Floats, full: float, end: float, load: float, plated: float, loss: Floats, margin: Floats
) -> float:
    """Work out each cell's margin and take the lithium that is plated; return the least margin [V]."""
    least = np.inf
    for i in range(len(margin)):
        # all of the current goes where the electrolyte is
        margin[i] = plating_margin(full, end, at_1c[i], load / wetted[i])
        if margin[i] < 0:
            loss[i] -= plated * margin[i]
        least = min(least, margin[i])
    return least


@loop
def _make_gas(
    drawn: Floats, per_charge: float, spread: float, loss: Floats, anode: Floats, anode_charge: float, gas: Floats
) -> float:
    """Make gas by the charge of lithium lost; return the most of a cell [m^3]."""
    most = 0.0
    for i in range(len(gas)):
        gas[i] = per_charge * (1 + spread * drawn[i]) * loss[i] * anode[i] * anode_charge
        most = max(most, gas[i])
    return most
