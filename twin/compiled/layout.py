"""A line as declared, laid out as arrays: the state of an empty plant."""

from __future__ import annotations

import numpy as np

from twin.compiled.luck import layers
from twin.compiled.state import (
    BLOCK,
    CALENDAR,
    CLOCK,
    DRAW,
    EVENT,
    INBOX,
    KEPT,
    LIFE,
    LOT,
    NEVER,
    NONE,
    NUMBER,
    PLAN,
    POOL,
    SERVER,
    SETUP,
    STATION,
    STRETCH,
    TOP,
    USE,
    WHOLE,
    WORLD,
    Records,
    World,
)
from twin.equipment import Station
from twin.flow.station import PLANNED
from twin.journal import State
from twin.line import Line
from twin.timed import Deterministic, Timed

_LOTS, _LIVES = 1024, 256
_ENDLESS = 1 << 60


def empty_plant(line: Line) -> World:
    """Return the state of a plant in which nothing has happened yet: every server looks for its first lot."""
    names = list(line.stations)
    inlets = [[list(line.buffers).index(box) for box in line.inboxes(name)] for name in names]
    servers = sum(station.servers for station in line.stations.values())
    stations = _stations(line, inlets)
    rows = _fill_luck(line, stations)
    setups = [one for station in line.stations.values() for one in station.setups.values()]
    weeks = line.calendars.values()
    stretches = [(*ends, past) for week in weeks for ends, past in zip(week.stretches, week.before, strict=True)]
    plans = [one for station in line.stations.values() for one in station.maintenance.values()]
    machines, uses, due, wears = _servers(line, stations)
    clocks = np.zeros((len(names), len(State)), CLOCK)
    clocks["servers"][:, State.STARVED] = [station.servers for station in line.stations.values()]
    ring = 1 << max(1, servers).bit_length()
    parts: dict[str, Records] = {
        "stations": stations,
        "servers": machines,
        "inboxes": _inboxes(line, names),
        "inlets": np.array([box for boxes in inlets for box in boxes], np.int64).view(WHOLE),
        "lots": free_lots(_LOTS, 0),
        "setups": np.array([(s.every_lots or NEVER, s.every_metres or NEVER, s.takes) for s in setups], SETUP),
        "uses": np.zeros(uses, USE),
        "plans": np.array([(one.every, one.takes, PLANNED[one.state]) for one in plans], PLAN),
        "calendars": _calendars(line),
        "stretches": np.array(stretches, STRETCH),
        "pools": np.array([(crew.size, NONE, NONE) for crew in line.crews.values()], POOL),
        "due": np.array(due, np.float64).view(NUMBER),
        "heap": _heap(servers + len(names)),
        "ring": np.zeros(ring, EVENT),
        "clocks": clocks.ravel(),
        "draws": np.zeros(rows, DRAW),
        "layers": layers(),
        "numbers": np.zeros(rows * KEPT * BLOCK, NUMBER),
        "blocks": np.full(rows * KEPT, NONE, np.int64).view(WHOLE),
        "lives": np.zeros(wears * _LIVES, LIFE),
    }
    world = World(np.zeros(1, WORLD), parts)
    world.connect()
    _set_going(world)
    return world


def _set_going(world: World) -> None:
    """Let every server go on, station by station, at the beginning."""
    servers, root = len(world.parts["servers"]), world.root
    world.parts["ring"]["who"][:servers] = world.parts["ring"]["order"][:servers] = np.arange(servers)
    root["due_now"] = root["scheduled"] = root["n_servers"] = servers
    root["n_stations"], root["n_inboxes"] = len(world.parts["stations"]), len(world.parts["inboxes"])
    root["ring_mask"], root["lives_kept"] = len(world.parts["ring"]) - 1, _LIVES
    root["unfinished"] = NONE
    root["free_lots"] = root["n_lots"] = len(world.parts["lots"])
    root["loops"] = np.any(world.parts["stations"]["ways_back"] > 0)
    root["expires"] = np.any(world.parts["inboxes"]["shelf_life"] < NEVER)


def _heap(most: int) -> Records:
    """Return room for so many events to come, and behind them for some that never come."""
    found = np.zeros(most + 4, EVENT)
    found["time"] = NEVER
    return found


def free_lots(size: int, first: int) -> Records:
    """Return records of lots that nobody uses, each naming the next, of which the first has a number."""
    lots = np.zeros(size, LOT)
    lots["next"] = np.arange(first + 1, first + size + 1)
    lots["next"][-1] = NONE
    return lots


def _stations(line: Line, inlets: list[list[int]]) -> Records:
    found = np.zeros(len(line.stations), STATION)
    first_inlet = first_setup = first_plan = first_server = 0
    ways_back = [buffer.rework for buffer in line.buffers.values()]
    boxes = list(line.buffers)
    for (name, station), record, inboxes in zip(line.stations.items(), found, inlets, strict=True):
        step = station.step
        record["outbox"] = record["way_back"] = NONE
        for box in line.outboxes(name):
            record["way_back" if line.buffers[box].rework else "outbox"] = boxes.index(box)
        record["first_inlet"], record["ways_back"] = first_inlet, sum(ways_back[box] for box in inboxes)
        record["inlets"] = len(inboxes) - record["ways_back"]
        record["first_server"], record["servers"] = first_server, station.servers
        first_server += station.servers
        record["first_setup"], record["setups"] = first_setup, len(station.setups)
        record["first_plan"], record["plans"] = first_plan, len(station.maintenance)
        first_inlet, first_setup = first_inlet + len(inboxes), first_setup + len(station.setups)
        first_plan += len(station.maintenance)
        record["renews"] = station.combine > 1 or record["inlets"] != 1
        _fill_load(record, station)
        _fill_people(record, station, line)
        if isinstance(step, Timed):
            record["split"], record["scrap"] = step.split, step.scrap
            record["rework"], record["returns"] = step.rework, step.times
            record["mean"] = step.time.mean if isinstance(step.time, Deterministic) else 0.0
        record["idle_head"] = record["idle_tail"] = NONE
    return found


def _fill_luck(line: Line, stations: Records) -> int:
    """Give the stations their rows of random numbers, and return how many there are."""
    rows, rounds = 0, rounds_of(line)
    for station, record in zip(line.stations.values(), stations, strict=True):
        step = station.step
        if not isinstance(step, Timed):
            continue
        drawn = {"times": not isinstance(step.time, Deterministic), "tosses": step.scrap, "back_tosses": step.rework}
        for name, wanted in drawn.items():
            record[name] = rows if wanted else NONE
            rows += rounds if wanted else 0
    return rows


def rounds_of(line: Line) -> int:
    """Return how often one lot may meet a station: once, and as often as it may come back."""
    steps = [station.step for station in line.stations.values()]
    return 1 + max(step.times if isinstance(step, Timed) and step.rework else 0 for step in steps)


def _fill_load(record: np.void, station: Station) -> None:
    batch, combine = station.batch, station.combine
    record["combine"], record["joins"] = combine > 1, combine > 1 or batch is not None
    record["wanted"] = combine if combine > 1 else (batch.lots or 0) if batch else 1
    record["room"] = batch.units if batch and batch.units is not None else NEVER
    record["patience"] = batch.patience if batch and batch.patience is not None else NEVER


def _fill_people(record: np.void, station: Station, line: Line) -> None:
    crews = list(line.crews)
    record["calendar"] = record["crew"] = record["repair_crew"] = NONE
    # who works all week needs no look at the calendar
    if station.calendar is not None and line.staffed(station.calendar) < 1:
        record["calendar"] = list(line.calendars).index(station.calendar)
    for crew, people in station.crew.items():
        record["crew"], record["people"] = crews.index(crew), people
    if station.failures is not None and station.failures.crew is not None:
        record["repair_crew"] = crews.index(station.failures.crew)


def _calendars(line: Line) -> Records:
    found, first = np.zeros(len(line.calendars), CALENDAR), 0
    for record, week in zip(found, line.calendars.values(), strict=True):
        record["first"], record["stretches"], record["share"] = first, len(week.stretches), week.share
        first += len(week.stretches)
    return found


def _servers(line: Line, stations: Records) -> tuple[Records, int, list[float], int]:
    """Return the servers, how many uses of use they keep, when planned work falls due, and how many fail."""
    found = np.zeros(sum(station.servers for station in line.stations.values()), SERVER)
    place = uses = wears = 0
    due: list[float] = []
    for number, station in enumerate(line.stations.values()):
        for machine in range(station.servers):
            record = found[place]
            record["station"], record["number"] = number, machine
            record["place"], record["state"] = TOP, State.STARVED
            record["first"] = record["last"] = record["next_idle"] = record["turn"] = record["waits_for"] = NONE
            record["first_use"], record["first_due"], record["wear"] = uses, len(due), NONE
            uses += len(station.setups)
            due += [plan.every * (machine + 1) / station.servers for plan in station.maintenance.values()]
            if station.failures is not None:
                record["wear"], wears = wears, wears + 1
            place += 1
    return found, uses, due, wears


def _inboxes(line: Line, names: list[str]) -> Records:
    found = np.zeros(len(line.buffers), INBOX)
    for record, buffer in zip(found, line.buffers.values(), strict=True):
        record["owner"] = names.index(buffer.to)
        record["capacity"] = _ENDLESS if buffer.capacity is None else buffer.capacity
        record["shelf_life"] = NEVER if buffer.shelf_life is None else buffer.shelf_life
        record["first"] = record["last"] = record["first_blocked"] = record["last_blocked"] = NONE
    return found
