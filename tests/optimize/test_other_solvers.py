"""Other solvers find plans that are as good as those of HiGHS; each is tried where it is installed."""

from __future__ import annotations

import pytest
from planning_plants import random_plant

from optimize.solve import Solver, check_solver, solve
from twin import InputError


@pytest.mark.parametrize("name", ["glpk", "cbc", "scip"])
@pytest.mark.parametrize("seed", range(6))
def test_another_solver_agrees_with_highs(name: str, seed: int) -> None:
    other = Solver(name, gap=1e-6, time_limit=60.5)
    try:
        check_solver(other)
    except InputError:
        pytest.skip(f"{name} is not installed here")
    data = random_plant(seed)
    theirs, ours = solve(data, other), solve(data, Solver(gap=1e-6))
    assert theirs.status == ours.status
    if ours.found:
        assert theirs.objective == pytest.approx(ours.objective, rel=1e-5)
        assert theirs.gap is not None and theirs.gap < 1e-5
