"""Cells that are only counted: as large a share of them goes on as of another lot."""

from __future__ import annotations

import numpy as np

from twin.compiled.keeping import CELL, cells_kept, free_piece, golden, is_like, lose, new_piece, put_out
from twin.compiled.luck import high_word
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, lot_of, station_of
from twin.compiled.reach import (
    carried_of,
    craft_of,
    held_by,
    lost_cells_of,
    made_of,
    piece_of,
    told_of,
    tray_of,
    turn_of,
)
from twin.compiled.state import NONE
from twin.journal import Action

_SCRAP, _SENT_BACK, _CURED = int(Action.SCRAP), int(Action.SENT_BACK), int(Action.CURED)


@rare
def count_cells(w: Root, p: Record, station: int, number: int, lot: int, remembered: int, batch: int) -> None:
    """Let as large a share of the cells go on as of another lot."""
    turn, told, held = turn_of(p, number), told_of(p, remembered), held_by(p, lot)
    units = held.amount
    share = units / told.amount
    turn.seconds = told.seconds if craft_of(p, station).by_time else told.seconds * share
    turn.worked, turn.tried = told.entered * units, told.tried * units
    turn.state, turn.takes = told.state, told.takes
    if told.cells:
        _take_out(w, p, turn, station, lot, told, share)
    if held.amount <= 0.0:
        if turn.kept == lot:
            turn.kept = NONE
        return
    is_like(p, lot, told.out, remembered, batch)
    put_out(p, turn, lot)
    if station_of(w, station).outbox == NONE:
        _grade(p, craft_of(p, station), lot, told.out)
        if p.keeps_cells:
            turn.rows += cells_kept(p, lot)


@part
def _take_out(w: Root, p: Record, turn: Record, station: int, lot: int, told: Record, share: float) -> None:
    """Take cells out of a lot, or note what else is done with them, as with the other lot."""
    held = held_by(p, lot)
    left, run = held.amount, held.run
    first = last = NONE
    for place in range(told.cell, told.cell + told.cells):
        lost = lost_cells_of(p, place)
        if lost.action == _CURED:
            continue
        cells = _whole(p, lost.carry, lost.count * share, left)
        left -= cells
        goes_back = lost.action == _SENT_BACK and cells > 0.0
        stays = lost.action != _SCRAP and not goes_back
        if not stays:
            held.amount -= cells
        while cells > 0.0:
            here = piece_of(p, run)
            taken = min(int(cells), here.count)
            gone = _noted(w, p, turn, lot, lost, here.first, taken)
            if goes_back:
                turn.back = 1
                piece_of(p, gone).like = lost.like
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
    _cure(w, p, turn, station, lot, told, share, int(left))


@part
def _cure(w: Root, p: Record, turn: Record, station: int, lot: int, told: Record, share: float, left: int) -> None:
    """Note as large a share of the last cells of a lot as cured, anywhere among them."""
    before, size = int(held_by(p, lot).amount) - left, left
    begin = int(high_word(golden(lot_of(w, lot).serial * (2 * station + 1)), np.uint64(left)))
    for place in range(told.cell, told.cell + told.cells):
        lost = lost_cells_of(p, place)
        if lost.action == _CURED:
            cells = int(_whole(p, lost.carry, lost.count * share, float(size)))
            size -= cells
            while cells > 0:
                at = begin % left
                run, inside = _find(p, held_by(p, lot).run, before + at)
                taken = min(cells, left - at, piece_of(p, run).count - inside)
                _noted(w, p, turn, lot, lost, piece_of(p, run).first + inside, taken)
                begin += taken
                cells -= taken


@part
def _find(p: Record, run: int, place: int) -> tuple[int, int]:
    """Return the run in which a place of a lot lies, and where in it."""
    while place >= piece_of(p, run).count:
        place -= piece_of(p, run).count
        run = piece_of(p, run).next
    return run, place


@part
def _noted(w: Root, p: Record, turn: Record, lot: int, lost: Record, first: int, count: int) -> int:
    """Note what is done with cells in a row, and return the piece."""
    number, held = new_piece(p, first, count), held_by(p, lot)
    piece = piece_of(p, number)
    piece.reason, piece.action, piece.unit = lost.reason, lost.action, CELL
    piece.family, piece.serial = lot_of(w, lot).family, lot_of(w, lot).serial
    piece.quantity, piece.cathode, piece.anode = 1.0, held.cathode, held.anode
    lose(p, turn, number)
    piece.like = NONE
    return number


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


@rare
def fill_trays(w: Root, p: Record, turn: Record, parent: int) -> bool:
    """Put the cells that a counted lot sends back into trays, with the name of their parent.

    Returns False when one may be full with them, which is for Python; nothing has changed then.
    """
    pieces, cells, number = 0, 0, turn.piece
    while number != NONE:
        piece = piece_of(p, number)
        if piece.action == _SENT_BACK:
            pieces += 1
            cells += piece.count
        number = piece.next
    number = turn.piece
    while number != NONE:
        piece = piece_of(p, number)
        if piece.action == _SENT_BACK and tray_of(p, made_of(p, piece.like).tray).room <= cells:
            return False
        number = piece.next
    if p.free_pieces < pieces + 1:
        return False
    number = turn.piece
    while number != NONE:
        piece = piece_of(p, number)
        if piece.action == _SENT_BACK:
            _put_into_tray(w, p, piece, parent)
        number = piece.next
    return True


@part
def _put_into_tray(w: Root, p: Record, piece: Record, parent: int) -> None:
    tray, number = tray_of(p, made_of(p, piece.like).tray), new_piece(p, piece.first, piece.count)
    back = piece_of(p, number)
    back.like, back.action = piece.like, piece.action
    back.cathode, back.anode = piece.cathode, piece.anode
    back.family, back.serial = lot_of(w, parent).family, lot_of(w, parent).serial
    if tray.piece == NONE:
        tray.piece = number
    else:
        piece_of(p, tray.last_piece).next = number
    tray.last_piece = number
    tray.room -= piece.count
