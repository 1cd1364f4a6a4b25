"""Hidden causes: what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# number of the "flaw" of what costs machine time
STOPS, SLOWS = -1, -2
# a day in no programme
NEVER = 1 << 40


class Cause(NamedTuple):
    """One row of ``Causes``, while it is not gone."""

    key: str
    module: int
    station: int
    flaw: int
    size: float
    drifts: bool
    comes: bool
    phase: float
    born: int
    after: int = -1


@dataclass
class Causes:
    """All causes of a programme, one row each. Arrays are of shape (causes,).

    Attributes:
        key: names a shared cause, "" for a local one.
        module: line in which it sits.
        station: where it acts.
        flaw: number of the flaw that it makes; ``STOPS`` or ``SLOWS`` where it costs machine time, both below nothing.
        size: share of units, or of machine time, that it takes while it acts [-].
        drifts: whether it grows until a reset.
        comes: whether it comes and goes by days.
        phase: of its course [-].
        born: first day on which it acts; a large number while it only waits for another one to go.
        after: the row of that one, -1 for none.
        gone: first day on which it does not act any more; a large number until then.
    """

    key: list[str]
    module: NDArray[np.int64]
    station: NDArray[np.int64]
    flaw: NDArray[np.int64]
    size: NDArray[np.float64]
    drifts: NDArray[np.bool_]
    comes: NDArray[np.bool_]
    phase: NDArray[np.float64]
    born: NDArray[np.int64]
    after: NDArray[np.int64]
    gone: NDArray[np.int64]
