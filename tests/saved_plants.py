"""Plants that are saved in the middle of a run, and what has to come of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path

import numpy as np
from generic_lines import DAY

from twin import Deadlock, Journal, Line, Run, Save, simulate
from twin.coarse import coarser
from twin.compiled.workshop import Workshop
from twin.flow import Plant
from twin.journal import TABLES, State
from twin.present import go_on, present_of_plant, present_of_workshop, read_present, write_present
from twin.simulation import evaluated_share

# when a row was written, for tables that have no time of their own
_WRITTEN = {
    "visits": lambda rows: rows["leave"],
    "stops": lambda rows: rows["begin"] + rows["seconds"],
    "states": lambda rows: (rows["day"] + 1) * DAY,
    "levels": lambda rows: (rows["day"] + 1) * DAY,
    "stock": lambda rows: (rows["day"] + 1) * DAY,
}


def saved(line: Line, at: float, file: Path, seed: int = 1, engine: str = "compiled", days: int = 2) -> Journal:
    """Simulate some days and save the plant on the way."""
    run = Run(line, days=days, warmup=0, seed=seed, engine=engine)
    return simulate(run, state=Save(file, at, overwrite=True))


def branch(line: Line, file: Path, end: int = 2, seed: int = 1, engine: str = "compiled") -> Journal:
    """Go on with a saved plant until the end of a day."""
    first = -(-read_present(file).header.time // DAY)
    return simulate(Run(line, days=end - int(first), warmup=0, seed=seed, engine=engine, from_state=file))


def gone_on_and_saved(line: Line, file: Path, at: float, again: Path, seed: int, engine: str) -> Journal:
    """Go on with a saved plant until the end of the second day, and save it once more on the way."""
    first = -(-read_present(file).header.time // DAY)
    run = Run(line, days=2 - int(first), warmup=0, seed=seed, engine=engine, from_state=file)
    return simulate(run, state=Save(again, at, overwrite=True))


def assert_tail(whole: Journal, tail: Journal, at: float) -> None:
    """Check that a branch has written, row by row and bit by bit, what the run without a break wrote after a moment."""
    assert tail.reasons == whole.reasons
    for table in TABLES:
        theirs, ours = whole.columns(table), tail.columns(table)
        rows = len(next(iter(ours.values())))
        for name, column in theirs.items():
            np.testing.assert_array_equal(ours[name], column[len(column) - rows :], err_msg=f"{table}.{name}")
        times = _WRITTEN.get(table, lambda rows: rows["time"])(theirs)
        # what a gauge of time to the last bit cannot tell is left to the order of the rows
        late = times > at * (1 + 1e-12)
        if table == "stock" and at % DAY == 0:
            # a branch begins with what is in the plant
            late = times >= at
        assert late.sum() <= rows <= (times >= at * (1 - 1e-12)).sum(), table


def assert_goes_on(line: Line, at: float, seed: int = 1, engines: tuple[str, str] = ("compiled", "compiled")) -> None:
    """Check that a run of two days goes on after a break as if there had been none, or ends in the same deadlock."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plant.state"
        try:
            whole = saved(line, at, file, seed, engines[0])
        except Deadlock as expected:
            if not file.exists():
                return
            try:
                branch(line, file, 2, seed, engines[1])
            except Deadlock as found:
                assert (str(found), found.time) == (str(expected), expected.time)
                return
            raise
        assert_tail(whole, branch(line, file, 2, seed, engines[1]), at)


def rows_of(journal: Journal, table: str) -> int:
    """Return how many rows a table has."""
    return len(next(iter(journal.columns(table).values())))


def assert_like(line: Line, file: Path, seed: int) -> None:
    """Check that both engines go on alike with a saved plant, or end in the same deadlock."""
    found = []
    for engine in ("simpy", "compiled"):
        try:
            found.append(branch(line, file, 2, seed, engine))
        except Deadlock as deadlock:
            found.append((str(deadlock), deadlock.time))
    first, second = found
    if isinstance(first, Journal) and isinstance(second, Journal):
        assert_tail(first, second, read_present(file).header.time)
        assert all(rows_of(first, table) == rows_of(second, table) for table in TABLES)
    else:
        assert first == second


def broken(
    run: Run,
    moments: Iterable[float],
    file: Path,
    look: Callable[[Plant], None] | None = None,
    engines: Iterable[str] = ("simpy",),
) -> Journal:
    """Simulate a run whose plant is saved and made anew from the file at some moments [s].

    Args:
        run: the run, without a warm-up.
        moments: when.
        file: where.
        look: called with the plant at each of them that it comes to in SimPy.
        engines: that execute the run one after the other, each until a moment; after the last one the first.
    """
    line, flaws = coarser(run.line, run.lot_scale), [f"{flaw.name}@{flaw.station}" for flaw in run.line.flaws]
    journal = Journal(list(run.line.stations), list(run.line.buffers), flaws, None)
    journal.line = run.line
    kinds = cycle([Plant if engine == "simpy" else Workshop for engine in engines])

    def new() -> Plant | Workshop:
        return next(kinds)(line, run.seed, journal, 1.0, evaluated=evaluated_share(run.evaluate))

    plant, present = new(), None
    if isinstance(plant, Plant):
        plant.begin()
    for time in sorted({*moments, *(DAY * day for day in range(1, run.days + 1))}):
        plant.run_until(time)
        if time % DAY == 0:
            plant.close_day(int(time // DAY) - 1)
        if time in moments:
            if isinstance(plant, Plant):
                if look is not None:
                    look(plant)
                write_present(file, present_of_plant(plant, journal, run, present))
            else:
                write_present(file, present_of_workshop(plant, journal, run, present))
            # the next one may write its rows in another way
            plant.put_away()
            plant, present = new(), read_present(file)
            go_on(plant, present, run)
    plant.close()
    return journal


def assert_same(found: Journal, whole: Journal) -> None:
    """Check that two journals are the same, row by row and bit by bit."""
    assert found.reasons == whole.reasons
    for table in TABLES:
        ours, theirs = found.columns(table), whole.columns(table)
        for name, column in theirs.items():
            np.testing.assert_array_equal(ours[name], column, err_msg=f"{table}.{name}")


def doings(plant: Plant) -> set[tuple[State, bool, bool]]:
    """Return what the servers are in the middle of: a state, whether off shift, whether their turns are decided."""
    return {
        (server.stays[0] if off else State(server.state), off, bool(server.turns))
        for _, server in plant.servers
        for off in [server.state == State.OFF_SHIFT]
    }
