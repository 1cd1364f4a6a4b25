"""Hidden causes: which there are in a line, how bad, and since when. Luck is keyed by design and station."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.calendar import DAY
from twin.ramp.mature import Mature
from twin.ramp.priors import CausePriors, Module, Priors, Programme
from twin.randomness import stream

# most expected causes of one kind at one station whose luck is drawn; more than any prior asks for
_MOST = 40.0
_DRAWN = 160


class Luck(NamedTuple):
    """What is drawn for each possible cause of a design, or of a line, at a station. Each of shape (causes,).

    Attributes:
        rank: the cause is there when this is below the expected number.
        kind: decides between costing material and costing machine time.
        which: decides which flaw it makes.
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


class Cause(NamedTuple):
    """One row of ``Causes``, while it is not gone."""

    key: str
    module: int
    station: int
    flaw: int
    size: float
    drifts: bool
    comes: bool
    phase: float
    born: int


@dataclass
class Causes:
    """All causes of a programme, one row each. Arrays are of shape (causes,).

    Attributes:
        key: names a shared cause, "" for a local one.
        module: line in which it sits.
        station: where it acts.
        flaw: number of the flaw that it makes, -1 for none: it costs machine time.
        size: share of units, or of machine time, that it takes while it acts [-].
        drifts: whether it grows until a reset.
        comes: whether it comes and goes by days.
        phase: of its course [-].
        born: first day on which it acts.
        gone: first day on which it does not act any more; a large number until then.
    """

    key: list[str]
    module: NDArray[np.int64]
    station: NDArray[np.int64]
    flaw: NDArray[np.int64]
    size: NDArray[np.float64]
    drifts: NDArray[np.bool_]
    comes: NDArray[np.bool_]
    phase: NDArray[np.float64]
    born: NDArray[np.int64]
    gone: NDArray[np.int64]


# never in any programme
NEVER = 1 << 40


def hidden_causes(programme: Programme, mature: Mature, priors: Priors, seed: int) -> Causes:
    """Return every cause that will ever be in a programme's lines, known to nobody yet.

    A design has its causes whatever the strategy: fewer are there when less is new, and they are some of the same.
    """
    rows: list[Cause] = []
    by_station = [[n for n, flaw in enumerate(mature.flaws) if flaw.station == s] for s in range(len(mature.stations))]
    for number, module in enumerate(programme.modules):
        for station, flaws in enumerate(by_station):
            where = (number, station, flaws, mature)
            rows += _at_start(where, module, programme, priors.causes, seed)
            rows += _later(where, module, programme, priors.causes, seed)
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
        np.full(len(rows), NEVER, np.int64),
    )


Where = tuple[int, int, list[int], Mature]


def expected(module: Module, priors: CausePriors, disturbance: float) -> float:
    """Return how many causes a line is born with at each station, tests apart."""
    return (
        priors.per_station
        * (1 + (priors.new_product - 1) * module.product)
        * (1 + (priors.new_equipment - 1) * module.equipment)
        * (1 + (priors.new_people - 1) * module.people)
        * disturbance
    )


def _at_start(where: Where, module: Module, programme: Programme, priors: CausePriors, seed: int) -> list[Cause]:
    number, station, _, mature = where
    mean = min(expected(module, priors, programme.disturbance), _MOST)
    rows = []
    # a line's own luck is keyed by its number, so that it is the same whatever stands beside it
    for owner, share in ((f"design {module.design}", priors.shared), (f"line {number}", 1 - priors.shared)):
        luck = _drawn(seed, owner, mature.stations[station])
        there = np.flatnonzero((luck.rank < mean * share) & (luck.found >= module.tests))
        for place in there.tolist():
            key = f"{module.design}/{station}/{place}" if owner.startswith("design") else ""
            if key and key in programme.solved:
                continue
            rows.append(_row(key, where, luck, place, module.start, priors))
    return rows


def _later(where: Where, module: Module, programme: Programme, priors: CausePriors, seed: int) -> list[Cause]:
    """Return what comes in later, local to the line: a supplier's new lot, a worn part, new staff."""
    number, station, _, mature = where
    name = mature.stations[station]
    luck = _drawn(seed, f"later line {number}", name)
    gaps = stream(seed, "later", number, name).standard_exponential(_DRAWN)
    rate = priors.later * DAY * (priors.frozen if module.frozen else 1.0)
    if rate <= 0:
        return []
    days = module.start + (np.cumsum(gaps) / rate)
    count = int(np.searchsorted(days, programme.days))
    return [_row("", where, luck, place, int(days[place]), priors) for place in range(min(count, _DRAWN))]


def _row(key: str, where: Where, luck: Luck, place: int, born: int, priors: CausePriors) -> Cause:
    number, station, flaws, mature = where
    stops = luck.kind[place] < priors.failures or not flaws
    flaw = -1 if stops else flaws[int(luck.which[place] * len(flaws))]
    size = min(priors.median_size * float(np.exp(log(priors.spread) * luck.size[place])), priors.largest)
    if not key and luck.where[place] < priors.one_machine:
        # what sits in one machine touches only what goes through it
        size /= max(mature.servers[station], 1.0)
    drifts = bool(luck.course[place] < priors.drifting)
    comes = bool(luck.course[place] > 1 - priors.intermittent)
    return Cause(key, number, station, flaw, size, drifts, comes, float(luck.phase[place]), born)


def _drawn(seed: int, owner: str, station: str) -> Luck:
    generator = stream(seed, "cause", owner, station)
    rank = np.cumsum(generator.standard_exponential(_DRAWN))
    uniform = generator.random((6, _DRAWN))
    size = generator.standard_normal(_DRAWN)
    return Luck(rank, uniform[0], uniform[1], size, *uniform[2:])


def strength(causes: Causes, day: int, priors: CausePriors) -> NDArray[np.float64]:
    """Return what share each cause takes on a day [-]. Shape (causes,)."""
    acts = (causes.born <= day) & (day < causes.gone)
    share = np.where(acts, causes.size, 0.0)
    course = (day - causes.born) / (priors.drift_time / DAY) + causes.phase
    # twice the mean at the end of a drift, nothing after the reset
    share = np.where(causes.drifts, share * 2 * (course - np.floor(course)), share)
    # equal steps of the golden ratio spread the days on which it acts evenly
    turn = causes.phase + day * 0.6180339887498949
    share = np.where(causes.comes & (turn - np.floor(turn) >= priors.duty), 0.0, share)
    return np.minimum(share, priors.largest)
