"""Settings: chosen values of knobs, and a line with its knobs turned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from twin.checks import Fault, faults_of_line
from twin.equipment import MOST_SERVERS
from twin.line import Knob, Line
from twin.problems import InputError, Problem, did_you_mean, fault_in_words, shown
from twin.units import Amount

Settings = Mapping[str, Any]


def knobs(line: Line) -> dict[str, Knob]:
    """Return what may be chosen: the declared knobs, every server count and every buffer capacity."""
    found = dict(line.knobs)
    for name in line.stations:
        found.setdefault(f"{name}.servers", Knob(path=f"stations.{name}.servers", low=1, high=MOST_SERVERS))
    for name, buffer in line.buffers.items():
        if buffer.capacity is not None:
            found.setdefault(f"{name}.capacity", Knob(path=f"buffers.{name}.capacity", low=0, high=1_000_000))
    return found


def turn(line: Line, settings: Settings) -> Line:
    """Return the line with some knobs turned.

    Args:
        line: the line as declared.
        settings: values by knob, written as in a file ("70 m/min", 12).

    Raises:
        InputError: with every problem found: no such knob, a value in another unit or out of the knob's range,
            or a line that no longer holds together.
    """
    if not settings:
        return line
    known = knobs(line)
    problems = []
    for name, value in settings.items():
        if name not in known:
            cure = did_you_mean(name, known) or "; every station has a knob STATION.servers"
            problems.append(Problem("", 0, "", f"no knob '{name}'{cure}"))
        elif fault := _fault_of_choice(line, known[name], value):
            problems.append(Problem("", 0, name, fault))
    if problems:
        raise InputError(problems)
    raw = deepcopy(line._raw)
    for name, value in settings.items():
        _put(raw, known[name].path, value)
    _keep_prices_of_machines(raw, line)
    turned = _held_together(raw, ", ".join(f"{name}={value}" for name, value in settings.items()))
    turned._raw.update(raw)
    turned._provenance.extend(line._provenance)
    turned._settings.update({**line._settings, **settings})
    return turned


def changes(line: Line, settings: Settings) -> dict[str, Any]:
    """Return the settings that say something else than the line does, in the order of their names."""
    known, raw = knobs(line), line._raw
    return {
        name: value
        for name, value in sorted(settings.items())
        if name not in known or _standing(raw, known[name].path) != value
    }


def _standing(raw: Any, path: str) -> Any:
    """Return what plain data have at a path, None when there is nothing."""
    for part in path.split("."):
        raw = raw.get(part) if isinstance(raw, dict) else None
    return raw


def faults_of_knobs(line: Line) -> Iterator[Fault]:
    """Yield what is wrong with the ranges of a line's knobs as (path, text)."""
    for name, knob in line.knobs.items():
        path = ("knobs", name)
        found = _kind(line, knob.path)
        if found is None:
            # that nothing stands there is told by what checks the plain data
            continue
        if knob.choices:
            if not isinstance(found[0], str):
                yield (*path, "choices"), f"what stands at '{knob.path}' is no word; give 'low' and 'high' instead"
            continue
        if _size(found[0]) is None:
            yield (*path, "path"), f"what stands at '{knob.path}' is no number or quantity that could be turned"
            continue
        ends = {end: _read(found[1], getattr(knob, end)) for end in ("low", "high")}
        for end, (_, fault) in ends.items():
            if fault:
                yield (*path, end), fault
        low, high = ends["low"][0], ends["high"][0]
        if low is not None and high is not None and low > high:
            yield (*path, "low"), f"{knob.low!r} is above {knob.high!r}, expected low <= high; swap them?"


def _fault_of_choice(line: Line, knob: Knob, value: Any) -> str:
    """Return what is wrong with a value chosen for a knob, "" when nothing is."""
    found = _kind(line, knob.path)
    if found is None:
        return f"nothing stands at '{knob.path}' any more"
    if knob.choices:
        return "" if value in knob.choices else f"no choice {shown(value)}{did_you_mean(str(value), knob.choices)}"
    chosen, fault = _read(found[1], value)
    low, high = (_read(found[1], end)[0] for end in (knob.low, knob.high))
    if chosen is None or low is None or high is None:
        return fault
    if low <= chosen <= high:
        return ""
    return f"{shown(value)} is outside the knob's range, expected {knob.low} to {knob.high}"


def _kind(line: Line, path: str) -> tuple[Any, Any] | None:
    """Return what stands at a path, and its type with unit and bounds; None when nothing does."""
    node: Any = line
    inner: Any = Line
    for part in path.split("."):
        if isinstance(node, BaseModel):
            fields = type(node).model_fields
            name = next((name for name, field in fields.items() if part == (field.alias or name)), None)
            if name is None:
                return None
            node, inner, whole = getattr(node, name), fields[name].annotation, fields[name].rebuild_annotation()
        elif isinstance(node, dict) and part in node:
            node, inner = node[part], get_args(inner)[-1]
            whole = inner
        else:
            return None
    return node, whole


def _read(kind: Any, value: Any) -> tuple[float | None, str]:
    """Read one value alone, in whatever unit it is written; return it in SI, or what is wrong with it."""
    try:
        size = _size(TypeAdapter(kind).validate_python(value))
    except ValidationError as error:
        return None, fault_in_words(error.errors(include_url=False)[0])
    return size, "" if size is not None else f"{shown(value)} is not a number or quantity"


def _size(value: Any) -> float | None:
    if isinstance(value, Amount):
        return value.value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _put(raw: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    node = raw
    for part in way:
        node = node[part]
    node[last] = value


def _keep_prices_of_machines(raw: dict[str, Any], line: Line) -> None:
    """Note how many servers were declared: what one costs does not change with how many there are."""
    for name, station in line.stations.items():
        if raw["stations"][name]["servers"] != station.servers:
            raw["stations"][name].setdefault("cost_servers", station.servers)


def _held_together(raw: dict[str, Any], chosen: str) -> Line:
    """Return the line that plain data declare.

    Raises:
        InputError: they declare none.
    """
    try:
        turned = Line.model_validate(raw)
    except ValidationError as error:
        said = [fault_in_words(detail) for detail in error.errors(include_url=False)]
        raise InputError([Problem("", 0, chosen, text) for text in said]) from None
    faults = list(faults_of_line(raw, turned))
    if faults:
        raise InputError([Problem("", 0, chosen, f"{'.'.join(map(str, path))}: {text}") for path, text in faults])
    return turned
