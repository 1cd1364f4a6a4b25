"""What the compiled execution cannot do is named, so that the flow in SimPy does it."""

from __future__ import annotations

from collections.abc import Iterator

from twin.equipment import Station
from twin.line import Line
from twin.timed import Timed


def unsupported(line: Line) -> list[str]:
    """Return what the compiled execution does not know of a line; nothing when it can run it."""
    found = [fault for name, station in line.stations.items() for fault in _of_station(line, name, station)]
    for name, buffer in line.buffers.items():
        if buffer.rework:
            found.append(f"way back '{name}'")
    return found


def _of_station(line: Line, name: str, station: Station) -> Iterator[str]:
    if not isinstance(station.step, Timed):
        yield f"step '{station.step.kind}' of station '{name}'"
    for gauge in station.gauges:
        yield f"gauge '{gauge}' of station '{name}'"
    if (station.combine > 1 or station.batch is not None) and len(line.inboxes(name)) != 1:
        yield f"full loads of station '{name}', which has {len(line.inboxes(name))} inboxes"
