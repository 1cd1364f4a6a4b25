"""Records of what lots hold, of turns and of pieces: taken, put together, and given back."""

from __future__ import annotations

import numpy as np

from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, lot_of
from twin.compiled.reach import bench_of, held_by, made_of, piece_of, told_of, turn_of
from twin.compiled.state import NONE
from twin.compiled.storage import free_lot, new_lot
from twin.flow.deck import GOLDEN
from twin.journal import UNITS, Action

CELL = UNITS.index("cell")
_SCRAP = int(Action.SCRAP)
_GOLDEN = np.uint64(GOLDEN)


@part
def golden(number: int) -> np.uint64:
    """Return a place on the circle of whole numbers: evenly spread for numbers in a row."""
    return np.uint64(number) * _GOLDEN


@part
def new_turn(p: Record, server: int, lots: int) -> int:
    """Take a free record for a turn of a server, behind its others."""
    number, bench = p.free_turn, bench_of(p, server)
    turn = turn_of(p, number)
    p.free_turn = turn.next
    p.free_turns -= 1
    turn.object = turn.written = turn.born = turn.outs = turn.rows = turn.back = 0
    turn.lots = lots
    turn.kept = turn.out = turn.last_out = turn.piece = turn.last_piece = turn.state = turn.next = turn.tray = NONE
    turn.takes = turn.seconds = turn.worked = turn.tried = turn.passed = 0.0
    if bench.first_turn == NONE:
        bench.first_turn = number
    else:
        turn_of(p, bench.last_turn).next = number
    bench.last_turn = number
    bench.turns += 1
    return int(number)


@part
def free_turn(p: Record, number: int) -> None:
    """Give the record of a turn back."""
    turn_of(p, number).next = p.free_turn
    p.free_turn = number
    p.free_turns += 1


@part
def new_piece(p: Record, first: int, count: int) -> int:
    """Take a free record for a piece."""
    number = p.free_piece
    piece = piece_of(p, number)
    p.free_piece = piece.next
    p.free_pieces -= 1
    piece.next = NONE
    piece.first = first
    piece.count = count
    return int(number)


@part
def free_piece(p: Record, number: int) -> None:
    """Give the record of a piece back."""
    piece_of(p, number).next = p.free_piece
    p.free_piece = number
    p.free_pieces += 1


@rare
def drop_runs(p: Record, lot: int) -> None:
    """Forget who the cells of a lot are."""
    number = held_by(p, lot).run
    held_by(p, lot).run = NONE
    while number != NONE:
        following = piece_of(p, number).next
        free_piece(p, number)
        number = following


@part
def take_for(p: Record, lot: int, made: int) -> None:
    """Take a lot for what a remembered turn made; NONE when it is evaluated."""
    held = held_by(p, lot)
    if held.like != NONE:
        made_of(p, held.like).lots -= 1
    held.like = made
    if made != NONE:
        made_of(p, made).lots += 1


@part
def new_holding(w: Root, p: Record, family: int, serial: int) -> int:
    """Take a free record for a lot that holds something."""
    lot = new_lot(w, family, serial)
    held = held_by(p, lot)
    held.object = held.worse = held.flawed = 0
    held.like = held.root_family = held.run = held.to = held.next_out = NONE
    held.measured = 1.0
    return lot


@rare
def drop(w: Root, p: Record, lot: int) -> None:
    """Forget a lot that is no more."""
    take_for(p, lot, NONE)
    if held_by(p, lot).run != NONE:
        drop_runs(p, lot)
    held_by(p, lot).object = 0
    free_lot(w, lot)


@part
def put_out(p: Record, turn: Record, lot: int) -> None:
    """Let a lot come out of a turn, behind the others."""
    held_by(p, lot).next_out = NONE
    if turn.out == NONE:
        turn.out = lot
    else:
        held_by(p, turn.last_out).next_out = lot
    turn.last_out = lot
    turn.outs += 1


@part
def lose(p: Record, turn: Record, number: int) -> None:
    """Note a piece that does not go on, behind the others."""
    if turn.piece == NONE:
        turn.piece = number
    else:
        piece_of(p, turn.last_piece).next = number
    turn.last_piece = number
    turn.rows += piece_of(p, number).count


@part
def is_like(p: Record, lot: int, made: int, remembered: int, batch: int) -> None:
    """Take a lot for what a remembered turn made, and note of which batch both are."""
    take_for(p, lot, made)
    held, told = held_by(p, lot), told_of(p, remembered)
    held.root_family, held.root, held.batch = told.root_family, told.root, batch


@part
def lose_amount(
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


@part
def coating_in(w: Root, p: Record, lot: int) -> tuple[float, float]:
    """Return the dry coating in a lot, cathode and anode [kg]."""
    held = held_by(p, lot)
    if held.kind == CELL:
        units = lot_of(w, lot).units
        return units * held.cathode, units * held.anode
    return float(held.cathode), float(held.anode)


@part
def is_kept(p: Record, cell: int) -> bool:
    """Return whether the row of a cell is kept: by its identity alone."""
    return bool(p.keeps_cells == 2 or (p.keeps_cells == 1 and golden(cell) < np.uint64(p.kept_below)))


@rare
def cells_kept(p: Record, lot: int) -> int:
    """Return how many rows of the cells of a lot are kept."""
    kept, number = 0, held_by(p, lot).run
    while number != NONE:
        piece = piece_of(p, number)
        for cell in range(piece.first, piece.first + piece.count):
            kept += is_kept(p, cell)
        number = piece.next
    return kept
