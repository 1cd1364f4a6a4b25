"""What cheaper runs cost and bring: `python tests/speed/fidelity.py [PLANT ...] [--ways 8,5%,8:20%] [--seeds N]`.

Each plant is run in full and in other ways, under the same seeds, turn about: `8` lets eight lots move as one, `5%`
lets physics work out a twentieth of the batches and machine code count the others, `8:20%` does both. The table says
how far headline figures are off, with a 95 % interval over the seeds, and how many times less processor time it takes;
and how much less a figure scatters when a cheap run with the same seed is taken as its control variate.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from time import process_time
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from twin import Run, kpis, read_line, simulate
from twin.control_variate import Way

FIGURES: dict[str, Callable[[Mapping[str, Any]], float]] = {
    "good cells": lambda kpi: kpi["good_cells"],
    "first-pass yield": lambda kpi: kpi["first_pass_yield"],
    "USD/kWh": lambda kpi: kpi["cost_usd_per_kwh"]["total"],
    "kWh/kWh": lambda kpi: kpi["energy_kwh_per_kwh"]["total"],
    "cells in the plant": lambda kpi: kpi["wip_cells"],
}


FULL = Way()


class Ran(NamedTuple):
    """One run: its headline figures, and the processor time it took [s]."""

    figures: tuple[float, ...]
    seconds: float


def main() -> None:
    """Run, and print a table in Markdown for each plant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plants", nargs="*", default=["lfp_prismatic_16gwh", "pilot_line"])
    parser.add_argument("--ways", default="4,8,5%,1%,8:1%,16:1%")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--warmup", type=int, default=30)
    asked = parser.parse_args()
    ways = [Way.read(text) for text in asked.ways.split(",")]
    for plant in asked.plants:
        # what is drawn or compiled once is there before anything is measured
        for way in (FULL, *ways):
            simulate(_asked(plant, way, 1, 1, 0))
        runs = [
            {way: _run(plant, way, seed, asked.days, asked.warmup) for way in (FULL, *ways)}
            for seed in range(1, asked.seeds + 1)
        ]
        print(f"\n`{plant}`, {asked.days} days after {asked.warmup} of warm-up, {asked.seeds} seeds\n")
        print(table(runs, ways), flush=True)


def _asked(plant: str, way: Way, seed: int, days: int, warmup: int) -> Run:
    engine = "simpy" if way.evaluate == "all" else "compiled"
    return way.of(Run(read_line(plant), days, warmup, seed, engine=engine))


def _run(plant: str, way: Way, seed: int, days: int, warmup: int) -> Ran:
    run = _asked(plant, way, seed, days, warmup)
    begin = process_time()
    journal = simulate(run)
    seconds = process_time() - begin
    kpi = kpis(journal)
    return Ran(tuple(float(figure(kpi)) for figure in FIGURES.values()), seconds)


def table(runs: Sequence[dict[Way, Ran]], ways: Sequence[Way]) -> str:
    """Return how far each way is off, and what it saves, as a table in Markdown."""
    rows = [f"| lots | evaluated | {' | '.join(FIGURES)} | left of the variance | times less time |"]
    rows.append("|---" * (len(FIGURES) + 4) + "|")
    exact = np.array([run[FULL].figures for run in runs])
    for way in ways:
        found = np.array([run[way].figures for run in runs])
        off = 100 * (found / exact - 1)
        told = f"{way.lots} | {way.evaluate.removeprefix('sample:').replace('%', ' %')}"
        cells = [f"{mean:+.2f} ± {half:.2f} %" for mean, half in map(spread, off.T)]
        saved = sum(run[FULL].seconds for run in runs) / sum(run[way].seconds for run in runs)
        rows.append(f"| {told} | {' | '.join(cells)} | {left(exact[:, 0], found[:, 0]):.2f} | {saved:.1f} |")
    return "\n".join(rows)


def spread(values: np.ndarray) -> tuple[float, float]:
    """Return the mean of some values and half of its 95 % interval."""
    size = len(values)
    return float(values.mean()), float(student.ppf(0.975, size - 1) * values.std(ddof=1) / sqrt(size))


def left(fine: np.ndarray, coarse: np.ndarray) -> float:
    """Return what is left of the variance of a full run when a cheap one is its control variate: 1 - r squared [-]."""
    return float(1 - np.corrcoef(fine, coarse)[0, 1] ** 2)


if __name__ == "__main__":
    main()
