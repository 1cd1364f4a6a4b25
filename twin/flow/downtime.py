"""Downtime of one server: failures that age with use, set-ups after so much use, planned work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from twin.equipment import Failures, Maintenance, Setup
from twin.randomness import stream

Lives = NDArray[np.float64]

DRAWN = 64


def luck_of_failures(seed: int, station: str, server: int) -> np.random.Generator:
    """Return the stream from which a server's failures are drawn."""
    return stream(seed, station, "failures", server)


def draw_lives(failures: Failures, luck: np.random.Generator) -> tuple[Lives, Lives]:
    """Return the next lives of a machine, and the repairs that follow them, last first [s]. Shapes (DRAWN,)."""
    shape = failures.shape
    scale = failures.mtbf / math.gamma(1 + 1 / shape)
    return scale * luck.weibull(shape, DRAWN), luck.exponential(failures.mttr, DRAWN)


class Ageing(Protocol):
    """What fails with use."""

    def stops(self, seconds: float) -> Sequence[tuple[float, float]]:
        """Return the failures during ``seconds`` of use: (use since the last one or the start, repair) [s]."""


class Wear:
    """How a server fails: the machine's own luck, keyed by its failures and not by what it works on.

    Attributes:
        failures: how often it has failed.
        left: use until it fails again [s].

    Args:
        failures: as declared.
        seed: the run's seed.
        station: name of the station.
        server: number of the server.
    """

    def __init__(self, failures: Failures, seed: int, station: str, server: int) -> None:
        self._failures = failures
        self._luck = luck_of_failures(seed, station, server)
        self._lives: list[float] = []
        self._repairs: list[float] = []
        self.failures = 0
        self.left = self._life()

    def go_on(self, failures: int, left: float) -> None:
        """Be in the life after so many failures, of which some is left [s]."""
        for _ in range(failures):
            self._repairs.pop()
            self._life()
        self.failures, self.left = failures, left

    def stops(self, seconds: float) -> Sequence[tuple[float, float]]:
        """Return the failures during ``seconds`` of use: (use since the last one or the start, repair) [s]."""
        if seconds < self.left:
            self.left -= seconds
            return ()
        found = []
        while seconds >= self.left:
            seconds -= self.left
            found.append((self.left, self._repairs.pop()))
            self.left = self._life()
            self.failures += 1
        self.left -= seconds
        return found

    def _life(self) -> float:
        if not self._lives:
            lives, repairs = draw_lives(self._failures, self._luck)
            self._lives = lives.tolist()
            self._repairs += repairs.tolist()
        return self._lives.pop()


class Upkeep:
    """What a server needs besides repair: set-ups by use and maintenance by the calendar.

    Attributes:
        use: what the server has worked on since its last set-up.
        lots: turns since each of the set-ups.
        metres: web since each of them, or units where it is no web [m].
        due: when each of the planned works falls due [s].

    Args:
        setups: as declared.
        maintenance: as declared.
        server: number of the server.
        servers: how many there are; their maintenance is spread evenly.
    """

    def __init__(self, setups: list[Setup], maintenance: list[Maintenance], server: int, servers: int) -> None:
        self._setups = setups
        self.lots = [0] * len(setups)
        self.metres = [0.0] * len(setups)
        self._maintenance = maintenance
        self.use = 0.0
        self.due = [plan.every * (server + 1) / servers for plan in maintenance]

    def setup_due(self) -> float:
        """Return the time of the set-ups that are due before the next lot [s], and start counting anew."""
        seconds = 0.0
        for place, setup in enumerate(self._setups):
            by_lots = setup.every_lots is not None and self.lots[place] >= setup.every_lots
            by_metres = setup.every_metres is not None and self.metres[place] >= setup.every_metres
            if by_lots or by_metres:
                seconds += setup.takes
                self.lots[place], self.metres[place] = 0, 0.0
                self.use = 0.0
        return seconds

    def renew(self) -> None:
        """Start counting anew: everything that wears has been set up."""
        self.lots, self.metres, self.use = [0] * len(self._setups), [0.0] * len(self._setups), 0.0

    def used(self, metres: float) -> None:
        """Count one more lot, and the web in it [m], or its units where it is no web."""
        self.use += metres
        for place in range(len(self._setups)):
            self.lots[place] += 1
            self.metres[place] += metres

    def planned_due(self, now: float) -> Maintenance | None:
        """Return planned work that is due, and plan its next time."""
        for place, plan in enumerate(self._maintenance):
            if now >= self.due[place]:
                while self.due[place] <= now:
                    self.due[place] += plan.every
                return plan
        return None
