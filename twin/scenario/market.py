"""What a future is made of: milestones, subsidy, contracts, demand and price paths, as declared."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from twin.declared import Declared
from twin.units import EnergyPerYear, Fraction, Money, Unit

# this part of the twin counts in months, GWh and USD/kWh, as contracts and books do
Months = Annotated[float, Unit("month", "6 month", "a time", 0.0, 600.0)]
PerYear = Annotated[float, Unit("1/yr", "-5 %/yr", "a rate of change a year", -1.0, 1.0)]
Interest = Annotated[float, Unit("1/yr", "8 %/yr", "an interest rate", 0.0, 1.0)]
Volatility = Annotated[float, Unit("", "20 %", "a volatility over a year", 0.0, 3.0)]
PricePerKwh = Annotated[float, Unit("USD/kWh", "74 USD/kWh", "a price of cells", 0.0, 1e4)]
Volume = Annotated[float, Unit("GWh/yr", "12 GWh/yr", "an energy a year above nothing", 1e-6, 1e5)]
Level = Annotated[float, Unit("", "0.9", "a level relative to what was expected", 0.0, 20.0)]

# shares may add up to this much more than one by rounding
_ROUNDING = 1e-9


class Milestone(Declared):
    """What must be reached before money is paid; all that is said must hold.

    Attributes:
        month: not before this month.
        capital_spent: paid for the plant so far [USD].
        output: grade A cells made in the last three months, as a yearly rate [W].
    """

    month: int = Field(default=0, ge=0)
    capital_spent: Money = 0.0
    output: EnergyPerYear = 0.0


class Instalment(Declared):
    """A share of the subsidy and what it waits for.

    Attributes:
        share: of the subsidy [-].
        at: the milestone.
    """

    share: Fraction
    at: Milestone


class Subsidy(Declared):
    """What the state gives.

    Attributes:
        amount: at most [USD].
        share: of the planned capital, at most [-].
        instalments: when; together no more than all of it.
    """

    amount: Money
    share: Fraction
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Subsidy:
        total = sum(one.share for one in self.instalments)
        if total > 1 + _ROUNDING:
            raise ValueError(f"instalments add up to {total:g} of the subsidy, expected 1 at most")
        return self


class Contract(Declared):
    """Cells that a customer has ordered.

    Attributes:
        volume: called off while the contract runs, times the demand's level [GWh/yr].
        start: first month of delivery.
        duration: of the contract [month].
        price: agreed for all its time [USD/kWh]; None for the market's.
        penalty: for each kWh called off and not delivered [USD/kWh].
        late_below: a month is late when less than this share of its call is delivered [-].
        cancel_after: late months in a row that the customer bears.
    """

    volume: Volume
    start: int = Field(ge=0)
    duration: Months
    price: PricePerKwh | None = None
    penalty: PricePerKwh
    late_below: Fraction
    cancel_after: int = Field(ge=1)


class Demand(Declared):
    """What the market takes.

    Attributes:
        level: share of a contract's volume that is called off [-].
        spot: cells that can be sold without a contract, at the first month [GWh/yr].
        growth: of the latter [1/yr].
    """

    level: Level
    spot: Annotated[float, Unit("GWh/yr", "4 GWh/yr", "an energy a year", 0.0, 1e5)]
    growth: PerYear


class Path(Declared):
    """A price relative to today's, month by month; ``sample.price_path`` has its equation.

    Attributes:
        start: in the first month [-].
        drift: of its mean [1/yr].
        volatility: sd of its logarithm over a year, were nothing to pull it back [-].
        reversion: how fast it comes back to its mean; 0 for a random walk [1/yr].
    """

    start: Level = 1.0
    drift: PerYear = 0.0
    volatility: Volatility = 0.0
    reversion: Annotated[float, Unit("1/yr", "0.5 1/yr", "a rate of return", 0.0, 100.0)] = 0.0


class CellPrice(Path):
    """The market's price of grade A cells.

    Attributes:
        start: in the first month, in the world's mean [USD/kWh].
        region_premium: paid above it where the plant sells [-].
        spot_discount: given below it without a contract [-].
    """

    start: PricePerKwh
    region_premium: Annotated[float, Unit("", "20 %", "a premium", -0.9, 3.0)] = 0.0
    spot_discount: Fraction = 0.0
