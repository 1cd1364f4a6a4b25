"""What does not fit between a study and its plant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from math import ceil, floor
from typing import NamedTuple

from optimize.choices import Level, axis, between_ends
from optimize.study import Levels, Range, Study
from twin import Document, InputError, Line, Problem, Run, check_run, split, turn


class Servers(NamedTuple):
    """How many machines a station may have."""

    low: int
    high: int


def problems_of(study: Study, line: Line, document: Document) -> Iterator[Problem]:
    """Yield what does not fit between a study and its plant."""
    for name, choice in study.knobs.items():
        yield from (document.problem(("knobs", name), text) for text in _faults_of_knob(line, name, choice))
    for path, text in (*_faults_of_goal(study, line), *_faults_of_groups(study), *_faults_of_runs(study, line)):
        yield document.problem(path, text)


def _faults_of_knob(line: Line, name: str, choice: Range | Levels) -> Iterator[str]:
    """Yield what is wrong with a knob of a study."""
    if "*" in name or name in {f"{station}.servers" for station in line.stations}:
        if not any(fnmatchcase(f"{station}.servers", name) for station in line.stations):
            yield f"'{name}' is no pattern of machine counts; expected '*.servers' or such as 'cathode_*.servers'"
        elif not isinstance(choice, Range):
            yield f"expected a range such as '{{low: 1, high: 8}}' for '{name}'"
        else:
            yield from _faults_of_counts(choice)
        return
    tried = choice.levels if isinstance(choice, Levels) else (choice.low, choice.high)
    faults = {fault for value in tried if (fault := _fault(line, name, value))}
    yield from sorted(faults)
    if faults:
        return
    if isinstance(choice, Range):
        levels = between_ends(choice.low, choice.high, choice.points, False)
        if levels is None:
            yield f"from {choice.low} to {choice.high}: write both ends in the same unit, or give 'levels: [...]'"
        elif axis(name, (choice.low, choice.high), 0, False).levels[0] != choice.low:
            yield f"from {choice.low} to {choice.high} holds nothing, expected low <= high; swap them?"


def _faults_of_counts(choice: Range) -> Iterator[str]:
    """Yield what is wrong with a range of machine counts."""
    low, high = (count(end, 100, floor) for end in (choice.low, choice.high))
    said = f"from {choice.low} to {choice.high}"
    if low is None or high is None:
        yield f"{said}: expected whole numbers of at least 1, or shares of the declared count such as '50 %'"
    elif low > high:
        yield f"{said} holds nothing, expected low <= high; swap them?"


def _fault(line: Line, knob: str, value: Level) -> str:
    """Return what is wrong with a knob's value, "" when nothing is."""
    try:
        turn(line, {knob: value})
    except InputError as error:
        return error.problems[0].text
    return ""


def _faults_of_runs(study: Study, line: Line) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield why a share of the lots cannot stand for all."""
    try:
        check_run(Run(line, study.days, study.warmup, evaluate=study.evaluate))
    except InputError as error:
        yield ("evaluate",), str(error)


def _faults_of_goal(study: Study, line: Line) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield why a goal cannot be asked for."""
    priced = line.cell is not None and line.prices is not None and line.nameplate is not None
    if len(line.sinks) != 1:
        yield ("line",), f"{study.line} ends in {len(line.sinks)} stations, expected one end such as pilot_line has"
    if study.goal in ("cost", "profit", "energy") and not priced:
        text = f"goal '{study.goal}' needs prices, and {study.line} has none"
        yield ("goal",), f"{text}; give the plant 'cell', 'prices' and 'nameplate', or ask for output"
    if study.goal in ("cost", "energy") and study.demand is None:
        yield ("goal",), f"goal '{study.goal}' needs a demand to be met; add one such as 'demand: 0.25 GWh/yr'"
    if study.demand is not None and not study.demand > 0:
        yield ("demand",), "a demand of nothing is made by no plant at all; expected more, such as '0.25 GWh/yr'"
    if study.demand is not None and line.cell is None:
        yield ("demand",), f"{study.line} makes no cells, so a demand of energy means nothing; leave it out"
    held = [study.limits.capital, study.limits.floor, study.limits.power, study.limits.people, study.demand]
    counts = servers_of(study, line).values()
    if study.goal in ("profit", "output") and all(h is None for h in held) and all(c.high > c.low for c in counts):
        yield (
            ("goal",),
            f"nothing holds the {study.goal} back but the ends of the machine counts, so the answer would be all "
            "machines; add a demand that can be sold, or a limit such as 'limits: {capital: 60 MUSD}'",
        )


def _faults_of_groups(study: Study) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the knobs that are explored together."""
    seen: set[str] = set()
    for number, names in enumerate(study.together):
        for name in names:
            place = ("together", str(number))
            if name not in study.knobs or name.endswith(".servers"):
                known = ", ".join(knob for knob in study.knobs if not knob.endswith(".servers"))
                yield place, f"'{name}' is no knob with levels in this study; expected one of {known or 'none'}"
            elif name in seen:
                yield place, f"'{name}' stands in two groups, expected one"
            seen.add(name)


def servers_of(study: Study, line: Line) -> dict[str, Servers]:
    """Return the range of every station's machine count; a name in full goes before a pattern."""
    found = {}
    for station, declared in line.stations.items():
        name = f"{station}.servers"
        matches = [study.knobs.get(name), *(c for pattern, c in study.knobs.items() if fnmatchcase(name, pattern))]
        chosen = next((choice for choice in matches if isinstance(choice, Range)), None)
        low = high = declared.servers
        if chosen is not None:
            low = count(chosen.low, declared.servers, floor) or 1
            high = count(chosen.high, declared.servers, ceil) or 1
        found[station] = Servers(low, high)
    return found


def count(end: Level, declared: int, rounded: Callable[[float], int]) -> int | None:
    """Return a machine count: a whole number, or a share of the declared count; None when it is neither."""
    if isinstance(end, int):
        return end if end >= 1 else None
    number, unit = split(end) or (0.0, "")
    return max(1, rounded(number / 100 * declared)) if unit == "%" and number > 0 else None
