"""The page about how plants are written: what it says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from generic_lines import read_text

from twin import Line, Run, read_line, simulate
from twin.plant_cost import plant_factors
from twin.read import known_lines

LINES = {path.stem: path for path in known_lines()}
PAGE = (Path(__file__).parents[2] / "lines" / "README.md").read_text(encoding="utf-8")


def test_the_plant_of_the_page_runs() -> None:
    [text] = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("gigatwin: 1")]
    journal = simulate(Run(read_text(text), days=2, warmup=0))
    assert journal.columns("finished")["units"].sum() > 1000


def test_a_plant_that_extends_another_as_on_the_page_has_more_coaters(tmp_path: Path) -> None:
    [text] = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("extends")]
    path = tmp_path / "my_line.yaml"
    path.write_text(text.replace("pilot_line.yaml", str(LINES["pilot_line"])), encoding="utf-8")
    mine, pilot = read_line(path), read_line("pilot_line")
    assert mine.stations["anode_coating"].servers == 2 * pilot.stations["anode_coating"].servers
    # and the second one costs what the first does
    equipment = [plant_factors(line)["anode_coating"].equipment for line in (mine, pilot)]
    assert equipment[0] == pytest.approx(2 * equipment[1])


def test_a_plant_with_a_nameplate_of_its_own_is_priced_for_it(tmp_path: Path) -> None:
    path = tmp_path / "larger.yaml"
    servers = "stations: {anode_coating: {servers: 2}}"
    path.write_text(f"extends: {LINES['pilot_line']}\nnameplate: 0.6 GWh/yr\n{servers}\n", encoding="utf-8")
    larger, pilot = read_line(path), read_line("pilot_line")
    # BatPaC's exponent of coaters is 0.9
    equipment = [plant_factors(line)["anode_coating"].equipment for line in (larger, pilot)]
    assert equipment[0] == pytest.approx(2**0.9 * equipment[1])


def test_the_page_explains_every_key_of_a_line_file() -> None:
    said = set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in PAGE.splitlines() if row.startswith("|"))))
    assert set(Line.model_fields) - said == set()


def test_the_table_of_the_page_is_the_plants() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) GWh/yr \|", PAGE, re.MULTILINE))
    declared = {name: read_line(name).nameplate for name in LINES}
    assert {name: float(gwh) * 3.6e12 / (365 * 86400) for name, gwh in rows.items()} == pytest.approx(declared)
