"""Write down what every declared plant does: `python tests/golden/regenerate.py`.

For a change that is meant to move them. Read the difference before you commit it: each number that moved should have
a reason.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from twin import Journal, Run, read_line, simulate
from twin.read import known_lines

GOLDEN = Path(__file__).with_name("runs.json")
PLANTS = sorted(path.stem for path in known_lines())
SEED = 7


def days_of(plant: str) -> int:
    """Return how long a plant is run: the small one until cells are graded, the others until formation is full."""
    return 20 if plant == "pilot_line" else 4


def digest(journal: Journal) -> dict[str, Any]:
    """Return turns, units handed on and mean finish by station, rejected units by reason, and what gauges read."""
    visits, rejects = journal.columns("visits"), journal.columns("rejects")
    size = len(journal.stations)
    turns = np.bincount(visits["station"], minlength=size)
    passed = np.bincount(visits["station"], visits["passed"], size)
    finish = np.bincount(visits["station"], visits["finish"], size) / np.maximum(turns, 1)
    by_reason = np.bincount(rejects["reason"], rejects["quantity"], len(journal.reasons))
    return {
        "stations": {
            name: {
                "turns": int(turns[at]),
                "passed": round(float(passed[at]), 3),
                "finish": round(float(finish[at]), 3),
            }
            for at, name in enumerate(journal.stations)
        },
        "rejects": {
            name: round(float(units), 3) for name, units in zip(journal.reasons, by_reason, strict=True) if units
        },
        "gauges": _gauges(journal),
    }


def _gauges(journal: Journal) -> dict[str, Any]:
    """Return how many values each gauge has read, how many out of its limits, and their mean."""
    rows, found = journal.columns("measurements"), {}
    for number, (station, name, _) in enumerate(journal.line.gauges):
        here = rows["gauge"] == number
        size = rows["size"][here]
        if size.sum():
            mean = float(f"{size @ rows['mean'][here] / size.sum():.5g}")
            found[f"{station}.{name}"] = [int(size.sum()), int(rows["outside"][here].sum()), mean]
    return found


def run_of(plant: str) -> dict[str, Any]:
    """Run a plant from empty and return its digest."""
    journal = simulate(Run(read_line(plant), days=days_of(plant), warmup=0, seed=SEED))
    # through text, so that it compares with what was written down
    found: dict[str, Any] = json.loads(json.dumps(digest(journal)))
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({plant: run_of(plant) for plant in PLANTS}, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {GOLDEN}")
