"""Inputs: the declared numbers of a line with their ranges, and a line with other values put in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from twin.checks import faults_of_line
from twin.line import Line
from twin.problems import InputError, Problem, did_you_mean, fault_in_words, shown
from twin.units import Amount, split


@dataclass(frozen=True)
class Input:
    """One declared number and how well it is known.

    Attributes:
        path: where it stands, such as "prices.wage".
        value: what stands there now, as a file would write it.
        low: smallest plausible value, as a file would write it.
        high: largest plausible value.
        source: keys of the sources file.
        confidence: "read", "memory" or "estimate".
    """

    path: str
    value: str | float
    low: str | float
    high: str | float
    source: tuple[str, ...]
    confidence: str


def inputs(line: Line) -> tuple[Input, ...]:
    """Return every number of a line that was declared with a range, in the order of its files.

    A line out of a run folder has none: ranges and sources are not kept there.
    """
    found = []
    for record in line._provenance:
        if record.low is None or record.high is None:
            continue
        _, unit = split(record.value) or (0.0, "")
        low, high = _written(record.low, unit), _written(record.high, unit)
        found.append(Input(record.path, part(line._raw, record.path), low, high, record.source, record.confidence))
    return tuple(found)


def put(line: Line, values: Mapping[str, Any]) -> Line:
    """Return the line with other numbers at some places.

    What is put may lie outside the range that was declared, but not outside what is physical. Knobs may be
    turned before and after.

    Args:
        line: the line as it stands.
        values: by path, written as in a file: ``{"prices.cell_price": "90 USD/kWh"}``.

    Raises:
        InputError: with every problem found: nothing stands there, a value in another unit, or a line that no
            longer holds together.
    """
    problems = []
    for path, value in values.items():
        found = at(line, path)
        if found is None or part(line._raw, path) is None:
            known = list(_leaves(line._raw.get(path.partition(".")[0]), path.partition(".")[0]))
            problems.append(Problem("", 0, path, f"nothing stands there{did_you_mean(path, known)}"))
        elif size_of(found[0]) is None:
            problems.append(Problem("", 0, path, "what stands there is no number or quantity"))
        elif fault := read(found[1], value)[1]:
            problems.append(Problem("", 0, path, fault))
    if problems:
        raise InputError(problems)
    return rebuilt(line, values, values)


def rebuilt(line: Line, values: Mapping[str, Any], chosen: Mapping[str, Any]) -> Line:
    """Return the line with some values at their paths, checked as a whole.

    Args:
        line: the line as it stands.
        values: by path.
        chosen: the same under the names that they were chosen by; the line remembers them.

    Raises:
        InputError: the line no longer holds together.
    """
    if not values:
        return line
    raw = line._raw
    for path, value in values.items():
        raw = _with(raw, path.split("."), value)
    _keep_what_rows_buy(raw, line)
    other = _held_together(raw, line, ", ".join(f"{name}={value}" for name, value in chosen.items()))
    other._raw.update(raw)
    other._provenance.extend(line._provenance)
    other._settings.update({**line._settings, **chosen})
    return other


def _with(raw: Any, path: Sequence[str], value: Any) -> Any:
    """Return plain data with another value at a path; what does not lead there is shared, not copied."""
    other: Any = raw.copy()
    name, below = (int(path[0]) if isinstance(raw, list) else path[0]), path[1:]
    # only the last name of a path may be new
    other[name] = _with(other[name], below, value) if below else value
    return other


def _leaves(raw: Any, path: str) -> Iterator[str]:
    """Yield the path of everything in plain data that holds nothing else."""
    if isinstance(raw, dict):
        for name, value in raw.items():
            yield from _leaves(value, f"{path}.{name}")
    elif raw is not None:
        yield path


def declared_value(line: Line, path: str) -> Any:
    """Return what stands at a path of a line, as its file writes it; None when nothing does."""
    return part(line._raw, path)


def part(raw: Any, path: str) -> Any:
    """Return what stands at a path in plain data; None when nothing does."""
    node = raw
    for name in path.split("."):
        if isinstance(node, list):
            node = node[int(name)] if name.isdecimal() and int(name) < len(node) else None
        else:
            node = node.get(name) if isinstance(node, dict) else None
    return node


def at(line: Line, path: str) -> tuple[Any, Any] | None:
    """Return what stands at a path of a line, and its type with unit and bounds; None when nothing does."""
    node: Any = line
    inner: Any = Line
    for name in path.split("."):
        if isinstance(node, BaseModel):
            fields = type(node).model_fields
            key = next((key for key, field in fields.items() if name == (field.alias or key)), None)
            if key is None:
                return None
            node, inner, whole = getattr(node, key), fields[key].annotation, fields[key].rebuild_annotation()
        elif isinstance(node, dict) and name in node:
            node, inner = node[name], get_args(inner)[-1]
            whole = inner
        elif isinstance(node, tuple) and name.isdecimal() and int(name) < len(node):
            node, inner = node[int(name)], get_args(inner)[0]
            whole = inner
        else:
            return None
    return node, whole


def read(kind: Any, value: Any) -> tuple[float | None, str]:
    """Read one value alone, in whatever unit it is written; return it in SI, or what is wrong with it."""
    try:
        size = size_of(_reader(kind).validate_python(value))
    except ValidationError as error:
        return None, fault_in_words(error.errors(include_url=False)[0])
    return size, "" if size is not None else f"{shown(value)} is not a number or quantity"


@lru_cache(maxsize=1024)
def _reader(kind: Any) -> TypeAdapter[Any]:
    """Return what reads values of a type; making it takes longer than reading."""
    return TypeAdapter(kind)


def size_of(value: Any) -> float | None:
    """Return a number or quantity in SI; None for anything else."""
    if isinstance(value, Amount):
        return value.value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _written(number: float, unit: str) -> str | float:
    """Return a number as a file would write it."""
    if unit:
        return f"{number:.15g} {unit}"
    return int(number) if number.is_integer() else number


def _keep_what_rows_buy(raw: dict[str, Any], line: Line) -> None:
    """Note servers, batches and calendars as declared: what a machine and an hour cost does not change with them."""
    declared = line._raw["stations"]
    for name, station in line.stations.items():
        now = raw["stations"][name]
        if now is declared[name]:
            continue
        if now["servers"] != station.servers:
            now.setdefault("cost_servers", station.servers)
        if station.batch is not None and now["batch"] != declared[name]["batch"]:
            now.setdefault("cost_batch", station.batch.size)
        if station.calendar is not None and now.get("calendar") != station.calendar:
            now.setdefault("cost_calendar", station.calendar)


def _held_together(raw: dict[str, Any], line: Line, chosen: str) -> Line:
    """Return the line that plain data declare, most of which a line declared before.

    Raises:
        InputError: they declare none.
    """
    try:
        turned = Line.model_validate(_read_before(raw, line))
    except ValidationError as error:
        said = [fault_in_words(detail) for detail in error.errors(include_url=False)]
        raise InputError([Problem("", 0, chosen, text) for text in said]) from None
    faults = list(faults_of_line(raw, turned))
    if faults:
        raise InputError([Problem("", 0, chosen, f"{'.'.join(map(str, path))}: {text}") for path, text in faults])
    return turned


def _read_before(raw: dict[str, Any], line: Line) -> dict[str, Any]:
    """Return plain data in which every part that is still that of a line stands as it was read there.

    Parts are frozen, so lines may share them; reading a whole plant takes several times as long.
    """
    found = dict(raw)
    for name, now in raw.items():
        known, before = getattr(line, name), line._raw.get(name)
        if isinstance(known, BaseModel) and now is before:
            found[name] = known
        elif isinstance(known, dict) and isinstance(before, dict):
            found[name] = {key: known[key] if one is before.get(key) else one for key, one in now.items()}
    return found
