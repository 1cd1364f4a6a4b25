"""What became of lots that hold something becomes rows of the journal, as in ``twin/flow/record.py``."""

from __future__ import annotations

import numpy as np

from twin.compiled.keeping import CELL, coating_in, free_piece, is_kept
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, inbox_of, lot_of, record_at, server_of, station_of
from twin.compiled.reach import bench_of, bits_of, held_by, made_of, physics_of, piece_of, waiting_of
from twin.compiled.state import BLOCKED, NONE, ROW
from twin.journal import UNITS, Action
from twin.material import GRADE_A, GRADE_B, MOST_FLAWS, UNGRADED

_SCRAP = int(Action.SCRAP)
_REJECT, _KIN, _FINISHED, _STOCK = ROW["rejects"], ROW["lots"], ROW["finished"], ROW["stock"]
_EVALUATED, _CELLS, _ESCAPE = ROW["evaluated"], ROW["cells"], ROW["escapes"]
_UNITS = len(UNITS)


@rare
def tell_turn(w: Root, p: Record, station: int, turn: Record, first: int) -> None:
    """Write down the turn of lots that were only counted.

    Args:
        w: the plant.
        p: what it holds.
        station: where.
        turn: the turn.
        first: first of the lots that went in.
    """
    _tell_rejects(w, p, station, turn)
    lot = first
    if turn.lots > 1:
        for _ in range(turn.lots):
            _tell_end(w, p, station, lot)
            lot = lot_of(w, lot).next
    out = turn.out
    while out != NONE:
        if station_of(w, station).outbox == NONE:
            _tell_end(w, p, station, out)
        if turn.born:
            _tell_parents(w, out, first, turn.lots)
        out = held_by(p, out).next_out


@part
def _tell_rejects(w: Root, p: Record, station: int, turn: Record) -> None:
    number = turn.piece
    turn.piece = NONE
    while number != NONE:
        piece = piece_of(p, number)
        for place in range(piece.count):
            row = record_at(w.rejects_rows, _REJECT, w.rejects_used)
            w.rejects_used += 1
            row.time = w.now
            row.station = station
            row.reason = piece.reason
            row.action = piece.action
            row.unit = piece.unit
            row.family = piece.family
            row.lot = piece.serial
            row.cell = piece.first + place if piece.unit == CELL else NONE
            row.quantity = piece.quantity
            row.cathode_kg = piece.cathode
            row.anode_kg = piece.anode
            if piece.unit == CELL and piece.action == _SCRAP and is_kept(p, piece.first + place):
                _tell_cell(w, piece.first + place, piece.family, piece.serial, station, UNGRADED, piece.reason)
        following = piece.next
        free_piece(p, number)
        number = following


@part
def _tell_cell(w: Root, cell: int, family: int, serial: int, station: int, grade: int, reason: int) -> None:
    row = record_at(w.cells_rows, _CELLS, w.cells_used)
    w.cells_used += 1
    row.cell = cell
    row.family = family
    row.lot = serial
    row.time = w.now
    row.station = station
    row.grade = grade
    row.reason = reason
    row.capacity_ah = np.nan
    row.resistance_rel = np.nan


@part
def _tell_end(w: Root, p: Record, station: int, lot: int) -> None:
    """Write that a lot came to its end, or to other cells, as an evaluated one did, or how much of one did."""
    held = held_by(p, lot)
    if held.root_family == NONE:
        return
    row = record_at(w.evaluated_rows, _EVALUATED, w.evaluated_used)
    w.evaluated_used += 1
    row.time = w.now
    row.station = station
    row.family = lot_of(w, lot).family
    row.lot = lot_of(w, lot).serial
    row.root_family = held.root_family
    row.root = held.root
    row.seconds = 0.0
    row.tried = 0.0
    row.good = 0.0
    row.first = 0.0
    row.scrapped = 0.0
    row.back = 0.0
    row.kept_kg = 0.0
    row.lost_kg = 0.0
    row.others = 1.0


@part
def _tell_parents(w: Root, lot: int, parent: int, parents: int) -> None:
    for place in range(max(1, parents)):
        row = record_at(w.lots_rows, _KIN, w.lots_used)
        w.lots_used += 1
        row.lot = lot_of(w, lot).serial
        row.family = lot_of(w, lot).family
        row.parent = row.parent_family = NONE
        row.time = w.now
        row.units = lot_of(w, lot).units
        if place < parents:
            row.parent = lot_of(w, parent).serial
            row.parent_family = lot_of(w, parent).family
            parent = lot_of(w, parent).next


@rare
def tell_finished(w: Root, p: Record, station: int, lot: int) -> None:
    """Write a lot that has come to the end of its route."""
    record, held = lot_of(w, lot), held_by(p, lot)
    row = record_at(w.finished_rows, _FINISHED, w.finished_used)
    w.finished_used += 1
    w.good += record.units
    row.time = w.now
    row.family = record.family
    row.lot = record.serial
    row.units = record.units
    row.grade_a = record.units - held.worse
    row.grade_b = held.worse
    row.cathode_kg, row.anode_kg = coating_in(w, p, lot)
    if held.flawed:
        _tell_escapes(w, p, lot)
    if held.kind == CELL and p.keeps_cells:
        place, number = 0, held.run
        while number != NONE:
            piece = piece_of(p, number)
            for cell in range(piece.first, piece.first + piece.count):
                if is_kept(p, cell):
                    grade = GRADE_B if place < held.worse else GRADE_A
                    _tell_cell(w, cell, record.family, record.serial, station, grade, NONE)
                place += 1
            number = piece.next


@part
def _tell_escapes(w: Root, p: Record, lot: int) -> None:
    """Write which flaws leave the plant in how many cells of a lot, in the order in which they are met."""
    held = held_by(p, lot)
    made = made_of(p, held.like)
    begin, rows = w.escapes_used, 0
    for place in range(made.flaw, made.flaw + held.flawed):
        bits = bits_of(p, place).value
        for number in range(MOST_FLAWS):
            if bits >> number & 1:
                here = begin
                while here < begin + rows and record_at(w.escapes_rows, _ESCAPE, here).reason != number:
                    here += 1
                row = record_at(w.escapes_rows, _ESCAPE, here)
                if here == begin + rows:
                    rows += 1
                    row.time = w.now
                    row.family = lot_of(w, lot).family
                    row.lot = lot_of(w, lot).serial
                    row.reason = number
                    row.cells = 0
                row.cells += 1
    w.escapes_used = begin + rows


@rare
def tell_stock(w: Root, day: int) -> None:
    """Count everything in the plant, at its place and in its unit."""
    p, server, sums = physics_of(w), 0, np.zeros((_UNITS, 4))
    order = np.zeros(_UNITS, np.int64)
    for station in range(w.n_stations):
        units = 0
        while server < w.n_servers and server_of(w, server).station == station:
            record = server_of(w, server)
            units = _count_chain(w, p, record.first, record.lots, sums, order, units)
            if record.place == BLOCKED:
                lot = bench_of(p, server).out
                while lot != NONE:
                    units = _count_lot(w, p, lot, sums, order, units)
                    lot = held_by(p, lot).next_out
            server += 1
        for place in range(p.n_waiting):
            waiting = waiting_of(p, place)
            if waiting.station == station:
                units = _add(CELL, waiting.units, waiting.cathode, waiting.anode, sums, order, units)
        _tell_place(w, day, station, sums, order, units)
    for inbox in range(w.n_inboxes):
        box = inbox_of(w, inbox)
        units = _count_chain(w, p, box.first, box.lots, sums, order, 0)
        _tell_place(w, day, w.n_stations + inbox, sums, order, units)


@part
def _count_chain(w: Root, p: Record, lot: int, lots: int, sums: Record, order: Record, units: int) -> int:
    for _ in range(lots):
        units = _count_lot(w, p, lot, sums, order, units)
        lot = lot_of(w, lot).next
    return units


@part
def _count_lot(w: Root, p: Record, lot: int, sums: Record, order: Record, units: int) -> int:
    cathode, anode = coating_in(w, p, lot)
    return _add(held_by(p, lot).kind, lot_of(w, lot).units, cathode, anode, sums, order, units)


@part
def _add(kind: int, amount: float, cathode: float, anode: float, sums: Record, order: Record, units: int) -> int:
    """Add to the sums of a unit; return how many units there are, in the order in which they were met."""
    if sums[kind, 0] == 0:
        order[units] = kind
        units += 1
    sums[kind, 0] += 1
    sums[kind, 1] += amount
    sums[kind, 2] += cathode
    sums[kind, 3] += anode
    return units


@part
def _tell_place(w: Root, day: int, place: int, sums: Record, order: Record, units: int) -> None:
    # cells come first
    for turn in range(2):
        for number in range(units):
            kind = order[number]
            if (kind == CELL) == (turn == 0):
                row = record_at(w.stock_rows, _STOCK, w.stock_used)
                w.stock_used += 1
                row.day = day
                row.place = place
                row.unit = kind
                row.lots = int(sums[kind, 0])
                row.units = sums[kind, 1]
                row.cathode_kg = sums[kind, 2]
                row.anode_kg = sums[kind, 3]
                sums[kind, :] = 0.0
