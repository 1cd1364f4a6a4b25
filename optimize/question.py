"""A study and its plant, read and checked against each other before anything long starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from optimize.choices import Axis, Group, axis, between_ends, nearest, option_name, settings_of
from optimize.faults import Servers, problems_of, servers_of
from optimize.study import Goal, Levels, Range, Study
from twin import (
    Document,
    EnergyPerYear,
    InputError,
    Line,
    capacity,
    find_declared,
    knobs,
    put,
    read_declared,
    read_line,
    turn,
)

MOST_SETTINGS = 256
MOST_OPTIONS = 400
# the year of declared units, so that a demand reads back as it was written
SECONDS_PER_YEAR = 365 * 86400.0
JOULES_PER_GWH = 3.6e12
# nominal rates of declared stations overstate nothing by more than this
_SPARE = 1.05


@dataclass(frozen=True)
class Question:
    """A study with its plant.

    Attributes:
        study: what was asked.
        line: the plant as declared, with the study's prices.
        servers: fewest and most machines by station, those of the line where the study leaves them alone.
        groups: all other knobs, in groups with options.
        document: the file, to name a place in it.
    """

    study: Study
    line: Line
    servers: Mapping[str, Servers]
    groups: Mapping[str, Group]
    document: Document

    @property
    def demand(self) -> float | None:
        """Good cells wanted [cell/yr]."""
        if self.study.demand is None or self.line.cell is None:
            return None
        return self.study.demand * SECONDS_PER_YEAR / self.line.cell.energy

    @property
    def base(self) -> dict[str, str]:
        """The option of each group that is run while others are explored."""
        return {name: group.base for name, group in self.groups.items()}

    def settings(self, choice: Mapping[str, str], servers: Mapping[str, int]) -> dict[str, Any]:
        """Return the settings of a plan."""
        counts = {f"{station}.servers": count for station, count in servers.items()}
        return {**settings_of(self.groups, choice), **counts}

    def gwh(self, cells: float) -> float:
        """Return the energy of some cells [GWh]; the cells themselves for a line without a product."""
        return cells * self.line.cell.energy / JOULES_PER_GWH if self.line.cell is not None else cells

    def problem(self, text: str, *path: str) -> InputError:
        """Return an error that names a place of the study."""
        return InputError([self.document.problem(path, text)])


def read_study(path: Path | str, goal: str | None = None, demand: str | None = None) -> Question:
    """Read a study and its plant.

    Args:
        path: of the file, or the name of a study that comes with gigatwin.
        goal: another goal than the file's.
        demand: another demand than the file's, such as "16 GWh/yr" or "16GWh".

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    path = find_declared("studies", path)
    study, document = read_declared(path, Study)
    study = _with(study, goal, demand)
    line = _line(study, path, document)
    problems = list(problems_of(study, line, document))
    if problems:
        raise InputError(problems)
    question = Question(study, line, servers_of(study, line), _groups(study, line), document)
    _check_size(question)
    _check_demand(question, demand)
    return question


def _with(study: Study, goal: str | None, demand: str | None) -> Study:
    """Return the study with what the command line says instead."""
    said: dict[str, Any] = {}
    if goal is not None:
        if goal not in get_args(Goal):
            raise InputError(f"--goal {goal}: no such goal; expected one of {', '.join(get_args(Goal))}")
        said["goal"] = goal
    if demand is not None:
        text = demand if "/" in demand else f"{demand}/yr"
        try:
            said["demand"] = TypeAdapter(EnergyPerYear).validate_python(text)
        except ValidationError:
            raise InputError(f"--demand {demand}: expected an energy a year such as 16GWh or '16 GWh/yr'") from None
        if not said["demand"] > 0:
            raise InputError(f"--demand {demand}: expected more than nothing, such as 16GWh")
    return study.model_copy(update=said)


def _line(study: Study, path: Path, document: Document) -> Line:
    """Return the plant with the study's prices."""
    beside = path.parent / study.line
    try:
        line = read_line(beside if beside.is_file() else study.line)
    except InputError as error:
        if error.problems[0].file:
            raise
        raise InputError([document.problem(("line",), problem.text) for problem in error.problems]) from None
    try:
        return put(line, {f"prices.{name}": value for name, value in study.prices.items()})
    except InputError as error:
        found = [(problem.path.removeprefix("prices."), problem.text) for problem in error.problems]
        raise InputError([document.problem(("prices", name), text) for name, text in found]) from None


def _groups(study: Study, line: Line) -> dict[str, Group]:
    """Return the knobs that are no machine counts in groups, by name."""
    axes = {name: _axis(line, name, choice) for name, choice in study.knobs.items() if not name.endswith(".servers")}
    joined = list(study.together)
    alone = [(name,) for name in axes if not any(name in names for names in joined)]
    found = {}
    for names in (*joined, *alone):
        parts = tuple(axes[name] for name in names)
        base = option_name(nearest(part, _declared(line, part.knob)) for part in parts)
        group = Group(parts, base)
        found[group.name] = group
    return found


def _axis(line: Line, name: str, choice: Range | Levels) -> Axis:
    ends = choice.levels if isinstance(choice, Levels) else (choice.low, choice.high)
    # a share may be declared as 1, so the study's own levels have a say
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in (_declared(line, name), *ends))
    if isinstance(choice, Levels):
        return axis(name, choice.levels, choice.between, whole)
    return axis(name, between_ends(choice.low, choice.high, choice.points, whole) or (), choice.between, whole)


def _declared(line: Line, knob: str) -> Any:
    """Return what stands where a knob turns, as written."""
    from twin import declared_value

    return declared_value(line, knobs(line)[knob].paths[0])


def _check_size(question: Question) -> None:
    """Refuse more to simulate than anyone would wait for.

    Raises:
        InputError: too many settings or options.
    """
    tried = 1 + sum(len(group.simulated) - 1 for group in question.groups.values())
    options = sum(len(group.options) for group in question.groups.values())
    if tried > MOST_SETTINGS:
        text = f"{tried} settings to simulate, expected {MOST_SETTINGS} at most; drop some levels or knobs"
        raise question.problem(text, "knobs")
    if options > MOST_OPTIONS:
        raise question.problem(f"{options} options, expected {MOST_OPTIONS} at most; lower 'between'", "knobs")


def _check_demand(question: Question, said: str | None) -> None:
    """Refuse a demand that the nominal rates of the most machines allowed cannot make, whatever the options.

    Args:
        question: with the demand.
        said: the demand as the command line says it; None when it is the file's.

    Raises:
        InputError: the demand is beyond any plan.
    """
    study = question.study
    if study.demand is None or study.goal not in ("cost", "energy"):
        return
    wanted = study.demand * SECONDS_PER_YEAR / JOULES_PER_GWH
    most = _nominal(question, {})
    for group in question.groups.values():
        if min(most.values()) >= wanted:
            return
        for option, settings in group.simulated.items():
            if option != group.base:
                better = _nominal(question, settings)
                most = {name: max(most[name], better[name]) for name in most}
    narrow = min(most, key=lambda name: most[name])
    if most[narrow] < wanted:
        text = (
            f"{wanted:.3g} GWh/yr is beyond any plan: {question.servers[narrow].high} servers of {narrow} can make "
            f"{most[narrow] / _SPARE:.3g} GWh/yr at their nominal rate, expected no more; raise 'high' of "
            f"{narrow}.servers or lower the demand"
        )
        raise question.problem(text, "demand") if said is None else InputError(f"--demand {said}: {text}")


def _nominal(question: Question, settings: Mapping[str, Any]) -> dict[str, float]:
    """Return what each station can make with the most machines allowed and nothing lost [GWh/yr]."""
    line = turn(question.line, settings)
    able = capacity(line)
    return {
        name: _SPARE * able[name].gwh_per_year * servers.high / line.stations[name].servers
        for name, servers in question.servers.items()
    }
