"""A lot that is only counted goes as an evaluated one went, as in ``twin/flow/sampled.py``."""

from __future__ import annotations

import numpy as np

from twin.compiled.holdings import DECIDE, ROOM
from twin.compiled.keeping import (
    CELL,
    cells_kept,
    free_piece,
    golden,
    lose,
    new_holding,
    new_piece,
    new_turn,
    put_out,
    take_for,
)
from twin.compiled.luck import high_word
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, lot_of, server_of, station_of
from twin.compiled.reach import (
    batch_of,
    carried_of,
    craft_of,
    cut_of,
    held_by,
    lane_of,
    loss_of,
    lost_cells_of,
    made_of,
    piece_of,
    told_of,
    turn_of,
)
from twin.compiled.state import NONE
from twin.flow.deck import FIRST, REMEMBERED
from twin.journal import CELLS_OF_A_LOT, LOTS_OF_A_FAMILY, UNITS, Action

_METRE, _KG, _AREA = (UNITS.index(unit) for unit in ("m", "kg", "m**2"))
_SCRAP, _LOSS, _SENT_BACK = int(Action.SCRAP), int(Action.LOSS), int(Action.SENT_BACK)


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
        _merge(w, p, record.station, number, lot, told, batch)
    elif lots and held_by(p, lot).kind == CELL:
        turn.kept = lot
        _count_cells(w, p, record.station, number, lot, told, batch)
    else:
        _count_web(w, p, record.station, number, lot, told, batch)
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
    pieces = 2 * (runs + told.cells) + told.losses + 8
    if lots > 1:
        pieces += lane_of(p, told.lane).cuts + lane_of(p, told.lane + 1).cuts
    return bool(w.free_lots > told.outs + 1 and p.free_turns > 1 and p.free_pieces > pieces)


@rare
def _count_web(w: Root, p: Record, station: int, number: int, lot: int, remembered: int, batch: int) -> None:
    """Count a batch, a roll or a lane: all that it holds is in proportion to the other."""
    turn, told = turn_of(p, number), told_of(p, remembered)
    amount, across = 1.0, 1.0
    if lot != NONE:
        amount = held_by(p, lot).amount
        across = (held_by(p, lot).cathode + held_by(p, lot).anode) / told.solids
    along = amount / told.amount
    turn.seconds = told.seconds if craft_of(p, station).by_time else told.seconds * along
    turn.worked, turn.tried = told.entered * amount, told.tried * amount
    turn.state, turn.takes, turn.born = told.state, told.takes, told.born
    family, first = turn.family, turn.serial
    if told.born:
        family, first = station, turn.serial * told.made
    out = told.out
    while out != NONE:
        made = made_of(p, out)
        found = new_holding(w, p, family, first + made.place)
        held, solids = held_by(p, found), made.solids * across
        held.kind, held.side = made.kind, made.side
        held.amount = solids if made.kind == _KG else made.units * along
        held.cathode = 0.0 if made.side else solids
        held.anode = solids if made.side else 0.0
        held.width, held.measured = made.width, made.measured
        held.begin, held.pitch = made.begin * along, made.pitch * along
        held.batch = batch
        if craft_of(p, station).always:
            held.batch = lot_of(w, found).serial
        else:
            _is_like(p, found, out, remembered, batch)
        put_out(p, turn, found)
        out = made.next
    for place in range(told.loss, told.loss + told.losses):
        loss = loss_of(p, place)
        whole = loss.place < 0
        quantity = loss.quantity * along if loss.unit == _METRE else loss.quantity * across
        lost = _lost(p, turn, loss.reason, loss.action, loss.unit, quantity, loss.cathode * across, loss.anode * across)
        if not whole:
            piece_of(p, lost).family, piece_of(p, lost).serial = family, first + loss.place


@part
def _is_like(p: Record, lot: int, made: int, remembered: int, batch: int) -> None:
    take_for(p, lot, made)
    held, told = held_by(p, lot), told_of(p, remembered)
    held.root_family, held.root, held.batch = told.root_family, told.root, batch


@part
def _lost(
    p: Record, turn: Record, reason: int, action: int, unit: int, quantity: float, cathode: float, anode: float
) -> int:
    """Note something lost that is no cell, of the lot to which the turn belongs."""
    number = new_piece(p, NONE, 1)
    piece = piece_of(p, number)
    piece.reason, piece.action, piece.unit = reason, action, unit
    piece.family, piece.serial = turn.family, turn.serial
    piece.quantity, piece.cathode, piece.anode = quantity, cathode, anode
    lose(p, turn, number)
    return number


@rare
def _merge(w: Root, p: Record, station: int, number: int, lot: int, remembered: int, batch: int) -> None:
    """Count the cells that lanes are enough for, with as much cut out of them as of others."""
    turn, told, craft = turn_of(p, number), told_of(p, remembered), craft_of(p, station)
    turn.born = 1
    cells, cathode, anode, separator = _enough(w, p, station, lot, turn.lots, told)
    turn.worked = turn.tried = cells
    spoiled_cathode = _remnant(p, turn, craft, cathode, lane_of(p, told.lane), craft.cathode_area, cells)
    spoiled_anode = _remnant(p, turn, craft, anode, lane_of(p, told.lane + 1), craft.anode_area, cells)
    rest = held_by(p, separator).amount - cells * craft.separator if separator != NONE else 0.0
    if rest > 0.0:
        _lost(p, turn, craft.separator_rest, _LOSS, _AREA, rest, 0.0, 0.0)
    _spoil(p, turn, lane_of(p, told.lane), spoiled_cathode, cathode)
    _spoil(p, turn, lane_of(p, told.lane + 1), spoiled_anode, anode)
    if cells <= 0.0:
        return
    found = new_holding(w, p, station, turn.serial)
    held = held_by(p, found)
    held.kind, held.amount, held.root_family = CELL, cells, NONE
    held.cathode = _coating_of_cell(p, cathode, craft.cathode_area)
    held.anode = _coating_of_cell(p, anode, craft.anode_area)
    held.run = new_piece(p, (station * LOTS_OF_A_FAMILY + turn.serial) * CELLS_OF_A_LOT, int(cells))
    _count_cells(w, p, station, number, found, remembered, batch)


@part
def _enough(
    w: Root, p: Record, station: int, lot: int, lots: int, told: Record
) -> tuple[float, int, int, int]:
    """Return how many cells lots are enough for, and which of them are cathode, anode and separator."""
    craft, least = craft_of(p, station), np.inf
    cathode = anode = separator = NONE
    for _ in range(lots):
        held = held_by(p, lot)
        if held.kind == _AREA:
            separator = lot
            enough = held.amount / craft.separator
        else:
            lane = lane_of(p, told.lane + held.side)
            cut = lane.cut_out * (held.amount / lane.length)
            enough = (held.amount - cut) * held.width / (craft.anode_area if held.side else craft.cathode_area)
            if held.side:
                anode = lot
            else:
                cathode = lot
        least = min(least, enough)
        lot = lot_of(w, lot).next
    cells = int(max(0.0, least) / craft.spliced + 1e-9) * craft.spliced
    return float(cells), cathode, anode, separator


@part
def _remnant(p: Record, turn: Record, craft: Record, lot: int, lane: Record, area: float, cells: float) -> float:
    """Note what is left of a lane. Returns which share of what was cut out of the other one is cut out of it."""
    held = held_by(p, lot)
    share = held.amount / lane.length
    solids = held.anode if held.side else held.cathode
    rest = (held.amount - lane.cut_out * share) - cells * (area / held.width)
    if rest > 0.0:
        kg = rest * (solids / held.amount)
        _lost(p, turn, craft.remnant, _LOSS, _METRE, rest, 0.0 if held.side else kg, kg if held.side else 0.0)
    return float(share)


@part
def _spoil(p: Record, turn: Record, lane: Record, share: float, lot: int) -> None:
    """Note what is cut out of a lane, by flaw."""
    held = held_by(p, lot)
    solids = held.anode if held.side else held.cathode
    for place in range(lane.cut, lane.cut + lane.cuts):
        cut = cut_of(p, place)
        metres = cut.metres * share
        kg = metres * (solids / held.amount)
        _lost(p, turn, cut.reason, _SCRAP, _METRE, metres, 0.0 if held.side else kg, kg if held.side else 0.0)


@part
def _coating_of_cell(p: Record, lot: int, area: float) -> float:
    held = held_by(p, lot)
    solids = held.anode if held.side else held.cathode
    return float(solids / held.amount * (area / held.width))


@rare
def _count_cells(w: Root, p: Record, station: int, number: int, lot: int, remembered: int, batch: int) -> None:
    """Let as large a share of the cells go on as of another lot."""
    turn, told, held = turn_of(p, number), told_of(p, remembered), held_by(p, lot)
    units = held.amount
    share = units / told.amount
    turn.seconds = told.seconds if craft_of(p, station).by_time else told.seconds * share
    turn.worked, turn.tried = told.entered * units, told.tried * units
    turn.state, turn.takes = told.state, told.takes
    if told.cells:
        _take_out(w, p, turn, lot, told, share)
    if held.amount <= 0.0:
        if turn.kept == lot:
            turn.kept = NONE
        return
    _is_like(p, lot, told.out, remembered, batch)
    put_out(p, turn, lot)
    if station_of(w, station).outbox == NONE:
        _grade(p, craft_of(p, station), lot, told.out)
        if p.keeps_cells:
            turn.rows += cells_kept(p, lot)


@part
def _take_out(w: Root, p: Record, turn: Record, lot: int, told: Record, share: float) -> None:
    """Take cells out of a lot, or note what else is done with them, as with the other lot."""
    held = held_by(p, lot)
    family, serial = lot_of(w, lot).family, lot_of(w, lot).serial
    left, run = held.amount, held.run
    first = last = NONE
    for place in range(told.cell, told.cell + told.cells):
        lost = lost_cells_of(p, place)
        cells = _whole(p, lost.carry, lost.count * share, left)
        left -= cells
        goes_back = lost.action == _SENT_BACK and cells > 0.0
        stays = lost.action != _SCRAP and not goes_back
        if not stays:
            held.amount -= cells
        while cells > 0.0:
            here = piece_of(p, run)
            taken = min(int(cells), here.count)
            gone = new_piece(p, here.first, taken)
            piece = piece_of(p, gone)
            piece.reason, piece.action, piece.unit = lost.reason, lost.action, CELL
            piece.family, piece.serial = family, serial
            piece.quantity, piece.cathode, piece.anode = 1.0, held.cathode, held.anode
            lose(p, turn, gone)
            piece.like = NONE
            if goes_back:
                turn.back = 1
                piece.like = lost.like
                made_of(p, lost.like).lots += 1
            if stays:
                last = _chain(p, last, new_piece(p, here.first, taken))
                first = last if first == NONE else first
            cells -= taken
            here.first += taken
            here.count -= taken
            if here.count == 0:
                following = here.next
                free_piece(p, run)
                run = following
    if first == NONE:
        held.run = run
    else:
        piece_of(p, last).next = run
        held.run = first


@part
def _chain(p: Record, last: int, number: int) -> int:
    """Put a run behind another, if there is one, and return it."""
    if last != NONE:
        piece_of(p, last).next = number
    return number


@part
def _whole(p: Record, carry: int, number: float, most: float) -> float:
    """Return a number of cells as a whole one, and carry what is left over to the next lot; see ``Deck.whole``."""
    carried = carried_of(p, carry)
    number += carried.value
    found = float(int(min(number + 1e-9, most)))
    carried.value = number - found
    return found


@part
def _grade(p: Record, craft: Record, lot: int, like: int) -> None:
    """Grade the cells of a finished lot, and leave as many flaws in them as in the other."""
    held, made = held_by(p, lot), made_of(p, like)
    share = held.amount / made.units
    held.worse = int(_whole(p, craft.grades, made.worse * share, held.amount))
    held.flawed = int(_whole(p, craft.flaws, made.flaws * share, made.flaws))
