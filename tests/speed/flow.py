"""How fast time, queues and capacity are alone: `python tests/speed/flow.py [--rounds N]`.

Both engines execute two lines of timed stations with the journal on, turn about, after a run that compiles; ratios are
of one round, because machines are noisy. A time unit is a second. Beside them stand throughputs with 95 % intervals of
independent replications, to be compared with what other simulators estimate.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from generic_lines import DAY, always, interval, line_of, timed

from twin import Line, Run, simulate

FAILS = "failures: {mtbf: 100 s, mttr: 10 s}"
UNITS = 100_000
REPLICATIONS = 10


def in_a_row(machines: int, servers: int, buffer: int, scrap: float) -> Line:
    """Return stages of machines that work for a time unit, fail every 100 and are repaired in 10."""
    stations = {f"s{n}": timed(always(1.0), servers, scrap, more=FAILS) for n in range(machines)}
    return line_of(stations, [f"s{n} > s{n + 1}: {buffer}" for n in range(machines - 1)])


# with the throughput that other simulators agree on
LINES = {
    "10 machines in a row, buffers of 10": (in_a_row(10, 1, 10, 0.0), "0.72845 +- 0.0004"),
    "20 stages of 4 machines, buffers of 50, 1 % scrap": (in_a_row(20, 4, 50, 0.01), "2.8868 +- 0.0020"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of both engines")
    rounds = parser.parse_args().rounds
    for title, (line, reference) in LINES.items():
        simulate(Run(line, days=1, warmup=0, engine="compiled"))
        measured = [(_timed(line, "compiled"), _timed(line, "simpy")) for _ in range(rounds)]
        print(f"{title}:")
        for engine, column in zip(("compiled", "simpy"), zip(*measured, strict=True), strict=True):
            seconds, visits = (median(values) for values in zip(*column, strict=True))
            print(
                f"  {engine:9}{visits / seconds:14,.0f} lot-visits/s; {seconds / DAY * UNITS:.3f} s for {UNITS:,} units"
            )
        ratio = median(theirs / ours for (ours, _), (theirs, _) in measured)
        low, high = interval([_throughput(line, seed) for seed in range(REPLICATIONS)], confidence=0.95)
        print(f"  ratio {ratio:.0f}; throughput {low:.4f} to {high:.4f}, others {reference}")


def _timed(line: Line, engine: str) -> tuple[float, int]:
    """Return processor seconds and visits of a day that begins with an empty plant."""
    begin = time.process_time()
    journal = simulate(Run(line, days=1, warmup=0, engine=engine))
    seconds = time.process_time() - begin
    return seconds, len(journal.columns("visits")["lot"])


def _throughput(line: Line, seed: int) -> float:
    """Return lots finished in a time unit, after the first quarter of a day."""
    times = simulate(Run(line, days=1, warmup=0, seed=seed, engine="compiled")).columns("finished")["time"]
    return float(np.count_nonzero(times > DAY / 4)) / (DAY * 3 / 4)


if __name__ == "__main__":
    main()
