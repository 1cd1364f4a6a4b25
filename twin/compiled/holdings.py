"""What lots hold and what is remembered of some, as plain arrays: the state of a plant with physics beside its flow.

Where a lot is worked out by physics, Python keeps its material, and its record here says what the flow needs to know
of it. A lot that is only counted is wholly in its record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.compiled.state import NUMBER
from twin.compiled.strips import Strip

# why compiled code asks Python: to decide a turn, to write one down, to send cells back, for more room
DECIDE, WRITE, SEND_BACK, ROOM = range(4)

# of each station
CRAFT = np.dtype(
    [
        ("counts", "i8"),  # it remembers evaluated lots, so that others can be counted
        ("always", "i8"),  # every turn is the same: what is bought in is cut to kits
        ("by_time", "i8"),  # its turns take as long however much is in a lot
        ("by_metre", "i8"),  # it works on webs: machines wear by what is worked on
        ("pairs", "i8"),  # lots that are alike go in together
        ("each", "f8"),  # declared servers that one stands for
        # a source
        ("threshold", "u8"),  # of the lots that are evaluated
        # a merge of lanes
        ("spliced", "i8"),
        ("cathode_area", "f8"),  # of the electrode of a cell [m^2]
        ("anode_area", "f8"),
        ("separator", "f8"),  # in a cell [m^2]
        ("remnant", "i8"),  # number of the reason; NONE before it is met
        ("separator_rest", "i8"),
        # what it remembers: a ring of batches
        ("first_batch", "i8"),
        ("batches", "i8"),
        ("grades", "i8"),  # where the rounding of grade B is carried
        ("flaws", "i8"),  # the same of flaws
    ]
)
# of each server
BENCH = np.dtype(
    [
        ("used", "f8"),  # since its last set-up
        ("first_turn", "i8"),
        ("last_turn", "i8"),
        ("turns", "i8"),
        ("deciding", "i8"),  # lot whose turn is decided next
        ("aged", "i8"),  # by the turn that is decided
        ("out", "i8"),  # lot that is brought in
        ("next_out", "i8"),
        ("opened", "i8"),  # the first turn is written down
        ("worked", "f8"),
        ("adjusts", "i8"),  # turn whose alarm is dealt with
    ]
)
# of each lot, beside its record in the flow
HELD = np.dtype(
    [
        ("object", "i8"),  # Python has it
        ("like", "i8"),  # what it is taken for; NONE for what was evaluated
        ("batch", "i8"),
        ("root_family", "i8"),  # batch that it or what it is taken for comes of; NONE for none
        ("root", "i8"),
        ("kind", "i8"),  # number in UNITS
        ("side", "i8"),  # 0 for cathode, 1 for anode
        ("amount", "f8"),  # [unit]
        ("cathode", "f8"),  # dry coating in it, or in one of its cells [kg]
        ("anode", "f8"),
        ("measured", "f8"),  # what lots are paired by
        ("width", "f8"),  # of web [m]
        ("begin", "f8"),  # [m]
        ("pitch", "f8"),  # [m]
        ("run", "i8"),  # first piece of its cells that are alive
        ("worse", "i8"),  # finished cells of grade B
        ("flawed", "i8"),  # flaws that leave with it
        ("to", "i8"),  # inbox into which it goes; NONE for out of the plant
        ("next_out", "i8"),  # of the same turn
    ]
)
TURN = np.dtype(
    [
        ("object", "i8"),  # Python has it
        ("written", "i8"),
        ("family", "i8"),
        ("serial", "i8"),
        ("lots", "i8"),  # that went in
        ("kept", "i8"),  # one of them that goes on; NONE for none
        ("born", "i8"),
        ("out", "i8"),  # first lot that comes out
        ("last_out", "i8"),
        ("outs", "i8"),
        ("piece", "i8"),  # first piece that was lost
        ("last_piece", "i8"),
        ("back", "i8"),  # cells are sent back
        ("tray", "i8"),  # first of the trays that go back
        ("rows", "i8"),  # most rows of one table
        ("state", "i8"),  # of the machine after an alarm; NONE without one
        ("takes", "f8"),  # [s]
        ("arrive", "f8"),
        ("seconds", "f8"),
        ("worked", "f8"),
        ("tried", "f8"),
        ("passed", "f8"),
        ("next", "i8"),
    ]
)
# cells in a row that are alive, or something that was lost: for cells a row of the journal for each
PIECE = np.dtype(
    [
        ("next", "i8"),
        ("first", "i8"),  # identity; NONE for what is no cell
        ("count", "i8"),
        ("reason", "i8"),
        ("action", "i8"),
        ("unit", "i8"),
        ("family", "i8"),
        ("serial", "i8"),
        ("quantity", "f8"),
        ("cathode", "f8"),
        ("anode", "f8"),
        ("like", "i8"),  # what cells that are sent back are taken for
    ]
)
# a remembered turn, see ``twin/flow/deck.py``
TOLD = np.dtype(
    [
        ("amount", "f8"),
        ("solids", "f8"),
        ("seconds", "f8"),
        ("entered", "f8"),
        ("tried", "f8"),
        ("made", "i8"),
        ("born", "i8"),
        ("state", "i8"),
        ("takes", "f8"),
        ("root_family", "i8"),
        ("root", "i8"),
        ("odd", "i8"),  # Python counts lots by it
        ("out", "i8"),  # first of what was made
        ("outs", "i8"),
        ("loss", "i8"),  # first of what was lost that is no cell
        ("losses", "i8"),
        ("cell", "i8"),  # first of how many cells were lost
        ("cells", "i8"),
        ("lane", "i8"),  # first of the lanes that went in, by side
        ("next", "i8"),  # of the same batch
    ]
)
# what a remembered turn made
MADE = np.dtype(
    [
        ("lots", "i8"),  # that are taken for it
        ("place", "i8"),
        ("kind", "i8"),
        ("side", "i8"),
        ("units", "f8"),
        ("solids", "f8"),
        ("width", "f8"),
        ("begin", "f8"),
        ("pitch", "f8"),
        ("measured", "f8"),
        ("worse", "i8"),
        ("flaw", "i8"),
        ("flaws", "i8"),
        ("tray", "i8"),  # of cells that go back: where they wait
        ("next", "i8"),
    ]
)
LOSS = np.dtype(
    [
        ("reason", "i8"),
        ("action", "i8"),
        ("unit", "i8"),
        ("place", "i8"),
        ("quantity", "f8"),
        ("cathode", "f8"),
        ("anode", "f8"),
    ]
)
# a lane that a remembered turn took in, and what was cut out of it
LANE = np.dtype([("length", "f8"), ("cut_out", "f8"), ("cut", "i8"), ("cuts", "i8")])
LOST_CELLS = np.dtype([("reason", "i8"), ("action", "i8"), ("carry", "i8"), ("count", "i8"), ("like", "i8")])
CUT = np.dtype([("reason", "i8"), ("metres", "f8")])
BITS = np.dtype([("value", "i8")])
BATCH = np.dtype([("first", "i8"), ("turns", "i8")])
# a lot that grew too old, for Python to write down, and how many rows there were before it
NOTE = np.dtype(
    [("lot", "i8"), ("station", "i8"), ("time", "f8"), ("rejects", "i8"), ("cells", "i8"), ("evaluated", "i8")]
)
# cells of counted lots that wait to fill a tray: how many are missing, or more, and the pieces that are in it
TRAY = np.dtype([("room", "i8"), ("piece", "i8"), ("last_piece", "i8")])
# what waits at a station to fill a tray for rework
WAITING = np.dtype([("station", "i8"), ("units", "f8"), ("cathode", "f8"), ("anode", "f8")])

HOLDINGS = {
    "crafts": CRAFT,
    "benches": BENCH,
    "held": HELD,
    "turns": TURN,
    "pieces": PIECE,
    "told": TOLD,
    "made": MADE,
    "losses": LOSS,
    "lanes": LANE,
    "lost_cells": LOST_CELLS,
    "cuts": CUT,
    "bits": BITS,
    "batches": BATCH,
    "carried": NUMBER,
    "notes": NOTE,
    "trays": TRAY,
    "waiting": WAITING,
}

PHYSICS = np.dtype(
    [
        *[(name, "i8") for name in HOLDINGS],
        ("asked", "i8"),  # why compiled code has returned
        ("server", "i8"),  # who asks
        ("lot", "i8"),  # of the turn that is to be decided; NONE for all lots of the server, or none
        ("free_turn", "i8"),
        ("free_turns", "i8"),
        ("free_piece", "i8"),
        ("free_pieces", "i8"),
        ("noted", "i8"),
        ("n_waiting", "i8"),
        ("lot_scale", "f8"),
        ("keeps_cells", "i8"),  # cell rows are kept: 0 for none, 1 for a share, 2 for all
        ("kept_below", "u8"),
    ]
)


class Holdings:
    """The arrays of this file, and one record with their addresses.

    Attributes:
        root: what there is one of, and the addresses. Shape (1,).
        parts: the arrays, by name.
        whole: what writes a record of each as a whole.
    """

    def __init__(self) -> None:
        self.root: NDArray[Any] = np.zeros(1, PHYSICS)
        self.parts: dict[str, NDArray[Any]] = {}
        self.whole: dict[str, Strip] = {}
        for name, kind in HOLDINGS.items():
            self.put(name, np.zeros(0, kind))

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Put an array in the place of another."""
        self.parts[name] = np.ascontiguousarray(array)
        self.whole[name] = Strip(self.parts[name])
        self.root[name] = self.parts[name].ctypes.data

    def grow(self, name: str, size: int) -> None:
        """Make an array at least so long."""
        array = self.parts[name]
        if size > len(array):
            longer = np.zeros(max(size, 2 * len(array)), array.dtype)
            longer[: len(array)] = array
            self.put(name, longer)

    def grow_chained(self, name: str, free: str, count: str, size: int) -> None:
        """Make room for so many more records, of which those that nobody uses name each other."""
        before = len(self.parts[name])
        self.grow(name, before + max(size, before))
        array = self.parts[name]
        array["next"][before:] = np.arange(before + 1, len(array) + 1)
        array["next"][-1] = self.root[free][0]
        self.root[free] = before
        self.root[count] += len(array) - before
