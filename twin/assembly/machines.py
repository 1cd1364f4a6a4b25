"""Assembly machines without physics: rate, gauges, and the flaws that are born there are declared."""

from __future__ import annotations

from typing import Literal

from twin.shapes import AtRate


class Packaging(AtRate):
    """Packaging: the stack goes into its can or pouch, which is closed but for the filling hole."""

    kind: Literal["packaging"]


class Testing(AtRate):
    """Helium leak test, hipot and X-ray before filling: the last cheap place to lose a cell."""

    kind: Literal["testing"]
