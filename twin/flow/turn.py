"""One turn: what a station does to its lots, decided when it starts and written down when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.flow.born import bring_in
from twin.flow.lot import Lot, waited
from twin.journal import ACTIONS, UNITS, Action, first_cell
from twin.material import Cell, Electrode, Material, Plain, Slurry
from twin.occasion import Made, Occasion
from twin.pooling import Picked, joined
from twin.quality.inspection import FALSE_REJECT, FALSE_WEB
from twin.quality.instrument import Instrument, Reading

if TYPE_CHECKING:
    from twin.flow.downtime import Ageing
    from twin.flow.station import StationFlow

CELL, METRE, LOT = UNITS.index("cell"), UNITS.index("m"), UNITS.index("lot")

# units that do not go on as planned, cells one by one: number in the journal's reasons, action, number in UNITS,
# station that made the lot it belongs to, serial number of that lot, identity of the cell (-1 for what is no cell),
# how much [unit], dry cathode coating in it [kg], dry anode coating in it [kg]. There are millions, so they are
# plain tuples in the order of the journal's columns.
Rejection = tuple[int, int, int, int, int, int, float, float, float]


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
        rejections: what does not go on.
        back: cells for rework, by the station they go to; None for none.
        returns: whether the outputs go over the station's way back.
        readings: what gauges reported: (family and number of the lot, reading, number of the alarm's action or -1).
        adjust: "stop" or "call", and how long the machine stands once the lot is out [s]; None without an alarm.
        made: lots that its step made, those that its gauges took out included.
        root: the batch that it comes of, where only some are evaluated and this is one.
    """

    key: tuple[int, int]
    lots: Sequence[Lot]
    arrive: float
    seconds: float
    entered: float
    tried: float
    breaks: Sequence[tuple[float, float]]
    outputs: Sequence[Lot]
    born: bool
    rejections: list[Rejection]
    passed: float = 0.0
    back: list[tuple[str, Cell | Picked]] | None = None
    returns: bool = False
    readings: list[tuple[int, int, Reading, int]] | None = None
    adjust: tuple[str, float] | None = None
    made: int = 1
    root: tuple[int, int] | None = None


def take_turn(station: StationFlow, lots: Sequence[Lot], wear: Ageing | None, use: float = 0.0) -> Turn:
    """Work out one turn of a station on one lot, or on the lots that it merges.

    Args:
        station: the station.
        lots: what goes in; nothing at a source.
        wear: how the machine fails; None when it does not.
        use: what it has worked on since its last set-up.
    """
    inputs: Sequence[Material] = [lot.material for lot in lots]
    if station.combine > 1:
        inputs = [pooled(inputs)]
    step, product = station.step, station.product
    again = inputs[0].repeats if inputs and isinstance(inputs[0], (Cell, Plain)) else 0
    key = (station.number, station.next_serial()) if station.renews else (lots[0].family, lots[0].serial)
    serial = key[1]
    arrive, age = waited(lots, station.env.now)
    at = Occasion(station.luck, serial, 0, product, again, age, use, station.modes)
    seconds = step.seconds(inputs, at) * station.pace
    breaks: Sequence[tuple[float, float]] = ()
    if wear is not None:
        breaks = wear.stops(seconds)
        if breaks:
            at = Occasion(station.luck, serial, len(breaks), product, again, age, use, station.modes)
    made = step.make(inputs, at)
    turn = turn_of(station, made, key, lots, (arrive, seconds), breaks)
    if made.born:
        bring_in(made, station.flaws)
    outputs = turn.outputs
    if outputs and (station.examines or made.sorted_out):
        turn.outputs = [lot for lot in outputs if _examine(station, lot, at, made, turn)]
    return turn


def turn_of(
    station: StationFlow,
    made: Made,
    key: tuple[int, int],
    lots: Sequence[Lot],
    times: tuple[float, float],
    breaks: Sequence[tuple[float, float]],
) -> Turn:
    """Return the turn of what a step makes.

    Args:
        station: the station.
        made: what its step makes.
        key: family and serial number of the lot that the turn belongs to.
        lots: what goes in.
        times: when the last of it came, and how long the turn takes without failures [s].
        breaks: failures: (use before each, repair) [s].
    """
    outputs, born = _outputs(station, made, key, lots)
    turn = Turn(key, lots, *times, made.entered, made.tried, breaks, outputs, born, [])
    turn.made = len(outputs)
    if made.losses or made.spoiled:
        note_losses(station, made, turn)
    if made.back:
        turn.returns = True
        turn.rejections.append((station.journal.reason("rework"), Action.SENT_BACK, LOT, *_whole(outputs[0])))
    return turn


def pooled(inputs: Sequence[Material]) -> Material:
    """Join lots of cells to one."""
    cells = [material for material in inputs if isinstance(material, Cell)]
    return joined(cells) if cells else inputs[0]


def _outputs(station: StationFlow, made: Made, key: tuple[int, int], lots: Sequence[Lot]) -> tuple[Sequence[Lot], bool]:
    """Return the lots that come out, and whether they are new ones: else it is the lot that went in."""
    outputs = made.outputs
    if len(outputs) == 1 and not station.renews:
        lot, output = lots[0], outputs[0]
        if output is lot.material:
            return lots, False
        if type(output) is type(lot.material):
            return (Lot(lot.family, lot.serial, output, output.units),), False
    children, first, found = len(outputs), key[1] * len(outputs), []
    for place in range(children):
        material = outputs[place]
        if type(material) is Cell and material.ids is None:
            material.first = first_cell(station.number, first + place)
        found.append(Lot(station.number, first + place, material, material.units))
    return found, True


def _whole(lot: Lot) -> tuple[int, int, int, float, float, float]:
    """Return the end of a rejection of all of a lot."""
    return lot.family, lot.serial, -1, lot.units, *lot.coating


def note_losses(station: StationFlow, made: Made, turn: Turn) -> None:
    """Note what was lost by the way the step works, and what was cut out of webs."""
    family, serial = turn.key
    reject, reason = turn.rejections.append, station.journal.reason
    for name, quantity, unit, electrode, solids in made.losses:
        if quantity > 0:
            cathode, anode = (solids, 0.0) if electrode == "cathode" else (0.0, solids)
            reject((reason(name), Action.LOSS, UNITS.index(unit), family, serial, -1, quantity, cathode, anode))
    for flaw, metres, electrode, solids in made.spoiled:
        cathode, anode = (solids, 0.0) if electrode == "cathode" else (0.0, solids)
        reason_of = station.false_reject if flaw == FALSE_WEB else flaw
        reject((reason_of, Action.SCRAP, METRE, family, serial, -1, metres, cathode, anode))


def _examine(station: StationFlow, lot: Lot, at: Occasion, made: Made, turn: Turn) -> bool:
    """Bring flaws into a lot, inspect it and dispose of what is found. Returns whether the lot goes on."""
    if lot.serial != at.lot:
        at = Occasion(at.luck, lot.serial, at.stops, at.product, at.again, at.age, at.use)
    material = lot.material
    if station.births:
        station.births.spoil(material, at)
    if type(material) is Cell:
        _examine_cells(station, lot, material, at, made, turn)
        return material.units > 0
    if isinstance(material, (Slurry, Electrode)):
        found = station.gate.look_at_lot(material, at) if station.gate else []
        for instrument in station.instruments:
            reading, numbers = instrument.of_lot(material, at)
            found = found + [number for number in numbers if number not in found]
            if reading is not None:
                _note(instrument, lot, reading, turn)
        if found:
            verdict = station.disposition.of_lot(material, found, at)
            turn.seconds += verdict.seconds
            if verdict.lot is not None:
                reason = station.false_reject if verdict.lot == FALSE_REJECT else verdict.lot
                turn.rejections.append((reason, Action.SCRAP, lot.unit, *_whole(lot)))
                return False
    return lot.units > 0


def _note(instrument: Instrument, lot: Lot, reading: Reading, turn: Turn) -> None:
    """Keep a reading until the turn is over, and let the control chart judge it."""
    action = -1
    if instrument.watch is not None and instrument.watch.alarms(reading.mean):
        chart = instrument.watch.chart
        action = ACTIONS.index(chart.action)
        if chart.action == "hold":
            turn.seconds += chart.takes
        elif chart.action != "note":
            turn.adjust = (chart.action, chart.takes)
    turn.readings = turn.readings or []
    turn.readings.append((lot.family, lot.serial, reading, action))


def _measure(station: StationFlow, lot: Lot, cell: Cell, at: Occasion, turn: Turn) -> list[tuple[int, int]]:
    """Let the gauges of a station measure a lot of cells; return the places of rejected cells, each with its flaw."""
    found: dict[int, int] = {}
    for instrument in station.instruments:
        reading, rejected = instrument.of_cells(cell, at)
        if reading is not None:
            _note(instrument, lot, reading, turn)
        for place, number in rejected:
            found.setdefault(place, number)
    return list(found.items())


def _examine_cells(station: StationFlow, lot: Lot, cell: Cell, at: Occasion, made: Made, turn: Turn) -> None:
    out_of_limits = _measure(station, lot, cell, at, turn) if station.instruments else []
    for name, places in made.sorted_out:
        reason = station.journal.reason(name)
        by_place = made.blamed or {}
        blamed = [(place, by_place.get(place, reason)) for place in places.tolist()]
        reject_cells(station, lot, Action.SCRAP, blamed, turn)
        for place in places.tolist():
            cell.remove(place)
    found = station.gate.look_at_cells(cell, at) if station.gate else []
    if out_of_limits:
        seen = {place for place, _ in found}
        found = found + [(place, n) for place, n in out_of_limits if cell.alive[place] and place not in seen]
    if not found:
        return
    verdict = station.disposition.of_cells(cell, found, at)
    turn.seconds += verdict.seconds
    reject_cells(station, lot, Action.SCRAP, verdict.scrapped, turn)
    reject_cells(station, lot, Action.DOWNGRADE, verdict.downgraded, turn)
    reject_cells(station, lot, Action.CURED, verdict.cured, turn)
    for to, cells in verdict.back.items():
        turn.back = [*(turn.back or ()), (to, cell.taken([place for place, _ in cells]))]
        reject_cells(station, lot, Action.SENT_BACK, cells, turn)
        for place, _ in cells:
            cell.remove(place)


def reject_cells(station: StationFlow, lot: Lot, action: Action, found: Sequence[tuple[int, int]], turn: Turn) -> None:
    """Note what is done with cells, given by place and number of flaw or reason."""
    if not found:
        return
    cell, family, serial = lot.material, lot.family, lot.serial
    assert isinstance(cell, Cell)
    cathode, anode, first, ids = cell.cathode_kg, cell.anode_kg, cell.first, cell.ids
    for place, number in found:
        identity = first + place if ids is None else int(ids[place])
        reason = station.false_reject if number == FALSE_REJECT else number
        turn.rejections.append((reason, action, CELL, family, serial, identity, 1.0, cathode, anode))
