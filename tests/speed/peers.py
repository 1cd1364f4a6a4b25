"""gigatwin beside public simulators: `python tests/speed/peers.py [--budget 10]`.

Two lines, each run by every simulator that is installed (`pip install 'gigatwin[peers]'`), one core, seconds of the
processor. The line written by hand in SimPy is timed again right before each of them, so ratios are of one moment of
one machine. Slow ones run a part of the time, and what the whole would take is extrapolated. All must estimate the
same throughput; what does not is marked.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from generic_lines import always, line_of, timed
from speed.peer_lines import PEERS, Peer, Simulator, by_simpy
from speed.workloads import PARALLEL, SERIAL, WORK, Workload

from twin import Line, Run, simulate

DAY = 86400.0
# standard errors from the reference: one line in 10,000 is out of it by chance
FAR = 4.0
# runs of a quick simulator, of which the median is told
AGAIN = 9


@dataclass(frozen=True)
class Timed:
    """One simulator's run of a workload.

    Attributes:
        until: time simulated, in the workload's unit.
        seconds: of the processor.
        lots: that left after the warm-up.
        by_hand: time units a second of the line by hand in SimPy, right before.
    """

    until: float
    seconds: float
    lots: int
    by_hand: float

    @property
    def rate(self) -> float:
        """Time units a second."""
        return self.until / self.seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=float, default=10.0, help="about the longest run of a simulator [s]")
    asked = parser.parse_args()
    missing = [peer.name for peer in PEERS if find_spec(peer.package) is None]
    for work in (SERIAL, PARALLEL):
        print(
            f"\n{work.name}: {work.stations} stations of {work.servers}, buffers of {work.buffer}, scrap {work.scrap}"
        )
        print(f"{'':24}{'time units/s':>14}{'full run [s]':>14}{'to SimPy':>10}{'throughput':>12}{'sd apart':>10}")
        for peer in (*ours(), *PEERS):
            if peer.name not in missing and (work.scrap == 0 or peer.scraps):
                print(_row(peer.name, work, _apart(peer, work, asked.budget)), flush=True)
    print("\n* extrapolated from a shorter run")
    if missing:
        print(f"not installed: {', '.join(missing)}; pip install 'gigatwin[peers]'")


def ours() -> Iterator[Peer]:
    """Yield gigatwin, once for each of its engines."""
    if "engine" not in {field.name for field in fields(Run)}:
        yield Peer("gigatwin", "twin", by_gigatwin)
        return
    for engine in ("simpy", "compiled"):
        yield Peer(f"gigatwin, {engine}", "twin", ByEngine(engine))


@dataclass(frozen=True)
class ByEngine:
    """gigatwin's journal of a workload, by one of its engines."""

    engine: str

    def __call__(self, work: Workload, until: float, seed: int) -> int:
        """Return the lots that left after the warm-up."""
        run = replace(run_of(work, until, seed), **{"engine": self.engine})
        return lots_in(run, work, until)


def by_gigatwin(work: Workload, until: float, seed: int) -> int:
    """Return the lots that left after the warm-up, by the engine that is there."""
    return lots_in(run_of(work, until, seed), work, until)


def run_of(work: Workload, until: float, seed: int) -> Run:
    """Return a workload as one day of a plant."""
    return Run(line_of_workload(work, DAY / until), days=1, warmup=0, seed=seed)


def line_of_workload(work: Workload, unit: float) -> Line:
    """Return a workload as a plant.

    Args:
        work: the workload.
        unit: one time unit [s].
    """
    failures = f"failures: {{mtbf: {work.mtbf * unit!r} s, mttr: {work.mttr * unit!r} s}}"
    station = timed(always(WORK * unit), servers=work.servers, scrap=work.scrap, more=failures)
    names = [f"s{place}" for place in range(work.stations)]
    buffers = [f"{a} > {b}: {work.buffer}" for a, b in pairwise(names)]
    return line_of(dict.fromkeys(names, station), buffers)


def lots_in(run: Run, work: Workload, until: float) -> int:
    """Simulate and return the lots that left after the warm-up."""
    times = simulate(run).columns("finished")["time"]
    return int((times >= work.warmup * DAY / until).sum())


def _apart(peer: Peer, work: Workload, budget: float) -> Timed:
    """Time a simulator in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (peer, work, budget))


def _timed(peer: Peer, work: Workload, budget: float) -> Timed:
    """Time a simulator for as long as the budget allows, and the line by hand before it."""
    short = replace(work, warmup=1.0)
    # the first run imports and compiles, those after it tell how fast it is
    _seconds(peer.lots, short, 100.0)
    tried, took = work.until / 50, 0.0
    while took < budget / 5 and tried < work.until:
        took, _ = _seconds(peer.lots, short, tried)
        tried *= 4
    until = min(work.until, max(3 * work.warmup, tried / 4 / took * budget))
    by_hand = work.until / (5 * work.servers)
    rate = by_hand / _seconds(by_simpy, short, by_hand)[0]
    runs = [_seconds(peer.lots, work, until)]
    # what takes a moment meets whatever else the machine does then
    while len(runs) < AGAIN and sum(seconds for seconds, _ in runs) < budget / 4:
        runs.append(_seconds(peer.lots, work, until))
    return Timed(until, median(seconds for seconds, _ in runs), runs[0][1], rate)


def _seconds(lots: Simulator, work: Workload, until: float) -> tuple[float, int]:
    begin = time.process_time()
    made = lots(work, until, 1)
    return time.process_time() - begin, made


def _row(name: str, work: Workload, found: Timed) -> str:
    made = found.lots / (found.until - work.warmup)
    spread = work.spread * (work.until / (found.until - work.warmup)) ** 0.5
    apart = (made - work.throughput[0]) / (spread**2 + work.throughput[1] ** 2) ** 0.5
    full = f"{work.until / found.rate:.3g}{'*' if found.until < work.until else ' '}"
    verdict = "" if abs(apart) < FAR else "  DOES NOT AGREE"
    return (
        f"{name:24}{found.rate:14,.0f}{full:>14}{found.rate / found.by_hand:10.2f}{made:12.4f}{apart:+10.1f}{verdict}"
    )


if __name__ == "__main__":
    main()
