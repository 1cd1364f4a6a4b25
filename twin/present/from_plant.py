"""What SimPy's engine holds at one moment, materials and all, as tables of plain things for ``codec.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twin.flow.buffer import Inbox
from twin.flow.lot import Lot
from twin.flow.plant import Plant
from twin.flow.state import Server
from twin.flow.station import StationFlow

# who waits: number of the station and of its server, or TIMER for the patience of its oldest lot
Who = tuple[int, int]
Things = dict[str, Any]
Clocks = tuple[Sequence[float], Sequence[float], Sequence[int]]
TIMER = -1


def things_of(plant: Plant) -> Things:
    """Return all that a plant is; nothing is due."""
    waits: dict[Any, Who] = {}
    for station, server in plant.servers:
        assert server.process is not None
        waits[server.process.target] = (station.number, server.number)
    for station in plant.stations:
        if station.timer is not None:
            waits[station.timer] = (station.number, TIMER)
    return {
        "now": plant.env.now,
        "closed": plant.closed,
        "good": plant.record.good,
        "to_come": [(time, *waits[event]) for time, event in plant.env.to_come()],
        "stations": {station.name: _station(station, waits) for station in plant.stations},
        "inboxes": {name: _inbox(box, waits) for name, box in plant.inboxes.items()},
        "crews": {
            name: crew_told(plant, name, pool.free, [(people, *waits[event]) for people, event in pool.queue])
            for name, pool in plant.pools.items()
        },
    }


def _station(station: StationFlow, waits: dict[Any, Who]) -> Things:
    clock, idle = station.clock, [waits[event][1] for event in station.idle]
    servers = [server_told(server) for server in station.servers]
    return station_told(station, station.serial, idle, (clock.seconds, clock.since, clock.counts), servers)


def _inbox(box: Inbox, waits: dict[Any, Who]) -> Things:
    blocked = [(lot, *waits[event]) for lot, event in box.blocked]
    return inbox_told([*box.lots], blocked, box.area, box.since, box.most)


def station_told(
    station: StationFlow, serial: int, idle: Sequence[int], clock: Clocks, servers: Sequence[Things]
) -> Things:
    """Return what a station is.

    Args:
        station: as it has learnt and remembers.
        serial: number of the next new lot.
        idle: servers that wait for lots, who has waited longest first.
        clock: of its servers in each state: seconds, since when, how many.
        servers: what each of them is.
    """
    watches = {one.name: one.watch for one in station.instruments if one.watch is not None}
    return {
        "serial": serial,
        "reworked": station.reworked,
        "returning": station.returning,
        "idle": idle,
        "clock": clock,
        "charts": {name: watch.learnt() for name, watch in watches.items()},
        "deck": None if station.deck is None else station.deck.remembered(),
        "servers": servers,
    }


def inbox_told(lots: list[Lot], blocked: list[tuple[Lot, int, int]], area: float, since: float, most: int) -> Things:
    """Return what a buffer holds; see ``Inbox``. Who waits for room stands behind its lot."""
    return {"lots": lots, "blocked": blocked, "area": area, "since": since, "most": most}


def crew_told(plant: Plant, name: str, free: float, queue: list[tuple[float, int, int]]) -> Things:
    """Return how many people of a crew are free, and who waits for how many."""
    return {"size": plant.line.crews[name].size, "free": free, "queue": queue}


def server_told(server: Server) -> Things:
    """Return what a server is in the middle of, and how it has been used."""
    found: Things = {
        "state": server.state,
        "lots": server.lots,
        "turns": server.turns,
        "start": server.start,
        "begin": server.begin,
        "stays": server.stays,
        "failing": server.failing,
        "handed": server.handed,
        "finish": None if server.open is None else server.open[2],
        "open": None if server.open is None else server.open[0],
        "leaving": [(None if box is None else box.name, lot) for box, lot in server.leaving],
        "waits_for": server.waits_for,
        "adjusts": server.adjusts,
    }
    if server.wear is not None:
        found["wear"] = (server.wear.failures, server.wear.left)
    if server.upkeep is not None:
        upkeep = server.upkeep
        found["upkeep"] = (upkeep.use, upkeep.lots, upkeep.metres, upkeep.due)
    return found
