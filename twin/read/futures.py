"""Futures from a declared file, with the ranges that the numbers have beside them."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from twin.problems import InputError
from twin.read.document import load
from twin.read.provenance import Provenance, collapse
from twin.read.shipped import find_declared
from twin.read.sources import known_sources
from twin.read.wording import problems_of, truths
from twin.scenario.futures import QUANTITIES, Futures, faults_of_futures, unit_of
from twin.units import split


def read_futures(name: str | Path) -> Futures:
    """Read futures.

    Args:
        name: path of a YAML file, or name of futures that come with gigatwin.

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    document = load(find_declared("futures", name))
    records, problems = collapse(document, known_sources(document))
    problems.extend(truths(document, Futures))
    try:
        futures = Futures.model_validate(document.content)
    except ValidationError as error:
        raise InputError([*problems, *problems_of(error, document, Futures)]) from None
    for record in records:
        if record.path in QUANTITIES:
            try:
                futures._ranges[record.path] = _range(record)
            except PydanticCustomError as error:
                problems.append(document.problem(tuple(record.path.split(".")), f"low or high: {error.message()}"))
    futures._provenance.extend(records)
    problems.extend(document.problem(path, text) for path, text in faults_of_futures(futures))
    if problems:
        raise InputError(problems)
    return futures


def _range(record: Provenance) -> tuple[float, float]:
    """Return low and high of a record in the unit of its quantity.

    Raises:
        PydanticCustomError: one of them is outside the physical range.
    """
    unit, written = unit_of(record.path), split(record.value)
    suffix = written[1] if written else ""
    low, high = (unit.read(f"{end} {suffix}" if suffix else end) for end in (record.low, record.high))
    return low, high
