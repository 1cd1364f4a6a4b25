"""A small plant in which a cell's way is long: kits cut from rolls, cells formed again, trays joined to pallets."""

from __future__ import annotations

import json
from pathlib import Path

from cell_lines import FILLING, cell_line

from twin import Line

GRADING = (
    "{servers: 2, step: {kind: grading, rate: 8 cell/min, capacity_mean: 1.0, capacity_cv: 0.01, capacity_noise: 0.002,"
    " capacity_a: 0.98, capacity_b: 0.96, resistance_cv: 0.01, resistance_noise: 0, resistance_limit: 1.5}}"
)
DEFECTS = """
defects:
  pinhole:
    {born: [cathode_coating], per_area: 0.002 1/m^2, extent: 0.01 m, action: cut, seen: [{at: slitting, pod: 0.7}]}
  leak: {born: [filling], per_cell: 0.01, seen: [{at: grading, pod: 0.9}]}
  contact:
    {born: [formation], per_cell: 0.05, seen: [{at: formation, pod: 0.9}],
     rework: {to: filling, success: 0.7, times: 2}}
"""


def traced_plant() -> Line:
    """Return the plant; it makes about 2000 cells a day from its first day on."""
    return cell_line(
        {
            "separator": "{servers: 1, step: {kind: receiving, area: 1400 m^2, kits: 3, time: 5 min}}",
            "filling": FILLING,
            "formation": "{servers: 2, step: {kind: formation, c_rate: 0.5 1/h}}",
            "ageing": "{servers: 4, step: {kind: ageing, time: 3 h}, combine: 2}",
            "grading": GRADING,
        },
        [
            "stacking > filling: 6",
            "filling > formation: 6",
            "formation > filling: 20, rework: true",
            "formation > ageing: 6",
            "ageing > grading: 6",
        ],
        DEFECTS,
    )


def plant_file(folder: Path) -> Path:
    """Write the plant as a line file; JSON is YAML."""
    path = folder / "traced_plant.yaml"
    path.write_text(json.dumps({**traced_plant()._raw, "name": "traced_plant"}), encoding="utf-8")
    return path
