"""One turn where only a share of the lots is evaluated: by physics, or as it went with another lot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from twin.assembly.stacking import Assembly, coating_of_cell
from twin.flow.deck import GOLDEN, WORD, Deck, Remembered, entering, evaluate_after_all
from twin.flow.lot import Lot, waited
from twin.flow.turn import METRE, Turn, note_losses, reject_cells, take_turn
from twin.journal import Action, first_cell
from twin.material import GRADE_A, GRADE_B, Cell, Electrode, Material, Slurry
from twin.pooling import picked_like

if TYPE_CHECKING:
    from twin.flow.downtime import Ageing
    from twin.flow.station import StationFlow

_NOTHING = np.zeros(0, np.float32)
_GRADES, _FLAWS = (-1, 0), (-2, 0)


def sampled_turn(station: StationFlow, deck: Deck, lots: Sequence[Lot], wear: Ageing | None, use: float) -> Turn:
    """Work out one turn of a station, by physics when its lot is one of those that are evaluated.

    What an evaluated lot becomes is evaluated, and so is what a lot of cells sends back. Lanes that meet in a merge
    follow the first; the others are like those that they were taken for.

    Args:
        station: the station.
        deck: what it remembers.
        lots: what goes in; nothing at a source.
        wear: how the machine fails; None when it does not.
        use: what it has worked on since its last set-up.
    """
    chosen = lots[0].like is None if lots else deck.chooses(station.serial)
    if chosen or not deck.batches:
        return _evaluated(station, deck, lots, wear, use)
    batch = lots[0].batch if lots else station.serial
    like = deck.like(batch, lots[0].serial if lots else batch)
    turn = _counted(station, deck, lots, like)
    for lot in turn.outputs:
        lot.root, lot.batch = like.root, batch
    if wear is not None:
        turn.breaks = wear.stops(turn.seconds)
    return turn


def _evaluated(station: StationFlow, deck: Deck, lots: Sequence[Lot], wear: Ageing | None, use: float) -> Turn:
    for lot in lots:
        evaluate_after_all(lot)
    what = entering(lots)
    turn = take_turn(station, lots, wear, use)
    turn.root = lots[0].root if lots else turn.key
    deck.remember(turn, what, station.number)
    for lot in turn.outputs:
        lot.root, lot.batch = turn.root, lots[0].batch if lots else turn.key[1]
    return turn


def _counted(station: StationFlow, deck: Deck, lots: Sequence[Lot], like: Remembered) -> Turn:
    """Return a turn as it went with another lot."""
    serial = station.next_serial() if station.renews else lots[0].serial
    key = (station.number if station.renews else lots[0].family, serial)
    arrive = waited(lots, station.env.now)[0]
    if lots and isinstance(lots[0].material, Cell):
        lot = lots[0] if station.combine == 1 else _joined(station, key, lots)
        turn = Turn(key, lots, arrive, 0.0, 0.0, 0.0, (), [lot], lot is not lots[0], [])
        return _count_cells(station, deck, lot, turn, like)
    if len(lots) > 1:
        return _merge(station, deck, Turn(key, lots, arrive, 0.0, 0.0, 0.0, (), [], True, []), like)
    return _web(station, Turn(key, lots, arrive, like.seconds, 0.0, 0.0, (), [], station.renews, []), like)


def _web(station: StationFlow, turn: Turn, like: Remembered) -> Turn:
    """Count a batch, a roll or a lane: all that it holds is in proportion to the other."""
    lots = turn.lots
    amount = lots[0].material.units if lots else 1.0
    along, across = amount / like.amount, sum(lots[0].coating) / like.solids if lots else 1.0
    if not station.step.by_time:
        turn.seconds *= along
    turn.entered, turn.tried, turn.adjust = like.entered * amount, like.tried * amount, like.adjust
    turn.made, turn.born = like.made, like.born
    family, first = (station.number, turn.key[1] * like.made) if turn.born else turn.key
    outputs = []
    for place, material in like.outputs:
        held = _in_proportion(material, along, across)
        lot = Lot(family, first + place, held, held.units)
        lot.like = material
        outputs.append(lot)
    turn.outputs = outputs
    for reason, action, unit, place, quantity, cathode, anode in like.losses:
        lot_of = turn.key if place < 0 else (family, first + place)
        sides = (cathode * across, anode * across)
        quantity *= along if unit == METRE else across
        turn.rejections.append((reason, action, unit, *lot_of, -1, quantity, *sides))
    return turn


def _in_proportion(like: Material, along: float, across: float) -> Material:
    """Return a batch or a web that holds more or less than another; what is true of both is shared."""
    if isinstance(like, Slurry):
        return Slurry(like.electrode, like.solids * across, like.offset, like.flaws, like.state, like.measured)
    assert isinstance(like, Electrode)
    return Electrode(
        like.electrode,
        length=like.length * along,
        width=like.width,
        solids=like.solids * across,
        loading=like.loading,
        marks=like.marks,
        begin=like.begin * along,
        pitch=like.pitch * along,
        state=like.state,
        flaws=like.flaws,
        measured=like.measured,
        target=like.target,
    )


def _merge(station: StationFlow, deck: Deck, turn: Turn, like: Remembered) -> Turn:
    """Count the cells that lanes are enough for, with as much cut out of them as of others."""
    step, product = station.step, station.product
    assert isinstance(step, Assembly) and product is not None
    inputs = [lot.material for lot in turn.lots]
    for lot in turn.lots:
        lane = lot.material
        if isinstance(lane, Electrode) and lot.like is not None:
            length, (total, by_flaw) = like.cuts[lane.electrode]
            share = lane.length / length
            lane.cut = (total * share, {flaw: cut * share for flaw, cut in by_flaw.items()})
    made = step.counted(inputs, product)
    turn.entered, turn.tried = made.entered, made.tried
    note_losses(station, made, turn)
    if made.tried == 0:
        return turn
    sides = {lane.electrode: coating_of_cell(lane, product) for lane in inputs if isinstance(lane, Electrode)}
    cell = Cell(np.ones(int(made.tried), np.bool_), {}, _NOTHING, _NOTHING, sides["cathode"], sides["anode"])
    cell.first = first_cell(station.number, turn.key[1])
    lot = Lot(*turn.key, cell, cell.units)
    turn.outputs = [lot]
    return _count_cells(station, deck, lot, turn, like)


def _joined(station: StationFlow, key: tuple[int, int], lots: Sequence[Lot]) -> Lot:
    """Return one lot of all cells that are alive in several."""
    cells = [lot.material for lot in lots if isinstance(lot.material, Cell)]
    ids = np.concatenate([cell.identities()[cell.alive] for cell in cells])
    cathode, anode = (sum(side) / len(ids) for side in zip(*(lot.coating for lot in lots), strict=True))
    cell = Cell(np.ones(len(ids), np.bool_), {}, _NOTHING, _NOTHING, cathode, anode, ids=ids)
    return Lot(*key, cell, cell.units)


def _count_cells(station: StationFlow, deck: Deck, lot: Lot, turn: Turn, like: Remembered) -> Turn:
    """Let as large a share of the cells go on as of another lot."""
    cell = lot.material
    assert isinstance(cell, Cell)
    units = cell.units
    share = units / like.amount
    turn.seconds = like.seconds if station.step.by_time else like.seconds * share
    turn.entered, turn.tried, turn.adjust = like.entered * units, like.tried * units, like.adjust
    if like.cells:
        _take_out(station, deck, lot, turn, like, share)
    if cell.units <= 0:
        turn.outputs = []
    elif like.outputs:
        lot.like = like.outputs[0][1]
        if station.outbox is None:
            _grade(deck, cell, lot.like)
    return turn


def _take_out(station: StationFlow, deck: Deck, lot: Lot, turn: Turn, like: Remembered, share: float) -> None:
    """Take cells out of a lot, or note what else is done with them, as with the other lot."""
    cell = lot.material
    assert isinstance(cell, Cell)
    left = np.flatnonzero(cell.alive).tolist()
    for reason, action, count in like.cells:
        if action == Action.CURED:
            continue
        number = deck.whole((reason, action), count * share, len(left))
        places, left = left[:number], left[number:]
        reject_cells(station, lot, Action(action), [(place, reason) for place in places], turn)
        if action == Action.SENT_BACK and places:
            to, those = like.back[reason]
            back = picked_like(those, cell.identities()[places], (cell.cathode_kg, cell.anode_kg))
            turn.back = [*(turn.back or ()), (to, back)]
        if action in (Action.SCRAP, Action.SENT_BACK):
            for place in places:
                cell.remove(place)
    _cure(station, deck, lot, turn, like, share, left)


def _cure(
    station: StationFlow, deck: Deck, lot: Lot, turn: Turn, like: Remembered, share: float, left: Sequence[int]
) -> None:
    """Note as large a share of some cells as cured, anywhere in the lot.

    Always the first ones would be cured again and again, and be those that the next station takes out.
    """
    size = len(left)
    begin = (lot.serial * (2 * station.number + 1) * GOLDEN & WORD) * size >> 64
    for reason, action, count in like.cells:
        if action == Action.CURED:
            number = deck.whole((reason, action), count * share, size)
            places = [left[(begin + place) % len(left)] for place in range(number)]
            reject_cells(station, lot, Action(action), [(place, reason) for place in places], turn)
            begin, size = begin + number, size - number


def _grade(deck: Deck, cell: Cell, like: Material) -> None:
    """Grade the cells of a finished lot, and leave as many flaws in them as in the other."""
    assert isinstance(like, Cell)
    share = cell.units / like.units
    cell.grade = np.full(cell.size, GRADE_A, np.int8)
    worse = 0 if like.grade is None else np.count_nonzero((like.grade == GRADE_B) & like.alive)
    worse = deck.whole(_GRADES, worse * share, cell.units)
    cell.grade[np.flatnonzero(cell.alive)[:worse]] = GRADE_B
    flawed = deck.whole(_FLAWS, len(like.flaws) * share, len(like.flaws))
    cell.flaws = dict(islice(like.flaws.items(), flawed))
