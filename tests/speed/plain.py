"""A serial line as one would write it by hand in SimPy: what the twin's flow is measured against."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple

import simpy


class Made(NamedTuple):
    """What a line made.

    Attributes:
        turns: lots that servers finished, all stations together.
        lots: lots that left the last station after the warm-up.
    """

    turns: int
    lots: int


def plain_line(
    times: Sequence[Callable[[], float]],
    servers: int,
    buffer: int,
    until: float,
    warmup: float = 0.0,
    spoils: Callable[[], bool] | None = None,
    box: Callable[..., Any] = simpy.Store,
) -> Made:
    """Run stations in a row with blocking after service.

    Args:
        times: draws the working time of each station, repairs included.
        servers: machines of each station.
        buffer: lots between two stations.
        until: how long.
        warmup: lots that leave before it are not counted.
        spoils: whether the next lot is scrapped; None scraps none.
        box: what keeps lots between two stations, made with an environment and a capacity.
    """
    env = simpy.Environment()
    boxes = [box(env, capacity=buffer) for _ in times[1:]]
    turns, lots = [0], [0]

    def work(place: int) -> Generator[simpy.Event, Any, None]:
        while True:
            lot = (yield boxes[place - 1].get()) if place else object()
            yield env.timeout(times[place]())
            turns[0] += 1
            if spoils is not None and spoils():
                continue
            if place < len(boxes):
                yield boxes[place].put(lot)
            elif env.now >= warmup:
                lots[0] += 1

    for place in range(len(times)):
        for _ in range(servers):
            env.process(work(place))
    env.run(until)
    return Made(turns[0], lots[0])


def exponential(mean: float, seed: int) -> Callable[[], float]:
    """Return a source of exponential times of some mean."""
    draw = random.Random(seed).expovariate
    return lambda: draw(1 / mean)


def failing(time: float, mtbf: float, mttr: float, seed: int) -> Callable[[], float]:
    """Return a source of equal working times, made longer by repairs of failures that age with work.

    Machines may share it: working times to failure are exponential, so it does not matter which of them worked.

    Args:
        time: of each lot.
        mtbf: mean working time between failures.
        mttr: mean time of repairs, exponential.
        seed: of its luck.
    """
    draw = random.Random(seed).expovariate
    left = draw(1 / mtbf)

    def seconds() -> float:
        nonlocal left
        left -= time
        if left > 0:
            return time
        total = time
        while left <= 0:
            total += draw(1 / mttr)
            left += draw(1 / mtbf)
        return total

    return seconds


def spoiling(chance: float, seed: int) -> Callable[[], bool] | None:
    """Return what says whether the next lot is scrapped; None where none is."""
    draw = random.Random(seed).random
    return (lambda: draw() < chance) if chance else None
