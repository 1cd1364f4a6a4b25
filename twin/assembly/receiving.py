"""Receiving: a bought web, cut to what one lot of stacks needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from twin.declared import DeclaredStep
from twin.material import Material, Separator
from twin.occasion import Made, Occasion
from twin.units import Area, Seconds


class Receiving(DeclaredStep):
    """Goods-in of separator: rolls are checked and cut into kits.

    Attributes:
        area: separator in one kit [m^2].
        kits: kits cut from one roll.
        time: time for one roll [s].
    """

    kind: Literal["receiving"]
    area: Area
    kits: int = Field(default=1, ge=1)
    time: Seconds

    begins: ClassVar[bool | None] = True
    unit: ClassVar[str] = "m**2"
    makes: ClassVar[str] = "m**2"
    by_time: ClassVar[bool] = True
    grows: ClassVar[tuple[str, ...]] = ("area",)

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time for one roll [s]."""
        return self.time

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Cut one roll into kits."""
        kits: list[Material] = [Separator(self.area) for _ in range(self.kits)]
        return Made(kits, self.area * self.kits, self.area * self.kits)
