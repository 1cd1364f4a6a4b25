"""Settings: chosen values of knobs, and a line with its knobs turned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twin.checks import Fault
from twin.equipment import MOST_SERVERS
from twin.line import Knob, Line
from twin.problems import InputError, Problem, did_you_mean, shown
from twin.values import at, part, read, rebuilt, size_of

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
    at_paths = {path: value for name, value in settings.items() for path in known[name].paths}
    return rebuilt(line, at_paths, settings)


def changes(line: Line, settings: Settings) -> dict[str, Any]:
    """Return the settings that say something else than the line does, in the order of their names."""
    known, raw = knobs(line), line._raw
    return {
        name: value
        for name, value in sorted(settings.items())
        if name not in known or any(part(raw, path) != value for path in known[name].paths)
    }


def faults_of_knobs(line: Line) -> Iterator[Fault]:
    """Yield what is wrong with the ranges of a line's knobs as (path, text)."""
    for name, knob in line.knobs.items():
        for path in knob.paths:
            found = at(line, path)
            # that nothing stands there is told by what checks the plain data
            for key, text in _faults_at(path, knob, *found) if found else ():
                yield ("knobs", name, key), text


def _faults_at(path: str, knob: Knob, value: Any, kind: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a knob where it turns some value, each with the key of the knob."""
    if knob.choices:
        if not isinstance(value, str):
            yield "choices", f"what stands at '{path}' is no word; give 'low' and 'high' instead"
        return
    if size_of(value) is None:
        yield "path", f"what stands at '{path}' is no number or quantity that could be turned"
        return
    ends = {end: read(kind, getattr(knob, end)) for end in ("low", "high")}
    for end, (_, fault) in ends.items():
        if fault:
            yield end, fault
    low, high = ends["low"][0], ends["high"][0]
    if low is not None and high is not None and low > high:
        yield "low", f"{knob.low!r} is above {knob.high!r}, expected low <= high; swap them?"


def _fault_of_choice(line: Line, knob: Knob, value: Any) -> str:
    """Return what is wrong with a value chosen for a knob, "" when nothing is."""
    return next((fault for path in knob.paths if (fault := _fault_at(line, path, knob, value))), "")


def _fault_at(line: Line, path: str, knob: Knob, value: Any) -> str:
    found = at(line, path)
    if found is None:
        return f"nothing stands at '{path}' any more"
    if knob.choices:
        return "" if value in knob.choices else f"no choice {shown(value)}{did_you_mean(str(value), knob.choices)}"
    chosen, fault = read(found[1], value)
    low, high = (read(found[1], end)[0] for end in (knob.low, knob.high))
    if chosen is None or low is None or high is None:
        return fault
    if low <= chosen <= high:
        return ""
    return f"{shown(value)} is outside the knob's range, expected {knob.low} to {knob.high}"
