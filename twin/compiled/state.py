"""The state of the flow as plain arrays: what compiled code reads and changes, and what can be saved.

Compiled functions get one record with the addresses of all arrays: handing on the arrays themselves, with counts of who
uses them, would take ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.journal import TABLES

Records = NDArray[Any]

NONE = -1
NEVER = float("inf")

# where a server is in its loop, and what has to happen for it to go on
(
    TOP,
    WAITING,
    HAS_LOTS,
    MAINTAINED,
    SET_UP,
    MANNED,
    BEGINNING,
    WORKING,
    HELPED,
    MENDED,
    REPAIRED,
    BLOCKED,
    OPEN,
    HANDING,
    ADJUSTED,
) = range(15)

# why compiled code returns
DONE, ROWS, LOTS, NUMBERS, LIVES, STUCK, PHYSICS = range(7)

# how random numbers of lots come about: brought by Python, or drawn in machine code
BROUGHT, UNIFORM, EXPONENTIAL = range(3)

# lots that one block of random numbers is for; see ``Luck.lots``
BLOCK = 64
# blocks of each station's numbers that are kept, a power of two
KEPT = 32

STATION = np.dtype(
    [
        # declared
        ("outbox", "i8"),
        ("way_back", "i8"),  # inbox into which lots go for rework
        ("first_server", "i8"),
        ("servers", "i8"),
        ("first_inlet", "i8"),
        ("inlets", "i8"),
        ("ways_back", "i8"),  # behind the inlets: where lots come back
        ("renews", "i8"),
        ("joins", "i8"),  # collects several lots of one inbox
        ("wanted", "i8"),  # lots of a full load; 0 when they are not counted
        ("room", "f8"),  # units of a full load
        ("combine", "i8"),  # all lots make one turn
        ("patience", "f8"),
        ("split", "i8"),
        ("mean", "f8"),  # time of a turn that is always the same
        ("times", "i8"),  # first row of its times in ``numbers``; NONE when they are always the same
        ("scrap", "f8"),
        ("tosses", "i8"),
        ("rework", "f8"),
        ("returns", "i8"),  # of one lot at most
        ("back_tosses", "i8"),
        ("first_setup", "i8"),
        ("setups", "i8"),
        ("first_plan", "i8"),
        ("plans", "i8"),
        ("calendar", "i8"),  # NONE when it is always staffed
        ("crew", "i8"),  # of its operators; NONE when it needs none
        ("people", "f8"),  # of that crew, for each server
        ("repair_crew", "i8"),  # NONE when the operator clears failures on the spot
        # changing
        ("serial", "i8"),  # of the next new lot
        ("idle_head", "i8"),
        ("idle_tail", "i8"),
        ("timer", "i8"),  # runs
    ]
)

SERVER = np.dtype(
    [
        ("station", "i8"),
        ("number", "i8"),
        ("wear", "i8"),  # row of its lives; NONE when it never fails
        ("first_use", "i8"),  # of its set-ups
        ("first_due", "i8"),  # of its planned work
        ("place", "i8"),  # in its loop
        ("state", "i8"),
        ("fails", "i8"),  # failures in this turn that are still to come
        # a stretch of staffed time
        ("stays", "i8"),  # it is in one
        ("off_shift", "i8"),  # it waits for the next shift
        ("stay_state", "i8"),
        ("left", "f8"),  # seconds of it
        ("shift_ends", "f8"),
        # a crew that it waits for
        ("next_asking", "i8"),
        ("people", "f8"),
        ("next_idle", "i8"),
        ("first", "i8"),  # lot
        ("last", "i8"),
        ("lots", "i8"),
        ("rows", "i8"),  # most rows of one table that its turn can need
        ("start", "f8"),
        ("begin", "f8"),  # of a stop
        ("repair", "f8"),  # seconds of repair in this turn, or of the next one where a crew does it
        ("work", "f8"),  # seconds of its turn, less what it has worked until a failure that a crew repairs
        ("use", "f8"),  # until the next failure of this turn
        ("broken", "i8"),  # number of that failure
        ("life", "f8"),  # use left until the next failure
        ("failures", "i8"),
        ("drawn", "i8"),  # lives
        # the turn that is being handed over
        ("family", "i8"),
        ("serial", "i8"),
        ("repeats", "i8"),
        ("units", "f8"),
        ("outbox", "i8"),  # where its lots go
        ("waits_for", "i8"),  # station by which it is blocked; NONE when it is not
        ("arrive", "f8"),
        ("finish", "f8"),
        ("tried", "f8"),
        ("passed", "f8"),
        ("turn", "i8"),  # its lot; NONE when that was split
        ("child", "i8"),  # which of what comes of it is brought in
        ("children", "i8"),
    ]
)

INBOX = np.dtype(
    [
        ("owner", "i8"),
        ("capacity", "i8"),
        ("shelf_life", "f8"),
        ("first", "i8"),
        ("last", "i8"),
        ("first_blocked", "i8"),
        ("last_blocked", "i8"),
        ("lots", "i8"),
        ("blocked", "i8"),
        ("most", "i8"),
        ("area", "f8"),
        ("since", "f8"),
    ]
)

LOT = np.dtype(
    [
        ("serial", "i8"),
        ("entered", "f8"),
        ("units", "f8"),
        ("seconds", "f8"),  # of its turn
        ("tried", "f8"),  # begun in it
        ("next", "i8"),
        ("holder", "i8"),  # server on which it waits for room; NONE when it does not
        ("parent", "i8"),  # first of the lots that it is made of
        ("parents", "i8"),
        ("family", "i8"),
        ("repeats", "i8"),  # how often it has come back
        ("decided", "i8"),
        ("spoiled", "i8"),
        ("back", "i8"),  # it goes back
    ]
)

SETUP = np.dtype([("every_lots", "f8"), ("every_metres", "f8"), ("takes", "f8")])
USE = np.dtype([("lots", "f8"), ("metres", "f8")])
PLAN = np.dtype([("every", "f8"), ("takes", "f8"), ("state", "i8")])
CALENDAR = np.dtype([("first", "i8"), ("stretches", "i8"), ("share", "f8")])  # stretches; staffed share of the week
STRETCH = np.dtype([("begin", "f8"), ("end", "f8"), ("before", "f8")])  # staffed seconds of the week before it
POOL = np.dtype([("free", "f8"), ("first", "i8"), ("last", "i8")])  # people, and servers that wait for some
EVENT = np.dtype([("time", "f8"), ("order", "i8"), ("who", "i8")])
CLOCK = np.dtype([("seconds", "f8"), ("since", "f8"), ("servers", "i8")])
LIFE = np.dtype([("life", "f8"), ("repair", "f8")])
DRAW = np.dtype(
    [
        ("kind", "i8"),
        ("mean", "f8"),
        ("first_key", "u8"),
        ("second_key", "u8"),
        # of the block that is being drawn
        ("block", "i8"),
        ("counter", "i8"),
        ("left", "i8"),
        ("w0", "u8"),
        ("w1", "u8"),
        ("w2", "u8"),
        ("w3", "u8"),
    ]
)
LAYER = np.dtype([("inside", "u8"), ("width", "f8"), ("height", "f8")])
WHOLE = np.dtype([("value", "i8")])
MIDDLE = np.dtype([("value", "i4")])
SHORT = np.dtype([("value", "i2")])
NUMBER = np.dtype([("value", "f8")])

# arrays of a plant, in the order of their addresses
PARTS = {
    "stations": STATION,
    "servers": SERVER,  # station by station
    "inboxes": INBOX,  # in the order of the line's buffers
    "inlets": WHOLE,  # numbers of the inboxes of each station, station by station
    "lots": LOT,  # used or free
    "setups": SETUP,
    "uses": USE,  # since the last set-up, of each server and set-up
    "plans": PLAN,
    "calendars": CALENDAR,
    "stretches": STRETCH,  # of the week, calendar by calendar
    "pools": POOL,  # in the order of the line's crews
    "due": NUMBER,  # when each server's planned work falls due [s]
    "heap": EVENT,  # events to come; who is a server, or -2 minus the station whose patience runs out
    "ring": EVENT,  # servers that go on now
    "clocks": CLOCK,  # of each station and state
    "numbers": NUMBER,  # random, of some lots; KEPT blocks of BLOCK for each row
    "blocks": WHOLE,  # which blocks those are
    "draws": DRAW,  # how each row of them is drawn
    "layers": LAYER,  # of the ziggurat for exponential numbers
    "lives": LIFE,  # use between failures, and the repair after it; a ring for each server that fails [s]
}

# tables that machine code fills; that of visits is by far the longest, so it is kept column by column
_CELLS = ("evaluated", "cells", "escapes")
JOURNALLED = ("visits", "rejects", "lots", "finished", "stops", "states", "levels", "stock", *_CELLS)
# why lots do not go on, besides their age
REASONS = ("scrap", "rework")
ROW = {name: np.dtype(list(TABLES[name].items()), align=True) for name in JOURNALLED}

WORLD = np.dtype(
    [
        ("now", "f8"),
        ("closed", "f8"),  # the day before
        ("scheduled", "i8"),  # events so far
        ("timeouts", "i8"),  # events in the heap
        ("hole", "i8"),  # the place of the first of them is empty
        ("first_due", "i8"),  # of the events that are due now
        ("due_now", "i8"),
        ("ring_mask", "i8"),
        ("lives_kept", "i8"),  # of each server that fails
        ("free", "i8"),  # first lot record that nobody uses
        ("free_lots", "i8"),
        ("n_lots", "i8"),  # lot records
        ("expires", "i8"),  # there is a buffer with a shelf life
        ("loops", "i8"),  # there is a way back
        ("physics", "i8"),  # address of what lots hold, see ``holdings.py``; 0 where they hold nothing
        ("unfinished", "i8"),  # server to go on with first; NONE for none
        ("missing_row", "i8"),  # of numbers, or of lives
        ("missing_block", "i8"),
        ("good", "f8"),  # lots finished
        ("n_stations", "i8"),
        ("n_servers", "i8"),
        ("n_inboxes", "i8"),
        # addresses of the arrays
        *[(name, "i8") for name in PARTS],
        # rows of the journal that wait here: how many, and where they are
        ("budget", "i8"),  # rows that fit into every table
        ("reasons", "i8"),  # that have numbers
        *[(name, "i8") for name in REASONS],  # their numbers; NONE for what was not met
        ("shelf_life", "i8"),  # number of the reason of lots that grew too old
        *[(f"{name}_used", "i8") for name in JOURNALLED],
        *[(f"{name}_rows", "i8") for name in JOURNALLED[1:]],
        *[(f"visit_{name}", "i8") for name in TABLES["visits"]],
    ]
)


@dataclass
class World:
    """Everything that a plant is at one moment.

    Attributes:
        root: the clock, what else there is one of, and the addresses of the other arrays. Shape (1,).
        parts: those arrays, by name.
    """

    root: Records
    parts: dict[str, Records]

    def put(self, name: str, array: Records) -> None:
        """Put an array in the place of another."""
        self.parts[name] = np.ascontiguousarray(array)
        self.root[name] = self.parts[name].ctypes.data

    def connect(self) -> None:
        """Let the root know where every array is."""
        for name in PARTS:
            self.put(name, self.parts[name])
