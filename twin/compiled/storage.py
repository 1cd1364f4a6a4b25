"""Buffers and what goes into a station: finite storage, blocking, full loads, patience."""

from __future__ import annotations

from twin.compiled.events import go_on, timeout
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Root, inbox_of, inlet_of, lot_of, server_of, station_of
from twin.compiled.reach import craft_of, held_by, note_of, physics_of
from twin.compiled.state import BLOCKED, HAS_LOTS, NEVER, NONE
from twin.compiled.writing import write_expired


@part
def new_lot(w: Root, family: int, serial: int) -> int:
    """Take a free record for a lot of one piece."""
    lot = w.free
    record = lot_of(w, lot)
    w.free = record.next
    w.free_lots -= 1
    record.serial = serial
    record.family = family
    record.units = 1.0
    record.next = NONE
    record.holder = NONE
    record.parent = NONE
    record.parents = 0
    record.repeats = 0
    record.decided = 0
    return int(lot)


@part
def free_lot(w: Root, lot: int) -> None:
    """Give the record of a lot back that is no more."""
    lot_of(w, lot).next = w.free
    w.free = lot
    w.free_lots += 1


@part
def load(w: Root, server: int, lot: int) -> None:
    """Put a lot on a server, behind the others."""
    record = server_of(w, server)
    lot_of(w, lot).next = NONE
    if record.first == NONE:
        record.first = lot
    else:
        lot_of(w, record.last).next = lot
    record.last = lot
    record.lots += 1


@part
def offer(w: Root, inbox: int, lot: int, server: int) -> bool:
    """Bring a lot in. Returns whether it is in; else its server is to wait."""
    box, record, now = inbox_of(w, inbox), lot_of(w, lot), w.now
    record.entered = now
    record.decided = 0
    record.next = NONE
    if box.lots < box.capacity:
        box.area += box.lots * (now - box.since)
        box.since = now
        _append(w, inbox, lot)
        box.most = max(box.most, box.lots)
        wake(w, box.owner)
        return True
    record.holder = server
    if box.first_blocked == NONE:
        box.first_blocked = lot
    else:
        lot_of(w, box.last_blocked).next = lot
    box.last_blocked = lot
    box.blocked += 1
    wake(w, box.owner)
    return bool(record.holder != server)


@part
def _append(w: Root, inbox: int, lot: int) -> None:
    box = inbox_of(w, inbox)
    lot_of(w, lot).next = NONE
    if box.lots == 0:
        box.first = lot
    else:
        lot_of(w, box.last).next = lot
    box.last = lot
    box.lots += 1


@part
def _unblocked(w: Root, inbox: int) -> int:
    """Take the first lot that waits for room off its server."""
    box, now = inbox_of(w, inbox), w.now
    lot = box.first_blocked
    record = lot_of(w, lot)
    box.first_blocked = record.next
    box.blocked -= 1
    record.entered = now
    holder = record.holder
    record.holder = NONE
    # one that is only just bringing the lot need not wait for it
    if server_of(w, holder).place == BLOCKED:
        go_on(w, holder)
    return int(lot)


@part
def _take(w: Root, inbox: int) -> int:
    """Take the first lot out and let the first blocked one in."""
    box, now = inbox_of(w, inbox), w.now
    if box.lots == 0:
        return _unblocked(w, inbox)
    box.area += box.lots * (now - box.since)
    box.since = now
    lot = box.first
    box.first = lot_of(w, lot).next
    box.lots -= 1
    # none while there is less room than before in a plant that goes on from a saved state
    if box.blocked and box.lots < box.capacity:
        _append(w, inbox, _unblocked(w, inbox))
    return int(lot)


@part
def _is_ready(w: Root, inbox: int) -> bool:
    """Return whether a lot can be taken, once those past their shelf life are out."""
    box = inbox_of(w, inbox)
    if box.shelf_life != NEVER:
        _expire(w, inbox)
    return bool(box.lots + box.blocked > 0)


@rare
def _expire(w: Root, inbox: int) -> None:
    """Scrap the lots that have grown too old."""
    box = inbox_of(w, inbox)
    limit = w.now - box.shelf_life
    while box.lots and lot_of(w, box.first).entered < limit:
        lot = _take(w, inbox)
        if w.physics:
            _note_expired(w, box.owner, lot)
        else:
            write_expired(w, box.owner, lot)
            free_lot(w, lot)


@part
def _note_expired(w: Root, station: int, lot: int) -> None:
    """Let Python write later that a lot has grown too old, before the rows that come after it."""
    p = physics_of(w)
    note = note_of(p, p.noted)
    p.noted += 1
    note.lot, note.station, note.time = lot, station, w.now
    note.rejects, note.cells, note.evaluated = w.rejects_used, w.cells_used, w.evaluated_used


@part
def wake(w: Root, station: int) -> None:
    """Give waiting servers what has come in, who has waited longest first."""
    record = station_of(w, station)
    while record.idle_head != NONE:
        server = record.idle_head
        if not collect(w, station, server):
            return
        record.idle_head = server_of(w, server).next_idle
        server_of(w, server).place = HAS_LOTS
        go_on(w, server)


@part
def collect(w: Root, station: int, server: int) -> bool:
    """Put the lots for one turn on a server. Returns whether they were all there."""
    record = station_of(w, station)
    first, end = record.first_inlet, record.first_inlet + record.inlets
    if record.joins:
        return _collect_many(w, station, server, inlet_of(w, first).value)
    if record.ways_back:
        return _collect_first(w, station, server)
    for place in range(first, end):
        if not _is_ready(w, inlet_of(w, place).value):
            return False
    for place in range(first, end):
        inbox = inlet_of(w, place).value
        if place > first and w.physics and craft_of(physics_of(w), station).pairs:
            _put_closest_first(w, inbox, server_of(w, server).first)
        load(w, server, _take(w, inbox))
    return True


@rare
def _put_closest_first(w: Root, inbox: int, lead: int) -> None:
    """Let the lot be next of which gauges have reported most nearly the same as of another."""
    p, box = physics_of(w), inbox_of(w, inbox)
    wanted, least = held_by(p, lead).measured, NEVER
    before, closest, behind, lot = NONE, NONE, NONE, box.first
    for _ in range(box.lots):
        off = abs(held_by(p, lot).measured - wanted)
        if off < least:
            before, closest, least = behind, lot, off
        behind, lot = lot, lot_of(w, lot).next
    if before != NONE:
        following = lot_of(w, closest).next
        lot_of(w, before).next = following
        lot_of(w, closest).next = box.first
        box.first = closest
        if box.last == closest:
            box.last = before


@rare
def _collect_first(w: Root, station: int, server: int) -> bool:
    """Put the lot on a server that came first, on the way or on a way back. Returns whether there was one."""
    record, found, came = station_of(w, station), NONE, NEVER
    for place in range(record.first_inlet, record.first_inlet + record.inlets + record.ways_back):
        inbox = inlet_of(w, place).value
        if _is_ready(w, inbox):
            box = inbox_of(w, inbox)
            entered = lot_of(w, box.first if box.lots else box.first_blocked).entered
            if entered < came:
                found, came = inbox, entered
    if found != NONE:
        load(w, server, _take(w, found))
    return bool(found != NONE)


@rare
def _collect_many(w: Root, station: int, server: int, inbox: int) -> bool:
    """Put a full load on a server in order of arrival, or what there is once patience has run out."""
    record, box, now = station_of(w, station), inbox_of(w, inbox), w.now
    if not _is_ready(w, inbox):
        return False
    size, full = _full_load(w, station, inbox)
    oldest = lot_of(w, box.first if box.lots else box.first_blocked).entered
    # patience that nobody has set is endless
    if not full and now < oldest + record.patience - 1e-6:
        if record.patience != NEVER and not record.timer:
            record.timer = 1
            timeout(w, now + max(0.0, oldest + record.patience - now), -2 - station)
        return False
    for _ in range(size):
        load(w, server, _take(w, inbox))
    return True


@part
def _full_load(w: Root, station: int, inbox: int) -> tuple[int, bool]:
    """Return how many of the lots in an inbox, and of those that wait for room in it, go in, and whether it is full."""
    record, box = station_of(w, station), inbox_of(w, inbox)
    here = box.lots + box.blocked
    if record.room == NEVER:
        return min(here, record.wanted), here >= record.wanted
    size, room = 0, record.room
    lot = box.first if box.lots else box.first_blocked
    while size < here:
        units = lot_of(w, lot).units
        if size and units > room:
            return size, True
        size += 1
        room -= units
        if size == record.wanted or room <= 0:
            return size, True
        lot = box.first_blocked if size == box.lots else lot_of(w, lot).next
    return size, False
