"""The protocol of all controllers: what they see, what they answer; and the one that does nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.control.disturbance import Values
from twin.control.equipment import Bought, Facts, Punch


class Seen(NamedTuple):
    """What a controller sees before a scan, of many rolls side by side. Measurements only.

    Attributes:
        scan: scans since the beginning of the roll.
        reading: newest mean of a traverse [-]; None until the web has come to the gauge. Shape (rolls,).
        punched: result of a punch that has become known [-]; None mostly. Shape (rolls,).
        applied: its own command of the scan before, as the pump took it, without what was fed forward [-].
            Shape (rolls,).
    """

    scan: int
    reading: Values | None
    punched: Values | None
    applied: Values


class Move(NamedTuple):
    """What a controller wants.

    Attributes:
        command: change of the dose against the setting [-]. Shape (rolls,).
        stop: rolls at which it stops the coater to set it anew; None for none. Shape (rolls,).
    """

    command: Values
    stop: NDArray[np.bool_] | None = None


Act = Callable[[Seen], Move]


class Controller(Bought):
    """What all controllers share: parameters that are declared, and a beginning.

    Attributes:
        punch: spots that are punched and weighed; None for none.
        may_stop: whether it ever stops the coater.
    """

    may_stop: ClassVar[bool] = False
    punch: Punch | None = None

    def begin(self, facts: Facts) -> Act:
        """Return what acts before each scan of new rolls, one scan after the other."""
        raise NotImplementedError


class Open(Controller):
    """Open loop: the setting stays."""

    kind: Literal["open"]

    def begin(self, facts: Facts) -> Act:
        """Return what does nothing."""
        nothing = Move(np.zeros(facts.rolls))
        return lambda seen: nothing
