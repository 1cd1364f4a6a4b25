"""Key performance indicators of a run, read from its journal and named after ISO 22400 and SEMI E10."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.calendar import DAY
from twin.capability import capability, charts
from twin.cost import costs
from twin.defect_flow import defect_flow, escapes, outgoing
from twin.estimate import estimated
from twin.journal import Journal
from twin.measured import CELL, Floats, Measured
from twin.oee import busy_share, ideal_seconds, oee, ratio, time_shares, weekly_busy_share
from twin.output_analysis import mser5, settle, summarise
from twin.product import JOULES_PER_GWH
from twin.table import Columns
from twin.yields import (
    first_pass_yield,
    flow,
    rolled_throughput_yield,
    scrap,
    scrap_found,
    scrapped_units,
    station_first_pass,
)

__all__ = ["kpis", "mser5", "settle", "summarise"]

DAYS_PER_YEAR = 365.0
SECONDS_PER_HOUR = 3600.0


def kpis(journal: Journal) -> dict[str, Any]:
    """Return the KPIs of the measured time of a run, as plain numbers, words, lists and mappings.

    Args:
        journal: of a simulated or opened run.

    Returns:
        What ``kpi.json`` holds. Ratios without a denominator are None. ``bottleneck`` is the station whose
        machines are the least idle: starved, blocked or without operators.
    """
    measured = Measured(journal)
    seconds = measured.states.sum(axis=0)
    busy = busy_share(seconds)
    first_pass = station_first_pass(measured)
    found: dict[str, Any] = {
        "line": measured.line.name,
        "complete": journal.complete,
        "days": measured.days,
        "warmup_days": journal.warmup / DAY,
        **(_lots if measured.line.cell is None else _cells)(measured),
        "first_pass_yield": first_pass_yield(measured),
        "rolled_throughput_yield": rolled_throughput_yield(first_pass),
        "bottleneck": journal.stations[int(np.argmax(busy))],
        "bottleneck_busy": float(busy.max()),
    }
    if measured.line.cell is not None and measured.line.prices is not None:
        found.update(costs(measured.line, journal))
    sure = estimated(measured, found, busy)
    if sure is not None:
        found["estimated"] = sure
    escaped = escapes(measured)
    return {
        **found,
        **outgoing(measured, escaped, found.get("good_cells", 0.0)),
        "scrap": scrap(measured),
        "flaws": defect_flow(measured),
        "escapes": escaped,
        "capability": capability(measured),
        "charts": charts(measured),
        "stations": _stations(measured, seconds, busy, first_pass),
        "flow": flow(measured),
        "daily": {"good": _good_by_day(measured), "wip": _wip_by_day(measured)},
        "weekly": {"busy": _by_station(measured, weekly_busy_share(measured))},
        "assumptions": _assumptions(measured),
    }


def _cells(measured: Measured) -> dict[str, Any]:
    """Return the counts of a plant of cells; started + wip at the start = good + scrapped + wip."""
    cell = measured.line.cell
    assert cell is not None
    finished = measured.finished
    good = float(finished["units"].sum())
    gwh = good * cell.energy / JOULES_PER_GWH
    return {
        "started_cells": float(measured.by_station(measured.visits, "tried")[measured.makes_cells].sum()),
        "good_cells": good,
        "grade_a_cells": float(finished["grade_a"].sum()),
        "grade_b_cells": float(finished["grade_b"].sum()),
        "scrapped_cells": scrapped_units(measured),
        "wip_cells_start": _cells_in(measured.opening),
        "wip_cells": _cells_in(measured.closing),
        "good_gwh": gwh,
        "good_gwh_per_year": ratio(gwh * DAYS_PER_YEAR, measured.days),
    }


def _cells_in(stock: Columns) -> float:
    return float(stock["units"][stock["unit"] == CELL].sum())


def _lots(measured: Measured) -> dict[str, Any]:
    """Return the counts of a generic line; lots may split and merge, so they need not balance."""
    finished = float(measured.finished["units"].sum())
    sources = [measured.journal.stations.index(name) for name in measured.line.sources]
    return {
        "started_lots": float(measured.by_station(measured.visits, "tried")[sources].sum()),
        "finished_lots": finished,
        "scrapped_lots": scrapped_units(measured),
        "wip_lots_start": float(measured.opening["lots"].sum()),
        "wip_lots": float(measured.closing["lots"].sum()),
        "throughput_per_hour": ratio(finished * SECONDS_PER_HOUR, measured.seconds),
    }


def _stations(measured: Measured, seconds: Floats, busy: Floats, first_pass: Floats) -> dict[str, Any]:
    """Return the KPIs of each station."""
    visits = measured.visits
    count = np.bincount(visits["station"], minlength=measured.size).astype(np.float64)
    entered, tried, passed = (measured.by_station(visits, name) for name in ("entered", "tried", "passed"))
    waits = measured.by_station(visits, visits["start"] - visits["arrive"])
    queues, lots, units = _queues(measured), *_mean_stock(measured)
    lost = scrap_found(measured)
    found = {}
    for number, name in enumerate(measured.journal.stations):
        station = measured.line.stations[name]
        ideal = ideal_seconds(station, count[number], entered[number], tried[number])
        yielded = float(first_pass[number])
        found[name] = {
            "title": station.title or name.replace("_", " "),
            "kind": station.step.kind,
            "unit": station.step.makes,
            "servers": station.servers,
            **time_shares(seconds[number]),
            "busy": float(busy[number]),
            **oee(station, seconds[number], ideal, tried[number], passed[number]),
            "first_pass_yield": None if np.isnan(yielded) else yielded,
            "lots": float(count[number]),
            "tried": float(tried[number]),
            "passed": float(passed[number]),
            "throughput_per_hour": ratio(passed[number] * SECONDS_PER_HOUR, measured.seconds),
            "mean_wait_s": ratio(waits[number], count[number]),
            "mean_queue_lots": float(queues[number]),
            "wip_lots": float(lots[number]),
            "wip_equivalents": float(units[number]),
            "scrap": lost[number],
        }
    return found


def _owners(measured: Measured) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the station that each place belongs to; buffers belong to the station they feed. Shape (places,)."""
    stations = measured.journal.stations
    boxes = [stations.index(measured.line.buffers[name].to) for name in measured.journal.buffers]
    return np.array([*range(measured.size), *boxes], np.int64)


def _queues(measured: Measured) -> Floats:
    """Return the mean number of lots that wait for each station in its buffers. Shape (stations,)."""
    levels = measured._rows("levels", "day")
    to = _owners(measured)[measured.size + levels["buffer"].astype(np.int64)]
    return np.bincount(to, levels["mean_lots"], measured.size) / max(measured.whole_days, 1)


def _mean_stock(measured: Measured) -> tuple[Floats, Floats]:
    """Return mean stock of each station and its buffers at the end of a day: lots and equivalents."""
    stock = measured._rows("stock", "day")
    to = _owners(measured)[stock["place"].astype(np.int64)]
    days = max(measured.whole_days, 1)
    units = measured.equivalents(stock["unit"], stock["units"], stock["cathode_kg"], stock["anode_kg"])
    return np.bincount(to, stock["lots"], measured.size) / days, np.bincount(to, units, measured.size) / days


def _good_by_day(measured: Measured) -> list[float]:
    rows = measured.finished
    day = ((rows["time"] - measured.begin) // DAY).astype(np.int64)
    days: list[float] = np.bincount(day, rows["units"], measured.whole_days).tolist()
    return days


def _wip_by_day(measured: Measured) -> dict[str, list[float]]:
    """Return what is in the plant at the end of each day, by stage: equivalents, or lots of a generic line."""
    stock = measured._rows("stock", "day")
    day = stock["day"] - measured.first_day
    if measured.line.cell is None:
        return {"lots": np.bincount(day, stock["lots"], measured.whole_days).tolist()}
    steps = [measured.line.stations[name].step for name in measured.journal.stations]
    finishing = np.array([type(step).__module__.startswith("twin.formation") for step in steps])
    is_cell, late = stock["unit"] == CELL, finishing[_owners(measured)[stock["place"].astype(np.int64)]]
    cell = measured.line.cell
    stages = {
        "cathode electrode": np.where(is_cell, 0.0, stock["cathode_kg"] / cell.cathode.solids),
        "anode electrode": np.where(is_cell, 0.0, stock["anode_kg"] / cell.anode.solids),
        "assembly": np.where(is_cell & ~late, stock["units"], 0.0),
        "formation and ageing": np.where(is_cell & late, stock["units"], 0.0),
    }
    return {name: np.bincount(day, amounts, measured.whole_days).tolist() for name, amounts in stages.items()}


def _by_station(measured: Measured, weekly: Floats) -> dict[str, list[float]]:
    return {name: weekly[:, number].tolist() for number, name in enumerate(measured.journal.stations)}


def _assumptions(measured: Measured) -> dict[str, int]:
    """Return how many declared numbers were read, remembered or estimated; an opened run no longer knows."""
    kinds = [record.confidence for record in measured.line._provenance]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}
