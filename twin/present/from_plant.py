"""What SimPy's engine holds at one moment, materials and all, as tables of plain things for ``codec.py``."""

from __future__ import annotations

from typing import Any

from twin.flow.plant import Plant
from twin.flow.state import Server
from twin.flow.station import StationFlow

# who waits: number of the station and of its server, or TIMER for the patience of its oldest lot
Who = tuple[int, int]
TIMER = -1


def things_of(plant: Plant) -> dict[str, Any]:
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
        "inboxes": {
            name: {
                "lots": [*box.lots],
                "blocked": [(lot, *waits[event]) for lot, event in box.blocked],
                "area": box.area,
                "since": box.since,
                "most": box.most,
            }
            for name, box in plant.inboxes.items()
        },
        "crews": {
            name: {
                "size": plant.line.crews[name].size,
                "free": pool.free,
                "queue": [(people, *waits[event]) for people, event in pool.queue],
            }
            for name, pool in plant.pools.items()
        },
    }


def _station(station: StationFlow, waits: dict[Any, Who]) -> dict[str, Any]:
    clock = station.clock
    watches = {one.name: one.watch for one in station.instruments if one.watch is not None}
    return {
        "serial": station.serial,
        "reworked": station.reworked,
        "returning": station.returning,
        "idle": [waits[event][1] for event in station.idle],
        "clock": (clock.seconds, clock.since, clock.counts),
        "charts": {name: watch.learnt() for name, watch in watches.items()},
        "deck": None if station.deck is None else station.deck.remembered(),
        "servers": [_server(server) for server in station.servers],
    }


def _server(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = {
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
