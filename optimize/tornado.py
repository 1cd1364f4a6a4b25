"""What doubt in the declared numbers does to a plan: the ten that matter most, each at both ends of its range."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

from optimize.around import Swing
from optimize.cache import Cache
from optimize.explore import Answer, Asked, ask
from optimize.refine import Plan
from optimize.rounds import Round
from optimize.workers import Pool, Tell, ask_all
from twin import Input, InputError, Line, inputs, knobs, put, split, turn, unit_costs


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
    """

    fixed: float
    material: float
    energy: float
    drawn: float
    standing: float
    price: float


def tornado(
    plan: Plan, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None
) -> tuple[Swing, ...]:
    """Return the swings of the goal for the most uncertain inputs of a plan, as many as the study asks for.

    All inputs with a range are screened. Prices, cost rows and energy go through the plant's accounts, which is exact
    for what they change. Declared defect rates and failures are screened by what they would waste, cells or machine
    time, and those of them that are among the most uncertain are simulated at both ends with the plan's luck.
    Parameters of physics have no such formula and are not screened: what they do is seen by turning knobs, not here.
    Inputs that the plan itself turns are left out, and so is the cell, which is a choice and no doubt.

    Args:
        plan: with a chosen plan.
        workers: processes that simulate.
        tell: called with what is being done.
        cache: what the twin was asked before.
    """
    chosen, question = plan.chosen, plan.question
    if chosen is None or question.line.prices is None or question.study.tornado == 0:
        return ()
    settings = question.settings(*chosen.solution.plan)
    line = turn(question.line, settings)
    turned = {path for name in settings for path in knobs(line)[name].paths}
    left = [one for one in inputs(line) if one.path not in turned and not one.path.startswith("cell.")]
    base = _plant(plan, line)
    screened = []
    for place, one in enumerate(left):
        screened.append((one, _by_accounts(plan, chosen, line, base, one), _wasted(plan, chosen, one)))
        if tell is not None:
            tell("screen inputs", place + 1, len(left))
    screened.sort(key=lambda row: -max(abs(row[1][0]), abs(row[1][1]), row[2]))
    widest = [row for row in screened if max(abs(row[1][0]), abs(row[1][1]), row[2]) > 0][: question.study.tornado]
    asked = [one for one, ends, wasted in widest if wasted > 0]
    seen = _in_the_twin(plan, chosen, asked, workers, tell, cache)
    found = [(one, seen.get(one.path, ends)) for one, ends, _ in widest]
    return tuple(Swing(one.path, str(one.low), str(one.high), *ends) for one, ends in found)


def _plant(plan: Plan, line: Line) -> _Plant:
    """Return the accounts of a plant with the flows of a plan."""
    assert plan.chosen is not None and line.prices is not None
    (choice, servers), costs = plan.chosen.solution.plan, unit_costs(line)
    loads = plan.data.loads(choice)
    kept = {name: factor.at(choice) for name, factor in plan.data.kept.items()}
    owned = sum((costs.owning[name] + costs.staffing[name]) * count for name, count in servers.items())
    return _Plant(
        fixed=owned + costs.standing,
        material=sum((costs.material[n] - (1 - kept[n]) * costs.returned[n]) * loads[n] for n in loads),
        energy=sum(costs.energy[name] * load for name, load in loads.items()),
        drawn=sum(costs.energy_used[name] * load for name, load in loads.items()),
        standing=costs.standing_energy,
        price=line.prices.cell_price,
    )


def _by_accounts(plan: Plan, chosen: Round, line: Line, base: _Plant, one: Input) -> tuple[float, float]:
    """Return what both ends of an input change by the accounts, the flows of the plan as they are."""

    def change(end: str | float) -> float:
        try:
            there = _plant(plan, put(line, {one.path: end}))
        except InputError:
            # what no plant can have changes nothing that could be told
            return 0.0
        return mean(_changed(chosen, answer, base, there) for answer in chosen.answers)

    return change(one.low), change(one.high)


def _changed(chosen: Round, answer: Answer, base: _Plant, there: _Plant) -> float:
    """Return by how much the goal of a run changes with the accounts."""
    sold, goal = chosen.sold(answer), chosen.data.goal
    if goal == "output":
        return 0.0
    if goal == "energy":
        return (there.drawn / base.drawn - 1) * answer.per_cell["drawn"] * sold + there.standing - base.standing
    material = (there.material / base.material - 1) * answer.per_cell["material"]
    energy = (there.energy / base.energy - 1) * answer.per_cell["energy"]
    cost = there.fixed - base.fixed + (material + energy) * sold
    return cost if goal == "cost" else (there.price / base.price - 1) * answer.per_cell["revenue"] * sold - cost


def _wasted(plan: Plan, chosen: Round, one: Input) -> float:
    """Return about what a declared defect or failure wastes more at its worse end [USD/yr]; 0 for other inputs."""
    first, *rest = one.path.split(".")
    sizes = [float(found[0]) for end in (one.low, one.high, one.value) if (found := split(end)) is not None]
    if len(sizes) < 3 or sizes[2] <= 0:
        return 0.0
    # in units of what is declared, so that no unit has to be read
    worse = max(sizes[1] / sizes[2] - 1, 1 - sizes[0] / sizes[2])
    data, (choice, servers) = plan.data, chosen.solution.plan
    if first == "defects" and rest[-1].startswith("per_"):
        sold = mean(chosen.sold(answer) for answer in chosen.answers)
        return worse * _share_lost(plan.question.line, rest[0], rest[-1]) * data.for_cell("material", choice) * sold
    if first == "stations" and rest[1] == "failures" and rest[-1] in ("mtbf", "mttr"):
        takes = sum(data.per_server[what][rest[0]].at(choice) for what in ("owning", "staffing"))
        failures = plan.question.line.stations[rest[0]].failures
        down = float(failures.mttr / failures.mtbf) if failures else 0.0
        return float(down * worse * takes * servers[rest[0]])
    return 0.0


def _share_lost(line: Line, mode: str, per: str) -> float:
    """Return about which share of cells a declared defect rate hits; 0 where physics makes the defect instead."""
    declared = line.defects[mode]
    born = [one for name, one in line.stations.items() if one.step.kind in declared.born or name in declared.born]
    if line.cell is None or all(mode in one.step.explains for one in born):
        return 0.0
    rate = float(getattr(declared, per) or 0.0)
    # a metre of web is about a square metre
    return min(1.0, rate * (line.cell.cathode.area if per in ("per_area", "per_length") else 1.0))


def _in_the_twin(
    plan: Plan, chosen: Round, asked: list[Input], workers: int | Pool, tell: Tell | None, cache: Cache | None
) -> dict[str, tuple[float, float]]:
    """Return what both ends of some inputs change in the twin, run by run with the plan's luck."""
    study, line = plan.question.study, plan.question.line
    settings = plan.question.settings(*chosen.solution.plan)
    ends = [(one.path, end) for one in asked for end in (one.low, one.high)]
    runs = [
        Asked(put(line, {path: end}), settings, study.days, study.warmup, study.seed + number)
        for path, end in ends
        for number in range(study.explore)
    ]
    answers = iter(ask_all(ask, runs, workers, "uncertain inputs", tell, cache))
    found: dict[str, list[float]] = {}
    for path, _ in ends:
        pairs = [(next(answers), chosen.response.answers[number]) for number in range(study.explore)]
        goals = [chosen.goal_of(there) - chosen.goal_of(here) for there, here in pairs if not there.fault]
        found.setdefault(path, []).append(mean(goals) if goals else 0.0)
    return {path: (low, high) for path, (low, high) in found.items()}
