"""Assembly machines without physics: rate, gauges, and the flaws that are born there are declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from twin.material import Material
from twin.occasion import Occasion
from twin.shapes import AtRate
from twin.units import Fraction


class Packaging(AtRate):
    """Packaging: the stack goes into its can or pouch, which is closed but for the filling hole."""

    kind: Literal["packaging"]


class Testing(AtRate):
    """Helium leak test, hipot and X-ray before filling: the last cheap place to lose a cell.

    Attributes:
        coverage: share of the cells that are tested; the others pass by, and take neither time nor energy [-].
    """

    kind: Literal["testing"]
    coverage: Fraction = Field(default=1.0, gt=0)

    @property
    def looks_at(self) -> float:
        """Share of the cells that are tested [-]."""
        return self.coverage

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time for what is tested of one lot [s]."""
        return inputs[0].units * self.coverage / self.rate + self.loading
