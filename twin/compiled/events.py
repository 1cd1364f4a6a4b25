"""What happens next: a heap of times to come, and a ring of servers that go on now.

Events at the same time happen in the order in which they were scheduled, as in SimPy.
"""

from __future__ import annotations

from twin.compiled.machine_code import part
from twin.compiled.memory import Root, clock_of, event_of, ring_of, server_of


@part
def timeout(w: Root, time: float, who: int) -> None:
    """Let a server go on, or a station's patience run out, at a time."""
    order = w.scheduled
    w.scheduled = order + 1
    place = w.timeouts
    w.timeouts = place + 1
    # its order is the largest, so it rises only past later times
    while place > 0:
        above = (place - 1) >> 1
        parent = event_of(w, above)
        if parent.time <= time:
            break
        _move(w, place, parent.time, parent.order, parent.who)
        place = above
    _move(w, place, time, order, who)


@part
def _move(w: Root, place: int, time: float, order: int, who: int) -> None:
    event = event_of(w, place)
    event.time = time
    event.order = order
    event.who = who


@part
def pop_timeout(w: Root) -> int:
    """Take the earliest event out of the heap, set the clock to it and return whose it is."""
    first = event_of(w, 0)
    who = first.who
    w.now = first.time
    size = w.timeouts - 1
    w.timeouts = size
    last = event_of(w, size)
    time, order, moved = last.time, last.order, last.who
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        child = event_of(w, below)
        if below + 1 < size:
            other = event_of(w, below + 1)
            if other.time < child.time or (other.time == child.time and other.order < child.order):
                child, below = other, below + 1
        if child.time > time or (child.time == time and child.order > order):
            break
        _move(w, place, child.time, child.order, child.who)
        place = below
    _move(w, place, time, order, moved)
    return int(who)


@part
def go_on(w: Root, server: int) -> None:
    """Let a server go on now, after all that is due already."""
    event = ring_of(w, (w.first_due + w.due_now) & w.ring_mask)
    event.who = server
    event.order = w.scheduled
    w.scheduled += 1
    w.due_now += 1


@part
def pop_due(w: Root) -> int:
    """Take the first server out of the ring."""
    event = ring_of(w, w.first_due)
    w.first_due = (w.first_due + 1) & w.ring_mask
    w.due_now -= 1
    return int(event.who)


@part
def is_due(w: Root) -> bool:
    """Return whether a server of the ring comes before every event of the heap."""
    if w.due_now == 0:
        return False
    if w.timeouts == 0:
        return True
    event = event_of(w, 0)
    return bool(event.time > w.now or event.order > ring_of(w, w.first_due).order)


@part
def enter(w: Root, server: int, state: int) -> None:
    """Change what a server is doing; the time since the last change belongs to the old state."""
    record = server_of(w, server)
    if record.state == state:
        return
    old, new = clock_of(w, record.station, record.state), clock_of(w, record.station, state)
    old.seconds += old.servers * (w.now - old.since)
    new.seconds += new.servers * (w.now - new.since)
    old.since = w.now
    new.since = w.now
    old.servers -= 1
    new.servers += 1
    record.state = state
