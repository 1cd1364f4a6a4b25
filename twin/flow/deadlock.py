"""Deadlocks: stations that wait for each other for ever are found when it happens, and named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set

from twin.journal import State


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


def check_circle(start: int, waiting_for: Callable[[int], Set[int]], names: Sequence[str], now: float) -> None:
    """Follow who waits for whom from a station that has just been blocked.

    Args:
        start: its number.
        waiting_for: tells which stations the servers of a station wait for; -1 is none.
        names: of all stations.
        now: when it was blocked [s].

    Raises:
        Deadlock: the way leads back to where it began.
    """
    trail = [start]
    while True:
        waiting = waiting_for(trail[-1])
        if len(waiting) != 1 or -1 in waiting:
            return
        (following,) = waiting
        if following in trail:
            circle = [names[station] for station in (*trail[trail.index(following) :], following)]
            raise Deadlock(circle[:-1], now, " waits for ".join(circle) + ", all full")
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
