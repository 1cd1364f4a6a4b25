"""What the command line prints: tables of plants, KPIs and family trees."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from twin.calendar import DAY
from twin.folder import open_run
from twin.journal import Action, Journal
from twin.material import GRADE_B, UNGRADED
from twin.problems import InputError
from twin.product import JOULES_PER_GWH
from twin.quality.properties import PROPERTIES
from twin.simulation import engine_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from twin.line import Line
    from twin.query import Answer
    from twin.run import Run

SECONDS_PER_YEAR = 365 * 86400.0
# what a person reads of an answer; a program gets all of it
_ROWS_SHOWN = 50


def _table(title: str, *columns: str, wrap: bool = False) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=not wrap, overflow="fold")
    return table


def nameplate_gwh(line: Line) -> float | None:
    """Return the nameplate output [GWh/yr]."""
    return None if line.nameplate is None else line.nameplate * SECONDS_PER_YEAR / JOULES_PER_GWH


def table_of_lines() -> Table:
    """Return the plants that come with gigatwin."""
    from twin.read import known_lines, read_line

    table = _table("", "plant", "nameplate", "format", "chemistry", "cell")
    for file in known_lines():
        line = read_line(file)
        size = nameplate_gwh(line)
        cell = line.cell
        table.add_row(
            line.name,
            f"{size:.3g} GWh/yr" if size else "",
            cell.format if cell else "",
            cell.chemistry if cell else "",
            f"{cell.capacity / 3600:.3g} Ah" if cell else "",
        )
    return table


def summary_of_line(line: Line, file: str) -> Iterator[Any]:
    """Yield what fits one screen: the plant, its stations with capacity, how sure its numbers are."""
    from twin.sizing import capacity

    size = nameplate_gwh(line)
    yield f"{file}: fine. {line.title or line.name}" + (f", {size:.3g} GWh a year" if size else "")
    found = capacity(line)
    unit = "GWh/yr" if line.cell else "lots/h"
    table = _table("", "station", "step", "servers", "up", unit, "nameplate")
    for name, station in line.stations.items():
        able = found[name]
        amount = f"{able.gwh_per_year:,.2f}" if line.cell else f"{able.per_second * 3600:,.3g}"
        share = f"{able.gwh_per_year / size:.0%}" if size and line.cell else ""
        table.add_row(name, station.step.kind, str(station.servers), f"{able.availability:.1%}", amount, share)
    yield table
    if line._provenance:
        kinds = [record.confidence for record in line._provenance]
        counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("read", "memory", "estimate"))
        yield f"{len(kinds)} sourced numbers: {counts}"


def table_of_kpis(kpi: dict[str, Any]) -> Table:
    """Return the headline figures of a run, or of replications, with their intervals where they have some."""
    table = _table("", "", "value", "95 % interval")
    sure = kpi.get("estimated", {})
    for name, whole in kpi.items():
        value = whole.get("total", whole) if isinstance(whole, dict) else whole
        if isinstance(value, dict) and {"mean", "low", "high"} <= set(value):
            table.add_row(name, _number(value["mean"]), _range(value))
        elif isinstance(value, int | float | str) and not isinstance(value, bool):
            table.add_row(name, _number(value), _range(sure.get(name)))
    return table


def _range(interval: dict[str, float] | None) -> str:
    return "" if interval is None else f"{_number(interval['low'])} to {_number(interval['high'])}"


def engine_in_words(run: Run) -> str:
    """Return what executed a run, and why that was not machine code."""
    engine, reasons = engine_of(run)
    return "; ".join([f"engine: {engine}", *(f"not machine code, since {reason}" for reason in reasons)])


def table_of_control(found: dict[str, Any]) -> Table:
    """Return controllers side by side, those that lose least first."""
    title = (
        f"{found['station']} of {found['line']}: disturbance {found['disturbance']}, gauge {found['gauge']}; "
        f"no feedback can be below {found['least_sd_percent']:.3f} %; differences to {found['reference']} with 95 %"
    )
    columns = ("strategy", "sd of loading", "difference", "out of tolerance", "cells lost/GWh", "difference")
    table = _table(title, *columns, "capital", "saved USD/yr", "CPU")
    by_name = found["strategies"]
    for name in sorted(by_name, key=lambda name: float(by_name[name]["cells_lost_per_gwh"])):
        one = by_name[name]
        saved, apart = one["saved_usd_per_year"], one["difference"]
        table.add_row(
            name,
            f"{one['loading_sd_percent']:.3f} %",
            _apart(apart["loading_sd_percent"], 3) if name != found["reference"] else "",
            f"{one['out_of_tolerance']:.2%}".replace("%", " %"),
            f"{one['cells_lost_per_gwh']:,.0f}",
            _apart(apart["cells_lost_per_gwh"], 0) if name != found["reference"] else "",
            f"{one['capital_usd']:,.0f}",
            "" if saved is None else f"{saved:,.0f}",
            f"{one['cpu_s']:.2f} s",
        )
    return table


def _apart(interval: dict[str, float], digits: int) -> str:
    half = interval["high"] - interval["mean"]
    return f"{interval['mean']:+,.{digits}f} ± {half:,.{digits}f}"


def _number(value: Any) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.4g}"


def show_ancestry(folder: Path, cell: int) -> Iterator[Any]:
    """Yield where a cell comes from."""
    from twin.trace import trace_cell

    journal = open_run(folder)
    found = trace_cell(journal, cell)
    yield f"cell {cell}: {found.status}; {found.tray} of its stack"
    lots = _table("made from", "lot", "unit", "units", "made on day", "made of", wrap=True)
    for (family, lot), rows in found.lots.groupby(["family", "lot"], sort=False):
        parents = [f"{row.parent_family}-{row.parent}" for row in rows.itertuples() if row.parent >= 0]
        first, unit = rows.iloc[0], journal.line.stations[family].step.makes
        made = f"{first.time / DAY:.3f}"
        lots.add_row(f"{family}-{lot}", unit, f"{first.units:,.1f}", made, ", ".join(parents) or "bought material")
    yield lots
    when = ("arrived", "start", "finish", "left")
    visits = _table("went through, in days", "station", "lot", "server", *when, wrap=True)
    for row in found.visits.itertuples():
        times = [f"{time / DAY:.3f}" for time in (row.arrive, row.start, row.finish, row.leave)]
        visits.add_row(str(row.station), f"{row.family}-{row.lot}", str(row.server), *times)
    yield visits
    if len(found.readings):
        yield _readings(journal, found.readings)
    for row in found.rejected.itertuples():
        done = Action(row.action).name.lower().replace("_", " ")
        yield f"found at {row.station} on day {row.time / DAY:.3f}: {row.reason}; {done}"
    yield from _measurements(found.measured)


def _readings(journal: Journal, readings: pd.DataFrame) -> Table:
    """Return what gauges reported of the lots that a cell was in or is made of."""
    table = _table(
        "gauges reported of its lots", "station", "property", "lot", "values", "mean", "sd", "unit", wrap=True
    )
    for row in readings.itertuples():
        kind = PROPERTIES[journal.line.gauges[row.gauge][2].measures]
        mean, sd = (f"{kind.scale * value:.4g}" for value in (row.mean, row.sd))
        table.add_row(str(row.station), kind.title, f"{row.family}-{row.lot}", f"{row.size:,}", mean, sd, kind.shown)
    return table


def _measurements(measured: pd.DataFrame) -> Iterator[str]:
    """Yield what was measured on a cell."""
    for row in measured.itertuples():
        if row.capacity_ah == row.capacity_ah:
            values = f"capacity {row.capacity_ah:.3f} Ah, relative resistance {row.resistance_rel:.3f}"
            yield f"measured: {values}; grade {'B' if row.grade == GRADE_B else 'A'}"
        elif row.grade == UNGRADED:
            yield "it has no measurements: it was scrapped before the end of its route"
        else:
            yield "it has no measurements: its lot was counted, not evaluated; simulate with --evaluate all"
    if not len(measured):
        yield "its measurements were not kept; simulate with --cells all to keep every cell's"


def show_recall(folder: Path, lot: str) -> Iterator[Any]:
    """Yield every cell that contains a lot."""
    from twin.trace import recall

    cells = recall(open_run(folder), lot)
    counts = cells.status.value_counts()
    parts = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    file = folder / f"recall-{lot}.csv"
    cells.to_csv(file, index=False)
    yield f"{len(cells):,} cells contain {lot}" + (f": {parts}" if parts else "")
    table = _table("", "lot", "cells", "good", "scrapped", "in plant")
    for name, rows in cells.groupby("lot", sort=False):
        by = rows.status.value_counts()
        table.add_row(str(name), str(len(rows)), *(str(by.get(s, 0)) for s in ("good", "scrapped", "in plant")))
    if parts:
        yield table
    yield f"every cell by name: {file}"


def show_answer(answer: Answer, short: bool) -> Iterator[Any]:
    """Yield the rows that a query found.

    Args:
        answer: what it found.
        short: a table of the first rows with rounded numbers, for a person; else lines of all of them.
    """
    if not short:
        yield from _lines(answer)
        return
    rows = answer.rows()
    table = _table("", *answer.columns)
    for row in islice(rows, _ROWS_SHOWN):
        table.add_row(*(f"{value:.6g}" if isinstance(value, float) else _told(value) for value in row))
    yield table
    if next(rows, None) is not None:
        yield "there are more rows; --csv FILE has them all"


def _lines(answer: Answer) -> Iterator[str]:
    """Yield all rows below their headings, in columns as wide as what is in them."""
    rows = [answer.columns, *(tuple(map(_told, row)) for row in answer.rows())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _told(value: Any) -> str:
    return "" if value is None else str(value)


def write_csv(answer: Answer, file: str, overwrite: bool) -> None:
    """Write the rows that a query found, to a file as a whole or not at all; "-" is what a program prints to.

    Raises:
        InputError: the file is there already, or cannot be written.
    """
    if file == "-":
        _write_rows(answer, sys.stdout)
        return
    path = Path(file)
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists already; choose another --csv, or say --overwrite")
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"cannot write {path}; choose a file in a folder that is there for --csv")
    draft = path.with_name(f"{path.name}.tmp")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            _write_rows(answer, stream)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write_rows(answer: Answer, stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows())
