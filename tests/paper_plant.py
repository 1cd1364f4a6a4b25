"""A plant and one day of it, written by hand, small enough to work out on paper what it costs.

A cell holds 1 kWh, 2 kg of lfp, 1 kg of graphite and a container; the plant is built for 100 cells a day.
"""

from __future__ import annotations

from generic_lines import line_of

from twin.calendar import DAY
from twin.journal import UNITS, Action, Journal

_MIXING = "vessel: 600 L, fill: 0.8, density: 2 kg/L, solids: 0.5, time: 1 h, residue: 0, offset_sd: 0"
_COATING = (
    "speed: 40 m/min, width: 0.6 m, lanes: 1, slurry_loss: 0, splice: 0 m, start_stop: 0 m, roll_change: 5 min, "
    "roll_sd: 0, lane_sd: 0, web_sd: 0"
)
_GRADING = (
    "kind: grading, rate: 1 cell/min, capacity_mean: 1, capacity_cv: 0.01, capacity_noise: 0, capacity_a: 0.97, "
    "capacity_b: 0.95, resistance_cv: 0, resistance_noise: 0, resistance_limit: 2"
)
_STATIONS = {
    "cathode_mixing": f"kind: mixing, electrode: cathode, {_MIXING}",
    "cathode_coating": f"kind: coating, electrode: cathode, {_COATING}",
    "anode_mixing": f"kind: mixing, electrode: anode, {_MIXING}",
    "anode_coating": f"kind: coating, electrode: anode, {_COATING}",
    "stacking": "kind: stacking, rate: 4 cell/min, pitch: 0.2 m",
    "grading": _GRADING,
}
_ENERGY = {"grading": ", energy: {electricity: 1, fixed_share: 0.5}"}
_BUFFERS = (
    "cathode_mixing > cathode_coating: 2",
    "cathode_coating > stacking: 2",
    "anode_mixing > anode_coating: 2",
    "anode_coating > stacking: 2",
    "stacking > grading: 2",
)
_MORE = """
nameplate: 36.5 MWh/yr
cell:
  format: prismatic
  chemistry: lfp
  capacity: 250 Ah
  voltage: 4 V
  cathode: {area: 1 m^2, materials: {lfp: 2 kg}}
  anode: {area: 1 m^2, materials: {graphite: 1 kg}}
  parts: {container: 1 kg}
facilities:
  dry_room: {energy: {gas: 2}}
prices:
  baseline: {energy: 0.0365}
  steps:
    # a day costs 120 dollars of labour and 60 dollars of depreciation, a sixth of it for each station
    work: {driver: energy, labour: 2190 h/yr, capital: 219000 USD, area: 0 m^2, p_labour: 1, p_capital: 1, p_area: 1}
  overheads:
    variable_labour: 0
    variable_depreciation: 0
    gsa_labour: 0
    gsa_depreciation: 0
    r_and_d: 0
    profit: 0
    launch_labour: 0
    launch_material: 0
    working_capital: 0
    warranty: 0
    equipment_life: 3650 d
    building_life: 7300 d
  wage: 20 USD/h
  building: 1000 USD/m^2
  electricity: 0.1 USD/kWh
  gas: 0.05 USD/kWh
  materials: {lfp: 10 USD/kg, graphite: 4 USD/kg, container: 3 USD/kg}
  recovery: 0.25
  cell_price: 100 USD/kWh
  grade_b: 0.5
"""
KG, METRE, CELL = (UNITS.index(unit) for unit in ("kg", "m", "cell"))


def paper_plant() -> Journal:
    """Return the journal of a day in which all that came in left again, as 100 good cells or as scrap."""
    stations = {
        name: f"{{servers: 1, cost: [work], step: {{{step}}}{_ENERGY.get(name, '')}}}"
        for name, step in _STATIONS.items()
    }
    line = line_of(stations, _BUFFERS, _MORE)
    journal = Journal(list(line.stations), list(line.buffers), ["burr@stacking"], None)
    journal.line = line
    journal.warmup, journal.end, journal.complete = 0.0, DAY, True
    _visits(journal)
    _rejects(journal)
    # time, family, lot, units, grade_a, grade_b, cathode_kg, anode_kg
    journal.tables["finished"].add((7200.0, 4, 0, 100, 90, 10, 200, 100))
    return journal


def _visits(journal: Journal) -> None:
    worked = {
        # entered, tried, passed
        "cathode_mixing": (240, 240, 230),
        "cathode_coating": (230, 115, 115),
        "anode_mixing": (120, 120, 120),
        "anode_coating": (120, 120, 120),
        "stacking": (110, 110, 104),
        "grading": (104, 104, 100),
    }
    for number, name in enumerate(_STATIONS):
        # lot, family, station, server, arrive, start, finish, leave, entered, tried, passed
        journal.tables["visits"].add((0, number, number, 0, 0.0, 0.0, 3600.0, 3600.0, *worked[name]))


def _rejects(journal: Journal) -> None:
    residue, remnant, weak = (journal.reason(name) for name in ("vessel_residue", "remnant", "low_capacity"))
    lost = (
        # station, reason, action, unit, quantity, cathode_kg, anode_kg
        (0, residue, Action.LOSS, KG, 10, 10, 0),
        (4, remnant, Action.LOSS, METRE, 5, 10, 0),
        (4, remnant, Action.LOSS, METRE, 10, 0, 10),
        (4, 0, Action.SCRAP, CELL, 6, 12, 6),
        (5, weak, Action.SCRAP, CELL, 4, 8, 4),
    )
    for station, reason, action, unit, *amounts in lost:
        journal.tables["rejects"].add((3600.0, station, reason, action, unit, station, 0, -1, *amounts))
