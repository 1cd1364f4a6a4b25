"""How compiled functions reach what lots hold: see ``twin/compiled/holdings.py``."""

from __future__ import annotations

from twin.compiled.holdings import (
    BATCH,
    BENCH,
    BITS,
    CRAFT,
    CUT,
    HELD,
    LANE,
    LOSS,
    LOST_CELLS,
    MADE,
    NOTE,
    PHYSICS,
    PIECE,
    TOLD,
    TRAY,
    TURN,
    WAITING,
)
from twin.compiled.machine_code import part
from twin.compiled.memory import Record, Root, record_at
from twin.compiled.state import NUMBER


@part
def physics_of(w: Root) -> Record:
    """Return what there is one of in a plant with physics."""
    return record_at(w.physics, PHYSICS, 0)


@part
def craft_of(p: Record, station: int) -> Record:
    """Return what a station makes of lots."""
    return record_at(p.crafts, CRAFT, station)


@part
def bench_of(p: Record, server: int) -> Record:
    """Return the turns of a server."""
    return record_at(p.benches, BENCH, server)


@part
def held_by(p: Record, lot: int) -> Record:
    """Return what a lot holds."""
    return record_at(p.held, HELD, lot)


@part
def turn_of(p: Record, number: int) -> Record:
    """Return a turn."""
    return record_at(p.turns, TURN, number)


@part
def piece_of(p: Record, number: int) -> Record:
    """Return a piece."""
    return record_at(p.pieces, PIECE, number)


@part
def told_of(p: Record, number: int) -> Record:
    """Return a remembered turn."""
    return record_at(p.told, TOLD, number)


@part
def made_of(p: Record, number: int) -> Record:
    """Return what a remembered turn made."""
    return record_at(p.made, MADE, number)


@part
def loss_of(p: Record, place: int) -> Record:
    """Return what a remembered turn lost."""
    return record_at(p.losses, LOSS, place)


@part
def lane_of(p: Record, place: int) -> Record:
    """Return a lane that went into a remembered turn."""
    return record_at(p.lanes, LANE, place)


@part
def lost_cells_of(p: Record, place: int) -> Record:
    """Return how many cells a remembered turn lost for a reason."""
    return record_at(p.lost_cells, LOST_CELLS, place)


@part
def cut_of(p: Record, place: int) -> Record:
    """Return what was cut out of a lane for a reason."""
    return record_at(p.cuts, CUT, place)


@part
def bits_of(p: Record, place: int) -> Record:
    """Return the flaws of a cell."""
    return record_at(p.bits, BITS, place)


@part
def batch_of(p: Record, place: int) -> Record:
    """Return a remembered batch."""
    return record_at(p.batches, BATCH, place)


@part
def carried_of(p: Record, place: int) -> Record:
    """Return what rounding has left."""
    return record_at(p.carried, NUMBER, place)


@part
def note_of(p: Record, place: int) -> Record:
    """Return a note of a lot that grew too old."""
    return record_at(p.notes, NOTE, place)


@part
def waiting_of(p: Record, place: int) -> Record:
    """Return what waits to fill a tray."""
    return record_at(p.waiting, WAITING, place)


@part
def tray_of(p: Record, place: int) -> Record:
    """Return what waits to fill a tray of cells like some others."""
    return record_at(p.trays, TRAY, place)
