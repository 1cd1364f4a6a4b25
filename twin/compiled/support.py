"""Which runs machine code executes when it is not told to."""

from __future__ import annotations

from twin.line import Line
from twin.timed import Timed

# days from which on it is worth loading, and once compiling, the turns of a plant with physics
LONG = 100


def has_physics(line: Line) -> bool:
    """Return whether the lots of a line hold something that its steps work on."""
    return not all(isinstance(station.step, Timed) for station in line.stations.values())


def why_not_compiled(line: Line, sampled: bool, days: int) -> list[str]:
    """Return why machine code would save no time, or cannot; nothing when it does.

    Args:
        line: the plant.
        sampled: whether only a share of the lots is evaluated.
        days: how long the run is, with its warm-up [d].
    """
    if not has_physics(line):
        return []
    if not sampled:
        return ["every lot is evaluated, which takes about as long in either engine"]
    return [] if days >= LONG else [f"{days} days are over before {LONG}"]
