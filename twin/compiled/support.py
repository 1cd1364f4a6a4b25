"""What the compiled execution cannot do is named, so that the flow in SimPy does it."""

from __future__ import annotations

from twin.line import Line
from twin.timed import Timed


def unsupported(line: Line) -> list[str]:
    """Return what the compiled execution does not know of a line; nothing when it can run it."""
    stations = line.stations.items()
    return [f"step '{at.step.kind}' of station '{name}'" for name, at in stations if not isinstance(at.step, Timed)]
