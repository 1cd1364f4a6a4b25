"""Records by their address: how compiled functions reach what a plant is made of."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from twin.compiled.machine_code import part
from twin.compiled.state import (
    CALENDAR,
    CLOCK,
    DRAW,
    EVENT,
    INBOX,
    LAYER,
    LIFE,
    LOT,
    NUMBER,
    PLAN,
    POOL,
    SERVER,
    SETUP,
    STATION,
    STRETCH,
    USE,
    WHOLE,
)
from twin.journal import State

# records and roots are what numba makes of them
Root = Any
Record = Any

_STATES = len(State)


@intrinsic  # type: ignore[untyped-decorator]
def record_at(_: Any, address: Any, kind: Any, number: Any) -> Any:
    """Return a record of a kind: the one with a number in the array at an address."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        first, _, place = values
        size = context.get_constant(types.int64, kind.dtype.size)
        return builder.inttoptr(builder.add(first, builder.mul(place, size)), context.get_value_type(kind.dtype))

    return kind.dtype(types.int64, kind, types.int64), code


@part
def station_of(w: Root, number: int) -> Record:
    """Return a station."""
    return record_at(w.stations, STATION, number)


@part
def server_of(w: Root, number: int) -> Record:
    """Return a server."""
    return record_at(w.servers, SERVER, number)


@part
def inbox_of(w: Root, number: int) -> Record:
    """Return an inbox."""
    return record_at(w.inboxes, INBOX, number)


@part
def inlet_of(w: Root, place: int) -> Record:
    """Return which inbox stands at a place."""
    return record_at(w.inlets, WHOLE, place)


@part
def lot_of(w: Root, number: int) -> Record:
    """Return a lot."""
    return record_at(w.lots, LOT, number)


@part
def setup_of(w: Root, place: int) -> Record:
    """Return a set-up."""
    return record_at(w.setups, SETUP, place)


@part
def use_of(w: Root, place: int) -> Record:
    """Return what a server has been used since one of its set-ups."""
    return record_at(w.uses, USE, place)


@part
def plan_of(w: Root, place: int) -> Record:
    """Return planned work."""
    return record_at(w.plans, PLAN, place)


@part
def due_of(w: Root, place: int) -> Record:
    """Return when planned work of a server falls due."""
    return record_at(w.due, NUMBER, place)


@part
def calendar_of(w: Root, number: int) -> Record:
    """Return a calendar."""
    return record_at(w.calendars, CALENDAR, number)


@part
def stretch_of(w: Root, place: int) -> Record:
    """Return a staffed stretch of the week."""
    return record_at(w.stretches, STRETCH, place)


@part
def pool_of(w: Root, number: int) -> Record:
    """Return a crew."""
    return record_at(w.pools, POOL, number)


@part
def event_of(w: Root, place: int) -> Record:
    """Return an event to come."""
    return record_at(w.heap, EVENT, place)


@part
def ring_of(w: Root, place: int) -> Record:
    """Return an event that is due."""
    return record_at(w.ring, EVENT, place)


@part
def number_of(w: Root, place: int) -> Record:
    """Return a random number."""
    return record_at(w.numbers, NUMBER, place)


@part
def block_of(w: Root, place: int) -> Record:
    """Return which block of random numbers stands at a place."""
    return record_at(w.blocks, WHOLE, place)


@part
def draw_of(w: Root, row: int) -> Record:
    """Return how a row of random numbers is drawn."""
    return record_at(w.draws, DRAW, row)


@part
def layer_of(w: Root, place: int) -> Record:
    """Return a layer of the ziggurat."""
    return record_at(w.layers, LAYER, place)


@part
def life_of(w: Root, place: int) -> Record:
    """Return a life of a machine."""
    return record_at(w.lives, LIFE, place)


@part
def clock_of(w: Root, station: int, state: int) -> Record:
    """Return how many servers of a station are in a state, and for how long."""
    return record_at(w.clocks, CLOCK, station * _STATES + state)
