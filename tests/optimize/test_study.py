"""Studies: what is refused, and whether the message says where, what and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize.study import read_study
from twin import InputError

PLANT = Path(__file__).parent / "small_plant.yaml"
STUDY = f"""\
gigatwin: 1
name: small_study
line: {PLANT}
demand: 0.3 GWh/yr
knobs:
  "*.servers": {{low: 1, high: 4}}
  stacking.servers: {{low: 2, high: 8}}
  cathode_coating.speed: {{levels: [8 m/min, 10 m/min]}}
days: 20
warmup: 5
replications: 3
"""


def study_file(folder: Path, old: str = "", new: str = "") -> Path:
    """Write the study with one piece of text replaced."""
    assert old in STUDY
    path = folder / "study.yaml"
    path.write_text(STUDY.replace(old, new), encoding="utf-8")
    return path


def test_a_name_in_full_goes_before_a_pattern(tmp_path: Path) -> None:
    question = read_study(study_file(tmp_path))
    assert (question.servers["stacking"].low, question.servers["stacking"].high) == (2, 8)
    assert (question.servers["grading"].low, question.servers["grading"].high) == (1, 4)


def test_stations_that_a_study_leaves_alone_keep_their_machines(tmp_path: Path) -> None:
    question = read_study(study_file(tmp_path, '  "*.servers": {low: 1, high: 4}\n', ""))
    grading = question.line.stations["grading"].servers
    assert (question.servers["grading"].low, question.servers["grading"].high) == (grading, grading)


def test_recipes_are_all_combinations_of_levels(tmp_path: Path) -> None:
    question = read_study(study_file(tmp_path))
    assert list(question.recipes) == ["cathode_coating.speed 8 m/min", "cathode_coating.speed 10 m/min"]
    assert question.recipes["cathode_coating.speed 8 m/min"] == {"cathode_coating.speed": "8 m/min"}


def test_demand_is_counted_in_cells(tmp_path: Path) -> None:
    # 0.3 GWh a year of cells of 280 Ah at 3.2 V; a year may be one of 365 or of 365.25 days
    assert read_study(study_file(tmp_path)).demand == pytest.approx(0.3e9 / (280 * 3.2), rel=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("stacking.servers", "stakcing.servers", 7, ["stakcing.servers", "did you mean 'stacking.servers'?"]),
        ("cathode_coating.speed", "cathode_coating.sped", 8, ["did you mean 'cathode_coating.speed'?"]),
        ('"*.servers"', '"*.machines"', 6, ["'*.machines'", "expected '*.servers'"]),
        ("low: 2, high: 8", "low: 8, high: 2", 7, ["from 8 to 2 holds nothing", "low <= high", "swap"]),
        ("[8 m/min, 10 m/min]", "[]", 8, ["levels"]),
        ("[8 m/min, 10 m/min]", "[8 m/min, 90 m/min]", 8, ["90 m/min", "expected 5 m/min to 40 m/min"]),
        ("[8 m/min, 10 m/min]", "[8 m/min, 10 min]", 8, ["10 min", "is a time", "expected a speed"]),
        ("{low: 2, high: 8}", "{levels: [2, 8]}", 7, ["expected a range", "stacking.servers"]),
        ("0.3 GWh/yr", "0.3 GWh", 4, ["0.3 GWh", "expected an energy a year"]),
        ("0.3 GWh/yr", "0.3", 4, ["has no unit", "16 GWh/yr"]),
        ("replications: 3", "replications: 1", 11, ["replications", "1 is too small, expected at least 2"]),
        ("days: 20", "dayz: 20", 9, ["unknown key 'dayz'", "did you mean 'days'?"]),
        (str(PLANT), "pilot_lin", 3, ["pilot_lin"]),
    ],
)
def test_a_fault_names_file_line_value_and_cure(tmp_path: Path, old: str, new: str, line: int, said: list[str]) -> None:
    path = study_file(tmp_path, old, new)
    with pytest.raises(InputError) as caught:
        read_study(path)
    told = [problem for problem in caught.value.problems if problem.line == line and problem.file == str(path)]
    assert told, str(caught.value)
    for words in said:
        assert any(words in str(problem) for problem in told), str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = study_file(tmp_path, "stacking.servers", "nowhere.servers")
    path.write_text(path.read_text(encoding="utf-8").replace("cathode_coating.speed", "no.speed"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_study(path)
    assert len(caught.value.problems) == 2


def test_too_many_recipes_are_refused_before_anything_is_simulated(tmp_path: Path) -> None:
    many = ", ".join(f"{8 + number / 100} m/min" for number in range(65))
    with pytest.raises(InputError, match="65 recipes to simulate, expected 64 at most"):
        read_study(study_file(tmp_path, "8 m/min, 10 m/min", many))


def test_a_missing_study_is_told_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a YAML file such as"):
        read_study(tmp_path / "nothing.yaml")
