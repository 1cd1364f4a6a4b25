"""A plan as a line file: the same plant as the plan's, for the same money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from optimize.__main__ import app
from optimize.question import Question, read_study
from optimize.turned import write_line
from twin import InputError, Line, Run, read_line, simulate, turn, unit_costs

SMALL = Path(__file__).parent / "small_plant.yaml"
STUDY = """\
gigatwin: 1
name: {name}
line: {line}
demand: 0.2 GWh/yr
prices: {{cell_price: 71 USD/kWh, wage: 26 USD/h}}
knobs: {{"*.servers": {{low: 1, high: 30}}}}
days: 4
warmup: 1
"""
# one machine more, one fewer, other shifts, another size of machine, a word, a quantity, a buffer
PILOT_PLAN = {
    "cathode_coating.servers": 2,
    "soaking.servers": 12,
    "electrode.shifts": "around_the_clock",
    "formation.channels": 960,
    "cathode_coating.controller": "mpc",
    "cathode_coating.speed": "18 m/min",
    "cathode_rolls.capacity": 9,
    # as declared
    "stacking.servers": 2,
}
SMALL_PLAN = {"cathode_coating.servers": 3, "cathode_coating.speed": "12 m/min", "stacks.capacity": 4}


def asked(folder: Path, line: str, name: str = "pocket") -> Question:
    folder.mkdir(parents=True, exist_ok=True)
    study = folder / "study.yaml"
    study.write_text(STUDY.format(name=name, line=line), encoding="utf-8")
    return read_study(study)


def written(question: Question, settings: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return write_line(question, settings, folder / "line.yaml")


def happened(line: Line) -> dict[str, pd.DataFrame]:
    journal = simulate(Run(line, days=4, warmup=1, seed=7))
    return {table: journal.frame(table) for table in ("visits", "rejects", "states")}


@pytest.mark.parametrize(("line", "settings"), [("pilot_line", PILOT_PLAN), (str(SMALL), SMALL_PLAN)])
def test_the_file_is_the_plan_to_the_cent_and_to_the_second(
    tmp_path: Path, line: str, settings: dict[str, Any]
) -> None:
    question = asked(tmp_path, line)
    planned = turn(question.line, settings)
    found = read_line(written(question, settings, tmp_path / "out"))
    assert unit_costs(found) == unit_costs(planned)
    # the study pays another wage
    assert unit_costs(found) != unit_costs(read_line(line))
    for table, rows in happened(planned).items():
        pd.testing.assert_frame_equal(happened(found)[table], rows)


def test_a_plant_that_comes_with_gigatwin_is_named_and_others_by_their_place(tmp_path: Path) -> None:
    shipped = written(asked(tmp_path, "pilot_line"), PILOT_PLAN, tmp_path / "out")
    assert "\nextends: pilot_line\n" in shipped.read_text(encoding="utf-8")
    plants = tmp_path / "plants"
    plants.mkdir()
    (plants / "ours.yaml").write_text("extends: pilot_line\nname: ours\n", encoding="utf-8")
    own = written(asked(plants, "ours.yaml"), PILOT_PLAN, tmp_path / "runs" / "x")
    assert "\nextends: ../../plants/ours.yaml\n" in own.read_text(encoding="utf-8")
    assert read_line(own).name == "pocket_plan"


def test_only_what_changes_is_written_with_what_it_was(tmp_path: Path) -> None:
    text = written(asked(tmp_path, "pilot_line"), PILOT_PLAN, tmp_path / "out").read_text(encoding="utf-8")
    lines = {" ".join(row.split()) for row in text.splitlines()}
    assert "servers: 2 # cathode_coating.servers, was 1" in lines
    assert "speed: 18 m/min # cathode_coating.speed, was 15 m/min" in lines
    assert "units: 960 # formation.channels, was 640" in lines
    assert "wage: 26 USD/h # price of the study, was 25 USD/h" in lines
    assert text.count("calendar: around_the_clock # electrode.shifts, was two_shifts") == 8
    assert "stacking" not in text


def test_the_sources_of_the_plant_that_is_built_upon_still_count(tmp_path: Path) -> None:
    plants = tmp_path / "far" / "away"
    plants.mkdir(parents=True)
    (plants / "sources.yaml").write_text("sources: {our_book: {citation: shift book}}\n", encoding="utf-8")
    (plants / "ours.yaml").write_text(
        f"extends: {SMALL}\nname: ours\nstations: {{stacking: {{failures: {{mtbf: {{value: 5 h, low: 2, high: 9, "
        "source: our_book, confidence: read}}}}\n",
        encoding="utf-8",
    )
    assert read_line(written(asked(plants, "ours.yaml"), SMALL_PLAN, tmp_path / "out")).name == "pocket_plan"


def test_check_and_simulate_take_the_file(tmp_path: Path) -> None:
    file = written(asked(tmp_path, "pilot_line"), PILOT_PLAN, tmp_path / "out")
    for words in (["check", str(file)], ["simulate", str(file), "--days", "2", "--warmup", "1", "--out"]):
        out = [str(tmp_path / "run")] if words[-1] == "--out" else []
        result = CliRunner().invoke(app, [*words, *out])
        assert result.exit_code == 0, result.output


def test_a_plant_that_does_not_exist_beside_nor_with_gigatwin_is_told_with_the_closest_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: pilot_lin\nname: mine\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no file .pilot_lin. beside mine\.yaml; did you mean .pilot_line."):
        read_line(file)


def test_a_file_beside_goes_before_a_plant_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "pilot_line.yaml").write_text(f"extends: {SMALL}\nname: pocket_plant\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: pilot_line\n", encoding="utf-8")
    assert read_line(tmp_path / "mine.yaml").name == "pocket_plant"
