"""A serial line as one would write it by hand in SimPy: what the twin's flow is measured against."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from typing import Any

import simpy


def plain_line(times: Sequence[Callable[[], float]], servers: int, buffer: int, until: float) -> int:
    """Run stations in a row with blocking after service and return the turns that all servers finished.

    Args:
        times: draws the working time of each station [s].
        servers: machines of each station.
        buffer: lots between two stations.
        until: how long [s].
    """
    env = simpy.Environment()
    boxes = [simpy.Store(env, capacity=buffer) for _ in times[1:]]
    turns = [0]

    def work(place: int) -> Generator[simpy.Event, Any, None]:
        while True:
            lot = (yield boxes[place - 1].get()) if place else object()
            yield env.timeout(times[place]())
            turns[0] += 1
            if place < len(boxes):
                yield boxes[place].put(lot)

    for place in range(len(times)):
        for _ in range(servers):
            env.process(work(place))
    env.run(until)
    return turns[0]


def exponential(mean: float, seed: int) -> Callable[[], float]:
    """Return a source of exponential times of some mean [s]."""
    draw = random.Random(seed).expovariate
    return lambda: draw(1 / mean)
