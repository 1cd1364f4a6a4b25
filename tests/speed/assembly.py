"""How fast the physics of assembly and ageing is: `python tests/speed/assembly.py [PLANT ...]`.

Prints nanoseconds a cell for each step, with lots as large as the plant has them: of the whole step, and of what the
same step takes when its physics is not declared. The difference is what the physics costs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from lots_of_cells import LOTS, visits

from twin import Line, read_line

PHYSICS = {"tab_welding": "weld", "filling": "dosing", "soaking": "wetting", "ageing": "self_discharge"}
CELLS = 300_000


def main() -> None:
    """Measure and print."""
    for name in sys.argv[1:] or LOTS:
        line = read_line(name)
        print(f"{name}, lots of {LOTS[name]} cells")
        for station in ("stacking" if "stacking" in line.stations else "winding", *PHYSICS):
            print(f"  {station:12} {cost(line, station):6.0f} ns a cell")


def cost(line: Line, station: str) -> float:
    """Return what the physics of a station costs [ns a cell], the best of three."""
    step: Any = line.stations[station].step
    if station in PHYSICS:
        plain = step.model_copy(update={PHYSICS[station]: None})
        return min(seconds(line, station, step) - seconds(line, station, plain) for _ in range(3)) * 1e9
    return min(seconds(line, station, step) for _ in range(3)) * 1e9


def seconds(line: Line, station: str, step: Any) -> float:
    """Return the time that a cell takes [s], draws of luck included."""
    turns = list(visits(line, station, CELLS))
    alignment = getattr(step, "alignment", None)
    start = time.process_time()
    for cell, at in turns:
        if alignment is not None:
            alignment.place(cell, step.per_cell, at)
        else:
            step.make([cell], at)
    return (time.process_time() - start) / sum(cell.size for cell, _ in turns)


if __name__ == "__main__":
    main()
