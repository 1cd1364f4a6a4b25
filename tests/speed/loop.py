"""How long a study takes: `python tests/speed/loop.py [STUDY] [--pairs N]`.

Prints simulations a second with one worker and with two, the share of the time that goes by without simulating, and the
time when all answers are known. Each pair starts from an empty cache; ratios are of one run, turn about, because
machines are noisy.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

# loaded before the clock runs
import pyomo.contrib.appsi.solvers
import pyomo.environ  # noqa: F401

from optimize import optimize, read_study
from optimize.cache import Cache
from optimize.question import Question


@dataclass
class Watch:
    """Takes the time while the twin is asked, and counts what is simulated.

    Attributes:
        runs: what was simulated.
        asking: time while the twin was asked [s].
        took: time of the whole study [s].
        processor: time that all processes worked [s].
    """

    runs: int = 0
    asking: float = 0.0
    took: float = 0.0
    processor: float = 0.0
    _last: dict[str, tuple[int, float]] = field(default_factory=dict)

    def tell(self, what: str, over: int, total: int) -> None:
        """Hear what is being done; the first call says what is known already."""
        now = time.perf_counter()
        if what in self._last:
            before, since = self._last[what]
            self.runs += over - before
            self.asking += now - since
        self._last[what] = over, now
        if over == total:
            del self._last[what]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", nargs="?", type=Path, default=Path("lines/studies/first_study.yaml"))
    parser.add_argument("--pairs", type=int, default=1, help="times that each number of workers has its turn")
    asked = parser.parse_args()
    question = read_study(asked.study)
    print(f"{asked.study}: {question.study.days} days after {question.study.warmup} of warm-up on {question.line.name}")
    measured = [turn(question) for _ in range(asked.pairs)]
    for workers in (1, 2):
        told = [one[workers] for one in measured]
        rate = median(watch.runs / watch.asking for watch in told)
        each = median(watch.processor / watch.runs for watch in told)
        took = median(watch.took for watch in told)
        other = median(1 - watch.asking / watch.took for watch in told)
        print(f"  workers {workers}: {told[0].runs} simulations in {took:.1f} s, {rate:.2f} a second,")
        print(f"    {each:.2f} s of a processor each; {other:.1%} of the time goes by without simulating")
    ratio = median(one[1].asking / one[2].asking for one in measured)
    known = median(one[0].took for one in measured)
    share = median(one[0].took / one[1].took for one in measured)
    print(f"  two workers simulate {ratio:.2f} times as fast as one")
    print(f"  all known: {known:.2f} s and {measured[0][0].runs} simulations, {share:.1%} of one worker's time")


def turn(question: Question) -> dict[int, Watch]:
    """Answer a study with one worker and with two, each from an empty cache, and (0) once more when all is known."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        one, two = answered(question, 1, Path(first)), answered(question, 2, Path(second))
        return {0: answered(question, 1, Path(first)), 1: one, 2: two}


def answered(question: Question, workers: int, folder: Path) -> Watch:
    """Answer a study and return the time it took."""
    watch = Watch()
    begin, before = time.perf_counter(), os.times()
    optimize(question, workers, watch.tell, Cache(folder))
    watch.took = time.perf_counter() - begin
    # user, system, and both of the workers that have ended
    watch.processor = sum(os.times()[:4]) - sum(before[:4])
    return watch


if __name__ == "__main__":
    main()
