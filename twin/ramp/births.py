"""Which hidden causes there are in a line, how bad, and since when. Luck is keyed by design and station."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.calendar import DAY
from twin.ramp.causes import NEVER, SLOWS, STOPS, Cause, Causes
from twin.ramp.mature import Mature
from twin.ramp.priors import CausePriors, Module, Priors, Programme
from twin.randomness import stream

# most expected causes of one kind at one station whose luck is drawn; more than any prior asks for
_MOST = 40.0
_DRAWN = 160
_NORMAL = NormalDist()


class Luck(NamedTuple):
    """What is drawn for each possible cause of a design, or of a line, at a station. Each of shape (causes,).

    Attributes:
        rank: the cause is there when this is below the expected number.
        kind: decides between costing material and costing machine time.
        which: decides which flaw it makes.
        scatters: decides whether it widens what is usual.
        wakes: decides whether another one comes out when it is gone.
        size: standard normal of its size.
        course: decides whether it drifts or comes and goes.
        found: it is found by acceptance tests when this is below their share.
        phase: of its course [-].
        where: decides whether a local one sits in one machine.
    """

    rank: NDArray[np.float64]
    kind: NDArray[np.float64]
    which: NDArray[np.float64]
    size: NDArray[np.float64]
    course: NDArray[np.float64]
    found: NDArray[np.float64]
    phase: NDArray[np.float64]
    where: NDArray[np.float64]
    scatters: NDArray[np.float64]
    wakes: NDArray[np.float64]


@dataclass(frozen=True)
class _Place:
    """A station of a line, where causes may be.

    Attributes:
        number: of the line.
        station: by number.
        flaws: that may be born there.
    """

    number: int
    station: int
    flaws: list[int]


def hidden_causes(programme: Programme, mature: Mature, priors: Priors, seed: int) -> Causes:
    """Return every cause that will ever be in a programme's lines, known to nobody yet.

    A design has its causes whatever the strategy: fewer are there when less is new, and they are some of the same.
    """
    rows: list[Cause] = []
    for number, module in enumerate(programme.modules):
        for station in range(len(mature.stations)):
            place = _Place(number, station, [n for n, flaw in enumerate(mature.flaws) if flaw.station == station])
            birth = _Births(place, module, programme, mature, priors.causes, seed)
            for found in (birth.at_start(), birth.later(), birth.bursts()):
                # rows of one call know each other by their place in it
                rows += [row._replace(after=row.after + len(rows)) if row.after >= 0 else row for row in found]
    return Causes(
        [row.key for row in rows],
        np.array([row.module for row in rows], np.int64),
        np.array([row.station for row in rows], np.int64),
        np.array([row.flaw for row in rows], np.int64),
        np.array([row.size for row in rows], np.float64),
        np.array([row.drifts for row in rows], np.bool_),
        np.array([row.comes for row in rows], np.bool_),
        np.array([row.phase for row in rows], np.float64),
        np.array([row.born for row in rows], np.int64),
        np.array([row.after for row in rows], np.int64),
        np.full(len(rows), NEVER, np.int64),
    )


def expected(module: Module, priors: CausePriors, disturbance: float) -> float:
    """Return how many causes a line is born with at each station, tests apart."""
    return (
        priors.per_station
        * (1 + (priors.new_product - 1) * module.product)
        * (1 + (priors.new_equipment - 1) * module.equipment)
        * (1 + (priors.new_people - 1) * module.people)
        * disturbance
    )


@dataclass(frozen=True)
class _Births:
    """What is born at one station of one line, by its keyed luck."""

    place: _Place
    module: Module
    programme: Programme
    mature: Mature
    priors: CausePriors
    seed: int

    @property
    def _station(self) -> str:
        return self.mature.stations[self.place.station]

    def at_start(self) -> list[Cause]:
        """Return what a line is born with, what waits behind it included."""
        module, priors = self.module, self.priors
        mean = min(expected(module, priors, self.programme.disturbance), _MOST)
        rows: list[Cause] = []
        # a line's own luck is keyed by its number, so that it is the same whatever stands beside it
        for owner, share in ((f"design {module.design}", priors.shared), (self._line, 1 - priors.shared)):
            luck = _drawn(self.seed, owner, self._station)
            there = np.flatnonzero((luck.rank < mean * share) & (luck.found >= module.tests))
            for which in there.tolist():
                key = f"{module.design}/{self.place.station}/{which}" if owner.startswith("design") else ""
                rows += self._with_next(key, luck, which, owner, len(rows))
        return rows

    @property
    def _line(self) -> str:
        return f"line {self.place.number}"

    def _with_next(self, key: str, luck: Luck, which: int, owner: str, row: int) -> list[Cause]:
        """Return a cause that is not solved, and what comes out when a machine runs faster without it.

        Args:
            key: of a shared one.
            luck: where its own is.
            which: its place there.
            owner: whose luck it is.
            row: that it gets.
        """
        first = self._row(key, luck, which, self.module.start)
        solved = bool(key) and key in self.programme.solved
        rows = [] if solved else [first]
        if first.flaw == SLOWS and luck.wakes[which] < self.priors.faster:
            behind = f"{key}/faster" if key else ""
            if not behind or behind not in self.programme.solved:
                # where the first is solved, machines run as fast from the start
                born, after = (self.module.start, -1) if solved else (NEVER, row)
                others = _drawn(self.seed, f"{owner} faster", self._station)
                rows.append(self._row(behind, others, which, born, slow=False)._replace(after=after))
        return rows

    def later(self) -> list[Cause]:
        """Return what comes in later, local to the line: a worn part, a drifted setting."""
        luck = _drawn(self.seed, f"later {self._line}", self._station)
        gaps = stream(self.seed, "later", self.place.number, self._station).standard_exponential(_DRAWN)
        rate = self.priors.later * DAY * (self.priors.frozen if self.module.frozen else 1.0)
        if rate <= 0:
            return []
        days = self.module.start + (np.cumsum(gaps) / rate)
        count = int(np.searchsorted(days, self.programme.days))
        return [self._row("", luck, which, int(days[which])) for which in range(min(count, _DRAWN))]

    def bursts(self) -> list[Cause]:
        """Return what comes with others at once: with a supplier's lot in all lines, with new people in one."""
        priors, design = self.priors, self.module.design
        lots = self._burst(f"lots of {design}", priors.lots, priors.lot, f"{design}/{self.place.station}/lot")
        return lots + self._burst(f"people of {self._line}", priors.turnover, priors.wave, "")

    def _burst(self, owner: str, rate: float, share: float, key: str) -> list[Cause]:
        if rate <= 0 or share <= 0:
            return []
        # the days are those of all stations, what happens at each is its own
        days = np.cumsum(stream(self.seed, "bursts", owner).standard_exponential(_DRAWN)) / (rate * DAY)
        count = int(np.searchsorted(days, self.programme.days))
        mean = self.priors.per_station * self.programme.disturbance * share
        luck = _drawn(self.seed, owner, self._station)
        # one after another along the same ranks, as many as this many lots bring
        number = np.searchsorted(luck.rank, mean * np.arange(1, min(count, _DRAWN) + 1))
        event = np.searchsorted(number, np.arange(number[-1] if len(number) else 0), side="right")
        return [
            self._row(f"{key}/{which}" if key else "", luck, which, int(days[when]))
            for which, when in enumerate(event.tolist())
            if days[when] >= self.module.start
        ]

    def _row(self, key: str, luck: Luck, which: int, born: int, slow: bool = True) -> Cause:
        priors, place = self.priors, self.place
        flaw = self._flaw(float(luck.kind[which]), float(luck.which[which]), slow)
        factor = float(np.exp(log(priors.spread) * luck.size[which]))
        if flaw >= 0 and luck.scatters[which] < priors.scattering and (usual := self._usual(flaw)) > 0:
            size = _widened(usual, 1 + (priors.scatter - 1) * factor)
        else:
            size = {STOPS: priors.stop_size, SLOWS: priors.slow_size}.get(flaw, priors.median_size) * factor
        size = min(size, priors.largest)
        if not key and luck.where[which] < priors.one_machine:
            # what sits in one machine touches only what goes through it
            size /= max(self.mature.servers[place.station], 1.0)
        drifts = bool(luck.course[which] < priors.drifting)
        comes = bool(luck.course[which] > 1 - priors.intermittent)
        return Cause(key, place.number, place.station, flaw, size, drifts, comes, float(luck.phase[which]), born)

    def _flaw(self, kind: float, which: float, slow: bool) -> int:
        """Return the flaw that a cause makes, or which machine time it costs."""
        stops, slows = self.priors.failures, self.priors.slow if slow else 0.0
        if not self.place.flaws:
            # what could be wrong there costs time only
            kind *= stops + slows
        if kind < stops or (not self.place.flaws and not slows):
            return STOPS
        if kind < stops + slows or not self.place.flaws:
            return SLOWS
        return self.place.flaws[int(which * len(self.place.flaws))]

    def _usual(self, flaw: int) -> float:
        return sum(sight.usual for sight in self.mature.flaws[flaw].sights)


def _widened(usual: float, factor: float) -> float:
    """Return what more is beyond a limit when a normal scatter grows by a factor [-]."""
    inside = min(max(usual, 1e-9), 0.4)
    return _NORMAL.cdf(_NORMAL.inv_cdf(inside) / factor) - inside


# plants of one future share it; as much is kept as one of four lines needs
@lru_cache(maxsize=1024)
def _drawn(seed: int, owner: str, station: str) -> Luck:
    generator = stream(seed, "cause", owner, station)
    rank = np.cumsum(generator.standard_exponential(_DRAWN))
    uniform = generator.random((8, _DRAWN))
    size = generator.standard_normal(_DRAWN)
    return Luck(rank, uniform[0], uniform[1], size, *uniform[2:])
