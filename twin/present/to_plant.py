"""SimPy's engine set going with the things that ``from_plant.py`` has told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twin.flow import midway
from twin.flow.buffer import Inbox
from twin.flow.plant import Plant
from twin.flow.state import Server
from twin.flow.station import Midway, StationFlow
from twin.flow.turn import Turn
from twin.journal import State
from twin.present.from_plant import TIMER

Things = dict[str, Any]


def set_plant_going(plant: Plant, things: Things, gauges: Sequence[int | None]) -> None:
    """Let a plant that has not begun go on from a state; machines and room that it has more begin there.

    Args:
        plant: the plant.
        things: the state.
        gauges: number that each gauge has now; None for one that is no longer there.
    """
    fill_plant(plant, things, gauges)
    _set_going(plant, things, [*things["to_come"], *_let_in(plant, things)])
    plant.env.let_begin(len(plant.servers))


def fill_plant(plant: Plant, things: Things, gauges: Sequence[int | None]) -> None:
    """Put into a plant all that is in it, as it was; who waits for what is not known to it yet."""
    now = things["now"]
    plant.closed, plant.record.good = things["closed"], things["good"]
    for station in plant.stations:
        _fill_station(station, things["stations"][station.name], now)
        for server in station.servers:
            for turn in server.turns:
                _renumber(turn, gauges)
    for name, box in plant.inboxes.items():
        held = things["inboxes"][name]
        box.lots.extend(held["lots"])
        box.area, box.since, box.most = held["area"], held["since"], held["most"]
    for name, pool in plant.pools.items():
        pool.free += things["crews"][name]["free"] - things["crews"][name]["size"]


def _fill_station(station: StationFlow, held: Things, now: float) -> None:
    station.serial, station.reworked, station.returning = held["serial"], held["reworked"], held["returning"]
    for instrument in station.instruments:
        # a chart that is new learns from now on
        if instrument.watch is not None and instrument.name in held["charts"]:
            instrument.watch.go_on(held["charts"][instrument.name])
    if station.deck is not None:
        station.deck.go_on(held["deck"])
    seconds, since, counts = held["clock"]
    station.clock.go_on(seconds, since, counts, len(station.servers), now)
    for server, one in zip(station.servers, held["servers"], strict=False):
        _fill_server(station, server, one)


def _fill_server(station: StationFlow, server: Server, held: Things) -> None:
    server.state = State(held["state"])
    server.lots, server.turns = held["lots"], held["turns"]
    server.start, server.begin, server.handed, server.adjusts = (
        held[name] for name in ("start", "begin", "handed", "adjusts")
    )
    state, left, ends = held["stays"]
    server.stays, server.failing, server.waits_for = (State(state), left, ends), held["failing"], held["waits_for"]
    if server.state in (State.REPAIR, State.NO_REPAIR_CREW) and station.repair is not None:
        _repair_first(server)
    # what is new there has its first life, and counts its use from now on
    if server.wear is not None and "wear" in held:
        server.wear.go_on(*held["wear"])
    if server.upkeep is not None and "upkeep" in held:
        upkeep = server.upkeep
        upkeep.use, upkeep.lots, upkeep.metres, upkeep.due = held["upkeep"]


def _renumber(turn: Turn, gauges: Sequence[int | None]) -> None:
    """Give the readings of a turn that are not written yet the numbers that their gauges have now."""
    if turn.readings:
        turn.readings = [
            (family, lot, reading._replace(gauge=number), action)
            for family, lot, reading, action in turn.readings
            if (number := gauges[reading.gauge]) is not None
        ]


def _repair_first(server: Server) -> None:
    """Leave of the failures of a turn those from the one on that is repaired."""
    place, seconds = server.failing
    use, repair = server.turns[0].breaks[place]
    server.turns[0].breaks = [(0.0, repair), *server.turns[0].breaks[place + 1 :]]
    server.failing = (0, seconds - use)


def _let_in(plant: Plant, things: Things) -> list[tuple[float, int, int]]:
    """Bring lots that wait for room into buffers that have some; return whose servers go on, and when."""
    now, found = things["now"], []
    for name, box in plant.inboxes.items():
        blocked = things["inboxes"][name]["blocked"]
        while blocked and len(box.lots) < box.capacity:
            lot, *who = blocked.pop(0)
            box.area += len(box.lots) * (now - box.since)
            box.since = lot.entered = now
            box.lots.append(lot)
            box.most = max(box.most, len(box.lots))
            found.append((now, *who))
    return found


def _set_going(plant: Plant, things: Things, to_come: Sequence[tuple[float, int, int]]) -> None:
    """Let every server end what it is in the middle of: those that wait for a time, for lots, for room, for people."""
    stations = plant.stations
    held = {station.number: things["stations"][station.name]["servers"] for station in stations}
    for time, at, number in to_come:
        station = stations[at]
        if number == TIMER:
            station.set_timer(time)
        else:
            server = station.servers[number]
            station.set_going(server, _in_time(plant, station, server, held[at][number], time))
    for station in stations:
        for number in things["stations"][station.name]["idle"]:
            station.set_going(station.servers[number], midway.starved(station, station.servers[number]))
    for name in plant.inboxes:
        for _, at, number in things["inboxes"][name]["blocked"]:
            station, server, one = stations[at], stations[at].servers[number], held[at][number]
            left = leaving(plant, server, one)
            station.set_going(server, midway.blocked(station, server, one["open"], left, one["finish"]))
    for name, pool in plant.pools.items():
        for people, at, number in things["crews"][name]["queue"]:
            station, server = stations[at], stations[at].servers[number]
            station.set_going(server, midway.asking(station, server, pool, people))
    for station, server in plant.servers:
        if server.process is None:
            station.set_going(server, midway.fresh(station, things["now"]))


def _in_time(plant: Plant, station: StationFlow, server: Server, held: Things, time: float) -> Midway:
    """Return what ends at a time what a server is in the middle of."""
    state = server.stays[0] if server.state == State.OFF_SHIFT else server.state
    if state == State.BLOCKED:
        left = leaving(plant, server, held)[1:]
        return midway.let_in(station, server, held["open"], left, (held["finish"], time))
    if state == State.STARVED:
        return midway.fresh(station, time)
    if state in (State.SETUP, State.MAINTENANCE, State.ENGINEERING):
        # turns are there until the machine has stood still for their alarms
        stands = bool(server.turns)
        return midway.adjusting(station, server, time) if stands else midway.standing(station, server, state, time)
    if state == State.REPAIR:
        return (midway.cleared if station.repair is None else midway.mended)(station, server, time)
    return midway.working(station, server, time)


def leaving(plant: Plant, server: Server, held: Things) -> list[tuple[Inbox, Any]]:
    """Return the lots that wait to leave a server, each with its buffer, and leave only the others on it."""
    left = [(plant.inboxes[name], lot) for name, lot in held["leaving"]]
    server.lots = [lot for lot in server.lots if all(lot is not one for _, one in left)]
    return left
