"""Each strategy at its best: how many engineers, and when to add which line, by the expansion model on its own ramps.

Ramps of the strategy are simulated at some numbers of engineers. The model starts each line when it likes and
takes the curve by age of its place in the order; what lines do to each other at other times it does not see. So the
plan is lived through like any other strategy, and kept only where it is worth more than the strategy with lines ordered
as declared, at the number of engineers that is best then.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from optimize.figures import Interval
from optimize.growth.at_best_lines import first_quarter, lead_quarters
from optimize.growth.expansion import ExpansionPlan, Options
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.finals import Finalist
from optimize.growth.site import Site
from optimize.growth.strategy import Scheduled, Strategy
from optimize.growth.verdict import MONTHS_PER_QUARTER, Lived
from optimize.solve import Solver
from twin import Scenarios

# of the frontier, from no insolvency to any
_STEPS = 4
# plans of an option that are tried one by one rather than modelled: some milliseconds each
_FEW = 300


@dataclass(frozen=True)
class Round:
    """One plan that the model proposed, lived through.

    Attributes:
        option: number of engineers, as people call it.
        start_quarters: of the lines.
        promised: net present value by the model as it was corrected then [MUSD].
        lived: by the books [MUSD].
    """

    option: str
    start_quarters: tuple[int | None, ...]
    promised: float
    lived: Interval


@dataclass(frozen=True)
class AtBest:
    """What came of planning one strategy.

    Attributes:
        plan: of the expansion model; where it is better to build nothing, the best one that builds, if that was asked.
        strategy: the one that goes into the comparison: planned, or with lines ordered as declared and the best
            number of engineers, where that is worth more.
        planned: whether it is a planned one; if not, lines are ordered as declared.
        predicted: net present value by the model, over its futures [MUSD]; None without a plan.
        simulated: the plan lived through the same futures [MUSD]; None where it builds nothing, or was not lived.
        declared: the strategy as declared in the same futures [MUSD].
        staffed: the same with each number of engineers that was tried, lines ordered as declared [MUSD].
        frontier: the best plan for each allowed chance of insolvency, the least one first.
        rounds: plans that were lived one after another, the model corrected after each.
        settled: whether the model has nothing else to offer: its last plan was lived before, or builds nothing.
        idle: whether the model would rather build nothing, which costs and brings nothing.
        pool: every way of it that was lived and may be taken, in the futures of its planning; as declared first.
        finals: how far the best of those came in more futures, the one that is taken first; nothing before.
    """

    plan: ExpansionPlan
    strategy: Strategy
    planned: bool
    predicted: float | None
    simulated: Interval | None
    declared: Interval
    staffed: Mapping[int, Interval]
    frontier: tuple[ExpansionPlan, ...] = ()
    rounds: tuple[Round, ...] = ()
    settled: bool = True
    idle: bool = False
    pool: tuple[Lived, ...] = ()
    finals: tuple[Finalist, ...] = ()

    def taking(self, finals: Sequence[Finalist]) -> AtBest:
        """Return the same with the way that did best in more futures."""
        taken = finals[0].strategy
        declared = self.pool[0].strategy
        return replace(self, strategy=taken, planned=taken.build != declared.build, finals=tuple(finals))

    @property
    def at_edge(self) -> bool:
        """Whether the most engineers that were tried are taken, so that still more may be worth more."""
        return self.strategy.engineers >= max(self.staffed)


def variants(strategy: Strategy, factors: Sequence[float]) -> dict[str, Strategy]:
    """Return a strategy with other numbers of engineers, by what people call it."""
    counts = sorted({max(1, round(strategy.engineers * factor)) for factor in factors})
    return {f"{count} engineers": strategy.model_copy(update={"engineers": count}) for count in counts}


class Asked:
    """The expansion model asked when to add which line and with how many engineers, and what more or less risk brings.

    Args:
        data: the question.
        solved: what was solved of questions that are much the same; see :class:`Options`.
    """

    def __init__(self, data: ExpansionData, solved: dict[Hashable, ExpansionPlan]) -> None:
        self._data, self._solver, self._solved = data, Solver(gap=1e-3, time_limit=20.0), solved
        self._options = Options(data, self._solver, _FEW, solved)
        self.best = self._options.best(data.risk)

    def at_other_risks(self) -> tuple[ExpansionPlan, ...]:
        """Return the best plan for each of some chances of insolvency, the least one first."""
        risks = _chances(self._data.outlook.count)
        # what was best without a limit is known, and need not be found again
        options = Options(self._data, self._solver, _FEW, self._solved) if self._data.risk.in_words else self._options
        found = [options.best(self._data.risking(risk).risk, reasons=False) for risk in reversed(risks)]
        return tuple(reversed(found))


def _chances(futures: int) -> list[float]:
    """Return some chances of insolvency that so many futures can tell apart, the least first."""
    return sorted({round(futures * part / _STEPS) / futures for part in range(_STEPS + 1)})


def strategy_of(
    plan: ExpansionPlan, strategy: Strategy, tried: Mapping[str, Strategy], site: Site, futures: Scenarios
) -> Strategy | None:
    """Return the strategy that a plan makes of a declared one and its variants; None when it builds nothing."""
    if plan.option is None:
        return None
    lead = lead_quarters(strategy, site, futures)
    starts = [quarter for quarter in plan.start_quarters if quarter is not None]
    first = first_quarter(strategy, futures)
    orders = [(quarter - lead - first) * MONTHS_PER_QUARTER for quarter in starts]
    build = Scheduled(rule="scheduled", orders=tuple(max(order, 0) for order in orders))
    return tried[plan.option].model_copy(update={"build": build})


def better(
    plan: ExpansionPlan,
    declared: Lived,
    staffed: Sequence[Lived],
    planned: Sequence[Lived] = (),
    others: tuple[ExpansionPlan, ...] = (),
) -> AtBest:
    """Return which of some ways of a strategy goes into the comparison, by the same futures.

    Args:
        plan: of the expansion model.
        declared: the strategy as declared.
        staffed: the same with each number of engineers that was tried.
        planned: plans that were lived.
        others: plans for other risks.
    """
    # what was declared first: others have to be worth more
    pool = (declared, *staffed, *planned)
    best = max(pool, key=lambda one: one.npv.mean)
    by_engineers = {one.strategy.engineers: one.npv for one in staffed}
    wins = any(best is one for one in planned)
    return AtBest(plan, best.strategy, wins, plan.npv, None, declared.npv, by_engineers, others, pool=pool)
