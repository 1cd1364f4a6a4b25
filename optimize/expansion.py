"""plan_expansion(data) -> ExpansionPlan: when to add what at best, and how that changes with the risk that is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from optimize.expansion_data import ExpansionData, Start
from optimize.expansion_outcome import Outcome, outcome
from optimize.model.expansion import build_expansion
from optimize.model.runway import ask_for_cash
from optimize.solve import HIGHS, Solver, ask, versions

_ROUNDING = 1e-9


@dataclass(frozen=True)
class ExpansionPlan:
    """A plan of growth.

    Attributes:
        status: "optimal", "infeasible", "time limit" or the solver's own word for anything else.
        data: the question.
        starts: of the lines that are built, first line first; empty when none is.
        predicted: what it brings in each future; None when there is no plan.
        bound: no plan has a higher expected net present value [MUSD]; None when unknown.
        why: why there is no plan, in words.
        build_seconds: time of building [s].
        seconds: time of solving [s].
        solver: its name.
        versions: of what solved it.
    """

    status: str
    data: ExpansionData
    starts: tuple[Start, ...] = ()
    predicted: Outcome | None = None
    bound: float | None = None
    why: str = ""
    build_seconds: float = 0.0
    seconds: float = 0.0
    solver: str = "highs"
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there is a plan, proved to be the best or not."""
        return self.predicted is not None

    @property
    def option(self) -> str | None:
        """How all lines are run; None when none is built."""
        return self.starts[0][0] if self.starts else None

    @property
    def start_quarters(self) -> tuple[int | None, ...]:
        """The quarter in which each line starts, None for one that is not built."""
        quarters = {line: quarter for _, line, quarter in self.starts}
        return tuple(quarters.get(line) for line in range(self.data.most_lines))

    @property
    def npv(self) -> float | None:
        """Expected net present value [MUSD]; None when there is no plan."""
        return None if self.predicted is None else float(self.data.outlook.probability @ self.predicted.npv)

    @property
    def insolvency(self) -> float | None:
        """Probability of insolvency [-]; None when there is no plan."""
        return None if self.predicted is None else float(self.data.outlook.probability @ self.predicted.insolvent)

    @property
    def gap(self) -> float | None:
        """How far the plan may be from the best, relative to it [-]; None when unknown."""
        if self.npv is None or self.bound is None:
            return None
        return abs(self.bound - self.npv) / max(abs(self.npv), _ROUNDING)


def plan_expansion(data: ExpansionData, solver: Solver = HIGHS) -> ExpansionPlan:
    """Return the plan with the highest expected net present value within the risk that is taken.

    Args:
        data: the question.
        solver: how it is solved.
    """
    begin = perf_counter()
    model = build_expansion(data)
    built = perf_counter()
    told = ask(model, solver)
    plan = ExpansionPlan(
        told.status,
        data,
        bound=told.bound,
        build_seconds=built - begin,
        seconds=perf_counter() - built,
        solver=solver.name,
        versions=versions(),
    )
    if told.found:
        told.load()
        starts = _starts(model, data)
        return replace(plan, starts=starts, predicted=outcome(data, starts))
    return replace(plan, why=_why(data, solver)) if told.status == "infeasible" else plan


def frontier(data: ExpansionData, risks: Sequence[float], solver: Solver = HIGHS) -> list[ExpansionPlan]:
    """Return the best plan for each allowed probability of insolvency, in the order of these.

    From the largest to the smallest: a plan that is less risky than it may be is the best for less risk too.

    Args:
        data: the question; the probability that it allows itself does not count.
        risks: largest allowed probabilities [-].
        solver: how models are solved.
    """
    found: dict[float, ExpansionPlan] = {}
    last: ExpansionPlan | None = None
    for risk in sorted(set(risks), reverse=True):
        asked = data.risking(risk)
        if last is not None and last.insolvency is not None and last.insolvency <= risk + _ROUNDING:
            last = replace(last, data=asked)
        else:
            last = plan_expansion(asked, solver)
        found[risk] = last
    return [found[risk] for risk in risks]


def _starts(model: Any, data: ExpansionData) -> tuple[Start, ...]:
    """Return the starts that a solved model holds."""
    made = [one for one in data.starts if model.start[one].value > 0.5]
    return tuple(sorted(made, key=lambda one: one[1:]))


def _why(data: ExpansionData, solver: Solver) -> str:
    """Say why there is no plan, and with how much more cash there would be one."""
    wanted = f"at least {data.least_lines} {'line' if data.least_lines == 1 else 'lines'}"
    limits = []
    if data.risk.insolvency is not None:
        limits.append(f"a probability of insolvency of at most {data.risk.insolvency:.3g}")
    if data.risk.floor is not None:
        limits.append(
            f"a mean lowest headroom of at least {data.risk.floor:,.4g} MUSD in the worst {data.risk.tail:.3g} of the "
            "futures"
        )
    spaced = f"{data.gap} quarters apart" if data.gap else "one after the other"
    apart = f"{wanted} cannot be started {spaced} in the quarters in which they may start"
    if not limits:
        return apart
    model = build_expansion(data)
    if not hasattr(model, "more_cash"):
        return apart
    ask_for_cash(model)
    told = ask(model, solver)
    if told.status == "infeasible":
        return apart
    missed = f"no plan with {wanted} has {' and '.join(limits)}"
    if not told.found or told.objective is None:
        return missed
    more, whole = told.objective, data.purse.cash + told.objective
    return f"{missed}; with {more:,.1f} MUSD more at the start, {whole:,.1f} in all, one has"
