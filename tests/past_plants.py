"""A case of a plant with invented numbers, and the command that holds the ramp against it."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from optimize.__main__ import app

PLANT = Path(__file__).parent / "optimize" / "small_plant.yaml"
CASE = f"""\
gigatwin: 1
name: bench_past
title: A bench
line: {PLANT}
start: 2020-01-01
novelty: {{product: 1, equipment: 1, people: 0.5}}
tests: {{maker: true, site: false}}
modules:
  - {{start: 2020-01-01, nameplate: 0.3 GWh/yr}}
  - {{start: 2020-05-01, nameplate: 0.3 GWh/yr}}
points:
  - date: 2020-05-01
    metric: good_gwh_per_year
    reported: {{value: 0.2, low: 0.1, high: 0.4, source: [est], confidence: estimate}}
    use: calibrate
  - date: 2020-08-30
    metric: cells_per_week
    reported: {{value: 9000, low: 8000, high: 9500, source: [mem], confidence: memory, note: a guess}}
    bound: at_least
    use: predict
"""


def run(*words: str) -> tuple[int, str]:
    """Return the exit code and all that was printed."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    return result.exit_code, result.output
