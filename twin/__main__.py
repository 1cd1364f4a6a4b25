"""The command line of the simulation: lines, check, schema, simulate, control, trace, query."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.guarded import Guarded

if TYPE_CHECKING:
    from twin.line import Line
    from twin.problems import Problem
    from twin.run import Run, Save


app = typer.Typer(
    name="gigatwin",
    help="Digital twin of a lithium-ion cell factory.",
    cls=Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

_WIDE = 200

Workers = Annotated[int, typer.Option(min=1, help="processes; the answer does not depend on it")]
_CLUSTER = typer.Option("--cluster", metavar="ADDRESS", help="a Ray cluster: its address, or 'local' to start one")
OnCluster = Annotated[str | None, _CLUSTER]
PlantFile = Annotated[str, typer.Argument(help="path of a line file, or name of a plant that comes with gigatwin")]


def _show(*what: Any) -> None:
    from rich.console import Console

    # brackets and colons in names and paths are no markup; where nobody looks there is no edge to cut at
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    for one in what:
        console.print(one)


@app.command()
def lines() -> None:
    """List the plants that come with gigatwin."""
    from twin.summary import table_of_lines

    _show(table_of_lines())


@app.command()
def check(files: Annotated[list[str], typer.Argument(help="line files, or names of plants")]) -> None:
    """Check line files and print a one-screen summary of each."""
    from twin.problems import InputError
    from twin.read import read_line
    from twin.summary import summary_of_line

    problems: list[Problem] = []
    for file in files:
        try:
            line = read_line(file)
        except InputError as error:
            problems.extend(error.problems)
            continue
        _show(*summary_of_line(line, file))
    if problems:
        raise InputError(problems)


@app.command()
def schema() -> None:
    """Print the JSON Schema of line files, for editors."""
    import json

    from twin.read.schema import schema_of_line_files

    sys.stdout.write(json.dumps(schema_of_line_files(), indent=1) + "\n")


@app.command("simulate")
def simulate_command(
    context: typer.Context,
    file: PlantFile,
    days: Annotated[int, typer.Option(help="days measured")] = 365,
    warmup: Annotated[str, typer.Option(help="days before them that are not counted, or 'auto' (MSER-5)")] = "30",
    seed: Annotated[int, typer.Option(help="key of all luck")] = 1,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="turn a knob; may be given often")
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="runs with seeds SEED, SEED+1, ...")] = 1,
    coarse: Annotated[
        str | None, typer.Option(metavar="40x1%", help="so many cheaper runs beside them make their means surer")
    ] = None,
    workers: Workers = 1,
    cluster: OnCluster = None,
    cells: Annotated[str, typer.Option(help="cell rows kept: all, none or sample:1%")] = "sample:1%",
    evaluate: Annotated[
        str, typer.Option(help="lots worked out by physics: all, or a share such as sample:5%")
    ] = "all",
    truth: Annotated[bool, typer.Option("--truth", help="write what is true beside what gauges report")] = False,
    engine: Annotated[str, typer.Option(help="simpy, compiled or auto; the journal is the same")] = "auto",
    save_state: Annotated[
        Path | None, typer.Option(metavar="STATE", help="file in which the plant is saved as it is at a moment")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="that moment, such as '12 d'; default the end")
    ] = None,
    from_state: Annotated[
        Path | None, typer.Option(metavar="STATE", help="begin with a saved plant; its seed and no warm-up by default")
    ] = None,
    lot_scale: Annotated[int, typer.Option(help="lots that move as one; 1 is exact, more is faster")] = 1,
    out: Annotated[Path | None, typer.Option(help="folder of the run; default a new one under runs/")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace results that are there already")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="make only the replications that --out lacks")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="print nothing but the path of the report")] = False,
) -> None:
    """Simulate a plant and write its journal, KPIs and report."""
    from dataclasses import replace

    from twin.control_variate import CoarseRuns
    from twin.replicate import Order, carry_out

    if from_state is not None:
        from twin.present import read_present

        # what is not said goes on as it was
        was = read_present(from_state).header
        seed = was.seed if _by_default(context, "seed") else seed
        lot_scale = was.lot_scale if _by_default(context, "lot_scale") else lot_scale
        evaluate = was.evaluate if _by_default(context, "evaluate") else evaluate
        warmup = "0" if _by_default(context, "warmup") else warmup
    run = _run(file, days, warmup, seed, settings or [], cells, truth, engine)
    run = replace(run, from_state=from_state, lot_scale=lot_scale, evaluate=evaluate)
    beside = None if coarse is None else CoarseRuns.read(coarse, replications)
    state = _save(save_state, at, overwrite)
    order = Order(run, replications, workers, out, overwrite, resume, state, cluster, beside)
    carry_out(order, _show, quiet)


def _by_default(context: typer.Context, name: str) -> bool:
    """Return whether an option was not given."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "DEFAULT"


def _save(path: Path | None, at: str | None, overwrite: bool) -> Save | None:
    from twin.problems import InputError
    from twin.run import Save
    from twin.units import Seconds
    from twin.values import read

    if path is None:
        if at is not None:
            raise InputError("--at says when --save-state saves the plant; give that too")
        return None
    moment, fault = (None, "") if at is None else read(Seconds, at)
    if fault:
        raise InputError(f"--at {fault}")
    return Save(path, moment, overwrite)


def _run(
    file: str, days: int, warmup: str, seed: int, settings: list[str], cells: str, truth: bool, engine: str
) -> Run:
    from twin.problems import InputError
    from twin.read import read_line
    from twin.run import Run
    from twin.settings import turn

    if warmup != "auto" and not warmup.isdecimal():
        raise InputError(f"--warmup {warmup}: expected a whole number of days, or 'auto'")
    chosen = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--set {text}: expected KNOB=VALUE, such as cathode_coating.servers=8")
        chosen[name.strip()] = int(value) if value.strip().isdecimal() else value.strip()
    line: Line = turn(read_line(file), chosen)
    return Run(line, days, None if warmup == "auto" else int(warmup), seed, cells, truth, engine)


@app.command("control")
def control_command(
    file: PlantFile,
    strategies: Annotated[str, typer.Option(help="such as 'open,pi,pi+density'; default all")] = "",
    disturbance: Annotated[str, typer.Option(help="calm, base or rough; default as declared")] = "",
    rolls: Annotated[int, typer.Option(min=2, help="rolls that each strategy coats")] = 300,
    seed: Annotated[int, typer.Option(help="key of all luck")] = 1,
    station: Annotated[str, typer.Option(help="coater; default the first one")] = "",
    out: Annotated[Path | None, typer.Option(help="folder; default a new one under runs/")] = None,
) -> None:
    """Compare controllers of the areal loading on the same webs."""
    from twin.control_study import Question, compare_controllers
    from twin.read import read_line

    compare_controllers(read_line(file), Question(strategies, disturbance, rolls, seed, station, out), _show)


@app.command()
def trace(
    run: Annotated[Path, typer.Argument(help="a run folder")],
    cell: Annotated[int | None, typer.Option(help="identity of a cell: where it comes from")] = None,
    lot: Annotated[str | None, typer.Option(help="name of a lot: every cell that contains it")] = None,
) -> None:
    """Trace a cell to its slurry batches, or recall every cell that contains a lot."""
    from twin.problems import InputError
    from twin.summary import show_ancestry, show_recall

    if (cell is None) == (lot is None):
        raise InputError("give either --cell ID or --lot NAME")
    _show(*(show_ancestry(run, cell) if cell is not None else show_recall(run, str(lot))))


@app.command("query")
def query_command(
    run: Annotated[Path, typer.Argument(help="a run folder, of one run or of several replications")],
    sql: Annotated[str, typer.Argument(help="such as 'select station, count(*) from visits group by station'")],
    csv: Annotated[str | None, typer.Option(metavar="FILE", help="write CSV, '-' to the standard output")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a CSV file that is there already")] = False,
) -> None:
    """Ask a run in SQL: its tables are visits, rejects, cells and so on; 'show tables' tells them all."""
    from twin.query import query
    from twin.summary import show_answer, write_csv

    answer = query(run, sql)
    if answer.missing:
        typer.echo(answer.missing, err=True)
    if csv is not None:
        write_csv(answer, csv, overwrite)
    else:
        _show(*show_answer(answer, short=sys.stdout.isatty()))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
