"""The page about how plants are written: what it says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twin import Line, Run, read_line, simulate
from twin.equipment import Station
from twin.plant_cost import plant_factors
from twin.quality.chart import Chart
from twin.quality.defect import DefectMode
from twin.quality.gauge import Gauge
from twin.quality.properties import PROPERTIES
from twin.read import known_lines, lines_folder
from twin.read.provenance import KEYS
from twin.steps import CATALOGUE
from twin.summary import nameplate_gwh

LINES = {path.stem: path for path in known_lines()}
PAGE = (lines_folder() / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Return a folder with the examples of the page, beside the plants they build on."""
    (tmp_path / "lines").symlink_to(lines_folder().resolve())
    for name, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_small_line_of_the_page_runs(examples: Path) -> None:
    visits = simulate(Run(read_line(examples / "bench.yaml"), days=7, warmup=0, seed=1)).frame("visits")
    # two presses, 16 hours on five days, 4 minutes a lot
    most = 2 * 5 * 16 * 60 / 4
    # 3.6 % of the time goes to repairs, 3.6 % to tools, 2 % of the lots are spoiled; a week scatters less than 5 %
    good = visits[visits.station == "baking"].passed.sum()
    assert good == pytest.approx(most / (1 + 0.75 / 20 + 30 / 200 / 4) * 0.98, rel=0.05)
    assert good < most


def test_the_changed_plant_of_the_page_is_the_pilot_line_but_for_what_it_says(examples: Path) -> None:
    changed, pilot = read_line(examples / "second_coater.yaml"), read_line("pilot_line")
    differ = {name for name, station in changed.stations.items() if station != pilot.stations[name]}
    assert differ == {"cathode_coating", "anode_calendering"}
    assert changed.stations["cathode_coating"].servers == 2 * pilot.stations["cathode_coating"].servers
    assert changed.stations["cathode_coating"].step.speed == pytest.approx(18 / 60)
    assert not changed.stations["anode_calendering"].maintenance
    # and the second coater costs what the first does
    equipment = [plant_factors(line)["cathode_coating"].equipment for line in (changed, pilot)]
    assert equipment[0] == pytest.approx(2 * equipment[1])


def test_the_gauge_of_the_page_reports_every_roll(examples: Path) -> None:
    line = read_line(examples / "careful_bench.yaml")
    journal = simulate(Run(line, days=12, warmup=0, seed=1))
    rolls = journal.frame("visits").query("station == 'cathode_coating'")
    number = [(station, name) for station, name, _ in line.gauges].index(("cathode_coating", "beta"))
    measured = journal.frame("measurements").query(f"gauge == {number}")
    made = line.stations["cathode_coating"].step.rolls * len(rolls)  # type: ignore[union-attr]
    assert len(measured["mean"]) == made > 20
    # the spread of rolls and of the gauge about the target
    assert measured["mean"].mean() == pytest.approx(1.0, abs=0.002)
    # once the chart has learnt, an engineer is called as often as it alarms
    calls = journal.frame("stops").query("station == 'cathode_coating' and state == 5")
    assert len(calls) == len(journal.columns("alarms")["time"])


def test_a_plant_with_a_nameplate_of_its_own_is_priced_for_it(tmp_path: Path) -> None:
    path = tmp_path / "larger.yaml"
    servers = "stations: {anode_coating: {servers: 2}}"
    path.write_text(f"extends: {LINES['pilot_line']}\nnameplate: 0.6 GWh/yr\n{servers}\n", encoding="utf-8")
    larger, pilot = read_line(path), read_line("pilot_line")
    # BatPaC's exponent of coaters is 0.9
    stations = [line.stations["anode_coating"] for line in (larger, pilot)]
    loops = [station.servers * station.step.extras.capital for station in stations]
    equipment = [plant_factors(line)["anode_coating"].equipment for line in (larger, pilot)]
    equipment = [all_of_it - loop for all_of_it, loop in zip(equipment, loops, strict=True)]
    assert equipment[0] == pytest.approx(2**0.9 * equipment[1])


def test_the_page_explains_every_key() -> None:
    keys = {*Line.model_fields, "extends", *CATALOGUE, *KEYS, *Station.model_fields, *DefectMode.model_fields}
    keys |= {*PROPERTIES, *Gauge.model_fields, *Chart.model_fields}
    assert sorted(key for key in keys if f"`{key}`" not in PAGE and f"`{key}:`" not in PAGE) == ["instead"]
    assert "`instead: false`" in PAGE


def row(name: str) -> str:
    """Return a plant's row in the table of the page."""
    line = read_line(name)
    assert line.cell is not None
    coaters = sum(station.servers for station in line.stations.values() if station.step.kind == "coating")
    tower = line.stations["formation"]
    channels = tower.servers * (tower.batch.units or 0.0) if tower.batch else 0.0
    cell = f"{line.cell.format} {line.cell.capacity / 3600:.3g} Ah"
    servers = sum(station.servers for station in line.stations.values())
    figures = f"{len(line.stations)} | {servers:,} | {coaters} | {channels:,.0f}"
    return f"| `{name}` | {nameplate_gwh(line):.3g} | {cell} | {line.cell.chemistry} | {figures} |"


def test_the_table_of_the_page_is_the_plants() -> None:
    # a row that differs is shown, to be copied
    assert [one for one in PAGE.splitlines() if one.startswith("| `") and "Ah |" in one] == [
        row(name) for name in LINES
    ]
