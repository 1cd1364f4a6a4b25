"""The command line of gigatwin: the twin's commands, and optimize, compare and backtest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twin.__main__ import app

Workers = Annotated[int, typer.Option(min=1, help="processes; the answer does not depend on it")]
OnCluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="workers of a Ray cluster: its address, or 'local' to start one"),
]
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
    study: Annotated[Path, typer.Argument(help="a study file, such as lines/studies/first_study.yaml")],
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
    from optimize.question import read_study
    from optimize.refine import optimize
    from optimize.report import save_plan, table_of_plan
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
        around = look_around(plan, pool, tell, answers, weighed, points)
        report = save_plan(plan, folder, around)
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
    cluster: OnCluster = None,
    overwrite: Overwrite = False,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
) -> None:
    """Simulate plants side by side with the same luck and report their differences."""
    from optimize.comparison import compare, read_plants
    from optimize.desk import Answers, desk
    from optimize.report import save_comparison, table_of_comparison
    from optimize.workers import crew

    plants = read_plants(lines)
    kept = Answers(cache, no_cache)
    with (
        crew(workers, cluster) as pool,
        desk(out, "compare", overwrite, kept, pool.workers, quiet) as (folder, answers, tell),
    ):
        comparison = compare(plants, days, warmup, seed, replications, pool, tell, answers)
        report = save_comparison(comparison, folder)
    if not quiet:
        _show(table_of_comparison(comparison))
    _show(str(report) if quiet else f"report: {report}")


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
    from optimize.backtest import backtest, check_draws
    from optimize.calibration import read_setup
    from optimize.case import read_cases
    from optimize.desk import Answers, desk
    from optimize.report_of_backtest import save_backtest, table_of_backtest
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
