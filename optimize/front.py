"""Two goals weighed: one is served as well as it can be while the other one is held, from one end to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple

from optimize.around import Front
from optimize.cache import Cache
from optimize.explore import Response, ask, asked
from optimize.figures import Interval, interval
from optimize.plan_data import SECONDS_PER_YEAR, PlanData
from optimize.question import JOULES_PER_GWH
from optimize.refine import Plan
from optimize.rounds import Round
from optimize.solve import Solution, solve
from optimize.words import station
from optimize.workers import Pool, Tell, ask_all
from twin import InputError

POINTS = 20


@dataclass(frozen=True)
class Weighed:
    """Something that may be weighed against another.

    Attributes:
        title: what people call it.
        scale: what it is multiplied by before people read it.
        more: whether more of it is better.
        goal: whether a model may ask for it; what is not is held as a limit.
        limit: name of the limit that holds it; "" for what is held by the demand.
    """

    title: str
    scale: float
    more: bool
    goal: bool
    limit: str | None


WEIGHED = {
    "cost": Weighed("cost [MUSD/yr]", 1e-6, False, True, None),
    "profit": Weighed("profit [MUSD/yr]", 1e-6, True, True, None),
    "energy": Weighed("energy [GWh/yr]", 1 / JOULES_PER_GWH, False, True, "power"),
    "output": Weighed("good cells [GWh/yr]", 1.0, True, False, ""),
    "yield": Weighed("first-pass yield [%]", 100.0, True, False, "first_pass"),
    "capital": Weighed("capital [MUSD]", 1e-6, False, False, "capital"),
    "floor": Weighed("floor [m²]", 1.0, False, False, "floor"),
    "escapes": Weighed("flaws that leave the plant [ppm]", 1e6, False, False, "escapes"),
}


def read_goals(text: str, points: int = POINTS) -> tuple[str, str]:
    """Return two goals such as "cost,yield", the one that a model asks for first.

    Raises:
        InputError: they cannot be weighed.
    """
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in WEIGHED:
            close = get_close_matches(name, WEIGHED, n=1)
            cure = f"did you mean '{close[0]}'?" if close else f"expected two of {', '.join(WEIGHED)}"
            raise InputError(f"--pareto {text}: no goal '{name}'; {cure}")
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(f"--pareto {text}: expected two different goals such as cost,yield")
    if points < 2:
        raise InputError(f"--points {points}: a front has two ends, expected at least 2")
    for first, second in (names, names[::-1]):
        if WEIGHED[first].goal and WEIGHED[second].limit is not None and (first, second) != ("profit", "output"):
            return first, second
    raise InputError(f"--pareto {text}: these cannot be weighed; take cost, profit or energy with one of the others")


class Weighing(NamedTuple):
    """Plans that no other one beats in both of two goals, by the model.

    Attributes:
        plan: the answered study that they lie around.
        goals: of :func:`read_goals`.
        kept: the question of each, and its answer.
    """

    plan: Plan
    goals: tuple[str, str]
    kept: list[tuple[PlanData, Solution]]

    def by_model(self) -> Front:
        """Return the front as the model has it."""
        return Front(
            (WEIGHED[self.goals[0]].title, WEIGHED[self.goals[1]].title),
            [_of_model(self.plan, data, one, self.goals) for data, one in self.kept],
            ["; ".join(_words(self.plan, one)) for _, one in self.kept],
            (),
            [f"{one.status}, gap {one.gap or 0.0:.2g}" for _, one in self.kept],
        )

    def in_twin(self, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None) -> Front:
        """Return the front with what the twin makes of each plan."""
        responses = _simulated(self.plan, [one for _, one in self.kept], workers, tell, cache)
        rounds = [Round(one, data, {}, seen) for (data, one), seen in zip(self.kept, responses, strict=True)]
        return self.by_model()._replace(simulated=[_both_of_twin(self.plan, tried, self.goals) for tried in rounds])


def weigh(plan: Plan, goals: tuple[str, str], points: int = POINTS, tell: Tell | None = None) -> Weighing:
    """Return the plans between which two goals have to be weighed, by the model alone, which takes seconds.

    The second goal is held at evenly spaced values between what it is when nobody asks for it and the best it can be;
    the first one is served best at each. What another plan beats in both is dropped. Models are solved in this process.

    Args:
        plan: an answered study; its model is exact at the chosen plan.
        goals: of :func:`read_goals`.
        points: values of the second goal.
        tell: called with what is being done.
    """
    found = []
    for place, data in enumerate(_questions(plan, *goals, points)):
        found.append((data, solve(data, plan.solver)))
        if tell is not None:
            tell("front", place + 1, points)
    return Weighing(plan, goals, _undominated([(data, one) for data, one in found if one.found], goals))


def pareto(
    plan: Plan,
    goals: tuple[str, str],
    points: int = POINTS,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
) -> Front:
    """Return the plans of :func:`weigh`, each simulated.

    Args:
        plan: an answered study.
        goals: of :func:`read_goals`.
        points: values of the second goal.
        workers: processes that simulate.
        tell: called with what is being done.
        cache: what the twin was asked before.
    """
    return weigh(plan, goals, points, tell).in_twin(workers, tell, cache)


def _questions(plan: Plan, first: str, second: str, points: int) -> Iterator[PlanData]:
    """Yield the questions whose answers are the front, the second goal held ever better."""
    data = replace(plan.data, goal=first)  # type: ignore[arg-type]
    hold = _held_by_demand if second == "output" else _held_by(WEIGHED[second].limit or "")
    free = solve(data, plan.solver)
    if not free.found:
        return
    ends = _value(data, free, second), _best(data, second, plan)
    if second == "output":
        # a cost is least where nothing is made, so the front begins at a tenth of the most
        ends = ends[1] / points, ends[1]
    for place in range(points):
        share = place / (points - 1)
        # a hair wider, so that rounding does not lock out the plan that is meant
        yield hold(data, (ends[0] + share * (ends[1] - ends[0])) * (1 + (-1e-9 if WEIGHED[second].more else 1e-9)))


def _held_by(name: str) -> Callable[[PlanData, float], PlanData]:
    return lambda data, value: replace(
        data, limits={**data.limits, name: value / SECONDS_PER_YEAR if name == "power" else value}
    )


def _held_by_demand(data: PlanData, value: float) -> PlanData:
    return replace(data, demand=value)


def _best(data: PlanData, second: str, plan: Plan) -> float:
    """Return the best that the second goal can be, whatever it costs."""
    if second in ("yield", "escapes"):
        low, high = data.per_cell[WEIGHED[second].limit or ""].span()
        return high if WEIGHED[second].more else low
    if second == "output":
        return solve(replace(data, goal="output", demand=None), plan.solver).good
    if second == "energy":
        return _value(data, solve(replace(data, goal="energy"), plan.solver), second)
    # the cheapest plan when all that costs is the capital, or the floor
    bare = replace(
        data,
        goal="cost",
        per_cell={name: factor for name, factor in data.per_cell.items() if name in ("escapes", "first_pass")},
        per_server={**data.per_server, "owning": data.per_server[second], "staffing": {}},
        standing={**data.standing, "cost": data.standing.get(second, 0.0)},
    )
    least = solve(bare, plan.solver)
    return least.objective if least.objective is not None else 0.0


def _value(data: PlanData, solution: Solution, name: str) -> float:
    """Return what a plan has of something, by the model, in the model's units."""
    choice, servers = solution.plan
    if name == "output":
        return solution.good
    if name in ("cost", "profit", "energy"):
        return replace(data, goal=name).goal_at(choice, servers, solution.good)  # type: ignore[arg-type]
    return data.measures(choice, servers, solution.good)[WEIGHED[name].limit or ""]


def _of_model(plan: Plan, data: PlanData, solution: Solution, goals: tuple[str, str]) -> tuple[float, float]:
    """Return both goals of a plan by the model, as people read them."""

    def read(name: str) -> float:
        scale = plan.question.gwh(1.0) if name == "output" else WEIGHED[name].scale
        return scale * _value(data, solution, name)

    return read(goals[0]), read(goals[1])


def _undominated(found: list[tuple[PlanData, Solution]], goals: tuple[str, str]) -> list[tuple[PlanData, Solution]]:
    """Return the plans that no other one beats in one goal and equals in the other, each once."""
    signs = [1 if WEIGHED[name].more else -1 for name in goals]
    worth = [[sign * _value(data, one, name) for sign, name in zip(signs, goals, strict=True)] for data, one in found]
    kept = []
    for place, (_, one) in enumerate(found):
        mine = worth[place]
        beaten = any(
            all(b >= a - 1e-9 * abs(a) for a, b in zip(mine, other, strict=True))
            and (any(b > a + 1e-9 * abs(a) for a, b in zip(mine, other, strict=True)) or number < place)
            for number, other in enumerate(worth)
            if number != place
        )
        if not beaten and one.found:
            kept.append(found[place])
    return kept


def _simulated(
    plan: Plan, solutions: list[Solution], workers: int | Pool, tell: Tell | None, cache: Cache | None
) -> list[Response]:
    """Return what the twin says about some plans."""
    question, each = plan.question, plan.question.study.replications
    settings = [question.settings(*one.plan) for one in solutions]
    runs = [run for chosen in settings for run in asked(question, chosen, each)]
    answers = ask_all(ask, runs, workers, "front in the twin", tell, cache)
    return [Response(chosen, answers[place * each :][:each]) for place, chosen in enumerate(settings)]


def _both_of_twin(plan: Plan, tried: Round, goals: tuple[str, str]) -> tuple[Interval, Interval] | None:
    """Return both goals of a plan by the twin; None when the plant makes nothing with it."""
    if tried.response.fault:
        return None
    return _of_twin(plan, tried, goals[0]), _of_twin(plan, tried, goals[1])


def _of_twin(plan: Plan, tried: Round, name: str) -> Interval:
    """Return what a plan has of something, by the twin, as people read it."""
    if name in ("cost", "profit", "energy"):
        middle = replace(tried, data=replace(tried.data, goal=name)).goal()  # type: ignore[arg-type]
    elif name == "output":
        middle = interval([answer.output for answer in tried.answers])
    else:
        middle = tried.measured()[WEIGHED[name].limit or ""]
    scale = plan.question.gwh(1.0) if name == "output" else WEIGHED[name].scale
    return Interval(*(scale * value for value in middle))


def _words(plan: Plan, solution: Solution) -> Iterator[str]:
    """Yield in words what a plan has that the chosen one has not."""
    if plan.chosen is None:
        return
    for group, option in solution.choice.items():
        if option != plan.chosen.solution.choice[group]:
            yield f"{group} {option}"
    for name, count in solution.servers.items():
        if more := count - plan.chosen.solution.servers[name]:
            yield f"{more:+d} at {station(name)}"
