"""The only file that meets a solver: HiGHS or another one through Pyomo, its word checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from time import perf_counter
from typing import Any, NamedTuple

from optimize.model import Chosen, build
from optimize.model.products import MILLION, TERA
from optimize.model.value import prefer_cheap
from optimize.plan_data import PlanData
from twin import InputError, split

# how solvers call the relative gap and the time limit [s]
_OPTIONS = {
    "cbc": ("ratioGap", "seconds"),
    "cplex": ("mip_tolerances_mipgap", "timelimit"),
    "glpk": ("mipgap", "tmlim"),
    "gurobi": ("MIPGap", "TimeLimit"),
    "gurobi_direct": ("MIPGap", "TimeLimit"),
    "scip": ("limits/gap", "limits/time"),
    "xpress_direct": ("miprelstop", "maxtime"),
}
_WORDS = {
    "infeasibleOrUnbounded": "infeasible",
    "maxTimeLimit": "time limit",
    "maxTimeLimitWithoutSolution": "time limit",
}


@dataclass(frozen=True)
class Solver:
    """How a model is solved.

    Attributes:
        name: "highs", or any solver that Pyomo knows and finds.
        gap: relative gap to the bound at which it stops [-].
        time_limit: longest time of one solve [s].
    """

    name: str = "highs"
    gap: float = 1e-3
    time_limit: float = 600.0


HIGHS = Solver()


@dataclass(frozen=True)
class Solution:
    """What the solver answered.

    Attributes:
        status: "optimal", "infeasible", "time limit" or the solver's own word for anything else.
        choice: the chosen option of each group; empty when there is no plan.
        servers: machines by station; empty when there is no plan.
        good: good cells that the plan makes [cell/yr].
        objective: the goal [USD/yr, cell/yr or J/yr]; None when there is no plan.
        bound: no plan is better than this; None when unknown.
        gap: how far the plan may be from the best, relative to it [-]; None when unknown.
        build_seconds: time of building [s].
        seconds: time of solving [s].
        solver: its name.
        versions: of what solved it.
    """

    status: str
    choice: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[str, int] = field(default_factory=dict)
    good: float = 0.0
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    build_seconds: float = 0.0
    seconds: float = 0.0
    solver: str = "highs"
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there is a plan, proved to be the best or not."""
        return self.objective is not None

    @property
    def plan(self) -> Chosen:
        """What was chosen."""
        return self.choice, self.servers


class Told(NamedTuple):
    """What a solver said of a model.

    Attributes:
        status: "optimal", "infeasible", "time limit" or the solver's own word for anything else.
        objective: of the best solution found; None when there is none.
        bound: no solution is better than this; None when unknown.
        load: puts the solution into the model.
    """

    status: str
    objective: float | None
    bound: float | None
    load: Callable[[], Any]

    @property
    def found(self) -> bool:
        """Whether there is a solution, proved to be the best or not."""
        return self.status in ("optimal", "time limit") and self.objective is not None


def read_gap(text: str) -> float:
    """Return a gap such as "0.1%" or "0.001" as a number.

    Raises:
        InputError: it is none.
    """
    number, unit = split(text) or (-1.0, "")
    if unit not in ("", "%") or not 0 <= (found := number / (100 if unit else 1)) < 1:
        raise InputError(f"--gap {text}: expected a share such as 0.1% or 0.001")
    return found


def check_solver(solver: Solver) -> None:
    """Refuse a solver that is not there, before anything long starts.

    Raises:
        InputError: Pyomo does not know it or does not find it.
    """
    if solver.name == "highs":
        return
    from io import StringIO

    import pyomo.environ as pyo
    from pyomo.common.log import LoggingIntercept

    # Pyomo logs a traceback for a name that it does not know; what it means is told below
    with LoggingIntercept(StringIO(), "pyomo"):
        try:
            there = pyo.SolverFactory(solver.name).available(exception_flag=False)
        except Exception:
            there = False
    if not there:
        raise InputError(
            f"--solver {solver.name}: Pyomo does not find it; expected 'highs', which comes with gigatwin, or a solver "
            f"that is installed such as {', '.join(sorted(_OPTIONS))}; install it and put it on the PATH?"
        )


def solve(data: PlanData, solver: Solver = HIGHS, tried: Sequence[Chosen] = (), only_more: bool = False) -> Solution:
    """Return the best plan.

    Args:
        data: the question.
        solver: how it is solved.
        tried: plans that are not wanted again.
        only_more: nor those that only add servers to one of them.
    """
    begin = perf_counter()
    model = build(data, tried, only_more)
    built = perf_counter()
    told = ask(model, solver)
    if told.status == "optimal" and told.objective is not None and data.goal in ("output", "energy"):
        prefer_cheap(model, data, told.objective, solver.gap)
        # within less of a gap than a solver takes for kept it may find nothing: the first plan is as good
        cheaper = ask(model, solver)
        told = told._replace(load=cheaper.load) if cheaper.status == "optimal" else told
    solution = Solution(
        told.status,
        build_seconds=built - begin,
        seconds=perf_counter() - built,
        solver=solver.name,
        versions=versions(),
        bound=None if told.bound is None else (TERA if data.goal == "energy" else MILLION) * told.bound,
    )
    if not told.found:
        return solution
    told.load()
    return _with_plan(solution, data, model)


def ask(model: Any, solver: Solver) -> Told:
    """Solve a model, without loading anything into it."""
    told = (_ask_highs if solver.name == "highs" else _ask_other)(model, solver)
    return told._replace(status=_WORDS.get(told.status, told.status))


def _with_plan(solution: Solution, data: PlanData, model: Any) -> Solution:
    """Return a solution with the plan that a solved model holds."""
    choice = {g: max(options, key=lambda o: model.chosen[g, o].value) for g, options in data.options.items()}
    servers = {s: round(model.servers[s].value) for s in data.stations}
    good = MILLION * model.good.value
    objective = data.goal_at(choice, servers, good)
    gap = None if solution.bound is None else abs(objective - solution.bound) / max(abs(objective), 1e-12)
    return replace(solution, choice=choice, servers=servers, good=good, objective=objective, gap=gap)


def _ask_highs(model: Any, solver: Solver) -> Told:
    """Return what HiGHS says."""
    from pyomo.contrib.appsi.solvers import Highs

    highs = Highs()
    highs.config.load_solution = False
    highs.config.time_limit = solver.time_limit
    highs.config.mip_gap = solver.gap
    results = highs.solve(model)
    word = str(results.termination_condition.name)
    objective = results.best_feasible_objective
    return Told(word, objective, results.best_objective_bound, results.solution_loader.load_vars)


def _ask_other(model: Any, solver: Solver) -> Told:
    """Return what another solver says; its solution is in the model already."""
    import pyomo.environ as pyo

    other = pyo.SolverFactory(solver.name)
    # some take whole seconds only
    for option, value in zip(_OPTIONS.get(solver.name, ()), (solver.gap, ceil(solver.time_limit)), strict=False):
        other.options[option] = value
    results = other.solve(model, load_solutions=False)
    word = str(results.solver.termination_condition)
    if word not in ("optimal", "maxTimeLimit", "feasible") or not len(results.solution):
        return Told(word, None, None, lambda: None)
    model.solutions.load_from(results)
    goal = next(model.component_data_objects(pyo.Objective, active=True))
    objective = float(pyo.value(goal))
    low = results.problem.lower_bound if goal.sense == pyo.minimize else results.problem.upper_bound
    bound = float(low) if low is not None and abs(float(low)) < 1e100 else None
    return Told(word, objective, _proved(word, objective, bound, goal.sense, solver.gap), lambda: None)


def _proved(word: str, objective: float, bound: float | None, sense: int, gap: float) -> float | None:
    """Return the bound that a solver has proved: some tell only that of the first relaxation, though they went on."""
    if word != "optimal":
        return bound
    # minimize is 1, maximize is -1
    within = objective - sense * gap * abs(objective)
    if bound is None:
        return within
    return max(within, bound) if sense > 0 else min(within, bound)


def versions() -> dict[str, str]:
    """Return the versions of what solves models."""
    from importlib.metadata import version

    return {package: version(package) for package in ("pyomo", "highspy")}
