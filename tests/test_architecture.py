"""Who may import whom: the table of the house, read from the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import twin

HOUSE = Path(__file__).resolve().parents[1]

# each row imports only the rows above it; a folder also imports itself
TABLE = """
    problems, randomness, chemistry, machine_code
    units
    declared, marks
    material
    response, pooling
    calendar, prices, product, control
    occasion
    shapes
    electrode, assembly, formation, quality, timed
    steps
    equipment
    line
    needs, bought
    checks
    values
    settings, sizing, scenario, plant_cost
    coarse
    table
    journal, run, read
    flow
    compiled
    present
    simulation
    measured, output_analysis, progress, results
    capability, folder, genealogy, oee, material_balance, estimate
    yields, cost, trace, query
    defect_flow, workers
    kpi, ramp
    report, summary
    control_variate
    replicate, control_study, guarded
    __init__, __main__
"""
ROWS = {name.strip(): row for row, line in enumerate(TABLE.strip().splitlines()) for name in line.split(",")}


def modules(package: str) -> Iterator[tuple[Path, set[str]]]:
    """Yield every file of a package, and all names that it imports anywhere, also inside functions."""
    for path in sorted((HOUSE / package).rglob("*.py")):
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports relatively; the table is about full names"
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        yield path.relative_to(HOUSE), names


def part(path: Path) -> str:
    """Return the entry of the table that a file belongs to: twin/flow/lot.py to flow."""
    return path.parts[1].removesuffix(".py")


def imports_of(package: str, names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == package}


def test_every_file_of_twin_stands_in_the_table() -> None:
    assert {part(path) for path, _ in modules("twin")} <= set(ROWS)


def test_each_row_imports_only_the_rows_above_it() -> None:
    wrong = []
    for path, names in modules("twin"):
        here = part(path)
        for name in imports_of("twin", names):
            there = name.split(".")[1]
            if here == there or ROWS.get(there, len(ROWS)) < ROWS[here]:
                continue
            wrong.append(f"{path} imports {name}")
    assert not wrong


def test_only_the_flow_knows_simpy() -> None:
    knowing = {
        path for package in ("twin", "optimize") for path, names in modules(package) if imports_of("simpy", names)
    }
    assert {part(path) for path in knowing if path.parts[0] == "twin"} == {"flow"}
    assert {path.parts[0] for path in knowing} == {"twin"}


def test_only_the_model_and_the_solver_know_pyomo() -> None:
    for package in ("twin", "optimize"):
        for path, names in modules(package):
            if imports_of("pyomo", names) or imports_of("highspy", names):
                assert path.parts[:2] in (("optimize", "model"), ("optimize", "solve.py")), path


def test_only_the_cluster_knows_ray() -> None:
    knowing = [path for package in ("twin", "optimize") for path, names in modules(package) if imports_of("ray", names)]
    assert knowing == [Path("twin/workers/cluster.py")]


ROOMS = {
    # a folder of the optimiser, and the others that it may know
    "model": {"growth"},
    "money": set(),
    "past": set(),
    "growth": {"model", "money"},
    "pages": {"growth", "money", "past"},
}


def test_each_room_of_the_optimiser_knows_only_some_others() -> None:
    wrong = []
    for path, names in modules("optimize"):
        here = path.parts[1]
        for name in imports_of("optimize", names):
            there = name.split(".")[1]
            # what stands in no room puts rooms together, but pages are the business of the commands alone
            allowed = ROOMS[here] | {here} if here in ROOMS else set(ROOMS) - {"pages"}
            if there in ROOMS and there not in allowed and path.name not in ("__init__.py", "__main__.py"):
                wrong.append(f"{path} imports {name}")
    assert not wrong


def test_the_twin_never_imports_the_optimiser() -> None:
    assert not [path for path, names in modules("twin") if imports_of("optimize", names)]


def test_the_optimiser_knows_the_twin_by_its_public_names() -> None:
    public = {f"twin.{name}" for name in twin.__all__}
    for path, names in modules("optimize"):
        # the one command line is put together in the composition roots
        shared = {f"twin.__main__.{name}" for name in ("app", "OnCluster", "Workers")}
        allowed = public | (shared if path.name == "__main__.py" else set())
        private = imports_of("twin", names) - allowed
        assert not private, f"{path} imports {sorted(private)}"


def test_importing_the_twin_and_asking_for_help_loads_no_heavy_library() -> None:
    heavy = "{'duckdb', 'ray', 'numba', 'pandas', 'pyarrow', 'matplotlib', 'pyomo', 'highspy', 'pint', 'scipy'}"
    program = f"import sys, twin, twin.__main__, optimize.__main__; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=HOUSE)
    assert found.stdout.strip() == "[]"
