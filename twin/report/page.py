"""The page of one run: words, cards, pictures and the table of stations, in one file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from twin.estimate import in_words
from twin.journal import Journal
from twin.product import JOULES_PER_GWH
from twin.report import pictures, product_pictures, quality_pictures
from twin.report.flow_of_run import sankey
from twin.report.style import draw, number, percent, save, short

SECONDS_PER_YEAR = 365 * 86400.0


class Picture(NamedTuple):
    """A picture in the page.

    Attributes:
        name: of its files.
        title: what it answers.
        text: how to read it.
        source: as an address that holds the picture itself.
    """

    name: str
    title: str
    text: str
    source: str


class Card(NamedTuple):
    """One figure in large letters.

    Attributes:
        value: the figure.
        unit: its unit.
        title: what it is.
        spread: its 95 % interval, when there are replications, or where only a share of the lots was evaluated.
    """

    value: str
    unit: str
    title: str
    spread: str = ""


def write_report(
    kpi: Mapping[str, Any], journal: Journal, folder: Path, intervals: Mapping[str, Any] | None = None
) -> Path:
    """Write ``report.html`` with everything in it, and its pictures as files beside it.

    Args:
        kpi: what ``kpis`` found in the journal.
        journal: of the run.
        folder: where to.
        intervals: what ``summarise`` found in this and other replications; None for a single run.

    Returns:
        The path of the page.
    """
    from jinja2 import Environment

    here = files("twin.report")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(number=number, percent=percent, short=short)
    page = environment.from_string((here / "template.html").read_text(encoding="utf-8")).render(
        style=(here / "style.css").read_text(encoding="utf-8"),
        kpi=kpi,
        line=journal.line,
        title=journal.line.title or journal.line.name,
        headline=headline(kpi, journal),
        cards=list(cards(kpi, journal, intervals or {})),
        replications=(intervals or {}).get("replications", 1),
        coarse=(intervals or {}).get("coarse_runs", 0),
        pictures=list(_pictures(kpi, journal, folder / "pictures")),
        facts=facts(kpi, journal),
        caution=caution(kpi),
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def headline(kpi: Mapping[str, Any], journal: Journal) -> str:
    """Return what was made, in one or two sentences."""
    days = f"{kpi['days']:,.0f} days"
    limit = kpi["stations"][kpi["bottleneck"]]["title"]
    tail = f"The bottleneck was {_lower(limit)}, busy {percent(kpi['bottleneck_busy'], 0)} of its staffed time."
    if journal.line.cell is None:
        made = f"In {days} the line finished {short(kpi['finished_lots'])} lots"
        return f"{made}, {number(kpi['throughput_per_hour'])} an hour. {tail}"
    made = f"In {days} the plant made {short(kpi['good_cells'])} good cells, {number(kpi['good_gwh'])} GWh"
    first = f" {percent(kpi['first_pass_yield'])} passed at the first attempt." if kpi["first_pass_yield"] else ""
    sure = f" {in_words(kpi['estimated'])}" if "estimated" in kpi else ""
    return f"{made}: a rate of {number(kpi['good_gwh_per_year'])} GWh a year.{first} {tail}{sure}"


def _lower(title: str) -> str:
    """Return a title as it stands inside a sentence; abbreviations stay as they are."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def cards(kpi: Mapping[str, Any], journal: Journal, intervals: Mapping[str, Any]) -> Iterator[Card]:
    """Yield the figures that a director asks for first."""

    def card(name: str, write: Callable[[float | None], str], unit: str, title: str) -> Card:
        # several runs tell more than what one of them knows of itself
        one, all_of_them = kpi[name], intervals.get(name)
        if not intervals:
            all_of_them = kpi.get("estimated", {}).get(name)
        if isinstance(one, Mapping):
            one, all_of_them = one["total"], (all_of_them or {}).get("total", all_of_them)
        if not all_of_them:
            return Card(write(one), unit, title)
        spread = f"{write(all_of_them['low'])} to {write(all_of_them['high'])}"
        return Card(write(all_of_them["mean"]), unit, title, spread)

    if journal.line.cell is None:
        yield card("throughput_per_hour", number, "lots/h", "throughput")
    else:
        yield card("good_gwh_per_year", number, "GWh/yr", "good cells")
        made = intervals.get("good_gwh_per_year", {}).get("mean", kpi["good_gwh_per_year"])
        if journal.line.nameplate and made:
            built_for = journal.line.nameplate * SECONDS_PER_YEAR / JOULES_PER_GWH
            yield Card(percent(made / built_for, 0), "", f"of nameplate {built_for:.3g} GWh/yr")
    yield card("first_pass_yield", percent, "", "first-pass yield")
    yield card("rolled_throughput_yield", percent, "", "rolled throughput yield")
    for name, unit, title in (
        ("cost_usd_per_kwh", "USD/kWh", "cost"),
        ("energy_kwh_per_kwh", "kWh/kWh", "site energy"),
    ):
        if kpi.get(name):
            yield card(name, number, unit, title)
    if journal.line.cell is None:
        yield card("wip_lots", short, "lots", "in the line at the end")
    else:
        yield card("wip_cells", short, "cells", "in the plant at the end")


def _pictures(kpi: Mapping[str, Any], journal: Journal, folder: Path) -> Iterator[Picture]:
    """Draw, save and yield every picture for which there is something to draw."""
    for name, title, text, drawing, what in _drawings(kpi, journal):
        figure = draw(drawing, *what)
        if figure is not None:
            svg = save(figure, folder, name)
            yield Picture(name, title, text, "data:image/svg+xml;base64," + b64encode(svg.encode()).decode())


Drawing = tuple[str, str, str, Callable[..., Any], tuple[Any, ...]]


def _drawings(kpi: Mapping[str, Any], journal: Journal) -> list[Drawing]:
    """Return the pictures of the page in order: name, title, how to read it, what draws it, and of what."""
    unit = "lots" if journal.line.cell is None else "cell equivalents"
    half = "" if journal.line.cell is None else " Coating for one electrode is half a cell."
    return [
        (
            "flow",
            "From slurry to cell",
            f"Ribbons are as wide as the flow; red is lost. In {unit}.{half}",
            sankey,
            (kpi, journal.line),
        ),
        ("output", "What came out", "", pictures.output, (kpi,)),
        (
            "bottleneck",
            "Where the bottleneck was",
            "Busy is neither starved nor blocked nor without operators; a dot marks the week’s busiest station.",
            pictures.bottleneck,
            (kpi,),
        ),
        (
            "states",
            "How machines spent their time",
            "States of SEMI E10, all servers of a station together.",
            pictures.states,
            (kpi,),
        ),
        (
            "scrap_by_defect",
            "What was lost, by defect",
            "Start-up, splices and trims are ways of working, not defects.",
            pictures.scrap_by_defect,
            (kpi,),
        ),
        (
            "scrap_by_cause",
            "What was lost, by the station that caused it",
            "Not where it was found.",
            pictures.scrap_by_cause,
            (kpi,),
        ),
        (
            "control_charts",
            "Control charts",
            "Means of lots as gauges reported them, three sd about their centre; dots are alarms of the Western "
            "Electric rules. The least capable first.",
            quality_pictures.control_charts,
            (kpi,),
        ),
        ("stock", "Work in progress", "", pictures.stock, (kpi,)),
        (
            "capacity",
            "Capacity and grades",
            "Of the cells whose rows were kept.",
            product_pictures.capacity,
            (journal,),
        ),
        ("cost", "What a kilowatt-hour costs", "", product_pictures.cost, (kpi,)),
        ("energy", "Energy by step", "", product_pictures.energy, (kpi,)),
    ]


def facts(kpi: Mapping[str, Any], journal: Journal) -> dict[str, str]:
    """Return what must be known to repeat the run."""
    manifest = _manifest(journal)
    warmup = f"{kpi['warmup_days']:,.0f} days, " + ("found by MSER-5" if _found(manifest) else "as declared")
    known = {"plant": journal.line.name, "measured": f"{kpi['days']:,.0f} days", "warm-up": warmup}
    if manifest:
        known["seed"] = str(manifest["seed"])
        known["line file"] = f"SHA-256 {manifest['line_sha256'][:16]}…"
        known["lots evaluated"] = str(manifest.get("evaluate", "all"))
        known["cell rows kept"] = str(manifest["cells"])
        known["versions"] = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    return known


def caution(kpi: Mapping[str, Any]) -> str:
    """Return how sure the declared numbers are; nothing when that is not known."""
    counts = kpi.get("assumptions") or {}
    weak = counts.get("estimate", 0) + counts.get("memory", 0)
    if not weak:
        return ""
    total = sum(counts.values())
    return f"Of {total:,} declared numbers {weak:,} are estimates or from memory; the rest was read in a source."


def _found(manifest: Mapping[str, Any]) -> bool:
    return bool(manifest) and manifest["warmup_days"] is None


def _manifest(journal: Journal) -> dict[str, Any]:
    """Return the manifest of a run folder; nothing for a journal in memory."""
    file = journal.folder / "manifest.json" if journal.folder is not None else None
    if file is None or not file.is_file():
        return {}
    manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return manifest
