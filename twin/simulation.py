"""simulate(run) -> Journal: the plant runs, day by day, and everything that happens is written down."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from twin.calendar import DAY
from twin.coarse import coarser
from twin.compiled import has_physics, why_not_compiled
from twin.flow import Plant
from twin.journal import Journal, merge_parts
from twin.line import Line
from twin.present import (
    Present,
    branch_from,
    go_on,
    present_of,
    present_of_plant,
    present_of_workshop,
    refuse_to_save,
    world_of,
    write_present,
)
from twin.problems import InputError
from twin.run import ENGINES, Run, Save
from twin.timed import Timed

if TYPE_CHECKING:
    from twin.compiled.plant import CompiledPlant
    from twin.compiled.workshop import Workshop

# days after which everything is on disk, so that a run that is killed has lost little
_CHECKPOINT = 10
# new objects after which Python looks for circles among them
_YOUNG = 50_000


class Progress(NamedTuple):
    """How far a run is.

    Attributes:
        day: days simulated; the rest of a day on which the plant was saved is none.
        days: days to simulate.
        good: cells, or lots of a generic line, finished so far.
    """

    day: int
    days: int
    good: float


@contextmanager
def _collected_rarely() -> Iterator[None]:
    """Look less often for circles of objects: a plant holds very many objects and hardly makes any circles."""
    thresholds = gc.get_threshold()
    gc.set_threshold(_YOUNG, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


@_collected_rarely()
def simulate(
    run: Run,
    folder: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    begun: Callable[[Journal], None] | None = None,
    state: Save | None = None,
) -> Journal:
    """Run the twin.

    Args:
        run: the question.
        folder: where the journal is written as the run goes; None keeps it in memory.
        progress: called at the end of each simulated day.
        begun: called once with the journal before anything happens.
        state: where the plant is saved, and when.

    Returns:
        The journal. When the run was interrupted by an exception, what there is has been written and
        ``complete`` is False; when it was killed, ``safe`` tells until when everything had been written.

    Raises:
        InputError: the run asks for something that cannot be.
        Deadlock: stations of the plant wait for each other for ever.
    """
    check_run(run, state)
    line = run.line
    present = None if run.from_state is None else branch_from(run.from_state, run)
    begin, first, end = _days(run, present)
    journal = _journal_of(line, folder)
    journal.warmup, journal.end = first * DAY, begin
    if begun is not None:
        begun(journal)
    plant = _plant(run, journal, present)
    moment = math.inf if state is None else _moment(state, end)
    before = math.ceil(begin / DAY)
    try:
        if present is not None and before == begin / DAY:
            plant.open_day(before)
        for day in range(int(begin // DAY), end):
            midnight = (day + 1) * DAY
            if day * DAY < moment < midnight:
                plant.run_until(moment)
                _save(plant, run, state, journal, present)
            plant.run_until(midnight)
            plant.close_day(day)
            journal.end = midnight
            if moment == midnight:
                _save(plant, run, state, journal, present)
            if folder is not None and (day + 1) % _CHECKPOINT == 0:
                plant.put_away()
            if progress is not None:
                progress(Progress(day + 1 - before, end - before, plant.good))
    finally:
        plant.close()
        journal.put_away(everything=True)
        if folder is not None:
            merge_parts(folder)
    journal.complete = True
    return journal


def _journal_of(line: Line, folder: Path | None) -> Journal:
    flaws = [f"{flaw.name}@{flaw.station}" for flaw in line.flaws]
    journal = Journal(list(line.stations), list(line.buffers), flaws, folder)
    journal.line = line
    return journal


def _days(run: Run, present: Present | None) -> tuple[float, int, int]:
    """Return when a run begins [s], the first day that is measured and the one after the last [d].

    A day on which the plant was saved is not whole; what is counted begins after it.
    """
    begin = present.header.time if present else 0.0
    first = math.ceil(begin / DAY) + (run.warmup or 0)
    return begin, first, first + run.days


def engine_of(run: Run) -> tuple[str, list[str]]:
    """Return what executes a run, "simpy" or "compiled", and why that is not machine code where it was not asked."""
    if run.engine != "auto":
        return run.engine, []
    reasons = why_not_compiled(run.line, run.evaluate != "all", run.days + (run.warmup or 0))
    return ("simpy" if reasons else "compiled"), reasons


def _plant(run: Run, journal: Journal, present: Present | None) -> Plant | CompiledPlant:
    """Return the plant of a run, ready to go on."""
    for reason in present.header.reasons if present else ():
        journal.reason(reason)
    if engine_of(run)[0] == "compiled":
        return _compiled_plant(run, journal, present)
    line = coarser(run.line, run.lot_scale)
    plant = Plant(line, run.seed, journal, kept_share(run.cells), run.truth, evaluated_share(run.evaluate))
    if present is None:
        plant.begin()
    else:
        go_on(plant, present, run)
    return plant


def _compiled_plant(run: Run, journal: Journal, present: Present | None) -> CompiledPlant:
    # machine code is loaded only where it is used
    if has_physics(run.line):
        from twin.compiled.workshop import Workshop

        line = coarser(run.line, run.lot_scale)
        plant = Workshop(line, run.seed, journal, kept_share(run.cells), run.truth, evaluated_share(run.evaluate))
        if present is not None:
            go_on(plant, present, run)
        return plant
    from twin.compiled.plant import CompiledPlant

    return CompiledPlant(run.line, run.seed, journal, world_of(present, run.line) if present else None)


def _moment(state: Save, end: int) -> float:
    """Return when the plant is to be saved [s], at the end of the last day when nothing else is asked."""
    return end * DAY if state.at is None else state.at


def _save(plant: Plant | CompiledPlant, run: Run, state: Save | None, journal: Journal, begun: Present | None) -> None:
    assert state is not None
    if isinstance(plant, Plant):
        present = present_of_plant(plant, journal, run, begun)
    elif has_physics(run.line):
        present = present_of_workshop(cast("Workshop", plant), journal, run, begun)
    else:
        present = present_of(plant.world, journal, run.seed, begun)
    write_present(state.path, present)


def check_run(run: Run, state: Save | None = None) -> None:
    """Refuse a run that cannot be, before anything is made for it.

    Args:
        run: the question.
        state: where the plant is to be saved, and when.

    Raises:
        InputError: no days, a negative number, an unknown engine or choice of cells, a state from which this line
            cannot go on, or one that cannot be saved.
    """
    if run.engine not in ENGINES:
        raise InputError(f"--engine {run.engine}: expected one of {', '.join(ENGINES)}")
    kept_share(run.cells)
    if evaluated_share(run.evaluate) is not None:
        _refuse_to_sample(run)
    coarser(run.line, run.lot_scale)
    if run.seed < 0:
        raise InputError(f"seed {run.seed}: expected a whole number from 0")
    if run.days < 1 or (run.warmup or 0) < 0:
        raise InputError(f"{run.days} days after {run.warmup} of warm-up; expected at least 1 day and no negative time")
    if run.from_state is not None or state is not None:
        _check_state(run, state)


def _check_state(run: Run, state: Save | None) -> None:
    if run.from_state is not None and run.warmup is None:
        raise InputError("warm-up 'auto' is for an empty plant that fills; after a saved state give a number of days")
    begin, _, end = _days(run, None if run.from_state is None else branch_from(run.from_state, run))
    if state is None:
        return
    refuse_to_save(state.path, state.overwrite)
    if not begin < (moment := _moment(state, end)) <= end * DAY:
        raise InputError(
            f"the plant cannot be saved on day {moment / DAY:g}; expected a moment of this run, "
            f"after day {begin / DAY:g} and not after day {end}"
        )


def _some(things: Sequence[str]) -> str:
    """Return the first of many things in a row."""
    return "; ".join(things[:3]) + (f" and {len(things) - 3} more" if len(things) > 3 else "")


def kept_share(cells: str) -> float:
    """Return the share of cells whose rows are kept.

    Raises:
        InputError: not "all", "none" or such as "sample:1%".
    """
    if cells in ("all", "none"):
        return 1.0 if cells == "all" else 0.0
    value = _sample(cells)
    if value is None:
        raise InputError(f"--cells {cells}: expected 'all', 'none' or a sample such as 'sample:1%'")
    return value


def evaluated_share(evaluate: str) -> float | None:
    """Return the share of batches that physics works out; None for every one, without a sample.

    Raises:
        InputError: not "all" or such as "sample:1%".
    """
    if evaluate == "all":
        return None
    value = _sample(evaluate)
    if value is None:
        raise InputError(
            f"--evaluate {evaluate}: expected 'all' or a sample of the batches, such as 'sample:1%'; "
            "which cell rows are kept is chosen by --cells"
        )
    return value


def _sample(text: str) -> float | None:
    """Return the share in words such as "sample:1%", None when there is none in (0, 1]."""
    word, _, share = text.partition(":")
    try:
        value = float(share.removesuffix("%")) / (100 if share.endswith("%") else 1)
    except ValueError:
        return None
    return value if word == "sample" and 0 < value <= 1 else None


def _refuse_to_sample(run: Run) -> None:
    """Refuse to evaluate a share of lots that hold nothing.

    Raises:
        InputError: a generic line, or timed stations.
    """
    plain = [name for name, station in run.line.stations.items() if isinstance(station.step, Timed)]
    if run.line.cell is None or plain:
        who = f"the lots of {run.line.name} hold no cells"
        if run.line.cell is not None:
            who = f"stations {', '.join(plain[:3])} are timed: what they make has no physics"
        raise InputError(f"--evaluate {run.evaluate}: {who}, so there is nothing to sample; leave it at 'all'")
