"""What happens next: a heap of times to come, four below each, and a ring of servers that go on now.

Events at the same time happen in the order in which they were scheduled, as in SimPy.
"""

from __future__ import annotations

from twin.compiled.machine_code import part
from twin.compiled.memory import Root, event_of, ring_of
from twin.compiled.state import NEVER


@part
def timeout(w: Root, time: float, who: int) -> None:
    """Let a server go on, or a station's patience run out, at a time."""
    order = w.scheduled
    w.scheduled = order + 1
    if w.hole:
        # what happens now has left its place at the top
        w.hole = 0
        _rise(w, _sink(w), time, order, who)
    else:
        w.timeouts += 1
        _rise(w, w.timeouts - 1, time, order, who)


@part
def _sink(w: Root) -> int:
    """Let the earlier events rise into the empty place at the top, and return which place is empty then."""
    size, place = w.timeouts, 0
    while True:
        below = 4 * place + 1
        if below >= size:
            return place
        # behind the last event stand some that never come, so that there are always four to compare
        below = _earlier(w, _earlier(w, below, below + 1), _earlier(w, below + 2, below + 3))
        earlier = event_of(w, below)
        _put(w, place, earlier.time, earlier.order, earlier.who)
        place = below


@part
def _earlier(w: Root, place: int, other: int) -> int:
    """Return which of two events comes first, without a branch: nobody can guess which."""
    a, b = event_of(w, place), event_of(w, other)
    first = (b.time < a.time) | ((b.time == a.time) & (b.order < a.order))
    return int(place + first * (other - place))


@part
def _rise(w: Root, place: int, time: float, order: int, who: int) -> None:
    """Put an event into an empty place, or above it before later ones."""
    while place > 0:
        above = (place - 1) >> 2
        parent = event_of(w, above)
        if parent.time < time or (parent.time == time and parent.order < order):
            break
        _put(w, place, parent.time, parent.order, parent.who)
        place = above
    _put(w, place, time, order, who)


@part
def _put(w: Root, place: int, time: float, order: int, who: int) -> None:
    event = event_of(w, place)
    event.time = time
    event.order = order
    event.who = who


@part
def pop_timeout(w: Root) -> int:
    """Set the clock to the earliest event and return whose it is; its place is empty until the next one comes."""
    first = event_of(w, 0)
    w.now = first.time
    w.hole = 1
    return int(first.who)


@part
def close_hole(w: Root) -> None:
    """Fill the place of what has just happened when nothing else has done so."""
    if w.hole:
        w.hole = 0
        w.timeouts -= 1
        size = w.timeouts
        if size:
            last = event_of(w, size)
            time, order, who = last.time, last.order, last.who
            last.time = NEVER
            _rise(w, _sink(w), time, order, who)


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
