"""One turn: what a station does to its lots, decided when it starts and written down when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from twin.flow.lot import Lot
from twin.journal import UNITS, Action, first_cell
from twin.material import Cell, Electrode, Mark, Material, Slurry
from twin.occasion import Made, Occasion
from twin.quality.inspection import FALSE_REJECT

if TYPE_CHECKING:
    from twin.flow.downtime import Wear
    from twin.flow.station import StationFlow

CELL = UNITS.index("cell")


class Rejection(NamedTuple):
    """Units that do not go on as planned; cells one by one.

    Attributes:
        reason: number in the journal's reasons.
        action: what is done with it.
        unit: number in ``UNITS``.
        family: station that made the lot it belongs to.
        lot: serial number of that lot.
        cell: identity of the cell, -1 for what is no cell.
        quantity: how much [unit].
        cathode_kg: dry cathode coating in it [kg].
        anode_kg: dry anode coating in it [kg].
    """

    reason: int
    action: Action
    unit: int
    family: int
    lot: int
    cell: int
    quantity: float
    cathode_kg: float = 0.0
    anode_kg: float = 0.0


@dataclass(slots=True)
class Turn:
    """What a station will have done when the turn is over.

    Attributes:
        key: family and serial number of the lot it belongs to: the one that went in, or the one it makes.
        lots: lots that went in.
        arrive: when the last of them came into its inbox [s]; negative at a source.
        seconds: how long it takes without failures [s].
        entered: what is worked on [the station's unit].
        tried: what is begun [unit of the outputs].
        breaks: failures: (use before each, repair) [s].
        outputs: lots that come out.
        passed: what is handed on, known when the turn is over [unit of the outputs].
        born: whether those are new lots.
        rejections: what does not go on; None for nothing.
        back: cells for rework, by the station they go to; None for none.
    """

    key: tuple[int, int]
    lots: Sequence[Lot]
    arrive: float
    seconds: float
    entered: float
    tried: float
    breaks: Sequence[tuple[float, float]] = ()
    outputs: Sequence[Lot] = ()
    passed: float = 0.0
    born: bool = False
    rejections: list[Rejection] | None = None
    back: list[tuple[str, Cell]] | None = None

    def reject(self, *rejections: Rejection) -> None:
        """Note what does not go on."""
        if self.rejections is None:
            self.rejections = []
        self.rejections.extend(rejections)


def take_turn(station: StationFlow, lots: Sequence[Lot], wear: Wear | None, use: float = 0.0) -> Turn:
    """Work out one turn of a station on one lot, or on the lots that it merges.

    Args:
        station: the station.
        lots: what goes in; nothing at a source.
        wear: how the machine fails; None when it does not.
        use: what it has worked on since its last set-up.
    """
    inputs: Sequence[Material] = [lot.material for lot in lots]
    again = 0
    if station.combine > 1:
        inputs = [pooled(inputs)]
    if station.checks and inputs:
        again = getattr(inputs[0], "repeats", 0)
    key = (station.number, station.next_serial()) if station.renews else (lots[0].family, lots[0].serial)
    age = station.env.now - min([lot.entered for lot in lots]) if lots else 0.0
    at = Occasion(station.luck, key[1], 0, station.product, again, age, use)
    seconds = station.step.seconds(inputs, at)
    breaks = wear.stops(seconds) if wear is not None else ()
    if breaks:
        at = at._replace(stops=len(breaks))
    made = station.step.make(inputs, at)
    arrive = lots[0].entered if len(lots) == 1 else max([lot.entered for lot in lots], default=-1.0)
    turn = Turn(key, lots, arrive, seconds, made.entered, made.tried, breaks)
    _outputs(station, made, turn)
    if made.losses or made.spoiled:
        _losses(station, made, turn)
    if made.born:
        _bring_in(station, made)
    if station.checks and turn.outputs and (station.births or station.gate or made.sorted_out):
        turn.outputs = [lot for lot in turn.outputs if _examine(station, lot, at, made, turn)]
    return turn


def pooled(inputs: Sequence[Material]) -> Material:
    """Join lots of cells to one."""
    cells = [material for material in inputs if isinstance(material, Cell)]
    return Cell.joined(cells) if cells else inputs[0]


def _outputs(station: StationFlow, made: Made, turn: Turn) -> None:
    """Find the lots that come out: the lot that went in, or new ones."""
    outputs = made.outputs
    if len(outputs) == 1 and not station.renews:
        lot = turn.lots[0]
        if outputs[0] is lot.material:
            turn.outputs = (lot,)
            return
        if type(outputs[0]) is type(lot.material):
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
            turn.reject(Rejection(reason, Action.LOSS, UNITS.index(loss.unit), *turn.key, -1, loss.quantity, *sides))
    for flaw, metres, electrode, solids in made.spoiled:
        sides = (solids, 0.0) if electrode == "cathode" else (0.0, solids)
        turn.reject(Rejection(flaw, Action.SCRAP, UNITS.index("m"), *turn.key, -1, metres, *sides))


def _bring_in(station: StationFlow, made: Made) -> None:
    """Bring the defects that physics has made into the outputs, where the line declares them."""
    for born in made.born:
        number = station.flaws.get(born.mode)
        if number is None:
            continue
        material = made.outputs[born.output]
        if isinstance(material, Cell):
            for place in born.places:
                material.flaws[place] = material.flaws.get(place, 0) | 1 << number
        elif isinstance(material, Slurry | Electrode):
            if born.whole:
                material.flaws |= 1 << number
            if isinstance(material, Electrode):
                for start, length, lane in born.marks:
                    material.marks.append(Mark(material.begin + start, length, lane, number))


def _examine(station: StationFlow, lot: Lot, at: Occasion, made: Made, turn: Turn) -> bool:
    """Bring flaws into a lot, inspect it and dispose of what is found. Returns whether the lot goes on."""
    if lot.serial != at.lot:
        at = at._replace(lot=lot.serial)
    material = lot.material
    station.births.spoil(material, at)
    if isinstance(material, Cell):
        _examine_cells(station, lot, material, at, made, turn)
        return material.units > 0
    if station.gate and isinstance(material, Slurry | Electrode):
        found = station.gate.look_at_lot(material, at)
        if found:
            verdict = station.disposition.of_lot(material, found, at)
            turn.seconds += verdict.seconds
            if verdict.lot is not None:
                whole = (lot.family, lot.serial, -1, lot.units, *lot.coating)
                turn.reject(Rejection(verdict.lot, Action.SCRAP, lot.unit, *whole))
                return False
    return lot.units > 0


def _examine_cells(station: StationFlow, lot: Lot, cell: Cell, at: Occasion, made: Made, turn: Turn) -> None:
    for name, places in made.sorted_out:
        reason = station.journal.reason(name)
        turn.reject(*_cells(station, lot, cell, Action.SCRAP, [(place, reason) for place in places.tolist()]))
        for place in places.tolist():
            cell.remove(place)
    found = station.gate.look_at_cells(cell, at) if station.gate else None
    if not found:
        return
    verdict = station.disposition.of_cells(cell, found, at)
    turn.seconds += verdict.seconds
    turn.reject(
        *_cells(station, lot, cell, Action.SCRAP, verdict.scrapped),
        *_cells(station, lot, cell, Action.DOWNGRADE, verdict.downgraded),
        *_cells(station, lot, cell, Action.CURED, verdict.cured),
    )
    for to, cells in verdict.back.items():
        turn.back = [*(turn.back or ()), (to, cell.taken([place for place, _ in cells]))]
        turn.reject(*_cells(station, lot, cell, Action.SENT_BACK, cells))
        for place, _ in cells:
            cell.remove(place)


def _cells(
    station: StationFlow, lot: Lot, cell: Cell, action: Action, found: Sequence[tuple[int, int]]
) -> list[Rejection]:
    """Return rejections of cells, given by place and number of flaw or reason."""
    false, family, serial, cathode, anode = station.false_reject, lot.family, lot.serial, cell.cathode_kg, cell.anode_kg
    return [
        Rejection(
            false if number == FALSE_REJECT else number,
            action,
            CELL,
            family,
            serial,
            cell.identity(place),
            1.0,
            cathode,
            anode,
        )
        for place, number in found
    ]
