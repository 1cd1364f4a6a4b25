"""Where numbers come from: ``{value, low, high, source, confidence}`` becomes a value and a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.problems import Problem, did_you_mean, shown
from twin.read.document import Document, Path_
from twin.units import split

KEYS = {"value", "low", "high", "source", "confidence", "basis", "ref", "note"}
CONFIDENCE = ("read", "memory", "estimate")


@dataclass(frozen=True)
class Provenance:
    """Where one declared number comes from.

    Attributes:
        path: where it stands.
        value: as declared, with its unit.
        low: smallest plausible value, in the unit of ``value``.
        high: largest plausible value, in the unit of ``value``.
        source: keys of the sources file.
        confidence: "read", "memory" or "estimate".
        note: what else is to be known.
        ref: place in the reference data that it was carried over from.
    """

    path: str
    value: str
    low: float | None
    high: float | None
    source: tuple[str, ...]
    confidence: str
    note: str = ""
    ref: str = ""


def collapse(document: Document, sources: set[str]) -> tuple[list[Provenance], list[Problem]]:
    """Replace every sourced number or table of a document by its value, in place.

    Args:
        document: the document.
        sources: keys of the known sources.

    Returns:
        The records, and what is wrong with them.
    """
    records: list[Provenance] = []
    problems: list[Problem] = []

    def walk(node: Any, path: Path_) -> Any:
        if isinstance(node, dict):
            if "value" in node and not isinstance(node["value"], dict):
                problems.extend(document.problem((*path, *where), text) for where, text in _faults(node, sources))
                # a table is not one number that could be counted or turned
                if not isinstance(node["value"], list):
                    records.append(_record(node, path))
                # what is wrong with the value is told on its own line
                document.origins[path] = document.place((*path, "value"))
                return node["value"]
            return {key: walk(value, (*path, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value, (*path, place)) for place, value in enumerate(node)]
        return node

    document.content = walk(document.content, ())
    return records, problems


def _sources(node: dict[str, Any]) -> tuple[str, ...]:
    source = node.get("source") or ()
    return tuple(str(key) for key in source) if isinstance(source, list | tuple) else (str(source),)


def _bound(node: dict[str, Any], name: str) -> float | None:
    parts = split(node[name]) if name in node else None
    return parts[0] if parts else None


def _record(node: dict[str, Any], path: Path_) -> Provenance:
    return Provenance(
        ".".join(str(part) for part in path),
        str(node["value"]),
        _bound(node, "low"),
        _bound(node, "high"),
        _sources(node),
        str(node.get("confidence", "")),
        str(node.get("note", "")),
        str(node.get("ref", "")),
    )


def _faults(node: dict[str, Any], sources: set[str]) -> list[tuple[Path_, str]]:
    """Return what is wrong with one sourced number: (where, what)."""
    faults: list[tuple[Path_, str]] = []
    for key in sorted(set(node) - KEYS):
        faults.append(((key,), f"unknown key '{key}' beside a value{did_you_mean(key, KEYS)}"))
    if not _sources(node):
        faults.append((("source",), "a number needs a source; an estimate says 'source: est, confidence: estimate'"))
    for key in _sources(node):
        if key not in sources:
            faults.append((("source",), f"no source '{key}' in sources.yaml{did_you_mean(key, sources)}"))
    if node.get("confidence") not in CONFIDENCE:
        faults.append((("confidence",), f"{shown(node.get('confidence'))} is not one of {', '.join(CONFIDENCE)}"))
    faults.extend(_range_faults(node))
    return faults


def _range_faults(node: dict[str, Any]) -> list[tuple[Path_, str]]:
    if isinstance(node["value"], list):
        return []
    value = split(node["value"])
    if value is None:
        return [(("value",), f"{shown(node['value'])} does not start with a number, expected one such as '70 m/min'")]
    faults: list[tuple[Path_, str]] = []
    for name, sign in (("low", -1), ("high", 1)):
        if name not in node:
            faults.append(((name,), f"a sourced number needs '{name}', the {name} end of its plausible range"))
            continue
        bound = split(node[name])
        if bound is None or bound[1] not in ("", value[1]):
            faults.append(((name,), f"{shown(node[name])} is not a number in the unit of the value, {value[1]!r}"))
        elif (bound[0] - value[0]) * sign < 0:
            faults.append(((name,), f"{bound[0]:g} is on the wrong side of the value {value[0]:g}"))
    return faults
