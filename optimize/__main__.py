"""The command line of gigatwin: the twin's commands, and optimize and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.__main__ import app

Workers = Annotated[int, typer.Option(min=1, help="processes; the answer does not depend on it")]
Out = Annotated[Path | None, typer.Option(help="folder of the results; default a new one under runs/")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="replace results that are there already")]
Quiet = Annotated[bool, typer.Option("--quiet", help="print nothing but the path of the report")]


@app.command("optimize")
def optimize_command(
    study: Annotated[Path, typer.Argument(help="a study file, such as lines/studies/first_study.yaml")],
    out: Out = None,
    workers: Workers = 2,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Find the machine counts and settings that make a demand at least cost, and simulate the plan."""
    from optimize.question import read_study
    from optimize.refine import optimize
    from optimize.report import save_plan, table_of_plan

    question = read_study(study)
    folder = _folder(out, question.study.name, overwrite)
    with _progress(quiet) as tell:
        plan = optimize(question, workers, tell)
    report = save_plan(plan, folder)
    if not quiet:
        _show(table_of_plan(plan))
    _show(str(report) if quiet else f"report: {report}")


@app.command("compare")
def compare_command(
    lines: Annotated[list[str], typer.Argument(help="two or more line files, or names of plants")],
    days: Annotated[int, typer.Option(min=1, help="days measured")] = 90,
    warmup: Annotated[int, typer.Option(min=0, help="days before them that are not counted")] = 30,
    seed: Annotated[int, typer.Option(help="key of all luck")] = 1,
    replications: Annotated[int, typer.Option(min=2, help="runs of each plant, with seeds SEED, SEED+1, ...")] = 4,
    out: Out = None,
    workers: Workers = 2,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Simulate plants side by side with the same luck and report their differences."""
    from optimize.comparison import compare
    from optimize.report import save_comparison, table_of_comparison

    folder = _folder(out, "compare", overwrite)
    with _progress(quiet) as tell:
        comparison = compare(lines, days, warmup, seed, replications, workers, tell)
    report = save_comparison(comparison, folder)
    if not quiet:
        _show(table_of_comparison(comparison))
    _show(str(report) if quiet else f"report: {report}")


def _folder(out: Path | None, name: str, overwrite: bool) -> Path:
    """Make the folder of the results, before hours are spent on them.

    Raises:
        InputError: it holds something already.
    """
    from datetime import datetime

    from twin import InputError

    folder = out or Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, expected a folder")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise InputError(f"{folder} exists already; choose another --out, or say --overwrite")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show what is being done, and how many of its simulations are over."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield tell


def _show(*what: Any) -> None:
    from rich.console import Console

    # brackets and colons in a path are no markup
    Console(highlight=False, soft_wrap=True, markup=False, emoji=False).print(*what)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
