"""Deadlocks: stations that wait for each other for ever are found when it happens, and named."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from twin.journal import State

if TYPE_CHECKING:
    from twin.flow.station import StationFlow


class Deadlock(Exception):
    """A circle of stations in which each waits for the next.

    Attributes:
        stations: their names, in the order of waiting.
        time: when it happened [s].
    """

    def __init__(self, stations: Sequence[str], time: float, why: str) -> None:
        # the arguments as they are: SimPy and process pools make the exception anew from them
        super().__init__(stations, time, why)
        self.stations = tuple(stations)
        self.time = time
        self._why = why

    def __str__(self) -> str:
        return (
            f"deadlock on day {self.time / 86400:.1f}: {self._why}. Larger buffers on the way back, or fewer lots "
            "in the loop, would break it."
        )


def check_circle(start: StationFlow, stations: Sequence[StationFlow], now: float) -> None:
    """Follow who waits for whom from a station that has just been blocked.

    Raises:
        Deadlock: the way leads back to where it began.
    """
    trail = [start]
    while True:
        waiting = {server.waits_for for server in trail[-1].servers}
        if len(waiting) != 1 or -1 in waiting:
            return
        following = stations[waiting.pop()]
        if following in trail:
            circle = [*trail[trail.index(following) :], following]
            names = [station.name for station in circle]
            raise Deadlock(names[:-1], now, " waits for ".join(names) + ", all full")
        trail.append(following)


def standstill(doing: Mapping[str, Collection[State]], now: float) -> Deadlock:
    """Return the end of a plant in which nothing will ever happen again: who waits for what.

    Args:
        doing: states of the servers of each station.
        now: when it was found [s].
    """
    states = [
        f"{name} is {' or '.join(sorted(state.name.lower() for state in found))}" for name, found in doing.items()
    ]
    return Deadlock(list(doing), now, "the plant stands still: " + ", ".join(states))
