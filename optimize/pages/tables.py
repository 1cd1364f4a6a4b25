"""An answered study as tables: rows of plain values, the same on the page, in the terminal and in CSV files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from optimize.around import NOTHING, Around
from optimize.choices import settings_of
from optimize.explore import JOULES_PER_KWH, Answer
from optimize.figures import FIGURES, Interval
from optimize.knob_effects import explored
from optimize.plan_data import PER_SERVER, PlanData
from optimize.question import JOULES_PER_GWH
from optimize.refine import Plan
from optimize.rounds import Round, agree
from optimize.solve import Solution
from optimize.words import LIMITS
from twin import declared_value, knobs

Row = dict[str, Any]
# a limit binds when what a plan takes of it is this close [-]
NEAR = 0.02


def write_tables(found: Mapping[str, Sequence[Row]], folder: Path) -> None:
    """Write every table that has rows as a CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in found.items():
        if rows:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def tables(plan: Plan, around: Around = NOTHING) -> dict[str, list[Row]]:
    """Return all tables by name."""
    found = {"rounds": rounds(plan), "explored": explored(plan), **_around(around)}
    if plan.chosen is None:
        return found
    return {
        "machines": machines(plan, plan.chosen),
        "settings": settings(plan, plan.chosen),
        "figures": figures(plan, plan.chosen),
        "costs": costs(plan, plan.chosen),
        "needs": needs(plan, plan.chosen),
        **found,
    }


def _around(around: Around) -> dict[str, list[Row]]:
    """Return what is known around a plan, goals in the units of the model."""
    front: list[Row] = []
    if around.front is not None:
        titles, seen = around.front.titles, [*around.front.simulated, *[None] * len(around.front.plans)]
        solved = [*around.front.solved, *[""] * len(around.front.plans)]
        for plan, point, both, how in zip(around.front.plans, around.front.points, seen, solved, strict=False):
            row: Row = {"plan": plan, **dict(zip(titles, point, strict=True)), "solver": how}
            for title, middle in zip(titles, both or (), strict=False):
                row |= {f"{title} in the twin, {part}": value for part, value in middle._asdict().items()}
            front.append(row)
    return {
        "what_ifs": [row._asdict() for row in around.what_ifs],
        "second_best": [row._asdict() for row in around.second_best],
        "tornado": [swing._asdict() for swing in around.widest_first],
        "pareto": front,
    }


def machines(plan: Plan, chosen: Round) -> list[Row]:
    """Return what each station has, how busy it is, and what it allows.

    ``load`` is the share of its machines' hours that the demand takes, or the output where there is no demand.
    """
    data, (choice, servers) = plan.data, chosen.solution.plan
    wanted, reach = data.demand or chosen.output().mean, data.reach.at(choice)
    allowed, declared = data.allowed(choice, servers), declared_servers(plan)
    unit = "gwh" if plan.question.line.cell is not None else "lots"
    return [
        {
            "station": name,
            "declared": declared[name],
            "plan": servers[name],
            "load": wanted * reach / allowed[name],
            f"limit_{unit}_per_year": plan.question.gwh(allowed[name]),
            "usd_per_year": servers[name] * sum(_each(data, what, name, choice) for what in ("owning", "staffing")),
        }
        for name in data.stations
    ]


def slowest(plan: Plan, chosen: Round) -> str:
    """Return the station that allows least."""
    allowed = plan.data.allowed(*chosen.solution.plan)
    return min(allowed, key=lambda name: allowed[name])


def binding(plan: Plan, chosen: Round) -> list[Row]:
    """Return what holds a plan back: its slowest station, and the limits that it nearly reaches, as people read them.

    ``value`` is what the slowest station allows, or what the twin says the plan takes of a limit.
    """
    data, (choice, servers), slow = plan.data, chosen.solution.plan, slowest(plan, chosen)
    wanted = data.demand or chosen.output().mean
    found = [
        {
            "what": "machines",
            "name": slow,
            "value": plan.question.gwh(data.allowed(choice, servers)[slow]),
            "limit": plan.question.gwh(wanted),
            "unit": "GWh/yr" if plan.question.line.cell is not None else "lots/yr",
        }
    ]
    measured = chosen.measured()
    for name, limit in data.limits.items():
        _, scale, unit = LIMITS[name]
        if limit and abs(measured[name].mean / limit - 1) < NEAR:
            value = scale * measured[name].mean
            found.append({"what": "limit", "name": name, "value": value, "limit": scale * limit, "unit": unit})
    return found


def needs(plan: Plan, chosen: Round) -> list[Row]:
    """Return what the plan takes, beside the plant as it was explored and the study's limits, as people read them."""
    if not plan.data.per_server:
        return []
    start = Solution("", plan.question.base, declared_servers(plan))
    before = replace(chosen, solution=start, response=plan.explored.base, proof=None).measured()
    now, limits = chosen.measured(), plan.data.limits
    return [
        {
            "need": title,
            "unit": unit,
            **_spread("declared", Interval(*(scale * value for value in before[name]))),
            **_spread("plan", Interval(*(scale * value for value in now[name]))),
            "limit": scale * limits[name] if name in limits else "",
        }
        for name, (title, scale, unit) in LIMITS.items()
        if now[name].mean or name in limits
    ]


def settings(plan: Plan, chosen: Round) -> list[Row]:
    """Return each knob that could be turned, as declared and as planned."""
    known, line = knobs(plan.question.line), plan.question.line
    return [
        {
            "knob": name,
            "title": known[name].title or name,
            "declared": declared_value(line, known[name].paths[0]),
            "plan": value,
        }
        for name, value in settings_of(plan.question.groups, chosen.solution.choice).items()
    ]


def figures(plan: Plan, chosen: Round) -> list[Row]:
    """Return what the model promised and what the twin made, with intervals, and the plant as it was explored."""
    found = []
    for name, promised in chosen.predicted.items():
        made, before = chosen.simulated(name), plan.explored.base.spread(name)
        found.append(
            {
                "figure": name,
                "unit": FIGURES[name].unit,
                **_spread("predicted", promised),
                **_spread("simulated", made),
                "agree": agree(promised, made),
                **_spread("declared", before),
            }
        )
    return found


def rounds(plan: Plan) -> list[Row]:
    """Return the log of the loop: each plan that was tried."""
    found = []
    for number, tried in enumerate(plan.rounds):
        before = plan.rounds[number - 1].solution if number else None
        told: Row = {}
        for name in ("good_gwh_per_year", "cost_usd_per_kwh", "throughput_per_hour"):
            if name in tried.promised:
                told |= {f"{name}_promised": tried.promised[name].mean, **_spread(name, tried.response.spread(name))}
        solution = tried.solution
        found.append(
            {
                "plan": number + 1,
                "changed": changed(plan, solution, before),
                **told,
                "misses": ", ".join(tried.missed()),
                "proved": tried.proof is not None,
                "chosen": tried is plan.chosen,
                "solver_status": solution.status,
                "solver_gap": solution.gap,
                "seconds": solution.build_seconds + solution.seconds,
            }
        )
    return found


def changed(plan: Plan, solution: Solution, before: Solution | None) -> str:
    """Say what a plan has that the one before, or the plant as declared, has not."""
    old_servers = declared_servers(plan) if before is None else before.servers
    old_choice = plan.question.base if before is None else before.choice
    groups = plan.question.groups
    old, new = settings_of(groups, old_choice), settings_of(groups, solution.choice)
    said = [f"{knob} {value} (was {old[knob]})" for knob, value in new.items() if value != old[knob]]
    counts = [(name, count, old_servers[name]) for name, count in solution.servers.items()]
    said += [f"{name} {count} (was {was})" for name, count, was in counts if count != was]
    return ", ".join(said) or "nothing"


def costs(plan: Plan, chosen: Round) -> list[Row]:
    """Return what a year costs by kind, and a kilowatt-hour, with the plan and with the plant as it was explored."""
    if not plan.data.per_server:
        return []
    now = _costs(plan, chosen.solution.choice, chosen.solution.servers, chosen.answers)
    old = _costs(plan, plan.question.base, declared_servers(plan), plan.explored.base.answers)
    return [
        {
            "kind": kind,
            "declared_usd_per_year": old[kind][0],
            "plan_usd_per_year": now[kind][0],
            "declared_usd_per_kwh": old[kind][1],
            "plan_usd_per_kwh": now[kind][1],
        }
        for kind in now
    ]


def _costs(
    plan: Plan, choice: Mapping[str, str], servers: Mapping[str, int], answers: Sequence[Answer]
) -> dict[str, tuple[float, float]]:
    """Return what a year and a kilowatt-hour cost by kind, as the twin has it [USD/yr], [USD/kWh]."""
    data, years = plan.data, [answer.output for answer in answers]
    kwh = plan.question.gwh(mean(years)) * JOULES_PER_GWH / JOULES_PER_KWH
    a_year = {
        "equipment": data.taken("owning", choice, servers),
        "labour": data.taken("staffing", choice, servers),
        "material": mean(answer.per_cell["material"] * answer.output for answer in answers),
        "energy": mean(answer.per_cell["energy"] * answer.output for answer in answers),
        "facilities": data.standing.get("cost", 0.0),
    }
    return {kind: (usd, usd / kwh) for kind, usd in a_year.items()}


def declared_servers(plan: Plan) -> dict[str, int]:
    """Return the machines of each station of the plant as declared."""
    return {name: station.servers for name, station in plan.question.line.stations.items()}


def _each(data: PlanData, what: str, station: str, choice: Mapping[str, str]) -> float:
    """Return what one server of a station takes of something in ``PER_SERVER``."""
    assert what in PER_SERVER
    takes = data.per_server.get(what, {}).get(station)
    return takes.at(choice) if takes is not None else 0.0


def _spread(name: str, middle: Interval) -> Row:
    return {f"{name}_mean": middle.mean, f"{name}_low": middle.low, f"{name}_high": middle.high}
