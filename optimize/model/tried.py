"""Plans that are not wanted again: those that were tried, and those that only add machines to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimize.effects import Choice
from optimize.plan_data import PlanData

Chosen = tuple[Choice, Any]


def forbid(model: Any, data: PlanData, plans: Sequence[Chosen], only_more: bool) -> None:
    """Forbid plans.

    A plan differs from a forbidden one in an option, or it has fewer servers somewhere, or, unless plans that only add
    servers are forbidden as well, more::

        sum_g (1 - chosen[g, option of the plan]) + sum_s fewer[s] (+ more[s]) >= 1
        servers[s] <= servers of the plan - 1 + (highest - servers of the plan + 1) (1 - fewer[s])

    Args:
        model: to which the rows are added.
        data: its numbers.
        plans: as options chosen and servers by station.
        only_more: forbid every plan too that has the options of a forbidden one and nowhere fewer servers.
    """
    import pyomo.environ as pyo

    turned = [(number, s) for number in range(len(plans)) for s in data.stations]
    model.fewer = pyo.Var(turned, domain=pyo.Binary, doc="station has fewer machines than in a tried plan [-]")
    model.more = pyo.Var(turned, domain=pyo.Binary, doc="station has more machines than in a tried plan [-]")

    def new(m: Any, number: int) -> Any:
        choice, _ = plans[number]
        same = pyo.quicksum(1 - m.chosen[group, option] for group, option in choice.items())
        counts = pyo.quicksum(m.fewer[number, s] + (0 if only_more else m.more[number, s]) for s in data.stations)
        return same + counts >= 1

    def fewer(m: Any, number: int, s: str) -> Any:
        count = plans[number][1][s]
        return m.servers[s] <= count - 1 + (data.highest[s] - count + 1) * (1 - m.fewer[number, s])

    def more(m: Any, number: int, s: str) -> Any:
        count = plans[number][1][s]
        return m.servers[s] >= count + 1 - (count + 1 - data.lowest[s]) * (1 - m.more[number, s])

    numbers = list(range(len(plans)))
    model.differs = pyo.Constraint(numbers, rule=new, doc="a plan is not one that was tried [-]")
    model.has_fewer = pyo.Constraint(turned, rule=fewer, doc="fewer machines where it says so [-]")
    model.has_more = pyo.Constraint(turned, rule=more, doc="more machines where it says so [-]")
