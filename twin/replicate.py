"""A run and its replications on disk: simulated, measured, summed up and reported."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twin.control_variate import CoarseRuns, worth_in_words
from twin.estimate import in_words
from twin.folder import KPI, MANIFEST, RUN, open_run, question, read_json, read_manifest, run_in_folder, write_json
from twin.problems import InputError
from twin.progress import bar_of_days, bar_of_replications, obey, stopped_by_hand
from twin.results import new_folder, results_folder
from twin.run import Run, Save
from twin.simulation import Progress, check_run
from twin.workers import Pool, crew

Show = Callable[..., None]
DayOver = Callable[[Progress], None]
MeasureAll = Callable[[dict[Path, Run], Callable[[], None]], None]

# set in a worker process: whether the user has asked to stop
_stop: Any = None


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
        state: where the plant is saved, and when.
        cluster: address of a Ray cluster that makes the replications, or "local"; None for this machine.
        coarse: cheap runs beside the replications, as control variates; None for none.
    """

    run: Run
    replications: int = 1
    workers: int = 1
    out: Path | None = None
    overwrite: bool = False
    resume: bool = False
    state: Save | None = None
    cluster: str | None = None
    coarse: CoarseRuns | None = None


@dataclass(frozen=True)
class _Sent:
    """A run that goes to another machine, with the file of the plant that it begins with."""

    run: Run
    state: bytes | None


def carry_out(order: Order, show: Show, quiet: bool = False) -> Path:
    """Simulate, measure and report; returns the path of the report.

    Whatever goes wrong once the folder is made is raised with a note that says where what was made is.

    Raises:
        InputError: the folder is taken, there is no such cluster, or the order makes no sense.
    """
    if order.state is not None and order.replications > 1:
        raise InputError("--save-state saves the plant of one run; leave --replications out")
    if order.cluster is not None and order.replications == 1:
        raise InputError("--cluster shares out replications, and one run is never divided; give --replications, too")
    check_run(order.run, order.state)
    if order.coarse is not None:
        try:
            check_run(order.coarse.way.of(order.run))
        except InputError as error:
            raise InputError(f"--coarse {order.coarse}: {error}") from None
    with crew(1, order.cluster) as pool:
        folder = _folder(order)
        try:
            kpi = _simulated(order, folder, quiet, pool)
            report = _report(order, folder, kpi)
        except BaseException as error:
            error.add_note(_left_behind(order, folder))
            raise
    if quiet:
        show(str(report))
    else:
        from twin.summary import engine_in_words, table_of_kpis

        show(table_of_kpis(kpi))
        if "estimated" in kpi:
            show(in_words(kpi["estimated"]))
        if order.coarse is not None:
            show(worth_in_words(kpi, order.coarse))
        show(engine_in_words(order.run))
        show(f"report: {report}")
    return report


def _left_behind(order: Order, folder: Path) -> str:
    """Return where what was made is, and what to do with it."""
    try:
        complete = bool(read_manifest(folder).get("complete"))
    except InputError:
        return f"{folder} holds nothing that can be opened"
    if complete:
        return f"the journal in {folder} is complete, its report is not"
    again = f"; add --resume --out {folder} to go on from there" if order.replications > 1 else ""
    return f"what was made so far is in {folder}, marked incomplete{again}"


def _simulated(order: Order, folder: Path, quiet: bool, pool: Pool) -> dict[str, Any]:
    """Simulate and measure; on this machine an interruption takes effect at the end of a simulated day."""
    if order.cluster is not None:
        return _replicate(order, folder, quiet, partial(_measure_all_elsewhere, pool))
    with stopped_by_hand() as stop:
        if order.replications > 1:
            return _replicate(order, folder, quiet, partial(_measure_all, order.workers, stop))
        with bar_of_days(order.run, quiet) as show_day:

            def day_over(now: Progress) -> None:
                show_day(now)
                obey(stop)

            return measure(order.run, folder, day_over, order.state)


def measure(run: Run, folder: Path, progress: DayOver | None = None, state: Save | None = None) -> dict[str, Any]:
    """Simulate one run into a folder and return its KPIs, which are also written there."""
    from twin.kpi import kpis, settle

    journal = run_in_folder(run, folder, progress, state)
    if run.warmup is None:
        settle(journal)
        write_json(folder / MANIFEST, {**read_manifest(folder), "warmup_s": journal.warmup})
    kpi = kpis(journal)
    write_json(folder / KPI, kpi)
    return kpi


def _folder(order: Order) -> Path:
    """Return the folder of an order: new, emptied, or as an earlier one has left it."""
    if order.resume:
        return _folder_to_resume(order)
    return results_folder(order.out, order.run.line.name, RUN if order.overwrite else None)


def _folder_to_resume(order: Order) -> Path:
    """Return the folder to go on in.

    Raises:
        InputError: there is nothing to go on with, or it answers another question.
    """
    if order.replications == 1:
        raise InputError("--resume goes with --replications: one run is simply simulated again with --overwrite")
    if order.overwrite:
        raise InputError("--resume keeps what --overwrite removes; say one of them")
    if order.out is None:
        raise InputError("--resume needs --out: the folder to go on in")
    if not order.out.exists() or (order.out.is_dir() and not any(order.out.iterdir())):
        return new_folder(order.out)
    if "replications" not in read_manifest(order.out):
        raise InputError(f"{order.out} is one run, not several replications; choose another --out")
    for path, run in _runs(order, order.out).items():
        if (path / MANIFEST).is_file():
            _refuse_another_question(path, run)
    return order.out


def _refuse_another_question(folder: Path, run: Run) -> None:
    """Refuse to go on with replications of another plant, length or seed, or made by another gigatwin."""
    was, asked = read_manifest(folder), question(run)
    for name in ("line", "line_sha256", "days", "warmup_days", "seed", "cells", "lot_scale", "evaluate", "from_state"):
        if was.get(name) != asked[name]:
            raise InputError(f"{folder} answers another question: {name} was {was.get(name)}, now it is {asked[name]}")
    if was.get("versions", {}).get("gigatwin") != asked["versions"]["gigatwin"]:
        raise InputError(f"{folder} was made by another version of gigatwin; choose another --out")


def _runs(order: Order, folder: Path) -> dict[Path, Run]:
    """Return the replications by folder, and the coarse runs after them."""
    kinds = [("replication", order.run, order.replications)]
    if order.coarse is not None:
        kinds.append(("coarse", order.coarse.way.of(order.run), order.coarse.runs))
    return {
        folder / f"{kind}-{number:03d}": replace(run, seed=run.seed + number)
        for kind, run, runs in kinds
        for number in range(runs)
    }


def _replicate(order: Order, folder: Path, quiet: bool, measure_all: MeasureAll) -> dict[str, Any]:
    """Make the replications that are not there; tell of each when it is done."""
    from twin.kpi import summarise

    runs = _runs(order, folder)
    manifest = {**question(order.run), "replications": order.replications, "complete": False}
    if order.coarse is not None:
        manifest["coarse"] = str(order.coarse)
    write_json(folder / MANIFEST, manifest)
    left = {path: run for path, run in runs.items() if not _is_complete(path)}
    for path in left:
        if path.exists():
            shutil.rmtree(path)
    with bar_of_replications(len(runs), len(runs) - len(left), quiet) as done:
        measure_all(left, done)
    found = [read_json(path / KPI) for path in runs]
    kpi = summarise(found[: order.replications], found[order.replications :])
    write_json(folder / KPI, kpi)
    write_json(folder / MANIFEST, {**manifest, "complete": True})
    return kpi


def _measure_all(workers: int, stop: Any, runs: dict[Path, Run], done: Callable[[], None]) -> None:
    """Measure runs in this process or in several; what they give does not depend on it."""
    if workers == 1:
        for path, run in runs.items():
            measure(run, path, lambda now: obey(stop))
            done()
        return
    with ProcessPoolExecutor(workers, initializer=_begin_work, initargs=(stop,)) as pool:
        tasks = [pool.submit(_measure_as_worker, run, path) for path, run in runs.items()]
        try:
            for task in as_completed(tasks):
                task.result()
                done()
        except BaseException:
            stop.value = 1
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _begin_work(stop: Any) -> None:
    """Make a process a worker: Ctrl-C reaches all processes, and the first one tells the others."""
    global _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop = stop


def _measure_as_worker(run: Run, folder: Path) -> None:
    measure(run, folder, lambda now: obey(_stop))


def _measure_all_elsewhere(pool: Pool, runs: dict[Path, Run], done: Callable[[], None]) -> None:
    """Measure runs on the machines of a cluster, which need share no disk with this one."""

    def keep(name: str, files: dict[str, bytes]) -> None:
        folder = Path(name)
        draft = folder.with_name(f"{folder.name}.tmp")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for file, content in files.items():
            (draft / file).write_bytes(content)
        draft.replace(folder)
        done()

    sent = {
        str(path): _Sent(run, None if run.from_state is None else run.from_state.read_bytes())
        for path, run in runs.items()
    }
    pool.ask(_measure_elsewhere, sent, keep)


def _measure_elsewhere(sent: _Sent) -> dict[str, bytes]:
    """Measure a run where none of our files are; return those that it writes, by name."""
    with TemporaryDirectory() as home:
        run, folder, begin = sent.run, Path(home) / "run", Path(home) / "begin.state"
        if sent.state is not None:
            begin.write_bytes(sent.state)
            run = replace(run, from_state=begin)
        measure(run, folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def _is_complete(folder: Path) -> bool:
    return (folder / KPI).is_file() and (folder / MANIFEST).is_file() and bool(read_manifest(folder).get("complete"))


def _report(order: Order, folder: Path, kpi: dict[str, Any]) -> Path:
    """Write the report: of the run, or of the first replication with the intervals of all."""
    from twin.report import write_report

    if order.replications == 1:
        return write_report(kpi, open_run(folder), folder)
    first = folder / "replication-000"
    return write_report(read_json(first / KPI), open_run(first), folder, kpi)
