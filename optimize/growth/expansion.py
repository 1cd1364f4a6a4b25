"""plan_expansion(data) -> ExpansionPlan: when to add what at best, and how that changes with the risk that is taken."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, inf
from time import perf_counter
from typing import Any

from optimize.growth.expansion_data import ExpansionData, Start
from optimize.growth.expansion_outcome import Outcome, outcome
from optimize.growth.expansion_terms import Risk
from optimize.model.expansion import build_expansion
from optimize.model.runway import ask_for_cash
from optimize.solve import HIGHS, Solver, Told, ask, versions

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
        seconds: time of building and solving all models that were needed [s].
        solver: its name.
        versions: of what solved it.
    """

    status: str
    data: ExpansionData
    starts: tuple[Start, ...] = ()
    predicted: Outcome | None = None
    bound: float | None = None
    why: str = ""
    seconds: float = 0.0
    solver: str = "highs"
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there is a plan, proved to be the best or not."""
        return self.predicted is not None

    @property
    def finished(self) -> bool:
        """Whether the solver came to an end."""
        return self.status in ("optimal", "infeasible")

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
        solver: how each option's model is solved.
    """
    return Options(data, solver).best(data.risk)


def frontier(data: ExpansionData, risks: Sequence[float], solver: Solver = HIGHS) -> list[ExpansionPlan]:
    """Return the best plan for each allowed probability of insolvency, in the order of these.

    Args:
        data: the question; the probability that it allows itself does not count.
        risks: largest allowed probabilities [-].
        solver: how each option's model is solved.
    """
    options = Options(data, solver)
    # what is known of an option holds for less risk as a bound
    found = {risk: options.best(data.risking(risk).risk) for risk in sorted(set(risks), reverse=True)}
    return [found[risk] for risk in risks]


class Options:
    """The best plan of each option, found one by one: that is faster than one model of all, and many need no solving.

    A plan that was best for more risk is the best for less risk too when it is not riskier than it may be; if not, its
    bound still holds. First of all, each option is planned without any limit on risk.

    Args:
        data: the question.
        solver: how models are solved.
        few: an option that has no more plans than this is not modelled: all of them are tried, which is sooner done.
        solved: what was solved for questions that differ from this one in no more than what the books say beyond the
            model, how many lines are built and when they may start. What is solved here is put there.
    """

    def __init__(
        self, data: ExpansionData, solver: Solver, few: int = 0, solved: dict[Hashable, ExpansionPlan] | None = None
    ) -> None:
        self._data, self._solver, self._few = data, solver, few
        self._solved = {} if solved is None else solved
        self._known: dict[str, ExpansionPlan] = {}

    def best(self, risk: Risk, reasons: bool = True) -> ExpansionPlan:
        """Return the best plan for a risk, which is no larger than the one that was asked for before.

        Args:
            risk: that is taken.
            reasons: whether it is said why there is no plan, for which more is solved.
        """
        begin, best = perf_counter(), ExpansionPlan("infeasible", self._data)
        for name in self._data.able:
            if name not in self._known:
                self._plan(name, Risk())
        for name in sorted(self._known, key=lambda one: -_bound(self._known[one])):
            plan, bar = self._known[name], -inf if best.npv is None else best.npv
            if _bound(plan) <= bar + self._solver.gap * abs(bar if best.found else 0.0):
                break
            if plan.predicted is None or not plan.predicted.within(risk, self._data.outlook.probability):
                plan = self._plan(name, risk)
            if plan.npv is not None and plan.npv > bar:
                best = plan
        return replace(self._whole(best, risk, reasons), seconds=perf_counter() - begin)

    def _plan(self, name: str, risk: Risk) -> ExpansionPlan:
        """Plan an option and remember the best that is known of it."""
        data, point = replace(self._data.only(name), risk=risk), self._data.options[name]
        question = (name, risk, data.least_lines, point.starts, point.beyond.tobytes())
        if question not in self._solved:
            plans = _every_plan(data, self._few)
            self._solved[question] = _solve(data, self._solver) if plans is None else _best_of(data, plans)
        plan = self._solved[question]
        if name in self._known:
            plan = replace(plan, bound=min(_bound(plan), _bound(self._known[name])))
        self._known[name] = plan
        return plan

    def _whole(self, best: ExpansionPlan, risk: Risk, reasons: bool) -> ExpansionPlan:
        """Return the best plan of an option as that of all options."""
        data = replace(self._data, risk=risk)
        highest = max((_bound(plan) for plan in self._known.values()), default=-inf)
        # a plan that was not finished may hide a better one
        late = [plan.status for plan in self._known.values() if not plan.finished and _bound(plan) >= highest]
        return replace(
            best,
            data=data,
            status=late[0] if late else best.status,
            bound=highest if abs(highest) < inf else None,
            why=_why(data, self._solver) if reasons and not (best.found or late) else "",
            solver=self._solver.name,
            versions=versions(),
        )


def _every_plan(data: ExpansionData, most: int) -> list[tuple[Start, ...]] | None:
    """Return every plan of one option whose lines come in order; None when there are more than so many."""
    if not data.in_order or not most:
        return None
    ((name, point),) = data.options.items()
    found: list[tuple[Start, ...]] = [()]
    last = found
    for line, allowed in enumerate(point.starts):
        last = [
            (*plan, (name, line, quarter))
            for plan in last
            for quarter in allowed
            if not plan or (quarter == plan[-1][2] if data.together else quarter >= plan[-1][2] + data.gap)
        ]
        found = found + last
        if len(found) > most:
            return None
    return [plan for plan in found if len(plan) >= data.least_lines]


def _best_of(data: ExpansionData, plans: Sequence[tuple[Start, ...]]) -> ExpansionPlan:
    """Return the best of all plans that are no riskier than they may be."""
    best = ExpansionPlan("infeasible", data)
    for starts in plans:
        plan = ExpansionPlan("optimal", data, starts, outcome(data, starts))
        assert plan.predicted is not None and plan.npv is not None
        if plan.predicted.within(data.risk, data.outlook.probability) and plan.npv > _value(best):
            best = replace(plan, bound=plan.npv)
    return best


def _value(plan: ExpansionPlan) -> float:
    return -inf if plan.npv is None else plan.npv


def _bound(plan: ExpansionPlan) -> float:
    """Return a value that no plan of an option exceeds [MUSD]."""
    if plan.status == "infeasible":
        return -inf
    return inf if plan.bound is None else plan.bound


def _solve(data: ExpansionData, solver: Solver) -> ExpansionPlan:
    """Return the best plan of all that a model holds."""
    model = build_expansion(data)
    told = ask(model, solver)
    plan = ExpansionPlan(told.status, data, bound=told.bound)
    if not told.found:
        return plan
    told.load()
    starts = _starts(model, data)
    return replace(plan, starts=starts, predicted=outcome(data, starts))


def _starts(model: Any, data: ExpansionData) -> tuple[Start, ...]:
    """Return the starts that a solved model holds."""
    made = [one for one in data.starts if model.start[one].value > 0.5]
    return tuple(sorted(made, key=lambda one: one[1:]))


def _why(data: ExpansionData, solver: Solver) -> str:
    """Say why there is no plan, and with how much more cash there would be one."""
    wanted = f"at least {data.least_lines} {'line' if data.least_lines == 1 else 'lines'}"
    spaced = f"{data.gap} quarters apart" if data.gap else "together" if data.together else "one after the other"
    apart = f"{wanted} cannot be started {spaced} in the quarters in which they may start"
    limits = data.risk.in_words
    if not limits:
        return apart
    told = [_least_cash(data.only(name), solver) for name in data.able]
    if all(one.status == "infeasible" for one in told):
        return apart
    missed = f"no plan with {wanted} has {' and '.join(limits)}"
    more = min((one.objective for one in told if one.found and one.objective is not None), default=None)
    if more is None:
        return missed
    # rounded up, so that what is told is enough
    more = ceil(more * 10) / 10
    return f"{missed}; with {more:,.1f} MUSD more at the start, {data.purse.cash + more:,.1f} in all, one has"


def _least_cash(data: ExpansionData, solver: Solver) -> Told:
    """Return what a solver says of the least cash that is missing at the start [MUSD]."""
    model = build_expansion(data)
    ask_for_cash(model)
    return ask(model, solver)
