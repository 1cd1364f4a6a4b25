"""What people see of a plan and of a comparison: pages, pictures, JSON and tables. It computes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimize.answer import as_data
from optimize.comparison import Comparison
from optimize.figures import FIGURES, Interval
from optimize.refine import Plan

if TYPE_CHECKING:
    from rich.table import Table

_VERDICTS = {
    "optimal": "Optimal: the twin makes what the model promised, and no untried plan promises more.",
    "time limit": "Confirmed by the twin, but the solver ran out of time before it proved that no plan is better.",
    "not settled": "Not settled: the rounds ended before model and twin agreed. Allow more rounds.",
    "misses the demand": "No plan: the twin makes less than the demand with every plan tried. Allow more machines.",
    "misses a limit": "No plan: the twin says of every plan tried that it misses a limit.",
    "infeasible": "No plan: what the study asks for clashes.",
}


def save_plan(plan: Plan, folder: Path) -> Path:
    """Write plan.json, the pictures and report.html; return the page's path."""
    from optimize import pictures

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps(as_data(plan), indent=1), encoding="utf-8")
    drawn: dict[str, str] = {}
    if plan.chosen is not None:
        wanted = {
            "promise": lambda: pictures.draw_promise(plan),
            "servers": lambda: pictures.draw_servers(plan),
        }
        drawn = pictures.draw(folder / "pictures", wanted)
    return _page(folder, "plan.html", plan=plan, study=plan.question.study, verdict=verdict(plan), pictures=drawn)


def verdict(plan: Plan) -> str:
    """Say in words what a status means."""
    return _VERDICTS.get(plan.status, f"The solver stopped with '{plan.status}'.")


def save_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write compare.json, the pictures and report.html; return the page's path."""
    from optimize import pictures

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compare.json").write_text(json.dumps(comparison.as_data(), indent=1), encoding="utf-8")
    wanted = {
        "figures": lambda: pictures.draw_figures(comparison),
        "differences": lambda: pictures.draw_differences(comparison),
    }
    verdicts = {
        (name, plant): _verdict(name, comparison.difference(name, plant))
        for name in comparison.values
        for plant in comparison.plants[1:]
    }
    return _page(
        folder,
        "comparison.html",
        comparison=comparison,
        names=list(zip(comparison.plants, comparison.titles, strict=True)),
        pictures=pictures.draw(folder / "pictures", wanted),
        verdicts=verdicts,
    )


def table_of_plan(plan: Plan) -> Table:
    """Return the plan for the terminal: machines by station, settings, and what it makes."""
    table = _table(verdict(plan), "", "declared", "plan")
    if plan.chosen is None:
        return table
    solution, question = plan.chosen.solution, plan.question
    for group, option in solution.choice.items():
        table.add_row(group, question.base[group], option)
    for name, count in solution.servers.items():
        table.add_row(f"{name} servers", str(question.line.stations[name].servers), str(count))
    table.add_section()
    table.add_row("", "model", "twin (95 % interval)")
    for name, promised in plan.chosen.predicted.items():
        figure = FIGURES[name]
        simulated = _spread(plan.chosen.simulated(name))
        table.add_row(f"{figure.title} [{figure.unit}]", _spread(promised), simulated)
    return table


def table_of_comparison(comparison: Comparison) -> Table:
    """Return the comparison for the terminal."""
    first = comparison.plants[0]
    table = _table("", "", "plant", "mean", f"more than {first} (95 % interval)")
    for name in comparison.values:
        title = f"{FIGURES[name].title} [{FIGURES[name].unit}]"
        for plant in comparison.plants:
            more = "" if plant == first else _spread(comparison.difference(name, plant))
            table.add_row(title if plant == first else "", plant, _number(comparison.mean(name, plant).mean), more)
    return table


def _verdict(name: str, difference: Interval) -> Mapping[str, str]:
    """Say in words what a difference means."""
    if difference.low <= 0 <= difference.high:
        return {"text": "no clear difference", "tone": "soft"}
    grows, better = difference.mean > 0, FIGURES[name].better
    if not better:
        return {"text": "more" if grows else "less", "tone": "soft"}
    return {"text": "better", "tone": "good"} if grows == (better == "more") else {"text": "worse", "tone": "bad"}


def _page(folder: Path, template: str, **content: Any) -> Path:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("optimize"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["number"] = _number
    page = folder / "report.html"
    page.write_text(pages.get_template(template).render(figures=FIGURES, **content), encoding="utf-8")
    return page


def _number(value: float, digits: int = 4) -> str:
    return f"{value:,.0f}" if abs(value) >= 10**digits or value == 0 else f"{value:,.{digits}g}"


def _spread(middle: Interval) -> str:
    return f"{_number(middle.mean)} ({_number(middle.low)} to {_number(middle.high)})"


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    return table
