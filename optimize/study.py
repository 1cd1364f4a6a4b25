"""A study: a plant, what may be chosen, what is wanted and what limits it, as declared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from optimize.choices import Level
from twin import Area, EnergyPerYear, Fraction, HoursPerYear, Money, Power

Goal = Literal["cost", "profit", "output", "energy"]


class Part(BaseModel):
    """What every part of a study shares: frozen, and deaf to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(Part):
    """Values of a knob from one end to the other.

    Attributes:
        low: one end: for machine counts a whole number, or a share of those declared ("50 %"), else written as in a
            line file ("60 m/min").
        high: the other.
        points: values that are simulated, evenly spaced with both ends.
        between: values between two of them that may be chosen too, their effect interpolated.
    """

    low: Level
    high: Level
    points: int = Field(default=3, ge=2, le=32)
    between: int = Field(default=3, ge=0, le=32)


class Levels(Part):
    """Values of a knob that are simulated.

    Attributes:
        levels: words, or quantities written as in a line file ("60 m/min").
        between: values between two quantities that may be chosen too, their effect interpolated.
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    between: int = Field(default=3, ge=0, le=32)


def _which(choice: Any) -> str | None:
    """Return whether a knob's values are a range or levels, by the keys that are written."""
    if isinstance(choice, Levels) or (isinstance(choice, dict) and "levels" in choice):
        return "some levels"
    return "a range" if isinstance(choice, Range | dict) else None


Choice = Annotated[
    Annotated[Range, Tag("a range")] | Annotated[Levels, Tag("some levels")],
    Discriminator(
        _which,
        custom_error_type="no_choice",
        custom_error_message="expected '{low: 1, high: 8}', or '{levels: [10 m/min, 15 m/min]}'",
    ),
]


class Limits(Part):
    """What a plan may take at most, and how good it must be; None sets no limit.

    Attributes:
        capital: investment in equipment and buildings [USD].
        floor: floor [m^2].
        people: direct labour [h/yr, as a share of a year].
        power: mean electricity and gas [W].
        escapes: flaws that leave the plant for each good cell, such as "200 ppm" [-].
        first_pass_yield: at least this share of starts passes everything at once [-].
        places: lots that the buffers hold whose capacity may be chosen [-].
    """

    capital: Money | None = None
    floor: Area | None = None
    people: HoursPerYear | None = None
    power: Power | None = None
    escapes: Fraction | None = None
    first_pass_yield: Fraction | None = None
    places: int | None = Field(default=None, ge=0)


class Study(Part):
    """A planning question.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        line: the plant, by name or by path relative to the study.
        goal: what is made small (cost of making the demand, energy) or large (profit, output).
        demand: good cells wanted [W: J/s]; for profit and output no more than these can be sold.
        limits: what a plan may take.
        prices: other prices than the plant's, by their path in its prices ("cell_price: 90 USD/kWh").
        knobs: what may be chosen: machine counts ("stacking.servers", or "*.servers" for every station that is
            not named) between two numbers, and any other knob of the plant at levels or in a range.
        together: knobs whose levels are explored in every combination, because one changes what another does.
        days: measured time of each simulated run [d].
        warmup: time before it that is not counted [d].
        seed: key of all luck of the first replication; the others count on from it.
        evaluate: which lots physics works out in each run: "all", or a share of the batches such as "sample:10%".
        replications: runs of each plan, and of the plant as declared.
        explore: runs at each other setting, paired with the first ones of the plant as declared.
        rounds: most plans that are simulated.
        tornado: how many of the most uncertain inputs the plan is tried against; 0 looks for none.
        screening: most runs in which they are looked for among all that the physics feels.
    """

    gigatwin: Literal[1]
    name: str
    title: str = ""
    line: str
    goal: Goal = "cost"
    demand: EnergyPerYear | None = None
    limits: Limits = Limits()
    prices: dict[str, Level] = Field(default_factory=dict)
    knobs: dict[str, Choice] = Field(min_length=1)
    together: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    days: int = Field(ge=1)
    warmup: int = Field(ge=0)
    seed: int = 1
    evaluate: str = "all"
    replications: int = Field(default=4, ge=2)
    explore: int = Field(default=2, ge=2)
    rounds: int = Field(default=8, ge=1)
    tornado: int = Field(default=10, ge=0)
    screening: int = Field(default=300, ge=0)
