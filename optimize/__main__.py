"""The command line of gigatwin: the twin's commands, and optimize, compare and backtest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.__main__ import OnCluster, Workers, app

Out = Annotated[Path | None, typer.Option(help="folder of the results; default a new one under runs/")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="replace results that are there already")]
Quiet = Annotated[bool, typer.Option("--quiet", help="print nothing but the path of the report")]
CacheFolder = Annotated[
    Path | None,
    typer.Option("--cache", help="folder of what the twin has answered; default $GIGATWIN_CACHE or the user's caches"),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="simulate anew, and keep nothing for the next time")]


@app.command("optimize")
def optimize_command(
    study: Annotated[str, typer.Argument(help="a study file, or the name of one that comes with gigatwin")],
    out: Out = None,
    workers: Workers = 2,
    cluster: OnCluster = None,
    overwrite: Overwrite = False,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    goal: Annotated[str | None, typer.Option(help="cost, profit, output or energy, instead of the study's")] = None,
    demand: Annotated[str | None, typer.Option(help="such as 16GWh, instead of the study's")] = None,
    solver: Annotated[str, typer.Option(help="highs, or another one that Pyomo finds")] = "highs",
    gap: Annotated[str, typer.Option(help="how close to the best a plan must be proved to be")] = "0.1%",
    pareto: Annotated[str | None, typer.Option(help="two goals to weigh, such as cost,yield")] = None,
    points: Annotated[int, typer.Option(help="values of the second of them")] = 20,
    time_limit: Annotated[float, typer.Option(min=0.1, help="longest time of one solve [s]")] = 600.0,
) -> None:
    """Find the machine counts and settings that serve a goal best, and prove the plan in the twin."""
    from optimize.desk import Answers, desk
    from optimize.front import read_goals
    from optimize.pages.report import save_plan, table_of_plan
    from optimize.question import read_study
    from optimize.refine import optimize
    from optimize.solve import Solver, check_solver, read_gap
    from optimize.surroundings import look_around
    from optimize.workers import crew

    weighed = read_goals(pareto, points) if pareto is not None else None
    question = read_study(study, goal, demand)
    solving = Solver(solver, read_gap(gap), time_limit)
    check_solver(solving)
    kept = Answers(cache, no_cache)
    with (
        crew(workers, cluster) as pool,
        desk(out, question.study.name, overwrite, kept, pool.workers, quiet) as (folder, answers, tell),
    ):
        plan = optimize(question, pool, tell, answers, solving)
        # what is known is there to be read while the twin is asked for the rest, and stays when that is stopped
        for around in look_around(plan, pool, tell, answers, weighed, points):
            report = save_plan(plan, folder, around)
    if not quiet:
        _show(table_of_plan(plan))
    _show(str(report) if quiet else f"report: {report}")


@app.command("compare")
def compare_command(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="a study of strategies (default scale_up), or two or more plants to set side by side"),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="days measured [90 for plants; of the study]")] = None,
    warmup: Annotated[int | None, typer.Option(min=0, help="days before them [30 for plants; of the study]")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="key of all luck [1 for plants; of the study]")] = None,
    replications: Annotated[
        int | None, typer.Option(min=2, help="futures, or runs of each plant [4 for plants; of the study]")
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="print the report to report.pdf too, by Chromium, Chrome or Edge")
    ] = False,
    until: Annotated[
        str | None, typer.Option(help="go on with more futures until the best strategy is told, such as 95%")
    ] = None,
    out: Out = None,
    workers: Workers = 2,
    cluster: OnCluster = None,
    overwrite: Overwrite = False,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
) -> None:
    """Compare ways of scaling up, each lived through the same futures; or plants side by side with the same luck."""
    from optimize.desk import Answers, desk
    from optimize.pages.printing import find_browser, print_page
    from optimize.workers import crew

    # hours are not spent on what cannot be printed
    browser = find_browser() if pdf else None
    asked = {"days": days, "warmup": warmup, "seed": seed, "replications": replications}
    given = {name: value for name, value in asked.items() if value is not None}
    work = _of_plants(files, given, until) if files and len(files) > 1 else _of_strategies(files, given, until)
    kept = Answers(cache, no_cache)
    with (
        crew(workers, cluster) as pool,
        desk(out, "compare", overwrite, kept, pool.workers, quiet) as (folder, answers, tell),
    ):
        report, table = work(pool, tell, answers, folder)
        if browser is not None:
            report = print_page(report, browser)
    if not quiet:
        _show(table)
    _show(str(report) if quiet else f"report: {report}")


Work = Callable[..., tuple[Path, Any]]


def _of_plants(files: list[str], given: dict[str, int], until: str | None) -> Work:
    """Read plants to set side by side, and return what compares them."""
    from optimize.comparison import compare, read_plants
    from optimize.pages.report import save_comparison, table_of_comparison
    from twin import InputError

    if until is not None:
        raise InputError(f"--until {until}: plants are run as often as --replications says; it is for strategies")
    plants = read_plants(files)

    def work(pool: Any, tell: Any, answers: Any, folder: Path) -> tuple[Path, Any]:
        found = compare(plants, **given, workers=pool, tell=tell, cache=answers)
        return save_comparison(found, folder), table_of_comparison(found)

    return work


def _of_strategies(files: list[str] | None, given: dict[str, int], until: str | None) -> Work:
    """Read a study of strategies, and return what compares them."""
    from optimize.growth.read_scale_up import read_scale_up
    from optimize.growth.scale_up import compare_strategies, read_until
    from optimize.growth.scale_up_faults import refuse_too_large
    from optimize.pages.board_report import save_strategies, table_of_strategies
    from twin import InputError, find_declared, known_lines

    confidence = None if until is None else read_until(until)
    file = files[0] if files else "scale_up"
    plants = {path.stem for path in known_lines()}
    if Path(file).stem in plants:
        raise InputError(f"1 plant cannot be compared: {file}; name two or more line files, or a study of strategies")
    study, line = read_scale_up(find_declared("studies", file))
    study = study.model_copy(update=given)
    refuse_too_large(study, line)

    def work(pool: Any, tell: Any, answers: Any, folder: Path) -> tuple[Path, Any]:
        found = compare_strategies(study, line, pool, tell, answers, confidence)
        return save_strategies(found, folder), table_of_strategies(found)

    return work


@app.command("backtest")
def backtest_command(
    cases: Annotated[list[str] | None, typer.Argument(help="case files, or names; default all in ramps/cases")] = None,
    draws: Annotated[int, typer.Option(min=1, help="parameter sets; more of them go on from fewer")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="key of the draws and of their luck")] = 1,
    out: Out = None,
    workers: Workers = 2,
    cluster: OnCluster = None,
    overwrite: Overwrite = False,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
) -> None:
    """Hold the young plant that learns against real plants: calibrate on some of them, predict the others."""
    from optimize.desk import Answers, desk
    from optimize.pages.report_of_backtest import save_backtest, table_of_backtest
    from optimize.past.backtest import backtest, check_draws
    from optimize.past.calibration import read_setup
    from optimize.past.case import read_cases
    from optimize.workers import crew

    check_draws(draws)
    setup, known = read_setup(), read_cases(cases or ())
    kept = Answers(cache, no_cache)
    with (
        crew(workers, cluster) as pool,
        desk(out, "backtest", overwrite, kept, pool.workers, quiet) as (folder, answers, tell),
    ):
        found = backtest(known, setup, draws, seed, pool, tell, answers)
        report = save_backtest(found, folder)
    if not quiet:
        _show(table_of_backtest(found))
    _show(str(report) if quiet else f"report: {report}")


def _show(*what: Any) -> None:
    from rich.console import Console

    # brackets and colons in a path are no markup
    Console(highlight=False, soft_wrap=True, markup=False, emoji=False).print(*what)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
