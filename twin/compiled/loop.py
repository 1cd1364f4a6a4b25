"""The loop of the servers, event by event: the compiled execution of ``twin/flow/station.py``."""

from __future__ import annotations

from twin.compiled.events import close_hole, enter, is_due, pop_due, pop_timeout, timeout
from twin.compiled.machine_code import entry, part, rare
from twin.compiled.memory import Root, due_of, event_of, plan_of, server_of, setup_of, station_of, use_of
from twin.compiled.state import (
    BEGINNING,
    BLOCKED,
    DONE,
    HAS_LOTS,
    LOTS,
    MAINTAINED,
    NONE,
    REPAIRED,
    ROWS,
    SET_UP,
    TOP,
    WAITING,
    WORKING,
    Records,
)
from twin.compiled.storage import collect, wake
from twin.compiled.turns import begin, hand_over
from twin.compiled.writing import write_levels, write_states, write_stock, write_stop, write_visit
from twin.journal import State

_STARVED, _SETUP, _REPAIR = int(State.STARVED), int(State.SETUP), int(State.REPAIR)


@entry
def run(root: Records, until: float) -> int:
    """Let everything happen that comes before a moment.

    Returns:
        DONE, or what was missing; once it is there, the same call goes on.
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
            station_of(w, -2 - server).timer = 0
            wake(w, -2 - server)
        else:
            missing = _step(w, server)
            if missing != DONE:
                w.unfinished = server
                return missing
        server = NONE


@part
def _step(w: Root, server: int) -> int:
    """Let a server go on until it waits again. Returns DONE, or what is missing; nothing has changed then."""
    record = server_of(w, server)
    if w.free_lots < record.rows + 1:
        return LOTS
    place = record.place
    if place == WORKING and record.fails:
        _stand(w, server, REPAIRED, _REPAIR, record.repair)
        return DONE
    if place != TOP and place != BEGINNING and place != HAS_LOTS:
        if w.budget < record.rows:
            return ROWS
        w.budget -= record.rows
    if place in (MAINTAINED, SET_UP):
        write_stop(w, server)
    elif place in (WORKING, REPAIRED, BLOCKED) and not hand_over(w, server):
        return DONE
    if place != HAS_LOTS and place != BEGINNING and place != SET_UP:
        if place != MAINTAINED and _planned(w, server):
            return DONE
        if not _seek(w, server):
            return DONE
    if place != BEGINNING and place != SET_UP and _set_up(w, server):
        return DONE
    return begin(w, server)


@rare
def _stand(w: Root, server: int, place: int, state: int, seconds: float) -> None:
    """Begin a stop."""
    record = server_of(w, server)
    record.place, record.begin = place, w.now
    enter(w, server, state)
    timeout(w, w.now + seconds, server)


@part
def _planned(w: Root, server: int) -> bool:
    """Begin planned work that is due. Returns whether there was some."""
    record, now = server_of(w, server), w.now
    station = station_of(w, record.station)
    for place in range(station.plans):
        due = due_of(w, record.first_due + place)
        if now >= due.value:
            plan = plan_of(w, station.first_plan + place)
            while due.value <= now:
                due.value += plan.every
            _stand(w, server, MAINTAINED, plan.state, plan.takes)
            return True
    return False


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


@part
def _set_up(w: Root, server: int) -> bool:
    """Begin the set-ups that are due by use. Returns whether they take time."""
    record = server_of(w, server)
    station, seconds = station_of(w, record.station), 0.0
    for place in range(station.setups):
        setup, use = setup_of(w, station.first_setup + place), use_of(w, record.first_use + place)
        if use.lots >= setup.every_lots or use.metres >= setup.every_metres:
            seconds += setup.takes
            use.lots = 0.0
            use.metres = 0.0
    if seconds > 0.0:
        _stand(w, server, SET_UP, _SETUP, seconds)
        return True
    return False


@entry
def close_day(root: Records, day: int) -> None:
    """Write what the day was like: states of servers, levels of buffers, what is in the plant."""
    w = root[0]
    write_states(w, day)
    write_levels(w, day)
    write_stock(w, day)


@entry
def open_day(root: Records, day: int) -> None:
    """Write what is in the plant before a day begins."""
    write_stock(root[0], day - 1)


@entry
def write_open_visits(root: Records) -> None:
    """Write the turns that are over but whose lots still wait to leave."""
    w = root[0]
    for server in range(w.n_servers):
        if server_of(w, server).place == BLOCKED:
            write_visit(w, server)
