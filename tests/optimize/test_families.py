"""Every family of constraints of the planning model against its golden LP file."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path
from typing import Any

import pytest

from optimize.model import build

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def model() -> Any:
    """Return a small model that has every family: limits of every kind, and a plan that is not wanted again."""
    data = runpy.run_path(str(HERE / "conftest.py"))["two_coaters_one_stacker"]()
    return build(data, [({"speed": "slow", "tests": "with"}, dict.fromkeys(data.stations, 3))])


def names() -> list[str]:
    import pyomo.environ as pyo

    return sorted(found.name for found in model().component_objects(pyo.Constraint))


def lp_text(family: str) -> str:
    """Return the model with one family of constraints alone as an LP file with readable names."""
    import pyomo.environ as pyo

    built = model()
    for found in built.component_objects(pyo.Constraint):
        if found.name != family:
            found.deactivate()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "family.lp"
        built.write(str(path), io_options={"symbolic_solver_labels": True})
        return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("family", sorted(path.stem for path in GOLDEN.glob("*.lp")))
def test_a_family_is_the_golden_one(family: str) -> None:
    assert lp_text(family) == (GOLDEN / f"{family}.lp").read_text(encoding="utf-8")


def test_no_family_is_without_its_golden_file() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(names())
