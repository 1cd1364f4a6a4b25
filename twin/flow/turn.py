"""One turn: what a station does to its lots, decided when it starts and written down when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.flow.lot import Lot
from twin.journal import UNITS, Action, first_cell
from twin.material import Cell, Electrode, Material, Slurry
from twin.occasion import Made, Occasion
from twin.quality.disposition import dispose_cells, dispose_lot
from twin.quality.inspection import FALSE_REJECT

if TYPE_CHECKING:
    from twin.flow.downtime import Wear
    from twin.flow.station import StationFlow

CELL = UNITS.index("cell")


@dataclass(slots=True)
class Rejection:
    """Units that do not go on as planned.

    Attributes:
        reason: number in the journal's reasons.
        action: what is done with them.
        unit: number in ``UNITS``.
        lot: family and serial number of the lot they belong to.
        quantity: how much [unit]; of cells one each.
        cathode_kg: dry cathode coating in it, of cells in one [kg].
        anode_kg: the same of the anode [kg].
        cells: identities of cells; None for what is no cell. Shape (cells,).
    """

    reason: int
    action: Action
    unit: int
    lot: tuple[int, int]
    quantity: float
    cathode_kg: float = 0.0
    anode_kg: float = 0.0
    cells: NDArray[np.int64] | None = None


@dataclass(slots=True)
class Turn:
    """What a station will have done when the turn is over.

    Attributes:
        key: family and serial number of the lot it belongs to: the one that went in, or the one it makes.
        lots: lots that went in.
        seconds: how long it takes without failures [s].
        entered: what is worked on [the station's unit].
        tried: what is begun [unit of the outputs].
        breaks: failures: (use before each, repair) [s].
        outputs: lots that come out.
        born: whether those are new lots.
        rejections: what does not go on; None for nothing.
        back: cells for rework, by the station they go to; None for none.
    """

    key: tuple[int, int]
    lots: Sequence[Lot]
    seconds: float
    entered: float
    tried: float
    breaks: Sequence[tuple[float, float]] = ()
    outputs: Sequence[Lot] = ()
    born: bool = False
    rejections: list[Rejection] | None = None
    back: list[tuple[str, Cell]] | None = None

    def reject(self, *rejections: Rejection) -> None:
        """Note what does not go on."""
        if self.rejections is None:
            self.rejections = []
        self.rejections.extend(rejections)


def take_turn(station: StationFlow, lots: Sequence[Lot], wear: Wear | None) -> Turn:
    """Work out one turn of a station on one lot, or on the lots that it merges.

    Args:
        station: the station.
        lots: what goes in; nothing at a source.
        wear: how the machine fails; None when it does not.
    """
    step = station.step
    inputs: Sequence[Material] = [lot.material for lot in lots]
    if station.combine > 1:
        inputs = [pooled(inputs)]
    key = (station.number, station.next_serial()) if station.renews else (lots[0].family, lots[0].serial)
    again = inputs[0].repeats if inputs and isinstance(inputs[0], Cell) else 0
    at = Occasion(station.luck, key[1], 0, station.product, again)
    seconds = step.seconds(inputs, at)
    breaks = wear.stops(seconds) if wear is not None else ()
    made = step.make(inputs, at._replace(stops=len(breaks)) if breaks else at)
    turn = Turn(key, lots, seconds, made.entered, made.tried, breaks)
    _outputs(station, made, turn)
    if made.losses or made.spoiled:
        _losses(station, made, turn)
    if station.checks:
        turn.outputs = [lot for lot in turn.outputs if _examine(station, lot, at, made, turn)]
    return turn


def pooled(inputs: Sequence[Material]) -> Material:
    """Join lots of cells to one."""
    cells = [material for material in inputs if isinstance(material, Cell)]
    return Cell.joined(cells) if cells else inputs[0]


def _outputs(station: StationFlow, made: Made, turn: Turn) -> None:
    """Find the lots that come out: the lot that went in, or new ones."""
    outputs = made.outputs
    if len(outputs) == 1 and not station.renews and type(outputs[0]) is type(turn.lots[0].material):
        lot = turn.lots[0]
        turn.outputs = (Lot(lot.family, lot.serial, outputs[0], outputs[0].units),)
        return
    children, found = len(outputs), []
    for place, material in enumerate(outputs):
        serial = turn.key[1] * children + place
        if isinstance(material, Cell) and material.ids is None:
            material.first = first_cell(station.number, serial)
        found.append(Lot(station.number, serial, material, material.units))
    turn.outputs, turn.born = found, True


def _losses(station: StationFlow, made: Made, turn: Turn) -> None:
    """Note what was lost by the way the step works, and what was cut out of webs."""
    for loss in made.losses:
        if loss.quantity > 0:
            sides = (loss.solids, 0.0) if loss.electrode == "cathode" else (0.0, loss.solids)
            reason = station.journal.reason(loss.reason)
            turn.reject(Rejection(reason, Action.LOSS, UNITS.index(loss.unit), turn.key, loss.quantity, *sides))
    for flaw, metres, electrode, solids in made.spoiled:
        sides = (solids, 0.0) if electrode == "cathode" else (0.0, solids)
        turn.reject(Rejection(flaw, Action.SCRAP, UNITS.index("m"), turn.key, metres, *sides))


def _examine(station: StationFlow, lot: Lot, at: Occasion, made: Made, turn: Turn) -> bool:
    """Bring flaws into a lot, inspect it and dispose of what is found. Returns whether the lot goes on."""
    at = at._replace(lot=lot.serial)
    material = lot.material
    if not isinstance(material, Cell | Slurry | Electrode):
        return True
    station.births.spoil(material, at)
    if isinstance(material, Cell):
        for reason, places in made.sorted_out:
            material.alive[places] = False
            _reject_cells(turn, lot, station.journal.reason(reason), Action.SCRAP, places)
    if station.gate:
        found = station.gate.inspect(material, at)
        if isinstance(material, Cell):
            if found.places.size:
                _dispose_cells(station, lot, material, found, at, turn)
        elif found.lots:
            verdict = dispose_lot(material, found, station.flaws, at)
            turn.seconds += verdict.seconds
            if verdict.lot is not None:
                unit = UNITS.index(station.step.makes)
                rejection = Rejection(
                    verdict.lot, Action.SCRAP, unit, (lot.family, lot.serial), lot.units, *lot.coating
                )
                turn.reject(rejection)
                return False
    return lot.units > 0


def _dispose_cells(station: StationFlow, lot: Lot, cell: Cell, found: Any, at: Occasion, turn: Turn) -> None:
    verdict = dispose_cells(cell, found, station.flaws, at)
    turn.seconds += verdict.seconds
    named = ((Action.SCRAP, verdict.scrapped), (Action.DOWNGRADE, verdict.downgraded), (Action.CURED, verdict.cured))
    for action, groups in named:
        for number, places in groups:
            reason = station.false_reject if number == FALSE_REJECT else number
            _reject_cells(turn, lot, reason, action, places)
    for number, to, places in verdict.back:
        _reject_cells(turn, lot, number, Action.SENT_BACK, places)
        turn.back = [*(turn.back or ()), (to, cell.taken(places))]


def _reject_cells(turn: Turn, lot: Lot, reason: int, action: Action, places: NDArray[np.intp]) -> None:
    cell = lot.material
    assert isinstance(cell, Cell)
    if action in (Action.SCRAP, Action.SENT_BACK):
        lot.units -= places.size
    turn.reject(
        Rejection(
            reason,
            action,
            CELL,
            (lot.family, lot.serial),
            float(places.size),
            cell.cathode_kg,
            cell.anode_kg,
            cell.identities(places),
        )
    )
