"""Which engine executes a run: asked for, or chosen where it saves time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cell_lines import cell_line
from generic_lines import always, line_of, timed
from two_engines import assert_same

from twin import InputError, Line, Run, simulate
from twin.compiled import why_not_compiled
from twin.folder import question
from twin.replicate import Order, carry_out
from twin.simulation import engine_of


def line_with(more: str, rest: str = "", buffer: str = "3") -> Line:
    """Return two stations of which the second has something more."""
    stations = {"first": timed(always(60.0)), "second": timed(always(50.0), more=more)}
    return line_of(stations, [f"first > second: {buffer}"], rest)


@pytest.mark.parametrize(
    ("evaluate", "days", "warmup", "engine"),
    [
        ("all", 365, 30, "simpy"),
        ("sample:1%", 365, 30, "compiled"),
        ("sample:20%", 70, 30, "compiled"),
        ("sample:20%", 70, None, "simpy"),
    ],
)
def test_machine_code_is_chosen_for_long_runs_in_which_lots_are_only_counted(
    evaluate: str, days: int, warmup: int | None, engine: str
) -> None:
    run = Run(cell_line({}, []), days=days, warmup=warmup, evaluate=evaluate)
    assert question(run)["executed_by"] == engine
    assert bool(question(run)["not_compiled"]) == (engine == "simpy")
    for asked in ("simpy", "compiled"):
        assert engine_of(replace(run, engine=asked)) == (asked, [])


def test_a_calendar_without_a_pause_is_no_obstacle() -> None:
    always_open = "calendars: {all: {shifts: [{start: 0 h, hours: 24 h}]}}"
    line = line_with("calendar: all", always_open)
    assert not why_not_compiled(line, sampled=False, days=1)
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
    reason = "" if engine == "compiled" else "; not machine code, since every lot is evaluated"
    assert any(str(words).startswith(f"engine: {engine}{reason}") for words in said)
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["executed_by"] == engine
