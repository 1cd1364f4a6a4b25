"""Equipment as declared: stations with their machines, failures, upkeep, gauges, energy and cost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from twin.declared import Declared, Extras
from twin.quality.gauge import Gauge
from twin.steps import AnyStep
from twin.units import Fraction, Interval, Metres, Number, Positive, Seconds

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

    @property
    def size(self) -> float:
        """Lots or units that it takes."""
        return self.lots or self.units or 1.0


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
        pairing: which lots a merge joins: those that came first, or those whose gauges reported the like loading, heavy
            with heavy.
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
        cost_batch: lots or units that a server of those rows takes at once; None means its own. Turning the batch
            keeps it, so that a tower with twice the channels costs twice as much.
        cost_calendar: calendar for which those rows give the labour; None means its own. Turning the calendar keeps
            it, so that labour follows the staffed hours.
    """

    title: str = ""
    step: AnyStep
    servers: int = Field(ge=1, le=MOST_SERVERS)
    batch: Batch | None = None
    combine: int = Field(default=1, ge=1, le=10_000)
    pairing: Literal["first", "loading"] = "first"
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
    cost_batch: Positive | None = None
    cost_calendar: str | None = None

    @property
    def machines(self) -> float:
        """Machines relative to those that its rows of the cost table buy, larger ones in proportion [-]."""
        size = self.batch.size if self.batch else 1.0
        return self.servers * size / ((self.cost_servers or self.servers) * (self.cost_batch or size))

    @property
    def draws(self) -> EnergyUse:
        """What it draws with the settings of its step."""
        use, step = self.energy, self.step
        electricity = max(0.0, use.electricity * step.looks_at + step.charging)
        return use.model_copy(update={"electricity": electricity, "gas": use.gas * step.heating})

    @property
    def extras(self) -> Extras:
        """What a server costs beyond the rows of the cost table: what its step brings along, and its gauges."""
        brought, gauges = self.step.extras, self.gauges.values()
        return Extras(
            brought.capital + sum(gauge.capital for gauge in gauges),
            brought.upkeep + sum(gauge.upkeep * gauge.share for gauge in gauges) * self.step.looks_at,
        )
