"""What is true of two lanes becomes true of the cells made of them."""

from __future__ import annotations

import numpy as np

from twin.material import Electrode, Floats


def carried(cathode: Electrode, anode: Electrode, cells: int) -> dict[str, Floats]:
    """Return the state that cells take over from their lanes. Each of shape (cells,).

    "cathode_porosity" and "anode_porosity" [-] are means over the web of each cell, "moisture" is the water in the
    coating of both electrodes [kg/kg].

    Args:
        cathode: lane of cathode.
        anode: lane of anode.
        cells: cells made of them.
    """
    state: dict[str, Floats] = {}
    for lane in (cathode, anode):
        if "porosity" in lane.state:
            state[f"{lane.electrode}_porosity"] = _of_cells(lane, "porosity", cells)
    if "water" in cathode.state and "water" in anode.state:
        share = np.float32(cathode.solids / (cathode.solids + anode.solids))
        wet, other = _of_cells(cathode, "water", cells), _of_cells(anode, "water", cells)
        state["moisture"] = (other + share * (wet - other)).astype(np.float32, copy=False)
    return state


def _of_cells(lane: Electrode, name: str, cells: int) -> Floats:
    """Return what is true of a lane, for each cell made of it. Shape (cells,)."""
    value = lane.state[name]
    return lane.means(value, cells) if isinstance(value, np.ndarray) else np.full(cells, value, np.float32)
