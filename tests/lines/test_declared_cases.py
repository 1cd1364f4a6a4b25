"""The cases that come with gigatwin: public facts, each of them found again in the reference data."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from optimize.past.case import Case, shipped_cases
from twin import known_lines, read_declared

RAMPS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "ramps.csv"
CASES = shipped_cases()


def test_there_are_these_cases() -> None:
    names = ["catl_group", "lg_wroclaw", "northvolt_ett", "panasonic_nevada", "tesla_kato", "tesla_texas"]
    assert [path.stem for path in CASES] == names


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_named_like_its_file_and_told_by_a_plant_that_there_is(path: Path) -> None:
    case, _ = read_declared(path, Case)
    assert case.name == path.stem
    assert case.line in {line.stem for line in known_lines()}


def test_some_plants_serve_to_calibrate_and_others_only_to_be_predicted() -> None:
    uses = {path.stem: {point.use for point in read_declared(path, Case)[0].points} for path in CASES}
    assert all(len(use) == 1 for use in uses.values())
    assert {"calibrate"} in uses.values() and {"predict"} in uses.values()


def test_nothing_in_a_case_was_fitted_to_its_plant() -> None:
    """How new things were is told in three steps only, the same for all."""
    for path in CASES:
        novelty = read_declared(path, Case)[0].novelty
        assert {novelty.product, novelty.equipment, novelty.people} <= {0.0, 0.5, 1.0}, path


@pytest.mark.skipif(not RAMPS.is_file(), reason="the reference data are not beside the project")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_reported_stands_in_the_reference(path: Path) -> None:
    with RAMPS.open(encoding="utf-8") as file:
        rows = [{**row, "key": row["source"].partition(":")[0]} for row in csv.DictReader(file)]
    case, document = read_declared(path, Case)
    records = document.records
    by_path = {record.path: record for record in records}
    raw = Path(document.file).read_text(encoding="utf-8")
    for place, point in enumerate(case.points):
        record = by_path[f"points.{place}.reported"]
        there = [row for row in rows if row["key"] in record.source and row["date"] == point.date.isoformat()]
        assert there, f"{path}: nothing was reported on {point.date} by {record.source}"
        if record.confidence == "estimate":
            # won from what was reported, and the file says how
            assert "basis:" in raw
        else:
            assert float(record.value) in {float(row["value"]) for row in there}
            assert record.confidence in {row["confidence"] for row in there}
