"""What a station needs from the rest of the plant, for its physics and for what comes back to it."""

from __future__ import annotations

from collections.abc import Iterator

from twin.assembly.filling import Filling
from twin.assembly.joining import Joining
from twin.equipment import Station
from twin.formation.ageing import Ageing, SelfDischarge
from twin.line import Buffer, Line
from twin.problems import did_you_mean
from twin.timed import Timed

Fault = tuple[tuple[str | int, ...], str]


def needs_of_stations(line: Line) -> Iterator[Fault]:
    """Yield what the stations need and the plant does not declare, as (path, text)."""
    for name, station in line.stations.items():
        ways = [box for box in line.outboxes(name) if line.buffers[box].rework]
        if isinstance(station.step, Timed) and station.step.rework and len(ways) != 1:
            text = f"sends lots back over one buffer with 'rework: true' from '{name}', but there are {len(ways)}"
            yield ("stations", name, "step", "rework"), text
    for name, buffer in line.buffers.items():
        if buffer.rework:
            yield from _way_back(line, name, buffer)
    yield from _of_physics(line)


def _way_back(line: Line, name: str, buffer: Buffer) -> Iterator[Fault]:
    """Yield stations that cannot work on what has come back."""
    to = line.stations[buffer.to]
    if to.batch is not None or to.combine > 1:
        yield (
            ("buffers", name, "to"),
            f"'{buffer.to}' takes several lots at once; let them come back to a station before it",
        )
    there: str | None = buffer.to
    while there is not None and there != buffer.source:
        step = line.stations[there].step
        if isinstance(step, Timed) and step.split > 1:
            yield ("buffers", name, "to"), f"lots that come back would be split once more at '{there}'"
        boxes = [box for box in line.outboxes(there) if not line.buffers[box].rework]
        there = line.buffers[boxes[0]].to if boxes else None


def _of_physics(line: Line) -> Iterator[Fault]:
    for name, station in line.stations.items() if line.cell else ():
        yield from _parts(line, name, station)
        yield from _response(line, name, station)
        if _wears(station) and not station.setups:
            example = "such as {tip_change: {every_lots: 50, takes: 10 min}}"
            yield ("stations", name, "setups"), f"what wears is renewed; declare the set-up that does it, {example}"
        if isinstance(station.step, Ageing) and station.step.self_discharge is not None:
            yield from _self_discharge(line, ("stations", name, "step", "self_discharge"), station.step.self_discharge)


def _parts(line: Line, name: str, station: Station) -> Iterator[Fault]:
    parts = line.cell.parts if line.cell else {}
    if station.step.unit == "m**2" and ("separator" not in parts or not parts["separator"].value > 0):
        yield ("cell", "parts"), f"'{name}' hands out separator; declare how much one cell holds, such as '11 m^2'"
    if isinstance(station.step, Filling) and station.step.dosing is not None and "electrolyte" not in parts:
        yield ("cell", "parts"), f"'{name}' doses electrolyte; declare how much one cell holds, such as '0.95 kg'"


def _response(line: Line, name: str, station: Station) -> Iterator[Fault]:
    known = line.cell is not None and line.cell.response is not None
    if not known and getattr(station.step, "first_cycle", None) is not None:
        text = "needs the cell's response; build on a file of 'cells/', or take this out with null"
        yield ("stations", name, "step", "first_cycle"), text


def _wears(station: Station) -> bool:
    """Return whether a machine does worse with use, until a set-up renews it."""
    if isinstance(station.step, Joining):
        return station.step.weld is not None and station.step.weld.wear > 0
    return isinstance(station.step, Filling) and station.step.dosing is not None and station.step.dosing.drift > 0


def _self_discharge(line: Line, path: tuple[str, ...], rest: SelfDischarge) -> Iterator[Fault]:
    if rest.slope is None and line.cell is not None and line.cell.response is None:
        yield path, "declare the 'response' of the cell, or the 'slope' of its voltage where cells age, such as '0.1 V'"
    for mode in rest.shorts:
        if mode not in line.defects:
            yield (*path, "shorts", mode), f"no defect mode '{mode}'{did_you_mean(mode, line.defects)}"
