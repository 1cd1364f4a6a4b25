"""Futures of an expansion: what buyers want and pay, until when they wait, what material and capital cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from optimize.growth.expansion_terms import Floats, Whole, fitted, nothing
from twin import InputError

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Deadline:
    """Until when a buyer waits.

    Attributes:
        quarter: in which the buyer must get the least share, or leaves.
        share: the least of what is wanted then, after all buyers before have theirs [-].
        gone: first quarter in which a buyer who leaves wants nothing any more.
    """

    quarter: int
    share: float
    gone: int

    def __post_init__(self) -> None:
        if not 0 <= self.quarter < self.gone:
            raise InputError(
                f"a buyer who is not served in quarter {self.quarter} is gone in {self.gone}, expected a later quarter"
            )
        if not 0 < self.share <= 1:
            raise InputError(f"a buyer leaves with less than {self.share:g} of what is wanted, expected above 0 to 1")


@dataclass(frozen=True)
class Outlook:
    """Futures that nobody chooses.

    Cells are sold to one buyer after another, contracts before the spot market, each as far as its demand goes.

    Attributes:
        price: of cells [MUSD/GWh, which is USD/kWh]. Shape (buyers, futures, quarters), or (futures, quarters) of one.
        demand: most that can be sold [GWh per quarter]. The same shape.
        probability: of each future; together 1. Shape (futures,).
        penalty: for what is wanted and not delivered, once a line is to be built [MUSD/GWh]. The same shape as price.
        deadlines: of each buyer, None for one who waits for ever; nothing where all do.
        material: factor on variable cost [-]. Shape (futures, quarters).
        capital: factor on capital [-]. Shape (futures,).
        subsidy: factor on subsidy [-]. Shape (futures,).
        ramp: which of the simulated ramps each future meets. Shape (futures,).
    """

    price: Floats
    demand: Floats
    probability: Floats
    penalty: Floats = field(default_factory=nothing)
    deadlines: tuple[Deadline | None, ...] = ()
    material: Floats = field(default_factory=lambda: np.ones(1))
    capital: Floats = field(default_factory=lambda: np.ones(1))
    subsidy: Floats = field(default_factory=lambda: np.ones(1))
    ramp: Whole = field(default_factory=lambda: np.zeros(1, np.int64))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.probability)

    @property
    def buyers(self) -> int:
        """How many buyers there are."""
        return max(len(values) if np.ndim(values) == 3 else 1 for values in (self.price, self.demand, self.penalty))

    @cached_property
    def reach(self) -> Floats:
        """Demand of each buyer and all before [GWh per quarter]. Shape (buyers, futures, quarters)."""
        return np.cumsum(self.demand, axis=0)

    def needed(self, buyer: int) -> Floats:
        """Return the output by which a buyer with a deadline is kept [GWh per quarter]. Shape (futures,).

        Nothing in futures in which nothing is wanted then: these cannot be late.
        """
        deadline = self.deadlines[buyer]
        if deadline is None:
            return np.zeros(self.count)
        wanted = self.demand[buyer, :, deadline.quarter]
        before = self.reach[buyer, :, deadline.quarter] - wanted
        return np.where(wanted > 0, before + deadline.share * wanted, 0.0)

    def checked(self, ramps: int, quarters: int) -> Outlook:
        """Return it with every array in full.

        Raises:
            InputError: something does not fit.
        """
        axes, shape = "futures, quarters", (self.count, quarters)
        by_buyer, sales = f"buyers, {axes}", (self.buyers, *shape)
        chances = fitted("probability of futures", self.probability, "futures", shape[:1])
        if not chances.size or abs(chances.sum() - 1) > _ROUNDING:
            raise InputError(f"probabilities of {self.count} futures add up to {chances.sum():g}, expected 1")
        ramp = fitted("ramp of futures", np.asarray(self.ramp, np.float64), "futures", shape[:1])
        if ramp.max() >= ramps or np.any(ramp != np.floor(ramp)):
            wanted = f"whole numbers from 0 to {ramps - 1}: {ramps} ramps were simulated"
            raise InputError(f"ramp of futures is up to {ramp.max():g}, expected {wanted}")
        return replace(
            self,
            probability=chances,
            price=fitted("price of futures", self.price, by_buyer, sales),
            demand=fitted("demand of futures", self.demand, by_buyer, sales),
            penalty=fitted("penalty of futures", self.penalty, by_buyer, sales),
            deadlines=self._checked_deadlines(quarters),
            material=fitted("material factor of futures", self.material, axes, shape),
            capital=fitted("capital factor of futures", self.capital, "futures", shape[:1]),
            subsidy=fitted("subsidy factor of futures", self.subsidy, "futures", shape[:1]),
            ramp=ramp.astype(np.int64),
        )

    def _checked_deadlines(self, quarters: int) -> tuple[Deadline | None, ...]:
        if len(self.deadlines) not in (0, self.buyers):
            raise InputError(f"{len(self.deadlines)} deadlines for {self.buyers} buyers, expected one for each")
        # whoever leaves after the horizon stays
        found = tuple(one if one and one.gone < quarters else None for one in self.deadlines)
        return found or (None,) * self.buyers
