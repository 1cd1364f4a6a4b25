"""Batches, rolls and lanes that are only counted, and the cells that lanes are enough for."""

from __future__ import annotations

import numpy as np

from twin.compiled.counted_cells import count_cells
from twin.compiled.keeping import CELL, is_like, lose_amount, new_holding, new_piece, put_out
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, lot_of
from twin.compiled.reach import craft_of, cut_of, held_by, lane_of, loss_of, made_of, piece_of, told_of, turn_of
from twin.compiled.state import NONE
from twin.journal import CELLS_OF_A_LOT, LOTS_OF_A_FAMILY, UNITS, Action

_METRE, _KG, _AREA = (UNITS.index(unit) for unit in ("m", "kg", "m**2"))
_SCRAP, _LOSS = int(Action.SCRAP), int(Action.LOSS)


@rare
def count_web(w: Root, p: Record, station: int, number: int, lot: int, remembered: int, batch: int) -> None:
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
            is_like(p, found, out, remembered, batch)
        put_out(p, turn, found)
        out = made.next
    for place in range(told.loss, told.loss + told.losses):
        loss = loss_of(p, place)
        whole = loss.place < 0
        quantity = loss.quantity * along if loss.unit == _METRE else loss.quantity * across
        cathode, anode = loss.cathode * across, loss.anode * across
        lost = lose_amount(p, turn, loss.reason, loss.action, loss.unit, quantity, cathode, anode)
        if not whole:
            piece_of(p, lost).family, piece_of(p, lost).serial = family, first + loss.place


@rare
def merge(w: Root, p: Record, station: int, number: int, lot: int, remembered: int, batch: int) -> None:
    """Count the cells that lanes are enough for, with as much cut out of them as of others."""
    turn, told, craft = turn_of(p, number), told_of(p, remembered), craft_of(p, station)
    turn.born = 1
    cells, cathode, anode, separator = _enough(w, p, station, lot, turn.lots, told)
    turn.worked = turn.tried = cells
    spoiled_cathode = _remnant(p, turn, craft, cathode, lane_of(p, told.lane), craft.cathode_area, cells)
    spoiled_anode = _remnant(p, turn, craft, anode, lane_of(p, told.lane + 1), craft.anode_area, cells)
    rest = held_by(p, separator).amount - cells * craft.separator if separator != NONE else 0.0
    if rest > 0.0:
        lose_amount(p, turn, craft.separator_rest, _LOSS, _AREA, rest, 0.0, 0.0)
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
    count_cells(w, p, station, number, found, remembered, batch)


@part
def _enough(w: Root, p: Record, station: int, lot: int, lots: int, told: Record) -> tuple[float, int, int, int]:
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
        lose_amount(p, turn, craft.remnant, _LOSS, _METRE, rest, 0.0 if held.side else kg, kg if held.side else 0.0)
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
        lose_amount(p, turn, cut.reason, _SCRAP, _METRE, metres, 0.0 if held.side else kg, kg if held.side else 0.0)


@part
def _coating_of_cell(p: Record, lot: int, area: float) -> float:
    held = held_by(p, lot)
    solids = held.anode if held.side else held.cathode
    return float(solids / held.amount * (area / held.width))
