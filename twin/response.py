"""How a cell answers to its electrodes, as declared: potentials, lithium, rate and resistance of one chemistry.

The two-electrode balance is worked out once for a design, as a table over what cells of a plant differ in; the steps of
formation look cells up in it (``twin/formation/balance.py``).
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import WithJsonSchema, model_validator

from twin.declared import Declared
from twin.units import ArealResistance, Fraction, Positive, Voltage

Floats = NDArray[np.float32]
Exact = NDArray[np.float64]

_ROWS = {
    "description": "rows of numbers",
    "anyOf": [
        {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        {"type": "object", "required": ["value"]},
    ],
}
Rows = Annotated[tuple[tuple[float, ...], ...], WithJsonSchema(_ROWS)]

# how far the table of the balance reaches and how finely, for ratio of cathode to anode (relative) and lithium loss
_REACH = ((0.7, 1.4), (-0.05, 0.6))
_STEPS = (256, 256)
_POTENTIAL_STEPS = 4096
_STEP_OF_SLOPE = 0.02


class Reach(Declared):
    """Where a fit of the cell response is centred, and half the width over which it holds.

    Attributes:
        loading: half width of either electrode's loading relative to target [-].
        porosity: half width of either electrode's porosity [-].
        lithium_loss: half width of the lithium loss [-].
        lithium_loss_middle: its middle [-].
    """

    loading: Positive
    porosity: Positive
    lithium_loss: Positive
    lithium_loss_middle: Fraction


class CellResponse(Declared):
    """What a cell makes of its electrodes.

    Attributes:
        anode_potential: open-circuit potential: rows of stoichiometry [-] and potential against lithium [V].
        cathode_potential: the same of the cathode.
        anode_charge: charge that the anode at target loading can hold, relative to nominal capacity [-].
        cathode_charge: the same of the cathode.
        lithiation_made: stoichiometry of the cathode as made [-].
        lithium_loss: lithium that formation as usual takes, as a fraction of the anode's charge [-].
        lowest: voltage at which a discharge ends [V].
        highest: voltage at which a charge ends [V].
        cathode_porosity: porosity of the cathode as designed [-].
        anode_porosity: the same of the anode [-].
        resistance: resistance after 10 s at half charge, times the area of one side of all cathodes [ohm m^2].
        reach: where the quadratics hold.
        rate_factor: capacity at C/3 relative to that at rest [-], a quadratic.
        resistance_factor: resistance relative to that as designed [-], a quadratic.
        plating_margin: least potential of the anode against lithium in a charge at 1C [V], a quadratic.

    A quadratic is over z = (1, loading of the cathode, loading of the anode, lithium loss, porosity of the cathode,
    porosity of the anode), each input relative to its middle and half width. It has six rows: in row k the factors of
    z_k z_k, z_k z_k+1 and so on.
    """

    anode_potential: Rows
    cathode_potential: Rows
    anode_charge: Positive
    cathode_charge: Positive
    lithiation_made: Fraction
    lithium_loss: Fraction
    lowest: Voltage
    highest: Voltage
    cathode_porosity: Fraction
    anode_porosity: Fraction
    resistance: ArealResistance
    reach: Reach
    rate_factor: Rows
    resistance_factor: Rows
    plating_margin: Rows

    @model_validator(mode="after")
    def _shapes(self) -> CellResponse:
        for name in ("anode_potential", "cathode_potential"):
            table = getattr(self, name)
            if len(table) < 2 or any(len(row) != 2 for row in table):
                raise ValueError(f"{name}: expected rows of stoichiometry and potential such as [0.5, 0.12]")
            steps = np.diff(np.array(table), axis=0)
            # graphite may be flat where it is full; the cathode's potential is turned round
            flat = name == "anode_potential"
            if (steps[:, 0] <= 0).any() or (steps[:, 1] > 0).any() or (not flat and (steps[:, 1] == 0).any()):
                raise ValueError(f"{name}: expected rows of growing stoichiometry and falling potential")
        for name in ("rate_factor", "resistance_factor", "plating_margin"):
            if [len(row) for row in getattr(self, name)] != [6, 5, 4, 3, 2, 1]:
                raise ValueError(f"{name}: expected six rows of 6, 5, 4, 3, 2 and 1 factors")
        if not self.lowest < self.highest:
            raise ValueError("the discharge ends at a higher voltage than the charge, expected lowest < highest")
        return self

    def quadratics(self, names: tuple[str, ...]) -> Floats:
        """Return quadratics as matrices A, so that each has the value z'A z. Shape (names, 6, 6)."""
        if names not in self._stacks:
            stack = self._stacks[names] = np.zeros((len(names), 6, 6), np.float32)
            for whole, name in zip(stack, names, strict=True):
                for place, row in enumerate(getattr(self, name)):
                    whole[place, place:] = row
        return self._stacks[names]

    @cached_property
    def _stacks(self) -> dict[tuple[str, ...], Floats]:
        return {}

    @cached_property
    def reaches(self) -> Exact:
        """Middle of each input, and one over half its width. Shape (5, 2)."""
        reach = self.reach
        middles = (1, 1, reach.lithium_loss_middle, self.cathode_porosity, self.anode_porosity)
        widths = (reach.loading, reach.loading, reach.lithium_loss, reach.porosity, reach.porosity)
        return np.array([(middle, 1 / width) for middle, width in zip(middles, widths, strict=True)])

    @cached_property
    def _anode(self) -> Exact:
        return np.ascontiguousarray(np.array(self.anode_potential).T)

    @cached_property
    def _cathode(self) -> Exact:
        return np.ascontiguousarray(np.array(self.cathode_potential).T)

    def anode_at(self, stoichiometry: Floats | Exact) -> Exact:
        """Return the anode's open-circuit potential [V]."""
        x, potential = self._anode
        return np.asarray(np.interp(stoichiometry, x, potential), np.float64)

    def cathode_at(self, stoichiometry: Floats | Exact) -> Exact:
        """Return the cathode's open-circuit potential [V]."""
        y, potential = self._cathode
        return np.asarray(np.interp(stoichiometry, y, potential), np.float64)

    def cathode_when(self, voltage: float, anode: Exact) -> Exact:
        """Return the cathode's stoichiometry when the resting cell has a voltage, by the anode's [-]."""
        y, potential = self._cathode
        return np.asarray(np.interp(-(voltage + self.anode_at(anode)), -potential, y), np.float64)

    @cached_property
    def potentials(self) -> Floats:
        """Potentials of anode and cathode in even steps of stoichiometry from 0 to 1: where each begins, and the change
        in it [V]. Shape (2, steps, 2).
        """
        even = np.linspace(0, 1, _POTENTIAL_STEPS + 1)
        both = (self.anode_at(even), self.cathode_at(even))
        return np.array([np.column_stack([one[:-1], np.diff(one)]) for one in both], np.float32)

    def anode_potential_at(self, stoichiometry: float) -> float:
        """Return the anode's open-circuit potential at one stoichiometry [V]."""
        return float(np.interp(stoichiometry, *self._anode))

    @cached_property
    def as_designed(self) -> tuple[float, float]:
        """The anode's stoichiometry where discharge and charge end, at target loadings and the declared loss [-]."""
        ratio, loss = np.array([self.cathode_charge / self.anode_charge]), np.array([self.lithium_loss])
        bottom, top = (float(end_of_window(self, v, ratio, loss)[0, 0]) for v in (self.lowest, self.highest))
        return bottom, top

    def voltage_as_designed(self, charge: float) -> float:
        """Return the resting voltage of a cell as designed, charged by so much of its nominal capacity [V]."""
        found = self._voltages.get(charge)
        if found is None:
            x = self.as_designed[0] + charge / self.anode_charge
            ratio = self.cathode_charge / self.anode_charge
            y = self.lithiation_made - (x + self.lithium_loss) / ratio
            found = self._voltages[charge] = float(self.cathode_at(np.array(y)) - self.anode_at(np.array(x)))
        return found

    @cached_property
    def _voltages(self) -> dict[float, float]:
        return {}

    def slope_as_designed(self, charge: float) -> float:
        """Return how steeply the resting voltage of a cell as designed rises with its charge [V/nominal capacity]."""
        # over a few rows of the potentials, which are straight in between
        below, above = (self.voltage_as_designed(charge + step) for step in (-_STEP_OF_SLOPE, _STEP_OF_SLOPE))
        return (above - below) / (2 * _STEP_OF_SLOPE)

    @cached_property
    def np_ratio(self) -> float:
        """Charge the anode can hold over what the cathode gives in its first charge, at target loadings [-]."""
        full = np.array([self.anode_potential[-1][0]])
        given = self.lithiation_made - float(self.cathode_when(self.highest, full)[0])
        return self.anode_charge / (self.cathode_charge * given)

    @cached_property
    def table(self) -> BalanceTable:
        """The balance over cathode-to-anode ratio and lithium loss."""
        return BalanceTable(self)


class BalanceTable:
    """The anode's stoichiometry at both ends of the voltage window, over what cells differ in.

    Lithium is conserved: x Qn + y Qp = made Qp - loss Qn, so that x + r y = made r - loss with r = Qp / Qn. At rest the
    voltage is Up(y) - Un(x). At one voltage y is a function of x alone, and x + r y(x) grows with x: for each r it is
    turned round by interpolation, without iteration.

    Attributes:
        ratios: steps per unit of cathode over anode loading, steps before the axis begins, and how many there are.
        losses: the same of the loss.
        rows: for each step of both axes x = a + b u + (c + d u) v of both stoichiometries, with u and v the position
            within the step. Shape (steps, 8): a, b, c and d of the bottom and the top each.
    """

    def __init__(self, response: CellResponse) -> None:
        ratio = response.cathode_charge / response.anode_charge
        ends = ((_REACH[0][0] * ratio, _REACH[0][1] * ratio), _REACH[1])
        axes = [np.linspace(*end, steps + 1) for end, steps in zip(ends, _STEPS, strict=True)]
        (ratios, losses), (first_ratio, first_loss) = _STEPS, (axis[0] for axis in axes)
        per_ratio, per_loss = (1 / (axis[1] - axis[0]) for axis in axes)
        self.ratios = (float(per_ratio * ratio), float(first_ratio * per_ratio), ratios)
        self.losses = (float(per_loss), float(first_loss * per_loss), losses)
        bottom, top = (_bilinear(end_of_window(response, v, *axes)) for v in (response.lowest, response.highest))
        pairs = [one for pair in zip(bottom, top, strict=True) for one in pair]
        self.rows = np.ascontiguousarray(np.array(pairs, np.float32).reshape(8, -1).T)


def _bilinear(at: Exact) -> tuple[Exact, Exact, Exact, Exact]:
    """Return a, b, c, d of a + b u + (c + d u) v in each step between values at its four corners."""
    corner, right, up = at[:-1, :-1], at[1:, :-1], at[:-1, 1:]
    return corner, right - corner, up - corner, at[1:, 1:] - right - up + corner


def end_of_window(response: CellResponse, voltage: float, ratios: Exact, losses: Exact) -> Exact:
    """Return the anode's stoichiometry at which the resting cell has a voltage. Shape (ratios, losses).

    Args:
        response: the cell.
        voltage: of the resting cell [V].
        ratios: charge of cathode over anode [-].
        losses: lithium lost as a fraction of the anode's charge [-].
    """
    x = np.linspace(response.anode_potential[0][0], response.anode_potential[-1][0], 8001)
    y = response.cathode_when(voltage, x)
    rows = [np.interp(response.lithiation_made * ratio - losses, x + ratio * y, x) for ratio in ratios]
    return np.array(rows)
