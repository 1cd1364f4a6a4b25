"""What the command line prints: tables of plants, KPIs and family trees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.folder import open_run
from twin.product import JOULES_PER_GWH

if TYPE_CHECKING:
    from rich.table import Table

    from twin.line import Line

SECONDS_PER_YEAR = 365 * 86400.0


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=True)
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
    """Return the headline figures of a run, or of replications with their intervals."""
    table = _table("", "", "value", "95 % interval")
    for name, value in kpi.items():
        if isinstance(value, dict) and {"mean", "low", "high"} <= set(value):
            table.add_row(name, _number(value["mean"]), f"{_number(value['low'])} to {_number(value['high'])}")
        elif isinstance(value, dict) and "total" in value:
            table.add_row(name, _number(value["total"]), "")
        elif isinstance(value, int | float | str) and not isinstance(value, bool):
            table.add_row(name, _number(value), "")
    return table


def _number(value: Any) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.4g}"


def show_ancestry(folder: Path, cell: int) -> Iterator[Any]:
    """Yield where a cell comes from."""
    from twin.genealogy import trace_cell

    found = trace_cell(open_run(folder), cell)
    yield f"cell {cell}" + (f": {found.tray}" if found.tray else "")
    lots = _table("made from", "lot", "made of", "on day", "units")
    for (family, lot), rows in found.lots.groupby(["family", "lot"], sort=False):
        parents = [f"{row.parent_family}-{row.parent}" for row in rows.itertuples() if row.parent >= 0]
        first = rows.iloc[0]
        lots.add_row(
            f"{family}-{lot}", ", ".join(parents) or "bought", f"{first.time / 86400:.3f}", f"{first.units:,.1f}"
        )
    yield lots
    visits = _table("went through", "station", "lot", "server", "arrived on day", "start", "finish", "left")
    for row in found.visits.itertuples():
        times = [f"{time / 86400:.3f}" for time in (row.arrive, row.start, row.finish, row.leave)]
        visits.add_row(str(row.station), f"{row.family}-{row.lot}", str(row.server), *times)
    yield visits
    for row in found.rejected.itertuples():
        yield f"rejected at {row.station} on day {row.time / 86400:.3f}: {row.reason}"
    for row in found.measured.itertuples():
        grade = {1: "A", 2: "B"}.get(row.grade, "scrap")
        values = f"capacity {row.capacity_ah:.3f} Ah, relative resistance {row.resistance_rel:.3f}"
        yield f"measured: {values}; grade {grade}"
    if not len(found.measured):
        yield "its measurements were not kept; simulate with --cells all to keep every cell's"


def show_recall(folder: Path, lot: str) -> Iterator[Any]:
    """Yield every cell that contains a lot."""
    from twin.genealogy import recall

    cells = recall(open_run(folder), lot)
    counts = cells.status.value_counts()
    parts = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    file = folder / f"recall-{lot}.csv"
    cells.to_csv(file, index=False)
    yield f"{len(cells):,} cells contain {lot}: {parts or 'none'}"
    table = _table("", "lot", "cells", "good", "scrapped", "in plant")
    for name, rows in cells.groupby("lot", sort=False):
        by = rows.status.value_counts()
        table.add_row(str(name), str(len(rows)), *(str(by.get(s, 0)) for s in ("good", "scrapped", "in plant")))
    yield table
    yield f"every cell by name: {file}"
