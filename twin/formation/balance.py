"""The lithium balance of two electrodes: what a cell can store, how it resists, when it plates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.material import Cell, Floats
from twin.response import INPUTS, CellResponse


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
    at = np.empty((2, len(cathode)), np.float32)
    np.divide(cathode, anode, out=at[0])
    at[1] = loss
    at *= table.scale
    at -= table.offset
    step = at.astype(np.int32)
    np.maximum(step, 0, out=step)
    np.minimum(step, table.last, out=step)
    at -= step
    u, v = at
    step[0] *= table.stride
    step[0] += step[1]
    found = table.columns.take(step[0], axis=1)
    slopes = found[4:]
    slopes *= v
    found = found[:4]
    found += slopes
    ends = found[2:]
    ends *= u
    ends += found[:2]
    return Window(ends[0], ends[1])


def inputs(response: CellResponse, cell: Cell, loss: Floats) -> Floats:
    """Return z = (1, inputs of the quadratics) of each cell, relative to middle and half width.

    Porosities that nobody has worked out are as designed, so they are left out. Shape (4 or 6, cells).
    """
    porous = "cathode_porosity" in cell.state and "anode_porosity" in cell.state
    rows = len(INPUTS) if porous else len(INPUTS) - 2
    z = np.empty((rows + 1, cell.size), np.float32)
    z[0] = 1
    z[1], z[2], z[3] = cell.cathode_loading, cell.anode_loading, loss
    if porous:
        z[4], z[5] = cell.state["cathode_porosity"], cell.state["anode_porosity"]
    z[1:] -= response.middle[:rows]
    z[1:] *= response.per_width[:rows]
    return z


def quadratics(response: CellResponse, names: tuple[str, ...], z: Floats) -> Floats:
    """Return some quadratics of the response for each cell, z'A z. Shape (names, cells)."""
    products = (response.quadratics(names, len(z) - 1) @ z).reshape(len(names), *z.shape)
    products *= z
    values: Floats = np.add.reduce(products, axis=1)
    return values


def capacity(response: CellResponse, anode: Floats, ends: Window, rate_factor: Floats) -> Floats:
    """Return the capacity at C/3 relative to nominal [-]. Shape (cells,).

    Q = Qn (x_top - x_bottom) times the rate factor. Source: PyBaMM (Sulzer et al. 2021, J. Open Res. Softw. 9, 14),
    Doyle-Fuller-Newman cells in ``tests/reference/cells``. Valid inside the reach of the response.
    """
    found = ends.top - ends.bottom
    found *= anode
    found *= np.float32(response.anode_charge)
    found *= rate_factor
    return found


def rest_voltage(response: CellResponse, cell: Cell, loss: Floats, ends: Window, charge: float) -> Floats:
    """Return the open-circuit voltage of cells charged from the bottom of the window by a fixed charge [V].

    Args:
        response: the cell as designed.
        cell: the cells.
        loss: lithium lost as a fraction of the anode's charge [-].
        ends: their window.
        charge: how much, relative to nominal capacity [-].
    """
    steps, table = response.potential_steps, response.potentials
    at = np.empty((2, cell.size), np.float32)
    x, y = at
    np.divide(np.float32(charge / response.anode_charge), cell.anode_loading, out=x)
    x += ends.bottom
    # x + r y = made r - loss
    np.add(x, loss, out=y)
    y *= cell.anode_loading
    y /= cell.cathode_loading
    y *= np.float32(-response.anode_charge / response.cathode_charge)
    y += np.float32(response.lithiation_made)
    at *= np.float32(steps)
    step = at.astype(np.int32)
    np.maximum(step, 0, out=step)
    np.minimum(step, steps - 1, out=step)
    at -= step
    step[1] += steps
    potential, slope = table.take(step, axis=1)
    slope *= at
    slope += potential
    voltage: Floats = slope[1] - slope[0]
    return voltage


def np_ratio(response: CellResponse, cell: Cell) -> Floats:
    """Return what the anode can hold over what the cathode gives in its first charge [-]. Shape (cells,)."""
    ratio: Floats = cell.anode_loading / cell.cathode_loading
    ratio *= np.float32(response.np_ratio)
    return ratio
