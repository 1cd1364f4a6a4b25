"""What one more machine, one more hour or one more GWh is worth: the model solved again with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from optimize.around import WhatIf
from optimize.plan_data import PlanData
from optimize.refine import Plan
from optimize.solve import Solution, Solver, solve
from optimize.words import LIMITS, number, station
from optimize.workers import Tell

# a limit is loosened by one of these [USD, m^2, h/yr, W, -, -, -]
_LOOSER = {
    "capital": 1e6,
    "floor": 100.0,
    "people": 1000.0,
    "power": 1e5,
    "escapes": 1e-4,
    "first_pass": -0.01,
    "places": 1.0,
}
# differences of a machine are small beside the goal, so the gap is closed further than for the plan [-]
_GAP = 1e-5
_SECONDS = 20.0
KWH_PER_GWH = 1e6
_UNITS = {"cost": "USD a year", "profit": "USD a year", "output": "cells a year", "energy": "J a year"}


@dataclass(frozen=True)
class Change:
    """A changed question.

    Attributes:
        what: the change in words.
        data: the numbers then.
        solver: how it is solved.
        remark: what else is to be known.
        per: the change in the unit of ``unit``; 0 when it has none.
        unit: such as "h".
    """

    what: str
    data: PlanData
    solver: Solver
    remark: str = ""
    per: float = 0.0
    unit: str = ""


def what_ifs(plan: Plan, tell: Tell | None = None) -> tuple[WhatIf, ...]:
    """Return what changes of the question are worth.

    Machine counts are never priced by duals at fixed counts, which are degenerate; each row is a solved model. They are
    solved here one by one: HiGHS hangs in a process that was forked from one in which it has run.

    Args:
        plan: with a chosen plan.
        tell: called with what is being done.
    """
    assert plan.chosen is not None
    solver = replace(plan.solver, gap=min(plan.solver.gap, _GAP), time_limit=min(plan.solver.time_limit, _SECONDS))
    asked = [Change("as it is", plan.data, solver), *_changes(plan, solver)]
    found = []
    for place, change in enumerate(asked):
        found.append(solve(change.data, change.solver))
        if tell is not None:
            tell("what if", place + 1, len(asked))
    base, *found = found
    assert base.objective is not None
    return tuple(_row(change, base.objective, then) for change, then in zip(asked[1:], found, strict=True))


def _row(change: Change, base: float, then: Solution) -> WhatIf:
    worth = None if then.objective is None else then.objective - base
    # what lies within the gap of both solves is nothing
    if worth is not None and abs(worth) <= 2 * change.solver.gap * abs(base):
        worth = 0.0
    remark = change.remark
    if then.status == "time limit":
        remark = f"{remark}; the solver ran out of time".lstrip("; ")
    if worth is not None and change.per and change.unit:
        remark = f"{number(worth / change.per, 3)} {change.unit}{'; ' if remark else ''}{remark}"
    return WhatIf(change.what, worth, remark)


def _changes(plan: Plan, solver: Solver) -> Iterator[Change]:
    yield from _of_machines(plan, solver)
    yield from _of_options(plan, solver)
    yield from _of_demand(plan, solver)
    for name, limit in plan.data.limits.items():
        title, scale, unit = LIMITS[name]
        step = _LOOSER[name]
        looser = replace(plan.data, limits={**plan.data.limits, name: limit + step})
        yield Change(f"{number(scale * abs(step))} {unit} {'less' if step < 0 else 'more'} {title}", looser, solver)


def _of_machines(plan: Plan, solver: Solver) -> Iterator[Change]:
    """Yield one machine more, and one fewer, at each station that may have them."""
    assert plan.chosen is not None
    question, data, (choice, servers) = plan.question, plan.data, plan.chosen.solution.plan
    unit = "GWh/yr" if question.line.cell is not None else "a year"
    for name, count in servers.items():
        if data.lowest[name] == data.highest[name]:
            continue
        able = question.gwh(data.output(choice, {**servers, name: count + 1}))
        remark = f"all else as it is the plant could make {number(able)} {unit}"
        yield Change(f"one more machine at {station(name)}", data.counted(name, count + 1), solver, remark)
        if count > 1:
            yield Change(f"one machine fewer at {station(name)}", data.counted(name, count - 1), solver)


def _of_options(plan: Plan, solver: Solver) -> Iterator[Change]:
    """Yield the options next to the chosen ones, and every other word."""
    assert plan.chosen is not None
    data = plan.data
    for name, group in plan.question.groups.items():
        options, here = plan.data.options[name], plan.chosen.solution.choice[name]
        place = options.index(here)
        numbers = group.axes[0].numbers if len(group.axes) == 1 else None
        near = options if numbers is None else options[max(0, place - 1) : place + 2]
        for option in near:
            if option == here:
                continue
            change = Change(f"{name} at {option} instead of {here}", plan.data.only(name, option), solver)
            if numbers is not None:
                axis = group.axes[0]
                at = {str(level): size for level, size in zip(axis.levels, numbers, strict=True)}
                written = here.split(" ", 1)
                unit = f"{_UNITS[data.goal]} for one {written[1] if len(written) > 1 else 'place or share'} more"
                change = replace(change, per=at[option] - at[here], unit=unit)
            yield change


def _of_demand(plan: Plan, solver: Solver) -> Iterator[Change]:
    """Yield some more and some less demand, with machines bought for it and with those of the plan."""
    assert plan.chosen is not None
    data, question, (choice, servers) = plan.data, plan.question, plan.chosen.solution.plan
    if data.demand is None:
        return
    gwh = question.gwh(data.demand)
    step = 1.0 if gwh >= 10 else 0.01 * gwh
    kept = data
    for name, count in servers.items():
        kept = kept.counted(name, count)
    for name, option in choice.items():
        kept = kept.only(name, option)
    for sign, word in ((1, "more"), (-1, "less")):
        demand = data.demand * (1 + sign * step / gwh)
        what = f"{number(step)} GWh a year {word} demand"
        per = sign * step * KWH_PER_GWH
        unit = "USD for each kWh more" if data.goal in ("cost", "profit") else ""
        yield Change(what, replace(data, demand=demand), solver, per=per, unit=unit)
        yield Change(
            f"{what}, machines and settings as they are", replace(kept, demand=demand), solver, per=per, unit=unit
        )
