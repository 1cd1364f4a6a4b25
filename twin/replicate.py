"""A run and its replications on disk: simulated, measured, summed up and reported."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from twin.folder import MANIFEST, new_folder, open_run, read_manifest, run_in_folder, write_json
from twin.problems import InputError
from twin.run import Run
from twin.simulation import Progress, kept_share

Show = Callable[..., None]


@dataclass(frozen=True)
class Order:
    """What a user asked to be simulated.

    Attributes:
        run: the question; replication ``i`` has its seed plus ``i``.
        replications: how often.
        workers: processes.
        out: folder; None for a new one under runs/.
        overwrite: replace what is there.
        resume: keep the replications that are complete.
    """

    run: Run
    replications: int = 1
    workers: int = 1
    out: Path | None = None
    overwrite: bool = False
    resume: bool = False


def carry_out(order: Order, show: Show, quiet: bool = False) -> Path:
    """Simulate, measure and report; returns the path of the report.

    Raises:
        InputError: the folder is taken, or the order makes no sense.
    """
    kept_share(order.run.cells)
    folder = _folder(order)
    if order.replications == 1:
        with _bar(order.run, quiet) as report_day:
            kpi = measure(order.run, folder, report_day)
    else:
        kpi = _replicate(order, folder, quiet)
    write_json(folder / "kpi.json", kpi)
    report = _report(order, folder, kpi)
    if not quiet:
        from twin.summary import table_of_kpis

        show(table_of_kpis(kpi))
    show(f"report: {report}")
    return report


def measure(run: Run, folder: Path, progress: Callable[[Progress], None] | None = None) -> dict[str, Any]:
    """Simulate one run into a folder and return its KPIs, which are also written there."""
    from twin.kpi import kpis, settle

    journal = run_in_folder(run, folder, progress)
    if run.warmup is None:
        settle(journal)
        write_json(folder / MANIFEST, {**read_manifest(folder), "warmup_s": journal.warmup})
    kpi = kpis(journal)
    write_json(folder / "kpi.json", kpi)
    return kpi


def _folder(order: Order) -> Path:
    if order.out is None:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        folder = Path("runs") / f"{order.run.line.name}-{stamp}"
        number = 1
        while folder.exists():
            number += 1
            folder = folder.with_name(f"{order.run.line.name}-{stamp}-{number}")
        return new_folder(folder)
    if order.resume:
        if order.replications == 1:
            raise InputError("--resume goes with --replications: one run is simply simulated again with --overwrite")
        order.out.mkdir(parents=True, exist_ok=True)
        return order.out
    return new_folder(order.out, order.overwrite)


def _replicate(order: Order, folder: Path, quiet: bool) -> dict[str, Any]:
    from twin.kpi import summarise

    runs = {
        folder / f"replication-{number:03d}": replace(order.run, seed=order.run.seed + number)
        for number in range(order.replications)
    }
    _refuse_another_question(order, runs)
    manifest = {"format": 1, "replications": order.replications, "line": order.run.line.name, "complete": False}
    write_json(folder / MANIFEST, manifest)
    left = {path: run for path, run in runs.items() if not _is_complete(path)}
    with _count(len(runs), len(runs) - len(left), quiet) as done:
        for _ in _all_measured(left, order.workers):
            done()
    found = [_kpi_of(path) for path in runs]
    write_json(folder / MANIFEST, {**manifest, "complete": True})
    return summarise(found)


def _all_measured(runs: dict[Path, Run], workers: int) -> Iterator[None]:
    """Measure runs in this process or in several; what they give does not depend on it."""
    for path in runs:
        new_folder(path, overwrite=True)
    if workers == 1:
        for path, run in runs.items():
            measure(run, path)
            yield
        return
    with ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        tasks = [pool.submit(measure, run, path) for path, run in runs.items()]
        try:
            for task in as_completed(tasks):
                task.result()
                yield
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _is_complete(folder: Path) -> bool:
    return (folder / "kpi.json").is_file() and bool(read_manifest(folder).get("complete"))


def _refuse_another_question(order: Order, runs: dict[Path, Run]) -> None:
    """Refuse to go on with replications of another plant, length or seed."""
    for path, run in runs.items():
        if (path / MANIFEST).is_file():
            was = read_manifest(path)
            same = (was["line"], was["days"], was["seed"]) == (run.line.name, run.days, run.seed)
            if not same or was["line_declared"] != run.line._raw:
                raise InputError(
                    f"{path} answers another question ({was['line']}, {was['days']} d, seed {was['seed']})"
                )


def _kpi_of(folder: Path) -> dict[str, Any]:
    import json

    kpi: dict[str, Any] = json.loads((folder / "kpi.json").read_text(encoding="utf-8"))
    return kpi


def _report(order: Order, folder: Path, kpi: dict[str, Any]) -> Path:
    """Write the report: of the run, or of the first replication with the intervals of all."""
    from twin.report import write_report

    if order.replications == 1:
        return write_report(kpi, open_run(folder), folder)
    first = folder / "replication-000"
    return write_report(_kpi_of(first), open_run(first), folder, kpi)


@contextmanager
def _bar(run: Run, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Show date, cells, speed and time left while a run goes."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("day {task.completed:.0f} of {task.total:.0f}"),
        BarColumn(),
        TextColumn("{task.fields[made]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    what = "cells" if run.line.cell else "lots"
    with Bar(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=(run.warmup or 0) + run.days, made="", speed="")

        def day_over(now: Progress) -> None:
            speed = bar.tasks[task].speed
            rate = f"{speed:,.0f} days/s" if speed else ""
            bar.update(task, completed=now.day, made=f"{now.good:,.0f} good {what}", speed=rate)

        yield day_over


@contextmanager
def _count(total: int, done: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show how many replications are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda: bar.advance(task)
