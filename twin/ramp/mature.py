"""The mature line as a route of shares and lags: what a run of the twin tells about where flaws go and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.bought import carrier, entries, starts, upstream
from twin.cost import spent_per_cell
from twin.journal import Journal
from twin.line import Line
from twin.measured import Measured
from twin.oee import busy_share
from twin.product import JOULES_PER_GWH
from twin.yields import scrapped_units

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sight:
    """A gauge on the way of a flaw.

    Attributes:
        station: where it stands, by number.
        pod: probability of detection [-].
        usual: what it finds of this flaw in the mature line, per cell started [-].
    """

    station: int
    pod: float
    usual: float


@dataclass(frozen=True)
class FlawPath:
    """A defect mode born at a station, and where it may be seen.

    Attributes:
        mode: its name.
        station: where it is born, by number.
        candidates: stations at which the mode may be born.
        sights: in the order of the route.
    """

    mode: str
    station: int
    candidates: frozenset[int]
    sights: tuple[Sight, ...]

    @property
    def seen_at(self) -> set[int]:
        """Stations at which it may be found: where gauges stand, and where it is born, if one is put there."""
        return {self.station, *(sight.station for sight in self.sights)}


class Source(NamedTuple):
    """Where scrap comes from.

    Attributes:
        mode: name of the defect mode, "" for what is lost by the way of working and by no flaw.
        station: at which it is born, by number.
        found: station that scraps it, by number.
    """

    mode: str
    station: int
    found: int


@dataclass(frozen=True)
class Mature:
    """A mature line, in cells started.

    Attributes:
        stations: names, in factory order.
        servers: machines of each. Shape (stations,).
        started: cells started in a day [1/d].
        slack: capacity over what it works on in the mature line [-]. Shape (stations,).
        lag: from the start of a cell to the end of its turn at a station, negative before [d]. Shape (stations,).
        before: stations upstream of each, by number.
        cells: whether what a station works on are cells. Shape (stations,).
        good: cells that leave of those whose fate is decided [-].
        scrap: what each station scraps of one cell started, in cells or web for as many [-]. Shape (stations,).
        worth: material and work in a cell, or in coating for one, behind each station [USD]. Shape (stations,).
        mass: of a cell, or of coating for one, behind each station, without what is bought by area [kg]. Shape
            (stations,).
        flaws: what may be wrong.
        energy: of a good cell [GWh].
        end: last station, by number.
    """

    stations: tuple[str, ...]
    servers: Floats
    started: float
    slack: Floats
    lag: Floats
    before: tuple[frozenset[int], ...]
    cells: NDArray[np.bool_]
    good: float
    scrap: Floats
    worth: Floats
    mass: Floats
    flaws: tuple[FlawPath, ...]
    energy: float
    end: int

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where scrap comes from: each flaw by where it may be found, then each station by its way of working."""
        flaws = (Source(self.flaws[flaw].mode, self.flaws[flaw].station, found) for flaw, found in self.places)
        return (*flaws, *(Source("", station, station) for station in range(len(self.stations))))

    @cached_property
    def places(self) -> dict[tuple[int, int], int]:
        """Each flaw by number with each station that may find it, and its place among the sources.

        A gauge may also be put where it is born.
        """
        found = [(n, one) for n, flaw in enumerate(self.flaws) for one in sorted(flaw.seen_at)]
        return {key: place for place, key in enumerate(found)}

    @property
    def scrap_by_source(self) -> Floats:
        """What is scrapped of one cell started, in cells or web for as many, by its source [-]. Shape (sources,)."""
        usual = np.zeros((len(self.stations), len(self.flaws)))
        for number, flaw in enumerate(self.flaws):
            for sight in flaw.sights:
                usual[sight.station, number] += sight.usual
        seen = usual.sum(axis=1)
        # of what was found, some was reworked
        share = np.divide(np.minimum(seen, self.scrap), seen, out=np.zeros_like(seen), where=seen > 0)
        lost = usual * share[:, None]
        flaws = [lost[found, flaw] for flaw, found in self.places]
        return np.array([*flaws, *(self.scrap - lost.sum(axis=1))])

    def as_data(self) -> dict[str, Any]:
        """Return it as plain lists and numbers, which can be kept in a file."""
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        flaws = [
            [flaw.mode, flaw.station, sorted(flaw.candidates), [[s.station, s.pod, s.usual] for s in flaw.sights]]
            for flaw in self.flaws
        ]
        arrays = {name: value.tolist() for name, value in data.items() if isinstance(value, np.ndarray)}
        return {**data, **arrays, "flaws": flaws, "before": [sorted(one) for one in self.before]}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Mature:
        """Return what ``as_data`` gave."""
        arrays = {
            name: np.array(data[name], np.float64) for name in ("servers", "slack", "lag", "scrap", "worth", "mass")
        }
        flaws = tuple(
            FlawPath(mode, station, frozenset(candidates), tuple(Sight(*sight) for sight in sights))
            for mode, station, candidates, sights in data["flaws"]
        )
        before = tuple(frozenset(one) for one in data["before"])
        cells = np.array(data["cells"], np.bool_)
        return cls(
            stations=tuple(data["stations"]),
            servers=arrays["servers"],
            started=float(data["started"]),
            slack=arrays["slack"],
            lag=arrays["lag"],
            before=before,
            cells=cells,
            good=float(data["good"]),
            scrap=arrays["scrap"],
            worth=arrays["worth"],
            mass=arrays["mass"],
            flaws=flaws,
            energy=float(data["energy"]),
            end=int(data["end"]),
        )


def mature_line(journal: Journal) -> Mature:
    """Return what a run of a mature plant of cells tells.

    Args:
        journal: of a run long enough that the last stations have settled.

    Raises:
        ValueError: a line without a cell has no yield to learn.
    """
    measured, line = Measured(journal), journal.line
    if line.cell is None or not measured.days:
        raise ValueError("a ramp needs a plant that makes cells, and a run of it")
    names = tuple(line.stations)
    number = {name: place for place, name in enumerate(names)}
    started = float(measured.by_station(measured.visits, "tried")[measured.makes_cells].sum())
    busy = busy_share(measured.states.sum(axis=0))
    sources = upstream(line)
    start = starts(line)[0]
    branch = _branch(line)
    usual = _usual(measured, branch, started)
    worth = spent_per_cell(line, journal) if line.prices is not None else {}
    finished = float(measured.finished["units"].sum())
    return Mature(
        names,
        measured.servers,
        started / measured.days,
        busy.max() / np.maximum(busy, 1e-9),
        _lags(measured, line, start),
        tuple(frozenset(number[one] for one in sources[name]) for name in names),
        np.array([name == start or start in sources[name] for name in names]),
        finished / (finished + scrapped_units(measured)),
        measured.by_station(measured.rejects, measured.lost, measured.gone) * branch / started,
        np.array([sum(worth.get(one, 0.0) for one in sources[name] | {name}) for name in names]),
        _mass(line, sources),
        tuple(_paths(line, number, sources, usual)),
        line.cell.energy / JOULES_PER_GWH,
        number[line.sinks[0]],
    )


def _lags(measured: Measured, line: Line, start: str) -> Floats:
    """Return the mean time from the start of a cell to the end of its turn at each station [d]. Shape (stations,)."""
    visits, names = measured.visits, list(line.stations)
    count = np.maximum(measured.by_station(visits, np.ones(len(visits["station"]))), 1.0)
    through = measured.by_station(visits, visits["leave"] - visits["arrive"]) / count / 86400
    follows = {box.source: box.to for box in line.buffers.values() if not box.rework}
    lag = np.zeros(len(names))
    here, passed = start, 0.0
    while here in follows:
        here = follows[here]
        passed += float(through[names.index(here)])
        lag[names.index(here)] = passed
    for name in upstream(line)[start]:
        here, ahead = name, 0.0
        while here != start:
            here = follows[here]
            ahead += float(through[names.index(here)])
        lag[names.index(name)] = -ahead
    return lag


def _branch(line: Line) -> Floats:
    """Return what an equivalent at each station counts as: coating for one electrode is half a cell. Shape (stations,).

    There it counts as half a cell, and here as web for a whole one, since a cell needs one of its own branch.
    """
    return np.array([1.0 if carrier(line, name) == "cell" else 2.0 for name in line.stations])


def _mass(line: Line, sources: Mapping[str, set[str]]) -> Floats:
    """Return the mass of a cell, or of coating for one, behind each station [kg]. Shape (stations,)."""
    assert line.cell is not None
    kilograms = [one for one in entries(line) if line.cell.contents[one.material].unit == "kg"]
    return np.array([sum(one.per_cell for one in kilograms if (sources[s] | {s}) & set(one.at)) for s in line.stations])


def _usual(measured: Measured, branch: Floats, started: float) -> dict[tuple[int, int], float]:
    """Return what each station finds of each flaw, per cell started [-]."""
    rows, flaws = measured.rejects, measured.journal.flaws
    found = rows["reason"] < flaws
    table = np.zeros((measured.size, flaws))
    np.add.at(table, (rows["station"][found], rows["reason"][found]), measured.lost[found])
    table *= branch[:, None] / started
    return {(int(s), int(f)): float(table[s, f]) for s, f in zip(*np.nonzero(table), strict=True)}


def _paths(
    line: Line, number: dict[str, int], sources: dict[str, set[str]], usual: dict[tuple[int, int], float]
) -> list[FlawPath]:
    born: dict[str, set[int]] = {}
    for flaw in line.flaws:
        born.setdefault(flaw.name, set()).add(number[flaw.station])
    paths = []
    for flaw in line.flaws:
        pods: dict[int, float] = {}
        for name, station in line.stations.items():
            if name != flaw.station and flaw.station not in sources[name]:
                continue
            for sight in flaw.mode.seen:
                if sight.at in (name, station.step.kind):
                    pods[number[name]] = 1 - (1 - pods.get(number[name], 0.0)) * (1 - sight.pod)
        sights = tuple(Sight(place, pod, usual.get((place, flaw.number), 0.0)) for place, pod in pods.items())
        paths.append(FlawPath(flaw.name, number[flaw.station], frozenset(born[flaw.name]), sights))
    return paths
