"""simulate(run) -> Journal: the plant runs, day by day, and everything that happens is written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from twin.calendar import DAY
from twin.coarse import coarser
from twin.compiled import unsupported
from twin.flow import Plant
from twin.journal import Journal, merge_parts
from twin.problems import InputError
from twin.run import ENGINES, Run

if TYPE_CHECKING:
    from twin.compiled.plant import CompiledPlant

# days after which everything is on disk, so that a run that is killed has lost little
_CHECKPOINT = 10


class Progress(NamedTuple):
    """How far a run is.

    Attributes:
        day: days simulated.
        days: days to simulate.
        good: cells, or lots of a generic line, finished so far.
    """

    day: int
    days: int
    good: float


def simulate(
    run: Run,
    folder: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    begun: Callable[[Journal], None] | None = None,
) -> Journal:
    """Run the twin.

    Args:
        run: the question.
        folder: where the journal is written as the run goes; None keeps it in memory.
        progress: called at the end of each simulated day.
        begun: called once with the journal before anything happens.

    Returns:
        The journal. When the run was interrupted by an exception, what there is has been written and
        ``complete`` is False; when it was killed, ``safe`` tells until when everything had been written.

    Raises:
        InputError: the run asks for something that cannot be.
        Deadlock: stations of the plant wait for each other for ever.
    """
    check(run)
    line = run.line
    flaws = [f"{flaw.name}@{flaw.station}" for flaw in line.flaws]
    journal = Journal(list(line.stations), list(line.buffers), flaws, folder)
    journal.line = line
    warmup = run.warmup or 0
    journal.warmup = warmup * DAY
    if begun is not None:
        begun(journal)
    plant = _plant(run, journal)
    days = warmup + run.days
    try:
        for day in range(days):
            plant.run_until((day + 1) * DAY)
            plant.close_day(day)
            journal.end = (day + 1) * DAY
            if folder is not None and (day + 1) % _CHECKPOINT == 0:
                plant.put_away()
            if progress is not None:
                progress(Progress(day + 1, days, plant.good))
    finally:
        plant.close()
        journal.put_away(everything=True)
        if folder is not None:
            merge_parts(folder)
    journal.complete = True
    return journal


def engine_of(run: Run) -> tuple[str, list[str]]:
    """Return what executes a run, "simpy" or "compiled", and why that is not machine code where it was not asked."""
    lacks = [] if run.engine == "simpy" else unsupported(run.line)
    return ("simpy" if lacks or run.engine == "simpy" else "compiled"), lacks


def _plant(run: Run, journal: Journal) -> Plant | CompiledPlant:
    if engine_of(run)[0] == "simpy":
        return Plant(coarser(run.line, run.lot_scale), run.seed, journal, kept_share(run.cells), run.truth)
    # machine code is loaded only where it is used
    from twin.compiled.plant import CompiledPlant

    return CompiledPlant(run.line, run.seed, journal)


def check(run: Run) -> None:
    """Refuse a run that cannot be, before anything is made for it.

    Raises:
        InputError: no days, a negative number, an unknown choice of cells, or a line that the engine does not know.
    """
    if run.engine not in ENGINES:
        raise InputError(f"engine '{run.engine}': expected one of {', '.join(ENGINES)}")
    lacks = engine_of(run)[1]
    if run.engine == "compiled" and lacks:
        raise InputError(
            f"engine 'compiled' does not know {'; '.join(lacks)}; leave that out, or choose 'auto' or 'simpy'"
        )
    kept_share(run.cells)
    coarser(run.line, run.lot_scale)
    if run.seed < 0:
        raise InputError(f"seed {run.seed}: expected a whole number from 0")
    if run.days < 1 or (run.warmup or 0) < 0:
        raise InputError(f"{run.days} days after {run.warmup} of warm-up; expected at least 1 day and no negative time")


def kept_share(cells: str) -> float:
    """Return the share of cells whose rows are kept.

    Raises:
        InputError: not "all", "none" or such as "sample:1%".
    """
    if cells in ("all", "none"):
        return 1.0 if cells == "all" else 0.0
    word, _, share = cells.partition(":")
    try:
        value = float(share.removesuffix("%")) / (100 if share.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if word != "sample" or not 0 < value <= 1:
        raise InputError(f"cells '{cells}': expected 'all', 'none' or a sample such as 'sample:1%'")
    return value
