"""What SimPy's engine holds at one moment, as the arrays of ``twin/compiled/state.py``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from twin.compiled.state import (
    ADJUSTED,
    BLOCKED,
    HELPED,
    LIFE,
    MAINTAINED,
    MANNED,
    MENDED,
    NONE,
    REPAIRED,
    SET_UP,
    WAITING,
    WORKING,
    Records,
    World,
)
from twin.flow.lot import Lot
from twin.flow.plant import Plant
from twin.flow.state import Server
from twin.flow.station import StationFlow
from twin.flow.turn import Turn
from twin.journal import State
from twin.material import Plain
from twin.present.lots import LotRecords, repeats_of

# where a server is in its loop, by what it is doing
_PLACES = {
    State.STARVED: WAITING,
    State.NO_CREW: MANNED,
    State.PRODUCTIVE: WORKING,
    State.NO_REPAIR_CREW: HELPED,
    State.REPAIR: REPAIRED,
    State.SETUP: SET_UP,
    State.MAINTENANCE: MAINTAINED,
    State.ENGINEERING: MAINTAINED,
    State.BLOCKED: BLOCKED,
}
# places at which staffed time goes by
_STAYS = (MAINTAINED, SET_UP, WORKING, REPAIRED, ADJUSTED)


def world_of_flow(plant: Plant) -> World:
    """Return the state of a plant; nothing is due."""
    from twin.compiled.layout import empty_plant

    world, lots = empty_plant(plant.line), LotRecords()
    servers = world.parts["servers"]
    # whose event each is
    waits: dict[Any, int] = {}
    for number, (station, server) in enumerate(plant.servers):
        assert server.process is not None
        waits[server.process.target] = number
        _fill_server(servers[number], station, server, lots)
        fill_use(world, servers[number], server)
    fill_lives(world, plant)
    for station, record in zip(plant.stations, world.parts["stations"], strict=True):
        record["serial"], record["timer"] = station.serial, station.timer is not None
        if station.timer is not None:
            waits[station.timer] = -2 - station.number
        idle = [waits[event] for event in station.idle]
        record["idle_head"], record["idle_tail"] = put_in_line(servers, "next_idle", idle)
    _fill_inboxes(world, plant, lots, waits)
    for pool, crew in zip(plant.pools.values(), world.parts["pools"], strict=True):
        fill_pool(servers, crew, pool.free, [(people, waits[event]) for people, event in pool.queue])
    fill_clocks(world.parts["clocks"], plant)
    lots.put_into(world)
    fill_root(world, plant.env.now, [(time, waits[event]) for time, event in plant.env.to_come()])
    world.root["closed"], world.root["good"] = plant.closed, plant.good
    return world


def place_of(station: StationFlow, server: Server) -> int:
    """Return where a server is in its loop, by what it is doing."""
    state = server.stays[0] if server.state == State.OFF_SHIFT else server.state
    # turns are there until the machine has stood still for their alarms
    if server.turns and state in (State.SETUP, State.ENGINEERING):
        return ADJUSTED
    return MENDED if state == State.REPAIR and station.repair is not None else _PLACES[state]


def _fill_server(record: Any, station: StationFlow, server: Server, lots: LotRecords) -> None:
    """Write what a server is in the middle of, and the lots on it."""
    place = record["place"] = place_of(station, server)
    fill_times(record, station, server)
    numbers: list[int] = []
    if place in (SET_UP, MANNED):
        numbers = [lots.add(lot) for lot in server.lots]
    elif place == BLOCKED:
        numbers = [_turn(turn, station, server, lots) for turn in _fill_open_turn(record, server)]
    elif place in (WORKING, HELPED, MENDED, REPAIRED):
        numbers = [_turn(turn, station, server, lots) for turn in server.turns]
        fill_failures(record, station, server)
    record["first"], record["last"] = lots.chain(numbers)
    record["lots"] = len(numbers)
    most = max([len(turn.lots) for turn in server.turns], default=1)
    record["rows"] = max(1, len(server.turns)) * max(1, most) * _children(station)


def fill_times(record: Any, station: StationFlow, server: Server) -> None:
    """Write the state of a server, whose place is known, and since when it is in it."""
    record["state"], record["start"], record["begin"] = server.state, server.start, server.begin
    if station.calendar is not None and record["place"] in _STAYS:
        record["stays"], record["off_shift"] = 1, server.state == State.OFF_SHIFT
        record["stay_state"], record["left"], record["shift_ends"] = server.stays


def fill_failures(record: Any, station: StationFlow, server: Server) -> None:
    """Write the failures of a turn that are still to come."""
    breaks = server.turns[0].breaks
    if not breaks:
        return
    if station.repair is None:
        record["fails"], record["repair"] = len(breaks), reduce(add, [repair for _, repair in breaks])
        return
    assert server.wear is not None
    over, work = server.failing
    record["broken"] = server.wear.failures - len(breaks) + over
    if over == len(breaks):
        record["work"] = work
        return
    use, repair = breaks[over]
    failed = record["place"] != WORKING
    record["fails"], record["work"] = len(breaks) - over - failed, work - use if failed else work
    record["use"], record["repair"] = use, repair


def _children(station: StationFlow) -> int:
    return int(getattr(station.step, "split", 1))


def _fill_open_turn(record: Any, server: Server) -> Sequence[Turn]:
    """Write a turn whose lots wait to leave; return those that are to be handed over after it."""
    assert server.open is not None
    turn, start, finish = server.open
    # the open one is no longer among them when the plant itself went on from a state
    done = next((place + 1 for place, one in enumerate(server.turns) if one is turn), 0)
    later = server.turns[done:]
    (record["family"], record["serial"]), record["units"] = turn.key, 1.0
    record["repeats"], record["tried"], record["passed"] = repeats_of(turn.outputs[0]), turn.tried, turn.passed
    record["arrive"], record["finish"] = turn.arrive if turn.arrive >= 0 else start, finish
    waiting = len(server.lots) - sum(len(one.lots) for one in later)
    record["children"], record["child"] = len(turn.outputs), len(turn.outputs) - waiting
    return later


def _turn(turn: Turn, station: StationFlow, server: Server, lots: LotRecords) -> int:
    """Write the lot to which a turn belongs, with what was decided of it and what it is made of; return its number."""
    decided = {"decided": 1, "tried": turn.tried, "seconds": turn.seconds, "spoiled": not turn.outputs}
    decided["back"] = turn.returns
    if not station.renews:
        return lots.add(turn.lots[0], **decided)
    repeats = repeats_of(turn.lots[0]) if turn.lots else 0
    made, parents = Lot(*turn.key, Plain(repeats=repeats), 1.0), [lots.add(lot) for lot in turn.lots]
    made.entered = turn.arrive if turn.arrive >= 0 else server.start
    return lots.add(made, **decided, parent=lots.chain(parents)[0], parents=len(parents))


def fill_use(world: World, record: Any, server: Server) -> None:
    """Write what a server has been used, and when planned work falls due."""
    if server.wear is not None:
        record["life"], record["failures"] = server.wear.left, server.wear.failures
        record["drawn"] = server.wear.failures + 1
    if server.upkeep is not None:
        upkeep, first, due = server.upkeep, record["first_use"], record["first_due"]
        world.parts["uses"]["lots"][first : first + len(upkeep.lots)] = upkeep.lots
        world.parts["uses"]["metres"][first : first + len(upkeep.metres)] = upkeep.metres
        world.parts["due"]["value"][due : due + len(upkeep.due)] = upkeep.due


def fill_lives(world: World, plant: Plant) -> None:
    """Write the lives that end in turns that run, and the repairs after them."""
    records = world.parts["servers"]
    size = int(world.root["lives_kept"][0])
    while size <= int(records["fails"].max()):
        size *= 2
    world.root["lives_kept"] = size
    world.put("lives", np.zeros(size * np.count_nonzero(records["wear"] != NONE), LIFE))
    for record, (station, server) in zip(records, plant.servers, strict=True):
        if station.repair is not None and (record["fails"] or record["place"] in (HELPED, MENDED)):
            to_come = server.turns[0].breaks[server.failing[0] :]
            ended = np.arange(record["failures"] - len(to_come), record["failures"])
            world.parts["lives"][record["wear"] * size + ended % size] = to_come


def _fill_inboxes(world: World, plant: Plant, lots: LotRecords, waits: dict[Any, int]) -> None:
    servers = world.parts["servers"]
    for number, (box, record) in enumerate(zip(plant.inboxes.values(), world.parts["inboxes"], strict=True)):
        record["first"], record["last"] = lots.chain([lots.add(lot) for lot in box.lots])
        holders = [waits[event] for _, event in box.blocked]
        servers["outbox"][holders], servers["waits_for"][holders] = number, box.owner
        blocked = [lots.add(lot, holder=who) for who, (lot, _) in zip(holders, box.blocked, strict=True)]
        record["first_blocked"], record["last_blocked"] = lots.chain(blocked)
        record["lots"], record["blocked"] = len(box.lots), len(blocked)
        record["area"], record["since"], record["most"] = box.area, box.since, box.most


def put_in_line(records: Records, following: str, numbers: Sequence[int]) -> tuple[int, int]:
    """Let each of some records know the next one; return the first and the last, NONE where there is none."""
    records[following][numbers] = [*numbers[1:], NONE][: len(numbers)]
    return (numbers[0], numbers[-1]) if numbers else (NONE, NONE)


def fill_pool(servers: Records, record: Any, free: float, queue: Sequence[tuple[float, int]]) -> None:
    """Write how many people of a crew are free, and who waits for how many."""
    asking = [who for _, who in queue]
    servers["people"][asking] = [people for people, _ in queue]
    record["free"] = free
    record["first"], record["last"] = put_in_line(servers, "next_asking", asking)


def fill_clocks(clocks: Records, plant: Plant) -> None:
    """Write how many servers of each station are in each state, and for how long."""
    for station in plant.stations:
        clock, here = station.clock, slice(station.number * len(State), (station.number + 1) * len(State))
        for name, values in (("seconds", clock.seconds), ("since", clock.since), ("servers", clock.counts)):
            clocks[name][here] = values


def fill_root(world: World, now: float, to_come: Sequence[tuple[float, int]]) -> None:
    """Write the time and the events to come, in their order: when, and whose."""
    # in the order of time they are a heap
    for order, (time, who) in enumerate(to_come):
        world.parts["heap"][order] = (time, order, who)
    root = world.root
    root["now"] = now
    root["scheduled"] = root["timeouts"] = len(to_come)
    root["due_now"] = 0
