"""Soaking: electrolyte wets the pores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from twin.chemistry import arrhenius
from twin.declared import Declared
from twin.machine_code import equation, loop
from twin.material import Cell, Floats, Material
from twin.occasion import Born, Made, Occasion
from twin.shapes import ForTime
from twin.units import EnergyPerAmount, Fraction, Metres, Positive, Spreading, Temperature

UNWETTED = "incomplete_wetting"


class Uptake(Declared):
    """How fast electrolyte creeps along a free electrode of some porosity.

    Attributes:
        porosity: of the pressed electrode [-].
        spreading: K^2 of Washburn's law x = K sqrt(t), at the temperature of reference [m^2/s].
    """

    porosity: Fraction
    spreading: Spreading


class Wetting(Declared):
    """How a cell takes up its electrolyte.

    True afterwards: ``state["wetted"]``, share of the electrode that is wet, 0 to 1 [-]. It reads ``["dose"]`` [kg],
    ``["cathode_porosity"]`` and ``["anode_porosity"]`` [-] where the steps before have left them.

    Attributes:
        half_width: way of the electrolyte to the middle of the electrode [m].
        uptake: by rising porosity, straight in between and level outside. The law is not monotone: little pores are
            tight, and an electrode that was never pressed draws weakly.
        reference: temperature that ``uptake`` belongs to [K].
        temperature: of the room in which cells soak [K].
        activation: how spreading gains from warmth, by the viscosity of the electrolyte [J/mol].
        vacuum: factor that evacuation and cycles of pressure bring to K [-].
        tightness: factor on K in the pressed stack or wound roll instead of the free electrode [-].
        spread: coefficient of variation of K from cell to cell [-].
        cathode_porosity: where the electrode's own is not known [-].
        anode_porosity: the same [-].
        needed: share of the nominal dose that fills all pores [-].
        ambient_temperature: around the room [K].
        energy_temperature: of the room, for which the station's energy is declared [K]; None where it does not change.
    """

    half_width: Metres = Field(gt=0)
    uptake: tuple[Uptake, ...] = Field(min_length=1)
    reference: Temperature
    temperature: Temperature
    activation: EnergyPerAmount
    vacuum: Positive
    tightness: Positive
    spread: Fraction
    cathode_porosity: Fraction
    anode_porosity: Fraction
    needed: Positive
    ambient_temperature: Temperature | None = None
    energy_temperature: Temperature | None = None

    @model_validator(mode="after")
    def _rising(self) -> Wetting:
        porosities = [row.porosity for row in self.uptake]
        if porosities != sorted(set(porosities)):
            raise ValueError(f"uptake needs rows of rising porosity, got {porosities}")
        around, known = self.ambient_temperature, self.energy_temperature
        if (around is None) != (known is None) or (around is not None and known is not None and known <= around):
            raise ValueError("'energy_temperature' is above 'ambient_temperature'; give both, or none")
        return self

    @property
    def heating(self) -> float:
        """Heat that its room takes relative to what is declared, by the difference to what is around it [-]."""
        if self.ambient_temperature is None or self.energy_temperature is None:
            return 1.0
        above = self.temperature - self.ambient_temperature
        return max(0.0, above / (self.energy_temperature - self.ambient_temperature))

    @cached_property
    def factor(self) -> float:
        """What warmth, vacuum and the tightness of the cell make of K together [-]."""
        warmth = arrhenius(self.activation, self.temperature, self.reference)
        return math.sqrt(warmth) * self.vacuum * self.tightness

    @cached_property
    def table(self) -> NDArray[np.float64]:
        """Porosities and K^2 [m^2/s] of ``uptake``. Shape (2, rows)."""
        return np.array([[row.porosity for row in self.uptake], [row.spreading for row in self.uptake]])


class Soaking(ForTime):
    """Soaking.

    Attributes:
        wetting: the physics of wetting; without it, flaws are born at declared rates.
    """

    kind: Literal["soaking"]
    wetting: Wetting | None = None

    @property
    def explains(self) -> frozenset[str]:
        """Incomplete wetting, once it is declared how cells are wetted."""
        return frozenset((UNWETTED,)) if self.wetting is not None else frozenset()

    @property
    def heating(self) -> float:
        """Heat that it takes relative to the station's energy as declared [-]."""
        return self.wetting.heating if self.wetting is not None else 1.0

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Wet every cell of the lot, for the first time or once more."""
        made = super().make(inputs, at)
        wetting = self.wetting
        if wetting is None or at.product is None:
            return made
        (cell,) = inputs
        assert isinstance(cell, Cell)
        before, dose = cell.state.get("wetted"), cell.known("dose", math.inf)
        wetted = np.empty(cell.size, np.float32)
        needed = wetting.needed * at.product.parts["electrolyte"].value if "dose" in cell.state else 1.0
        if before is not None:
            # as far again as so many times the time brings; what was wet all over stays so
            further = math.sqrt((cell.repeats + 1) / max(cell.repeats, 1))
            least = _wet_again(before, further, dose, needed, wetted)
        else:
            least = _wet(
                cell.known("cathode_porosity", wetting.cathode_porosity),
                cell.known("anode_porosity", wetting.anode_porosity),
                wetting.table,
                self.time,
                wetting.factor,
                at.luck.normal("wetting", at.lot, cell.size),
                wetting.spread,
                wetting.half_width,
                dose,
                needed,
                wetted,
            )
        cell.state["wetted"] = wetted
        if least < 1:
            made.born = [Born(UNWETTED, np.flatnonzero((wetted < 1) & cell.alive).tolist())]
        return made


@loop
def _wet(
    cathode_porosity: Floats,
    anode_porosity: Floats,
    table: NDArray[np.float64],
    time: float,
    factor: float,
    drawn: Floats,
    spread: float,
    half_width: float,
    dose: Floats,
    needed: float,
    wetted: Floats,
) -> float:
    """Wet cells from dry; return the least wetted share."""
    least = 1.0
    for i in range(len(wetted)):
        slower = min(spreading_at(table, cathode_porosity[i]), spreading_at(table, anode_porosity[i]))
        way = reach(slower, time, factor, drawn[i], spread)
        wetted[i] = min(way / half_width, dose[i] / needed, 1.0)
        least = min(least, wetted[i])
    return least


@loop
def _wet_again(before: Floats, further: float, dose: Floats, needed: float, wetted: Floats) -> float:
    """Wet cells that are wet in part; return the least wetted share."""
    least = 1.0
    for i in range(len(wetted)):
        wetted[i] = min(before[i] * further, dose[i] / needed, 1.0)
        least = min(least, wetted[i])
    return least


@equation
def spreading_at(table: NDArray[np.float64], porosity: float) -> float:
    """Return K^2 of an electrode, straight between the rows of a table and level outside [m^2/s].

    Args:
        table: porosities in rising order, and K^2 of each [m^2/s]. Shape (2, rows).
        porosity: of the electrode [-].
    """
    at, spreading = table
    last = len(at) - 1
    if porosity <= at[0]:
        return float(spreading[0])
    for row in range(last):
        if porosity < at[row + 1]:
            way = (porosity - at[row]) / (at[row + 1] - at[row])
            return float(spreading[row] + way * (spreading[row + 1] - spreading[row]))
    return float(spreading[last])


@equation
def reach(spreading: float, time: float, factor: float, drawn: float, spread: float) -> float:
    """Return how far electrolyte comes in a cell, x = K sqrt(t) [m].

    Args:
        spreading: K^2 of the free electrode [m^2/s].
        time: t [s].
        factor: of the cell on K [-].
        drawn: standard normal number.
        spread: coefficient of variation of K, lognormal [-].

    Source: Washburn, Phys. Rev. 17 (1921) 273; for electrodes Sheng et al., Front. Energy Res. 2 (2014) 56.
    """
    return math.exp(spread * drawn) * factor * math.sqrt(time * spreading)
