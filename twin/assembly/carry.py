"""What is true of two lanes becomes true of the cells made of them."""

from __future__ import annotations

import numpy as np

from twin.machine_code import equation, loop
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
    return means(lane, value, cells) if isinstance(value, np.ndarray) else np.full(cells, value, np.float32)


def means(lane: Electrode, values: Floats, pieces: int) -> Floats:
    """Return the means of one lane's values over equal pieces of the web that is left. Shape (pieces,).

    Args:
        lane: the lane.
        values: along the whole web. Shape (segments, 1).
        pieces: how many, one for each cell.
    """
    found = np.empty(pieces, np.float32)
    _means(values, lane.begin / lane.pitch, lane.length / pieces / lane.pitch, found)
    return found


@loop
def _means(values: Floats, begin: float, step: float, found: Floats) -> None:
    """Take the means over pieces of so many segments each, one behind the other."""
    before, segment = sum_until(values, begin, 0, 0.0)[0], 0
    whole = 0.0
    for piece in range(len(found)):
        end = begin + (piece + 1) * step
        until, segment, whole = sum_until(values, end, segment, whole)
        found[piece] = (until - before) / step
        before = until


@equation
def sum_until(values: Floats, end: float, segment: int, whole: float) -> tuple[float, int, float]:
    """Return the sum over the segments until a place that may lie within one, going on from a segment before.

    Args:
        values: of the segments. Shape (segments, 1).
        end: the place, in segments.
        segment: a whole segment before it.
        whole: sum over all segments before that.

    Returns:
        The sum, the segment in which the place lies, and the sum over all before that.
    """
    last = min(int(end), len(values))
    for place in range(segment, last):
        whole += values[place, 0]
    part = (end - last) * values[last, 0] if last < len(values) else 0.0
    return whole + part, last, whole
