"""An answered study in sentences: what to buy and to set, what it makes and costs, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from optimize.around import NOTHING, Around
from optimize.choices import settings_of
from optimize.pages.tables import binding, declared_servers
from optimize.question import JOULES_PER_GWH
from optimize.refine import Plan
from optimize.rounds import Round
from optimize.words import (
    GOALS,
    LIMITS,
    figure_spread,
    limit_in_words,
    listed,
    number,
    percent,
    spread,
    station,
)
from twin import Line, changes, declared_value, inputs, knobs, turn, versions

_VERDICTS = {
    "optimal": "Optimal: the twin makes what the model promised, and no untried plan promises more.",
    "time limit": "Confirmed by the twin, but the solver ran out of time before it proved that no plan is better.",
    "not settled": "Not settled: the rounds ended before model and twin agreed. Allow more rounds.",
    "misses the demand": "No plan: the twin makes less than the demand with every plan tried. Allow more machines.",
    "misses a limit": "No plan: the twin says of every plan tried that it misses a limit.",
    "infeasible": "No plan: what the study asks for clashes.",
}
# stations that a sentence names; a table has them all
_NAMED = 6


def verdict(plan: Plan) -> str:
    """Say in words what a status means."""
    return _VERDICTS.get(plan.status, f"The solver stopped with '{plan.status}'.")


def wanted(plan: Plan) -> str:
    """Say what the study asks for: demand, goal and limits."""
    study, data = plan.question.study, plan.data
    limits = listed([limit_in_words(name, value) for name, value in data.limits.items()])
    return (
        (f"{demand_in_words(plan)} " if data.demand is not None else "")
        + GOALS[study.goal]
        + (f", with {limits}" if limits else "")
    )


def demand_in_words(plan: Plan) -> str:
    """Return the demand as people write it."""
    assert plan.data.demand is not None
    return f"{number(plan.question.gwh(plan.data.demand))} GWh a year"


def answer(plan: Plan, around: Around = NOTHING) -> list[str]:
    """Return the answer in a few paragraphs."""
    if plan.chosen is None:
        none = f"No combination of the machines and settings that the study allows makes {wanted(plan)}."
        return [text for text in (none, clashing(around)) if text]
    found = [_bought(plan, plan.chosen), _set(plan, plan.chosen), _made(plan, plan.chosen)]
    if missed := plan.chosen.missed():
        found.append(_missed(plan, plan.chosen, missed))
    return [text for text in (*found, how_sure(plan, plan.chosen)) if text]


def _bought(plan: Plan, chosen: Round) -> str:
    """Say which machines the plan takes."""
    servers, declared = chosen.solution.servers, declared_servers(plan)
    more = {name: count for name, count in servers.items() if count > declared[name]}
    fewer = {name: count for name, count in servers.items() if count < declared[name]}
    if not more and not fewer:
        return f"Machines: as the declared plant has them, {sum(servers.values()):,} in all."
    said = []
    for word, found in (("more", more), ("fewer", fewer)):
        if found:
            first = [f"{station(name)} ({found[name]:,} for {declared[name]:,})" for name in list(found)[:_NAMED]]
            rest = [f"{len(found) - _NAMED} other stations"] if len(found) > _NAMED else []
            said.append(f"{word} at {listed([*first, *rest])}")
    total, before = sum(servers.values()), sum(declared.values())
    return f"Machines: {total:,} in all, where the declared plant has {before:,}; {listed(said)}."


def _set(plan: Plan, chosen: Round) -> str:
    """Say which settings the plan has."""
    settings = settings_of(plan.question.groups, chosen.solution.choice)
    if not settings:
        return ""
    line = plan.question.line
    known, different = knobs(line), _different(line, settings)
    names = {knob: (known[knob].title or knob).partition(";")[0] for knob in settings}
    said = [
        f"{names[knob]} {_value(value)} (declared {_value(declared_value(line, known[knob].paths[0]))})"
        for knob, value in different.items()
    ]
    kept = [names[knob] for knob in settings if knob not in different]
    stays = f"{listed(kept)} {'stays' if len(kept) == 1 else 'stay'} as declared" if kept else ""
    return f"Settings: {'; '.join([*said, *([stays] if stays else [])])}."


def _different(line: Line, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that mean something else than the line says, in whatever unit they are written."""
    declared = dict(line)
    written = changes(line, settings).items()
    return {knob: value for knob, value in written if dict(turn(line, {knob: value})) != declared}


def _value(value: object) -> str:
    """Return a value of a knob as people read it."""
    return str(value).replace("_", " ")


def _made(plan: Plan, chosen: Round) -> str:
    """Say what the plan makes and costs, and what the plant did before."""
    made = {name: figure_spread(name, chosen.simulated(name)) for name in chosen.predicted}
    before = {name: figure_spread(name, plan.explored.base.spread(name)) for name in chosen.predicted}
    if "good_gwh_per_year" not in made:
        rate = "throughput_per_hour"
        return f"In the twin it makes {made[rate]}; {declared_is(plan)} makes {before[rate]}."
    text = f"In the twin it makes {made['good_gwh_per_year']}"
    also = f"; {declared_is(plan)} makes {before['good_gwh_per_year']}"
    if "cost_usd_per_kwh" in made:
        text += f" at {made['cost_usd_per_kwh']}"
        also += f" at {before['cost_usd_per_kwh']}"
    text = f"{text}, running flat out, with a first-pass yield of {made['first_pass_yield']}{also}."
    return text + _short(plan, chosen)


def _short(plan: Plan, chosen: Round) -> str:
    """Say so when the mean is below the demand and only luck may lift it."""
    demand, made = plan.data.demand, chosen.output()
    if demand is None or plan.data.goal not in ("cost", "energy") or not made.mean < demand <= made.high:
        return ""
    return f" The mean is {percent(1 - made.mean / demand)} below the demand, which is within its interval."


def declared_is(plan: Plan) -> str:
    """Say what the plan is compared with: the study may start at other settings than the plant's."""
    start = settings_of(plan.question.groups, plan.question.base)
    moved = _different(plan.question.line, start)
    if not moved:
        return "the declared plant"
    return f"the declared plant with {listed([f'{knob} at {value}' for knob, value in moved.items()])}"


def _missed(plan: Plan, chosen: Round, missed: list[str]) -> str:
    """Say by how much a plan misses what was asked."""
    measured, said = chosen.measured(), []
    for name in missed:
        if name == "demand":
            said.append(f"the demand of {demand_in_words(plan)}")
        else:
            title, scale, unit = LIMITS[name]
            has = f"{title} is {number(scale * measured[name].mean)} {unit}".rstrip()
            said.append(f"{limit_in_words(name, plan.data.limits[name])} ({has})")
    return f"It misses {listed(said)}."


def how_sure(plan: Plan, chosen: Round) -> str:
    """Say how sure the answer is: luck, agreement, bound."""
    runs, days = len(chosen.answers), plan.question.study.days
    luck = "had not seen" if chosen.proof is not None else "learnt from"
    apart = "agree" if chosen.agrees else "do not agree yet, so the next sentence is worth little"
    return (
        f"Intervals hold the true mean in 95 of 100 cases; they come from {runs} runs of {days} days with luck that "
        f"the model {luck}. Model and twin {apart}. {bounded(plan)}"
    )


def bounded(plan: Plan) -> str:
    """Say how much better another plan could be."""
    if plan.gap is None:
        return "No bound is known on how much better another plan could be."
    if plan.gap < 5e-5:
        return "By the model no untried plan is better."
    return f"By the model no untried plan is better by more than {percent(plan.gap)}."


def goal_unit(plan: Plan) -> tuple[float, str]:
    """Return what a goal is multiplied by before people read it, and its unit then."""
    if plan.data.goal in ("cost", "profit"):
        return 1e-6, "MUSD/yr"
    if plan.data.goal == "energy":
        return 1 / JOULES_PER_GWH, "GWh/yr"
    return plan.question.gwh(1.0), "GWh/yr" if plan.question.line.cell is not None else "lots/yr"


def goal_of(plan: Plan, chosen: Round) -> str:
    """Return the goal of a plan as the twin has it, with its unit."""
    return spread(chosen.goal(), *goal_unit(plan))


def clashing(around: Around) -> str:
    """Say which demands and limits clash."""
    if not around.clash:
        return ""
    if len(around.clash) == 1:
        said = f"What no plan can keep: {around.clash[0]}. Without it there is one."
    else:
        said = f"These clash: {listed(around.clash)}. Without any one of them there is a plan."
    return f"{said} {around.nearest}".rstrip()


def held_back(plan: Plan, chosen: Round) -> Iterator[str]:
    """Yield what holds the plan back, in words."""
    for row in binding(plan, chosen):
        value, unit = number(row["value"]), row["unit"].replace("/yr", " a year")
        if row["what"] == "machines":
            count = chosen.solution.servers[row["name"]]
            yield f"The slowest station is {station(row['name'])}: {count:,} of its machines allow {value} {unit}."
        else:
            limit = limit_in_words(row["name"], plan.data.limits[row["name"]])
            yield f"It nearly reaches a limit, {limit}: the twin has {value} {unit}".rstrip() + "."


def _lots(evaluate: str) -> str:
    """Return what is to be said of lots that no physics was asked about."""
    if evaluate == "all":
        return ""
    return f"; physics works out {evaluate.removeprefix('sample:')} of the batches, the others go as it went with those"


def basis(plan: Plan) -> list[tuple[str, str]]:
    """Return what the answer rests on, as (what, how much)."""
    study, chosen = plan.question.study, plan.chosen
    kinds = Counter(found.confidence for found in inputs(plan.question.line))
    last = study.seed + study.replications * (2 if chosen is not None and chosen.proof is not None else 1) - 1
    solved = dict(chosen.solution.versions) if chosen is not None else {}
    found = [
        ("plant", f"{plan.question.line.name}: {plan.question.line.title}"),
        (
            "declared numbers",
            f"{sum(kinds.values()):,} with a source: {kinds['read']:,} read, {kinds['memory']:,} remembered, "
            f"{kinds['estimate']:,} estimated"
            if kinds
            else "none has a source",
        ),
        ("luck", f"seeds {study.seed} to {last}, the same for every plan and option"),
        (
            "runs of the twin",
            f"{plan.simulations}, each {study.days} days after {study.warmup} of warm-up; {study.replications} a plan, "
            f"{study.explore} an option{_lots(study.evaluate)}",
        ),
        ("plans tried", f"{len(plan.rounds)}"),
        *[("left out", fault) for fault in plan.faults],
        ("solver", f"{plan.solver.name}, gap {percent(plan.solver.gap)}, at most {plan.solver.time_limit:g} s a solve"),
        ("versions", ", ".join(f"{name} {version}" for name, version in {**versions(), **solved}.items())),
    ]
    if study.prices:
        found.append(("prices of the study", listed([f"{name} {value}" for name, value in study.prices.items()])))
    return found
