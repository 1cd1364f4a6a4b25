"""A journal written by hand, small enough to work out every KPI on paper.

Day 0 is warm-up, days 1 and 2 are measured. Two mixers feed a stacker (that slurry would first be
coated does not matter here), the stacker feeds a grader.
"""

from __future__ import annotations

from twin.calendar import DAY
from twin.journal import UNITS, Action, Journal, State
from twin.line import Line

_MIXER = {
    "kind": "mixing",
    "vessel": "100 L",
    "fill": 1,
    "density": "2 kg/L",
    "solids": 0.5,
    "time": "6 h",
    "residue": 0.0,
    "offset_sd": 0,
}
_PLANT = {
    "gigatwin": 1,
    "name": "hand_made",
    "cell": {
        "format": "prismatic",
        "chemistry": "lfp",
        "capacity": "100 Ah",
        "voltage": "3 V",
        "cathode": {"area": "1 m^2", "materials": {"lfp": "2 kg"}},
        "anode": {"area": "1 m^2", "materials": {"graphite": "1 kg"}},
    },
    "stations": {
        "cathode_mixing": {"step": {**_MIXER, "electrode": "cathode"}, "servers": 1},
        "anode_mixing": {"step": {**_MIXER, "electrode": "anode"}, "servers": 1},
        "stacking": {"step": {"kind": "stacking", "rate": "100 cell/h", "pitch": "0.1 m"}, "servers": 1},
        "grading": {
            "title": "End-of-line test",
            "step": {
                "kind": "grading",
                "rate": "50 cell/h",
                "capacity_mean": 1,
                "capacity_cv": 0.01,
                "capacity_noise": 0,
                "capacity_a": 0.97,
                "capacity_b": 0.95,
                "resistance_cv": 0,
                "resistance_noise": 0,
                "resistance_limit": 2,
            },
            "servers": 2,
        },
    },
    "buffers": {
        "cathode_slurry": {"from": "cathode_mixing", "to": "stacking"},
        "anode_slurry": {"from": "anode_mixing", "to": "stacking"},
        "stacks": {"from": "stacking", "to": "grading"},
    },
}
CATHODE, ANODE, STACKING, GRADING = range(4)
STACKS = 4 + 2
KG, CELL = UNITS.index("kg"), UNITS.index("cell")


def hand_made_journal() -> Journal:
    """Return the journal; what it says is told in its rows."""
    line = Line.model_validate(_PLANT)
    journal = Journal(list(line.stations), list(line.buffers), ["burr@stacking"], None)
    journal.line = line
    journal.warmup, journal.end, journal.complete = DAY, 3 * DAY, True
    _visits(journal)
    _rejects(journal)
    _what_is_there(journal)
    for day in range(3):
        _states(journal, day)
    return journal


def _visits(journal: Journal) -> None:
    add = journal.tables["visits"].add
    hour = 3600.0
    for lot, begin in enumerate((6.0, 26.0, 56.0)):
        for mixer in (CATHODE, ANODE):
            kg = 400.0 if mixer == CATHODE else 200.0
            end = begin + 1
            add((lot, mixer, mixer, 0, begin * hour, begin * hour, end * hour, end * hour, kg, kg, kg))
    # lot, family, station, server, arrive, start, finish, leave, entered, tried, passed
    add((0, STACKING, STACKING, 0, 8 * hour, 9 * hour, 10 * hour, 10 * hour, 100, 100, 98))
    add((1, STACKING, STACKING, 0, 28 * hour, 29 * hour, 30 * hour, 31 * hour, 100, 100, 97))
    add((2, STACKING, STACKING, 0, 58 * hour, 61 * hour, 62 * hour, 62 * hour, 100, 100, 100))
    add((0, STACKING, GRADING, 0, 10 * hour, 24 * hour, 26 * hour, 26 * hour, 98, 98, 96))
    add((1, STACKING, GRADING, 1, 31 * hour, 35 * hour, 37 * hour, 37 * hour, 97, 97, 94))


def _rejects(journal: Journal) -> None:
    add = journal.tables["rejects"].add
    burr, residue, weak = 0, journal.reason("vessel_residue"), journal.reason("low_capacity")
    hour = 3600.0
    # time, station, reason, action, unit, family, lot, cell, quantity, cathode_kg, anode_kg
    for cell in range(2):
        add((10 * hour, STACKING, burr, Action.SCRAP, CELL, STACKING, 0, cell, 1, 2, 1))
    for cell in range(3):
        add((30 * hour, STACKING, burr, Action.SCRAP, CELL, STACKING, 1, 100 + cell, 1, 2, 1))
    for cell in range(2):
        add((26 * hour, GRADING, weak, Action.SCRAP, CELL, STACKING, 0, 10 + cell, 1, 2, 1))
    for cell in range(3):
        add((37 * hour, GRADING, burr, Action.SCRAP, CELL, STACKING, 1, 110 + cell, 1, 2, 1))
    add((37 * hour, GRADING, burr, Action.CURED, CELL, STACKING, 1, 120, 1, 2, 1))
    add((27 * hour, CATHODE, residue, Action.LOSS, KG, CATHODE, 1, -1, 8, 8, 0))


def _what_is_there(journal: Journal) -> None:
    finish, stock = journal.tables["finished"].add, journal.tables["stock"].add
    hour = 3600.0
    # time, family, lot, units, grade_a, grade_b, cathode_kg, anode_kg
    finish((26 * hour, STACKING, 0, 96, 90, 6, 192, 96))
    finish((37 * hour, STACKING, 1, 94, 92, 2, 188, 94))
    # day, place, unit, lots, units, cathode_kg, anode_kg
    stock((0, STACKS, CELL, 1, 98, 196, 98))
    stock((2, STACKS, CELL, 1, 100, 200, 100))
    for day in range(3):
        for buffer in range(3):
            journal.tables["levels"].add((day, buffer, 0.5 * buffer, 1))
    kept = journal.tables["cells"].add
    for cell in range(90):
        kept((cell, STACKING, 0, 26 * hour, GRADING, 1, -1, 100 + (cell % 9 - 4) * 0.5, 1.0))
    for cell in range(6):
        kept((90 + cell, STACKING, 0, 26 * hour, GRADING, 2, -1, 96 + 0.1 * cell, 1.0))


def _states(journal: Journal, day: int) -> None:
    """Write each station's day: hours by state; the grader has two servers."""
    hours = {
        CATHODE: {State.PRODUCTIVE: 6, State.STARVED: 0, State.BLOCKED: 6, State.OFF_SHIFT: 12},
        ANODE: {State.PRODUCTIVE: 3, State.BLOCKED: 9, State.OFF_SHIFT: 12},
        STACKING: {State.PRODUCTIVE: 12, State.REPAIR: 4, State.NO_REPAIR_CREW: 2, State.SETUP: 2, State.STARVED: 4},
        GRADING: {
            State.PRODUCTIVE: 24,
            State.STARVED: 12,
            State.MAINTENANCE: 6,
            State.ENGINEERING: 4,
            State.NO_CREW: 2,
        },
    }
    for station, spent in hours.items():
        journal.tables["states"].add((day, station, *(3600.0 * spent.get(state, 0) for state in State)))
