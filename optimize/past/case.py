"""A case: a real plant of which something is public, as declared, and what was reported of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from optimize.past.reported import METRICS
from twin import (
    Document,
    Energy,
    EnergyPerYear,
    Fraction,
    InputError,
    Interval,
    Line,
    Problem,
    Provenance,
    did_you_mean,
    find_declared,
    lines_folder,
    read_declared,
    read_line,
)

Use = Literal["calibrate", "predict"]
Bound = Literal["exact", "at_least", "at_most"]
Path_ = tuple[str | int, ...]


def _day(raw: object) -> datetime.date:
    try:
        return raw if isinstance(raw, datetime.date) else datetime.date.fromisoformat(str(raw))
    except ValueError:
        raise ValueError(f"{raw!r} is not a day, expected one such as 2021-12-28") from None


Day = Annotated[datetime.date, BeforeValidator(_day, json_schema_input_type=str)]


class Part(BaseModel):
    """What every part of a case shares: frozen, and deaf to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Novelty(Part):
    """How new things were, from 0, done before, over 0.5, known elsewhere, to 1, never done by this company [-]."""

    product: Fraction
    equipment: Fraction
    people: Fraction


class Tests(Part):
    """Which acceptance tests machines had: at their makers, and on site."""

    maker: bool
    site: bool


class Mother(Part):
    """A plant of the same design that ran before, for some time [s]: what it has solved need not be learned again."""

    time: Interval


class Sent(Part):
    """Days from and to which people were there who have done it before."""

    start: Day
    end: Day


class Added(Part):
    """What was added to a plant: the day on which it made its first cells, and its nameplate [W: J/s]."""

    start: Day
    nameplate: EnergyPerYear


class Point(Part):
    """One thing that was reported.

    Attributes:
        date: that it is about.
        metric: what was reported, one of ``reported.METRICS``.
        reported: its value, a pure number, with its range.
        counts: whether cells were counted when they were made, or shipped: those of a product that customers released.
        bound: whether the truth is said to be that value, or at least or at most that.
        use: whether it serves to calibrate, or only to be predicted.
    """

    date: Day
    metric: str
    reported: float = Field(gt=0)
    counts: Literal["made", "shipped"] = "made"
    bound: Bound = "exact"
    use: Use


class Case(Part):
    """A real plant in public facts.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: what people call it.
        note: what else is to be known.
        line: the declared plant that is closest to what it becomes.
        cell_energy: energy of the cells that points count, where they are others than that plant's [J].
        start: day of the first cell.
        novelty: how new everything was.
        tests: acceptance tests.
        mother: a plant that it copies.
        sent: when experienced people were there.
        modules: what was added when.
        frozen: whether the recipe is copied exactly and never changed.
        genealogy: whether cells can be traced to their lots.
        inline: whether gauges stand where flaws are born.
        points: what was reported.
    """

    gigatwin: Literal[1]
    name: str
    title: str = ""
    note: str = ""
    line: str
    cell_energy: Energy | None = None
    start: Day
    novelty: Novelty
    tests: Tests
    mother: Mother | None = None
    sent: tuple[Sent, ...] = ()
    modules: tuple[Added, ...] = Field(min_length=1)
    frozen: bool = False
    genealogy: bool = False
    inline: bool = False
    points: tuple[Point, ...] = Field(min_length=1)

    def day(self, when: datetime.date) -> int:
        """Return how many days after the first cell a day is."""
        return (when - self.start).days


@dataclass(frozen=True)
class Fact:
    """What was reported, with how well it is known.

    Attributes:
        point: as declared.
        low: of its range.
        high: of its range.
        source: keys of the sources file.
        confidence: "read", "memory" or "estimate".
        note: what else is to be known.
    """

    point: Point
    low: float
    high: float
    source: tuple[str, ...]
    confidence: str
    note: str


@dataclass(frozen=True)
class Known:
    """A case with the plant that it is told by.

    Attributes:
        case: as declared.
        line: the declared plant that is closest.
        facts: its points, in their order.
    """

    case: Case
    line: Line
    facts: tuple[Fact, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.case.title or self.case.name


def read_cases(names: Sequence[str | Path] = ()) -> tuple[Known, ...]:
    """Read cases.

    Args:
        names: paths, or names of cases that come with gigatwin; all of those when none is named.

    Raises:
        InputError: with every problem found, or the same name twice.
    """
    problems: list[Problem] = []
    found: dict[str, Known] = {}
    lines: dict[str, Line] = {}
    for path in [find_declared("ramps/cases", name) for name in names] if names else shipped_cases():
        try:
            known = read_case(path, lines)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if known.case.name in found:
            problems.append(Problem(str(path), 0, "name", f"'{known.case.name}' is taken by another case here"))
        found[known.case.name] = known
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def shipped_cases() -> list[Path]:
    """Return the files of the cases that come with gigatwin, by name."""
    return sorted((lines_folder() / "ramps" / "cases").glob("*.yaml"))


def read_case(path: Path, lines: dict[str, Line] | None = None) -> Known:
    """Read a case.

    Args:
        path: of the file.
        lines: plants that have been read, by name; what is read is added.

    Raises:
        InputError: with every problem found: file, line, value, expectation and cure.
    """
    case, document = read_declared(path, Case)
    records = document.records
    by_path = {record.path: record for record in records}
    problems = [document.problem(place, text) for place, text in _faults(case, by_path)]
    lines = {} if lines is None else lines
    try:
        line = lines.get(case.line) or _line(case, path, document)
        lines[case.line] = line
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if line.cell is None:
        problems.append(document.problem(("line",), f"'{case.line}' makes no cells, expected a plant that does"))
    if problems:
        raise InputError(problems)
    facts = tuple(_fact(point, by_path[f"points.{place}.reported"]) for place, point in enumerate(case.points))
    return Known(case, line, facts)


def _line(case: Case, path: Path, document: Document) -> Line:
    beside = path.parent / case.line
    try:
        return read_line(beside if beside.is_file() else case.line)
    except InputError as error:
        if error.problems[0].file:
            raise
        raise InputError([document.problem(("line",), problem.text) for problem in error.problems]) from None


def _fact(point: Point, record: Provenance) -> Fact:
    low, high = (point.reported if end is None else end for end in (record.low, record.high))
    return Fact(point, low, high, record.source, record.confidence, record.note)


def _faults(case: Case, records: dict[str, Provenance]) -> Iterator[tuple[Path_, str]]:
    """Yield what is wrong with a case that was read: (where, what)."""
    if (first := min(module.start for module in case.modules)) != case.start:
        yield ("start",), f"{case.start} is the day of the first cell, expected {first}, when the first module starts"
    for place, sent in enumerate(case.sent):
        if sent.end <= sent.start:
            yield ("sent", place, "end"), f"{sent.end} is not after {sent.start}; swap them?"
    for place, point in enumerate(case.points):
        yield from _faults_of_point(case, place, point, f"points.{place}.reported" in records)


def _faults_of_point(case: Case, place: int, point: Point, sourced: bool) -> Iterator[tuple[Path_, Any]]:
    metric = METRICS.get(point.metric)
    if metric is None:
        yield ("points", place, "metric"), f"'{point.metric}' is not known{did_you_mean(point.metric, METRICS)}"
        return
    if not sourced:
        text = f"{point.reported:g} has no source; write it as {{value, low, high, source, confidence}}"
        yield ("points", place, "reported"), text
    if metric.share and point.reported >= 1:
        yield ("points", place, "reported"), f"{point.reported:g} is too large for a {point.metric}, expected below 1"
    if case.day(point.date) < metric.earliest:
        soon = f"{point.date} is {case.day(point.date)} days after the start {case.start}"
        yield ("points", place, "date"), f"{soon}; the earliest that can be told is {metric.earliest} days after it"
