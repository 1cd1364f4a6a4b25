"""How long a question of growth takes: `python tests/speed/expansion.py [--futures 20 100] [--ramps N] [--seeds N]`.

20 quarters, up to 4 lines, 6 ways to run them. Prints, for each number of futures, the time to build the model of all
options, and the time to plan without a limit on risk and for a whole frontier of allowed probabilities of insolvency.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from growing_plants import large_growth

from optimize.growth.expansion import frontier, plan_expansion
from optimize.growth.expansion_terms import Risk
from optimize.model.expansion import build_expansion
from optimize.solve import Solver

RISKS = (1.0, 0.3, 0.1, 0.05, 0.0)


def main() -> None:
    """Time questions and print a line for each plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, nargs="+", default=[20, 100])
    parser.add_argument("--ramps", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--time-limit", type=float, default=120.0)
    asked = parser.parse_args()
    solver = Solver(time_limit=asked.time_limit)
    for count in asked.futures:
        for seed in range(asked.seeds):
            data = large_growth(count, seed, asked.ramps)
            begin = perf_counter()
            build_expansion(data)
            built = perf_counter() - begin
            bold = plan_expansion(replace(data, risk=Risk()), solver)
            begin, busy = perf_counter(), process_time()
            plans = frontier(data, RISKS, solver)
            whole, busy = perf_counter() - begin, process_time() - busy
            print(f"{count} futures, seed {seed}: all options in one model built in {built:.2f} s")
            print(
                f"  without a limit on risk {bold.seconds:.2f} s; frontier {whole:.1f} s, {busy:.1f} s of it computing"
            )
            for plan in plans:
                if plan.npv is None:
                    print(f"  {plan.data.risk.insolvency:4.0%} {plan.status}, {plan.seconds:.1f} s: {plan.why}")
                    continue
                print(
                    f"  {plan.data.risk.insolvency:4.0%} {plan.status}, {plan.seconds:.1f} s, gap {plan.gap:.2%}: "
                    f"{plan.option}, {plan.start_quarters}, {plan.npv:.1f} MUSD, insolvent {plan.insolvency:.0%}"
                )


if __name__ == "__main__":
    main()
