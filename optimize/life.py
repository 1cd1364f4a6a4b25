"""A strategy lived through in one future: what is ordered when, who is there, what the young lines make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimize.site import Ground
from optimize.strategy import Strategy
from twin import Module, Programme, Ramp, ramp_up

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365
MONTHS_PER_YEAR = 12
HOURS_PER_MONTH = 24 * DAYS_PER_YEAR / MONTHS_PER_YEAR
# the monthly figures of a life
MONTHLY = (
    *("started", "good", "grade_b", "scrapped", "decided", "engineers"),
    *("acting", "waiting", "working", "found", "lag", "down"),
)
TABLES = ("scrap_by_station", "line_good", "line_started")
# where time is divided by month, a hair of rounding makes no month more
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Future:
    """What of a future decides what a plant makes.

    Attributes:
        number: finds its luck.
        delay: of equipment [month].
        disturbance: hidden causes born, relative to what is declared [-].
    """

    number: int
    delay: float
    disturbance: float


@dataclass(frozen=True)
class Asked:
    """One strategy in one future.

    Attributes:
        ground: what all strategies share.
        strategy: which one.
        future: which one.
    """

    ground: Ground
    strategy: Strategy
    future: Future


@dataclass(frozen=True)
class Life:
    """What became of a strategy in one future, month by month. Arrays are of shape (months,) unless said.

    Attributes:
        ordered: month of each line's order; the pilot line is not one of them.
        starts: month in which each makes its first cells.
        started: cells started, and web that was cut out for as many, by what is in it [GWh].
        good: grade A [GWh].
        grade_b: [GWh].
        scrapped: cells, or web for as many by what is in it, lost [GWh].
        decided: cells whose fate was decided, good or scrap [GWh].
        engineers: paid, experts in proportion to their pay.
        acting: hidden causes that act.
        waiting: cases that wait for an engineer.
        working: cases in work.
        found: flawed cells of hidden causes that were found [GWh].
        lag: hours between birth and finding of those, summed over them [GWh h].
        scrap_by_station: [GWh]. Shape (months, stations).
        down: machine time lost where most of it was, mean of the lines that run [-].
        line_good: good cells of each line, both grades [GWh]. Shape (months, lines).
        line_started: cells started by each line [GWh]. Shape (months, lines).
        causes: born until the end, and removed.
    """

    ordered: list[int]
    starts: list[int]
    started: Floats
    good: Floats
    grade_b: Floats
    scrapped: Floats
    decided: Floats
    engineers: Floats
    acting: Floats
    waiting: Floats
    working: Floats
    found: Floats
    lag: Floats
    scrap_by_station: Floats
    down: Floats
    line_good: Floats
    line_started: Floats
    causes: tuple[int, int]


def day_of(month: float) -> int:
    """Return the first day of a month."""
    return ceil(month * DAYS_PER_YEAR / MONTHS_PER_YEAR - _ROUNDING)


def tests_months(strategy: Strategy, ground: Ground) -> int:
    """Return how long acceptance tests take, in whole months."""
    causes = ground.priors.causes
    seconds = causes.maker_time * strategy.tests.maker + causes.site_time * strategy.tests.site
    return ceil(seconds / 3600 / HOURS_PER_MONTH - _ROUNDING)


def lead_of(strategy: Strategy, ground: Ground) -> int:
    """Return the months from the order of a line to its start, without delay."""
    return ground.lead + tests_months(strategy, ground)


class Plan:
    """Lines ordered one after another while their ramp is seen.

    Args:
        asked: a strategy in a future.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.ordered: list[int] = []
        self.starts: list[int] = []
        self._ramp: Ramp | None = None
        ground, strategy = asked.ground, asked.strategy
        pilot = strategy.pilot
        self._pilot_start = None if pilot is None else self._start(0, pilot.lead)
        first = 0 if pilot is None or self._pilot_start is None else self._pilot_start + pilot.runs
        while len(self.ordered) < ground.lines:
            month = strategy.build.next_order(len(self.ordered), first, self)
            if month is None or self._start(month, lead_of(strategy, ground)) >= ground.months:
                break
            self.ordered.append(month)
            self.starts.append(self._start(month, lead_of(strategy, ground)))
            self._ramp = None

    @property
    def _begin(self) -> int:
        """Month in which the first cells are made."""
        return min(self.starts) if self._pilot_start is None else self._pilot_start

    def _start(self, month: int, lead: int) -> int:
        return month + ceil(lead + self.asked.future.delay - _ROUNDING)

    def reached(self, share: float) -> int | None:
        """Return the first month in which the lines so far made a share of their mature output; None for never."""
        mature, lines = self.asked.ground.mature, len(self.starts)
        full = lines * mature.started * mature.good * DAYS_PER_YEAR / MONTHS_PER_YEAR
        made = self.ramp.finished[:, -lines:].sum(axis=1) / full
        there = np.flatnonzero(made >= share)
        there = there[there > self.starts[-1]]
        # what a month has made is known when it is over
        return int(there[0]) + 1 if there.size else None

    @property
    def ramp(self) -> Ramp:
        """What the lines so far make."""
        if self._ramp is None:
            ground = self.asked.ground
            self._ramp = ramp_up(self.programme(), ground.mature, ground.priors, _seed(ground, self.asked.future))
        return self._ramp

    def programme(self) -> Programme:
        """Return what is built when, and by whom, of the lines so far."""
        ground, strategy, future = self.asked.ground, self.asked.strategy, self.asked.future
        days = day_of(ground.months)
        begin = self._begin
        own, experts = self._people(begin, days)
        experienced = ground.priors.engineers.experienced
        # own people become experienced ones with time
        years = np.maximum(np.arange(days) - day_of(begin), 0) / day_of(ground.terms.learns)
        speed = experienced - (experienced - 1) * 0.5**years
        people = own + experts
        mean = np.divide(own * speed + experts * experienced, people, out=np.ones(days), where=people > 0)
        solved = _mother(ground, strategy, future) if strategy.mother else frozenset()
        modules = tuple(self._modules(begin))
        return Programme(modules, days, people.astype(np.int64), mean, strategy.genealogy, solved, future.disturbance)

    def _people(self, begin: int, days: int) -> tuple[Floats, Floats]:
        """Return own engineers and experts by day. Shape (days,) each."""
        strategy, terms = self.asked.strategy, self.asked.ground.terms
        day, come = np.arange(days), day_of(max(begin - terms.ahead, 0))
        own = np.where(day >= come, float(strategy.engineers), 0.0)
        if strategy.experts is None:
            return own, np.zeros(days)
        gone = come + day_of(strategy.experts.months)
        return own, np.where((day >= come) & (day < gone), float(strategy.experts.people), 0.0)

    def _modules(self, begin: int) -> list[Module]:
        ground, strategy = self.asked.ground, self.asked.strategy
        causes, design = ground.priors.causes, "mother" if strategy.mother else "own"
        missed = (1 - causes.maker_test * strategy.tests.maker) * (1 - causes.site_test * strategy.tests.site)
        lines = [(start, 1.0) for start in self.starts]
        if self._pilot_start is not None and strategy.pilot is not None:
            lines.insert(0, (self._pilot_start, strategy.pilot.size))
        return [
            Module(
                day_of(start),
                size,
                design,
                strategy.product,
                strategy.equipment * 0.5 ** ((start - begin) / ground.terms.learns),
                strategy.people * 0.5 ** ((start - begin) / ground.terms.learns),
                1 - missed,
                strategy.inline,
                strategy.frozen,
            )
            for start, size in lines
        ]

    @property
    def paid(self) -> Floats:
        """Engineers by month, experts in proportion to their pay. Shape (months,)."""
        ground = self.asked.ground
        own, experts = self._people(self._begin, day_of(ground.months))
        paid = own + experts * ground.terms.expert / ground.terms.engineer
        firsts = [day_of(month) for month in range(ground.months)]
        return np.asarray(paid[firsts], np.float64)


def _seed(ground: Ground, future: Future) -> int:
    return ground.seed * 1_000_003 + future.number


def _mother(ground: Ground, strategy: Strategy, future: Future) -> frozenset[str]:
    """Return what the plant that is copied has solved: one line, run by experienced people who trace their cells."""
    assert strategy.mother is not None
    days = strategy.mother.years * DAYS_PER_YEAR
    speed = np.full(days, ground.priors.engineers.experienced)
    engineers = np.full(days, strategy.mother.engineers)
    line = (Module(0, design="mother"),)
    programme = Programme(line, days, engineers, speed, genealogy=True, disturbance=future.disturbance)
    return ramp_up(programme, ground.mature, ground.priors, _seed(ground, future)).solved


def live(asked: Asked) -> Life:
    """Return what becomes of a strategy in a future."""
    plan, ground = Plan(asked), asked.ground
    if not plan.ordered:
        return _nothing(ground)
    found, mature = plan.ramp, ground.mature
    energy = mature.energy
    good = found.finished.sum(axis=1) * energy
    # web that is cut out costs the material that is in it
    value = mature.worth / max(float(mature.worth.max()), 1e-9)
    hidden = found.scrap - np.outer(found.started.sum(axis=1), mature.scrap)
    extra = (hidden * np.where(mature.cells, 0.0, value)).sum(axis=1)
    running = (found.started > 0).sum(axis=1)
    down = np.divide(found.down.sum(axis=1), running, out=np.zeros(len(good)), where=running > 0)
    gone = int((found.causes.gone < day_of(ground.months)).sum())
    born = int((found.causes.born < day_of(ground.months)).sum())
    return Life(
        ordered=plan.ordered,
        starts=plan.starts,
        started=(found.started.sum(axis=1) + extra) * energy,
        good=good * (1 - ground.grade_b),
        grade_b=good * ground.grade_b,
        scrapped=(found.scrap * value).sum(axis=1) * energy,
        decided=found.decided.sum(axis=1) * energy,
        engineers=plan.paid,
        acting=found.acting,
        waiting=found.waiting,
        working=found.working,
        found=found.found * energy,
        lag=found.found_lag * energy,
        scrap_by_station=found.scrap * energy,
        down=down,
        line_good=found.finished[:, -len(plan.starts) :] * energy,
        line_started=found.started[:, -len(plan.starts) :] * energy,
        causes=(born, gone),
    )


def _nothing(ground: Ground) -> Life:
    """Return the life of a plant of which no line starts within the horizon."""
    months = ground.months
    arrays = {name: np.zeros(months) for name in MONTHLY}
    none = np.zeros((months, 0))
    by_station = np.zeros((months, len(ground.mature.stations)))
    return Life([], [], scrap_by_station=by_station, line_good=none, line_started=none, causes=(0, 0), **arrays)


def as_data(life: Life) -> dict[str, Any]:
    """Return a life as plain lists, which can be kept in a file."""
    arrays = {name: getattr(life, name).tolist() for name in (*MONTHLY, *TABLES)}
    return {"ordered": life.ordered, "starts": life.starts, "causes": list(life.causes), **arrays}


def of_data(data: Mapping[str, Any]) -> Life:
    """Return what ``as_data`` gave."""
    arrays = {name: np.array(data[name], np.float64) for name in (*MONTHLY, *TABLES)}
    return Life(list(data["ordered"]), list(data["starts"]), causes=tuple(data["causes"]), **arrays)


def ask_life(asked: Asked) -> dict[str, Any]:
    """Return what becomes of a strategy in a future, as plain data that can be kept."""
    return as_data(live(asked))
