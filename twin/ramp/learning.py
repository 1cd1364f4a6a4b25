"""ramp_up(programme) -> Ramp: what a young plant makes month by month while its people learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.ramp.births import hidden_causes
from twin.ramp.causes import NEVER, Causes, strength
from twin.ramp.floor import Day, Floor, Watch
from twin.ramp.mature import Mature
from twin.ramp.meeting import Meeting, Solved
from twin.ramp.priors import Priors, Programme

Floats = NDArray[np.float64]

_DAYS_PER_YEAR = 365
_MONTHS_PER_YEAR = 12
_HOURS_PER_DAY = 24.0


@dataclass
class Ramp:
    """What a programme made and learned.

    Attributes:
        started: cells started. Shape (months, modules).
        finished: good cells. Shape (months, modules).
        shipped: those that customers take as grade A, because they have released the product. Shape (months, modules).
        decided: cells whose fate was decided, good or scrap. Shape (months, modules).
        scrap: cells, or web for as many, lost at each station, what is usual included. Shape (months, stations).
        scrap_usd: material and work in them, by the station at which what is wrong with them was born [USD]. Shape
            (months, stations).
        scrap_kg: their mass, by the same [kg]. Shape (months, stations).
        found: flawed cells, or web for as many, that gauges found, of hidden causes. Shape (months,).
        found_lag: hours from birth to finding, summed over them [h]. Shape (months,).
        acting: hidden causes that act, mean over days. Shape (months,).
        waiting: cases that wait for an engineer, mean. Shape (months,).
        working: cases in work, mean. Shape (months,).
        down: machine time that hidden causes took where they took most, mean [-]. Shape (months, modules).
        narrowest: days of a line on which each station decided how much it could start. Shape (months, stations).
        within: cells in the plant, mean over days. Shape (months,).
        causes: every hidden cause, with the days of its birth and its end.
        cases: those that were closed.
        stations: their names.
        modes: name of the defect mode of each flaw.
    """

    started: Floats
    finished: Floats
    shipped: Floats
    decided: Floats
    scrap: Floats
    scrap_usd: Floats
    scrap_kg: Floats
    found: Floats
    found_lag: Floats
    acting: Floats
    waiting: Floats
    working: Floats
    down: Floats
    narrowest: Floats
    within: Floats
    causes: Causes
    cases: list[Solved]
    stations: tuple[str, ...]
    modes: tuple[str, ...]

    @property
    def solved(self) -> frozenset[str]:
        """Keys of the shared causes that have been removed: what a plant that copies this one need not learn."""
        gone = np.flatnonzero(self.causes.gone != NEVER).tolist()
        return frozenset(self.causes.key[row] for row in gone if self.causes.key[row])


def months_of(days: int) -> int:
    """Return how many months some days make, the last one begun."""
    return month_of(days - 1) + 1


def month_of(day: int) -> int:
    """Return the month of a day."""
    return day * _MONTHS_PER_YEAR // _DAYS_PER_YEAR


def ramp_up(programme: Programme, mature: Mature, priors: Priors, seed: int) -> Ramp:
    """Let a programme's lines run and its people learn.

    Births, alarms, assignments and fixes take effect at the daily meeting.

    Args:
        programme: what is built when, and by whom.
        mature: what each line is like once nothing is hidden in it.
        priors: of learning.
        seed: key of all luck.
    """
    causes = hidden_causes(programme, mature, priors, seed)
    watch = Watch(programme, mature, priors.evidence)
    floor = Floor(programme, mature, causes, watch, priors.start)
    meeting = Meeting(programme, mature, causes, floor.views, watch.charts, priors, seed)
    found = _empty(programme, mature, causes, meeting)
    usd, kg = (_Births(weight, mature, causes, floor) for weight in (mature.worth, mature.mass))
    born = mature.lag[causes.station]
    lag = np.maximum(0.0, mature.lag[floor.views.station] - born[:, None]) * _HOURS_PER_DAY
    # cells not made are no finds
    lag_weight = (causes.flaw >= 0)[:, None]
    # before the first line runs there is nothing to see
    for day in range(min([module.start for module in programme.modules], default=programme.days), programme.days):
        share = strength(causes, day, priors.causes)
        made = floor.run(day, share, meeting.trials())
        meeting.hold(day, made)
        month = month_of(day)
        _add(found, month, made, mature)
        finds = made.by_cause * lag_weight
        found.scrap_usd[month] += usd.of(made)
        found.scrap_kg[month] += kg.of(made)
        found.within[month] += floor.within(day).sum()
        found.found[month] += finds.sum()
        found.found_lag[month] += (finds * lag).sum()
        found.acting[month] += np.count_nonzero(share)
        found.waiting[month] += len(meeting.waiting)
        found.working[month] += len(meeting.working)
    return _means(found, programme.days)


class _Births:
    """What is scrapped, by the station at which what is wrong with it was born.

    Args:
        weight: of a cell, or of web for one, where it is lost. Shape (stations,).
        mature: the line.
        causes: what is hidden.
        floor: with the gauges that find it.
    """

    def __init__(self, weight: Floats, mature: Mature, causes: Causes, floor: Floor) -> None:
        self._usual = mature.scrap_by_birth(weight)
        self._station = causes.station
        # cells not made are no scrap
        self._weight = weight[floor.views.station] * (causes.flaw >= 0)[:, None]

    def of(self, made: Day) -> Floats:
        """Return the scrap of a day. Shape (stations,)."""
        each = np.einsum("ij,ij->i", made.by_cause, self._weight)
        hidden = np.bincount(self._station, each, len(self._usual))
        return np.asarray(hidden + self._usual * made.started.sum(), np.float64)


def _empty(programme: Programme, mature: Mature, causes: Causes, meeting: Meeting) -> Ramp:
    months, modules, stations = months_of(programme.days), len(programme.modules), len(mature.stations)

    def zeros(*more: int) -> Floats:
        return np.zeros((months, *more))

    return Ramp(
        zeros(modules),
        zeros(modules),
        zeros(modules),
        zeros(modules),
        zeros(stations),
        zeros(stations),
        zeros(stations),
        zeros(),
        zeros(),
        zeros(),
        zeros(),
        zeros(),
        zeros(modules),
        zeros(stations),
        zeros(),
        causes,
        meeting.solved,
        mature.stations,
        tuple(flaw.mode for flaw in mature.flaws),
    )


def _add(found: Ramp, month: int, made: Day, mature: Mature) -> None:
    """Add a day to its month."""
    found.started[month] += made.started
    found.finished[month] += made.finished
    found.shipped[month] += made.shipped
    found.decided[month] += made.finished / mature.good + made.scrap[:, mature.cells].sum(axis=1)
    found.scrap[month] += made.scrap.sum(axis=0) + mature.scrap * made.started.sum()
    found.down[month] += made.down.max(axis=1)
    found.narrowest[month] += np.bincount(made.narrowest[made.started > 0], minlength=len(mature.stations))


def _means(found: Ramp, days: int) -> Ramp:
    """Turn sums over days into means where that is what is told."""
    count = np.bincount([month_of(day) for day in range(days)], minlength=len(found.acting)).astype(np.float64)
    for values in (found.acting, found.waiting, found.working, found.within):
        values /= count
    found.down /= count[:, None]
    return found
