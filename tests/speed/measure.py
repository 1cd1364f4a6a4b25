"""How fast the twin is: `python tests/speed/measure.py [PLANT] [--days N]`.

Prints seconds for a plant-year, lot-visits a second, memory, how time grows with days, and the flow alone against a
line written by hand in SimPy. Ratios are of one run, turn about, because machines are noisy.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from generic_lines import exponential as exponential_time
from generic_lines import line_of, timed
from speed.plain import exponential, plain_line

from twin import Run, read_line, simulate

STATIONS, SERVERS, BUFFER, MEAN = 10, 2, 5, 60.0
DAY = 86400.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plant", nargs="?", default="lfp_prismatic_16gwh")
    parser.add_argument("--days", type=int, default=60, help="simulated days that are timed")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of the flow alone")
    asked = parser.parse_args()
    plant_year(asked.plant, asked.days)
    flow_alone(asked.pairs)


def plant_year(plant: str, days: int) -> None:
    """Time a plant for some days and for half of them, each in a fresh process, and print what a year takes."""
    warmup = 30
    full, half = (_apart(plant, warmup + part) for part in (days, days // 2))
    (seconds, visits, memory), (less, fewer, _) = full, half
    year = seconds / (warmup + days) * 365
    print(f"{plant}: {days} days after {warmup} of warm-up, 1 % of the cells kept")
    print(f"  {seconds:.1f} s of one core, so {year:.0f} s a year; {visits / seconds:,.0f} lot-visits/s")
    print(f"  {memory:.2f} GB; {1e6 * seconds / visits:.1f} us a visit, {1e6 * less / fewer:.1f} in half the days")


def _apart(plant: str, days: int) -> tuple[float, int, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (plant, days))


def _timed(plant: str, days: int) -> tuple[float, int, float]:
    """Return processor seconds, visits and largest memory [GB] of a run that starts empty."""
    line = read_line(plant)
    begin = time.process_time()
    journal = simulate(Run(line, days=days, warmup=0, seed=1))
    seconds = time.process_time() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return seconds, len(journal.columns("visits")["lot"]), memory


def flow_alone(pairs: int) -> None:
    """Time timed stations in a row against the same line in plain SimPy and print the ratio."""
    stations = {f"s{n}": timed(exponential_time(MEAN), servers=SERVERS) for n in range(STATIONS)}
    line = line_of(stations, [f"s{n} > s{n + 1}: {BUFFER}" for n in range(STATIONS - 1)])

    def twin() -> int:
        return len(simulate(Run(line, days=8, warmup=0, seed=1)).columns("visits")["lot"])

    def plain() -> int:
        return plain_line([exponential(MEAN, n) for n in range(STATIONS)], SERVERS, BUFFER, 8 * DAY).turns

    measured = [(_rate(twin), _rate(plain)) for _ in range(pairs)]
    ours, theirs = (median(column) for column in zip(*measured, strict=True))
    ratio = median(one / other for one, other in measured)
    print(f"flow alone, {STATIONS} stations of {SERVERS} machines, buffers of {BUFFER}, exponential times:")
    print(f"  {ours:,.0f} lot-visits/s with the journal on; plain SimPy {theirs:,.0f}; ratio {ratio:.2f}")


def _rate(work: Callable[[], int]) -> float:
    begin = time.process_time()
    visits = work()
    return visits / (time.process_time() - begin)


if __name__ == "__main__":
    main()
