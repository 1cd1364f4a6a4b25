"""Downtime of one server: failures that age with use, set-ups after so much use, planned work."""

from __future__ import annotations

from twin.compiled.clock import enter, stay
from twin.compiled.crew import ask, give_back
from twin.compiled.events import timeout
from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Root, due_of, life_of, plan_of, server_of, setup_of, station_of, use_of
from twin.compiled.reach import bench_of, physics_of
from twin.compiled.state import HELPED, MAINTAINED, MENDED, NONE, SET_UP, WORKING
from twin.compiled.writing import write_repair
from twin.journal import State

_PRODUCTIVE, _SETUP, _REPAIR = int(State.PRODUCTIVE), int(State.SETUP), int(State.REPAIR)
_NO_REPAIR_CREW = int(State.NO_REPAIR_CREW)


@rare
def stand(w: Root, server: int, place: int, state: int, seconds: float) -> None:
    """Begin a stop."""
    record = server_of(w, server)
    record.place, record.begin = place, w.now
    stay(w, server, state, seconds)


@part
def planned(w: Root, server: int) -> bool:
    """Begin planned work that is due. Returns whether there was some."""
    record, now = server_of(w, server), w.now
    station = station_of(w, record.station)
    for place in range(station.plans):
        due = due_of(w, record.first_due + place)
        if now >= due.value:
            plan = plan_of(w, station.first_plan + place)
            while due.value <= now:
                due.value += plan.every
            stand(w, server, MAINTAINED, plan.state, plan.takes)
            return True
    return False


@part
def set_up(w: Root, server: int) -> bool:
    """Begin the set-ups that are due by use. Returns whether they take time."""
    record = server_of(w, server)
    station, seconds = station_of(w, record.station), 0.0
    for place in range(station.setups):
        setup, use = setup_of(w, station.first_setup + place), use_of(w, record.first_use + place)
        if use.lots >= setup.every_lots or use.metres >= setup.every_metres:
            seconds += setup.takes
            use.lots = 0.0
            use.metres = 0.0
            if w.physics:
                bench_of(physics_of(w), server).used = 0.0
    if seconds > 0.0:
        stand(w, server, SET_UP, _SETUP, seconds)
        return True
    return False


@part
def ages(w: Root, server: int, seconds: float) -> bool:
    """Let a machine age with a turn and fail in it. Returns False, and changes nothing, when its lives run out."""
    record = server_of(w, server)
    record.fails = 0
    if seconds < record.life:
        record.life -= seconds
        return True
    first, kept = record.wear * w.lives_kept, w.lives_kept
    life, failures, repair = record.life, record.failures, 0.0
    while seconds >= life:
        if failures + 1 >= record.drawn:
            w.missing_row = server
            return False
        seconds -= life
        repair += life_of(w, first + failures % kept).repair
        failures += 1
        life = life_of(w, first + failures % kept).life
    record.use, record.broken, record.fails = record.life, record.failures, failures - record.failures
    record.life, record.failures, record.repair = life - seconds, failures, repair
    return True


@rare
def fail(w: Root, server: int) -> None:
    """Let a machine break down that a crew repairs, and ask for the crew."""
    record = server_of(w, server)
    record.work -= record.use
    record.fails -= 1
    if ask(w, station_of(w, record.station).repair_crew, 1.0, server):
        _repair(w, server)
    else:
        record.place = HELPED
        enter(w, server, _NO_REPAIR_CREW)


@rare
def mend(w: Root, server: int) -> None:
    """Begin the repair for which a crew has come, or go on to work after it."""
    record = server_of(w, server)
    if record.place == HELPED:
        _repair(w, server)
        return
    give_back(w, station_of(w, record.station).repair_crew, 1.0)
    write_repair(w, server)
    record.broken += 1
    record.use = life_of(w, _broken(w, server)).life
    record.place = WORKING
    stay(w, server, _PRODUCTIVE, record.use if record.fails else record.work)


@part
def _repair(w: Root, server: int) -> None:
    record = server_of(w, server)
    record.place, record.begin = MENDED, w.now
    record.repair = life_of(w, _broken(w, server)).repair
    enter(w, server, _REPAIR)
    timeout(w, w.now + record.repair, server)


@part
def _broken(w: Root, server: int) -> int:
    """Return where the life stands that ends with the failure of a server."""
    record = server_of(w, server)
    return int(record.wear * w.lives_kept + record.broken % w.lives_kept)


@part
def wear_out(w: Root, server: int, used: float) -> None:
    """Count one more lot, and what was used of it, towards the set-ups of a machine."""
    record = server_of(w, server)
    for place in range(record.first_use, record.first_use + station_of(w, record.station).setups):
        use = use_of(w, place)
        use.lots += 1
        use.metres += used


@part
def work(w: Root, server: int, seconds: float) -> None:
    """Begin the work of a turn; what comes until a stop that needs a repair crew is worked first."""
    record = server_of(w, server)
    record.start = w.now
    record.place = WORKING
    if record.fails and station_of(w, record.station).repair_crew != NONE:
        record.work = seconds
        seconds = record.use
    stay(w, server, _PRODUCTIVE, seconds)
