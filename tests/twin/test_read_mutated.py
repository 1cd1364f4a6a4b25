"""Whatever stands in a plant's file: it is read, or refused with a line; the reader itself never fails."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin import InputError, read_line
from twin.read import document, lines_folder

PLANT = lines_folder().resolve() / "pilot_line.yaml"
# what a person may write by mistake, and what only a machine would
ODD = """null|true|0|-1|1e400|.nan|''|[]|{}|[a, 1]|{a: b}|{value: 3}|{value: x, source: 5}|{value: [1]}|30 min|'1_'
1_0 m/min|12|5 m^2|0 s|0 kg|2026-02-31|!!int x|!odd {a: 1}|*nowhere|&a [*a]|"\\0"|2.5|1e30|99999999999999999999|'3'
stacking|mixing|{value: 1, low: null, high: [2], source: [null], confidence: [1]}|{kind: [1]}|? |<<|70 degC|1,5 m
{kind: timed, time: {distribution: x}}|{from: {a: 1}, to: [b]}|{value: 1 m, low: 2, high: 0, source: {a: b}}|: - x
"{"|3 USD/kg|1/(0 m)|%|$|5 metre/minut"""
LITTER = st.sampled_from([word for row in ODD.splitlines() for word in row.split("|")])
RARELY = settings(
    max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", autouse=True)
def _declared_files_are_parsed_once() -> Iterator[None]:
    """Keep what the reader finds in the declared files themselves, which no test here changes."""
    parse, kept = document._parse, {path.resolve(): document._parse(path) for path in lines_folder().rglob("*.yaml")}

    def parse_once(path: Path) -> document.Document:
        found = kept.get(path.resolve())
        # the reader changes what it is given, so each gets its own copy
        return document.Document(found.file, deepcopy(found.content), dict(found.origins)) if found else parse(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_parse", parse_once)
        yield


def places() -> list[tuple[str, ...]]:
    """Return the path of everything in the pilot line."""
    found: list[tuple[str, ...]] = []

    def walk(node: Any, path: tuple[str, ...]) -> None:
        for key, value in node.items() if isinstance(node, dict) else ():
            found.append((*path, key))
            walk(value, (*path, key))

    walk(document.load(PLANT).content, ())
    return found


def is_read_or_refused(path: Path) -> bool:
    """Return whether a file is read; when it is refused, every problem has a line."""
    try:
        read_line(path)
    except InputError as error:
        assert error.problems
        assert all(problem.line > 0 and problem.text for problem in error.problems), str(error)
        return False
    return True


def overlay(path: tuple[str, ...], value: str) -> str:
    """Return a file that builds on the pilot line and has another value at one place."""
    rows = [f"{'  ' * depth}{key}:" for depth, key in enumerate(path)]
    return f"extends: {PLANT}\n" + "\n".join(rows) + f" {value}\n"


@RARELY
@given(place=st.sampled_from(places()), letter=st.sampled_from(["", "x", ".", " "]), value=LITTER)
def test_any_value_at_any_place_is_read_or_refused(
    tmp_path: Path, place: tuple[str, ...], letter: str, value: str
) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(overlay((*place[:-1], place[-1] + letter), value))
    is_read_or_refused(file)


@RARELY
@given(data=st.data())
def test_a_file_with_lines_lost_moved_or_misspelt_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    rows = PLANT.read_text(encoding="utf-8").replace("extends: base", f"extends: {PLANT.parent}/base").splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(rows) - 1))
        row, what = rows[place], data.draw(st.sampled_from(["lost", "twice", "moved", "misspelt"]))
        letter = data.draw(st.sampled_from("{}[]:,'\"#&*!|>%@`-? x0\t\0é"))
        cut = data.draw(st.integers(0, len(row)))
        changed = {
            "lost": [],
            "twice": [row, row],
            "moved": [row[cut:]],
            "misspelt": [row[:cut] + letter + row[cut + 1 :]],
        }
        rows[place : place + 1] = changed[what]
    file = tmp_path / "plant.yaml"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    is_read_or_refused(file)


@RARELY
@given(text=st.text(st.sampled_from("ab:-[]{}?&*!|>'\"%@#,\n\t 01.<~\0é"), max_size=30))
def test_any_text_is_refused_with_a_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(text, encoding="utf-8")
    assert not is_read_or_refused(file), "a plant needs more than that"


def test_the_plant_without_any_change_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(overlay(("title",), "the same"))
    assert is_read_or_refused(file)
