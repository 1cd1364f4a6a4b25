"""The plant as declared: stations, buffers, crews and calendars, and what must hold between them."""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from twin.calendar import Calendar
from twin.declared import Declared
from twin.equipment import CostShares, EnergyUse, Station
from twin.prices import Prices
from twin.product import CellDesign
from twin.quality.defect import DefectMode, Flaw
from twin.quality.gauge import Gauge
from twin.units import EnergyPerYear, Positive, Seconds


class Buffer(Declared):
    """Finite storage between two stations.

    Attributes:
        source: station that fills it.
        to: station that empties it.
        capacity: lots it holds; None is endless, 0 hands over directly.
        shelf_life: age at which a lot in it is scrap [s].
        rework: True for a way back.
    """

    source: str = Field(alias="from")
    to: str
    capacity: int | None = Field(default=None, ge=0)
    shelf_life: Seconds | None = None
    rework: bool = False


class Crew(Declared):
    """People that stations share.

    Attributes:
        size: how many are on duty; for repair, how many jobs at once.
    """

    size: Positive


class Facility(Declared):
    """What serves the whole plant and stands in no route: dry room, building services, laboratory.

    Attributes:
        title: what people call it.
        energy: what it draws.
        cost: rows of the cost table that it stands for, and its weight in each.
    """

    title: str = ""
    energy: EnergyUse = EnergyUse()
    cost: CostShares = Field(default_factory=dict)

    @property
    def draws(self) -> EnergyUse:
        """What it draws."""
        return self.energy


# a knob is written with one path, or with a list of them
Paths = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda raw: (raw,) if isinstance(raw, str) else raw, json_schema_input_type=str | tuple[str, ...]),
]


class Knob(Declared):
    """Something that may be chosen.

    Attributes:
        paths: where it stands in the line file, such as "stations.cathode_coating.step.speed"; with several, all
            of them get what is chosen.
        low: smallest value that may be chosen, written as in the file.
        high: largest value.
        choices: words that may be chosen, where a word stands at the path.
        title: what people call it.
    """

    paths: Paths = Field(alias="path", min_length=1)
    low: str | float | None = None
    high: str | float | None = None
    choices: tuple[str, ...] = ()
    title: str = ""

    @model_validator(mode="after")
    def _bounded(self) -> Knob:
        given = [self.low is not None, self.high is not None]
        if any(given) if self.choices else not all(given):
            raise ValueError("a knob has 'low' and 'high', or 'choices' where it turns a word")
        return self


class Line(Declared):
    """A whole plant.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        nameplate: energy of good cells it is built for [W: J/s]; None for a generic line.
        cell: the product; None for a generic line.
        stations: by name, in factory order.
        buffers: by name.
        defects: defect modes by name.
        calendars: by name.
        crews: by name.
        prices: costs and prices; None when nobody asks.
        facilities: by name.
        knobs: what may be turned.
    """

    gigatwin: Literal[1]
    name: str
    title: str = ""
    nameplate: EnergyPerYear | None = None
    cell: CellDesign | None = None
    stations: dict[str, Station] = Field(min_length=1)
    buffers: dict[str, Buffer] = Field(default_factory=dict)
    defects: dict[str, DefectMode] = Field(default_factory=dict)
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    crews: dict[str, Crew] = Field(default_factory=dict)
    prices: Prices | None = None
    facilities: dict[str, Facility] = Field(default_factory=dict)
    knobs: dict[str, Knob] = Field(default_factory=dict)

    # the file as data after extends, from which turn() and the hash are made
    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)
    _provenance: list[Any] = PrivateAttr(default_factory=list)
    # knobs turned since it was read
    _settings: dict[str, Any] = PrivateAttr(default_factory=dict)

    @cached_property
    def flaws(self) -> tuple[Flaw, ...]:
        """Every defect mode at every station where it is born, numbered in factory order."""
        found: list[Flaw] = []
        known = [
            (name, mode)
            for name, mode in self.defects.items()
            if self.cell is None or not mode.formats or self.cell.format in mode.formats
        ]
        for station, declared in self.stations.items():
            for name, mode in known:
                if declared.step.kind in mode.born or station in mode.born:
                    found.append(Flaw(len(found), name, station, mode))
        return tuple(found)

    @cached_property
    def gauges(self) -> tuple[tuple[str, str, Gauge], ...]:
        """Every gauge as (station, name, gauge), numbered in factory order."""
        return tuple(
            (station, name, gauge)
            for station, declared in self.stations.items()
            for name, gauge in declared.gauges.items()
        )

    @property
    def places(self) -> dict[str, Station | Facility]:
        """Everything that costs money and draws energy: facilities, then stations."""
        return {**self.facilities, **self.stations}

    def staffed(self, calendar: str | None) -> float:
        """Return the share of the week that a calendar staffs [-]; None means always."""
        return self.calendars[calendar].share if calendar else 1.0

    def inboxes(self, station: str) -> list[str]:
        """Return the names of the buffers that a station empties, ways back last."""
        names = [name for name, buffer in self.buffers.items() if buffer.to == station]
        return sorted(names, key=lambda name: self.buffers[name].rework)

    def outboxes(self, station: str) -> list[str]:
        """Return the names of the buffers that a station fills."""
        return [name for name, buffer in self.buffers.items() if buffer.source == station]

    @property
    def sources(self) -> list[str]:
        """Names of the stations at which material enters."""
        return [name for name in self.stations if not self.inboxes(name)]

    @property
    def sinks(self) -> list[str]:
        """Names of the stations at which what is finished leaves."""
        return [name for name in self.stations if all(self.buffers[box].rework for box in self.outboxes(name))]


def line_sha256(line: Line) -> str:
    """Return the hash of what a line declares."""
    return sha256(json.dumps(line._raw, sort_keys=True).encode()).hexdigest()
