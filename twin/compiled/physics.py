"""Turns of a plant whose lots hold something: decided, worked, handed over, as in ``twin/flow/station.py``."""

from __future__ import annotations

from twin.compiled.clock import enter
from twin.compiled.counted_cells import fill_trays
from twin.compiled.counting import count_turn
from twin.compiled.downtime import ages, stand, wear_out, work
from twin.compiled.holdings import SEND_BACK, WRITE
from twin.compiled.keeping import drop, free_turn
from twin.compiled.machine_code import entry, part, rare
from twin.compiled.memory import Record, Root, inbox_of, lot_of, server_of, station_of, use_of
from twin.compiled.reach import bench_of, craft_of, held_by, physics_of, turn_of
from twin.compiled.state import (
    ADJUSTED,
    BEGINNING,
    BLOCKED,
    DONE,
    HANDING,
    LIVES,
    NONE,
    OPEN,
    PHYSICS,
    STUCK,
    Records,
)
from twin.compiled.storage import offer
from twin.compiled.telling import tell_finished, tell_turn
from twin.compiled.writing import write_stop, write_visit
from twin.journal import State

_PRODUCTIVE, _BLOCKED, _SETUP = int(State.PRODUCTIVE), int(State.BLOCKED), int(State.SETUP)


@rare
def begin_turns(w: Root, server: int) -> int:
    """Start a turn, or one for each lot of a load. Returns DONE, or what is missing; then it is to be called again."""
    p, record = physics_of(w), server_of(w, server)
    bench, station = bench_of(p, server), station_of(w, record.station)
    if record.place != BEGINNING:
        record.place = BEGINNING
        bench.first_turn = bench.last_turn = NONE
        bench.turns = bench.aged = 0
        bench.deciding = record.first
    apart = station.joins and not station.combine
    while bench.turns == 0 or (apart and bench.deciding != NONE):
        lots = 1 if apart else record.lots
        if not count_turn(w, p, server, bench.deciding, lots):
            p.server = server
            return PHYSICS
        if apart:
            bench.deciding = lot_of(w, bench.deciding).next
    first = turn_of(p, bench.first_turn)
    # the machine wears once, however many lots lie in it
    if record.wear != NONE and not bench.aged:
        if not ages(w, server, first.seconds):
            return LIVES
        bench.aged = 1
    _wear_out(w, p, server, first)
    seconds, rows, number = first.seconds, 0, bench.first_turn
    while number != NONE:
        turn = turn_of(p, number)
        seconds = max(seconds, turn.seconds)
        rows += turn.rows + 1
        number = turn.next
    record.rows = rows
    work(w, server, seconds)
    return DONE


@part
def _wear_out(w: Root, p: Record, server: int, turn: Record) -> None:
    """Count one more lot towards the set-ups of a machine, and the web in it, or its units where it is no web."""
    record = server_of(w, server)
    station = station_of(w, record.station)
    used = turn.worked if craft_of(p, record.station).by_metre else turn.tried
    if station.setups or station.plans:
        bench_of(p, server).used += used
    wear_out(w, server, used)


@rare
def hand_over_turns(w: Root, server: int) -> int:
    """Write down what was made of the lots on a server and bring it into the next buffers.

    Returns DONE when all of it is in, STUCK when the server waits until it is let in, PHYSICS when Python is to write;
    this is to be called again then.
    """
    p, record = physics_of(w), server_of(w, server)
    bench, place = bench_of(p, server), record.place
    if place == BLOCKED:
        bench.out = bench.next_out
    elif place != HANDING:
        bench.opened = 0
        bench.adjusts = NONE
    record.place = OPEN
    record.waits_for = NONE
    while bench.first_turn != NONE:
        turn = turn_of(p, bench.first_turn)
        if not bench.opened:
            if not turn.written and _is_for_python(w, p, turn, record.first):
                record.place = HANDING
                p.asked, p.server = WRITE if turn.object else SEND_BACK, server
                return PHYSICS
            _open(w, p, server, turn)
        if not _bring_in_all(w, p, server):
            return STUCK
        write_visit(w, server)
        bench.opened = 0
        _close(p, bench)
    return DONE


@part
def _is_for_python(w: Root, p: Record, turn: Record, first: int) -> bool:
    """Return whether Python has to write a turn down, or to send cells back that may fill a tray."""
    return bool(turn.object or (turn.back and not fill_trays(w, p, turn, first)))


@part
def _open(w: Root, p: Record, server: int, turn: Record) -> None:
    """Write a turn down and take what went into it off its server."""
    record, bench = server_of(w, server), bench_of(p, server)
    bench.opened = 1
    lot, turn.passed = turn.out, 0.0 if not turn.object else turn.passed
    while lot != NONE:
        lot_of(w, lot).units = held_by(p, lot).amount
        if not turn.object:
            turn.passed += held_by(p, lot).amount
            held_by(p, lot).to = station_of(w, record.station).outbox
        lot = held_by(p, lot).next_out
    if not turn.object:
        tell_turn(w, p, record.station, turn, record.first)
    record.family, record.serial = turn.family, turn.serial
    record.arrive = record.start if turn.arrive < 0.0 else turn.arrive
    record.finish, record.tried, record.passed = w.now, turn.tried, turn.passed
    bench.worked = turn.worked
    bench.out = turn.out
    if turn.tray != NONE:
        if turn.out == NONE:
            bench.out = turn.tray
        else:
            held_by(p, turn.last_out).next_out = turn.tray
    for _ in range(turn.lots):
        lot = record.first
        record.first = lot_of(w, lot).next
        record.lots -= 1
        if lot != turn.kept:
            drop(w, p, lot)


@part
def _bring_in_all(w: Root, p: Record, server: int) -> bool:
    """Bring what came of a turn into its buffers. Returns whether all of it is in."""
    record, bench = server_of(w, server), bench_of(p, server)
    while bench.out != NONE:
        lot = bench.out
        bench.next_out, inbox = held_by(p, lot).next_out, held_by(p, lot).to
        if inbox == NONE:
            tell_finished(w, p, record.station, lot)
            drop(w, p, lot)
        elif not offer(w, inbox, lot, server):
            record.place = BLOCKED
            record.waits_for = inbox_of(w, inbox).owner
            enter(w, server, _BLOCKED)
            return False
        bench.out = bench.next_out
    return True


@part
def _close(p: Record, bench: Record) -> None:
    """Forget the first turn of a server, but for an alarm in it."""
    number = bench.first_turn
    turn = turn_of(p, number)
    bench.first_turn = turn.next
    if turn.state == NONE:
        free_turn(p, number)
        return
    turn.next = NONE
    if bench.adjusts == NONE:
        bench.adjusts = number
    else:
        behind = bench.adjusts
        while turn_of(p, behind).next != NONE:
            behind = turn_of(p, behind).next
        turn_of(p, behind).next = number


@rare
def adjust(w: Root, server: int) -> bool:
    """Let a machine stand still after the alarm of a control chart. Returns whether there was one."""
    p = physics_of(w)
    bench = bench_of(p, server)
    number = bench.adjusts
    if number == NONE:
        return False
    turn = turn_of(p, number)
    bench.adjusts = turn.next
    stand(w, server, ADJUSTED, turn.state, turn.takes)
    free_turn(p, number)
    return True


@rare
def end_adjusting(w: Root, server: int) -> None:
    """End a stop after an alarm, which renews what wears, as a set-up does, unless somebody was only called."""
    record = server_of(w, server)
    if record.state == _SETUP:
        bench_of(physics_of(w), server).used = 0.0
        for place in range(record.first_use, record.first_use + station_of(w, record.station).setups):
            use_of(w, place).lots = 0.0
            use_of(w, place).metres = 0.0
    write_stop(w, server)


@entry
def forget(root: Records, lot: int) -> None:
    """Forget a lot that is no more."""
    w = root[0]
    drop(w, physics_of(w), lot)


@entry
def age(root: Records, server: int, seconds: float) -> bool:
    """Let a machine age with a turn that Python decides. Returns False when its lives run out."""
    w = root[0]
    return ages(w, server, seconds)
