"""How long a planning model of real size takes: `python tests/speed/planning.py [--plants N] [--points N]`.

Prints, for random plants with as many stations and knobs as a factory has, the time to build the model, to solve it to
0.1 %, and to solve a front of its goal against first-pass yield.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from planning_plants import large_plant

from optimize.solve import Solver, solve


def main() -> None:
    """Time some plants and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plants", type=int, default=4)
    parser.add_argument("--points", type=int, default=20)
    asked = parser.parse_args()
    solver, first = Solver(gap=1e-3, time_limit=60.0), 0.0
    for seed in range(asked.plants):
        data = large_plant(seed)
        found = solve(data, solver)
        whole = found.build_seconds + found.seconds
        first = first or whole
        print(
            f"plant {seed}: {data.goal}, {found.status}, built in {found.build_seconds:.3f} s, solved in "
            f"{found.seconds:.2f} s, {whole / first:.2f} of the first"
        )
        if not found.found:
            continue
        have, most = data.measures(*found.plan, found.good)["first_pass"], data.per_cell["first_pass"].span()[1]
        begin = perf_counter()
        floors = [have + (most - have) * place / asked.points for place in range(asked.points)]
        solved = [solve(replace(data, limits={**data.limits, "first_pass": floor}), solver) for floor in floors]
        some = sum(one.found for one in solved)
        print(f"  {asked.points} points, {some} with a plan: {perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
