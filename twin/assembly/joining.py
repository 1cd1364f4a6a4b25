"""Tab welding: current collectors are welded to the terminals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from twin.declared import Declared
from twin.machine_code import equation, loop
from twin.material import Cell, Floats, Material
from twin.occasion import Born, Made, Occasion
from twin.shapes import AtRate
from twin.units import Fraction, Positive, Resistance

FAULT, SPATTER = "weld_fault_cold_or_burnt", "weld_spatter_particle"


class Weld(Declared):
    """A weld and the tips that make it. Energies are relative to the one that the weld is designed for.

    True afterwards: ``state["weld_resistance"]``, of all welds of a cell in series [ohm].

    Attributes:
        energy: energy that new tips bring into the weld [-].
        sd: spread of the energy from weld to weld [-].
        wear: share of its energy that a tip loses with each weld [-].
        heads: welding heads with tips of their own that share the welds of one machine.
        cold: energy below which a weld does not hold [-].
        burnt: energy above which it is burnt through [-].
        spatter: energy above which metal is thrown out that stays in the cell [-].
        resistance: of one weld at the energy it is designed for [ohm].
        steepness: how steeply its logarithm falls with the energy [-].
    """

    energy: Positive
    sd: Fraction
    wear: Fraction
    heads: int = Field(ge=1, le=1000)
    cold: Positive
    burnt: Positive
    spatter: Positive
    resistance: Resistance
    steepness: Positive


class Joining(AtRate):
    """Tab welding. A set-up changes the tips.

    Attributes:
        weld: the physics of its welds; without it, flaws are born at declared rates.
    """

    kind: Literal["joining"]
    weld: Weld | None = None

    @property
    def explains(self) -> frozenset[str]:
        """Weld faults and spatter, once the weld is declared."""
        return frozenset((FAULT, SPATTER)) if self.weld is not None else frozenset()

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Weld the tabs of every cell of the lot."""
        made = super().make(inputs, at)
        if self.weld is None or at.product is None:
            return made
        (cell,) = inputs
        assert isinstance(cell, Cell)
        weld, welds = self.weld, at.product.welds
        # tips wear little within a lot: all its welds are made with tips of the lot's middle
        used = (at.use + cell.size / 2) * welds / weld.heads
        drawn = at.luck.normal("weld", at.lot, cell.size * welds)
        resistance, within = np.empty(cell.size, np.float32), (weld.cold, weld.burnt, weld.spatter)
        energy = weld.energy * (1 - weld.wear * used)
        fine = _weld(drawn, energy, weld.sd, weld.resistance, weld.steepness, within, resistance)
        cell.state["weld_resistance"] = resistance
        if not fine:
            each = energy + weld.sd * drawn
            faulty = (FAULT, (each < weld.cold) | (each > weld.burnt)), (SPATTER, each > weld.spatter)
            made.born = [Born(mode, _cells(wrong, welds)) for mode, wrong in reversed(faulty) if wrong.any()]
        return made


@loop
def _weld(
    drawn: Floats,
    energy: float,
    sd: float,
    resistance: float,
    steepness: float,
    within: tuple[float, float, float],
    total: Floats,
) -> bool:
    """Weld all cells, in series the welds of each; return whether all welds are as they should be."""
    welds, fine = len(drawn) // len(total), True
    cold, burnt, spatter = within
    for i in range(len(total)):
        total[i] = 0.0
        for j in range(i * welds, (i + 1) * welds):
            each = weld_energy(drawn[j], energy, sd)
            total[i] += weld_resistance(each, resistance, steepness)
            fine &= cold <= each <= min(burnt, spatter)
    return fine


@equation
def weld_energy(drawn: float, energy: float, sd: float) -> float:
    """Return what a weld gets of energy, E + sd z [-].

    Args:
        drawn: standard normal number z.
        energy: mean energy E that the tips bring [-].
        sd: spread from weld to weld [-].
    """
    return energy + sd * drawn


@equation
def weld_resistance(energy: float, resistance: float, steepness: float) -> float:
    """Return the resistance of a weld, r exp(-s (E - 1)) [ohm]; welds of a cell are in series.

    Valid between about 0.7 and 1.3 of the energy that the weld is designed for.

    Args:
        energy: E of the weld [-].
        resistance: r at energy 1 [ohm].
        steepness: s [-].
    """
    return resistance * math.exp(-steepness * (energy - 1))


def _cells(wrong: NDArray[np.bool_], welds: int) -> list[int]:
    """Return the places of the cells that have a wrong weld."""
    return sorted(set((np.flatnonzero(wrong) // welds).tolist()))
