"""Compiled loops: machine code says what the Python says that it was made of."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from lots_of_cells import lot, occasion

from twin import read_line
from twin.assembly import filling, joining
from twin.formation import ageing, balance, charging, grading, soaking
from twin.material import Cell

LINE = read_line("lfp_prismatic_16gwh")
ROOMS = (joining, filling, soaking, balance, charging, ageing, grading)


def written(loop: object) -> object:
    """Return the Python of a loop, compiled or not yet; None for what is none."""
    return getattr(loop, "py_func", None) or getattr(loop, "__wrapped__", None)


def in_python(monkeypatch: pytest.MonkeyPatch, room: ModuleType) -> int:
    """Let a file run its loops in Python; return how many there are."""
    loops = [name for name, thing in vars(room).items() if getattr(thing, "__module__", "") == room.__name__]
    loops = [name for name in loops if written(getattr(room, name))]
    for name in loops:
        monkeypatch.setattr(room, name, written(getattr(room, name)))
    return len(loops)


def graded() -> Cell:
    """Return a lot that has gone from welding to grading."""
    cell = lot(60)
    for name in ("tab_welding", "filling", "soaking", "formation", "ageing", "grading"):
        LINE.stations[name].step.make([cell], occasion(LINE))
    return cell


def test_cells_are_in_machine_code_what_they_are_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = graded()
    assert sum(in_python(monkeypatch, room) for room in ROOMS) >= 15
    python = graded()
    assert len(compiled.state) >= 9 and len(compiled.measured) >= 3
    for name, values in {**compiled.state, **compiled.measured}.items():
        np.testing.assert_allclose(values, {**python.state, **python.measured}[name], rtol=2e-6, err_msg=name)
    assert compiled.grade is not None and np.array_equal(compiled.grade, python.grade)
