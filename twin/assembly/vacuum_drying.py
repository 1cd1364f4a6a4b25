"""Vacuum drying: coils give off their last water before they meet the dry room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from twin.chemistry import arrhenius
from twin.declared import Declared, DeclaredStep
from twin.material import Electrode, Material
from twin.occasion import Born, Made, Occasion
from twin.units import EnergyPerAmount, ForcePerLength, Fraction, Interval, PerTime, Seconds, Temperature

DELAMINATION, RESIDUE = "delamination_poor_adhesion_binder_migration", "residual_solvent_or_moisture_high"


class Heat(Declared):
    """What heat does to a coil: water leaves it, and the binder suffers.

    Attributes:
        temperature: temperature of the coils [K].
        rate_temperature: temperature that half-time and damage are known for [K].
        half_time: time in which half of the water that can leave does [s].
        activation: activation energy of its leaving [J/mol].
        ambient: water that a coil brings along [kg/kg].
        water_limit: water and solvent that may be left [kg/kg].
        damage: share of its peel strength that a coating loses in a time [1/s].
        damage_activation: activation energy of that [J/mol].
        adhesion_limit: least peel strength [N/m].
        ambient_temperature: temperature around the oven [K].
        energy_temperature: temperature of the coils that the station's energy is declared for [K].
        energy_time: time of one oven load that it is declared for [s].
    """

    temperature: Temperature
    rate_temperature: Temperature
    half_time: Interval
    activation: EnergyPerAmount
    ambient: Fraction
    water_limit: Fraction
    damage: PerTime
    damage_activation: EnergyPerAmount
    adhesion_limit: ForcePerLength
    ambient_temperature: Temperature
    energy_temperature: Temperature
    energy_time: Interval

    def dry(self, coil: Electrode, bound: float, time: float) -> list[str]:
        """Dry a coil in place, and return the defect modes that it has then.

        Args:
            coil: the coil.
            bound: water that no drying takes out [kg/kg].
            time: how long it is dried [s].
        """
        state, here = coil.state, (self.temperature, self.rate_temperature)
        came = self.ambient + float(state.get("residual_solvent", 0.0))
        rate = math.log(2) / self.half_time * arrhenius(self.activation, *here)
        state["water"] = water = water_left(came, bound, rate, time)
        modes = [RESIDUE] if water > self.water_limit else []
        if "adhesion" in state:
            before = float(state["adhesion"])
            state["adhesion"] = after = before * math.exp(
                -self.damage * arrhenius(self.damage_activation, *here) * time
            )
            if after < self.adhesion_limit <= before:
                modes.append(DELAMINATION)
        return modes


class VacuumDrying(DeclaredStep):
    """A vacuum oven.

    It leaves in each coil: "water", and what is left of the solvent with it [kg/kg of coating]; with ``heat`` a
    lower "adhesion" [N/m].

    Attributes:
        time: from closing to opening the oven [s].
        water: water that no drying takes out of the coating, mean [kg/kg]; all that is left when ``heat`` is None.
        water_cv: coefficient of variation of that between coils [-].
        heat: what temperature and time do; None when only the declared defect rates are known.
    """

    kind: Literal["vacuum_drying"]
    time: Seconds
    water: Fraction
    water_cv: Fraction
    heat: Heat | None = None

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"
    by_time: ClassVar[bool] = True

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of what heat does."""
        return frozenset((RESIDUE, DELAMINATION) if self.heat is not None else ())

    @property
    def heating(self) -> float:
        """Heat that it takes relative to the station's energy as declared, by time and excess temperature [-]."""
        if self.heat is None:
            return 1.0
        heat = self.heat
        above = (heat.temperature - heat.ambient_temperature) / (heat.energy_temperature - heat.ambient_temperature)
        return above * self.time / heat.energy_time

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time of one oven load [s]."""
        return self.time

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Dry one coil."""
        (coil,) = inputs
        assert isinstance(coil, Electrode)
        drawn = at.luck.one("water", at.lot, np.random.Generator.standard_normal)
        coil.state["water"] = bound = self.water * math.exp(self.water_cv * drawn - self.water_cv**2 / 2)
        modes = self.heat.dry(coil, bound, self.time) if self.heat is not None else []
        return Made([coil], coil.length, coil.length, born=[Born(mode, whole=True) for mode in modes])


def water_left(came: float, bound: float, rate: float, time: float) -> float:
    """Return the water left after drying, w = w_eq + (w0 - w_eq) exp(-k t) [kg/kg].

    Args:
        came: water w0 at the start [kg/kg].
        bound: water w_eq that stays however long it is dried [kg/kg].
        rate: k [1/s].
        time: t [s].
    """
    return bound + (came - bound) * math.exp(-rate * time)
