"""The pilot line with charts that alarm too often, so that they are seen at work."""

from __future__ import annotations

from pathlib import Path

from twin import Line, read_line
from twin.read import lines_folder


def pilot_with(folder: Path, action: str) -> Line:
    """Return it with a chart at each slitter; its file is written into a folder."""
    chart = f"{{kind: shewhart, limit: 1.2, learn: 10, action: {action}, takes: 10 min}}"
    gauge = f"gauges: {{head: {{measures: loading, noise: 0.5 %, chart: {chart}}}}}"
    path = folder / "watched.yaml"
    path.write_text(
        f"extends: {lines_folder()}/pilot_line.yaml\nname: watched\nstations:\n"
        f"  cathode_slitting: {{{gauge}}}\n  anode_slitting: {{{gauge}}}\n",
        encoding="utf-8",
    )
    return read_line(path)
