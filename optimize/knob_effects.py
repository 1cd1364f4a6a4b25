"""What each knob does alone: as the twin was seen to answer, and as the model took it."""

from __future__ import annotations

from statistics import mean
from typing import Any

from optimize.explore import Response
from optimize.gather import Accounts, plan_data
from optimize.learn import learn
from optimize.refine import Plan
from optimize.rounds import predicted_figures
from optimize.solve import Solution

# figures whose change by an option is told
TOLD = ("good_gwh_per_year", "cost_usd_per_kwh", "first_pass_yield", "escapes_ppm", "throughput_per_hour")


def explored(plan: Plan) -> list[dict[str, Any]]:
    """Return what each option did when it alone was changed: relative changes, each pair of runs with the same luck."""
    base = plan.explored.base
    found = []
    for group, tried in plan.explored.options.items():
        for option, response in tried.items():
            row: dict[str, Any] = {"knob": group, "option": option, "instead_of": plan.question.groups[group].base}
            for name in TOLD:
                if changes := paired(base, response, name):
                    row[name] = mean(changes)
                    row |= {f"{name}_lowest": min(changes), f"{name}_highest": max(changes)}
            found.append(row)
    return found


def paired(base: Response, response: Response, figure: str) -> list[float]:
    """Return the relative change of a figure, pair by pair with the same luck [-]; nothing without such a figure."""
    pairs = zip(base.answers, response.answers, strict=False)
    both = [(old.figures.get(figure), new.figures.get(figure)) for old, new in pairs]
    return [new / old - 1 for old, new in both if old and new is not None]


def modelled(plan: Plan, group: str, figure: str) -> dict[str, float]:
    """Return the relative change of a figure by every option of a group, in the plant as explored, by the model [-]."""
    question, explored_at = plan.question, plan.explored
    known = Accounts(plan.data.per_server, plan.data.standing, plan.data.places)
    data = plan_data(question, known, learn(question.groups, explored_at), question.base, explored_at.base.answers)
    servers = {name: station.servers for name, station in question.line.stations.items()}

    def at(option: str) -> float:
        choice = {**question.base, group: option}
        return predicted_figures(question, data, Solution("", choice, servers))[figure]

    here = at(question.groups[group].base)
    return {option: at(option) / here - 1 if here else 0.0 for option in question.groups[group].options}
