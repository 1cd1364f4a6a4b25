"""Settings: chosen values of knobs, and a line with its knobs turned."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from twin.line import Knob, Line
from twin.problems import InputError, did_you_mean

Settings = Mapping[str, Any]


def knobs(line: Line) -> dict[str, Knob]:
    """Return what may be chosen: the declared knobs, every server count and every buffer capacity."""
    found = dict(line.knobs)
    for name in line.stations:
        found.setdefault(f"{name}.servers", Knob(path=f"stations.{name}.servers", low=1, high=100_000))
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
        InputError: no such knob, a value out of the knob's range, or a line that no longer holds together.
    """
    if not settings:
        return line
    known = knobs(line)
    raw = deepcopy(line._raw)
    for name, value in settings.items():
        if name not in known:
            raise InputError(f"no knob '{name}'{did_you_mean(name, known)}")
        _put(raw, known[name].path, value)
    turned = _validated(raw, settings)
    for name, value in settings.items():
        _within(known[name], name, value, raw, turned)
    turned._raw.update(raw)
    turned._provenance.extend(line._provenance)
    turned._settings.update({**line._settings, **settings})
    return turned


def _put(raw: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    node = raw
    for part in way:
        node = node[part]
    node[last] = value


def _get(line: Line, path: str) -> Any:
    node: Any = line
    for part in path.split("."):
        node = node[part] if isinstance(node, dict) else getattr(node, part)
    return node


def _validated(raw: dict[str, Any], settings: Settings) -> Line:
    try:
        return Line.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        chosen = ", ".join(f"{name}={value}" for name, value in settings.items())
        raise InputError(f"{chosen}: {first['msg']}") from None


def _within(knob: Knob, name: str, value: Any, raw: dict[str, Any], turned: Line) -> None:
    """Check a chosen value against its knob's range, in whatever unit either is written."""
    edges = []
    for edge in (knob.low, knob.high):
        at_edge = deepcopy(raw)
        _put(at_edge, knob.path, edge)
        edges.append(_get(_validated(at_edge, {name: edge}), knob.path))
    if not edges[0] <= _get(turned, knob.path) <= edges[1]:
        raise InputError(f"{name}={value} is outside the knob's range, expected {knob.low} to {knob.high}")
