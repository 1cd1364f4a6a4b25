"""Declared files to checked objects; the only package that knows the file format."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from twin.checks import faults_of_line
from twin.line import Line
from twin.problems import InputError, Problem, did_you_mean
from twin.read.document import Document, load
from twin.read.futures import read_futures
from twin.read.kinds import refuse_other_kinds
from twin.read.provenance import Provenance, collapse
from twin.read.shipped import known_lines, lines_folder
from twin.read.sources import known_sources
from twin.read.wording import problems_of, truths
from twin.settings import faults_of_knobs

Model = TypeVar("Model", bound=BaseModel)

__all__ = [
    "InputError",
    "Problem",
    "Provenance",
    "find_line",
    "known_lines",
    "lines_folder",
    "read_declared",
    "read_futures",
    "read_line",
]


def find_line(name: str | Path) -> Path:
    """Return the file of a plant, given by path or by the name of one that comes with gigatwin.

    Raises:
        InputError: there is neither such a file nor such a plant.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = {file.stem: file for file in known_lines()}
    if path.stem in known and (path.parent == Path() or path.parent.name == "lines"):
        return known[path.stem]
    raise InputError(f"no line file '{name}'{did_you_mean(path.stem, known)}")


def read_line(name: str | Path) -> Line:
    """Read a plant.

    Args:
        name: path of a YAML file, or name of a plant that comes with gigatwin.

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    document = load(find_line(name))
    refuse_other_kinds(document, Line)
    line: Line | None = None
    records, problems = collapse(document, known_sources(document))
    problems.extend(truths(document, Line))
    try:
        line = Line.model_validate(document.content)
    except ValidationError as error:
        problems.extend(problems_of(error, document, Line))
    faults = [*faults_of_line(document.content, line), *(faults_of_knobs(line) if line else ())]
    problems.extend(document.problem(path, text) for path, text in faults)
    if problems or line is None:
        raise InputError(problems)
    line._raw.update(document.content)
    line._provenance.extend(records)
    return line


def read_declared(path: Path, model: type[Model]) -> tuple[Model, Document]:
    """Read any other declared file, such as a study.

    Returns:
        The checked object, and the document with the records of its numbers, for problems found later.

    Raises:
        InputError: with every problem found.
    """
    document = load(path)
    refuse_other_kinds(document, model)
    records, problems = collapse(document, known_sources(document))
    document.records.extend(records)
    problems.extend(truths(document, model))
    try:
        checked = model.model_validate(document.content)
    except ValidationError as error:
        raise InputError([*problems, *problems_of(error, document, model)]) from None
    if problems:
        raise InputError(problems)
    return checked, document
