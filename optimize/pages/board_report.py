"""What a board sees of strategies compared: one page, pictures, tables and compare.json. It computes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimize.figures import Interval
from optimize.growth.scale_up import Compared
from optimize.pages import board_claim, board_story
from optimize.pages.board_inputs import QUANTITY
from optimize.pages.board_plant import flow
from optimize.pages.board_tables import tables_of
from optimize.pages.compare_data import as_data
from optimize.pages.report import new_table, write_page
from optimize.pages.tables import Row, write_tables
from optimize.words import decimals_of_column, listed, rounded, spread

if TYPE_CHECKING:
    from rich.table import Table


def save_strategies(compared: Compared, folder: Path) -> Path:
    """Write compare.json, tables, pictures and report.html; return the page's path."""
    from optimize.pages import pictures

    folder.mkdir(parents=True, exist_ok=True)
    claim = board_claim.tested(compared)
    data = {**as_data(compared), "claim": [_plain(one) for one in claim]}
    (folder / "compare.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
    rows = tables_of(compared) | {"claims": [_as_row(one) for one in claim]}
    write_tables(rows, folder / "tables")
    verdict = compared.verdict
    return write_page(
        folder,
        "strategies.html",
        study=verdict.site.study,
        verdict=verdict,
        months=verdict.scenarios.months,
        count=verdict.scenarios.count,
        answer=board_story.answer(compared),
        beside_nothing=board_story.beside_nothing(compared),
        claim=claim,
        claim_in_short=board_claim.summary(compared),
        in_the_plant=list(board_claim.in_the_plant(compared)),
        titles={name: one.strategy.title for name, one in verdict.lived.items()},
        tables=rows,
        confidence=_confidence(rows["assumptions"]),
        pictures=pictures.draw(folder / "pictures", _pictures(compared, rows)),
        middle=middle,
        lead=_in_steps_of(rows["differences"], "behind_musd", "+"),
        npv=_in_steps_of(rows["strategies"], "npv_musd"),
        expected=_in_steps_of(rows["at_best"], "declared_musd"),
        final=_in_steps_of(rows["finalists"], "npv_musd"),
        worth=_in_steps_of(rows["staffed"], "npv_musd"),
        edge=board_story.at_edge(compared),
        settled=board_story.settled(compared),
        kept=board_story.kept(compared),
    )


def _plain(one: board_claim.Tested) -> dict[str, Any]:
    return {**one._asdict(), "lead": one.lead and one.lead._asdict()}


def _as_row(one: board_claim.Tested) -> Row:
    """Return a part of the claim as a row."""
    lead = dict.fromkeys(Interval._fields, "") if one.lead is None else one.lead._asdict()
    leads = {f"lead_musd_{part}": value for part, value in lead.items()}
    return {name: value for name, value in one._asdict().items() if name != "lead"} | leads


def _in_steps_of(rows: list[Row], name: str, plus: str = "") -> Callable[[float], str]:
    """Return what writes numbers in the steps of a column of intervals."""
    places = places_of(rows, name)
    return lambda value: (plus if round(value, places) > 0 else "") + board_story.signed(rounded(value, places))


def _confidence(rows: list[Row]) -> str:
    kinds = [row["confidence"] for row in rows]
    return listed([f"{kinds.count(kind)} {kind}" for kind in ("read", "memory", "estimate") if kind in kinds])


def _pictures(compared: Compared, rows: Mapping[str, list[Row]]) -> dict[str, Callable[[], Any]]:
    """Return what draws each picture."""
    from optimize.pages import pictures_of_plant as of_plant
    from optimize.pages import pictures_of_strategies as over_time
    from optimize.pages import pictures_of_swings as of_swings
    from optimize.pages import pictures_of_worth as of_worth
    from optimize.pages.pictures_of_scrap import draw_scrap_flow
    from optimize.pages.pictures_of_strategies import by_strategy

    verdict = compared.verdict
    known = over_time.known({name: one.strategy.title for name, one in verdict.lived.items()})
    of = {name: known[name] for name in verdict.ranking}
    best, quarters = rows["strategies"], rows["quarters"]
    line, lines = verdict.site.ground.of_a_line, verdict.site.ground.lines
    revenue = {
        row["strategy"]: row["revenue_usd_per_kwh_mean"] for row in best if row["revenue_usd_per_kwh_mean"] != ""
    }
    wanted: dict[str, Callable[[], Any]] = {
        "ranking": lambda: of_worth.draw_ranking(best, of),
        "frontier": lambda: of_worth.draw_frontier(best, rows["frontier"], of, rows["finalists"]),
        "good": lambda: over_time.draw_fans(
            quarters,
            of,
            "good_gwh_per_year",
            "good cells [GWh/yr]",
            at=lines * line,
            text="nameplate of all lines",
        ),
        "yield": lambda: over_time.draw_fans(quarters, of, "yield", "yield [%]", 100.0),
        "cash": lambda: over_time.draw_fans(quarters, of, "cash_musd", "cash in hand [MUSD]", at=0.0, text="no cash"),
        "runway": lambda: over_time.draw_runway(quarters, of),
        "cost_by_year": lambda: of_worth.draw_cost_by_year(rows["years"], of),
        "scrap_born": lambda: of_plant.draw_scrap(rows["scrap"], of, "station", "born_"),
        "scrap_lost": lambda: of_plant.draw_scrap(rows["scrap"], of, "station", "lost_"),
        "narrowest": lambda: of_plant.draw_narrowest(rows["narrowest"], of),
        "inside": lambda: of_plant.draw_inside(quarters, of),
        "lag": lambda: over_time.draw_lag(rows["years"], of),
        "causes": lambda: over_time.draw_causes(quarters, of),
        "differences": lambda: of_worth.draw_differences(rows["differences"], of, verdict.ranking[0]),
        "lines": lambda: over_time.draw_lines(rows["lines"], of),
    }
    if (flow := _flow(compared, rows["scrap"])) is not None:
        wanted["flow"] = flow
    if rows["scrap_flows"]:
        own = by_strategy(rows["scrap_flows"], verdict.ranking[0])
        wanted["scrap_flow"] = lambda: draw_scrap_flow(own, verdict.site.ground.mature.stations)
    if rows["scrap_by_mode"]:
        wanted["scrap_mode"] = lambda: of_plant.draw_scrap(rows["scrap_by_mode"], of, "mode")
    if rows["costs"]:
        wanted["cost_parts"] = lambda: of_worth.draw_cost_parts(rows["costs"], of, revenue)
    if rows["waiting"]:
        wanted["waiting"] = lambda: of_worth.draw_waiting(rows["waiting"], of)
    if compared.swings:
        titles = {what: title for what, (title, _, _) in QUANTITY.items()}
        wanted["tornado"] = lambda: of_swings.draw_tornado(compared.swings, titles, of_swings.LEAD)
        wanted["worth"] = lambda: of_swings.draw_tornado(compared.swings, titles, of_swings.WORTH)
    return wanted


def _flow(compared: Compared, rows: list[Row]) -> Callable[[], Any] | None:
    """Return what draws the flow of the best strategy; None when its line has no end to follow it from."""
    from optimize.pages.pictures_of_plant import draw_started_to_good

    verdict = compared.verdict
    best = verdict.lived[verdict.ranking[0]]
    found = flow(compared, best)
    if not any(at["in"] > 0 for at in found.values()):
        return None
    lost = {row["station"]: row for row in rows if row["strategy"] == best.name}
    return lambda: draw_started_to_good(found, lost, verdict.site.line)


def middle(row: Row, name: str, rows: list[Row], *others: str) -> str:
    """Return a figure of a row with its interval, in the same steps as all others of its column.

    Args:
        row: with the figure.
        name: of it.
        rows: of the column.
        others: columns that go with it in the same steps.
    """
    if row[f"{name}_mean"] == "":
        return "none"
    return board_story.signed(spread(of_row(row, name), places=places_of(rows, name, *others)))


def places_of(rows: list[Row], *names: str) -> int:
    """Return with how many decimals columns of intervals are written."""
    return decimals_of_column([of_row(row, name) for row in rows for name in names if row[f"{name}_mean"] != ""])


def of_row(row: Row, name: str) -> Interval:
    """Return a figure of a row with its interval."""
    return Interval(*(row[f"{name}_{part}"] for part in Interval._fields))


def table_of_strategies(compared: Compared) -> Table:
    """Return the comparison for the terminal: the best strategy first."""
    rows = tables_of(compared)["strategies"]
    columns = ("", "NPV MUSD", "low", "high", "cash out", "80 % month", "USD /kWh")
    found = new_table(board_story.answer(compared)[0], *columns)
    places = places_of(rows, "npv_musd")
    for row in rows:
        months = row["months_to_80_percent_median"]
        found.add_row(
            row["title"],
            *(board_story.signed(rounded(value, places)) for value in of_row(row, "npv_musd")),
            f"{100 * row['insolvency_probability_mean']:.0f} %",
            "never" if months == "" else f"{months:.0f}",
            middle(row, "cost_usd_per_kwh", rows).partition(" ")[0],
        )
    return found
