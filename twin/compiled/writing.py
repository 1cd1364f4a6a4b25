"""What happens becomes rows, as in ``twin/flow/record.py``."""

from __future__ import annotations

from twin.compiled.clock import count_staffed
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Root, clock_of, inbox_of, lot_of, record_at, server_of, station_of
from twin.compiled.reach import bench_of, craft_of, physics_of
from twin.compiled.state import BLOCKED, HAS_LOTS, MANNED, MIDDLE, NONE, NUMBER, ROW, SET_UP, SHORT, WHOLE
from twin.journal import UNITS, Action, State

_LOSS, _SCRAP, _SENT_BACK = int(Action.LOSS), int(Action.SCRAP), int(Action.SENT_BACK)
_LOT, _STATES = UNITS.index("lot"), len(State)
_REJECT, _KIN, _FINISHED, _STOP = ROW["rejects"], ROW["lots"], ROW["finished"], ROW["stops"]
_STATE, _LEVEL, _STOCK = ROW["states"], ROW["levels"], ROW["stock"]


@part
def write_visit(w: Root, server: int) -> None:
    """Write one turn of a server that leaves now."""
    record, row = server_of(w, server), w.visits_used
    w.visits_used = row + 1
    record_at(w.visit_lot, WHOLE, row).value = record.serial
    record_at(w.visit_family, SHORT, row).value = record.family
    record_at(w.visit_station, SHORT, row).value = record.station
    record_at(w.visit_server, MIDDLE, row).value = record.number
    record_at(w.visit_arrive, NUMBER, row).value = record.arrive
    record_at(w.visit_start, NUMBER, row).value = record.start
    record_at(w.visit_finish, NUMBER, row).value = record.finish
    record_at(w.visit_leave, NUMBER, row).value = w.now
    record_at(w.visit_entered, NUMBER, row).value = bench_of(physics_of(w), server).worked if w.physics else 1.0
    record_at(w.visit_tried, NUMBER, row).value = record.tried
    record_at(w.visit_passed, NUMBER, row).value = record.passed


@rare
def write_scrap(w: Root, server: int) -> None:
    """Write a turn whose lot is lost."""
    record = server_of(w, server)
    _write_reject(w, record.station, w.scrap, _LOSS, record.family, record.serial, record.tried)


@rare
def write_sent_back(w: Root, server: int) -> None:
    """Write a turn whose lot is to be worked on once more."""
    record = server_of(w, server)
    _write_reject(w, record.station, w.rework, _SENT_BACK, record.family, record.serial, record.units)


@rare
def write_expired(w: Root, station: int, lot: int) -> None:
    """Write a lot that grew too old in its buffer."""
    old = lot_of(w, lot)
    w.budget -= 1
    _write_reject(w, station, w.shelf_life, _SCRAP, old.family, old.serial, old.units)


@part
def _write_reject(w: Root, station: int, reason: int, action: int, family: int, serial: int, quantity: float) -> None:
    row = record_at(w.rejects_rows, _REJECT, w.rejects_used)
    w.rejects_used += 1
    row.time = w.now
    row.station = station
    row.reason = reason
    row.action = action
    row.unit = _LOT
    row.family = family
    row.lot = serial
    row.cell = -1
    row.quantity = quantity
    row.cathode_kg = 0.0
    row.anode_kg = 0.0


@rare
def write_kin(w: Root, station: int, lot: int) -> None:
    """Write the parents of the lots that come of a turn; bought material has none."""
    done, split = lot_of(w, lot), station_of(w, station).split
    for child in range(split):
        serial = done.serial * split + child
        if done.parents:
            parent = done.parent
            while parent != NONE:
                _write_parent(w, station, serial, parent, done.units)
                parent = lot_of(w, parent).next
        else:
            _write_parent(w, station, serial, NONE if station_of(w, station).renews else lot, done.units)


@part
def _write_parent(w: Root, station: int, serial: int, parent: int, units: float) -> None:
    row = record_at(w.lots_rows, _KIN, w.lots_used)
    w.lots_used += 1
    row.lot = serial
    row.family = station
    row.parent = NONE if parent == NONE else lot_of(w, parent).serial
    row.parent_family = NONE if parent == NONE else lot_of(w, parent).family
    row.time = w.now
    row.units = units


@part
def write_finished(w: Root, lot: int) -> None:
    """Write a lot that has come to the end of its route."""
    done, row = lot_of(w, lot), record_at(w.finished_rows, _FINISHED, w.finished_used)
    w.finished_used += 1
    w.good += done.units
    row.time = w.now
    row.family = done.family
    row.lot = done.serial
    row.units = done.units
    row.grade_a = done.units
    row.grade_b = 0.0
    row.cathode_kg = 0.0
    row.anode_kg = 0.0


@rare
def write_stop(w: Root, server: int) -> None:
    """Write a stop of a server that ends now."""
    _write_stop(w, server, w.now - server_of(w, server).begin)


@part
def _write_stop(w: Root, server: int, seconds: float) -> None:
    record, row = server_of(w, server), record_at(w.stops_rows, _STOP, w.stops_used)
    w.stops_used += 1
    row.station = record.station
    row.server = record.number
    row.state = record.state
    row.begin = record.begin
    row.seconds = seconds


@rare
def write_repair(w: Root, server: int) -> None:
    """Write a repair by a crew that ends now."""
    record = server_of(w, server)
    _write_stop(w, server, record.repair)


@rare
def write_states(w: Root, day: int) -> None:
    """Write the servers' seconds in each state since the day began, and begin anew."""
    now = w.now
    for station in range(w.n_stations):
        for state in range(_STATES):
            clock = clock_of(w, station, state)
            if station_of(w, station).calendar != NONE:
                count_staffed(w, station, state)
            else:
                clock.seconds += clock.servers * (now - clock.since)
                clock.since = now
        # a server that stands for several is written down as all of them
        each = craft_of(physics_of(w), station).each if w.physics else 1.0
        row = record_at(w.states_rows, _STATE, w.states_used)
        w.states_used += 1
        row.day = day
        row.station = station
        row.productive = each * clock_of(w, station, 0).seconds
        row.starved = each * clock_of(w, station, 1).seconds
        row.blocked = each * clock_of(w, station, 2).seconds
        row.no_crew = each * clock_of(w, station, 3).seconds
        row.no_repair_crew = each * clock_of(w, station, 4).seconds
        row.engineering = each * clock_of(w, station, 5).seconds
        row.setup = each * clock_of(w, station, 6).seconds
        row.maintenance = each * clock_of(w, station, 7).seconds
        row.repair = each * clock_of(w, station, 8).seconds
        row.off_shift = each * clock_of(w, station, 9).seconds
        for state in range(_STATES):
            clock_of(w, station, state).seconds = 0.0


@rare
def write_levels(w: Root, day: int) -> None:
    """Write mean and largest number of lots in each buffer since the day began, and begin anew."""
    scale = physics_of(w).lot_scale if w.physics else 1.0
    for inbox in range(w.n_inboxes):
        box, row = inbox_of(w, inbox), record_at(w.levels_rows, _LEVEL, w.levels_used)
        w.levels_used += 1
        row.day = day
        row.buffer = inbox
        row.mean_lots = (box.area + box.lots * (w.now - box.since)) / (w.now - w.closed) * scale
        row.max_lots = int(box.most * scale)
        box.most = box.lots
        box.area = 0.0
        box.since = w.now
    w.closed = w.now


@rare
def write_stock(w: Root, day: int) -> None:
    """Count every lot in the plant, at its place."""
    server = 0
    for station in range(w.n_stations):
        lots, units = 0, 0.0
        while server < w.n_servers and server_of(w, server).station == station:
            here, amount = _lots_on(w, server)
            lots += here
            units += amount
            server += 1
        _write_place(w, day, station, lots, units)
    for inbox in range(w.n_inboxes):
        units, lot = 0.0, inbox_of(w, inbox).first
        for _ in range(inbox_of(w, inbox).lots):
            units += lot_of(w, lot).units
            lot = lot_of(w, lot).next
        _write_place(w, day, w.n_stations + inbox, inbox_of(w, inbox).lots, units)


@part
def _lots_on(w: Root, server: int) -> tuple[int, float]:
    """Return how many lots are on a server, and units in them: those that went in, and those that cannot leave."""
    record = server_of(w, server)
    lots, units = 0, 0.0
    if record.place == BLOCKED:
        # the first of them may be in already
        lots += record.children - record.child - (record.waits_for == NONE)
        units += lots * record.units
    lot = record.first
    # a lot that is being made is not there yet: what it is made of is
    if lot != NONE and station_of(w, record.station).renews and record.place not in (HAS_LOTS, SET_UP, MANNED):
        lot = lot_of(w, lot).parent
    while lot != NONE:
        lots += 1
        units += lot_of(w, lot).units
        lot = lot_of(w, lot).next
    return lots, units


@rare
def _write_place(w: Root, day: int, place: int, lots: int, units: float) -> None:
    if lots == 0:
        return
    row = record_at(w.stock_rows, _STOCK, w.stock_used)
    w.stock_used += 1
    row.day = day
    row.place = place
    row.unit = _LOT
    row.lots = lots
    row.units = units
    row.cathode_kg = 0.0
    row.anode_kg = 0.0
