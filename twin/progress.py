"""What a user sees of a run while it goes, and how he stops it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from twin.run import Run
from twin.simulation import Progress, engine_of


@contextmanager
def stopped_by_hand() -> Iterator[Any]:
    """Let Ctrl-C wait for the end of the day, so that all tables end together; the second time it does not wait.

    Yields:
        A number that processes share, for ``obey``: 0 until the user asks to stop.
    """
    from multiprocessing.sharedctypes import RawValue

    # without a lock, which a signal might find taken
    stop = RawValue("b", 0)

    def asked(number: int, frame: object) -> None:
        if stop.value:
            raise KeyboardInterrupt
        stop.value = 1

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, asked)
    try:
        yield stop
        obey(stop)
    finally:
        signal.signal(signal.SIGINT, before)


def obey(stop: Any) -> None:
    """Stop here when the user has asked for it.

    Raises:
        KeyboardInterrupt: he has.
    """
    if stop.value:
        raise KeyboardInterrupt


@contextmanager
def bar_of_days(run: Run, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Show day, cells, speed and time left while a run goes."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("day {task.completed:.0f} of {task.total:.0f}{task.fields[phase]}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[made]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    what, warmup = "cells" if run.line.cell else "lots", run.warmup or 0
    with Bar(*columns, console=Console(stderr=True), disable=quiet) as bar:
        # a minute in which nothing is seen to happen looks like a fault
        begins = ", machine code (a minute, once)"
        phase = begins if engine_of(run)[0] == "compiled" else ""
        task = bar.add_task("", total=warmup + run.days, phase=phase, made="", speed="")

        def day_over(now: Progress) -> None:
            speed = bar.tasks[task].speed
            rate = f"{speed:,.3g} days/s" if speed else ""
            phase = ", warm-up" if now.day <= warmup else ""
            bar.update(task, completed=now.day, phase=phase, made=f"{now.good:,.0f} good {what}", speed=rate)

        yield day_over


@contextmanager
def bar_of_replications(total: int, done: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show how many replications are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Bar(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda: bar.advance(task)
