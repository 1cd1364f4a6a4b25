"""Strategies: rules by which a plant is built up and made to run, as declared. A new one is a block of YAML."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Protocol

from pydantic import Field

from optimize.study import Part
from twin import Fraction

Months = Annotated[int, Field(ge=0, le=600)]
People = Annotated[int, Field(ge=0, le=10_000)]


class Seen(Protocol):
    """What is known when the next line is to be ordered."""

    def reached(self, share: float) -> int | None:
        """Return the first month in which the lines so far made a share of their mature output; None for never."""


class AtOnce(Part):
    """All lines are ordered together."""

    rule: Literal["at_once"]
    at_once: ClassVar[bool] = True

    def next_order(self, number: int, first: int, seen: Seen) -> int | None:
        """Return the month in which a line is ordered; None for never."""
        return first


class Phased(Part):
    """One line after another, at set times.

    Attributes:
        gap: months between two orders.
    """

    rule: Literal["phased"]
    at_once: ClassVar[bool] = False
    gap: Annotated[int, Field(ge=1, le=600)]

    def next_order(self, number: int, first: int, seen: Seen) -> int | None:
        """Return the month in which a line is ordered; None for never."""
        return first + number * self.gap


class WhenProved(Part):
    """The next line is ordered once those before make what they should.

    Attributes:
        output: share of their mature output that they must have made in a month [-].
    """

    rule: Literal["when_proved"]
    at_once: ClassVar[bool] = False
    output: Fraction

    def next_order(self, number: int, first: int, seen: Seen) -> int | None:
        """Return the month in which a line is ordered; None for never."""
        return first if number == 0 else seen.reached(self.output)


class Scheduled(Part):
    """Lines are ordered in months that are set, as a planning model sets them.

    Attributes:
        orders: month of each order, counted from when the first line can be ordered.
    """

    rule: Literal["scheduled"]
    orders: Annotated[tuple[Months, ...], Field(min_length=1)]

    @property
    def at_once(self) -> bool:
        """Whether all lines are ordered together."""
        return len(set(self.orders)) == 1

    def next_order(self, number: int, first: int, seen: Seen) -> int | None:
        """Return the month in which a line is ordered; None for never."""
        return first + self.orders[number] if number < len(self.orders) else None


Build = Annotated[AtOnce | Phased | WhenProved | Scheduled, Field(discriminator="rule")]


class Mother(Part):
    """A running plant from which the recipe is copied.

    Attributes:
        years: that it has run when the first line is accepted.
        engineers: that it has had.
    """

    years: Annotated[int, Field(ge=1, le=30)]
    engineers: People


class PilotLine(Part):
    """A small line that runs before the first large one is ordered.

    Attributes:
        size: relative to a line [-].
        lead: months from its order to its start.
        runs: months that it runs before the first large line is ordered.
    """

    size: Annotated[float, Field(gt=0, le=1)]
    lead: Months
    runs: Months


class Experts(Part):
    """People from an experienced maker of cells, on site for a time.

    Attributes:
        people: how many.
        months: from when the first own engineers come.
    """

    people: People
    months: Months


class Tests(Part):
    """Acceptance tests of machines before they make cells.

    Attributes:
        maker: at the maker of the machines.
        site: on site.
    """

    maker: bool = False
    site: bool = False


class Strategy(Part):
    """One way of scaling up.

    Attributes:
        title: what people call it.
        build: when lines are ordered.
        wait: months before anything is ordered.
        product: how new the product is, 0 to 1 [-].
        equipment: how new the machines are [-].
        people: how new the people are to such a plant [-].
        engineers: who look for causes in the plant.
        genealogy: whether cells can be traced to their lots.
        inline: whether gauges stand where flaws are born.
        frozen: whether the recipe is frozen.
        tests: acceptance tests.
        mother: a running plant that is copied; None for none.
        pilot: a pilot line; None for none.
        experts: experienced people on site for a time; None for none.
    """

    title: str
    build: Build
    wait: Months = 0
    product: Fraction = 1.0
    equipment: Fraction = 1.0
    people: Fraction = 1.0
    engineers: Annotated[int, Field(ge=0, le=1000)]
    genealogy: bool = False
    inline: bool = False
    frozen: bool = False
    tests: Tests = Tests()
    mother: Mother | None = None
    pilot: PilotLine | None = None
    experts: Experts | None = None

    @property
    def first_order(self) -> int:
        """Month in which the first large line can be ordered, without delay of a pilot line."""
        return self.wait + (self.pilot.lead + self.pilot.runs if self.pilot is not None else 0)
