"""A strategy in one future: what is ordered when, who is there, and the programme of lines that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from optimize.growth.site import Ground
from optimize.growth.strategy import Strategy
from twin import Module, Programme, Ramp, ramp_up

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365
MONTHS_PER_YEAR = 12
HOURS_PER_MONTH = 24 * DAYS_PER_YEAR / MONTHS_PER_YEAR
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
        self._pilot_start = None if pilot is None else self._start(strategy.wait, pilot.lead)
        first = strategy.wait if pilot is None or self._pilot_start is None else self._pilot_start + pilot.runs
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
        wanted = np.full(days, float(strategy.engineers))
        if terms.scarce is not None:
            wanted = terms.scarce.there(strategy.engineers, np.maximum(day - come, 0) * MONTHS_PER_YEAR / DAYS_PER_YEAR)
        own = np.where(day >= come, wanted, 0.0)
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
        """Engineers by month, in the declared pay of one. Shape (months,)."""
        ground, terms = self.asked.ground, self.asked.ground.terms
        own, experts = self._people(self._begin, day_of(ground.months))
        dearer = 1.0 if terms.scarce is None else terms.scarce.dearer(own)
        paid = own * dearer + experts * terms.expert / terms.engineer
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
