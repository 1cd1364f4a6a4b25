"""The lines of a programme at work: what a working day in machine code needs, put together.

A flaw born on day d at station b is seen at gauge g on day d + lag(g) - lag(b): until then everything that is made
carries it. Cells move in cohorts by the day of their start; a cohort loses what each gauge finds in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from twin.calendar import DAY
from twin.ramp.causes import Causes
from twin.ramp.mature import Mature
from twin.ramp.pace import pace_of
from twin.ramp.priors import Priors, Programme
from twin.ramp.tables import Floats, Gauges, Hidden, Lines, Listening, Months, Plant, Route, Rules, State
from twin.ramp.watch import Charts, Views, Watch
from twin.ramp.working_day import work_a_day
from twin.randomness import stream

_HOURS_PER_DAY = 24.0


class Floor:
    """The lines of a programme at work, day by day.

    Args:
        programme: what is built.
        mature: the line that each of them becomes.
        causes: what is hidden in them; its arrays are read every day.
        watch: who sees it.
        priors: of learning.
        months: sums over the days of each month.
        seed: key of what charts count by chance.
    """

    def __init__(
        self,
        programme: Programme,
        mature: Mature,
        causes: Causes,
        watch: Watch,
        priors: Priors,
        months: Months,
        seed: int,
    ) -> None:
        self.views = watch.views(causes, programme, mature)
        hidden = Hidden(*(getattr(causes, name) for name in Hidden._fields))
        shape, charts = (len(programme.modules), len(mature.stations)), watch.charts
        evidence = priors.evidence
        pace = pace_of(programme, priors.start)
        self.plant = Plant(
            hidden,
            _gauges(self.views, causes, mature),
            _route(mature),
            Lines(
                np.array([module.size for module in programme.modules]),
                pace.accepted * pace.covered,
                pace.most,
                pace.released,
            ),
            Listening(
                charts.module,
                charts.usual,
                np.array([not mode for mode in charts.mode]),
                evidence.downtime_noise / np.sqrt(mature.servers[charts.station]),
                _noise(programme, mature, charts, seed),
            ),
            _rules(priors),
            _at_first(self.views, shape, len(charts.module), programme.days),
            months,
        )

    def run(self, day: int, month: int) -> list[int]:
        """Let the lines work for a day, add it to its month, and return the charts that alarm at its end."""
        alarms = work_a_day(self.plant, day, month)
        found: list[int] = self.plant.state.alarms[:alarms].tolist()
        return found


def _gauges(views: Views, causes: Causes, mature: Mature) -> Gauges:
    """Return the gauges of each cause, with where it comes from what they scrap."""
    hours = np.maximum(0.0, mature.lag[views.station] - mature.lag[causes.station][:, None]) * _HOURS_PER_DAY
    source = np.zeros(views.station.shape, np.int64)
    for (flaw, station), place in mature.places.items():
        source[(causes.flaw[:, None] == flaw) & (views.station == station)] = place
    # up to the last one that finds any
    places = ((views.chance > 0) * np.arange(1, views.chance.shape[1] + 1)).max(axis=1, initial=0)
    return Gauges(places, views.chance, views.station, views.birth_lag, views.chart, hours, source)


def _route(mature: Mature) -> Route:
    order = sorted(np.flatnonzero(mature.cells).tolist(), key=lambda one: (mature.lag[one], one))
    return Route(
        mature.started,
        mature.good,
        mature.end,
        mature.slack,
        mature.cells,
        np.array(order, np.int64),
        np.round(mature.lag).astype(np.int64),
        _on_the_way(mature),
        mature.scrap,
        mature.scrap_by_source,
    )


def _rules(priors: Priors) -> Rules:
    causes, evidence, engineers = priors.causes, priors.evidence, priors.engineers
    return Rules(
        causes.drift_time / DAY,
        causes.duty,
        causes.largest,
        priors.start.passing,
        # what is left of a memory after a day
        0.5 ** (DAY / evidence.remembered),
        engineers.trials,
        engineers.most_trials,
        evidence.count_noise,
        evidence.shift,
        evidence.threshold,
    )


def _noise(programme: Programme, mature: Mature, charts: Charts, seed: int) -> NDArray[np.float32]:
    """Return what charts count by chance: each has its own luck, whatever others there are. Shape (charts, days)."""
    names = zip(charts.module.tolist(), charts.station.tolist(), charts.mode, strict=True)
    return np.array(
        [_noise_of(seed, line, mature.stations[place], mode, programme.days) for line, place, mode in names]
    )


# plants of one future share it; as much is kept as one of four lines needs
@lru_cache(maxsize=512)
def _noise_of(seed: int, line: int, station: str, mode: str, days: int) -> NDArray[np.float32]:
    """Return what one chart counts by chance. Shape (days,)."""
    return stream(seed, "chart", line, station, mode).standard_normal(days, dtype=np.float32)


def _at_first(views: Views, shape: tuple[int, int], charts: int, days: int) -> State:
    """Return what changes from day to day, before the first one."""
    causes, lines = len(views.chance), shape[0]
    way = int(views.birth_lag.max(initial=0)) + 1
    return State(
        share=np.zeros((causes, way)),
        cells=np.zeros((lines, days)),
        alive=np.ones((lines, days)),
        by_cause=np.zeros(views.chance.shape),
        recent=np.zeros(views.chance.shape),
        active=np.zeros(causes, np.int64),
        lost=np.zeros(shape),
        up=np.ones(shape),
        rated=np.ones(shape),
        scrap=np.zeros(shape),
        work=np.ones(shape[1]),
        started=np.zeros(lines),
        finished=np.zeros(lines),
        busy=np.zeros(lines, np.int64),
        hit=np.zeros(charts + 1),
        sum=np.zeros(charts),
        open=np.zeros(charts, np.bool_),
        quiet=np.zeros(charts, np.int64),
        alarms=np.zeros(charts, np.int64),
    )


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
