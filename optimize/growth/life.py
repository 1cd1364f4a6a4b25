"""A strategy lived through in one future: what its young lines make, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimize.growth.orders import Asked, Plan, day_of
from optimize.growth.site import Ground

Floats = NDArray[np.float64]

# the monthly figures of a life
MONTHLY = (
    *("started", "good", "grade_b", "scrapped", "decided", "engineers"),
    *("acting", "waiting", "working", "found", "lag", "down", "running", "within"),
)
TABLES = ("narrowest", "scrap_by_source", "line_good", "line_started")


@dataclass(frozen=True)
class Cases:
    """Cases that engineers have closed.

    Attributes:
        closed: how many.
        empty: of them, those with nothing behind.
        waited: from alarm to the last start of work, summed over them [d].
        worked: from there to the end [d].
    """

    closed: int = 0
    empty: int = 0
    waited: int = 0
    worked: int = 0


@dataclass(frozen=True)
class Life:
    """What became of a strategy in one future, month by month. Arrays are of shape (months,) unless said.

    Attributes:
        ordered: month of each line's order; the pilot line is not one of them.
        starts: month in which each makes its first cells.
        started: cells started, and web that was cut out for as many, by what is in it [GWh].
        good: grade A [GWh].
        grade_b: of grade B, and what was made before customers released the product [GWh].
        scrapped: cells, or web for as many by what is in it, lost [GWh].
        decided: cells whose fate was decided, good or scrap [GWh].
        engineers: paid, in the declared pay of one.
        acting: hidden causes that act.
        waiting: cases that wait for an engineer.
        working: cases in work.
        found: flawed cells of hidden causes that were found [GWh].
        lag: hours between birth and finding of those, summed over them [GWh h].
        running: lines and parts of lines that run, by their size [-].
        within: cells in the plant, between their start and its end [GWh].
        scrap_by_source: cells, or web for as many, lost, by the sources of scrap of the mature line [GWh]. Shape
            (months, sources).
        narrowest: share of the running lines whose start each station limited most [-]. Shape (months, stations).
        down: machine time lost where most of it was, mean of the lines that run [-].
        line_good: good cells of each line that customers have released, both grades [GWh]. Shape (months, lines).
        line_started: cells started by each line [GWh]. Shape (months, lines).
        causes: born until the end, and removed.
        cases: that were closed.
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
    down: Floats
    running: Floats
    within: Floats
    scrap_by_source: Floats
    narrowest: Floats
    line_good: Floats
    line_started: Floats
    causes: tuple[int, int]
    cases: Cases


def live(asked: Asked) -> Life:
    """Return what becomes of a strategy in a future."""
    plan, ground = Plan(asked), asked.ground
    if not plan.ordered:
        return _nothing(ground)
    found, mature = plan.ramp, ground.mature
    energy = mature.energy
    # what customers have not released sells as grade B
    finished, shipped = (made.sum(axis=1) * energy for made in (found.finished, found.shipped))
    good = shipped * (1 - ground.grade_b)
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
        good=good,
        grade_b=finished - good,
        scrapped=(found.scrap * value).sum(axis=1) * energy,
        decided=found.decided.sum(axis=1) * energy,
        engineers=plan.paid,
        acting=found.acting,
        waiting=found.waiting,
        working=found.working,
        found=found.found * energy,
        lag=found.found_lag * energy,
        down=down,
        running=_running(plan),
        within=found.within * energy,
        scrap_by_source=found.scrap_by_source * energy,
        narrowest=_shares(found.narrowest),
        line_good=found.shipped[:, -len(plan.starts) :] * energy,
        line_started=found.started[:, -len(plan.starts) :] * energy,
        causes=(born, gone),
        cases=Cases(
            len(found.cases),
            sum(case.cause < 0 for case in found.cases),
            sum(case.begun - case.opened for case in found.cases),
            sum(case.closed - case.begun for case in found.cases),
        ),
    )


def _running(plan: Plan) -> Floats:
    """Return the sizes of the lines that run, mean over the days of each month [-]. Shape (months,)."""
    months = plan.asked.ground.months
    begins = np.array([day_of(month) for month in range(months + 1)])
    length = np.diff(begins)
    running = np.zeros(months)
    for module in plan.programme().modules:
        running += module.size * np.clip(begins[1:] - module.start, 0, length) / length
    return running


def _shares(days: Floats) -> Floats:
    """Return days of each station as shares of those of all of them, nothing where there are none."""
    all_ = days.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(days, all_, out=np.zeros_like(days), where=all_ > 0))


def _nothing(ground: Ground) -> Life:
    """Return the life of a plant of which no line starts within the horizon."""
    months = ground.months
    arrays = {name: np.zeros(months) for name in MONTHLY}
    none = np.zeros((months, 0))
    tables = {"narrowest": np.zeros((months, len(ground.mature.stations)))}
    tables["scrap_by_source"] = np.zeros((months, len(ground.mature.sources)))
    return Life([], [], line_good=none, line_started=none, causes=(0, 0), cases=Cases(), **arrays, **tables)


def as_data(life: Life) -> dict[str, Any]:
    """Return a life as plain lists, which can be kept in a file."""
    arrays = {name: getattr(life, name).tolist() for name in (*MONTHLY, *TABLES)}
    return {
        "ordered": life.ordered,
        "starts": life.starts,
        "causes": list(life.causes),
        "cases": asdict(life.cases),
        **arrays,
    }


def of_data(data: Mapping[str, Any]) -> Life:
    """Return what ``as_data`` gave."""
    arrays = {name: np.array(data[name], np.float64) for name in (*MONTHLY, *TABLES)}
    return Life(
        list(data["ordered"]),
        list(data["starts"]),
        causes=tuple(data["causes"]),
        cases=Cases(**data["cases"]),
        **arrays,
    )


def ask_life(asked: Asked) -> dict[str, Any]:
    """Return what becomes of a strategy in a future, as plain data that can be kept."""
    return as_data(live(asked))
