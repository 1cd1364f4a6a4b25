"""How equipment spent its time: SEMI E10 states, OEE by ISO 22400 names, and where the bottleneck was."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.electrode.coating import Coating
from twin.equipment import Station
from twin.journal import SEMI_E10, State
from twin.measured import Floats, Measured
from twin.steps import AnyStep
from twin.timed import Empirical, Timed, Triangular

STANDBY = SEMI_E10["standby"]
# a server that waits for material, room or operators could have done more
IDLE = (State.STARVED, State.BLOCKED, State.NO_CREW)
NOT_PLANNED = (State.OFF_SHIFT, State.MAINTENANCE, State.ENGINEERING)
WEEK = 7


def ratio(part: float, whole: float) -> float | None:
    """Return a ratio, None where there is nothing to divide by."""
    return float(part) / float(whole) if whole > 0 else None


def busy_share(seconds: Floats) -> Floats:
    """Return the share of staffed time in which servers are not idle. Shape (...,) of seconds (..., states).

    The bottleneck is where it is largest: the station that least often waits for material, room or
    people. What waits for a repair crew is down, not idle.
    """
    staffed = seconds.sum(axis=-1) - seconds[..., State.OFF_SHIFT]
    idle = seconds[..., list(IDLE)].sum(axis=-1)
    share: Floats = np.divide(staffed - idle, staffed, out=np.zeros_like(staffed), where=staffed > 0)
    return share


def weekly_busy_share(measured: Measured) -> Floats:
    """Return the busy share of each station week by week; the last week may be short. Shape (weeks, stations)."""
    starts = np.arange(0, measured.whole_days, WEEK)
    return busy_share(np.add.reduceat(measured.states, starts, axis=0)) if len(starts) else np.zeros((0, measured.size))


def time_shares(seconds: Floats) -> dict[str, Any]:
    """Return the shares of the six SEMI E10 states, and of standby by its cause.

    Args:
        seconds: of all servers of one station by state [s]. Shape (states,).
    """
    total = seconds.sum()
    shares = seconds / total if total > 0 else seconds
    six = {name: float(shares[list(members)].sum()) for name, members in SEMI_E10.items()}
    return {"states": six, "standby": {state.name.lower(): float(shares[state]) for state in STANDBY}}


def oee(station: Station, seconds: Floats, ideal: float, tried: float, passed: float) -> dict[str, float | None]:
    """Return OEE and its three factors by their ISO 22400-2 names.

    Availability is productive over planned busy time, which is all time but unstaffed, maintenance and
    engineering time; set-ups, repairs and waiting lower it. Performance (effectiveness) is the time that
    was needed at the declared rate, with full loads and no handling, over productive time. Quality is
    what passed over what was tried.

    Args:
        station: as declared.
        seconds: of all its servers by state [s]. Shape (states,).
        ideal: time that its visits needed at the declared rate [s].
        tried: begun [unit of what leaves].
        passed: handed on [unit of what leaves].
    """
    planned_busy = seconds.sum() - seconds[list(NOT_PLANNED)].sum()
    availability = ratio(seconds[State.PRODUCTIVE], planned_busy)
    performance = ratio(ideal, seconds[State.PRODUCTIVE])
    quality = ratio(passed, tried)
    whole = None
    if availability is not None and performance is not None and quality is not None:
        whole = availability * performance * quality
    return {"oee": whole, "availability": availability, "performance": performance, "quality": quality}


def ideal_seconds(station: Station, visits: float, entered: float, tried: float) -> float:
    """Return the machine time that visits need at the declared rate with full loads [s].

    Args:
        station: as declared.
        visits: lots.
        entered: worked on [the step's unit].
        tried: begun [unit of what leaves].
    """
    step = station.step
    needed = _at_declared_rate(step, visits, entered, tried)
    if station.batch is None:
        # lots that are joined share one turn, which is one visit
        return needed
    loads = [visits / station.batch.lots] if station.batch.lots else []
    loads += [entered / station.batch.units] if station.batch.units else []
    return needed / visits * max(loads) if visits and loads else needed


def _at_declared_rate(step: AnyStep, visits: float, entered: float, tried: float) -> float:
    """Return the time that visits need one after the other, without handling [s]."""
    if isinstance(step, Timed):
        return visits * _mean(step)
    if hasattr(step, "rate"):
        return float(entered * getattr(step, "per_cell", 1) * step.looks_at / step.rate)
    if hasattr(step, "speed"):
        web = tried if isinstance(step, Coating) else entered
        return float(web * getattr(step, "passes", 1) / step.speed)
    return float(visits * step.time)


def _mean(step: Timed) -> float:
    """Return the mean of a declared service time [s]."""
    time = step.time
    if isinstance(time, Triangular):
        return (time.low + time.mode + time.high) / 3
    return float(np.mean(time.observed)) if isinstance(time, Empirical) else time.mean
