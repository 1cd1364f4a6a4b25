"""Two lines that every simulator of production can be asked.

Each machine works one time unit on a lot and fails after some working time, exponential like the time of repair. A lot
that is finished waits in its machine while the next buffer is full, and the first machines always find a lot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from speed.plain import failing

# working time on each lot
WORK = 1.0


@dataclass(frozen=True)
class Workload:
    """Stations in a row; times in its own unit.

    Attributes:
        name: what people call it.
        stations: how many.
        servers: machines of each.
        buffer: lots between two stations.
        scrap: share that each station scraps [-].
        until: full length.
        warmup: time until it runs as it goes on to.
        throughput: lots in a time unit, from long runs of several simulators, and its standard error.
        spread: standard deviation of the throughput of one run of full length.
        mtbf: mean working time between failures of a machine.
        mttr: mean time to repair.
    """

    name: str
    stations: int
    servers: int
    buffer: int
    scrap: float
    until: float
    warmup: float
    throughput: tuple[float, float]
    spread: float
    mtbf: float = 100.0
    mttr: float = 10.0

    def times(self, seed: int) -> list[Callable[[], float]]:
        """Return the source of working times of each station."""
        return [failing(WORK, self.mtbf, self.mttr, seed * 1000 + place) for place in range(self.stations)]


SERIAL = Workload("serial line", 10, 1, 10, 0.0, 100_000.0, 500.0, (0.72845, 0.0004), 0.0042)
PARALLEL = Workload("parallel machines with scrap", 20, 4, 50, 0.01, 100_000.0, 2_000.0, (2.8868, 0.0020), 0.0065)
