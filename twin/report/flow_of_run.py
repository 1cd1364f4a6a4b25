"""The flow of a run through its plant, as a Sankey picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.line import Line
from twin.report.sankey import FlowWords, draw_flow
from twin.report.style import percent, short


def sankey(kpi: Mapping[str, Any], line: Line) -> Any:
    """Draw the flow of a run through its plant; None when nothing went through."""
    return draw_flow(kpi["flow"], line, _words(kpi))


def _words(kpi: Mapping[str, Any]) -> FlowWords:
    flow = kpi["flow"]
    return FlowWords(
        {name: station["title"] for name, station in kpi["stations"].items()},
        {name: _loss(station, flow[name]) for name, station in kpi["stations"].items()},
        # coating for one electrode of two cells is one equivalent
        {
            name: f"for {short(2 * at['in'])} cells" if "good_cells" in kpi else f"{short(at['in'])} lots"
            for name, at in flow.items()
        },
        _end(kpi),
    )


def _loss(station: Mapping[str, Any], at: Mapping[str, float]) -> str:
    share = percent(at["lost"] / at["in"], 2) if at["in"] > 0 and at["lost"] > 0 else ""
    if station["unit"] == "m" and station["tried"] > 0:
        return f"{station['tried'] / 1000:,.0f} km" + (f", −{share}" if share else "")
    return f"−{short(at['lost'])} ({share})" if share else ""


def _end(kpi: Mapping[str, Any]) -> str:
    made = kpi.get("good_cells", kpi.get("finished_lots", 0.0))
    text = f"{short(made)} good cells" if "good_cells" in kpi else f"{short(made)} finished lots"
    if kpi.get("grade_b_cells"):
        share = kpi["grade_b_cells"] / made
        text += f"\n{percent(1 - share)} grade A, {percent(share)} grade B"
    return text
