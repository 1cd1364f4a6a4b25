"""What the physics of electrode making costs: `python tests/speed/electrode.py [PLANT] [--batches N]`.

Prints, for each step, processor time for a lot and for a metre of web that it handles (mixing: of what the batch
coats), with its physics and with the declared defect rates alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from electrode_route import KINDS, declared

from twin import Line
from twin.material import Electrode, Material
from twin.occasion import Occasion
from twin.randomness import Luck

PHYSICS = {"mixing": "rheology", "calendering": "press", "slitting": "knives", "drying": "heat"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plant", nargs="?", default="lfp_prismatic_16gwh")
    parser.add_argument("--batches", type=int, default=1000)
    asked = parser.parse_args()
    line = declared(asked.plant)
    computed, plain = (measured(line, asked.batches, physics) for physics in (True, False))
    print(f"{asked.plant}, cathode, {asked.batches} batches")
    print(f"{'step':12s} {'us a lot':>10s} {'without':>8s} {'ns a metre':>11s} {'without':>8s}")
    for kind in KINDS:
        (lot, metre), (less, least) = computed[kind], plain[kind]
        print(f"{kind:12s} {1e6 * lot:10.1f} {1e6 * less:8.1f} {1e9 * metre:11.2f} {1e9 * least:8.2f}")


def measured(line: Line, batches: int, physics: bool) -> dict[str, tuple[float, float]]:
    """Return seconds for a lot and for a metre of web of each step."""
    steps: dict[str, Any] = {kind: line.stations[f"cathode_{kind}"].step for kind in KINDS}
    if not physics:
        without = {kind: {name: None} for kind, name in PHYSICS.items()} | {"coating": {"die": None, "dryer": None}}
        steps = {kind: step.model_copy(update=without[kind]) for kind, step in steps.items()}
    luck = {kind: Luck(1, kind) for kind in KINDS}
    spent, lots, metres = defaultdict[str, float](float), defaultdict[str, int](int), defaultdict[str, float](float)

    def turn(kind: str, inputs: Sequence[Material]) -> Sequence[Material]:
        at = Occasion(luck[kind], lots[kind], 0, line.cell, 0, 3600.0, 4e4)
        begin = time.process_time()
        outputs = steps[kind].make(inputs, at).outputs
        spent[kind] += time.process_time() - begin
        lots[kind] += 1
        metres[kind] += sum(one.length for one in outputs if isinstance(one, Electrode))
        return outputs

    for _ in range(batches):
        ahead = list(turn("mixing", []))
        for kind in KINDS[1:]:
            ahead = [output for material in ahead for output in turn(kind, [material])]
    metres["mixing"] = metres["coating"]
    return {kind: (spent[kind] / lots[kind], spent[kind] / metres[kind]) for kind in KINDS}


if __name__ == "__main__":
    main()
