"""What lines make in a day: cells that are started, cut out, scrapped and finished while hidden causes act.

A flaw born on day d at station b is seen at gauge g on day d + lag(g) - lag(b): until then everything that is made
carries it. Cells move in cohorts by the day of their start; a cohort loses what each gauge finds in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.ramp.causes import SLOWS, STOPS, Causes
from twin.ramp.mature import FlawPath, Mature, Sight
from twin.ramp.pace import able_by_station, line_speed, pace_of
from twin.ramp.priors import EvidencePriors, Programme, StartPriors

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Views:
    """The gauges that may see each cause, in the order of the route. Arrays are of shape (causes, gauges).

    Attributes:
        chance: of a flaw born, the share that is found there: missed before, seen here [-]; 0 where there is none.
        station: where the gauge stands.
        birth_lag: days from birth to it.
        cohort: days from the start of a cell to it, negative before.
        chart: number of the chart that it feeds; that of no gauge is the last one.
    """

    chance: Floats
    station: Whole
    birth_lag: Whole
    cohort: Whole
    chart: Whole


@dataclass(frozen=True)
class Charts:
    """What charts there are. Each array of shape (charts,).

    Attributes:
        module: line.
        station: of the gauge.
        mode: defect mode that it counts; "" for one that watches the machine time of its station.
        usual: what it counts per cell started in a mature line [-].
        suspects: stations that may be to blame.
        lag: days from the earliest of them to the gauge.
    """

    module: Whole
    station: Whole
    mode: tuple[str, ...]
    usual: Floats
    suspects: Whole
    lag: Whole


def sights_of(flaw: FlawPath, mature: Mature, evidence: EvidencePriors, inline: bool) -> list[Sight]:
    """Return the gauges that may see a flaw, in the order of the route; with one more at its birth where asked."""
    pods = {sight.station: (sight.pod, sight.usual) for sight in flaw.sights}
    if inline:
        pod, usual = pods.get(flaw.station, (0.0, 0.0))
        pods[flaw.station] = (1 - (1 - pod) * (1 - evidence.inline), usual)
    found = [Sight(station, pod, usual) for station, (pod, usual) in pods.items()]
    return sorted(found, key=lambda sight: (mature.lag[sight.station], sight.station))


def days_between(mature: Mature, first: int, last: int) -> int:
    """Return the whole days from one station to another behind it."""
    return max(0, round(float(mature.lag[last] - mature.lag[first])))


class Watch:
    """Which gauge sees which cause, and which chart it feeds.

    Args:
        programme: what is built.
        mature: the line.
        evidence: priors.
    """

    def __init__(self, programme: Programme, mature: Mature, evidence: EvidencePriors) -> None:
        self._numbers: dict[tuple[int, int, str], int] = {}
        self._rows: list[tuple[int, int, str, float, int, int]] = []
        self.sights = {
            inline: [sights_of(flaw, mature, evidence, inline) for flaw in mature.flaws] for inline in (False, True)
        }
        for number, module in enumerate(programme.modules):
            self._add_line(number, module.inline, mature)
        columns = list(zip(*self._rows, strict=True))
        self.charts = Charts(
            np.array(columns[0]), np.array(columns[1]), columns[2], *(np.array(column) for column in columns[3:])
        )

    def _add_line(self, number: int, inline: bool, mature: Mature) -> None:
        usual: dict[tuple[int, str], float] = {}
        suspects: dict[tuple[int, str], set[int]] = {}
        for flaw, sights in zip(mature.flaws, self.sights[inline], strict=True):
            for sight in sights:
                at = (sight.station, flaw.mode)
                usual[at] = usual.get(at, 0.0) + sight.usual
                blamed: set[int] = set(flaw.candidates & (mature.before[sight.station] | {sight.station}))
                suspects[at] = suspects.get(at, set()) | blamed
                if inline and flaw.station == sight.station:
                    # what is seen where it is born needs no search
                    suspects[at] = {flaw.station}
        for (station, mode), blamed in suspects.items():
            first = min(blamed, key=lambda one: mature.lag[one])
            between = mature.before[station] - mature.before[first] | {station}
            lag = days_between(mature, first, station)
            size = 1 if blamed == {station} else len(between)
            self._add((number, station, mode), usual[station, mode], size, lag)
        for station in range(len(mature.stations)):
            self._add((number, station, ""), 0.0, 1, 0)

    def _add(self, key: tuple[int, int, str], usual: float, suspects: int, lag: int) -> None:
        self._numbers[key] = len(self._rows)
        self._rows.append((*key, usual, suspects, lag))

    def views(self, causes: Causes, programme: Programme, mature: Mature) -> Views:
        """Return which gauges may see each cause."""
        width = max([len(sights) for sights in self.sights[True]], default=0) + 1
        shape = (len(causes.key), width)
        chance, none = np.zeros(shape), len(self._rows)
        station, birth, cohort = (np.zeros(shape, np.int64) for _ in range(3))
        chart = np.full(shape, none)
        for row, (line, flaw, where) in enumerate(zip(causes.module, causes.flaw, causes.station, strict=True)):
            if flaw < 0:
                chart[row, 0], station[row, 0] = self._numbers[int(line), int(where), ""], where
                continue
            missed, inline = 1.0, programme.modules[line].inline
            for place, sight in enumerate(self.sights[inline][flaw]):
                chance[row, place] = missed * sight.pod
                missed *= 1 - sight.pod
                station[row, place] = sight.station
                birth[row, place] = days_between(mature, int(where), sight.station)
                cohort[row, place] = round(float(mature.lag[sight.station]))
                chart[row, place] = self._numbers[int(line), sight.station, mature.flaws[flaw].mode]
        return Views(chance, station, birth, cohort, chart)


@dataclass
class Day:
    """What a day was like. Modules and stations by number.

    Attributes:
        started: cells started by each line. Shape (modules,).
        finished: cells finished by each line. Shape (modules,).
        shipped: those of them that customers take as grade A, because they have released the product. Shape
            (modules,).
        hit: finds of each chart, or cells not made; that of no gauge is last. Shape (charts + 1,).
        by_cause: finds of each cause at each of its gauges; cells not made for one that costs machine time. Shape
            (causes, gauges).
        scrap: cells, or web for as many, lost to hidden causes. Shape (modules, stations).
        down: share of machine time lost to hidden causes. Shape (modules, stations).
        narrowest: station that decides how many cells each line can start. Shape (modules,).
    """

    started: Floats
    finished: Floats
    shipped: Floats
    hit: Floats
    by_cause: Floats
    scrap: Floats
    down: Floats
    narrowest: Whole


class Floor:
    """The lines of a programme at work, day by day.

    Args:
        programme: what is built.
        mature: the line that each of them becomes.
        causes: what is hidden in them.
        watch: who sees it.
        start: what a new line waits for.
    """

    def __init__(self, programme: Programme, mature: Mature, causes: Causes, watch: Watch, start: StartPriors) -> None:
        self._mature = mature
        self.views = watch.views(causes, programme, mature)
        self._shape = (len(programme.modules), len(mature.stations))
        self._charts = len(watch.charts.module)
        self._size = np.array([module.size for module in programme.modules])
        # what each cause took and what became of each cohort, so that what was made then is seen now
        self._share = np.zeros((programme.days, len(causes.key)))
        self._cells = np.zeros((self._shape[0], programme.days))
        self._alive = np.ones((self._shape[0], programme.days))
        self._module = causes.module
        self._at = causes.module[:, None] * self._shape[1] + self.views.station
        self._stops, self._slows = (np.flatnonzero(causes.flaw == what) for what in (STOPS, SLOWS))
        self._idle = np.flatnonzero(causes.flaw < 0)
        self._pace = pace_of(programme, start)
        self._passing = start.passing
        self._columns = np.arange(len(causes.key))[:, None]
        self._cohort = np.round(mature.lag).astype(np.int64)
        self._route = sorted(np.flatnonzero(mature.cells).tolist(), key=lambda one: (mature.lag[one], one))
        self._lost_on_the_way = _on_the_way(mature)

    def run(self, day: int, share: Floats, trials: Floats) -> Day:
        """Return what is made on a day.

        Args:
            day: its number.
            share: what each cause takes. Shape (causes,).
            trials: capacity that trials take from each line [-]. Shape (modules,).
        """
        self._share[day] = share
        up, rated = (self._kept(share, which) for which in (self._stops, self._slows))
        idle = self._idle
        then = day - self.views.birth_lag
        seen = np.where(then >= 0, self._share[np.maximum(then, 0), self._columns], 0.0) * self.views.chance
        # as a sum of logarithms, shares of many causes multiply
        each = -np.log1p(-np.minimum(seen, 0.999))
        lost = self._sums(each)
        work = self._work(lost)
        able = line_speed(self._mature, work, up, rated, self._passing)
        there = self._pace.accepted[:, day] * self._pace.covered[:, day]
        pace = np.minimum(able * there * np.maximum(1 - trials, 0.0), self._pace.most[:, day])
        started = self._size * self._mature.started * pace
        self._cells[:, day] = started
        found = self._find(day, lost, started)
        by_cause = each * (found / np.maximum(lost, 1e-300)).reshape(-1)[self._at]
        # machine time that is lost is told in cells that were not made
        by_cause[idle, 0] = share[idle] * started[self._module[idle]]
        hit = np.asarray(np.bincount(self.views.chart.reshape(-1), by_cause.reshape(-1), self._charts + 1), np.float64)
        out = day - int(self._cohort[self._mature.end])
        finished = self._cells[:, out] * self._alive[:, out] * self._mature.good if out >= 0 else np.zeros(len(started))
        shipped = finished * (day >= self._pace.released)
        narrowest = able_by_station(self._mature, work, up, rated).argmin(axis=1)
        return Day(started, finished, shipped, hit, by_cause, found, 1 - up * rated, narrowest)

    def _kept(self, share: Floats, which: Whole) -> Floats:
        """Return what some causes leave at each station [-]. Shape (modules, stations)."""
        kept = np.ones(self._shape)
        np.multiply.at(kept.reshape(-1), self._at[which, 0], 1 - share[which])
        return kept

    def _sums(self, each: Floats) -> Floats:
        """Return what belongs to causes and gauges, summed by line and station. Shape (modules, stations)."""
        sums = np.bincount(self._at.reshape(-1), each.reshape(-1), self._shape[0] * self._shape[1])
        return np.asarray(sums.reshape(self._shape), np.float64)

    def _work(self, lost: Floats) -> Floats:
        """Return by how much less each station has to do for a cell started [-]. Shape (modules, stations).

        A station before the start of cells has to make more where webs are cut out behind it; one after it has less
        to do where cells are lost before.
        """
        left = np.exp(-(lost @ self._lost_on_the_way))
        return np.where(self._mature.cells, 1 / np.maximum(left, 1e-9), left)

    def _find(self, day: int, lost: Floats, started: Floats) -> Floats:
        """Return what each station finds on a day, in cells or web for as many. Shape (modules, stations)."""
        mature, share = self._mature, -np.expm1(-lost)
        # web: what passes is what cells need and all that is cut out from here on
        passing = started[:, None] * np.exp(lost @ self._lost_on_the_way)
        found = np.where(mature.cells, 0.0, passing * share)
        for station in self._route:
            cohort = day - int(self._cohort[station])
            if cohort >= 0:
                alive = self._alive[:, cohort]
                found[:, station] = self._cells[:, cohort] * alive * share[:, station]
                alive *= 1 - share[:, station]
        return found

    def within(self, day: int) -> Floats:
        """Return the cells that are in the plant at the end of a day, what is usual not yet taken. Shape (modules,)."""
        inside = slice(max(0, day + 1 - int(self._cohort[self._mature.end])), day + 1)
        return np.asarray((self._cells[:, inside] * self._alive[:, inside]).sum(axis=1), np.float64)


def _on_the_way(mature: Mature) -> Floats:
    """Return whether what is lost at the first station counts at the second. Shape (stations, stations).

    For a station of cells that is what is lost as cells before it; for one of webs what is cut out there and behind.
    """
    size = len(mature.stations)
    table = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            if mature.cells[b]:
                table[a, b] = mature.cells[a] and a in mature.before[b]
            else:
                table[a, b] = not mature.cells[a] and (a == b or b in mature.before[a])
    return table
