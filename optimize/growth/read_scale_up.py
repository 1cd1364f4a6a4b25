"""Studies of strategies from declared files, with everything that is wrong in them."""

from __future__ import annotations

from pathlib import Path

from optimize.growth.scale_up_faults import problems_of
from optimize.growth.site import ScaleUp
from twin import InputError, Line, put, read_declared, read_line


def read_scale_up(path: Path) -> tuple[ScaleUp, Line]:
    """Read a study of strategies, and its plant.

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    study, document = read_declared(path, ScaleUp)
    study._provenance.extend(document.records)
    beside = path.parent / study.line
    try:
        line = read_line(beside if beside.is_file() else study.line)
    except InputError as error:
        raise InputError(
            [one if one.file else document.problem(("line",), one.text) for one in error.problems]
        ) from None
    lacking = [
        what
        for what, there in (("cell", line.cell), ("prices", line.prices), ("nameplate", line.nameplate))
        if not there
    ]
    if lacking:
        text = f"'{study.line}' declares no {' and no '.join(lacking)}; expected a plant of cells with all three"
        raise InputError([document.problem(("line",), f"{text}, such as lfp_prismatic_16gwh")])
    problems = problems_of(study, line, document)
    for name, value in study.prices.items():
        try:
            line = put(line, {f"prices.{name}": value})
        except InputError as error:
            problems += [document.problem(("prices", name), one.text) for one in error.problems]
    if problems:
        raise InputError(problems)
    return study, line
