"""The lithium balance of two electrodes: what a cell can store, how it resists, when it plates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.machine_code import equation, loop
from twin.material import Cell, Floats
from twin.response import CellResponse


class Window(NamedTuple):
    """The anode's stoichiometry where a discharge and a charge end. Each of shape (cells,)."""

    bottom: Floats
    top: Floats


def window(response: CellResponse, cathode: Floats, anode: Floats, loss: Floats) -> Window:
    """Return between which stoichiometries of the anode each resting cell works.

    Solves Up(y) - Un(x) = V with x Qn + y Qp = made Qp - loss Qn at both ends of the voltage window, bilinear in the
    table of the design. Source: two-electrode balance as in Dubarry et al. 2012, J. Power Sources 219, 204, and in
    PyBaMM's ElectrodeSOHSolver, with which it agrees to 1e-4 of the capacity. Valid for ratios of 0.7 to 1.4 of the
    design's and losses up to 0.6; an anode that is full ends the charge.

    Args:
        response: the cell as designed.
        cathode: areal loading relative to target [-]. Shape (cells,).
        anode: the same of the anode [-].
        loss: lithium lost as a fraction of the anode's charge [-].
    """
    table = response.table
    bottom, top = np.empty(len(cathode), np.float32), np.empty(len(cathode), np.float32)
    _windows(cathode, anode, loss, table.rows, *table.ratios, *table.losses, bottom, top)
    return Window(bottom, top)


@loop
def _windows(
    cathode: Floats,
    anode: Floats,
    loss: Floats,
    rows: Floats,
    ratio_steps: float,
    ratio_begin: float,
    ratios: int,
    loss_steps: float,
    loss_begin: float,
    losses: int,
    bottom: Floats,
    top: Floats,
) -> None:
    for i in range(len(cathode)):
        u = cathode[i] / anode[i] * ratio_steps - ratio_begin
        v = loss[i] * loss_steps - loss_begin
        # outside the table it goes on as straight as in its last step
        along, across = min(max(int(u), 0), ratios - 1), min(max(int(v), 0), losses - 1)
        u -= along
        v -= across
        at = rows[along * losses + across]
        bottom[i] = at[0] + at[4] * v + (at[2] + at[6] * v) * u
        top[i] = at[1] + at[5] * v + (at[3] + at[7] * v) * u


def quadratics(response: CellResponse, names: tuple[str, ...], cell: Cell, loss: Floats) -> Floats:
    """Return some quadratics of the response for each cell. Shape (names, cells).

    Porosities that nobody has worked out are as designed.

    Args:
        response: the cell as designed.
        names: of the quadratics.
        cell: the cells.
        loss: lithium lost as a fraction of the anode's charge [-].
    """
    values = np.empty((len(names), cell.size), np.float32)
    cathode_porosity = cell.known("cathode_porosity", response.cathode_porosity)
    anode_porosity = cell.known("anode_porosity", response.anode_porosity)
    inputs = (cell.cathode_loading, cell.anode_loading, loss, cathode_porosity, anode_porosity)
    _quadratics(response.quadratics(names), *inputs, response.reaches, values)
    return values


@loop
def _quadratics(
    factors: Floats,
    cathode: Floats,
    anode: Floats,
    loss: Floats,
    cathode_porosity: Floats,
    anode_porosity: Floats,
    reaches: NDArray[np.float64],
    values: Floats,
) -> None:
    for which in range(len(factors)):
        for i in range(len(cathode)):
            values[which, i] = quadratic(
                factors[which],
                (cathode[i] - reaches[0, 0]) * reaches[0, 1],
                (anode[i] - reaches[1, 0]) * reaches[1, 1],
                (loss[i] - reaches[2, 0]) * reaches[2, 1],
                (cathode_porosity[i] - reaches[3, 0]) * reaches[3, 1],
                (anode_porosity[i] - reaches[4, 0]) * reaches[4, 1],
            )


@equation
def quadratic(a: Floats, c: float, n: float, m: float, p: float, q: float) -> float:
    """Return z'A z with z = (1, c, n, m, p, q), A of shape (6, 6) with nothing below its diagonal."""
    value: float = (
        (a[0, 0] + a[0, 1] * c + a[0, 2] * n + a[0, 3] * m + a[0, 4] * p + a[0, 5] * q)
        + (a[1, 1] * c + a[1, 2] * n + a[1, 3] * m + a[1, 4] * p + a[1, 5] * q) * c
        + (a[2, 2] * n + a[2, 3] * m + a[2, 4] * p + a[2, 5] * q) * n
        + (a[3, 3] * m + a[3, 4] * p + a[3, 5] * q) * m
        + (a[4, 4] * p + a[4, 5] * q) * p
        + a[5, 5] * q * q
    )
    return value


@equation
def charge_between(bottom: float, top: float, anode_charge: float) -> float:
    """Return the charge that an anode takes between two stoichiometries, Qn (x_top - x_bottom), relative to nominal.

    Times the rate factor it is the capacity at C/3. Source: PyBaMM (Sulzer et al. 2021, J. Open Res. Softw. 9, 14),
    Doyle-Fuller-Newman cells in ``tests/reference/cells``. Valid inside the reach of the response.
    """
    return (top - bottom) * anode_charge


def rest_voltage(response: CellResponse, cell: Cell, loss: Floats, ends: Window, charge: float) -> Floats:
    """Return the open-circuit voltage of cells charged from the bottom of the window by a fixed charge [V].

    Args:
        response: the cell as designed.
        cell: the cells.
        loss: lithium lost as a fraction of the anode's charge [-].
        ends: their window.
        charge: how much, relative to nominal capacity [-].
    """
    voltage = np.empty(cell.size, np.float32)
    per_anode, ratio = charge / response.anode_charge, response.cathode_charge / response.anode_charge
    _rest_voltages(
        cell.cathode_loading,
        cell.anode_loading,
        loss,
        ends.bottom,
        response.potentials,
        per_anode,
        ratio,
        response.lithiation_made,
        voltage,
    )
    return voltage


@loop
def _rest_voltages(
    cathode: Floats,
    anode: Floats,
    loss: Floats,
    bottom: Floats,
    potentials: Floats,
    charge: float,
    ratio: float,
    made: float,
    voltage: Floats,
) -> None:
    for i in range(len(cathode)):
        x = bottom[i] + charge / anode[i]
        # x + r y = made r - loss
        y = made - (x + loss[i]) * anode[i] / (cathode[i] * ratio)
        voltage[i] = potential_at(potentials[1], y) - potential_at(potentials[0], x)


@equation
def potential_at(potentials: Floats, stoichiometry: float) -> float:
    """Return the open-circuit potential of an electrode, given in even steps of its stoichiometry [V].

    Args:
        potentials: where each step begins and the change in it [V]. Shape (steps, 2).
        stoichiometry: of the electrode [-].
    """
    place = stoichiometry * len(potentials)
    step = min(max(int(place), 0), len(potentials) - 1)
    potential: float = potentials[step, 0] + potentials[step, 1] * (place - step)
    return potential


def np_ratio(response: CellResponse, cell: Cell) -> Floats:
    """Return what the anode can hold over what the cathode gives in its first charge [-]. Shape (cells,)."""
    ratio: Floats = cell.anode_loading / cell.cathode_loading
    ratio *= np.float32(response.np_ratio)
    return ratio
