"""Every second of every server in exactly one state, and the staffed ones of them, as in ``twin/flow/state.py``."""

from __future__ import annotations

from twin.calendar import WEEK
from twin.compiled.events import timeout
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, calendar_of, clock_of, server_of, station_of, stretch_of
from twin.compiled.state import NONE
from twin.flow.state import IDLE
from twin.journal import State

_OFF_SHIFT = int(State.OFF_SHIFT)
_IDLE = tuple(sorted(int(state) for state in IDLE))


@part
def enter(w: Root, server: int, state: int) -> None:
    """Change what a server is doing; the time since the last change belongs to the old state."""
    record = server_of(w, server)
    if record.state == state:
        return
    old, new = clock_of(w, record.station, record.state), clock_of(w, record.station, state)
    if station_of(w, record.station).calendar != NONE:
        count_staffed(w, record.station, record.state)
        count_staffed(w, record.station, state)
    else:
        old.seconds += old.servers * (w.now - old.since)
        new.seconds += new.servers * (w.now - new.since)
        old.since = w.now
        new.since = w.now
    old.servers -= 1
    new.servers += 1
    record.state = state


@rare
def count_staffed(w: Root, station: int, state: int) -> None:
    """Count the time that the servers of a station with a calendar have been in a state."""
    clock, now = clock_of(w, station, state), w.now
    passed = now - clock.since
    if clock.servers and state in _IDLE:
        calendar = station_of(w, station).calendar
        staffed = _staffed(w, calendar, now) - _staffed(w, calendar, clock.since)
        clock_of(w, station, _OFF_SHIFT).seconds += clock.servers * (passed - staffed)
        passed = staffed
    clock.seconds += clock.servers * passed
    clock.since = now


@part
def stay(w: Root, server: int, state: int, seconds: float) -> None:
    """Let a server spend staffed time in a state; unstaffed time on the way is off shift."""
    record = server_of(w, server)
    if station_of(w, record.station).calendar == NONE:
        enter(w, server, state)
        timeout(w, w.now + seconds, server)
    else:
        record.stays, record.stay_state, record.left = 1, state, seconds
        _await_shift(w, server)


@rare
def stays(w: Root, server: int) -> bool:
    """Let a server go on with a stretch of staffed time when a part of it is over. Returns whether some is left."""
    record = server_of(w, server)
    if record.off_shift:
        _stay_until_shift_ends(w, server)
    elif record.left > 0.0:
        _await_shift(w, server)
    else:
        record.stays = 0
    return bool(record.stays)


@rare
def _await_shift(w: Root, server: int) -> None:
    record, now = server_of(w, server), w.now
    begin, record.shift_ends = _shift(w, station_of(w, record.station).calendar, now)
    if begin > now:
        record.off_shift = 1
        enter(w, server, _OFF_SHIFT)
        timeout(w, now + (begin - now), server)
    else:
        _stay_until_shift_ends(w, server)


@rare
def _stay_until_shift_ends(w: Root, server: int) -> None:
    record, now = server_of(w, server), w.now
    seconds = min(record.left, record.shift_ends - now)
    record.off_shift = 0
    record.left -= seconds
    enter(w, server, record.stay_state)
    timeout(w, now + seconds, server)


@part
def _staffed(w: Root, calendar: int, time: float) -> float:
    """Return the staffed seconds from the start of the run to a time; see ``Calendar.staffed``."""
    week = calendar_of(w, calendar)
    weeks, rest = divmod(time, WEEK)
    inside, place = 0.0, _last_begun(w, week, rest)
    if place != NONE:
        stretch = stretch_of(w, place)
        inside = stretch.before + min(rest, stretch.end) - stretch.begin
    return float(weeks * week.share * WEEK + inside)


@part
def _last_begun(w: Root, week: Record, rest: float) -> int:
    """Return the last stretch that begins by a time of the week; NONE for none."""
    place = week.first + week.stretches - 1
    while place >= week.first and stretch_of(w, place).begin > rest:
        place -= 1
    return int(place) if place >= week.first else NONE


@part
def _shift(w: Root, calendar: int, time: float) -> tuple[float, float]:
    """Return beginning and end of the staffed stretch at a time, or else of the next one; see ``Calendar.stretch``."""
    week = calendar_of(w, calendar)
    weeks, rest = divmod(time, WEEK)
    for place in range(week.first, week.first + week.stretches):
        stretch = stretch_of(w, place)
        if rest < stretch.end:
            return weeks * WEEK + stretch.begin, weeks * WEEK + stretch.end
    stretch = stretch_of(w, week.first)
    return (weeks + 1.0) * WEEK + stretch.begin, (weeks + 1.0) * WEEK + stretch.end
