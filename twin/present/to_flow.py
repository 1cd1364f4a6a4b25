"""SimPy's engine set going with what the arrays of ``twin/compiled/state.py`` hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.compiled.state import (
    BLOCKED,
    HELPED,
    MAINTAINED,
    MENDED,
    NONE,
    REPAIRED,
    SET_UP,
    TOP,
    WORKING,
    Records,
    World,
)
from twin.flow import midway
from twin.flow.lot import Lot
from twin.flow.plant import Plant
from twin.flow.state import Server
from twin.flow.station import Midway, StationFlow
from twin.flow.stretches import Breaks
from twin.flow.turn import Turn, turn_of
from twin.journal import State
from twin.material import Plain
from twin.present.lots import LotObjects
from twin.timed import Timed


def set_flow_going(plant: Plant, world: World) -> None:
    """Let a plant that has not begun go on from a state."""
    lots, parts = LotObjects(world), world.parts
    for (station, server), record in zip(plant.servers, parts["servers"], strict=True):
        _fill_server(station, server, record, lots, _fill_use(world, record, server))
    for station in plant.stations:
        station.serial = int(parts["stations"]["serial"][station.number])
        _fill_clock(station, parts["clocks"])
    for box, record in zip(plant.inboxes.values(), parts["inboxes"], strict=True):
        box.lots.extend(lots.chain(record["first"]))
        box.area, box.since, box.most = float(record["area"]), float(record["since"]), int(record["most"])
    plant.closed, plant.record.good = float(world.root["closed"][0]), float(world.root["good"][0])
    _set_going(plant, world, lots)
    plant.env.let_begin(len(plant.servers))


def _set_going(plant: Plant, world: World, lots: LotObjects) -> None:
    """Let every server end what it is in the middle of: those that wait for a time, for lots, and for room."""
    parts, servers = world.parts, plant.servers
    for time, who in events_of(world):
        if who < 0:
            plant.stations[-2 - who].set_timer(time)
        elif parts["servers"]["place"][who] == BLOCKED:
            (station, server), record = servers[who], parts["servers"][who]
            box = list(plant.inboxes.values())[record["outbox"]]
            turn = _open_turn(station, record)
            left = [(box, lot) for lot in turn.outputs[int(record["child"]) + 1 :]]
            station.set_going(server, midway.let_in(station, server, turn, left, (float(record["finish"]), time)))
        else:
            station, server = servers[who]
            station.set_going(server, _in_time(station, server, parts["servers"][who], time))
    for station, record in zip(plant.stations, parts["stations"], strict=True):
        who = int(record["idle_head"])
        while who != NONE:
            station.set_going(servers[who][1], midway.starved(station, servers[who][1]))
            who = int(parts["servers"]["next_idle"][who])
    for box, inbox in zip(plant.inboxes.values(), parts["inboxes"], strict=True):
        for number in lots.numbers(inbox["first_blocked"]):
            holder = int(lots.record(number)["holder"])
            (station, server), record = servers[holder], parts["servers"][holder]
            turn = _open_turn(station, record)
            turn.outputs = [*turn.outputs]
            turn.outputs[int(record["child"])] = lots.one(number)
            left = [(box, lot) for lot in turn.outputs[int(record["child"]) :]]
            station.set_going(server, midway.blocked(station, server, turn, left, float(record["finish"])))
    for pool, crew in zip(plant.pools.values(), parts["pools"], strict=True):
        pool.free, who = float(crew["free"]), int(crew["first"])
        while who != NONE:
            (station, server), record = servers[who], parts["servers"][who]
            station.set_going(server, midway.asking(station, server, pool, float(record["people"])))
            who = int(record["next_asking"])


def events_of(world: World) -> list[tuple[float, int]]:
    """Return the events to come in their order: when, and whose."""
    root, ring = world.root[0], world.parts["ring"]
    events = sorted(world.parts["heap"][: root["timeouts"]].tolist())
    # who goes on now comes after all that was scheduled before
    due = [(float(root["now"]), int(ring["who"][root["first_due"] + n])) for n in range(root["due_now"])]
    return [*((time, who) for time, _, who in events), *due]


def _in_time(station: StationFlow, server: Server, record: Any, time: float) -> Midway:
    """Return what ends at a time what a server is in the middle of."""
    place = record["place"]
    if place in (MAINTAINED, SET_UP):
        state = State(record["stay_state"] if record["stays"] else record["state"])
        return midway.standing(station, server, state, time)
    if place == TOP:
        return midway.fresh(station, time)
    waits = {WORKING: midway.working, REPAIRED: midway.cleared, MENDED: midway.mended}
    return waits[int(place)](station, server, time)


def _fill_server(station: StationFlow, server: Server, record: Any, lots: LotObjects, failed: Breaks) -> None:
    """Put on a server what is on it, with what was decided of it."""
    server.state = State(record["state"])
    server.start, server.begin = float(record["start"]), float(record["begin"])
    server.stays = (State(record["stay_state"]), float(record["left"]), float(record["shift_ends"]))
    if record["place"] not in (WORKING, HELPED, MENDED, REPAIRED, BLOCKED):
        server.lots = lots.chain(record["first"])
        return
    breaks = breaks_of(station, record, failed)
    server.failing = (0, float(record["work"]))
    turns = [_turn(station, number, lots, breaks) for number in lots.numbers(record["first"])]
    server.turns, server.lots = turns, [lot for turn in turns for lot in turn.lots]


def breaks_of(station: StationFlow, record: Any, failed: Breaks) -> Breaks:
    """Return the failures of a turn that are still to come, or to be repaired.

    Args:
        station: the station.
        record: of its server.
        failed: the last lives of the server, and the repairs after them.
    """
    if station.repair is None:
        return [(0.0, float(record["repair"]))] if record["fails"] else []
    if not failed:
        return []
    if record["place"] == WORKING:
        return [(float(record["use"]), repair) for _, repair in failed[:1]] + [*failed[1:]]
    first = float(record["repair"]) if record["place"] == MENDED else failed[0][1]
    return [(0.0, first), *failed[1:]]


def _turn(station: StationFlow, number: int, lots: LotObjects, breaks: Breaks) -> Turn:
    """Return a turn that has begun, as it was decided."""
    record, lot = lots.record(number), lots.one(number)
    inputs = lots.chain(record["parent"]) if station.renews else [lot]
    assert isinstance(station.step, Timed)
    made = station.step.outcome([one.material for one in inputs], bool(record["spoiled"]), bool(record["back"]))
    times = (lot.entered, float(record["seconds"]))
    return turn_of(station, made, (lot.family, lot.serial), inputs, times, breaks)


def _open_turn(station: StationFlow, record: Any) -> Turn:
    """Return a turn that is over, but whose lots wait to leave.

    Args:
        station: the station.
        record: of its server.
    """
    serial, children = int(record["serial"]), int(record["children"])
    again = int(record["repeats"])
    parts = [Plain(repeats=again) for _ in range(children)]
    outputs = [Lot(station.number, serial * children + place, part, 1.0) for place, part in enumerate(parts)]
    tried, passed = float(record["tried"]), float(record["passed"])
    key, arrive = (int(record["family"]), serial), float(record["arrive"])
    return Turn(key, (), arrive, 0.0, 1.0, tried, (), outputs, False, [], passed)


def _fill_use(world: World, record: Any, server: Server) -> Breaks:
    """Let a server have been used, and its planned work be due, as they were; return ``ended_lives`` of it."""
    # a machine that is new has its first life
    if server.wear is not None and record["drawn"]:
        server.wear.go_on(int(record["failures"]), float(record["life"]))
    if server.upkeep is not None:
        upkeep, first, due = server.upkeep, int(record["first_use"]), int(record["first_due"])
        uses = world.parts["uses"][first : first + len(upkeep.lots)]
        upkeep.lots[:], upkeep.metres[:] = uses["lots"].astype(int).tolist(), uses["metres"].tolist()
        upkeep.use = min(upkeep.metres, default=0.0)
        upkeep.due[:] = world.parts["due"]["value"][due : due + len(upkeep.due)].tolist()
    return ended_lives(world, record)


def ended_lives(world: World, record: Any) -> Breaks:
    """Return lives that end in the turn of a server, and the repairs after them, from the one on that is repaired [s].

    Args:
        world: the plant.
        record: of the server.
    """
    if record["wear"] == NONE or not record["drawn"]:
        return []
    kept, last = int(world.root["lives_kept"][0]), int(record["fails"]) + (record["place"] in (HELPED, MENDED))
    ended = np.arange(record["failures"] - last, record["failures"])
    found: Breaks = world.parts["lives"][record["wear"] * kept + ended % kept].tolist()
    return found


def _fill_clock(station: StationFlow, clocks: Records) -> None:
    here, clock = clocks[station.number * len(State) : (station.number + 1) * len(State)], station.clock
    clock.seconds[:], clock.since[:], clock.counts[:] = (
        here[name].tolist() for name in ("seconds", "since", "servers")
    )
