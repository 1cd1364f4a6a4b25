"""Solve, simulate the plan, correct the rates where it makes less than promised, and solve again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from optimize.cache import Cache
from optimize.explore import Response, ask, asked, explore
from optimize.figures import FIGURES, Interval, interval
from optimize.plan_data import PlanData, plan_data
from optimize.solve import Solution, solve
from optimize.study import Question
from optimize.workers import Pool, Tell, ask_all, hired

KWH_PER_GWH = 1e6
# share of a miss that is corrected at once: whole machines flip to and fro when all of it is
DAMPING = 0.5
# predicted and simulated output agree when they are this close, or closer than the interval is wide
CLOSE = 0.01


@dataclass(frozen=True)
class Round:
    """One plan, as the model sees it and as the twin does.

    Attributes:
        solution: what the solver answered.
        derate: share of its rates that the model let the plant reach [-].
        predicted: figures of the plan run flat out, by the model.
        response: the twin's answers.
    """

    solution: Solution
    derate: float
    predicted: Mapping[str, float]
    response: Response

    @property
    def plan(self) -> tuple[Any, ...]:
        """What was chosen, to be recognised when it comes again."""
        return self.solution.recipe, *self.solution.servers.items()

    def simulated(self, figure: str) -> Interval:
        """Return a figure as the twin has it, with its 95 % interval."""
        return self.response.spread(figure)

    def as_data(self) -> dict[str, Any]:
        """Return everything as plain data."""
        both = {
            name: {"predicted": promised, "simulated": self.simulated(name)._asdict()}
            for name, promised in self.predicted.items()
        }
        return {"solution": asdict(self.solution), "derate": self.derate, "figures": both}

    def output(self) -> Interval:
        """Return the good cells a year as the twin has them [cell/yr]."""
        return interval([answer.output for answer in self.response.answers])


@dataclass(frozen=True)
class Plan:
    """An answered study.

    Attributes:
        question: what was asked.
        status: "optimal" when the twin makes the demand with the plan; else "misses demand", "infeasible" or the
            solver's word.
        chosen: the plan; the cheapest one that makes the demand, or the one that comes closest; None without any.
        rounds: every plan that was tried, in order.
        responses: what the twin said about each recipe before there was a plan.
        data: the numbers of the last model.
    """

    question: Question
    status: str
    chosen: Round | None
    rounds: Sequence[Round]
    responses: Mapping[str, Response]
    data: PlanData

    def as_data(self) -> dict[str, Any]:
        """Return everything as plain data, for plan.json."""
        return {
            "study": self.question.study.model_dump(mode="json"),
            "status": self.status,
            "demand_gwh_per_year": self.question.gwh(self.data.demand),
            "chosen": self.chosen.as_data() if self.chosen else None,
            "rounds": [tried.as_data() for tried in self.rounds],
            "explored": {
                name: {figure: response.spread(figure)._asdict() for figure in FIGURES}
                for name, response in self.responses.items()
            },
        }


def optimize(question: Question, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None) -> Plan:
    """Answer a study.

    Args:
        question: the study and its plant.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done, how many runs are over and how many there are.
        cache: where the answers of the twin are looked up and kept.

    Raises:
        InputError: no plan that the study allows makes the demand.
    """
    with hired(workers) as pool:
        return _refined(question, pool, tell, cache)


def _refined(question: Question, pool: Pool, tell: Tell | None, cache: Cache | None) -> Plan:
    responses = explore(question, pool, tell, cache)
    data = plan_data(question, responses)
    check_demand(question, data)
    rounds: list[Round] = []
    status = "misses demand"
    for number in range(question.study.rounds):
        solution = solve(data)
        if solution.status != "optimal":
            status = status if rounds else solution.status
            break
        what = f"plan {number + 1}"
        rounds.append(_round(question, data, solution, rounds, responses, what, pool, tell, cache))
        if _settled(rounds, data):
            break
        data = corrected(data, rounds[-1])
    best = _best(rounds, data)
    status = "optimal" if best is not None and makes(best, data) else status
    return Plan(question, status, best, rounds, responses, data)


def check_demand(question: Question, data: PlanData) -> None:
    """Refuse a demand that the most machines allowed cannot make, whatever the recipe.

    Raises:
        InputError: the demand is beyond any plan.
    """
    best = max(data.recipes, key=lambda recipe: data.output(recipe, data.highest))
    limits = data.limits(best, data.highest)
    narrow = min(limits, key=lambda station: limits[station])
    if limits[narrow] >= data.demand:
        return
    most, wanted = question.gwh(limits[narrow]), question.gwh(data.demand)
    text = (
        f"{wanted:.3g} GWh/yr is beyond any plan: {data.highest[narrow]} servers of {narrow} allow {most:.3g} GWh/yr, "
        f"expected no more; raise 'high' of {narrow}.servers or lower the demand"
    )
    raise question.problem("demand", text)


def makes(tried: Round, data: PlanData) -> bool:
    """Return whether the twin makes the demand with a plan; a miss within its interval is none."""
    return tried.output().high >= data.demand


def corrected(data: PlanData, tried: Round) -> PlanData:
    """Return the data with the rates moved towards what the plan was seen to make, damped."""
    promised = data.output(tried.solution.recipe, tried.solution.servers)
    return replace(data, derate=data.derate * (tried.output().mean / promised) ** DAMPING)


def _round(
    question: Question,
    data: PlanData,
    solution: Solution,
    before: Sequence[Round],
    responses: Mapping[str, Response],
    what: str,
    pool: Pool,
    tell: Tell | None,
    cache: Cache | None,
) -> Round:
    """Simulate a plan, or remember what it made when it was tried before."""
    settings = {
        **question.recipes[solution.recipe],
        **{f"{station}.servers": servers for station, servers in solution.servers.items()},
    }
    known = next((tried.response for tried in before if tried.response.settings == settings), None)
    response = known or Response(settings, ask_all(ask, asked(question, settings), pool, what, tell, cache))
    output = data.output(solution.recipe, solution.servers)
    predicted = {
        "good_gwh_per_year": question.gwh(output),
        "cost_usd_per_kwh": data.cost(solution.recipe, solution.servers, output) / (question.gwh(output) * KWH_PER_GWH),
        "first_pass_yield": responses[solution.recipe].spread("first_pass_yield").mean,
    }
    return Round(solution, data.derate, predicted, response)


def _settled(rounds: Sequence[Round], data: PlanData) -> bool:
    """Return whether another round brings nothing: the demand is made, and model and twin agree or walk in a circle."""
    last = rounds[-1]
    if not makes(last, data):
        return False
    output = last.output()
    promised = data.output(last.solution.recipe, last.solution.servers)
    agree = abs(promised - output.mean) <= max(CLOSE * output.mean, output.high - output.mean)
    return agree or any(tried.plan == last.plan for tried in rounds[:-1])


def _best(rounds: Sequence[Round], data: PlanData) -> Round | None:
    """Return the cheapest plan that makes the demand, or else the one that comes closest to it."""
    making = [tried for tried in rounds if makes(tried, data)]
    if making:
        return min(making, key=lambda tried: tried.solution.objective or 0.0)
    return max(rounds, key=lambda tried: tried.output().mean, default=None)
