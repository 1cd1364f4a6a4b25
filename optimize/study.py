"""A study: a plant, what may be chosen, and what is wanted, as declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from twin import Document, EnergyPerYear, InputError, Line, Problem, read_declared, read_line, turn

MOST_RECIPES = 64
# the year of declared units, so that a demand reads back as it was written
SECONDS_PER_YEAR = 365 * 86400.0
JOULES_PER_GWH = 3.6e12


class Servers(BaseModel):
    """How many machines a station may have.

    Attributes:
        low: fewest.
        high: most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: int = Field(ge=1)
    high: int

    @model_validator(mode="after")
    def _not_empty(self) -> Servers:
        if self.high < self.low:
            raise ValueError(f"from {self.low} to {self.high} holds nothing, expected low <= high; swap them?")
        return self


class Levels(BaseModel):
    """Values of a knob that are tried.

    Attributes:
        levels: written as in a line file ("60 m/min").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: Annotated[tuple[str | float, ...], Field(min_length=1)]


class Study(BaseModel):
    """A planning question.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        line: the plant, by name or by path relative to the study.
        goal: what is made small: the cost of a year.
        demand: good cells wanted [W: J/s].
        knobs: what may be chosen: machine counts ("stacking.servers", or "*.servers" for every station that is
            not named) between two numbers, and other knobs at some levels.
        days: measured time of each simulated run [d].
        warmup: time before it that is not counted [d].
        seed: key of all luck of the first replication; the others count on from it.
        replications: runs at each setting.
        rounds: most times that the plan is simulated, corrected and solved again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gigatwin: Literal[1]
    name: str
    title: str = ""
    line: str
    goal: Literal["cost"] = "cost"
    demand: EnergyPerYear
    knobs: dict[str, Servers | Levels] = Field(min_length=1)
    days: int = Field(ge=1)
    warmup: int = Field(ge=0)
    seed: int = 1
    replications: int = Field(ge=2)
    rounds: int = Field(default=6, ge=1)


@dataclass(frozen=True)
class Question:
    """A study with its plant, checked against each other.

    Attributes:
        study: what was asked.
        line: the plant as declared.
        servers: fewest and most machines by station, those of the line where the study leaves them alone.
        recipes: settings of all other knobs, one of which is chosen.
        document: the file, to name a place in it.
    """

    study: Study
    line: Line
    servers: Mapping[str, Servers]
    recipes: Mapping[str, Mapping[str, Any]]
    document: Document

    @property
    def demand(self) -> float:
        """Good cells wanted [cell/yr]."""
        assert self.line.cell is not None
        return self.study.demand * SECONDS_PER_YEAR / self.line.cell.energy

    def gwh(self, cells: float) -> float:
        """Return the energy of some cells [GWh]."""
        assert self.line.cell is not None
        return cells * self.line.cell.energy / JOULES_PER_GWH

    def problem(self, key: str, text: str) -> InputError:
        """Return an error that names the place of a key of the study."""
        return InputError([self.document.problem((key,), text)])


def read_study(path: Path) -> Question:
    """Read a study and its plant.

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    if not path.is_file():
        raise InputError(f"no study '{path}'; expected a YAML file such as lines/studies/first_study.yaml")
    study, document = read_declared(path, Study)
    beside = path.parent / study.line
    try:
        line = read_line(beside if beside.is_file() else study.line)
    except InputError as error:
        if error.problems[0].file:
            raise
        raise InputError([document.problem(("line",), problem.text) for problem in error.problems]) from None
    problems = list(_problems(study, line, document))
    if problems:
        raise InputError(problems)
    return Question(study, line, _servers(study, line), _recipes(study), document)


def _problems(study: Study, line: Line, document: Document) -> Iterator[Problem]:
    """Yield what does not fit between a study and its plant."""
    for name, choice in study.knobs.items():
        if "*" in name:
            if not isinstance(choice, Servers) or not any(fnmatchcase(f"{s}.servers", name) for s in line.stations):
                text = f"'{name}' is no pattern of machine counts; expected '*.servers' or such as 'cathode_*.servers'"
                yield document.problem(("knobs", name), text)
            continue
        counts = name in {f"{station}.servers" for station in line.stations}
        if counts != isinstance(choice, Servers) and not _fault(line, name, _tried(choice)[0]):
            expected = "a range such as '{low: 1, high: 8}'" if counts else "'levels: [...]' to try"
            yield document.problem(("knobs", name), f"expected {expected} for '{name}'")
        for fault in sorted({fault for value in _tried(choice) if (fault := _fault(line, name, value))}):
            yield document.problem(("knobs", name), fault)
    if line.cell is None or line.prices is None or len(line.sinks) != 1:
        text = f"{study.line} is no cell plant with prices and one end; expected one such as pilot_line"
        yield document.problem(("line",), text)
    if len(_recipes(study)) > MOST_RECIPES:
        text = f"{len(_recipes(study))} recipes to simulate, expected {MOST_RECIPES} at most; drop some levels"
        yield document.problem(("knobs",), text)


def _tried(choice: Servers | Levels) -> tuple[str | float, ...]:
    return choice.levels if isinstance(choice, Levels) else (choice.low, choice.high)


def _fault(line: Line, knob: str, value: str | float) -> str:
    """Return what is wrong with a knob's value, "" when nothing is."""
    try:
        turn(line, {knob: value})
    except InputError as error:
        return error.problems[0].text
    return ""


def _servers(study: Study, line: Line) -> dict[str, Servers]:
    """Return the range of every station's machine count; a name in full goes before a pattern."""
    found = {}
    for station, declared in line.stations.items():
        name = f"{station}.servers"
        matches = [study.knobs.get(name), *(c for pattern, c in study.knobs.items() if fnmatchcase(name, pattern))]
        chosen = next((choice for choice in matches if isinstance(choice, Servers)), None)
        found[station] = chosen or Servers(low=declared.servers, high=declared.servers)
    return found


def _recipes(study: Study) -> dict[str, dict[str, Any]]:
    """Return every combination of the levels, by a name that people can read."""
    chosen = {name: choice.levels for name, choice in study.knobs.items() if isinstance(choice, Levels)}
    found = {}
    for values in product(*chosen.values()):
        settings = dict(zip(chosen, values, strict=True))
        found[", ".join(f"{name} {value}" for name, value in settings.items()) or "as declared"] = settings
    return found
