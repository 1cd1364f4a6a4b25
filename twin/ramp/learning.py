"""ramp_up(programme) -> Ramp: what a young plant makes month by month while its people learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.ramp.births import hidden_causes
from twin.ramp.causes import NEVER, Causes
from twin.ramp.floor import Floor
from twin.ramp.mature import Mature
from twin.ramp.meeting import Meeting, Solved
from twin.ramp.priors import Priors, Programme
from twin.ramp.tables import Floats, Months
from twin.ramp.watch import Watch

_DAYS_PER_YEAR = 365
_MONTHS_PER_YEAR = 12


@dataclass
class Ramp:
    """What a programme made and learned.

    Attributes:
        started: cells started. Shape (months, modules).
        finished: good cells. Shape (months, modules).
        shipped: those that customers take as grade A, because they have released the product. Shape (months, modules).
        decided: cells whose fate was decided, good or scrap. Shape (months, modules).
        scrap: cells, or web for as many, lost at each station, what is usual included. Shape (months, stations).
        scrap_by_source: the same by its sources in the mature line. Shape (months, sources).
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
    scrap_by_source: Floats
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

    @classmethod
    def empty(cls, programme: Programme, mature: Mature, causes: Causes) -> Ramp:
        """Return a ramp of which nothing has been lived yet."""
        lines, stations = len(programme.modules), len(mature.stations)
        wide = {"started": lines, "finished": lines, "shipped": lines, "decided": lines, "down": lines}
        wide |= dict.fromkeys(("scrap", "narrowest"), stations)
        wide["scrap_by_source"] = len(mature.sources)
        single = ("found", "found_lag", "acting", "waiting", "working", "within")
        shapes = {name: (count,) for name, count in wide.items()} | dict.fromkeys(single, ())
        months = months_of(programme.days)
        tables = {name: np.zeros((months, *shape)) for name, shape in shapes.items()}
        modes = tuple(flaw.mode for flaw in mature.flaws)
        return cls(**tables, causes=causes, cases=[], stations=mature.stations, modes=modes)

    @property
    def months(self) -> Months:
        """What a working day adds to: the same arrays."""
        return Months(*(getattr(self, name) for name in Months._fields))

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
    found = Ramp.empty(programme, mature, causes)
    floor = Floor(programme, mature, causes, watch, priors, found.months, seed)
    meeting = Meeting(programme, mature, causes, floor, watch.charts, priors, seed, found.cases)
    # before the first line runs there is nothing to see
    for day in range(min([module.start for module in programme.modules], default=programme.days), programme.days):
        month = month_of(day)
        meeting.hold(day, floor.run(day, month))
        found.waiting[month] += len(meeting.waiting)
        found.working[month] += len(meeting.working)
    return _means(found, programme.days)


def _means(found: Ramp, days: int) -> Ramp:
    """Turn sums over days into means where that is what is told."""
    count = np.bincount([month_of(day) for day in range(days)], minlength=len(found.acting)).astype(np.float64)
    for values in (found.acting, found.waiting, found.working, found.within):
        values /= count
    found.down /= count[:, None]
    return found
