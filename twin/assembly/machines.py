"""Assembly machines that take cells one by one.

Until their physics is filled in, what differs between them is declared: their rate, the flaws that
are born there and the gauges that stand there.
"""

from __future__ import annotations

from typing import Literal

from twin.shapes import AtRate


class Joining(AtRate):
    """Tab welding: current collectors are welded to the terminals."""

    kind: Literal["joining"]


class Packaging(AtRate):
    """Packaging: the stack goes into its can or pouch, which is closed but for the filling hole."""

    kind: Literal["packaging"]


class Testing(AtRate):
    """Helium leak test, hipot and X-ray before filling: the last cheap place to lose a cell."""

    kind: Literal["testing"]


class Filling(AtRate):
    """Electrolyte filling in the driest part of the dry room."""

    kind: Literal["filling"]
