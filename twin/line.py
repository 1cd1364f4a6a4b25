"""The plant as declared: stations, buffers, crews and calendars, and what must hold between them."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from twin.calendar import Calendar
from twin.declared import Declared, Extras
from twin.prices import Prices
from twin.product import CellDesign
from twin.quality.defect import DefectMode, Flaw
from twin.quality.gauge import Gauge
from twin.steps import AnyStep
from twin.units import EnergyPerYear, Fraction, Interval, Metres, Number, Positive, Seconds

MOST_SERVERS = 100_000


class Failures(Declared):
    """Breakdowns that age with use.

    Attributes:
        mtbf: mean working time between failures [s].
        mttr: mean time to repair [s], exponential.
        shape: Weibull shape of the working time to failure; 1 is exponential [-].
        crew: repair crew it waits for; None when the operator clears it on the spot.
    """

    mtbf: Interval
    mttr: Seconds
    shape: Positive = 1.0
    crew: str | None = None


class Setup(Declared):
    """A changeover or tool change after so much use.

    Attributes:
        every_lots: turns between two set-ups.
        every_metres: web between two set-ups [m].
        takes: time [s].
    """

    every_lots: int | None = Field(default=None, ge=1)
    every_metres: Metres | None = None
    takes: Seconds

    @model_validator(mode="after")
    def _falls_due(self) -> Setup:
        if (self.every_lots is None) == (self.every_metres is None) or self.every_metres == 0:
            raise ValueError("a set-up falls due either after 'every_lots: 24' or after 'every_metres: 80 km'")
        return self


class Maintenance(Declared):
    """Planned work by the calendar, done between two lots.

    Attributes:
        every: time between two [s].
        takes: time [s].
        state: scheduled downtime, or engineering time for trials.
    """

    every: Interval
    takes: Seconds
    state: Literal["scheduled_down", "engineering"] = "scheduled_down"


class Batch(Declared):
    """How many lots a server takes at once, each keeping its identity.

    Attributes:
        lots: places in the server.
        units: capacity in the unit of the lots, such as channels; lots are taken while they fit.
        patience: longest wait for a full load, from the oldest lot's arrival [s]; None waits for ever.
    """

    lots: int | None = Field(default=None, ge=1)
    units: Positive | None = None
    patience: Seconds | None = None


class Consumption(Declared):
    """Use of a bought material at a station.

    Attributes:
        good: share that ends in what the station works on; the rest is waste [-].
    """

    good: Fraction = Field(default=1.0, alias="yield")


class EnergyUse(Declared):
    """Site energy of a station or facility.

    Attributes:
        electricity: per energy of the cells that its throughput is worth [J/J].
        gas: the same, as heat [J/J].
        fixed_share: share that is drawn at nameplate level whatever is made [-].
    """

    electricity: Number = 0.0
    gas: Number = 0.0
    fixed_share: Fraction = 0.0


# rows of the cost table with weights: a row that several name is split between them; a plain list weighs 1 each
CostShares = Annotated[
    dict[str, Positive],
    BeforeValidator(
        lambda raw: dict.fromkeys(raw, 1.0) if isinstance(raw, (list, tuple)) else raw,
        json_schema_input_type=dict[str, Positive] | list[str],
    ),
]


class Station(Declared):
    """Equipment that does one step.

    Attributes:
        title: what people call it.
        step: its physics and parameters.
        servers: identical machines.
        batch: lots taken at once.
        combine: lots joined to one.
        failures: breakdowns.
        setups: changeovers by use.
        maintenance: planned work.
        calendar: when it is staffed; None means always.
        crew: operators it needs while it works: (crew, people a server).
        false_rejects: chance that its gauges reject a good cell [-].
        gauges: gauges that report what they measure, by name.
        energy: what it draws.
        consumes: bought materials it uses.
        cost: rows of the cost table that it stands for, and its weight in each.
        cost_servers: servers that those rows buy at the nameplate; None means all of them. Turning the number of
            servers keeps it, so that another machine costs what the others did.
    """

    title: str = ""
    step: AnyStep
    servers: int = Field(ge=1, le=MOST_SERVERS)
    batch: Batch | None = None
    combine: int = Field(default=1, ge=1, le=10_000)
    failures: Failures | None = None
    setups: dict[str, Setup] = Field(default_factory=dict)
    maintenance: dict[str, Maintenance] = Field(default_factory=dict)
    calendar: str | None = None
    crew: dict[str, Positive] = Field(default_factory=dict, max_length=1)
    false_rejects: Fraction = 0.0
    gauges: dict[str, Gauge] = Field(default_factory=dict)
    energy: EnergyUse = EnergyUse()
    consumes: dict[str, Consumption] = Field(default_factory=dict)
    cost: CostShares = Field(default_factory=dict)
    cost_servers: int | None = Field(default=None, ge=1)

    @property
    def draws(self) -> EnergyUse:
        """What it draws with the settings of its step."""
        return self.energy.model_copy(update={"gas": self.energy.gas * self.step.heating})

    @property
    def extras(self) -> Extras:
        """What a server costs beyond the rows of the cost table: what its step brings along, and its gauges."""
        brought, gauges = self.step.extras, self.gauges.values()
        return Extras(
            brought.capital + sum(gauge.capital for gauge in gauges),
            brought.upkeep + sum(gauge.upkeep for gauge in gauges),
        )


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


class Knob(Declared):
    """Something that may be chosen.

    Attributes:
        path: where it stands in the line file, such as "stations.cathode_coating.step.speed".
        low: smallest value that may be chosen, written as in the file.
        high: largest value.
        choices: words that may be chosen, where a word stands at the path.
        title: what people call it.
    """

    path: str
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
