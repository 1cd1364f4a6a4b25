"""Files that build on others, files that are no YAML, and names of plants that nobody knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import gigatwin
from typer.testing import CliRunner

from twin import InputError, Problem, read_line
from twin.__main__ import app
from twin.read import lines_folder

GENERIC = """\
gigatwin: 1
name: two_machines
stations:
  cutting:
    servers: 1
    step: {kind: timed, time: {distribution: deterministic, mean: 2 min}}
  packing:
    servers: {value: 2, low: 1, high: 3, source: [est], confidence: estimate}
    step: {kind: timed, time: {distribution: gamma, mean: 3 min, cv: 0.5}}
buffers:
  cut: {from: cutting, to: packing, capacity: 5, shelf_life: 2 h}
"""


# a few lines that stand for nine to the power of seven values
BOMB = b"a: &a [x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (99 + at, 99 + at, b",".join([b"*" + (b"%c" % (98 + at) if at else b"a")] * 9))
    for at in range(7)
)


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files by name and return the last one."""
    path = folder
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def told(path: Path | str) -> list[Problem]:
    """Return what is told of a file."""
    with pytest.raises(InputError) as caught:
        read_line(path)
    return list(caught.value.problems)


def test_a_file_that_has_changed_is_read_anew_and_what_builds_on_it_leaves_it_as_it_is(tmp_path: Path) -> None:
    base = write(tmp_path, base=GENERIC)
    servers = [read_line(base).stations["cutting"].servers]
    child = write(tmp_path, child="extends: base\nstations: {cutting: {servers: 4}}\n")
    servers += [read_line(file).stations["cutting"].servers for file in (child, base, child)]
    write(tmp_path, base=GENERIC.replace("servers: 1", "servers: 2"))
    assert [*servers, read_line(base).stations["cutting"].servers] == [1, 4, 1, 4, 2]


def test_a_file_changes_key_by_key_what_it_builds_on(tmp_path: Path) -> None:
    line = read_line(write(tmp_path, base=GENERIC, child="extends: base\nstations: {cutting: {servers: 4}}\n"))
    assert line.name == "two_machines"
    assert line.stations["cutting"].servers == 4
    assert line.stations["packing"].servers == 2
    assert list(line.stations) == ["cutting", "packing"], "factory order is kept"


def test_null_takes_away_what_a_file_builds_on(tmp_path: Path) -> None:
    child = "extends: base\nstations: {packing: null}\nbuffers: {cut: null}\n"
    line = read_line(write(tmp_path, base=GENERIC, child=child))
    assert list(line.stations) == ["cutting"] and not line.buffers
    endless = read_line(write(tmp_path, base=GENERIC, child="extends: base\nbuffers: {cut: {capacity: null}}\n"))
    assert endless.buffers["cut"].capacity is None


def test_what_null_took_away_is_missed_on_its_line(tmp_path: Path) -> None:
    child = "extends: base\nname: child\nstations:\n  packing:\n    servers: null\n"
    (problem,) = told(write(tmp_path, base=GENERIC, child=child))
    assert (Path(problem.file).name, problem.line) == ("child.yaml", 5)
    assert "'servers' is missing here" in problem.text


def test_lists_and_sourced_numbers_are_replaced_as_a_whole(tmp_path: Path) -> None:
    base = GENERIC + "calendars: {week: {shifts: [{start: 6 h, hours: 8 h}, {start: 14 h, hours: 8 h}]}}\n"
    child = "extends: base\ncalendars: {week: {shifts: [{start: 0 h, hours: 4 h}]}}\n"
    assert read_line(write(tmp_path, base=base, child=child)).calendars["week"].share == pytest.approx(4 / 24)
    child = "extends: base\nstations:\n  packing:\n    servers: {value: 9, source: [est]}\n"
    problems = told(write(tmp_path, base=base, child=child))
    # the ends of the old number's range do not reach over to the new one
    assert {problem.path.split(".")[-1] for problem in problems} == {"low", "high", "confidence"}
    assert {(Path(problem.file).name, problem.line) for problem in problems} == {("child.yaml", 4)}


def test_one_end_of_a_range_can_be_changed_alone(tmp_path: Path) -> None:
    child = "extends: base\nstations: {packing: {servers: {high: 8}}}\n"
    (record,) = read_line(write(tmp_path, base=GENERIC, child=child))._provenance
    assert (record.value, record.low, record.high) == ("2", 1.0, 8.0)


def test_later_files_win_and_a_problem_names_the_file_it_stands_in(tmp_path: Path) -> None:
    other = "stations:\n  cutting:\n    servers: 3\n  packing:\n    servers: many\n"
    (problem,) = told(write(tmp_path, base=GENERIC, other=other, child="extends: [base, other.yaml]\n"))
    assert (Path(problem.file).name, problem.line) == ("other.yaml", 5)
    assert "'many' is not a whole number" in problem.text
    child = "extends: [base, other]\nstations: {packing: {servers: 2}}\n"
    assert read_line(write(tmp_path, child=child)).stations["cutting"].servers == 3


def test_files_that_are_not_there_are_told_all_at_once(tmp_path: Path) -> None:
    first, second = told(
        write(tmp_path, base=GENERIC, child="name: child\nextends:\n  - bass.yaml\n  - nowhere/else\n")
    )
    assert (first.line, second.line) == (3, 4)
    assert "no file 'bass.yaml' beside child.yaml; did you mean 'base.yaml'?" in first.text
    assert "no file 'nowhere/else'" in second.text


@pytest.mark.parametrize("name", ["''", ".", "..", "a.b", '"\\0"', "x" * 400, "base.yaml/"])
def test_names_that_are_no_files_are_refused(tmp_path: Path, name: str) -> None:
    (problem,) = told(write(tmp_path, base=GENERIC, child=f"name: child\nextends: {name}\n"))
    assert problem.line == 2 and "no file" in problem.text


def test_files_that_extend_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    (problem,) = told(write(tmp_path, a="extends: b\n", b="name: b\nextends: a\n", c="extends: a\n"))
    assert (Path(problem.file).name, problem.line) == ("b.yaml", 2)
    assert "'a' extends itself in a circle" in problem.text
    assert "circle" in told(write(tmp_path, own="extends: own\n"))[0].text


def test_two_files_may_extend_the_same_third(tmp_path: Path) -> None:
    files = {"base": GENERIC, "left": "extends: base\ntitle: l\n", "right": "extends: base\ntitle: r\n"}
    assert read_line(write(tmp_path, **files, child="extends: [left, right]\n")).title == "r"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (b"", 1, "the file is empty, expected a mapping such as 'name: my_plant'"),
        (b"# nothing yet\n", 1, "the file is empty"),
        (b"- cutting\n- packing\n", 1, "the file is one value or list, expected a mapping"),
        (b"just words\n", 1, "expected a mapping"),
        (b"name: x\nstations: {a: [}\n", 2, "expected YAML"),
        (b"name: x\n\tstations: 3\n", 2, "expected YAML"),
        (b"name: x\ntitle: a: b\n", 2, "expected YAML"),
        (b"gigatwin: 1\nname: x\ntitle: one\nname: y\n", 4, "'name' stands here twice; take one out"),
        (b"name: x\n---\nname: y\n", 2, "expected YAML"),
        (b"name: x\nstations: *nowhere\n", 2, "expected YAML"),
        (b"stations: " + b"[" * 3000, 1, "is nested too deep; is a bracket missing?"),
        (b"name: x\ntitle: caf\xe9\n", 2, "byte 0xe9 is not UTF-8, expected a text in UTF-8"),
        (b"name: x\ntitle: \x00\n", 2, "cannot be read as YAML"),
        (b"name: x\nstations: &s\n  <<: *s\n", 1, "cannot be read as YAML: is an anchor (&) or tag (!) misused?"),
        (BOMB, 6, "grows to more than 100000 values; use fewer aliases (*)"),
        (b"name: x\nextends: null\n", 2, "null is not a file name or a list of them"),
        (b"name: x\nextends: 3\n", 2, "3 is not a file name or a list of them"),
        (b"name: x\nextends: [{a: b}]\n", 2, "is not a file name"),
    ],
)
def test_a_file_that_is_no_line_file_is_refused_on_its_line(tmp_path: Path, text: bytes, line: int, said: str) -> None:
    path = write(tmp_path, plant=text)
    (problem,) = told(path)
    assert str(problem).startswith(f"{path}:{line}: ")
    assert said in problem.text


def test_a_file_that_cannot_be_opened_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, plant=GENERIC)

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert str(told(path)[0]) == f"{path}: cannot be read: Permission denied"


def test_a_date_or_a_mark_at_the_beginning_is_no_obstacle(tmp_path: Path) -> None:
    line = read_line(write(tmp_path, plant=b"\xef\xbb\xbf" + (GENERIC + "title: 2026-02-31\n").encode()))
    assert line.title == "2026-02-31"


def test_keys_that_are_no_texts_are_told_as_they_are_written(tmp_path: Path) -> None:
    told_of = told(write(tmp_path, plant=GENERIC + "~: 3\ntrue: 4\n17: 5\n"))
    assert [problem.text.partition(";")[0] for problem in told_of] == [
        f"unknown key '{key}'" for key in ("null", "true", "17")
    ]


def test_a_number_of_thousands_of_digits_is_refused_on_its_line(tmp_path: Path) -> None:
    (problem,) = told(write(tmp_path, plant=GENERIC.replace("servers: 1\n", f"servers: {'9' * 5000}\n")))
    assert problem.line == 5
    assert problem.text.startswith("'999") and problem.text.endswith("... is not a whole number that fits here")
    assert len(problem.text) < 120


def test_an_unknown_plant_is_told_with_the_closest_name(tmp_path: Path) -> None:
    assert str(told("pilot_lin")[0]) == "no line file 'pilot_lin'; did you mean 'pilot_line'?"
    assert "expected one of cyl_21700_5gwh" in str(told("zzz")[0])
    assert "no line file" in str(told(tmp_path)[0])


def test_sources_beside_a_file_may_be_cited(tmp_path: Path) -> None:
    text = GENERIC.replace("source: [est]", "source: our_plant")
    assert "no source 'our_plant'" in told(write(tmp_path, plant=text))[0].text
    write(tmp_path, sources="sources: {our_plant: {citation: shift book}}\n")
    assert read_line(tmp_path / "plant.yaml")._provenance[0].source == ("our_plant",)
    write(tmp_path, sources="sources: 3\n")
    assert "expected a mapping of keys to sources" in told(tmp_path / "plant.yaml")[0].text


def test_every_fault_of_every_file_is_listed_within_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    servers = "extends: {}/pilot_line\nstations: {{filling: {{servers: {}}}, testing: {{servers: many}}}}\n"
    for name, count in (("one", "0"), ("two", "-1")):
        Path(f"{name}.yaml").write_text(servers.format(lines_folder().resolve(), count))
    # what rich takes for a terminal of 80 columns
    seen = CliRunner().invoke(app, ["check", "one.yaml", "two.yaml"], env={"FORCE_COLOR": "1", "COLUMNS": "80"})
    rows = re.sub(r"\x1b\[[\d;]*m", "", seen.output).splitlines()
    assert seen.exit_code == 2
    assert max(len(row) for row in rows) <= 80
    beginnings = [row for row in rows if not row.startswith("    ")]
    assert [row.split(":")[0] for row in beginnings] == ["one.yaml", "one.yaml", "two.yaml", "two.yaml"]
    # elsewhere each fault is one line, for programs that read along
    assert len(gigatwin("check", "one.yaml", "two.yaml")[1].splitlines()) == 4
