"""One turn: what a station does to its lots, decided at its start and written down at its finish."""

from __future__ import annotations

from twin.compiled.clock import enter
from twin.compiled.downtime import ages, wear_out, work
from twin.compiled.luck import draw_block
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Root, block_of, inbox_of, lot_of, number_of, server_of, station_of
from twin.compiled.state import BEGINNING, BLOCK, BLOCKED, DONE, KEPT, LIVES, NONE, NUMBERS, OPEN, STUCK
from twin.compiled.storage import free_lot, load, new_lot, offer
from twin.compiled.writing import write_finished, write_kin, write_scrap, write_sent_back, write_visit
from twin.journal import State

_PRODUCTIVE, _BLOCKED = int(State.PRODUCTIVE), int(State.BLOCKED)


@part
def begin(w: Root, server: int) -> int:
    """Start a turn. Returns DONE, or what is missing for it; then it is to be called again."""
    record = server_of(w, server)
    station = station_of(w, record.station)
    if record.place != BEGINNING:
        record.place = BEGINNING
        if station.renews:
            _start_lot(w, server)
    seconds, lot, parents = 0.0, record.first, 1
    while lot != NONE:
        missing = _decide(w, record.station, lot)
        if missing != DONE:
            return missing
        seconds = max(seconds, lot_of(w, lot).seconds)
        parents = max(parents, lot_of(w, lot).parents)
        lot = lot_of(w, lot).next
    # the machine wears once, however many lots lie in it
    if record.wear != NONE and not ages(w, server, lot_of(w, record.first).seconds):
        return LIVES
    wear_out(w, server, lot_of(w, record.first).tried)
    record.rows = record.lots * station.split * parents
    work(w, server, seconds)
    return DONE


@rare
def _start_lot(w: Root, server: int) -> None:
    """Number the lot that a source, a merge or a combining station makes; what it is made of hangs on it."""
    record = server_of(w, server)
    station = station_of(w, record.station)
    lot = new_lot(w, record.station, station.serial)
    station.serial += 1
    made = lot_of(w, lot)
    made.parent, made.parents = record.first, record.lots
    made.entered = w.now
    if record.first != NONE:
        made.entered, made.repeats = lot_of(w, record.first).entered, lot_of(w, record.first).repeats
    parent = record.first
    while parent != NONE:
        made.entered = max(made.entered, lot_of(w, parent).entered)
        parent = lot_of(w, parent).next
    record.first, record.lots = NONE, 0
    load(w, server, lot)


@part
def _decide(w: Root, station: int, lot: int) -> int:
    """Decide how long the turn of a lot takes and what comes of it. Returns DONE, or NUMBERS while some are missing."""
    record, place = lot_of(w, lot), station_of(w, station)
    if record.decided:
        return DONE
    # a lot that has come back meets other luck
    seconds, toss, again = place.mean, 1.0, record.repeats
    if place.times != NONE:
        seconds = _number(w, place.times + again, record.serial)
    if place.tosses != NONE:
        toss = _number(w, place.tosses + again, record.serial)
    if seconds < 0.0 or toss < 0.0:
        return NUMBERS
    record.seconds = seconds
    record.spoiled = toss < place.scrap
    if record.spoiled and w.scrap == NONE:
        w.scrap, w.reasons = w.reasons, w.reasons + 1
    record.back = 0
    if place.back_tosses != NONE and not record.spoiled and again < place.returns:
        toss = _number(w, place.back_tosses + again, record.serial)
        if toss < 0.0:
            return NUMBERS
        record.back = toss < place.rework
        if record.back and w.rework == NONE:
            w.rework, w.reasons = w.reasons, w.reasons + 1
    record.tried = place.split
    record.decided = 1
    return DONE


@part
def _number(w: Root, row: int, lot: int) -> float:
    """Return a lot's random number, negative when Python has to bring its block."""
    block = lot // BLOCK
    place = block & (KEPT - 1)
    if block_of(w, row * KEPT + place).value != block and not draw_block(w, row, block):
        w.missing_row = row
        w.missing_block = block
        return -1.0
    return float(number_of(w, (row * KEPT + place) * BLOCK + lot % BLOCK).value)


@part
def hand_over(w: Root, server: int) -> int:
    """Write down what was made of the lots on a server and bring it into the next buffer.

    Returns DONE when all of it is in; else, with STUCK, the server waits until it is let in, and this is to be called
    again.
    """
    record = server_of(w, server)
    let_in = record.place == BLOCKED
    record.place = OPEN
    record.waits_for = NONE
    if let_in:
        record.child += 1
    while True:
        if not let_in:
            if record.first == NONE:
                return DONE
            _finish(w, server)
        let_in = False
        if not _bring_in(w, server):
            record.place = BLOCKED
            record.waits_for = inbox_of(w, record.outbox).owner
            enter(w, server, _BLOCKED)
            return STUCK
        write_visit(w, server)


@part
def _finish(w: Root, server: int) -> None:
    """Take the first lot off a server and write down what became of it."""
    record = server_of(w, server)
    station, now, lot = station_of(w, record.station), w.now, record.first
    done = lot_of(w, lot)
    record.first, record.lots = done.next, record.lots - 1
    record.family, record.serial, record.repeats, record.units = done.family, done.serial, done.repeats, done.units
    record.arrive, record.tried, record.outbox = done.entered, done.tried, station.outbox
    record.finish, record.passed, record.child = now, 0.0, 0
    record.turn = lot
    if done.spoiled:
        write_scrap(w, server)
    else:
        if done.back:
            write_sent_back(w, server)
            record.outbox = station.way_back
            done.repeats += 1
        else:
            record.passed = station.split * done.units
        if station.renews or station.split > 1:
            write_kin(w, record.station, lot)
    parent = done.parent
    while parent != NONE:
        following = lot_of(w, parent).next
        free_lot(w, parent)
        parent = following
    done.parent, done.parents = NONE, 0
    if done.spoiled or station.split > 1:
        free_lot(w, lot)
        record.turn = NONE
    record.children = 0 if done.spoiled else station.split


@part
def _bring_in(w: Root, server: int) -> bool:
    """Bring what is left of a turn into the next buffer, or out of the plant. Returns whether all of it is in."""
    record = server_of(w, server)
    station = station_of(w, record.station)
    while record.child < record.children:
        lot = record.turn
        if lot == NONE:
            lot = new_lot(w, record.station, record.serial * station.split + record.child)
            lot_of(w, lot).repeats = record.repeats
        if record.outbox == NONE:
            write_finished(w, lot)
            free_lot(w, lot)
        elif not offer(w, record.outbox, lot, server):
            return False
        record.child += 1
    return True
