"""What a working day in machine code reads and writes: arrays, put together by what they belong to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Truths = NDArray[np.bool_]


class Hidden(NamedTuple):
    """Causes, as in :class:`twin.ramp.causes.Causes`, whose arrays they are. Each of shape (causes,)."""

    module: Whole
    station: Whole
    flaw: Whole
    size: Floats
    drifts: Truths
    comes: Truths
    phase: Floats
    born: Whole
    gone: Whole


class Gauges(NamedTuple):
    """The gauges that may see each cause, in the order of the route. Arrays are of shape (causes, gauges) unless said.

    Attributes:
        places: how many of them there are; what is behind holds nothing. Shape (causes,).
        chance: of a flaw born, the share that is found there: missed before, seen here [-]; 0 where there is none.
        station: where the gauge stands.
        birth_lag: days from birth to it.
        chart: number of the chart that it feeds; that of no gauge is the last one.
        hours: from birth to it [h].
        source: of what is scrapped there, by number.
    """

    places: Whole
    chance: Floats
    station: Whole
    birth_lag: Whole
    chart: Whole
    hours: Floats
    source: Whole


class Route(NamedTuple):
    """The mature line. Arrays are of shape (stations,) unless said.

    Attributes:
        started: cells started in a day [1/d].
        good: cells that leave of those whose fate is decided [-].
        end: last station.
        slack: capacity over what it works on [-].
        cells: whether what a station works on are cells.
        order: stations of cells, in that of the route. Shape (stations of cells,).
        cohort: days from the start of a cell to a station, negative before.
        on_the_way: whether what is lost at the first station counts at the second. Shape (stations, stations).
        scrap: usual, of one cell started [-].
        scrap_by_source: the same by where it comes from [-]. Shape (sources,).
    """

    started: float
    good: float
    end: int
    slack: Floats
    cells: Truths
    order: Whole
    cohort: Whole
    on_the_way: Floats
    scrap: Floats
    scrap_by_source: Floats


class Lines(NamedTuple):
    """What lines may run at.

    Attributes:
        size: relative to the mature line [-]. Shape (modules,).
        there: share of its capacity that is accepted and has crews [-]. Shape (modules, days).
        most: share of its capacity that a line is allowed [-]. Shape (modules, days).
        released: day from which on what a line finishes is sold as grade A. Shape (modules,).
    """

    size: Floats
    there: Floats
    most: Floats
    released: Whole


class Listening(NamedTuple):
    """What charts listen to. Arrays are of shape (charts,) unless said.

    Attributes:
        module: line.
        usual: what it counts per cell started in a mature line [-].
        time: whether it watches machine time.
        scatter: of that, day by day [-].
        noise: standard normal. Shape (charts, days).
    """

    module: Whole
    usual: Floats
    time: Truths
    scatter: Floats
    noise: NDArray[np.float32]


class Rules(NamedTuple):
    """Numbers of the priors, times in days; see :mod:`twin.ramp.priors`."""

    drift_time: float
    duty: float
    largest: float
    passing: float
    fades: float
    trials: float
    most_trials: float
    count_noise: float
    shift: float
    threshold: float


class State(NamedTuple):
    """What changes from day to day.

    Attributes:
        share: what each cause took of late [-]. Shape (causes, days on the way to the last gauge and one).
        cells: started by each line. Shape (modules, days).
        alive: share of those that no hidden cause has taken yet [-]. Same shape.
        by_cause: finds of each cause at each of its gauges; cells not made for one that costs machine time. Shape
            (causes, gauges).
        recent: the same over the last weeks, fading.
        active: causes to be looked at today, the first ones of it. Shape (causes,).
        lost: logarithm of what is lost, by line and station [-]. Shape (modules, stations).
        up: share of the time that no hidden cause stops machines [-]. Same shape.
        rated: share of their speed that none takes [-]. Same shape.
        scrap: cells, or web for as many, lost to hidden causes today. Same shape.
        work: what one mature cell asks of each station, upside down [-]. Shape (stations,).
        started: cells started today. Shape (modules,).
        finished: cells finished today. Shape (modules,).
        busy: cases in work and on trial. Shape (modules,).
        hit: finds of each chart; that of no gauge is last. Shape (charts + 1,).
        sum: of each CUSUM chart [sigma]. Shape (charts,).
        open: whether a case of it is open. Shape (charts,).
        quiet: day from which on it listens again. Shape (charts,).
        alarms: charts that alarm today, the first ones of it. Shape (charts,).
    """

    share: Floats
    cells: Floats
    alive: Floats
    by_cause: Floats
    recent: Floats
    active: Whole
    lost: Floats
    up: Floats
    rated: Floats
    scrap: Floats
    work: Floats
    started: Floats
    finished: Floats
    busy: Whole
    hit: Floats
    sum: Floats
    open: Truths
    quiet: Whole
    alarms: Whole


class Months(NamedTuple):
    """Sums over days, as in :class:`twin.ramp.learning.Ramp`, whose arrays they are."""

    started: Floats
    finished: Floats
    shipped: Floats
    decided: Floats
    scrap: Floats
    scrap_by_source: Floats
    found: Floats
    found_lag: Floats
    acting: Floats
    down: Floats
    narrowest: Floats
    within: Floats


class Plant(NamedTuple):
    """Everything that a day of work needs."""

    hidden: Hidden
    gauges: Gauges
    route: Route
    lines: Lines
    listening: Listening
    rules: Rules
    state: State
    months: Months
