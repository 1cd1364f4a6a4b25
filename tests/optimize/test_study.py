"""Studies: what is refused, and whether the message says where, what and how to mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimize.explore import ask, asked
from optimize.growth.read_scale_up import read_scale_up
from optimize.question import read_study
from twin import InputError, read_line

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
  stacks.capacity: {{low: 2, high: 8}}
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


def test_machine_counts_may_be_shares_of_those_declared(tmp_path: Path) -> None:
    question = read_study(
        study_file(tmp_path, "stacking.servers: {low: 2, high: 8}", "stacking.servers: {low: 50 %, high: 250 %}")
    )
    # one stacker is declared; shares are rounded outwards, and there is one at least
    assert question.servers["stacking"] == (1, 3)


def test_between_simulated_levels_lie_options_that_are_interpolated(tmp_path: Path) -> None:
    group = read_study(study_file(tmp_path)).groups["cathode_coating.speed"]
    assert list(group.simulated) == ["8 m/min", "10 m/min"]
    assert list(group.options) == ["8 m/min", "8.5 m/min", "9 m/min", "9.5 m/min", "10 m/min"]
    assert group.options["8.5 m/min"] == {"cathode_coating.speed": "8.5 m/min"}
    assert group.blend("8.5 m/min") == pytest.approx({"8 m/min": 0.75, "10 m/min": 0.25})


def test_places_in_a_buffer_are_whole_numbers(tmp_path: Path) -> None:
    group = read_study(study_file(tmp_path)).groups["stacks.capacity"]
    assert [settings["stacks.capacity"] for settings in group.simulated.values()] == [2, 5, 8]
    assert [settings["stacks.capacity"] for settings in group.options.values()] == [2, 3, 4, 5, 6, 7, 8]


def test_the_base_is_the_level_nearest_to_what_is_declared(tmp_path: Path) -> None:
    # 10 m/min and six lots are declared
    assert read_study(study_file(tmp_path)).base == {"cathode_coating.speed": "10 m/min", "stacks.capacity": "5"}


def test_knobs_that_are_explored_together_have_an_option_for_each_combination(tmp_path: Path) -> None:
    path = study_file(tmp_path, "days: 20", "together: [[cathode_coating.speed, stacks.capacity]]\ndays: 20")
    (group,) = read_study(path).groups.values()
    assert len(group.simulated) == 2 * 3
    corner = group.blend("9 m/min, 2")
    assert corner == pytest.approx({"8 m/min, 2": 0.5, "10 m/min, 2": 0.5})


def test_prices_of_a_study_go_before_those_of_the_plant(tmp_path: Path) -> None:
    dear = read_study(study_file(tmp_path, "days: 20", "prices: {electricity: 1 USD/kWh}\ndays: 20"))
    assert dear.line.prices is not None
    assert dear.line.prices.electricity == pytest.approx(1 / 3.6e6)


def test_a_study_may_have_physics_work_out_a_share_of_the_batches(tmp_path: Path) -> None:
    question = read_study(study_file(tmp_path, "days: 20", "evaluate: sample:20%\ndays: 20"))
    (run,) = asked(question, {"stacking.servers": 3}, runs=1)
    sample, whole = ask(run), ask(replace(run, evaluate="all"))
    assert run.evaluate == "sample:20%" and sample != whole
    assert sample.output == pytest.approx(whole.output, rel=0.05)


def test_goal_and_demand_of_the_command_line_go_before_those_of_the_file(tmp_path: Path) -> None:
    question = read_study(study_file(tmp_path), goal="profit", demand="0.5GWh")
    assert question.study.goal == "profit"
    assert question.gwh(question.demand or 0.0) == pytest.approx(0.5)


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
        ("{levels: [8 m/min, 10 m/min]}", "{low: 10 m/min, high: 8 m/min}", 8, ["holds nothing", "swap them?"]),
        ("{levels: [8 m/min, 10 m/min]}", "{low: 8 m/min, high: 0.2 m/s}", 8, ["write both ends in the same unit"]),
        ("{low: 2, high: 8}", "{low: 0, high: 8}", 7, ["whole numbers of at least 1", "such as '50 %'"]),
        ("demand: 0.3 GWh/yr\n", "goal: cost\n", 4, ["goal 'cost' needs a demand", "demand: 0.25 GWh/yr"]),
        ("demand: 0.3 GWh/yr\n", "goal: speed\n", 4, ["speed"]),
        ("days: 20", "prices: {electricty: 1 USD/kWh}\ndays: 20", 10, ["did you mean", "electricity"]),
        ("days: 20", "limits: {capital: 60 m^2}\ndays: 20", 10, ["60 m^2", "expected an amount of money"]),
        ("days: 20", "together: [[cathode_coating.speed, stacking.servers]]\ndays: 20", 10, ["no knob with levels"]),
        ("0.3 GWh/yr", "30 GWh/yr", 4, ["is beyond any plan", "at their nominal rate", "raise 'high'"]),
        ("[8 m/min, 10 m/min]", "[8 m/min, 90 m/min]", 8, ["90 m/min", "expected 5 m/min to 40 m/min"]),
        ("[8 m/min, 10 m/min]", "[8 m/min, 10 min]", 8, ["10 min", "is a time", "expected a speed"]),
        ("{low: 2, high: 8}", "{levels: [2, 8]}", 7, ["expected a range", "stacking.servers"]),
        ("0.3 GWh/yr", "0 GWh/yr", 4, ["a demand of nothing", "expected more"]),
        ("{low: 2, high: 8}", "{low: 2, hihg: 8}", 7, ["'high' is missing", "'hihg'", "did you mean 'high'?"]),
        ("0.3 GWh/yr", "0.3 GWh", 4, ["0.3 GWh", "expected an energy a year"]),
        ("0.3 GWh/yr", "0.3", 4, ["has no unit", "16 GWh/yr"]),
        ("replications: 3", "replications: 1", 12, ["replications", "1 is too small, expected at least 2"]),
        ("days: 20", "dayz: 20", 10, ["unknown key 'dayz'", "did you mean 'days'?"]),
        ("days: 20", "evaluate: few\ndays: 20", 10, ["evaluate few", "such as 'sample:1%'"]),
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


def test_a_range_that_is_wrong_is_told_once_and_not_as_missing_levels(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_study(study_file(tmp_path, "{low: 2, high: 8}", "{low: 8, high: 2}"))
    assert [problem.path for problem in caught.value.problems] == ["knobs.stacking.servers", "knobs.stacks.capacity"]
    with pytest.raises(InputError) as caught:
        read_study(study_file(tmp_path, "[8 m/min, 10 m/min]", "[]"))
    assert [problem.path for problem in caught.value.problems] == ["knobs.cathode_coating.speed.levels"]


def test_too_many_settings_are_refused_before_anything_is_simulated(tmp_path: Path) -> None:
    many = ", ".join(f"{8 + number / 100} m/min" for number in range(300))
    with pytest.raises(InputError, match="302 settings to simulate, expected 256 at most"):
        read_study(study_file(tmp_path, "8 m/min, 10 m/min", many))


def test_a_goal_that_nothing_holds_back_is_refused(tmp_path: Path) -> None:
    path = study_file(tmp_path, "demand: 0.3 GWh/yr", "goal: profit")
    with pytest.raises(InputError, match="nothing holds the profit back but the ends of the machine counts"):
        read_study(path)
    path.write_text(path.read_text(encoding="utf-8") + "limits: {capital: 60 MUSD}\n", encoding="utf-8")
    assert read_study(path).study.limits.capital == pytest.approx(60e6)


@pytest.mark.parametrize(
    ("goal", "demand", "said"),
    [
        ("speed", None, "--goal speed: no such goal; expected one of"),
        (None, "5 m", "--demand 5 m: expected an energy"),
        (None, "0GWh", "expected more than nothing"),
    ],
)
def test_bad_words_on_the_command_line_are_told(tmp_path: Path, goal: str, demand: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_study(study_file(tmp_path), goal, demand)


def test_a_demand_of_the_command_line_that_is_beyond_any_plan_is_told_as_said_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^--demand 30GWh: 30 GWh/yr is beyond any plan: "):
        read_study(study_file(tmp_path), demand="30GWh")


def test_a_file_of_another_kind_is_told_with_the_command_that_takes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{PLANT} is a plant: 'gigatwin simulate' runs it"):
        read_study(PLANT)
    with pytest.raises(InputError, match=r"scale_up\.yaml is a study of strategies: 'gigatwin compare' lives them"):
        read_study("scale_up")
    study = study_file(tmp_path)
    for read in (read_line, read_scale_up):
        with pytest.raises(InputError, match=f"^{study} is a study of one plant: 'gigatwin optimize' answers it"):
            read(study)


def test_a_line_without_prices_can_only_be_asked_for_output(tmp_path: Path) -> None:
    bare = tmp_path / "bare.yaml"
    bare.write_text(f"extends: {PLANT}\nname: bare\nprices: null\n", encoding="utf-8")
    path = study_file(tmp_path, f"line: {PLANT}", f"line: {bare}")
    with pytest.raises(InputError, match=r"goal 'cost' needs prices, and .* has none"):
        read_study(path)
    assert read_study(path, goal="output").study.goal == "output"


def test_a_missing_study_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file 'nothing' in studies; expected one of first_study, "):
        read_study("nothing")
    assert read_study("first_study").study.name == "first_study"
