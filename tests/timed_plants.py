"""Declared plants without their physics: the same flow of lots through timed stations, which every engine can run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from generic_lines import read_text, visits

from twin import Journal, Line, Run, simulate
from twin.calendar import Shift
from twin.equipment import Station
from twin.sizing import Capacity, capacity

# invented: how much times vary about those of the physics, and how many lots come back where there is a way back
VARIES, COMES_BACK = 0.1, 0.2


def as_timed(line: Line) -> Line:
    """Return a plant with timed steps in place of its own.

    Machines, buffers, shelf lives, failures, set-ups, maintenance, shifts, crews and routes stay as they are. Each lot
    takes the time that it takes on average with the step's own physics, and is split into as many lots.
    """
    able, journal = capacity(line), simulate(Run(line, days=1, warmup=0, cells="none"))
    plant = {
        "gigatwin": 1,
        "name": line.name,
        "stations": {name: _station(line, name, able[name], _split(journal, name)) for name in line.stations},
        "buffers": {name: _buffer(line, name) for name in line.buffers},
        "crews": {name: {"size": crew.size} for name, crew in line.crews.items()},
        "calendars": {
            name: {"shifts": [_shift(shift) for shift in week.shifts]} for name, week in line.calendars.items()
        },
    }
    return read_text(json.dumps(plant))


def _station(line: Line, name: str, able: Capacity, split: int) -> dict[str, Any]:
    declared = line.stations[name]
    time = {"distribution": "gamma", "mean": f"{able.seconds!r} s", "cv": VARIES}
    step = {"kind": "timed", "time": time, "split": split}
    if any(line.buffers[box].rework for box in line.outboxes(name)):
        step["rework"] = COMES_BACK
    found = {"step": step, "servers": declared.servers, "combine": declared.combine, "crew": declared.crew}
    if declared.calendar is not None:
        found["calendar"] = declared.calendar
    if declared.batch is not None:
        patience = declared.batch.patience
        found["batch"] = {"lots": able.lots, **({} if patience is None else {"patience": f"{patience!r} s"})}
    return {**found, **_downtime(declared)}


def _downtime(declared: Station) -> dict[str, Any]:
    found: dict[str, Any] = {
        "maintenance": {
            name: {"every": f"{plan.every!r} s", "takes": f"{plan.takes!r} s", "state": plan.state}
            for name, plan in declared.maintenance.items()
        },
        # what falls due by metres of web does so by lots here
        "setups": {
            name: {"every_lots": setup.every_lots or 24, "takes": f"{setup.takes!r} s"}
            for name, setup in declared.setups.items()
        },
    }
    fails = declared.failures
    if fails is not None:
        found["failures"] = {"mtbf": f"{fails.mtbf!r} s", "mttr": f"{fails.mttr!r} s", "shape": fails.shape}
        if fails.crew is not None:
            found["failures"]["crew"] = fails.crew
    return found


def _buffer(line: Line, name: str) -> dict[str, Any]:
    buffer = line.buffers[name]
    found = {"from": buffer.source, "to": buffer.to, "capacity": buffer.capacity, "rework": buffer.rework}
    return found if buffer.shelf_life is None else {**found, "shelf_life": f"{buffer.shelf_life!r} s"}


def _shift(shift: Shift) -> dict[str, Any]:
    return {"days": list(shift.days), "start": f"{shift.start!r} s", "hours": f"{shift.hours!r} s"}


def _split(journal: Journal, station: str) -> int:
    """Return how many lots come of a turn of a station."""
    made = journal.columns("lots")
    lots = np.unique(made["lot"][made["family"] == journal.stations.index(station)])
    turns = len(visits(journal, station)["lot"])
    return max(1, round(len(lots) / turns)) if turns else 1
