"""What a user sees while the twin is asked: what is being done, how much of it, since when, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from optimize.workers import Tell


@contextmanager
def bars(console: Console, workers: int, quiet: bool) -> Iterator[Tell]:
    """Show a bar for each thing that is done.

    Args:
        console: where.
        workers: answers that come at about the same time.
        quiet: show nothing.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        _Left(workers),
    )
    with Progress(*columns, console=console, disable=quiet) as progress:
        tasks = {}

        def tell(what: str, over: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total, known=over, at=0.0)
            elif over < progress.tasks[tasks[what]].completed:
                progress.reset(tasks[what], total=total, known=over, at=0.0)
            task = progress.tasks[tasks[what]]
            progress.update(task.id, total=total, completed=over, at=task.elapsed or 0.0)

        yield tell


class _Left(ProgressColumn):
    """About how long the rest takes, and what was known before.

    Args:
        workers: before each of them has answered nobody knows how long it takes.
    """

    def __init__(self, workers: int) -> None:
        super().__init__()
        self._fewest = max(2, workers)

    def render(self, task: Task) -> Text:
        """Return it in words."""
        known, at = task.fields["known"], task.fields["at"]
        enough = task.completed - known >= self._fewest and not task.finished
        left = time_left(task.completed - known, task.remaining or 0, at, (task.elapsed or at) - at) if enough else ""
        return Text(", ".join(part for part in (left, f"{known} known" if known else "") if part))


def time_left(made: float, rest: float, took: float, since: float) -> str:
    """Return in words how long the rest takes when each takes as long as those that were made.

    Args:
        made: answers that were simulated; what was known at once says nothing about the rest.
        rest: answers that are still to come.
        took: time until the last of them came [s].
        since: time since then [s].
    """
    return f"about {_in_words(max(0.0, took / made * rest - since))} left"


def _in_words(seconds: float) -> str:
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}" if seconds < 10 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
