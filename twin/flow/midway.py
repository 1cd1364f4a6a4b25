"""Servers in the middle of something: how each ends it, and where in the loop of its station it goes on.

The plant's clock stands at zero while these are made, so a time to wait for is the time to wait. Whoever waits for a
time is set going in the order in which that was scheduled: events at one time keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence

from simpy import Event, Timeout

from twin.flow.buffer import Inbox
from twin.flow.lot import Lot
from twin.flow.state import Server
from twin.flow.station import FINISHED, HAS_LOTS, READY, SEEKING, Midway, StationFlow
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


def standing(station: StationFlow, server: Server, end: float) -> Midway:
    """Be set up, or have planned work done, until a time [s]."""
    return _standing(station, server, Timeout(station.env, end))


def _standing(station: StationFlow, server: Server, event: Event) -> Midway:
    yield event
    station.note_stop(server, server.state)
    return READY if server.state == State.SETUP else SEEKING


def working(station: StationFlow, server: Server, end: float, repair: float | None) -> Midway:
    """Work, or be repaired, until a time, and be repaired after it unless that is None [s]."""
    return _working(station, server, Timeout(station.env, end), repair)


def _working(station: StationFlow, server: Server, event: Event, repair: float | None) -> Midway:
    yield event
    if repair is not None:
        yield from station.stay(server, State.REPAIR, repair)
    return FINISHED


def blocked(station: StationFlow, server: Server, turn: Turn, outputs: Sequence[Lot], finish: float) -> Midway:
    """Wait for room behind those who do so already.

    Args:
        station: the station.
        server: one of its servers.
        turn: what the lots came of.
        outputs: what is left of it.
        finish: when it was over [s].
    """
    assert station.outbox is not None
    event = Event(station.env)
    ways: list[tuple[Inbox | None, Lot]] = [(station.outbox, lot) for lot in outputs]
    station.outbox.blocked.append((outputs[0], event))
    return _blocked(station, server, turn, ways, event, finish)


def _blocked(
    station: StationFlow,
    server: Server,
    turn: Turn,
    outputs: Sequence[tuple[Inbox | None, Lot]],
    event: Event,
    finish: float,
) -> Midway:
    yield from station.wait_for_room(server, turn, outputs, event, finish)
    return FINISHED
