"""Tab welding: current collectors are welded to the terminals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from twin.declared import Declared
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
        energy = weld_energy(drawn, weld.energy, weld.wear * used, weld.sd)
        each = energy.reshape(cell.size, welds)
        cell.state["weld_resistance"] = weld_resistance(each, weld.resistance, weld.steepness)
        least, most = energy.min(), energy.max()
        if most > weld.spatter:
            made.born = [Born(SPATTER, _cells(energy > weld.spatter, welds))]
        if least < weld.cold or most > weld.burnt:
            made.born = [*made.born, Born(FAULT, _cells((energy < weld.cold) | (energy > weld.burnt), welds))]
        return made


def weld_energy(drawn: Floats, energy: float, worn: float, sd: float) -> Floats:
    """Return what each weld gets of energy, E (1 - w N) + sd z [-]. Shape (welds,).

    Args:
        drawn: standard normal numbers z. Shape (welds,).
        energy: energy E of new tips [-].
        worn: share w N that the tips have lost [-].
        sd: spread from weld to weld [-].
    """
    reached: Floats = drawn * np.float32(sd)
    reached += np.float32(energy * (1 - worn))
    return reached


def weld_resistance(energy: Floats, resistance: float, steepness: float) -> Floats:
    """Return the resistance of all welds of each cell in series, the sum of r exp(-s (E - 1)) [ohm]. Shape (cells,).

    Valid between about 0.7 and 1.3 of the energy that the weld is designed for.

    Args:
        energy: E of each weld [-]. Shape (cells, welds).
        resistance: r of one weld at energy 1 [ohm].
        steepness: s [-].
    """
    each = energy * np.float32(-steepness)
    each += np.float32(steepness)
    np.exp(each, out=each)
    # a product is much faster than a sum over so few
    total: Floats = each @ np.full(each.shape[1], resistance, np.float32)
    return total


def _cells(wrong: NDArray[np.bool_], welds: int) -> list[int]:
    """Return the places of the cells that have a wrong weld."""
    return sorted(set((np.flatnonzero(wrong) // welds).tolist()))
