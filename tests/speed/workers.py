"""What it costs to have the twin asked by others: `python tests/speed/workers.py [--cluster local]`.

Prints how long workers take to start and how long a question takes that needs no time to be answered. One process asks:
what it takes for each question is the limit of how many runs a second can be handed out, to however many workers.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from optimize.explore import Asked
from optimize.workers import ask_all, crew
from twin import read_line

QUESTIONS = 2000


def seed_of(asked: Asked) -> int:
    """Answer at once."""
    return asked.seed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cluster", help="address of a Ray cluster, or local")
    asked = parser.parse_args()
    line = read_line("lfp_prismatic_16gwh")
    questions = [Asked(line, {}, 365, 30, seed) for seed in range(QUESTIONS)]
    begin = time.perf_counter()
    with crew(asked.workers, asked.cluster) as pool:
        ask_all(seed_of, questions[: pool.workers], pool, "start")
        began, worked = time.perf_counter(), time.process_time()
        ask_all(seed_of, questions, pool, "ask")
        each, own = (time.perf_counter() - began) / QUESTIONS, (time.process_time() - worked) / QUESTIONS
    print(f"{pool.workers} workers of {asked.cluster or 'this machine'}: {began - begin:.1f} s to start,", end=" ")
    print(f"{1000 * each:.1f} ms a question, {1000 * own:.1f} of them the asking process")


if __name__ == "__main__":
    main()
