"""Plants side by side: the same luck, pairs and intervals."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest

from optimize.comparison import Comparison, compare
from optimize.figures import interval
from twin import InputError

PLANT = Path(__file__).parent / "small_plant.yaml"


def another_plant(folder: Path, name: str, change: str = "") -> str:
    """Write a plant that builds on the small one; return its path."""
    path = folder / f"{name}.yaml"
    path.write_text(f"extends: {PLANT}\nname: {name}\n{change}", encoding="utf-8")
    return str(path)


def side_by_side(*lines: str, workers: int = 1) -> Comparison:
    return compare(lines, days=10, warmup=3, seed=5, replications=3, workers=workers)


def test_a_plant_and_its_twin_do_not_differ_at_all(tmp_path: Path) -> None:
    found = side_by_side(str(PLANT), another_plant(tmp_path, "same_plant"))
    for figure in found.values:
        assert found.difference(figure, "same_plant") == (0.0, 0.0, 0.0)


def test_replications_differ_from_each_other(tmp_path: Path) -> None:
    # else the test above would say nothing
    found = side_by_side(str(PLANT), another_plant(tmp_path, "same_plant"))
    assert len(set(found.values["good_gwh_per_year"]["small_plant"])) == 3


def test_a_second_stacker_makes_more_cells(tmp_path: Path) -> None:
    found = side_by_side(str(PLANT), another_plant(tmp_path, "two_stackers", "stations: {stacking: {servers: 2}}"))
    assert found.difference("good_gwh_per_year", "two_stackers").low > 0


def test_the_difference_of_means_is_the_mean_difference(tmp_path: Path) -> None:
    found = side_by_side(str(PLANT), another_plant(tmp_path, "two_stackers", "stations: {stacking: {servers: 2}}"))
    for figure, values in found.values.items():
        apart = mean(values["two_stackers"]) - mean(values["small_plant"])
        assert found.difference(figure, "two_stackers").mean == pytest.approx(apart, rel=1e-9, abs=1e-12)


def test_the_answer_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    other = another_plant(tmp_path, "two_stackers", "stations: {stacking: {servers: 2}}")
    assert side_by_side(str(PLANT), other).as_data() == side_by_side(str(PLANT), other, workers=2).as_data()


def test_an_interval_is_students() -> None:
    # from a table: 97.5 % point of Student's t with 3 degrees of freedom; the spread of 1, 2, 3, 4 is 1.29099
    found = interval([1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2.5
    assert found.high - found.mean == pytest.approx(3.1824 * 1.29099 / 2, rel=1e-4)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_one_plant_is_no_comparison() -> None:
    with pytest.raises(InputError, match="name two or more"):
        compare([str(PLANT)])


def test_two_plants_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="'small_plant' is taken"):
        compare([str(PLANT), str(PLANT)])
