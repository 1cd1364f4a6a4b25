"""Serial lines with exponential times and finite buffers, exactly: throughput, and the best places for buffers.

All lines here have single servers, a first station that never starves, a last one that is never blocked, and block
after service: a finished lot waits on its machine until the buffer has room or, without a buffer, the next machine is
free. That is how the twin's ``Buffer.capacity`` counts, too: places between neighbours, without those
on the machines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

# two allocations whose throughputs differ by less are equally good: a line and its reverse differ by rounding only
TIE = 1e-12


def best_allocation(rates: Sequence[float], total: int) -> tuple[tuple[int, ...], float]:
    """Return how buffer places are best shared out, and the throughput, by trying every allocation.

    Args:
        rates: service rate of each station [1/s].
        total: places to share out between the neighbours.

    Returns:
        Places between neighbours, of equally good ones the first in lexicographic order; lots per second [1/s].
    """
    best: tuple[tuple[int, ...], float] = ((), 0.0)
    for allocation in allocations(total, len(rates) - 1):
        found = throughput(rates, allocation)
        if found > best[1] * (1 + TIE):
            best = allocation, found
    return best


def allocations(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to share out some places over some buffers, in lexicographic order."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in allocations(total - first, parts - 1):
            yield (first, *rest)


def throughput(rates: Sequence[float], buffers: Sequence[int]) -> float:
    """Return the throughput of a line by the stationary distribution of its continuous-time Markov chain.

    The state counts, for each station but the first, the lots that its predecessor has finished and it has not:
    those in its buffer, the one it works on, and the one that waits on the machine before it.

    Args:
        rates: service rate of each station [1/s].
        buffers: places between neighbours, without those on the machines.

    Source: Hillier and Boling, Finite queues in series with exponential or Erlang service times, Operations
        Research 15 (1967) 286.
    """
    sources, targets, stations, size = _transitions(tuple(buffers))
    flows = np.asarray(rates, dtype=float)[stations]
    where = (np.concatenate((targets, sources)), np.concatenate((sources, sources)))
    balance = coo_array((np.concatenate((flows, -flows)), where), shape=(size, size)).tocsr()
    # one balance equation follows from the others; in its place the chances add up to one
    kept = balance[1:, :].tocoo()
    rows = np.concatenate((np.zeros(size, dtype=kept.coords[0].dtype), kept.coords[0] + 1))
    columns = np.concatenate((np.arange(size), kept.coords[1]))
    system = coo_array((np.concatenate((np.ones(size), kept.data)), (rows, columns)), shape=(size, size))
    right = np.zeros(size)
    right[0] = 1.0
    chances = spsolve(system.tocsc(), right)
    leaving = sources[stations == len(buffers)]
    return float(rates[-1] * chances[leaving].sum())


@cache
def _transitions(buffers: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return from which state to which a finished lot leads, at which station, and how many states there are."""
    start = (0,) * len(buffers)
    numbers = {start: 0}
    queue, found = [start], []
    while queue:
        state = queue.pop()
        for station in _working(state, buffers):
            following = list(state)
            if station > 0:
                following[station - 1] -= 1
            if station < len(buffers):
                following[station] += 1
            reached = tuple(following)
            if reached not in numbers:
                numbers[reached] = len(numbers)
                queue.append(reached)
            found.append((numbers[state], numbers[reached], station))
    sources, targets, stations = np.array(found).T
    return sources, targets, stations, len(numbers)


def _working(state: Sequence[int], buffers: Sequence[int]) -> list[int]:
    """Return the stations that work in a state, from the last to the first."""
    working, blocked = [], False
    for station in range(len(buffers), -1, -1):
        if station < len(buffers):
            room = buffers[station] + (0 if blocked else 1)
            blocked = state[station] > room
        if not blocked and (station == 0 or state[station - 1] > 0):
            working.append(station)
    return working
