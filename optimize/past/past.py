"""A case simulated: what it was built of, who learned in it, and what would have been reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimize.explore import Asked, simulated
from optimize.past.case import Case, Known
from optimize.past.reported import METRICS, Seen, counted, curve, months, seen_of
from twin import Mature, Module, Priors, Programme, mature_line, pace_of, ramp_up

Floats = NDArray[np.float64]

DAY = 86400.0
_WATTS_PER_GWH_A_YEAR = 3.6e12 / (365 * DAY)
_JOULES_PER_GWH = 3.6e12


@dataclass(frozen=True)
class Trial:
    """One simulation of a case.

    Attributes:
        case: as declared.
        mature: what the plant that it is told by is like.
        priors: of learning.
        engineers: for each GWh a year that is installed.
        seed: key of all luck.
    """

    case: Case
    mature: Mature
    priors: Priors
    engineers: float
    seed: int


@dataclass(frozen=True)
class Told:
    """What a simulated case would have reported.

    Attributes:
        points: values of its points, in their order.
        curves: each metric at the end of each month.
    """

    points: Sequence[float]
    curves: Mapping[str, Sequence[float]]


def ask_mature(asked: Asked) -> dict[str, Any]:
    """Return what a plant is like once nothing is hidden in it, as plain data."""
    return mature_line(simulated(asked)).as_data()


def trial(known: Known, mature: Mature, priors: Priors, engineers: float, seed: int) -> Trial:
    """Return the question that simulates a case."""
    return Trial(known.case, mature, priors, engineers, seed)


def ask(asked: Trial) -> Told:
    """Simulate a case."""
    return told(seen(asked), asked.case)


def told(seen: Seen, case: Case) -> Told:
    """Return what would have been reported of a simulated case."""
    of_point = [(point, counted(seen, point.counts == "shipped")) for point in case.points]
    points = [METRICS[point.metric].at(one, months(case.day(point.date))) for point, one in of_point]
    return Told(points, {point.metric: curve(point.metric, one) for point, one in of_point})


def seen(asked: Trial) -> Seen:
    """Return a simulated case month by month."""
    case, mature = asked.case, asked.mature
    programme = built(asked)
    ramp = ramp_up(programme, mature, asked.priors, asked.seed)
    # what is not accepted yet is no nameplate that anybody reports
    accepted = pace_of(programme, asked.priors.start).accepted
    installed = (accepted * [[module.size] for module in programme.modules]).sum(axis=0) * flat_out(mature)
    days = np.bincount(np.arange(programme.days) * 12 // 365).astype(np.float64)
    nameplate = np.bincount(np.arange(programme.days) * 12 // 365, installed) / days
    cell = mature.energy if case.cell_energy is None else case.cell_energy / _JOULES_PER_GWH
    return seen_of(ramp, mature.energy, nameplate, days, cell)


def built(asked: Trial) -> Programme:
    """Return what was built in a case, and who learned in it: one rule for all plants."""
    case, priors = asked.case, asked.priors
    last = max(case.day(point.date) for point in case.points)
    # to the end of the month
    days = -(-(last * 12 // 365 + 1) * 365 // 12)
    installed = _installed(case, days)
    engineers = np.maximum(1, np.rint(asked.engineers * installed)).astype(np.int64)
    speed = np.full(days, _speed(case.novelty.people, priors))
    for sent in case.sent:
        speed[max(0, case.day(sent.start)) : max(0, case.day(sent.end) + 1)] = priors.engineers.experienced
    modules = tuple(
        _module(case, _size(added.nameplate, asked.mature), case.day(added.start), priors) for added in case.modules
    )
    return Programme(modules, days, engineers, speed, case.genealogy, _solved(asked))


def _module(case: Case, size: float, start: int, priors: Priors) -> Module:
    causes = priors.causes
    missed = (1 - causes.maker_test * case.tests.maker) * (1 - causes.site_test * case.tests.site)
    new = case.novelty
    return Module(start, size, case.name, new.product, new.equipment, new.people, 1 - missed, case.inline, case.frozen)


def _size(nameplate: float, mature: Mature) -> float:
    """Return how many of a mature line make a nameplate, running flat out [-]."""
    return nameplate / _WATTS_PER_GWH_A_YEAR / flat_out(mature)


def flat_out(mature: Mature) -> float:
    """Return what a mature line makes in a year [GWh/yr]."""
    return mature.started * mature.good * mature.energy * 365


def _speed(novelty: float, priors: Priors) -> float:
    """Return how fast people work: those who have done it before as is declared, the newest as one."""
    return 1 + (priors.engineers.experienced - 1) * (1 - novelty)


def _installed(case: Case, days: int) -> Floats:
    """Return what was installed on each day [GWh/yr]. Shape (days,)."""
    there = np.zeros(days)
    for added in case.modules:
        there[max(0, case.day(added.start)) :] += added.nameplate / _WATTS_PER_GWH_A_YEAR
    return there


def _solved(asked: Trial) -> frozenset[str]:
    """Return what the mother plant of a case has solved: one module of the same design, new when it started."""
    case, priors = asked.case, asked.priors
    if case.mother is None:
        return frozenset()
    days, first = round(case.mother.time / DAY), case.modules[0].nameplate
    engineers = max(1, round(asked.engineers * first / _WATTS_PER_GWH_A_YEAR))
    speed = _speed(case.novelty.people, priors)
    mother = Module(0, _size(first, asked.mature), case.name, tests=_module(case, 1.0, 0, priors).tests)
    programme = Programme((mother,), days, np.full(days, engineers), np.full(days, speed))
    return ramp_up(programme, asked.mature, priors, asked.seed).solved
