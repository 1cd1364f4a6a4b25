"""The numbers of a planning question: from the study, the plant's accounts and the twin's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimize.choices import settings_of
from optimize.effects import Factor, Sum
from optimize.explore import HOURS_PER_YEAR, Answer, route
from optimize.learn import Effects, Key, around_mean
from optimize.plan_data import PER_CELL, PlanData
from optimize.question import Question
from twin import UnitCosts, turn, unit_costs

# a server takes more or less under an option when the difference is more than rounding
_ROUNDING = 1e-9
_TAKES = {"owning": "owning", "staffing": "staffing", "capital": "capital", "floor": "floor", "people": "labour"}


@dataclass(frozen=True)
class Accounts:
    """What servers take, and what is there anyway.

    Attributes:
        per_server: by what is taken and station, as ``PlanData.per_server``.
        standing: as ``PlanData.standing``.
        places: as ``PlanData.places``.
    """

    per_server: Mapping[str, Mapping[str, Sum]]
    standing: Mapping[str, float]
    places: Sum


def accounts(question: Question) -> Accounts:
    """Return what a server costs and takes at each station under every option; no twin is asked."""
    places = Sum(0.0, _places(question))
    if question.line.prices is None or question.line.nameplate is None:
        return Accounts({}, {}, places)
    base = _costs(question, question.base)
    others = {
        group: {option: _costs(question, {**question.base, group: option}) for option in found.options}
        for group, found in question.groups.items()
    }
    per_server = {
        what: {station: Sum(here, _added(here, name, station, others)) for station, here in getattr(base, name).items()}
        for what, name in _TAKES.items()
    }
    standing = {
        "cost": base.standing,
        "capital": base.standing_capital,
        "floor": base.standing_floor,
        "people": base.standing_labour,
        "drawn": base.standing_energy,
    }
    return Accounts(per_server, standing, places)


def plan_data(
    question: Question,
    known: Accounts,
    effects: Effects,
    choice: Mapping[str, str],
    answers: Sequence[Answer],
    reach: float | None = None,
) -> PlanData:
    """Return the numbers of a planning question, exact where the twin was last asked.

    Args:
        question: the study and its plant.
        known: what servers take.
        effects: what options change.
        choice: the options with which the twin was asked.
        answers: what it said; their mean is what the model says there too.
        reach: share of its rates that the plant is taken to reach there; None for what the twin says.
    """
    study, line = question.study, question.line

    def factor(key: Key, value: float | None = None) -> Factor:
        return Factor(1.0, effects.change(key)).moved(choice, around_mean(answers, key) if value is None else value)

    stations = tuple(line.stations)
    return PlanData(
        goal=study.goal,
        demand=question.demand,
        stations=stations,
        after=route(line),
        options=effects.options,
        lowest={name: servers.low for name, servers in question.servers.items()},
        highest={name: servers.high for name, servers in question.servers.items()},
        kept={name: factor(("kept", name)) for name in stations},
        use={name: factor(("use", name)) for name in stations},
        reach=factor(("reach", ""), reach),
        per_cell={name: factor(("per_cell", name)) for name in PER_CELL},
        per_server=known.per_server,
        standing=known.standing,
        places=known.places,
        limits=_limits(question),
    )


def _limits(question: Question) -> dict[str, float]:
    """Return the study's limits in the units of the model."""
    said = question.study.limits
    found = {
        "capital": said.capital,
        "floor": said.floor,
        "people": None if said.people is None else said.people * HOURS_PER_YEAR,
        "power": said.power,
        "escapes": said.escapes,
        "first_pass": said.first_pass_yield,
        "places": said.places,
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _costs(question: Question, choice: Mapping[str, str]) -> UnitCosts:
    return unit_costs(turn(question.line, settings_of(question.groups, choice)))


def _added(
    here: float, name: str, station: str, others: Mapping[str, Mapping[str, UnitCosts]]
) -> dict[str, dict[str, float]]:
    """Return what each option adds to what a server of a station takes; groups that add nothing are left out."""
    found = {}
    for group, options in others.items():
        added = {option: getattr(costs, name)[station] - here for option, costs in options.items()}
        if max(map(abs, added.values())) > _ROUNDING * max(abs(here), 1.0):
            found[group] = added
    return found


def _places(question: Question) -> dict[str, dict[str, float]]:
    """Return the lots that buffers hold whose capacity may be chosen, by group and option."""
    capacities = {f"{name}.capacity" for name in question.line.buffers}
    found = {}
    for name, group in question.groups.items():
        held = {
            option: float(sum(int(float(level)) for knob, level in settings.items() if knob in capacities))
            for option, settings in group.options.items()
        }
        if any(axis.knob in capacities for axis in group.axes):
            found[name] = held
    return found
