"""Every family of constraints of the planning and the expansion model against its golden LP file."""

from __future__ import annotations

import runpy
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from optimize.model import build
from optimize.model.expansion import build_expansion

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def models() -> list[Any]:
    """Return small models that have every family together.

    A plan with limits of every kind and one that is not wanted again; lines that come in order, and lines that do not.
    """
    plants = runpy.run_path(str(HERE / "conftest.py"))
    data = plants["two_coaters_one_stacker"]()
    growth = plants["two_lines_two_futures"]()
    return [
        build(data, [({"speed": "slow", "tests": "with"}, dict.fromkeys(data.stations, 3))]),
        build_expansion(growth),
        build_expansion(replace(growth, in_order=False)),
    ]


def names() -> list[str]:
    import pyomo.environ as pyo

    return sorted({found.name for model in models() for found in model.component_objects(pyo.Constraint)})


def lp_text(family: str) -> str:
    """Return the first model that has a family, with that one alone, as an LP file with readable names."""
    import pyomo.environ as pyo

    built = next(model for model in models() if model.component(family) is not None)
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


def test_every_component_of_the_expansion_model_says_what_it_is_and_in_which_unit() -> None:
    import pyomo.environ as pyo

    for kind in (pyo.Var, pyo.Constraint, pyo.Objective):
        for model in models()[1:]:
            for component in model.component_objects(kind):
                assert component.doc and component.doc.endswith("]"), component.name
