"""The plants that come with gigatwin, and the page about how they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from generic_lines import read_text
from ruamel.yaml import YAML

from twin import Line, Run, capacity, read_line, simulate
from twin.plant_cost import plant_factors
from twin.read import known_lines
from twin.read.provenance import Provenance, split

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "reference"
LINES = {path.stem: path for path in known_lines()}
PAGE = (ROOT / "lines" / "README.md").read_text(encoding="utf-8")
# what a cell factory has, by kind of step; a wound plant winds, and a cylindrical cell is not degassed
STEPS = {
    *("mixing", "coating", "calendering", "slitting", "vacuum_drying", "joining", "packaging", "testing", "filling"),
    *("soaking", "formation", "ageing", "grading"),
}


@pytest.fixture(name="line", params=LINES, scope="module")
def _line(request: pytest.FixtureRequest) -> Line:
    return read_line(request.param)


def test_the_five_plants_are_there() -> None:
    assert set(LINES) == {
        "lfp_prismatic_16gwh",
        "nmc811_pouch_10gwh",
        "cyl_4680_10gwh",
        "cyl_21700_5gwh",
        "pilot_line",
    }


def test_a_plant_has_every_step_of_a_cell_factory(line: Line) -> None:
    kinds = {station.step.kind for station in line.stations.values()}
    assert kinds >= STEPS
    assert kinds & {"stacking", "winding"}
    assert ("degassing" in kinds) == (line.cell is not None and line.cell.format != "cylindrical")
    for electrode in ("cathode", "anode"):
        for step in ("mixing", "coating", "calendering", "slitting", "drying"):
            assert f"{electrode}_{step}" in line.stations


def test_every_station_reaches_the_nameplate(line: Line) -> None:
    assert line.nameplate is not None and line.cell is not None
    for name, found in capacity(line).items():
        assert found.per_second * line.cell.energy >= line.nameplate, name


def test_materials_that_have_a_pot_life_have_one(line: Line) -> None:
    for name in ("cathode_slurry", "anode_slurry", "cathode_dried", "anode_dried", "wetted"):
        assert line.buffers[name].shelf_life, name
    assert all(box.capacity is not None for box in line.buffers.values())


def test_every_sourced_number_lies_in_its_range_and_says_where_it_is_from(line: Line) -> None:
    known = YAML(typ="safe").load(ROOT / "lines" / "sources.yaml")["sources"]
    assert len(line._provenance) > 400
    for record in line._provenance:
        number = split(record.value)
        assert number is not None and record.low is not None and record.high is not None, record
        assert record.low <= number[0] <= record.high, record
        assert record.source and set(record.source) <= set(known), record
        if record.source == ("est",):
            assert record.confidence == "estimate", record


def test_numbers_carried_over_are_those_of_the_reference(line: Line) -> None:
    if not SHARED.exists():
        pytest.skip("the reference data is not beside the project")
    reference, modes = (_load(name) for name in ("reference.yaml", "defects.yaml"))
    checked = 0
    for record in line._provenance:
        node = _node(modes if record.ref.startswith("defects.") else reference, record.ref)
        if record.ref and not record.note:
            assert node is not None and _same(record, node), (record, node)
            checked += 1
    assert checked > 300


def _load(name: str) -> Any:
    return YAML(typ="safe").load(SHARED / name)


def _node(tree: Any, ref: str) -> Any:
    """Return the entry that a ref points at; of a defect mode its rate. None when there is none."""
    for key in ref.split(".") if ref else ():
        tree = tree[int(key)] if isinstance(tree, list) else tree.get(key)
        if tree is None:
            return None
    return tree.get("typical_rate", tree) if isinstance(tree, dict) else tree


def _same(record: Provenance, node: Any) -> bool:
    """Return whether value, range and confidence are the reference's; a bare number there has a value only."""
    number = split(record.value)
    assert number is not None
    if not isinstance(node, dict):
        return number[0] == pytest.approx(float(node))
    pairs = ((number[0], node["value"]), (record.low, node["low"]), (record.high, node["high"]))
    return all(float(here) == pytest.approx(float(there)) for here, there in pairs) and (
        record.confidence == node["confidence"]
    )


# the page


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
