"""What is due besides costs and capital: tax, and the money that lies with customers and in stock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf

import numpy as np

from optimize.growth.expansion_terms import Floats
from twin import InputError


@dataclass(frozen=True)
class Dues:
    """Tax and working capital.

    Attributes:
        tax: on profit after losses of earlier quarters; a loss is never paid back [-].
        life: over which capital is written down, in equal parts from the quarter of the start on [quarter].
        overhead: on what is written down [-].
        receivables: how long customers take to pay [quarter].
        inventory: how long material lies in stock and in process [quarter].
        payables: how long suppliers wait [quarter].
        terminal: value of working capital at the end of the horizon, relative to its books [-].
    """

    tax: float = 0.0
    life: float = inf
    overhead: float = 0.0
    receivables: float = 0.0
    inventory: float = 0.0
    payables: float = 0.0
    terminal: float = 0.0

    def __post_init__(self) -> None:
        for what, value, least, most in (
            ("tax rate", self.tax, 0.0, 1.0),
            ("overhead on depreciation", self.overhead, 0.0, inf),
            ("terminal value of working capital", self.terminal, 0.0, inf),
            ("time of receivables", self.receivables, 0.0, 4.0),
            ("time of inventory", self.inventory, 0.0, 4.0),
            ("time of payables", self.payables, 0.0, 4.0),
        ):
            if not least <= value <= most:
                unit = " quarters" if what.startswith("time") else ""
                raise InputError(f"{what} is {value:g}{unit}, expected {least:g} to {most:g}{unit}")
        if not self.life > 0:
            raise InputError(f"capital is written down over {self.life:g} quarters, expected more than 0")

    def written(self, quarters: int) -> Floats:
        """Return the share of capital that is written down at each age [1/quarter]. Shape (quarters,)."""
        # of its last quarter it may take only a part
        return np.clip(self.life - np.arange(quarters), 0.0, 1.0) / self.life if self.life < inf else np.zeros(quarters)

    @cached_property
    def customers(self) -> Floats:
        """Share of the revenue of this quarter and of earlier ones, back by back, that is not paid yet [-]."""
        return _outstanding(self.receivables)

    @cached_property
    def stock(self) -> Floats:
        """The same share of variable cost that lies in stock, less what suppliers wait for [-]."""
        lies, waits = _outstanding(self.inventory), _outstanding(self.payables)
        found = np.zeros(max(len(lies), len(waits)))
        found[: len(lies)] += lies
        found[: len(waits)] -= waits
        return found


def _outstanding(quarters: float) -> Floats:
    """Return what of an even flow is not settled yet, when that takes some quarters."""
    return np.clip(quarters - np.arange(ceil(quarters)), 0.0, 1.0)
