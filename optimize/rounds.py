"""One plan as the model sees it and as the twin does, and whether they say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimize.explore import JOULES_PER_KWH, SECONDS_PER_YEAR, Answer, Response
from optimize.figures import Interval, interval
from optimize.plan_data import PlanData
from optimize.question import JOULES_PER_GWH, Question
from optimize.solve import Solution

HOURS_PER_YEAR = 8760.0
# predicted and simulated agree when they are this close, or when their intervals meet
CLOSE = 0.01
# what must agree
AGREED = ("good_gwh_per_year", "cost_usd_per_kwh", "throughput_per_hour")


@dataclass(frozen=True)
class Round:
    """One plan.

    Attributes:
        solution: what the solver answered.
        data: the numbers it was solved with.
        promised: figures of the plan run flat out, as the model had them before the twin was asked.
        response: the twin's answers.
        corrected: the figures after the model has learnt from them; None when the plan was not proved.
        proof: the twin's answers with luck that the model has not seen; None when the plan was not proved.
    """

    solution: Solution
    data: PlanData
    promised: Mapping[str, Interval]
    response: Response
    corrected: Mapping[str, Interval] | None = None
    proof: Response | None = None

    @property
    def predicted(self) -> Mapping[str, Interval]:
        """Figures of the plan run flat out, by the model as it knew best."""
        return self.corrected or self.promised

    @property
    def answers(self) -> Sequence[Answer]:
        """What the twin says, with fresh luck if it was asked for that."""
        return (self.proof or self.response).answers

    @property
    def agrees(self) -> bool:
        """Whether model and twin say the same of the plan."""
        return all(agree(self.predicted[name], self.simulated(name)) for name in AGREED if name in self.predicted)

    def simulated(self, figure: str) -> Interval:
        """Return a figure as the twin has it, with its 95 % interval."""
        return (self.proof or self.response).spread(figure)

    def output(self) -> Interval:
        """Return the good cells a year as the twin has them [1/yr]."""
        return interval([answer.output for answer in self.answers])

    def measured(self) -> dict[str, Interval]:
        """Return what each limit is about as the twin has it, in the limits' units; the demand counts as ``demand``."""
        choice, servers = self.solution.plan
        found = [self.data.measures(choice, servers, self.sold(answer)) for answer in self.answers]
        for place, answer in enumerate(self.answers):
            drawn = answer.per_cell["drawn"] * self.sold(answer) + self.data.standing.get("drawn", 0.0)
            found[place] |= {"power": drawn / SECONDS_PER_YEAR, "demand": answer.output}
            found[place] |= {name: answer.per_cell[name] for name in ("escapes", "first_pass")}
        return {name: interval([one[name] for one in found]) for name in found[0]}

    def missed(self) -> list[str]:
        """Return the limits that the twin says the plan misses, beyond its interval; "demand" is one."""
        measured, data = self.measured(), self.data
        least = {"first_pass": data.limits.get("first_pass")}
        if data.goal in ("cost", "energy"):
            least["demand"] = data.demand
        most = {name: limit for name, limit in data.limits.items() if name != "first_pass"}
        short = [name for name, limit in least.items() if limit is not None and measured[name].high < limit]
        return short + [name for name, limit in most.items() if measured[name].low > limit * (1 + 1e-9)]

    def sold(self, answer: Answer) -> float:
        """Return the good cells that are sold [1/yr]: what is made, but no more than the demand."""
        return answer.output if self.data.demand is None else min(answer.output, self.data.demand)

    def goal(self) -> Interval:
        """Return the goal as the twin has it [USD/yr, cell/yr or J/yr], when no more than the demand is sold.

        A plan that misses the demand within its interval is taken to make it.
        """
        return interval([self.goal_of(answer) for answer in self.answers])

    def goal_of(self, answer: Answer) -> float:
        """Return the goal of one run, when no more than the demand is sold."""
        data, (choice, servers) = self.data, self.solution.plan
        sold, per_cell = self.sold(answer), answer.per_cell
        if data.goal == "output":
            return sold
        if data.goal in ("cost", "energy"):
            sold = data.demand or sold
        if data.goal == "energy":
            return per_cell["drawn"] * sold + data.standing.get("drawn", 0.0)
        fixed = data.taken("owning", choice, servers) + data.taken("staffing", choice, servers)
        cost = fixed + data.standing.get("cost", 0.0) + (per_cell["material"] + per_cell["energy"]) * sold
        return cost if data.goal == "cost" else (per_cell["revenue"] - per_cell["returns"]) * sold - cost


def agree(predicted: Interval, simulated: Interval) -> bool:
    """Return whether two intervals mean the same: their means are close, or each holds the other's mean."""
    near = abs(predicted.mean - simulated.mean) <= CLOSE * abs(simulated.mean)
    return near or simulated.low <= predicted.mean <= simulated.high


def predicted_figures(question: Question, data: PlanData, solution: Solution) -> dict[str, float]:
    """Return the figures of a plan that runs flat out, by the model."""
    choice, servers = solution.plan
    output = data.output(choice, servers)
    if question.line.cell is None:
        return {"throughput_per_hour": output / HOURS_PER_YEAR}
    gwh = question.gwh(output)
    kwh = gwh * JOULES_PER_GWH / JOULES_PER_KWH
    drawn = data.for_cell("drawn", choice) * output + data.standing.get("drawn", 0.0)
    found = {"good_gwh_per_year": gwh, "first_pass_yield": data.for_cell("first_pass", choice)}
    if data.per_server:
        found |= {
            "cost_usd_per_kwh": sum(data.cost(choice, servers, output).values()) / kwh,
            "energy_kwh_per_kwh": drawn / JOULES_PER_KWH / kwh,
            "escapes_ppm": 1e6 * data.for_cell("escapes", choice),
        }
    return found
