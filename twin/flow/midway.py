"""Servers in the middle of something: how each ends it, and where in the loop of its station it goes on.

The plant's clock stands at zero while these are made, so a time to wait for is the time to wait. Whoever waits for a
time is set going in the order in which that was scheduled: events at one time keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence

from simpy import Event, Timeout

from twin.flow.buffer import Inbox
from twin.flow.crew import Pool
from twin.flow.lot import Lot
from twin.flow.state import Server
from twin.flow.station import ADJUSTED, FINISHED, HAS_LOTS, READY, SEEKING, TOP, WORKED, Midway, StationFlow
from twin.flow.turn import Turn
from twin.journal import State


def starved(station: StationFlow, server: Server) -> Midway:
    """Wait for lots behind those who do so already."""
    event = Event(station.env)
    station.idle.append(event)
    return _starved(server, event)


def _starved(server: Server, event: Event) -> Midway:
    server.lots = yield event
    return HAS_LOTS


def fresh(station: StationFlow, time: float) -> Midway:
    """Begin to work at a time [s]."""
    return _fresh(Timeout(station.env, time))


def _fresh(event: Event) -> Midway:
    yield event
    return TOP


def standing(station: StationFlow, server: Server, state: State, end: float) -> Midway:
    """Be set up, or have planned work done; a part of that ends at a time [s]."""
    return _standing(station, server, state, Timeout(station.env, end))


def _standing(station: StationFlow, server: Server, state: State, event: Event) -> Midway:
    yield from station.stay_on(server, event)
    station.note_stop(server, state)
    if state != State.SETUP:
        return SEEKING
    yield from station.call_operators(server)
    return READY


def adjusting(station: StationFlow, server: Server, end: float) -> Midway:
    """Stand still after the alarm of a chart; a part of that ends at a time [s]."""
    return _adjusting(station, server, Timeout(station.env, end))


def _adjusting(station: StationFlow, server: Server, event: Event) -> Midway:
    number = server.adjusts
    yield from station.adjust(server, number, event)
    for later in range(number + 1, len(server.turns)):
        if server.turns[later].adjust is not None:
            yield from station.adjust(server, later)
    return ADJUSTED


def working(station: StationFlow, server: Server, end: float) -> Midway:
    """Work on the turns of a server and fail in them; a part of that ends at a time [s]."""
    return _working(station, server, Timeout(station.env, end))


def _working(station: StationFlow, server: Server, event: Event) -> Midway:
    yield from station.stay_on(server, event)
    breaks = server.turns[0].breaks
    if breaks and station.repair is None:
        yield from station.clear(server, breaks)
    elif breaks:
        place, seconds = server.failing
        if place < len(breaks):
            use, repair = breaks[place]
            yield from station.call_repair(server, repair)
            yield from station.work_with_failures(server, seconds - use, breaks, place + 1)
    return WORKED


def cleared(station: StationFlow, server: Server, end: float) -> Midway:
    """Have failures cleared by the operator; a part of that ends at a time [s]."""
    return _cleared(station, server, Timeout(station.env, end))


def _cleared(station: StationFlow, server: Server, event: Event) -> Midway:
    yield from station.stay_on(server, event)
    return WORKED


def mended(station: StationFlow, server: Server, end: float) -> Midway:
    """Be repaired by a crew until a time [s]."""
    return _mended(station, server, Timeout(station.env, end))


def _mended(station: StationFlow, server: Server, event: Event) -> Midway:
    (_, repair), *_ = breaks = server.turns[0].breaks
    yield from station.be_repaired(server, repair, event)
    yield from station.work_with_failures(server, server.failing[1], breaks, 1)
    return WORKED


def asking(station: StationFlow, server: Server, pool: Pool, people: float) -> Midway:
    """Wait for people behind those who do so already: to be repaired, or to begin."""
    event = Event(station.env)
    pool.queue.append((people, event))
    return (_helped if server.state == State.NO_REPAIR_CREW else _manned)(station, server, event)


def _manned(station: StationFlow, server: Server, event: Event) -> Midway:
    yield event
    return READY


def _helped(station: StationFlow, server: Server, event: Event) -> Midway:
    yield event
    (_, repair), *_ = breaks = server.turns[0].breaks
    yield from station.be_repaired(server, repair)
    yield from station.work_with_failures(server, server.failing[1], breaks, 1)
    return WORKED


def blocked(
    station: StationFlow, server: Server, turn: Turn, outputs: Sequence[tuple[Inbox, Lot]], finish: float
) -> Midway:
    """Wait for room behind those who do so already.

    Args:
        station: the station.
        server: one of its servers.
        turn: what the lots came of.
        outputs: what is left of it, each lot with its buffer.
        finish: when it was over [s].
    """
    event = Event(station.env)
    box, lot = outputs[0]
    box.blocked.append((lot, event))
    return _blocked(station, server, turn, outputs, event, finish)


def _blocked(
    station: StationFlow,
    server: Server,
    turn: Turn,
    outputs: Sequence[tuple[Inbox, Lot]],
    event: Event,
    finish: float,
) -> Midway:
    yield from station.wait_for_room(server, turn, outputs, event, finish)
    return FINISHED


def let_in(
    station: StationFlow,
    server: Server,
    turn: Turn,
    outputs: Sequence[tuple[Inbox, Lot]],
    times: tuple[float, float],
) -> Midway:
    """Know at a time that a lot that waited for room is in, and bring in the lots behind it.

    Args:
        station: the station.
        server: one of its servers.
        turn: what the lots came of.
        outputs: the lots behind it, each with its buffer.
        times: when the turn was over, and the time at which it is known [s].
    """
    finish, time = times
    others = server.lots
    server.lots = [*others, *(lot for _, lot in outputs)]
    return _let_in(station, server, others, turn, outputs, finish, Timeout(station.env, time))


def _let_in(
    station: StationFlow,
    server: Server,
    others: Sequence[Lot],
    turn: Turn,
    outputs: Sequence[tuple[Inbox, Lot]],
    finish: float,
    event: Event,
) -> Midway:
    yield event
    server.lots = others
    waits = outputs[0][0].offer(outputs[0][1]) if outputs else None
    yield from station.wait_for_room(server, turn, outputs, waits, finish)
    return FINISHED
