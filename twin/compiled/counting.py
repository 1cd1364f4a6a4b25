"""A lot that is only counted goes as an evaluated one went, as in ``twin/flow/sampled.py``."""

from __future__ import annotations

import numpy as np

from twin.compiled.counted_cells import count_cells
from twin.compiled.counted_webs import count_web, merge
from twin.compiled.holdings import DECIDE, ROOM
from twin.compiled.keeping import CELL, golden, new_turn
from twin.compiled.luck import high_word
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, lot_of, server_of, station_of
from twin.compiled.reach import batch_of, craft_of, held_by, lane_of, piece_of, told_of, turn_of
from twin.compiled.state import NONE
from twin.flow.deck import FIRST, REMEMBERED
from twin.journal import UNITS

_METRE, _AREA = UNITS.index("m"), UNITS.index("m**2")


@rare
def count_turn(w: Root, p: Record, server: int, lot: int, lots: int) -> bool:
    """Decide the turn of lots that are only counted.

    Returns False, and tells why, when Python has to decide it, or to make room for it; nothing has changed then.
    """
    record = server_of(w, server)
    station, craft = station_of(w, record.station), craft_of(p, record.station)
    p.asked = DECIDE
    if not craft.counts or not craft.batches or station.combine:
        return False
    serial = batch = station.serial
    if lots:
        serial, batch = lot_of(w, lot).serial, held_by(p, lot).batch
        if not _are_counted(w, p, lot, lots) or (lots > 1 and min(craft.remnant, craft.separator_rest) == NONE):
            return False
    elif not craft.always and (serial < FIRST or golden(serial) < np.uint64(craft.threshold)):
        return False
    told = _told(p, record.station, batch, serial)
    if told_of(p, told).odd:
        return False
    if not _has_room(w, p, told, lot, lots):
        p.asked = ROOM
        return False
    number = new_turn(p, server, lots)
    turn = turn_of(p, number)
    if station.renews:
        turn.family, turn.serial = record.station, station.serial
        station.serial += 1
    else:
        turn.family, turn.serial = lot_of(w, lot).family, lot_of(w, lot).serial
    turn.arrive = -1.0
    here = lot
    for _ in range(lots):
        turn.arrive = max(turn.arrive, lot_of(w, here).entered)
        here = lot_of(w, here).next
    if lots > 1:
        merge(w, p, record.station, number, lot, told, batch)
    elif lots and held_by(p, lot).kind == CELL:
        turn.kept = lot
        count_cells(w, p, record.station, number, lot, told, batch)
    else:
        count_web(w, p, record.station, number, lot, told, batch)
    # of the lots that come out: a parent each, and what became of them
    turn.rows = max(turn.rows, turn.outs * max(1, lots), lots + turn.outs) + 1
    return True


@part
def _are_counted(w: Root, p: Record, lot: int, lots: int) -> bool:
    """Return whether lots that go in were not evaluated: bought separator never is."""
    if held_by(p, lot).like == NONE:
        return False
    for _ in range(lots):
        held = held_by(p, lot)
        if lots > 1 and held.kind != _METRE and held.kind != _AREA:
            return False
        if held.kind != _AREA and held.like == NONE:
            return False
        lot = lot_of(w, lot).next
    return True


@part
def _told(p: Record, station: int, batch: int, serial: int) -> int:
    """Return the turn that stands for that of another lot; see ``Deck.like``."""
    craft = craft_of(p, station)
    place = int(high_word(golden(batch), np.uint64(craft.batches)))
    found = batch_of(p, station * REMEMBERED + (craft.first_batch + place) % REMEMBERED)
    told = found.first
    for _ in range(serial % found.turns):
        told = told_of(p, told).next
    return int(told)


@part
def _has_room(w: Root, p: Record, number: int, lot: int, lots: int) -> bool:
    """Return whether there are free records for all that may come of a turn."""
    told, runs = told_of(p, number), 0
    if lots == 1:
        run = held_by(p, lot).run
        while run != NONE:
            runs += 1
            run = piece_of(p, run).next
    pieces = 3 * (runs + told.cells) + told.losses + 8
    if lots > 1:
        pieces += lane_of(p, told.lane).cuts + lane_of(p, told.lane + 1).cuts
    return bool(w.free_lots > told.outs + 1 and p.free_turns > 1 and p.free_pieces > pieces)
