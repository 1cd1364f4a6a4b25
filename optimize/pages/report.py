"""What people see of a plan and of a comparison: pages, pictures, JSON and tables. It computes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimize.around import NOTHING, Around
from optimize.comparison import Comparison
from optimize.figures import FIGURES, Interval
from optimize.pages import story, story_of_doubt
from optimize.pages.answer import LINE_FILE, as_data
from optimize.pages.tables import Row, slowest, tables, write_tables
from optimize.refine import Plan
from optimize.rounds import Round
from optimize.turned import write_line
from optimize.words import in_column, number, percent, scaled, spread, station, titled

if TYPE_CHECKING:
    from rich.table import Table

_TABLES = ("machines", "settings", "figures", "costs", "needs", "rounds", "explored")
_DRAWN = 14
_PICTURES = ("promise", "servers", "effects", "costs", "what_ifs", "tornado", "pareto")


def save_plan(plan: Plan, folder: Path, around: Around = NOTHING) -> Path:
    """Write plan.json, line.yaml, tables, pictures and report.html; return the page's path."""
    from optimize.pages import pictures

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps(as_data(plan, around), indent=1), encoding="utf-8")
    chosen = plan.chosen
    rows: dict[str, list[Row]] = {name: [] for name in _TABLES} | tables(plan, around)
    write_tables(rows, folder / "tables")
    drawn: dict[str, str] = {}
    of_chosen: dict[str, Any] = {}
    if chosen is not None:
        write_line(plan.question, plan.question.settings(*chosen.solution.plan), folder / LINE_FILE)
        wanted = _pictures(plan, chosen, rows) | _pictures_around(plan, around)
        drawn = pictures.draw(folder / "pictures", wanted)
        of_chosen = {"held_back": list(story.held_back(plan, chosen)), "goal": story.goal_of(plan, chosen)}
    return write_page(
        folder,
        "plan.html",
        plan=plan,
        chosen=chosen,
        around=around,
        study=plan.question.study,
        verdict=story.verdict(plan),
        wanted=story.wanted(plan),
        answer=story.answer(plan, around),
        before=story.declared_is(plan),
        bounded=story.bounded(plan),
        basis=story.basis(plan),
        errors=_errors(plan),
        screening=list(story_of_doubt.screening(plan, around)),
        goal_holds_demand=plan.data.goal in ("cost", "energy"),
        goal_unit=story.goal_unit(plan),
        priced_cells=plan.question.line.cell is not None,
        tables=rows,
        pictures=dict.fromkeys(_PICTURES, "") | drawn,
        **of_chosen,
    )


def _pictures(plan: Plan, chosen: Round, rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    """Return what draws each picture of a plan."""
    from optimize.pages import pictures_of_plan as of_plan

    reach = plan.data.reach.at(chosen.solution.choice)
    wanted: dict[str, Any] = {
        "promise": lambda: of_plan.draw_promise(plan, chosen),
        "servers": lambda: of_plan.draw_machines(rows["machines"], slowest(plan, chosen), reach),
    }
    if rows["explored"]:
        wanted["effects"] = lambda: of_plan.draw_effects(plan, chosen)
    if rows["costs"]:
        wanted["costs"] = lambda: of_plan.draw_costs(rows["costs"])
    return wanted


def _pictures_around(plan: Plan, around: Around) -> dict[str, Any]:
    """Return what draws each picture of what lies around a plan."""
    from optimize.pages import pictures_around as of_around

    scale, unit = story.goal_unit(plan)
    wanted: dict[str, Any] = {}
    worth = [(row.what, scale * row.change) for row in around.what_ifs if row.change]
    # the table has them all
    largest = sorted(worth, key=lambda change: -abs(change[1]))[:_DRAWN]
    changes = [change for change in worth if change in largest]
    if changes:
        wanted["what_ifs"] = lambda: of_around.draw_what_ifs(changes, unit)
    if around.tornado:
        wanted["tornado"] = lambda: of_around.draw_tornado(around.widest_first, scale, unit)
    if (front := around.front) is not None:
        wanted["pareto"] = lambda: of_around.draw_front(front.points, front.titles, front.simulated)
    return wanted


def _errors(plan: Plan) -> str:
    """Say how far interpolated levels may be off."""
    found = [f"{percent(error)} ({knob})" for knob, error in plan.effects.error.items() if error > 0]
    return ", ".join(found)


def save_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write compare.json, the pictures and report.html; return the page's path."""
    from optimize.pages import pictures
    from optimize.pages import pictures_of_comparison as of_comparison

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compare.json").write_text(json.dumps(comparison.as_data(), indent=1), encoding="utf-8")
    wanted = {
        "figures": lambda: of_comparison.draw_figures(comparison),
        "differences": lambda: of_comparison.draw_differences(comparison),
    }
    verdicts = {
        (name, plant): _verdict(name, comparison.difference(name, plant))
        for name in comparison.values
        for plant in comparison.plants[1:]
    }
    return write_page(
        folder,
        "comparison.html",
        comparison=comparison,
        names=list(zip(comparison.plants, comparison.titles, strict=True)),
        pictures=pictures.draw(folder / "pictures", wanted),
        verdicts=verdicts,
    )


def table_of_plan(plan: Plan) -> Table:
    """Return the plan for the terminal: what it changes, and what it makes."""
    if plan.chosen is None:
        table = new_table(story.verdict(plan), "asked for")
        table.add_row(story.wanted(plan))
        return table
    table = new_table(story.verdict(plan), "", "declared", "plan")
    rows = tables(plan)
    for row in rows["settings"]:
        if row["plan"] != row["declared"]:
            table.add_row(row["knob"], str(row["declared"]), str(row["plan"]))
    for row in rows["machines"]:
        if row["plan"] != row["declared"]:
            table.add_row(f"{row['station']}.servers", f"{row['declared']:,}", f"{row['plan']:,}")
    table.add_section()
    table.add_row("", "model", "twin (95 % interval)")
    for row in rows["figures"]:
        name = row["figure"]
        table.add_row(titled(name), shown(row, "predicted", False), shown(row, "simulated"))
    return table


def shown(row: Row, which: str, interval: bool = True) -> str:
    """Return a figure of a row with its interval, or its mean alone; its unit stands in the title."""
    middle = Interval(*(row[f"{which}_{part}"] for part in ("mean", "low", "high")))
    figure = row.get("figure", which)
    text = spread(middle, scaled(figure)[0] if figure in FIGURES else 1.0)
    return text if interval else text.partition(" ")[0]


def table_of_comparison(comparison: Comparison) -> Table:
    """Return the comparison for the terminal."""
    first = comparison.plants[0]
    table = new_table("", "", "plant", "mean", f"more than {first} (95 % interval)")
    for name in comparison.values:
        title = f"{FIGURES[name].title} [{FIGURES[name].unit}]"
        for plant in comparison.plants:
            more = "" if plant == first else _spread(comparison.difference(name, plant))
            table.add_row(title if plant == first else "", plant, number(comparison.mean(name, plant).mean), more)
    return table


def _verdict(name: str, difference: Interval) -> Mapping[str, str]:
    """Say in words what a difference means."""
    if difference.low <= 0 <= difference.high:
        return {"text": "no clear difference", "tone": "soft"}
    grows, better = difference.mean > 0, FIGURES[name].better
    if not better:
        return {"text": "more" if grows else "less", "tone": "soft"}
    return {"text": "better", "tone": "good"} if grows == (better == "more") else {"text": "worse", "tone": "bad"}


def write_page(folder: Path, template: str, **content: Any) -> Path:
    """Write report.html from a template; return its path."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("optimize.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "in_column": in_column,
        "number": number,
        "change": lambda share: f"{100 * share:+.2f}".replace("-", "\N{MINUS SIGN}"),
        "percent": lambda share, digits=2: "unknown" if share is None else percent(share, digits),
        "shown": shown,
        "signed": lambda value: f"{'+' if value > 0 else ''}{in_column(value)}".replace("-", "\N{MINUS SIGN}"),
        "station": station,
        "titled": titled,
    }
    page = folder / "report.html"
    page.write_text(pages.get_template(template).render(figures=FIGURES, **content), encoding="utf-8")
    return page


def _spread(middle: Interval) -> str:
    return f"{number(middle.mean)} ({number(middle.low)} to {number(middle.high)})"


def new_table(title: str, *columns: str) -> Table:
    """Return an empty table for the terminal."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=place == 0)
    return table
