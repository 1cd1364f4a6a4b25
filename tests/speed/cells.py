"""How fast formation and grading work on cells: `python tests/speed/cells.py [PLANT]`.

Prints nanoseconds a cell for the lithium balance, the quadratics, a lot's formation and its grading, in lots of 120 and
300, and each as a ratio to what NumPy needs to draw one normal number a cell, because machines differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from made_cells import cells

from twin import Line, read_line
from twin.formation.balance import charge_between, quadratics, window
from twin.material import Cell
from twin.occasion import Occasion
from twin.randomness import Luck

REPEATS, BEST_OF = 500, 9


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plant", nargs="?", default="lfp_prismatic_16gwh")
    line = read_line(parser.parse_args().plant)
    for size in (120, 300):
        draw = np.random.default_rng(1)
        unit = seconds(lambda size=size, draw=draw: draw.standard_normal(size, np.float32)) / size
        print(f"lots of {size}; a normal number takes {1e9 * unit:.1f} ns")
        for what, work in works(line, size).items():
            each = seconds(work) / size
            print(f"  {what:38} {1e9 * each:6.0f} ns a cell, ratio {each / unit:5.1f}")


def works(line: Line, size: int) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    assert line.cell is not None and line.cell.response is not None
    response, draw = line.cell.response, np.random.default_rng(2)
    loadings = 1 + 0.005 * draw.standard_normal((2, size))
    porosity = 0.005 * draw.standard_normal((2, size))
    porous = {
        "cathode_porosity": response.cathode_porosity + porosity[0],
        "anode_porosity": response.anode_porosity + porosity[1],
    }
    plain, known = cells(*loadings), cells(*loadings, **porous)
    loss = (response.lithium_loss + 0.003 * draw.standard_normal(size)).astype(np.float32)
    charging, grading = (line.stations[name].step for name in ("formation", "grading"))
    luck, lots = Luck(1, "here"), iter(range(10**9))

    def balance(lot: Cell = plain) -> object:
        ends = window(response, plain.cathode_loading, plain.anode_loading, loss)
        (rate,) = quadratics(response, ("rate_factor",), lot, loss)
        return charge_between(ends.bottom, ends.top, plain.anode_loading * np.float32(response.anode_charge)) * rate

    def turn(step: object) -> Callable[[], object]:
        # lots one after the other, so that drawing their luck is in it
        return lambda: step.make([plain], Occasion(luck, next(lots), product=line.cell))  # type: ignore[attr-defined]

    return {
        "capacity by the balance": balance,
        "the same with porosities known": lambda: balance(known),
        "one quadratic of five inputs": lambda: quadratics(response, ("resistance_factor",), known, loss),
        "formation of a lot": turn(charging),
        "grading of a lot": turn(grading),
    }


def seconds(work: Callable[[], object]) -> float:
    """Return the time of one call, the best of some rounds [s]."""
    work()
    best = float("inf")
    for _ in range(BEST_OF):
        begin = time.process_time()
        for _ in range(REPEATS):
            work()
        best = min(best, (time.process_time() - begin) / REPEATS)
    return best


if __name__ == "__main__":
    main()
