"""What a declared number changes by the accounts alone: prices, cost rows, energy; flows are those of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import mean

from optimize.explore import Answer
from optimize.refine import Plan
from optimize.rounds import Round
from twin import Input, InputError, Line, put, unit_costs

# what a run of the twin never looks at: it only counts when the run is paid for
_ACCOUNTS = (
    "prices.*",
    "facilities.*",
    "stations.*.energy.*",
    "stations.*.cost.*",
    "stations.*.consumes.*",
    "stations.*.capital",
    "stations.*.upkeep",
)


@dataclass(frozen=True)
class _Plant:
    """What the accounts say of a plant that runs a plan.

    Attributes:
        fixed: cost of a year that does not come with cells [USD/yr].
        material: bought material of a good cell, less what scrap brings back [USD/cell].
        energy: [USD/cell].
        drawn: energy that comes with a cell [J/cell].
        standing: energy drawn whatever is made [J/yr].
        price: of a cell's energy [USD/J].
        returned: what a cell costs that comes back [USD].
    """

    fixed: float
    material: float
    energy: float
    drawn: float
    standing: float
    price: float
    returned: float


def by_accounts(path: str) -> bool:
    """Return whether only the accounts know a declared number, so that no run has to be made for it."""
    return any(fnmatchcase(path, pattern) for pattern in _ACCOUNTS)


class Accountant:
    """Tells what doubt in prices and costs changes of a plan's goal.

    Args:
        plan: an answered study.
        chosen: its plan.
        line: the plant with the plan's settings, with prices.
    """

    def __init__(self, plan: Plan, chosen: Round, line: Line) -> None:
        self._plan, self._chosen, self._line = plan, chosen, line
        self._base = self._plant(line)

    def changes(self, one: Input) -> tuple[float, float]:
        """Return what both ends of an input change of the goal; what no plant can have changes nothing."""
        return self._change(one, one.low), self._change(one, one.high)

    def _change(self, one: Input, end: str | float) -> float:
        try:
            there = self._plant(put(self._line, {one.path: end}))
        except InputError:
            return 0.0
        return mean(self._changed(answer, there) for answer in self._chosen.answers)

    def _changed(self, answer: Answer, there: _Plant) -> float:
        """Return by how much the goal of a run changes with the accounts."""
        base, sold, goal = self._base, self._chosen.sold(answer), self._chosen.data.goal
        if goal == "output":
            return 0.0
        if goal == "energy":
            return (there.drawn / base.drawn - 1) * answer.per_cell["drawn"] * sold + there.standing - base.standing
        material = (there.material / base.material - 1) * answer.per_cell["material"]
        energy = (there.energy / base.energy - 1) * answer.per_cell["energy"]
        cost = there.fixed - base.fixed + (material + energy) * sold
        if goal == "cost":
            return cost
        returns = (there.returned / base.returned - 1) * answer.per_cell["returns"] if base.returned else 0.0
        return ((there.price / base.price - 1) * answer.per_cell["revenue"] - returns) * sold - cost

    def _plant(self, line: Line) -> _Plant:
        """Return the accounts of a plant with the flows of the plan."""
        assert line.prices is not None
        data, (choice, servers), costs = self._plan.data, self._chosen.solution.plan, unit_costs(line)
        loads = data.loads(choice)
        kept = {name: factor.at(choice) for name, factor in data.kept.items()}
        owned = sum((costs.owning[name] + costs.staffing[name]) * count for name, count in servers.items())
        return _Plant(
            fixed=owned + costs.standing,
            material=sum((costs.material[n] - (1 - kept[n]) * costs.returned[n]) * loads[n] for n in loads),
            energy=sum(costs.energy[name] * load for name, load in loads.items()),
            drawn=sum(costs.energy_used[name] * load for name, load in loads.items()),
            standing=costs.standing_energy,
            price=line.prices.cell_price,
            returned=line.prices.returned or 0.0,
        )
