"""Which engine executes a run: asked for, refused by name, or chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cell_lines import cell_line
from generic_lines import always, line_of, timed
from two_engines import assert_same

from twin import InputError, Line, Run, read_line, simulate
from twin.compiled import unsupported
from twin.folder import question
from twin.read import known_lines
from twin.replicate import Order, carry_out


def line_with(more: str, rest: str = "", buffer: str = "3") -> Line:
    """Return two stations of which the second has something more."""
    stations = {"first": timed(always(60.0)), "second": timed(always(50.0), more=more)}
    return line_of(stations, [f"first > second: {buffer}"], rest)


def test_what_machine_code_does_not_know_is_refused_by_name() -> None:
    line = cell_line({}, [])
    reasons = unsupported(line)
    assert len(reasons) == len(line.stations)
    assert "step 'coating' of station 'anode_coating'" in reasons
    with pytest.raises(InputError, match="--engine compiled does not know step 'mixing' of station 'cathode_mixing'"):
        simulate(Run(line, days=1, warmup=0, engine="compiled"))
    assert question(Run(line))["executed_by"] == "simpy"


@pytest.mark.parametrize("plant", known_lines(), ids=lambda path: path.stem)
def test_a_declared_plant_names_every_step_that_machine_code_lacks(plant: Path) -> None:
    line = read_line(plant)
    reasons = unsupported(line)
    for name, station in line.stations.items():
        assert (f"step '{station.step.kind}' of station '{name}'" in reasons) == (station.step.kind != "timed")


def test_a_calendar_without_a_pause_is_no_obstacle() -> None:
    always_open = "calendars: {all: {shifts: [{start: 0 h, hours: 24 h}]}}"
    line = line_with("calendar: all", always_open)
    assert unsupported(line) == []
    assert_same(line)


def test_an_unknown_engine_is_told_what_there_is() -> None:
    with pytest.raises(InputError, match="--engine fast: expected one of simpy, compiled, auto"):
        simulate(Run(line_with(""), engine="fast"))


@pytest.mark.parametrize(("line", "engine"), [(line_with(""), "compiled"), (cell_line({}, []), "simpy")])
def test_the_summary_and_the_manifest_say_what_executed_the_run(
    line: Line, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin.replicate._report", lambda order, folder, kpi: folder)
    said: list[object] = []
    run = Run(line, days=2, warmup=0)
    carry_out(Order(run, out=tmp_path / "run"), lambda *what: said.extend(what))
    reason = "" if engine == "compiled" else "; machine code does not know step 'mixing' of station 'cathode_mixing'"
    assert any(str(words).startswith(f"engine: {engine}{reason}") for words in said)
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["executed_by"] == engine
