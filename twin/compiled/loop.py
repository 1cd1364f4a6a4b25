"""The loop of the servers, event by event: the compiled execution of ``twin/flow/station.py``."""

from __future__ import annotations

from twin.compiled.clock import enter, stays
from twin.compiled.crew import ask, give_back
from twin.compiled.downtime import fail, mend, planned, set_up, stand
from twin.compiled.events import close_hole, is_due, pop_due, pop_timeout
from twin.compiled.machine_code import entry, part, rare
from twin.compiled.memory import Root, event_of, server_of, station_of
from twin.compiled.physics import adjust, begin_turns, end_adjusting, hand_over_turns
from twin.compiled.state import (
    ADJUSTED,
    BEGINNING,
    BLOCKED,
    DONE,
    HANDING,
    HAS_LOTS,
    HELPED,
    LOTS,
    MAINTAINED,
    MANNED,
    MENDED,
    NONE,
    PHYSICS,
    REPAIRED,
    ROWS,
    SET_UP,
    STUCK,
    TOP,
    WAITING,
    WORKING,
    Records,
)
from twin.compiled.storage import collect, wake
from twin.compiled.telling import tell_stock
from twin.compiled.turns import begin, hand_over
from twin.compiled.writing import write_levels, write_states, write_stock, write_stop, write_visit
from twin.journal import State

_STARVED, _NO_CREW, _REPAIR = int(State.STARVED), int(State.NO_CREW), int(State.REPAIR)


@entry
def run(root: Records, until: float, physics: int | None) -> int:
    """Let everything happen that comes before a moment.

    Args:
        root: the plant.
        until: the moment [s].
        physics: None where lots hold nothing: their turns are compiled apart, so that no plant waits for the others'.

    Returns:
        DONE, STUCK when stations wait for each other for ever, or what was missing; once it is there, the same call
        goes on.
    """
    w = root[0]
    server = w.unfinished
    w.unfinished = NONE
    while True:
        if server == NONE:
            close_hole(w)
            if is_due(w):
                server = pop_due(w)
            elif w.timeouts and event_of(w, 0).time < until:
                server = pop_timeout(w)
            else:
                w.now = until
                return DONE
        if server < 0:
            if _lacks_rows(w, 0):
                w.unfinished = server
                return ROWS
            station_of(w, -2 - server).timer = 0
            wake(w, -2 - server)
        else:
            missing = _step(w, server, physics)
            if missing != DONE:
                w.unfinished = server
                return missing
        server = NONE


@part
def _step(w: Root, server: int, physics: int | None) -> int:
    """Let a server go on until it waits again. Returns DONE, or what is missing; nothing has changed then."""
    record = server_of(w, server)
    if physics is None and w.free_lots < record.rows + 1:
        return LOTS
    place, station = record.place, station_of(w, record.station)
    if record.stays and stays(w, server):
        return DONE
    if place == WORKING and record.fails:
        if station.repair_crew != NONE:
            fail(w, server)
        else:
            stand(w, server, REPAIRED, _REPAIR, record.repair)
        return DONE
    if _lacks_rows(w, record.rows):
        return ROWS
    if place not in (TOP, HAS_LOTS, MANNED, BEGINNING):
        w.budget -= record.rows
    if place in (HELPED, MENDED):
        mend(w, server)
        return DONE
    if place in (MAINTAINED, SET_UP):
        write_stop(w, server)
    elif physics is not None and place == ADJUSTED:
        end_adjusting(w, server)
        if adjust(w, server):
            return DONE
    elif place in (WORKING, REPAIRED, BLOCKED, HANDING):
        if station.crew != NONE and place not in (BLOCKED, HANDING):
            give_back(w, station.crew, station.people)
        missing = hand_over(w, server) if physics is None else hand_over_turns(w, server)
        if missing == PHYSICS:
            return PHYSICS
        if missing != DONE:
            return STUCK if w.loops and _in_a_circle(w, record.station) else DONE
        if physics is not None and adjust(w, server):
            return DONE
    if place not in (HAS_LOTS, SET_UP, MANNED, BEGINNING):
        if place != MAINTAINED and planned(w, server):
            return DONE
        if not _seek(w, server):
            return DONE
    if place not in (SET_UP, MANNED, BEGINNING) and set_up(w, server):
        return DONE
    if station.crew != NONE and place not in (MANNED, BEGINNING) and not ask(w, station.crew, station.people, server):
        record.place = MANNED
        enter(w, server, _NO_CREW)
        return DONE
    return begin(w, server) if physics is None else begin_turns(w, server)


@rare
def _in_a_circle(w: Root, station: int) -> bool:
    """Return whether a way of stations that wait for each other leads from a station into a circle."""
    for _ in range(w.n_stations):
        here = station_of(w, station)
        waits_for = server_of(w, here.first_server).waits_for
        for server in range(here.first_server, here.first_server + here.servers):
            if waits_for == NONE or server_of(w, server).waits_for != waits_for:
                return False
        station = waits_for
    return True


@part
def _lacks_rows(w: Root, rows: int) -> bool:
    """Return whether there is no room for so many rows, and one for every lot that may be found too old."""
    if w.expires and not w.physics:
        rows += w.n_lots - w.free_lots
    return bool(w.budget < rows)


@part
def _seek(w: Root, server: int) -> bool:
    """Take what has come, or wait for it behind those that wait already. Returns whether there was enough."""
    record = server_of(w, server)
    station = station_of(w, record.station)
    if station.idle_head == NONE and collect(w, record.station, server):
        return True
    enter(w, server, _STARVED)
    record.place, record.next_idle = WAITING, NONE
    if station.idle_head == NONE:
        station.idle_head = server
    else:
        server_of(w, station.idle_tail).next_idle = server
    station.idle_tail = server
    return False


@entry
def close_day(root: Records, day: int, physics: int | None) -> None:
    """Write what the day was like: states of servers, levels of buffers, what is in the plant."""
    w = root[0]
    write_states(w, day)
    write_levels(w, day)
    _write_stock(w, day, physics)


@entry
def open_day(root: Records, day: int, physics: int | None) -> None:
    """Write what is in the plant before a day begins."""
    _write_stock(root[0], day - 1, physics)


@part
def _write_stock(w: Root, day: int, physics: int | None) -> None:
    if physics is None:
        write_stock(w, day)
    else:
        tell_stock(w, day)


@entry
def write_open_visits(root: Records) -> None:
    """Write the turns that are over but whose lots still wait to leave."""
    w = root[0]
    for server in range(w.n_servers):
        if server_of(w, server).place == BLOCKED:
            write_visit(w, server)
