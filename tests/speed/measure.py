"""How fast the twin is: `python tests/speed/measure.py [PLANT ...] [--days N] [--pairs N] [--evaluate sample:1%]`.

Prints seconds for a plant-year, plant-years in an hour of one core, lot-visits a second, memory, how time grows with
days, and the flow alone against a line written by hand in SimPy. Ratios are of one run, turn about, because machines
are noisy. Where a share of the lots is evaluated, SimPy and machine code are timed turn about, with and without the
days in which a plant fills and loads its code. `NAME*6.25` is a plant with so many times the machines, places in
buffers, and crews.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from generic_lines import exponential as exponential_time
from generic_lines import line_of, timed
from speed.plain import exponential, plain_line

from twin import Line, Run, put, read_line, simulate

STATIONS, SERVERS, BUFFER, MEAN = 10, 2, 5, 60.0
DAY = 86400.0
# days until all stations of a plant are at work
FILLING = 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plants", nargs="*", default=["lfp_prismatic_16gwh"])
    parser.add_argument("--days", type=int, default=60, help="simulated days that are timed")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of the flow alone; 0 leaves it out")
    parser.add_argument("--evaluate", default="all", help="share of the lots that is evaluated, such as sample:1%%")
    parser.add_argument("--lot-scale", type=int, default=1, help="lots that move as one, where a share is evaluated")
    asked = parser.parse_args()
    for plant in asked.plants:
        if asked.evaluate == "all":
            plant_year(plant, asked.days)
        else:
            both_engines(plant, asked.days, asked.evaluate, asked.lot_scale)
    if asked.pairs:
        flow_alone(asked.pairs)


def plant_year(plant: str, days: int) -> None:
    """Time a plant for some days and for half of them, each in a fresh process, and print what a year takes."""
    warmup = 30
    full, half = (_apart(plant, warmup + part) for part in (days, days // 2))
    year = full.seconds / (warmup + days) * 365
    print(f"{plant}: {days} days after {warmup} of warm-up, 1 % of the cells kept")
    print(
        f"  {full.seconds:.1f} s of one core, so {year:.0f} s a year and {3600 / year:,.0f} plant-years an hour of it"
    )
    print(
        f"  {full.visits / full.seconds:,.0f} lot-visits/s; {full.cells / (warmup + days) * 365:,.0f} good cells a year"
    )
    each, before = (1e6 * one.seconds / one.visits for one in (full, half))
    print(
        f"  {full.memory:.2f} GB, {half.memory:.2f} in half the days; {each:.1f} us a visit, {before:.1f}", flush=True
    )


def both_engines(plant: str, days: int, evaluate: str, lots: int) -> None:
    """Time a plant in which a share of the lots is evaluated in both engines, and print what a year takes."""
    print(f"{plant}, {evaluate}, {lots} lots as one: {FILLING} days and {days} more, told for a year")
    for engine in ("simpy", "compiled", "simpy", "compiled"):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            filling, more = pool.apply(_days_timed, (plant, days, evaluate, lots, engine))
        year = filling + more / days * (365 - FILLING)
        print(f"  {engine}: {filling:.1f} s and {1e3 * more / days:.0f} ms a day, so {year:.1f} s a year", flush=True)


def _days_timed(plant: str, days: int, evaluate: str, lots: int, engine: str) -> tuple[float, float]:
    """Return seconds of the processor for the days in which a plant fills, and for some more."""
    ends = [time.process_time()]
    run = Run(grown(plant), FILLING + days, 0, 1, evaluate=evaluate, lot_scale=lots, engine=engine)
    simulate(run, progress=lambda now: ends.append(time.process_time()))
    return ends[FILLING] - ends[0], ends[-1] - ends[FILLING]


class Timed(NamedTuple):
    """What a run took and made: seconds of the processor, memory [GB], lot-visits, good cells."""

    seconds: float
    memory: float
    visits: int
    cells: float


def grown(plant: str) -> Line:
    """Return a plant by name, or `NAME*6.25`: with so many times the machines, places in buffers, and crews."""
    name, _, times = plant.partition("*")
    line = read_line(name)
    if not times:
        return line
    sizes = {f"stations.{name}.servers": station.servers for name, station in line.stations.items()}
    sizes |= {f"buffers.{name}.capacity": buffer.capacity for name, buffer in line.buffers.items() if buffer.capacity}
    sizes |= {f"crews.{name}.size": crew.size for name, crew in line.crews.items()}
    return put(line, {path: ceil(size * float(times)) for path, size in sizes.items()})


def _apart(plant: str, days: int) -> Timed:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (plant, days))


def _timed(plant: str, days: int) -> Timed:
    """Time a run that starts empty."""
    line = grown(plant)
    begin = time.process_time()
    journal = simulate(Run(line, days=days, warmup=0, seed=1))
    seconds = time.process_time() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    visits = len(journal.columns("visits")["lot"])
    return Timed(seconds, memory, visits, float(journal.columns("finished")["units"].sum()))


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
